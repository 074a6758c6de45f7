// SPDX-License-Identifier: AGPL-3.0-or-later
//! Stored messages in trees that somebody hostile made: nothing outside is ever read, nothing waits.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use decnet_ttp::event::mail::{ArtifactError, Artifacts};
use decnet_ttp::vocab::Limits;

const DECOY: &str = "mx-01";
const NAME: &str = "2026-05-02T06:22:48Z_0123456789ab_a.eml";
const INSIDE: &[u8] = b"Subject: inside\n\nbody";
const SECRET: &[u8] = b"secret";
/// For what must not wait.
const PATIENCE: Duration = Duration::from_secs(20);

/// A root, and a folder outside with a secret under every name.
struct Tree {
    base: PathBuf,
}

impl Tree {
    fn new(name: &str) -> Self {
        let base =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("artifacts-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&base);
        let tree = Self { base };
        fs::create_dir_all(tree.folder()).unwrap();
        fs::create_dir_all(tree.outside().join("smtp")).unwrap();
        for at in [NAME.to_owned(), format!("smtp/{NAME}")] {
            fs::write(tree.outside().join(at), SECRET).unwrap();
        }
        tree
    }

    fn root(&self) -> PathBuf {
        self.base.join("root")
    }

    fn folder(&self) -> PathBuf {
        self.root().join(DECOY).join("smtp")
    }

    fn file(&self) -> PathBuf {
        self.folder().join(NAME)
    }

    /// Beside the root, with what a decoy's folder has.
    fn outside(&self) -> PathBuf {
        self.base.join("outside")
    }

    /// The two ways to open: by `openat2`, and folder by folder.
    fn both(&self) -> [Artifacts; 2] {
        let limits = Limits { mail_bytes: 1000, ..Limits::default() };
        let artifacts = Artifacts::open(&self.root(), &limits);
        [artifacts.clone(), artifacts.without_openat2()]
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.base);
    }
}

/// Reads in a thread of its own: a read that waits fails the test.
fn read(artifacts: &Artifacts, decoy: &str, name: &str) -> Result<Vec<u8>, ArtifactError> {
    let (artifacts, decoy, name) = (artifacts.clone(), decoy.to_owned(), name.to_owned());
    let (send, answer) = mpsc::channel();
    thread::spawn(move || send.send(artifacts.read(&decoy, &name)));
    answer.recv_timeout(PATIENCE).expect("it does not wait")
}

#[test]
fn a_stored_message_is_read() {
    let tree = Tree::new("read");
    fs::write(tree.file(), INSIDE).unwrap();
    let link = tree.base.join("link");
    symlink(tree.root(), &link).unwrap();
    let linked = Artifacts::open(&link, &Limits::default());
    for artifacts in tree.both().iter().chain([&linked]) {
        assert_eq!(read(artifacts, DECOY, NAME).unwrap(), INSIDE);
    }
}

#[test]
fn only_names_that_decoys_give_are_looked_for() {
    let tree = Tree::new("names");
    fs::write(tree.file(), INSIDE).unwrap();
    let stored = |tail: &str| format!("2026-05-02T06:22:48Z_0123456789ab_{tail}");
    let long = "a".repeat(64);
    for artifacts in &tree.both() {
        for decoy in [
            "",
            ".",
            "..",
            "../outside",
            "mx-01/..",
            "/mx-01",
            "Mx-01",
            "-mx",
            "mx_01",
            "mx-01\0",
            "mx-01\n",
            "mx 01",
            "m\u{e4}x",
            &long,
        ] {
            assert_eq!(read(artifacts, decoy, NAME).unwrap_err().reason(), "name", "{decoy:?}");
        }
        for name in [
            String::new(),
            "..".to_owned(),
            format!("../{NAME}"),
            format!("./{NAME}"),
            format!("/{NAME}"),
            stored(""),
            stored("../x"),
            stored("a/../../x"),
            stored("a\0"),
            stored("a\n"),
            stored("a b"),
            stored("\u{e9}"),
            stored(&"a".repeat(256)),
            stored("a").to_uppercase(),
            stored("a").replace('T', "_"),
            stored("a").replace("0123456789ab", "0123456789ag"),
            stored("a").replace("2026", "20x6"),
            "proc/self/root".to_owned(),
        ] {
            assert_eq!(read(artifacts, DECOY, &name).unwrap_err().reason(), "name", "{name:?}");
        }
        // Of the right form, with dots in it, and longer than a file system takes.
        for name in [stored(".."), stored("...eml"), stored(&"a".repeat(255))] {
            assert!(read(artifacts, DECOY, &name).unwrap_err().is_missing(), "{name}");
        }
        assert!(read(artifacts, "no-such", NAME).unwrap_err().is_missing());
        assert_eq!(read(artifacts, DECOY, NAME).unwrap(), INSIDE);
    }
    let nowhere = Artifacts::open(&tree.base.join("nowhere"), &Limits::default());
    assert!(nowhere.read(DECOY, NAME).unwrap_err().is_missing());
}

/// Makes one hostile tree; `false` where the machine does not allow it.
type Make = fn(&Tree) -> io::Result<bool>;

fn replace_by_link(place: &Path, target: impl AsRef<Path>) -> io::Result<bool> {
    let _ = fs::remove_dir_all(place);
    symlink(target, place).map(|()| true)
}

fn run(program: &str, args: &[&str]) -> io::Result<bool> {
    Command::new(program).args(args).output().map(|output| output.status.success())
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// A tree's name, what is said of it by either way, how it is made.
type Case = (&'static str, &'static [&'static str], Make);

/// Links at each level.
fn links() -> Vec<Case> {
    const LINK: &[&str] = &["escapes", "not_a_file"];
    vec![
        ("absolute link in place of the file", LINK, |tree| {
            replace_by_link(&tree.file(), tree.outside().join(NAME))
        }),
        ("relative link in place of the file", LINK, |tree| {
            replace_by_link(&tree.file(), format!("../../../outside/{NAME}"))
        }),
        ("link to a message inside", LINK, |tree| {
            fs::write(tree.folder().join("x"), INSIDE)?;
            replace_by_link(&tree.file(), "x")
        }),
        ("link to itself", LINK, |tree| replace_by_link(&tree.file(), NAME)),
        ("link to nothing", LINK, |tree| replace_by_link(&tree.file(), "nothing")),
        ("link to a fifo", LINK, |tree| {
            let fifo = tree.folder().join("x");
            Ok(run("mkfifo", &[&text(&fifo)])? && replace_by_link(&tree.file(), "x")?)
        }),
        ("absolute link in place of smtp", LINK, |tree| {
            replace_by_link(&tree.folder(), tree.outside().join("smtp"))
        }),
        ("relative link in place of smtp", LINK, |tree| {
            replace_by_link(&tree.folder(), "../../outside/smtp")
        }),
        ("link from smtp to its own folder", LINK, |tree| {
            fs::write(tree.root().join(DECOY).join(NAME), INSIDE)?;
            replace_by_link(&tree.folder(), ".")
        }),
        ("absolute link in place of the decoy", LINK, |tree| {
            replace_by_link(&tree.root().join(DECOY), tree.outside())
        }),
        ("relative link in place of the decoy", LINK, |tree| {
            replace_by_link(&tree.root().join(DECOY), "../outside")
        }),
        ("link from the decoy to the root folder", LINK, |tree| {
            replace_by_link(&tree.root().join(DECOY), "/")
        }),
        ("magic link in place of the decoy", LINK, |tree| {
            replace_by_link(&tree.root().join(DECOY), "/proc/self/root")
        }),
        ("magic link in place of smtp", LINK, |tree| replace_by_link(&tree.folder(), "/proc/self/cwd")),
        ("magic link in place of the file", LINK, |tree| replace_by_link(&tree.file(), "/proc/self/exe")),
        ("terminal in place of the file", LINK, |tree| replace_by_link(&tree.file(), "/dev/tty")),
    ]
}

/// What is no link, and no message either.
fn others() -> Vec<Case> {
    vec![
        ("fifo in place of the file", &["not_a_file"], |tree| run("mkfifo", &[&text(&tree.file())])),
        ("fifo in place of smtp", &["escapes"], |tree| {
            fs::remove_dir(tree.folder())?;
            run("mkfifo", &[&text(&tree.folder())])
        }),
        ("socket in place of the file", &["not_a_file"], |tree| {
            // A socket's path is short, so it is bound elsewhere.
            let short = std::env::temp_dir().join(format!("s{}", std::process::id()));
            let _ = fs::remove_file(&short);
            drop(UnixListener::bind(&short)?);
            let moved = run("mv", &[&text(&short), &text(&tree.file())]);
            let _ = fs::remove_file(short);
            moved
        }),
        ("device in place of the file", &["not_a_file"], |tree| {
            run("mknod", &[&text(&tree.file()), "c", "1", "5"])
        }),
        ("folder in place of the file", &["not_a_file"], |tree| fs::create_dir(tree.file()).map(|()| true)),
        ("file in place of smtp", &["escapes"], |tree| {
            fs::remove_dir(tree.folder())?;
            fs::write(tree.folder(), INSIDE).map(|()| true)
        }),
        ("file in place of the decoy", &["escapes"], |tree| {
            fs::remove_dir_all(tree.root().join(DECOY))?;
            fs::write(tree.root().join(DECOY), INSIDE).map(|()| true)
        }),
        ("hard link to a file outside", &["linked"], |tree| {
            fs::hard_link(tree.outside().join(NAME), tree.file()).map(|()| true)
        }),
        ("hard link to a file inside", &["linked"], |tree| {
            fs::write(tree.folder().join("x"), INSIDE)?;
            fs::hard_link(tree.folder().join("x"), tree.file()).map(|()| true)
        }),
        ("a message past the bound", &["too_large"], |tree| {
            fs::write(tree.file(), vec![b'x'; 1001]).map(|()| true)
        }),
        ("a sparse file of a terabyte", &["too_large"], |tree| {
            let file = fs::File::create(tree.file())?;
            Ok(file.set_len(1 << 40).is_ok())
        }),
    ]
}

#[test]
fn hostile_trees_let_nothing_out() {
    let mut seen = 0;
    for (index, (name, expected, make)) in links().into_iter().chain(others()).enumerate() {
        let tree = Tree::new(&format!("hostile-{index}"));
        if !make(&tree).expect(name) {
            eprintln!("skipped: {name}");
            continue;
        }
        seen += 1;
        for artifacts in &tree.both() {
            let error = read(artifacts, DECOY, NAME).expect_err(name);
            assert!(expected.contains(&error.reason()), "{name}: {} {error:?}", error.reason());
            assert_eq!(error.is_hostile(), error.reason() != "too_large", "{name}");
            assert!(!error.to_string().contains(DECOY), "{name}: {error}");
        }
    }
    assert!(seen >= 25, "{seen} trees");
}

#[test]
fn a_folder_that_turns_into_a_link_lets_nothing_out() {
    let tree = Tree::new("racer");
    fs::write(tree.file(), INSIDE).unwrap();
    let aside = tree.root().join(DECOY).join("aside");
    let stop = AtomicBool::new(false);
    let (mut inside, mut refused) = (0, 0);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                fs::rename(tree.folder(), &aside).unwrap();
                symlink(tree.outside().join("smtp"), tree.folder()).unwrap();
                fs::remove_file(tree.folder()).unwrap();
                fs::rename(&aside, tree.folder()).unwrap();
            }
        });
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(2) {
            for artifacts in &tree.both() {
                match artifacts.read(DECOY, NAME) {
                    Ok(bytes) => {
                        assert_eq!(bytes, INSIDE, "it escaped");
                        inside += 1;
                    }
                    Err(error) => {
                        assert!(["missing", "escapes"].contains(&error.reason()), "{error:?}");
                        refused += 1;
                    }
                }
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert!(inside > 0 && refused > 0, "{inside} read, {refused} refused");
}

#[test]
fn a_file_that_turns_into_a_fifo_does_not_wait() {
    let tree = Tree::new("fifo-racer");
    let fifo = tree.folder().join("fifo");
    if !run("mkfifo", &[&text(&fifo)]).unwrap() {
        eprintln!("skipped: no mkfifo");
        return;
    }
    let message = tree.folder().join("message");
    fs::write(&message, INSIDE).unwrap();
    fs::rename(&message, tree.file()).unwrap();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                fs::rename(tree.file(), &message).unwrap();
                fs::rename(&fifo, tree.file()).unwrap();
                fs::rename(tree.file(), &fifo).unwrap();
                fs::rename(&message, tree.file()).unwrap();
            }
        });
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(500) {
            for artifacts in &tree.both() {
                match read(artifacts, DECOY, NAME) {
                    Ok(bytes) => assert_eq!(bytes, INSIDE),
                    Err(error) => assert!(["missing", "not_a_file"].contains(&error.reason()), "{error:?}"),
                }
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
}
