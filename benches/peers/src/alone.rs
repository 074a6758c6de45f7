// SPDX-License-Identifier: AGPL-3.0-or-later
//! Load time and memory of one side, in a process of its own.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, io};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::clock;
use crate::contender::Side;
use crate::lane::Lane;
use crate::measure::{Loaded, spread};

/// How much of a lane is in memory at once.
const CHUNK_BYTES: usize = 1 << 20;
/// How often a side is loaded for its median.
const LOADS: usize = 3;

/// What a side costs beside its evaluations.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Figures {
    /// The side.
    pub(crate) side: String,
    /// How many rules it loaded.
    pub(crate) rules: usize,
    /// How many it could not load.
    pub(crate) problems: usize,
    /// CPU seconds to load the rules.
    pub(crate) load_cpu_s: f64,
    /// Seconds by the wall to load the rules.
    pub(crate) load_wall_s: f64,
    /// CPU seconds to load the rules and evaluate the lane's first megabyte: some engines finish
    /// loading when they see what events come.
    pub(crate) first_cpu_s: f64,
    /// Resident bytes before loading.
    pub(crate) before_bytes: u64,
    /// Resident bytes once loaded.
    pub(crate) loaded_bytes: u64,
    /// The most that was resident, through loading and one evaluation of the lane.
    pub(crate) peak_bytes: u64,
}

/// Measures a side in this process, which has done nothing else before.
///
/// # Errors
/// Where the side cannot be loaded or the lane not be read.
pub(crate) fn here(side: &Side, lane: &Path, commands: bool) -> Result<Figures> {
    let before = clock::memory();
    let (cpu, wall) = (clock::cpu(), Instant::now());
    let mut contender = (side.load)()?;
    let load_cpu = clock::cpu() - cpu;
    let load_wall = wall.elapsed();
    let mut first = None;
    let loaded = clock::memory();
    let mut file = File::open(lane).with_context(|| format!("cannot read {}", lane.display()))?;
    let mut rest = Vec::new();
    while let Some(chunk) = chunk(&mut file, &mut rest)? {
        let lane = Lane::new(chunk, None)?;
        let lane = if commands { lane.with_commands()? } else { lane };
        contender.over(&lane)?.run()?;
        first.get_or_insert_with(|| clock::cpu() - cpu);
    }
    Ok(Figures {
        side: side.name.to_owned(),
        rules: contender.rules(),
        problems: contender.problems().len(),
        load_cpu_s: load_cpu.as_secs_f64(),
        load_wall_s: load_wall.as_secs_f64(),
        first_cpu_s: first.map_or(f64::NAN, |first| first.as_secs_f64()),
        before_bytes: before.resident,
        loaded_bytes: loaded.resident,
        peak_bytes: clock::memory().peak,
    })
}

/// The next whole lines of a file; what follows the last of them stays in `rest`.
fn chunk(file: &mut File, rest: &mut Vec<u8>) -> io::Result<Option<Vec<u8>>> {
    loop {
        let start = rest.len();
        let read = file.by_ref().take(CHUNK_BYTES as u64).read_to_end(rest)?;
        if read == 0 {
            return Ok((!rest.is_empty()).then(|| std::mem::take(rest)));
        }
        let fresh = rest.get(start..).unwrap_or_default();
        if let Some(end) = fresh.iter().rposition(|&byte| byte == b'\n') {
            let tail = rest.split_off(start + end + 1);
            return Ok(Some(std::mem::replace(rest, tail)));
        }
    }
}

/// Measures a loaded side in new processes, started with the arguments of this one.
///
/// # Errors
/// Where such a process fails.
pub(crate) fn figures(loaded: &Loaded, lane: &Path) -> Result<Figures> {
    if let Some((cpu, bytes)) = loaded.contender.load_figures()? {
        return Ok(elsewhere(loaded, cpu, bytes));
    }
    let mut all = Vec::new();
    for _ in 0..LOADS {
        let output = Command::new(env::current_exe()?)
            .args(env::args().skip(1))
            .args(["--alone", loaded.side.name, "--alone-lane"])
            .arg(lane)
            .output()?;
        if !output.status.success() {
            bail!("{}: {}", loaded.side.name, String::from_utf8_lossy(&output.stderr).trim());
        }
        all.push(serde_json::from_slice::<Figures>(&output.stdout)?);
    }
    let median = |of: fn(&Figures) -> f64| {
        spread(&all.iter().map(of).collect::<Vec<_>>()).map_or(f64::NAN, |spread| spread.median)
    };
    let (load_cpu_s, load_wall_s) =
        (median(|figures| figures.load_cpu_s), median(|figures| figures.load_wall_s));
    let last = all.pop().context("nothing was measured")?;
    Ok(Figures { load_cpu_s, load_wall_s, ..last })
}

/// The figures of a side that another process makes by itself.
fn elsewhere(loaded: &Loaded, cpu: Duration, bytes: u64) -> Figures {
    Figures {
        side: loaded.side.name.to_owned(),
        rules: loaded.contender.rules(),
        problems: loaded.contender.problems().len(),
        load_cpu_s: cpu.as_secs_f64(),
        load_wall_s: f64::NAN,
        first_cpu_s: f64::NAN,
        before_bytes: 0,
        loaded_bytes: bytes,
        peak_bytes: bytes,
    }
}
