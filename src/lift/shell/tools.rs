// SPDX-License-Identifier: AGPL-3.0-or-later
//! Names that mean something to the lifter at the start of a command.

/// What a command of that name does with its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A command may follow it.
    Keyword,
    For,
    Case,
    Esac,
    Function,
    /// Runs the command that its operands are.
    Wrapper,
    Shell,
    Interpreter,
    Awk,
    Eval,
    /// `.` and `source`.
    Source,
    /// Takes addresses to fetch from.
    Fetcher,
    /// Takes a host to talk to.
    Remote,
    Tee,
    Dd,
    Find,
    /// Takes a script after `-c`.
    Su,
    Trap,
    Echo,
    Printf,
    Base64,
    Xxd,
    Rev,
    Tr,
    Cat,
    /// Sets variables: `export x=y`.
    Declare,
    Cd,
    Set,
    Unset,
    Shift,
    Read,
    /// `mapfile`: sets an array to lines.
    Mapfile,
}

/// A known name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tool {
    pub(super) name: &'static str,
    pub(super) role: Role,
    /// Short options that take a value.
    pub(super) valued: &'static str,
    /// Operands of a wrapper that stand before its command.
    pub(super) operands: u8,
}

const fn tool(name: &'static str, role: Role, valued: &'static str) -> Tool {
    Tool { name, role, valued, operands: 0 }
}

const fn wrapper(name: &'static str, valued: &'static str, operands: u8) -> Tool {
    Tool { name, role: Role::Wrapper, valued, operands }
}

const fn keyword(name: &'static str) -> Tool {
    tool(name, Role::Keyword, "")
}

const SH: &str = "oO";

const TOOLS: &[Tool] = &[
    keyword("if"),
    keyword("then"),
    keyword("elif"),
    keyword("else"),
    keyword("fi"),
    keyword("do"),
    keyword("done"),
    keyword("while"),
    keyword("until"),
    keyword("{"),
    keyword("}"),
    keyword("!"),
    keyword("coproc"),
    tool("for", Role::For, ""),
    tool("select", Role::For, ""),
    tool("case", Role::Case, ""),
    tool("esac", Role::Esac, ""),
    tool("function", Role::Function, ""),
    wrapper("sudo", "ugpCDRTrthU", 0),
    wrapper("doas", "uCa", 0),
    wrapper("busybox", "", 0),
    wrapper("toybox", "", 0),
    wrapper("env", "uCS", 0),
    wrapper("nohup", "", 0),
    wrapper("timeout", "ks", 1),
    wrapper("command", "", 0),
    wrapper("builtin", "", 0),
    wrapper("exec", "a", 0),
    wrapper("nice", "n", 0),
    wrapper("ionice", "cnpPu", 0),
    wrapper("setsid", "", 0),
    wrapper("xargs", "IELnPsda", 0),
    wrapper("time", "fo", 0),
    wrapper("stdbuf", "ioe", 0),
    wrapper("chroot", "", 1),
    wrapper("unbuffer", "", 0),
    wrapper("watch", "n", 0),
    wrapper("flock", "wE", 1),
    wrapper("strace", "abeIoOpPsSuUEX", 0),
    wrapper("ltrace", "aAeFlnopsSuwxX", 0),
    wrapper("sshpass", "pfdP", 0),
    wrapper("proxychains", "f", 0),
    wrapper("proxychains4", "f", 0),
    wrapper("torsocks", "", 0),
    wrapper("torify", "", 0),
    wrapper("taskset", "", 1),
    wrapper("chrt", "TPD", 1),
    wrapper("unshare", "SGRw", 0),
    wrapper("nsenter", "tSG", 0),
    wrapper("fakeroot", "", 0),
    wrapper("firejail", "", 0),
    wrapper("setarch", "", 1),
    wrapper("linux32", "", 0),
    wrapper("linux64", "", 0),
    wrapper("pkexec", "", 0),
    wrapper("gosu", "", 1),
    wrapper("su-exec", "", 1),
    wrapper("setpriv", "", 0),
    wrapper("systemd-run", "pMHu", 0),
    wrapper("dbus-run-session", "", 0),
    wrapper("catchsegv", "", 0),
    wrapper("rlwrap", "", 0),
    wrapper("eatmydata", "", 0),
    wrapper("cpulimit", "lpeP", 0),
    tool("sh", Role::Shell, SH),
    tool("bash", Role::Shell, SH),
    tool("dash", Role::Shell, SH),
    tool("ash", Role::Shell, SH),
    tool("hush", Role::Shell, SH),
    tool("ksh", Role::Shell, SH),
    tool("mksh", Role::Shell, SH),
    tool("zsh", Role::Shell, SH),
    tool("rbash", Role::Shell, SH),
    tool("csh", Role::Shell, ""),
    tool("tcsh", Role::Shell, ""),
    tool("fish", Role::Shell, "C"),
    tool("python", Role::Interpreter, "WX"),
    tool("perl", Role::Interpreter, ""),
    tool("ruby", Role::Interpreter, ""),
    tool("php", Role::Interpreter, "d"),
    tool("node", Role::Interpreter, ""),
    tool("nodejs", Role::Interpreter, ""),
    tool("lua", Role::Interpreter, ""),
    tool("tclsh", Role::Interpreter, ""),
    tool("pypy", Role::Interpreter, "WX"),
    tool("awk", Role::Awk, "fvFi"),
    tool("gawk", Role::Awk, "fvFi"),
    tool("mawk", Role::Awk, "fvFi"),
    tool("nawk", Role::Awk, "fvFi"),
    tool("eval", Role::Eval, ""),
    tool(".", Role::Source, ""),
    tool("source", Role::Source, ""),
    tool("wget", Role::Fetcher, "OoPaUeIAtTwQDiBRlXs"),
    tool("curl", Role::Fetcher, "oHdXAuxebcFTmECKrwyYzQPDht"),
    tool("fetch", Role::Fetcher, "oTSwiBN"),
    tool("ftpget", Role::Fetcher, "upP"),
    tool("ftpput", Role::Fetcher, "upP"),
    tool("tftp", Role::Fetcher, "lrbcm"),
    tool("lynx", Role::Fetcher, ""),
    tool("links", Role::Fetcher, ""),
    tool("axel", Role::Fetcher, "oHUsnST"),
    tool("aria2c", Role::Fetcher, "odisxjkU"),
    tool("lwp-download", Role::Fetcher, ""),
    tool("GET", Role::Fetcher, ""),
    tool("ssh", Role::Remote, "pilLRDoFJbcEIkmOQSWwe"),
    tool("scp", Role::Remote, "PilFJcoSDX"),
    tool("sftp", Role::Remote, "PilFJcoSDXbBR"),
    tool("rsync", Role::Remote, "efBMT"),
    tool("nc", Role::Remote, "pswecgGiqXxIOPTVmo"),
    tool("ncat", Role::Remote, "pswecgGiqXxIOPTVmo"),
    tool("netcat", Role::Remote, "pswecgGiqXxIOPTVmo"),
    tool("telnet", Role::Remote, "lbenSX"),
    tool("ftp", Role::Remote, "PrTsN"),
    tool("ping", Role::Remote, "cisWItwMmQpFSTl"),
    tool("ping6", Role::Remote, "cisWItwMmQpFSTl"),
    tool("traceroute", Role::Remote, "fgimNpqstwz"),
    tool("nslookup", Role::Remote, ""),
    tool("dig", Role::Remote, "bcfkpqtxy"),
    tool("host", Role::Remote, "ctWRNm"),
    tool("whois", Role::Remote, "hp"),
    tool("nmap", Role::Remote, "pDegioS"),
    tool("masscan", Role::Remote, "pei"),
    tool("hping3", Role::Remote, "cipsdIa"),
    tool("tee", Role::Tee, ""),
    tool("dd", Role::Dd, ""),
    tool("find", Role::Find, ""),
    tool("su", Role::Su, "csgGwT"),
    tool("runuser", Role::Su, "cusgGwT"),
    tool("script", Role::Su, "cEIOBTmo"),
    tool("trap", Role::Trap, ""),
    tool("echo", Role::Echo, ""),
    tool("printf", Role::Printf, "v"),
    tool("base64", Role::Base64, "w"),
    tool("xxd", Role::Xxd, "cglosn"),
    tool("rev", Role::Rev, ""),
    tool("tr", Role::Tr, ""),
    tool("cat", Role::Cat, ""),
    tool("export", Role::Declare, ""),
    tool("declare", Role::Declare, ""),
    tool("local", Role::Declare, ""),
    tool("readonly", Role::Declare, ""),
    tool("typeset", Role::Declare, ""),
    tool("cd", Role::Cd, ""),
    tool("pushd", Role::Cd, ""),
    tool("set", Role::Set, "o"),
    tool("unset", Role::Unset, ""),
    tool("shift", Role::Shift, ""),
    tool("read", Role::Read, "adinNptu"),
    tool("mapfile", Role::Mapfile, "dnOsuCc"),
    tool("readarray", Role::Mapfile, "dnOsuCc"),
];

const SLOTS: usize = 1024;

/// Open addressing: one more than a tool's place, or 0.
static INDEX: [u8; SLOTS] = index();

#[expect(clippy::indexing_slicing, reason = "constant evaluation would not build if it were out of bounds")]
const fn index() -> [u8; SLOTS] {
    let mut index = [0; SLOTS];
    let mut place = 0;
    while place < TOOLS.len() {
        let mut slot = hash(TOOLS[place].name.as_bytes());
        while index[slot] != 0 {
            slot = (slot + 1) % SLOTS;
        }
        index[slot] = place as u8 + 1;
        place += 1;
    }
    index
}

#[expect(clippy::indexing_slicing, reason = "each index is below the length that was asked for")]
const fn hash(name: &[u8]) -> usize {
    let length = name.len();
    if length == 0 {
        return 0;
    }
    let (first, second) = (name[0] as usize, name[length / 2] as usize);
    let last = name[length - 1] as usize;
    (first.wrapping_mul(31) ^ second.wrapping_mul(421) ^ last.wrapping_mul(67) ^ length.wrapping_mul(149))
        % SLOTS
}

/// The tool of that name; a version at its end (`python3.11`) does not matter.
#[inline]
pub(super) fn lookup(name: &str) -> Option<&'static Tool> {
    match exact(name) {
        None if matches!(name.as_bytes(), [.., b'0'..=b'9']) => versioned(name),
        found => found,
    }
}

#[cold]
fn versioned(name: &str) -> Option<&'static Tool> {
    // The dynamic loader runs what it is given.
    if ["ld-linux", "ld-musl"].iter().any(|loader| name.starts_with(loader)) {
        return exact("catchsegv");
    }
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-');
    exact(name).filter(|tool| matches!(tool.role, Role::Interpreter | Role::Shell))
}

fn exact(name: &str) -> Option<&'static Tool> {
    let mut slot = hash(name.as_bytes());
    loop {
        let place = usize::from(INDEX.get(slot).copied()?);
        let tool = TOOLS.get(place.checked_sub(1)?)?;
        if tool.name == name {
            return Some(tool);
        }
        slot = (slot + 1) % SLOTS;
    }
}
