// SPDX-License-Identifier: AGPL-3.0-or-later
//! CPU time and memory of this process.

use std::fs;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The CPU time that this process has used, all threads.
pub(crate) fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let nanos = u32::try_from(time.tv_nsec).unwrap_or(0);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), nanos)
}

/// Memory of this process, in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Memory {
    /// Resident now.
    pub(crate) resident: u64,
    /// The most that was resident. `ru_maxrss` is no measure for it: across `exec` it keeps what
    /// the parent had.
    pub(crate) peak: u64,
}

/// Reads the memory figures; zeros where the system has none.
pub(crate) fn memory() -> Memory {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let figure = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib =
            line.and_then(|rest| rest.split_whitespace().next()).and_then(|word| word.parse::<u64>().ok());
        kib.unwrap_or(0) * 1024
    };
    Memory { resident: figure("VmRSS:"), peak: figure("VmHWM:") }
}
