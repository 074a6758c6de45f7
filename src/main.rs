// SPDX-License-Identifier: AGPL-3.0-or-later
//! The `decnet-ttp` binary: parses arguments and calls [`decnet_ttp::cli::run`].

fn main() -> std::process::ExitCode {
    decnet_ttp::cli::run()
}
