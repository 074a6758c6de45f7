// SPDX-License-Identifier: AGPL-3.0-or-later
//! `attack fetch`: an official bundle from MITRE's site into the cache folder.

mod http;

use std::time::Duration;

use crate::attack::bundle::{
    self, FETCH_BYTES_MAX, Fetched, Given, LICENSE_BYTES_MAX, Pin, Places, Sha256Digest, license_url, newest,
    pins,
};

use super::import::print;
use super::source::{digest, refused, report};
use super::{Exit, Ui};
use http::{FetchError, Url};

/// Fetches an official bundle and MITRE's licence into the cache folder
///
/// The addresses are MITRE's, and the bundle's SHA-256 is the one that is known here: anything else
/// is refused, and nothing of it is kept. This is the only command that uses the network, and it is
/// never run by another. HTTPS_PROXY is respected. Without a network, `attack import` does the same
/// with a file.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  decnet-ttp attack fetch
  decnet-ttp attack fetch --version 19.2
  decnet-ttp attack fetch --url https://mirror.example/enterprise-attack-20.0.json
  decnet-ttp attack fetch --version 20.1 --print-sha256")]
pub(super) struct Args {
    /// The release; without, the newest that is known here
    #[arg(long, value_name = "V")]
    version: Option<String>,

    /// Fetches the bundle from there; `https`, or `http` from this machine
    #[arg(long, value_name = "URL")]
    url: Option<String>,

    /// Fetches MITRE's licence from there
    #[arg(long, value_name = "URL", conflicts_with = "print_sha256")]
    license_url: Option<String>,

    /// The bundle's SHA-256, for one that is not known here
    #[arg(long, value_name = "HEX", value_parser = digest, conflicts_with = "print_sha256")]
    sha256: Option<Sha256Digest>,

    /// Prints the SHA-256 of what is there now, verifies and keeps nothing
    #[arg(long)]
    print_sha256: bool,

    /// Gives up when nothing comes for so long
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=3600))]
    timeout: u16,

    /// Prints one JSON object
    #[arg(long, conflicts_with = "print_sha256")]
    json: bool,
}

pub(super) fn run(args: &Args, ui: &Ui) -> anyhow::Result<Exit> {
    let pin = args
        .version
        .as_deref()
        .map_or_else(newest, |version| pins().iter().find(|pin| *pin.release == *version));
    let text = args.url.clone().or_else(|| pin.map(|pin| pin.url.to_string()));
    let text = match (text, &args.version) {
        (Some(text), _) => text,
        (None, Some(version)) if args.print_sha256 => url_of(version).ok_or_else(|| unknown(version))?,
        (None, version) => return Err(unknown(version.as_deref().unwrap_or_default())),
    };
    let url = parse(&text)?;
    let silence = Duration::from_secs(args.timeout.into());
    if args.print_sha256 {
        let bytes = fetch(&url, FETCH_BYTES_MAX, silence, ui)?;
        ui.print(&format!("{}\n", Sha256Digest::of(&bytes)))?;
        ui.note(&format!("{} bytes from {url}", bytes.len()));
        return Ok(Exit::Fine);
    }

    let given = given(args, pin)?;
    let places = Places::from_env();
    if places.cache.is_none() {
        return Err(Exit::Usage.because("no cache folder: neither `XDG_CACHE_HOME` nor `HOME` is set"));
    }
    let license = parse(args.license_url.as_deref().unwrap_or_else(|| license_url()))?;
    let origins = (url.to_string(), license.to_string());
    let license = Fetched { origin: &origins.1, bytes: fetch(&license, LICENSE_BYTES_MAX, silence, ui)? };
    let bundle = Fetched { origin: &origins.0, bytes: fetch(&url, FETCH_BYTES_MAX, silence, ui)? };
    let loaded = bundle::store(bundle, license, given, &places).map_err(refused)?;
    report(&loaded, ui);
    print(&loaded, args.json, ui)?;
    Ok(Exit::Fine)
}

/// What the bundle must be: never nothing.
fn given<'a>(args: &'a Args, pin: Option<&'a Pin>) -> anyhow::Result<Given<'a>> {
    let version = args.version.as_deref();
    let sha256 = match (args.sha256, pin) {
        (Some(sha256), _) => sha256,
        (None, Some(pin)) => pin.sha256,
        (None, None) => return Err(unknown(version.unwrap_or_default())),
    };
    Ok(Given { sha256: Some(sha256), release: version, license: None })
}

/// Where MITRE will publish a release that is not known here, by where the known ones are.
fn url_of(version: &str) -> Option<String> {
    let well_formed = version.split('.').count() == 2
        && version
            .split('.')
            .all(|number| number.parse::<u16>().is_ok_and(|read| read.to_string() == number));
    let newest = newest().filter(|_| well_formed)?;
    let start = newest.url.strip_suffix(&format!("{}.json", newest.release))?;
    Some(format!("{start}{version}.json"))
}

fn unknown(version: &str) -> anyhow::Error {
    let known: Vec<&str> = pins().iter().map(|pin| &*pin.release).collect();
    Exit::Usage.because(format!(
        "release `{version}` is not known here, only {}; for another, give `--url` and `--sha256`",
        known.join(", ")
    ))
}

fn parse(text: &str) -> anyhow::Result<Url> {
    Url::parse(text).map_err(|error| failed(text, error))
}

/// The bytes, with a progress bar where there is a terminal and the server says how many there are.
fn fetch(url: &Url, most: u64, silence: Duration, ui: &Ui) -> anyhow::Result<Vec<u8>> {
    let mut bar = None;
    let bytes = http::get(url, most, silence, |came, of| {
        if let Some(of) = of {
            bar.get_or_insert_with(|| ui.progress(of, true)).add(came);
        }
    });
    bytes.map_err(|error| failed(&url.to_string(), error))
}

fn failed(url: &str, error: FetchError) -> anyhow::Error {
    let exit = if error.is_usage() { Exit::Usage } else { Exit::Io };
    let cause = error.to_string();
    if !error.is_unreachable() {
        return exit.caused_by(format!("cannot fetch `{url}`"), cause);
    }
    // The number says nothing that the words don't, and would cut off what follows it.
    let cause = cause.split(" (os error ").next().unwrap_or_default();
    let help = "`attack import` takes a bundle from a file";
    exit.caused_by(format!("cannot fetch `{url}`"), format!("{cause}; {help}"))
}
