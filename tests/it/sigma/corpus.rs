// SPDX-License-Identifier: AGPL-3.0-or-later
//! The public rules of SigmaHQ, where their archive stands beside the checkout.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use super::compile;

/// The rules, which the project does not carry; `None`, with a reason, where they or their tool are not.
fn corpus() -> Option<Vec<(String, String)>> {
    let shared = std::env::var_os("DECNET_TTP_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    let folder = shared.join("data/sigma");
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) => return skip(&format!("no {}: {error}", folder.display())),
    };
    let archive =
        entries.flatten().map(|entry| entry.path()).find(|path| path.to_string_lossy().ends_with(".tar.zst"));
    let Some(archive) = archive else { return skip("no archive of rules") };
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sigmahq");
    std::fs::create_dir_all(&target).unwrap();
    match Command::new("tar").arg("--zstd").arg("-xf").arg(&archive).arg("-C").arg(&target).status() {
        Ok(status) if status.success() => {}
        other => return skip(&format!("tar cannot unpack {}: {other:?}", archive.display())),
    }
    let mut files = Vec::new();
    walk(&target, &target, &mut files);
    files.sort();
    Some(files)
}

fn skip<T>(reason: &str) -> Option<T> {
    eprintln!("skipped: {reason}");
    None
}

fn walk(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(root, &path, files);
        } else if path.extension().is_some_and(|ext| ext == "yml") {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            files.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn the_public_rules_compile() {
    let Some(files) = corpus() else { return };
    let start = Instant::now();
    let compiled = compile(&files);
    let elapsed = start.elapsed();
    eprintln!("{} files, {} rules in {elapsed:?}", files.len(), compiled.rules.len());
    let refused = compiled.text();
    eprintln!("{refused}");
    assert!(files.len() > 3_000);
    assert!(compiled.rules.len() * 100 >= files.len() * 99, "{refused}");
}
