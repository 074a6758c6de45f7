// SPDX-License-Identifier: AGPL-3.0-or-later
//! Writes the list of the shipped pack's files, sorted, for `PackFiles::builtin`.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=rules");
    println!("cargo:rerun-if-changed=build.rs");
    let rules = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("rules");
    let mut paths = Vec::new();
    for name in ["pack.yaml", "fields.yaml", "predicates.yaml"] {
        if rules.join(name).is_file() {
            paths.push(name.to_owned());
        }
    }
    for (folder, extension) in [("intel", "yaml"), ("lists", "txt"), ("ttp", "yaml")] {
        paths.extend(names_in(&rules.join(folder), extension)?.iter().map(|name| format!("{folder}/{name}")));
    }
    paths.sort();

    let mut code = String::from("&[\n");
    for path in &paths {
        writeln!(
            code,
            "    ({path:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/rules/{path}\"))),"
        )?;
    }
    code.push_str("]\n");
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("builtin_pack.rs"), code)?;
    Ok(())
}

/// The names of the folder's files that end in `.extension`; none where there is no folder.
fn names_in(folder: &Path, extension: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let mut names = Vec::new();
    if folder.is_dir() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|it| it == extension) {
                let name = path.file_name().and_then(|name| name.to_str());
                names.push(name.ok_or("a rule file's name is not UTF-8")?.to_owned());
            }
        }
    }
    Ok(names)
}
