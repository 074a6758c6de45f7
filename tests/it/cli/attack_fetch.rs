// SPDX-License-Identifier: AGPL-3.0-or-later
//! `attack fetch`, against a server of this process.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use decnet_ttp::attack::bundle::Sha256Digest;
use decnet_ttp::attack::license;

use super::run::{Ran, assert_inert, binary};
use crate::attack::bundle::Folder;
use crate::attack::stix_21;

/// A server that answers by path, until the process ends; returns its address.
fn server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || answer(stream, address));
        }
    });
    address
}

fn answer(mut stream: TcpStream, address: SocketAddr) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read(&mut byte).unwrap_or(0) == 0 {
            return;
        }
        request.push(byte[0]);
    }
    let request = String::from_utf8(request).unwrap();
    let bundle = stix_21("");
    let whole = |body: &str| format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let leads = |to: &str| format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
    let text = match request.split(' ').nth(1).unwrap() {
        "/LICENSE.txt" => whole(license().text),
        "/terms" => whole("all rights reserved"),
        "/bundle.json" => whole(&bundle),
        "/changed" => whole(&bundle.replacen("Axiom", "Axion", 1)),
        "/short" => whole(&bundle).replacen(": ", ": 9", 1),
        "/cut" => format!("HTTP/1.0 200 OK\r\n\r\n{}", &bundle[..bundle.len() / 2]),
        "/large" => "HTTP/1.1 200 OK\r\nContent-Length: 134217729\r\n\r\n{".to_owned(),
        "/huge" => "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n{".to_owned(),
        "/endless" => "HTTP/1.0 200 OK\r\n\r\n".to_owned(),
        "/stalled" => "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{".to_owned(),
        "/mute" => String::new(),
        "/hop" => leads("bundle.json"),
        "/loop" => leads(&format!("http://{address}/loop")),
        "/away" => leads("http://example.com/"),
        "/back" => leads("ftp://localhost/x"),
        "/nowhere" => "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n".to_owned(),
        "/broken" => "SSH-2.0-OpenSSH_9.2\r\n\r\n".to_owned(),
        _ => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned(),
    };
    let _ = stream.write_all(text.as_bytes());
    if request.starts_with("GET /endless ") {
        while stream.write_all(&[b' '; 1 << 16]).is_ok() {}
    } else if request.starts_with("GET /stalled ") || request.starts_with("GET /mute ") {
        thread::sleep(Duration::from_secs(30));
    }
}

/// `attack fetch` in that folder, with a cache folder below it, and a proxy that is not to be used.
fn fetch(folder: &Folder, args: &[&str]) -> Ran {
    let output = binary()
        .current_dir(folder.path(""))
        .env("XDG_CACHE_HOME", folder.path("xdg"))
        .env("HTTP_PROXY", "http://127.0.0.1:1")
        .args(["attack", "fetch"])
        .args(args)
        .output()
        .unwrap();
    let ran = Ran::from(output);
    assert_inert(&ran);
    ran
}

fn digest() -> String {
    Sha256Digest::of(stix_21("").as_bytes()).to_string()
}

#[test]
fn a_fetched_bundle_is_verified_kept_and_looked_at() {
    let folder = Folder::new("fetch-good");
    let server = server();
    let url = |path: &str| format!("http://{server}{path}");
    let (license, sha256) = (url("/LICENSE.txt"), digest());
    for (path, more) in [("/bundle.json", &[][..]), ("/hop", &["--json", "--version", "20.0", "-q"])] {
        let url = url(path);
        let args = ["--url", &url, "--license-url", &license, "--sha256", &sha256];
        let ran = fetch(&folder, &[&args[..], more].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let cached = folder.path("xdg/decnet/attack/enterprise-attack-20.0.json");
        if more.is_empty() {
            assert_eq!(ran.stdout, format!("enterprise-v20.0 {sha256} {}\n", cached.display()));
            assert_eq!(ran.stderr, "2 techniques and 1 group; `--bundle cache` looks at them\n");
        } else {
            assert!(ran.stdout.contains(r#""release":"enterprise-v20.0""#) && ran.stderr.is_empty());
        }
        assert_eq!(fs::read_to_string(cached).unwrap(), stix_21(""));
    }
    let mut names: Vec<_> = fs::read_dir(folder.path("xdg/decnet/attack"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["LICENSE.txt", "digests.json", "enterprise-attack-20.0.json"], "nothing half done");
    let shown = binary()
        .env("XDG_CACHE_HOME", folder.path("xdg"))
        .args(["attack", "show", "T1061", "--bundle", "cache"])
        .output()
        .unwrap();
    assert!(shown.status.success());
}

#[test]
fn the_digest_of_what_is_there_is_printed_and_nothing_kept() {
    let folder = Folder::new("fetch-digest");
    let server = server();
    let url = format!("http://{server}/changed");
    let ran = fetch(&folder, &["--url", &url, "--print-sha256"]);
    let changed = stix_21("").replacen("Axiom", "Axion", 1);
    assert_eq!((ran.code, ran.stdout), (0, format!("{}\n", Sha256Digest::of(changed.as_bytes()))));
    assert_eq!(ran.stderr, format!("{} bytes from {url}\n", changed.len()));
    assert!(!folder.path("xdg").exists());
}

#[test]
fn what_is_not_the_bundle_is_refused_and_not_kept() {
    let folder = Folder::new("fetch-bad");
    let server = server();
    let license = format!("http://{server}/LICENSE.txt");
    let sha256 = digest();
    let cases = [
        ("/changed", 78, "is not the bundle that was asked for"),
        ("/cut", 78, "is not the bundle that was asked for"),
        ("/short", 74, "it broke off after"),
        ("/loop", 74, "more than 5 redirects"),
        ("/away", 74, "this machine only"),
        ("/back", 74, "only `https` is taken"),
        ("/nowhere", 74, "a redirect to nowhere"),
        ("/absent", 74, "the server answered 404 Not Found"),
        ("/large", 74, "it has more than 134217728 bytes"),
        ("/huge", 74, "cannot fetch"),
        ("/endless", 74, "it has more than 134217728 bytes"),
        ("/stalled", 74, "nothing came for 1 s"),
        ("/mute", 74, "nothing came for 1 s"),
        ("/broken", 74, "cannot fetch"),
    ];
    for (path, code, expected) in cases {
        let url = format!("http://{server}{path}");
        let start = Instant::now();
        let args = ["--url", &url, "--license-url", &license, "--sha256", &sha256, "--timeout", "1"];
        let ran = fetch(&folder, &args);
        assert_eq!((ran.code, ran.stdout.as_str()), (code, ""), "{path}: {}", ran.stderr);
        assert!(ran.stderr.starts_with("error: ") && ran.stderr.contains(&url), "{path}: {}", ran.stderr);
        assert!(ran.stderr.contains(expected), "{path}: {}", ran.stderr);
        assert!(!folder.path("xdg").exists(), "{path}");
        assert!(start.elapsed() < Duration::from_secs(20), "{path}");
    }
    let url = format!("http://{server}/bundle.json");
    let pinned = fetch(&folder, &["--url", &url, "--license-url", &license]);
    assert_eq!(pinned.code, 78, "{}", pinned.stderr);
    assert!(pinned.stderr.contains("not 81113ba9"), "without a digest, it is the pinned one");
    let other = ["--url", &url, "--license-url", &license, "--sha256", &sha256, "--version", "19.0"];
    assert_eq!(fetch(&folder, &other).code, 78, "another release");
    for terms in ["/terms", "/absent"] {
        let terms = format!("http://{server}{terms}");
        let ran = fetch(&folder, &["--url", &url, "--license-url", &terms, "--sha256", &sha256]);
        assert!(ran.code >= 74 && ran.stderr.contains(&terms), "{}", ran.stderr);
    }
    assert!(!folder.path("xdg").exists());
}

#[test]
fn what_cannot_be_fetched_is_said_before_anything_is() {
    let folder = Folder::new("fetch-usage");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{closed}/");
    let ran = fetch(&folder, &["--url", &url, "--print-sha256"]);
    assert_eq!(ran.code, 74);
    assert!(ran.stderr.contains("`attack import` takes a bundle from a file"), "{}", ran.stderr);
    for (args, expected) in [
        (&["--url", "http://example.com/a.json"][..], "`http` is taken from this machine only"),
        (&["--url", "https://me:secret@example.com/"], "user name or password"),
        (&["--url", "enterprise-attack.json", "--print-sha256"], "only `https` is taken"),
        (&["--version", "99.0"], "release `99.0` is not known here, only 20.0, 19.2"),
        (&["--version", "../../x", "--print-sha256"], "is not known here"),
        (&["--version", "99.0", "--url", "https://example.com/"], "give `--url` and `--sha256`"),
        (&["--sha256", "abc"], "64 hexadecimal digits"),
        (&["--timeout", "0"], "0"),
    ] {
        let ran = fetch(&folder, args);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(expected), "{args:?}: {}", ran.stderr);
    }
    let no_cache =
        binary().env_remove("HOME").env_remove("XDG_CACHE_HOME").args(["attack", "fetch"]).output();
    assert_eq!(no_cache.unwrap().status.code(), Some(2));
}

/// What evaluates events has no way to the network: none of its files names one.
#[test]
fn no_evaluation_path_can_fetch() {
    let modules = ["vocab", "diag", "attack", "event", "lift", "compile", "engine", "tag"];
    let mut folders: Vec<PathBuf> = modules.iter().map(|module| Path::new("src").join(module)).collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                for word in ["ureq::", "std::net::Tcp", "TcpStream", "UdpSocket"] {
                    assert!(!text.contains(word), "{} names {word}", path.display());
                }
            }
        }
    }
}
