# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rewritings that the shell undoes while it reads words: quotes, escapes, paths, wrappers."""
from draft import COMMAND, GAPS, KEYS, SOURCE, VALUE, is_path, rewriting

SYSTEM_TOOLS = "useradd iptables insmod ifconfig reboot setenforce chpasswd".split()


def cut(rng, text):
    """A place inside a text, never beside a slash alone."""
    return rng.randrange(1, len(text))


def several(rng, text, most=3):
    return sorted(rng.sample(range(len(text)), min(len(text), rng.randint(1, most))))


@rewriting("lexical", SOURCE)
def empty_quotes(draft, rng):
    _, word = draft.pick(rng)
    if not word:
        return False
    text, pair = word.value, rng.choice(("''", '""'))
    for at in reversed(several(rng, text[1:])):
        text = text[: at + 1] + pair + text[at + 1 :]
    word.source = text
    return True


@rewriting("lexical", SOURCE)
def quoted_piece(draft, rng):
    _, word = draft.pick(rng)
    if not word:
        return False
    start = rng.randrange(len(word.value) - 1)
    end = rng.randint(start + 1, len(word.value) - (start == 0))
    mark = rng.choice("'\"")
    word.source = word.value[:start] + mark + word.value[start:end] + mark + word.value[end:]
    return True


@rewriting("lexical", SOURCE)
def quoted_letters(draft, rng):
    _, word = draft.pick(rng)
    if not word:
        return False
    word.source = "".join(rng.choice(("'{}'", '"{}"', "{}")).format(char) for char in word.value)
    return word.source != word.value


@rewriting("lexical", SOURCE)
def quoted_whole(draft, rng):
    _, word = draft.pick(rng)
    if not word:
        return False
    mark = rng.choice("'\"")
    word.source = mark + word.value + mark
    return True


@rewriting("lexical", SOURCE)
def backslashes(draft, rng):
    _, word = draft.pick(rng)
    if not word:
        return False
    at = several(rng, word.value, rng.choice((1, 2, 3, 99)))
    word.source = "".join("\\" + char if n in at else char for n, char in enumerate(word.value))
    return True


def ansi(rng, char):
    form = rng.choice(("\\x%02x", "\\%03o", "\\u%04x", "%c"))
    return form % (char if form == "%c" else ord(char))


@rewriting("lexical", SOURCE, posix=False)
def ansi_c_whole(draft, rng):
    _, word = draft.pick(rng)
    if not word:
        return False
    word.source = "$'" + "".join(ansi(rng, char) for char in word.value) + "'"
    return True


@rewriting("lexical", SOURCE, posix=False)
def ansi_c_piece(draft, rng):
    _, word = draft.pick(rng)
    if not word:
        return False
    at = rng.randrange(len(word.value))
    piece = "$'\\x%02x'" if rng.random() < 0.5 else "$'\\%03o'"
    word.source = word.value[:at] + piece % ord(word.value[at]) + word.value[at + 1 :]
    return True


@rewriting("lexical", SOURCE, posix=False)
def translated_quotes(draft, rng):
    _, word = draft.pick(rng)
    if not word:
        return False
    at = rng.randrange(len(word.value))
    word.source = word.value[:at] + '$"' + word.value[at:] + '"'
    return True


@rewriting("lexical", SOURCE, posix=False)
def brace_range(draft, rng):
    _, word = draft.pick(rng, lambda word: any(char.isalpha() for char in word.value))
    if not word:
        return False
    at = rng.choice([n for n, char in enumerate(word.value) if char.isalpha()])
    char = word.value[at]
    word.source = f"{word.value[:at]}{{{char}..{char}}}{word.value[at + 1:]}"
    return True


@rewriting("lexical", SOURCE, posix=False)
def brace_list(draft, rng):
    stage = rng.choice(draft.stages)
    if len(stage.words) < 2 or stage.gaps or any("," in word.value or not word.free() for word in stage.words):
        return False
    stage.words[0].source = "{" + ",".join(word.value for word in stage.words) + "}"
    stage.words = stage.words[:1]
    return True


@rewriting("lexical", SOURCE)
def continued_word(draft, rng):
    _, word = draft.pick(rng)
    if not word:
        return False
    at = cut(rng, word.value)
    word.source = word.value[:at] + "\\\n" + word.value[at:]
    return True


def gaps_of(draft, rng):
    stage = rng.choice(draft.stages)
    if len(stage.words) < 2 or stage.gaps:
        return None
    stage.gaps = [" "] * (len(stage.words) - 1)
    return stage


@rewriting("lexical", GAPS)
def ifs_gaps(draft, rng):
    stage = gaps_of(draft, rng)
    if not stage:
        return False
    form = rng.choice(("${IFS}", "${IFS}", "$IFS$9", "${IFS}${IFS}"))
    for at in several(rng, stage.gaps, 99 if rng.random() < 0.7 else 1):
        stage.gaps[at] = form
    return True


@rewriting("lexical", GAPS)
def blank_gaps(draft, rng):
    stage = gaps_of(draft, rng)
    if not stage:
        return False
    stage.gaps = [rng.choice(("\t", "  ", " \t ", "\t\t")) for _ in stage.gaps]
    stage.front += rng.choice(("", " ", "\t"))
    return True


@rewriting("lexical", GAPS)
def continued_gap(draft, rng):
    stage = gaps_of(draft, rng)
    if not stage:
        return False
    for at in several(rng, stage.gaps):
        stage.gaps[at] = rng.choice((" \\\n", "\\\n ", " \\\n\\\n "))
    return True


@rewriting("lexical", VALUE)
def tool_path(draft, rng):
    stage = rng.choice(draft.stages)
    word = stage.words[0]
    if "/" in word.value or word.value == "history":
        return False
    s = "s" if word.value in SYSTEM_TOOLS else ""
    name = word.value
    word.value = rng.choice((
        f"/{s}bin/{name}", f"/usr/{s}bin/{name}", f"/usr/../{s}bin/{name}", f"//{s}bin//{name}",
        f"/{s}bin/./{name}", f"/{s}bin/../{s}bin/{name}", f"../{s}bin/{name}", f"/proc/self/root/{s}bin/{name}",
    ))
    return True


@rewriting("lexical", VALUE)
def path_noise(draft, rng):
    _, word = draft.pick(rng, is_path)
    if not word:
        return False
    slashes = [n for n, char in enumerate(word.value[:-1]) if char == "/"]
    for at in sorted(rng.sample(slashes, rng.randint(1, min(2, len(slashes)))), reverse=True):
        noise = rng.choice(("//", "/./", "/././", "///"))
        word.value = word.value[:at] + noise + word.value[at + 1 :]
    return True


@rewriting("lexical", VALUE)
def path_climb(draft, rng):
    _, word = draft.pick(rng, is_path)
    if not word:
        return False
    top = word.value.split("/")[1]
    word.value = rng.choice((f"/{top}/..", "/usr/..", "/..", "/var/log/../..", "/etc/../.")) + word.value
    return True


@rewriting("lexical", VALUE)
def path_by_proc(draft, rng):
    _, word = draft.pick(rng, is_path)
    if not word:
        return False
    word.value = rng.choice(("/proc/self/root", "/proc/self/root/", "/proc/self/root/.")) + word.value
    return True


WRAPPERS = (
    "sudo", "sudo -n", "sudo -u root", "doas", "busybox", "/bin/busybox", "env", "env -i PATH=$PATH", "env A=1",
    "nohup", "timeout 5", "timeout -s 9 10", "nice", "nice -n 19", "setsid", "ionice -c3", "stdbuf -o0", "time",
    "exec", "command", "command -p", "LC_ALL=C", "A=b", "nohup setsid", "sudo env", "nice timeout 9 env", "!",
)
BUILTINS = ("time", "exec", "command", "command -p", "LC_ALL=C", "A=b", "!", "sudo", "nohup", "env")


@rewriting("lexical", COMMAND)
def wrapper(draft, rng):
    stage = rng.choice(draft.stages)
    first = rng.choice(WRAPPERS)
    if first in ("!", "time") and stage is not draft.stages[0]:
        return False
    if first == "time":
        draft.posix = False
    stage.front = first + " " + stage.front
    return True


@rewriting("lexical", COMMAND)
def wrapper_hidden(draft, rng):
    stage = rng.choice(draft.stages)
    first = rng.choice(("su\\do", "'busybox'", "e''nv", '"nohup"', "/usr/bin/env", "n\\ice", "/usr//bin/nohup", "\\command"))
    stage.front = first + " " + stage.front
    return True


@rewriting("lexical", COMMAND)
def by_xargs(draft, rng):
    if len(draft.stages) > 1 or draft.stages[0].front:
        return False
    stage = draft.stages[0]
    if any(not word.free() for word in stage.words) or stage.gaps:
        return False
    stage.front = rng.choice(("echo|xargs ", "xargs </dev/null ", "echo | xargs -n9 ", "xargs -r -a /etc/hostname -I@ "))
    return "-a" not in stage.front


@rewriting("lexical", COMMAND)
def redirected_first(draft, rng):
    stage = rng.choice(draft.stages)
    last = stage is draft.stages[-1] and not stage.redirects
    stage.front = rng.choice(("2>/dev/null ", "2>&1 ", "2>/dev/null 3>&2 ") + ((">/dev/null ", "</dev/null>/dev/null ") if last and len(draft.stages) == 1 else ())) + stage.front
    return True


@rewriting("lexical", GAPS)
def redirected_between(draft, rng):
    stage = gaps_of(draft, rng)
    if not stage:
        return False
    sign = rng.choice((" 2>/dev/null ", " 2>&1 ", "</dev/null ", " 3>&1 ", " 2>/dev/null  3>&2 "))
    if sign.startswith("<") and len(draft.stages) > 1:
        return False
    stage.gaps[rng.randrange(len(stage.gaps))] = sign
    return True


@rewriting("lexical", COMMAND)
def grouped(draft, rng):
    front, back = rng.choice((
        ("(", ")"), ("{ ", "; }"), ("( ", " ) 2>/dev/null"), ("if true;then ", ";fi"), ("while ", ";do break;done"),
        ("", "&"), (":;", ""), ("true&&", ""), ("false||", ""), (";" , ""), ("(:;(", "))"), ("", " #ok"), ("", ";:"),
        (":\n", "\n:"), ("until ! ", ";do :;done"), ("case x in x)", ";;esac"),
    ))
    if front == ";" or draft.wrap != ("", ""):
        return False
    draft.wrap = (front, back)
    return True


@rewriting("lexical", COMMAND)
def glued(draft, rng):
    if draft.wrap != ("", ""):
        return False
    draft.wrap = (rng.choice((":;", "true;", ":&&", ":||:;", "cd;", ":>/dev/null;")), rng.choice((";:", "||:", "&&:", "")))
    return True


@rewriting("lexical", KEYS)
def erased_keys(draft, rng):
    line = draft.text()
    if "\t" in line or "\n" in line:
        return False
    for _ in range(rng.randint(1, 2)):
        at = rng.randrange(1, len(line))
        wrong = "".join(rng.choice("abcdeghik mnoprstuw/") for _ in range(rng.randint(1, 3)))
        line = line[:at] + wrong + rng.choice("\x7f\x08") * len(wrong) + line[at:]
    draft.line, draft.shell, draft.posix = line, "bash-readline", False
    return True


@rewriting("lexical", KEYS)
def erased_line(draft, rng):
    line = draft.text()
    if "\t" in line or "\n" in line:
        return False
    words = rng.choice(("ls -la", "cd /tmp", "exit", "echo hello"))
    line = words + "\x15" + line if rng.random() < 0.5 else words.split()[0] + "\x17" + line
    draft.line, draft.shell, draft.posix = line + rng.choice(("", "\r")), "bash-readline", False
    return True


@rewriting("lexical", KEYS)
def carriage_return(draft, rng):
    line = draft.text()
    if "\t" in line or "\n" in line:
        return False
    draft.line, draft.shell, draft.posix = line + "\r", "bash-readline", False
    return True


@rewriting("lexical", KEYS)
def nul_bytes(draft, rng):
    line = draft.text()
    for at in sorted(rng.sample(range(1, len(line)), min(2, len(line) - 1)), reverse=True):
        line = line[:at] + "\0" + line[at:]
    draft.line, draft.shell, draft.posix = line, "bash-stdin", False
    return True
