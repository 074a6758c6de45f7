// SPDX-License-Identifier: AGPL-3.0-or-later
//! Names of stored messages, as hostile as they come: only a message under the root is ever read, and
//! the kernel's way of opening and ours by hand say the same.
//!
//! Input: a decoy's name, a line end, a message's name.
#![no_main]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use decnet_ttp::event::mail::Artifacts;
use decnet_ttp::vocab::Limits;
use libfuzzer_sys::fuzz_target;

const STAMP: &str = "2026-05-02T06:22:48Z_0123456789ab_";
const INSIDE: &[u8] = b"Subject: inside\r\n\r\n";
const OUTSIDE: &[u8] = b"outside";

/// A root with one message, and what must not be read beside it.
static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
    let top = std::env::temp_dir().join("decnet-ttp-fuzz-artefacts");
    let _ = fs::remove_dir_all(&top);
    plant(&top).expect("a temporary folder can be written to");
    top.join("root")
});

fn plant(top: &Path) -> std::io::Result<()> {
    let messages = top.join("root/mx-01/smtp");
    fs::create_dir_all(messages.join(format!("{STAMP}folder")))?;
    fs::write(top.join("outside"), OUTSIDE)?;
    fs::write(top.join("root/secret"), OUTSIDE)?;
    fs::write(messages.join(format!("{STAMP}message.eml")), INSIDE)?;
    symlink("../../../outside", messages.join(format!("{STAMP}link.eml")))?;
    symlink("mx-01", top.join("root/link"))?;
    fs::hard_link(top.join("outside"), messages.join(format!("{STAMP}hard.eml")))
}

fuzz_target!(|names: &str| {
    let Some((decoy, message)) = names.split_once('\n') else { return };
    let limits = Limits::default();
    let artifacts = Artifacts::open(&ROOT, &limits);
    let kernel = artifacts.read(decoy, message);
    let by_hand = artifacts.without_openat2().read(decoy, message);
    match (kernel, by_hand) {
        (Ok(text), Ok(same)) => {
            assert_eq!((&*text, &*same), (INSIDE, INSIDE));
            assert_eq!((decoy, message), ("mx-01", &*format!("{STAMP}message.eml")));
        }
        (Err(kernel), Err(by_hand)) => assert_eq!(kernel.reason(), by_hand.reason()),
        (kernel, by_hand) => panic!("{kernel:?} by the kernel, {by_hand:?} by hand"),
    }
});
