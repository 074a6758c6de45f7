// SPDX-License-Identifier: AGPL-3.0-or-later
//! Bundles from files: where they are found, what is refused, what is remembered.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use decnet_ttp::attack::bundle::{
    self, BundleError, Given, LICENSE_BYTES_MAX, Loaded, Notice, Places, Sha256Digest, import, license_url,
    load, pins,
};
use decnet_ttp::attack::license;

use super::stix_21;

/// The bundle that the project does not carry; `None`, with a reason, where it or its tool is not.
pub(crate) fn official() -> Option<Vec<u8>> {
    let name = "enterprise-18.1-stix20.json.zst";
    let shared = std::env::var_os("DECNET_TTP_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    let path = shared.join("data/attack").join(name);
    if !path.exists() {
        // Nobody can install it: MITRE's data beside the checkout is there or is not.
        eprintln!("skipped: {name} is not in {}", path.display());
        return None;
    }
    let reason = match Command::new("zstd").arg("-dcq").arg(&path).output() {
        Ok(output) if output.status.success() => return Some(output.stdout),
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => format!("there is no zstd to unpack the bundle with: {error}"),
    };
    assert!(std::env::var_os("DECNET_TTP_REQUIRE_ALL").is_none_or(|it| it != "1"), "{reason}");
    eprintln!("skipped: {reason}");
    None
}

/// A folder of one test, gone when the test is over.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("decnet-ttp-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file, with its folder; returns where.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A folder with a bundle and its licence, and places with a cache below it.
fn set_up(name: &str) -> (Folder, PathBuf, Places) {
    let folder = Folder::new(name);
    let path = folder.write("in/bundle.json", stix_21(""));
    folder.write("in/LICENSE.txt", license().text);
    let places = Places { cache: Some(folder.path("cache")), ..Places::default() };
    (folder, path, places)
}

fn digest_of(path: &Path) -> Sha256Digest {
    Sha256Digest::of(&fs::read(path).unwrap())
}

/// What an operator gives who trusts the file as it is.
fn trusting(path: &Path) -> Given<'static> {
    Given { sha256: Some(digest_of(path)), ..Given::default() }
}

fn refusal(result: Result<Loaded, BundleError>) -> BundleError {
    result.map(|loaded| loaded.path).expect_err("a refusal")
}

#[test]
fn pins_are_the_published_digests_newest_first() {
    let releases: Vec<&str> = pins().iter().map(|pin| &*pin.release).collect();
    assert_eq!(releases, ["20.0", "19.2", "19.1", "19.0", "18.1"]);
    assert_eq!(bundle::newest().map(|pin| &*pin.release), Some("20.0"));
    let (from, _) = license_url().rsplit_once('/').unwrap();
    for pin in pins() {
        assert!(pin.url.starts_with(&format!("{from}/enterprise-attack/")), "one place, one licence");
        assert!(pin.url.starts_with("https://") && pin.url.ends_with(&format!("-{}.json", pin.release)));
        assert_eq!(Sha256Digest::from_hex(&pin.sha256.to_string()), Some(pin.sha256));
    }
    for text in ["", "e3", &"g".repeat(64), &"é".repeat(32), &"0".repeat(63), &"+".repeat(64)] {
        assert_eq!(Sha256Digest::from_hex(text), None, "{text}");
    }
}

#[test]
fn a_named_bundle_comes_before_the_variable_and_that_before_the_cache() {
    let folder = Folder::new("find");
    let at = |path: PathBuf| path.into_os_string();
    let places = |bundle: Option<&str>| {
        Places::from_variables(|name| match name {
            "DECNET_ATTACK_BUNDLE" => bundle.map(OsString::from),
            "XDG_CACHE_HOME" => Some(at(folder.path("xdg"))),
            "HOME" => Some(at(folder.path("home"))),
            _ => None,
        })
    };
    assert_eq!(places(None).find(None), None, "no cache folder yet");
    for name in ["enterprise-attack-9.1.json", "enterprise-attack-19.0.json", "enterprise-attack-19.json"] {
        folder.write(&format!("xdg/decnet/attack/{name}"), "");
    }
    let cached = folder.path("xdg/decnet/attack/enterprise-attack-19.0.json");
    assert_eq!(places(None).find(None), Some(cached), "the newest release, as a number");
    assert_eq!(places(Some("")).find(None), places(None).find(None), "an empty variable is none");
    assert_eq!(places(Some("b.json")).find(None), Some("b.json".into()));
    assert_eq!(places(Some("b.json")).find(Some(Path::new("a.json"))), Some("a.json".into()));

    let home = |xdg: &'static str| {
        Places::from_variables(move |name| match name {
            "XDG_CACHE_HOME" => Some(xdg.into()),
            "HOME" => Some("/home/me".into()),
            _ => None,
        })
    };
    assert_eq!(home("").cache, Some("/home/me/.cache/decnet/attack".into()));
    assert_eq!(home("relative").cache, Some("/home/me/.cache/decnet/attack".into()));
    assert_eq!(Places::from_variables(|_| None), Places::default());
}

#[test]
fn a_bundle_that_nobody_vouches_for_is_refused_before_it_is_parsed() {
    let (folder, path, places) = set_up("unpinned");
    let error = refusal(load(&path, Given::default(), &places));
    assert!(error.is_untrusted() && error.to_string().contains(&digest_of(&path).to_string()), "{error}");

    let given = trusting(&path);
    assert_eq!(load(&path, given, &places).unwrap().catalogue.release(), "enterprise-v20.0");
    // One byte more, which changes no value, and no bundle at all: neither gets as far as the parser.
    for text in [format!("{} ", stix_21("")), "{".to_owned()] {
        let changed = folder.write("in/bundle.json", text);
        let error = refusal(load(&changed, given, &places));
        assert!(error.is_untrusted() && error.to_string().contains("is not the bundle"), "{error}");
        assert!(refusal(load(&changed, Given::default(), &places)).is_untrusted());
    }
}

#[test]
fn a_bundle_seen_before_needs_no_digest_and_its_release_no_other_bundle() {
    let (folder, path, places) = set_up("changed");
    load(&path, trusting(&path), &places).unwrap();
    assert!(load(&path, Given::default(), &places).unwrap().notices.is_empty());

    let other = folder.write("in/other.json", format!("{}\n", stix_21("")));
    let error = refusal(load(&other, trusting(&other), &places));
    assert!(error.is_untrusted() && error.to_string().contains("release 20.0 has changed"), "{error}");
    assert!(refusal(import(&other, trusting(&other), &places)).is_untrusted());
    assert!(places.cached().is_none(), "nothing was copied");
    assert!(load(&path, Given::default(), &places).is_ok(), "the first one still counts");

    let wrong = Given { release: Some("19.0"), ..trusting(&path) };
    assert!(refusal(load(&path, wrong, &places)).to_string().contains("is of release 20.0, not 19.0"));
}

#[test]
fn no_licence_no_load_wherever_it_is_looked_for() {
    let (folder, path, mut places) = set_up("licence");
    let given = trusting(&path);
    fs::remove_file(folder.path("in/LICENSE.txt")).unwrap();
    assert!(refusal(load(&path, given, &places)).is_license());
    assert!(refusal(import(&path, given, &places)).is_license());

    // From the last place to the first: each comes before the one before it.
    folder.write("cache/LICENSE.txt", "The MITRE Corporation: cache");
    let read = |places: &Places, given| load(&path, given, places).unwrap().license.into_string();
    assert_eq!(read(&places, given), "The MITRE Corporation: cache");
    places.license = Some(folder.write("variable.txt", "The MITRE Corporation: variable"));
    assert_eq!(read(&places, given), "The MITRE Corporation: variable");
    folder.write("in/LICENSE.txt", "The MITRE Corporation: beside");
    assert_eq!(read(&places, given), "The MITRE Corporation: beside");
    let named = folder.write("named.txt", "The MITRE Corporation: named");
    assert_eq!(read(&places, Given { license: Some(&named), ..given }), "The MITRE Corporation: named");

    for text in ["", "all rights reserved", "\0"] {
        folder.write("in/LICENSE.txt", text);
        assert!(refusal(load(&path, given, &places)).is_license(), "{text:?}");
    }
    folder.write("in/LICENSE.txt", vec![b'x'; LICENSE_BYTES_MAX as usize + 1]);
    assert!(refusal(load(&path, given, &places)).is_unreadable());
    fs::remove_file(folder.path("in/LICENSE.txt")).unwrap();
    places.license = Some(folder.path("absent.txt"));
    assert!(refusal(load(&path, given, &places)).is_unreadable(), "a wrong variable is noticed");
}

#[test]
fn a_changed_licence_is_reported_once() {
    let (folder, path, places) = set_up("ratchet");
    let given = trusting(&path);
    assert!(load(&path, given, &places).unwrap().notices.is_empty(), "the first licence is no change");
    folder.write("in/LICENSE.txt", format!("{}\n", license().text));
    let loaded = load(&path, given, &places).unwrap();
    let [Notice::LicenseChanged { before, now }] = loaded.notices.as_slice() else {
        panic!("{:?}", loaded.notices)
    };
    assert_eq!(*before, Sha256Digest::of(license().text.as_bytes()));
    assert_eq!(*now, Sha256Digest::of(loaded.license.as_bytes()));
    assert!(loaded.notices[0].to_string().contains("licence has changed"));
    assert!(load(&path, given, &places).unwrap().notices.is_empty(), "it is remembered now");
}

#[test]
fn an_imported_bundle_loads_from_the_cache() {
    let (folder, path, places) = set_up("import");
    assert_eq!(places.find(None), None);
    let imported = import(&path, trusting(&path), &places).unwrap();
    let cached = folder.path("cache/enterprise-attack-20.0.json");
    assert_eq!((&imported.path, places.find(None).as_ref()), (&cached, Some(&cached)));
    assert_eq!(fs::read(&cached).unwrap(), fs::read(&path).unwrap());
    let mut names: Vec<_> =
        fs::read_dir(folder.path("cache")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(
        names,
        ["LICENSE.txt", "digests.json", "enterprise-attack-20.0.json"],
        "and nothing half done"
    );

    let loaded = load(&cached, Given::default(), &places).unwrap();
    assert_eq!(loaded.catalogue.successor("T1061").map(|it| &*it.id), Some("T1059"));
    import(&cached, Given::default(), &places).unwrap();
    fs::write(&cached, stix_21("").replace("Axiom", "Axion")).unwrap();
    assert!(refusal(load(&cached, Given::default(), &places)).is_untrusted());
}

#[test]
fn a_damaged_memory_is_no_empty_one() {
    let (folder, path, places) = set_up("memory");
    for text in ["", "{", "[]", r#"{"bundles": {"20.0": "abc"}}"#, r#"{"licence": null}"#] {
        folder.write("cache/digests.json", text);
        let error = refusal(load(&path, trusting(&path), &places));
        assert!(error.to_string().contains("digests.json"), "{text}: {error}");
    }
    folder.write("cache/digests.json", "{}");
    load(&path, trusting(&path), &places).unwrap();
}

#[test]
fn a_cache_that_cannot_be_written_to_is_said_and_stops_only_an_import() {
    let (folder, path, mut places) = set_up("no-cache");
    places.cache = Some(folder.write("file", "").join("cache"));
    for places in [places, Places::default()] {
        let loaded = load(&path, trusting(&path), &places).unwrap();
        let notices = loaded.notices.as_slice();
        assert!(matches!(notices, [Notice::NotRemembered(error)] if error.is_write()), "{notices:?}");
        assert!(refusal(import(&path, trusting(&path), &places)).is_write());
    }
}

#[test]
fn what_is_no_bundle_is_refused_with_its_cause() {
    let (folder, _, places) = set_up("no-bundle");
    for (text, cause) in [
        ("{}".to_owned(), "missing field `objects`"),
        (r#"{"type":"bundle","objects":[]}"#.to_owned(), "version"),
        (stix_21("").replacen("\"execution\"}]", "\"other\"}]", 1), "a phase that is no tactic"),
        (stix_21("").replacen("20.0", "20", 1), "the release is not like"),
    ] {
        let path = folder.write("in/bundle.json", text);
        let error = refusal(load(&path, trusting(&path), &places));
        let source = std::error::Error::source(&error).expect("a cause").to_string();
        assert!(source.contains(cause), "{source}");
    }
    let path = folder.write("in/bundle.json", b"\xff");
    assert!(refusal(load(&path, trusting(&path), &places)).to_string().contains("UTF-8"));
    assert!(refusal(load(&folder.path("in"), Given::default(), &places)).is_unreadable());
}

#[test]
fn official_bundle_loads_in_stix_20_and_21_in_under_a_second() {
    let Some(bytes) = official() else { return };
    let (folder, _, places) = set_up("official");
    let path = folder.write("in/bundle.json", &bytes);
    assert!(refusal(load(&path, Given::default(), &places)).is_untrusted(), "only the 2.1 form is pinned");
    let unnamed = refusal(load(&path, trusting(&path), &places));
    let source = std::error::Error::source(&unnamed).expect("a cause").to_string();
    assert!(source.contains("does not say its version"), "{source}");

    let given = Given { release: Some("18.1"), ..trusting(&path) };
    let timed = || {
        let start = Instant::now();
        (load(&path, given, &places).unwrap(), start.elapsed())
    };
    // The promise; the quickest of three, since the machine may be busy.
    let (loaded, quickest) = (0..3).map(|_| timed()).min_by_key(|(_, took)| *took).unwrap();
    assert!(quickest.as_millis() < 1000, "{quickest:?}");
    assert_eq!(loaded.catalogue.release(), "enterprise-v18.1");
    assert!(loaded.catalogue.groups().len() > 150);

    let mut changed = bytes.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    let path = folder.write("in/changed.json", &changed);
    assert!(refusal(load(&path, given, &places)).is_untrusted(), "a changed byte");

    // The same objects as STIX 2.1 has them: a version each, and one object that names the release.
    let collection = r#""objects": [{"type": "x-mitre-collection", "id": "x-mitre-collection--1", "spec_version": "2.1", "x_mitre_version": "18.1"}, "#;
    let text = String::from_utf8(bytes).unwrap();
    let text = text.replacen("\"spec_version\": \"2.0\", ", "", 1).replacen("\"objects\": [", collection, 1);
    let text = text.replace(
        "{\"type\": \"attack-pattern\", ",
        "{\"type\": \"attack-pattern\", \"spec_version\": \"2.1\", ",
    );
    let path = folder.write("in/bundle-2.1.json", text);
    let places = Places::default();
    let again = load(&path, trusting(&path), &places).unwrap();
    assert_eq!(again.catalogue.release(), "enterprise-v18.1");
    assert!(again.catalogue.techniques().eq(loaded.catalogue.techniques()));
    assert!(again.catalogue.groups().eq(loaded.catalogue.groups()));
}
