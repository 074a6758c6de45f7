# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rewritings that the shell undoes by running something: decoders, and shells fed with text."""
import base64
import codecs

from bases import single
from draft import LINE, SOURCE, COMMAND, rewriting

SPECIAL = "'\"\\$;|&<>(){}`*?[~\n#!"


def shell_of(draft, rng):
    """A shell that understands the line so far."""
    names = ("sh", "sh", "bash", "/bin/sh", "dash", "bash -s") if draft.posix else ("bash", "/bin/bash", "bash -s")
    return rng.choice(names)


def plain(text):
    """Whether the words of an unquoted substitution are the words of the line."""
    return not any(char in text for char in SPECIAL)


def fed(draft, rng, command):
    """A line in which a command's output is run."""
    shell = shell_of(draft, rng)
    forms = [f"{command}|{shell}", f"{command} | {shell}", f'eval "$({command})"', f"eval `{command}`" if plain(draft.text()) else "",
             f'{shell.split()[0]} -c "$({command})"']
    bash = [f"{shell}<<<$({command})" if plain(draft.text()) else "", f'{shell} <<< "$({command})"', f". <({command})", f"source <({command})", f"bash <({command})"]
    if "\\" in command or "`" in command:
        forms[3] = ""
    form = rng.choice([form for form in forms + (bash if rng.random() < 0.4 else []) if form])
    draft.posix &= form not in bash
    draft.line = form
    return True


@rewriting("computed", LINE)
def base64_line(draft, rng):
    code = base64.b64encode(draft.text().encode()).decode()
    quoted = rng.choice((code, f"'{code}'", f'"{code}"'))
    say = rng.choice(("echo", "echo", "printf %s", "echo -n"))
    flag = rng.choice(("-d", "-d", "--decode", "-di"))
    command = f"{say} {quoted}|base64 {flag}"
    if rng.random() < 0.2:
        command, draft.posix = f"base64 {flag}<<<{quoted}", False
    draft.posix &= say != "echo -n"
    return fed(draft, rng, command)


@rewriting("computed", LINE)
def base64_twice(draft, rng):
    code = base64.b64encode(base64.b64encode(draft.text().encode())).decode()
    return fed(draft, rng, f"echo {code}|base64 -d|base64 -d")


@rewriting("computed", LINE)
def base64_variable(draft, rng):
    code = base64.b64encode(draft.text().encode()).decode()
    name = draft.variable(rng)
    shell = shell_of(draft, rng)
    draft.line = rng.choice((f"{name}={code};echo ${name}|base64 -d|{shell}", f'{name}={code};eval "$(echo ${{{name}}}|base64 -d)"'))
    return True


@rewriting("computed", LINE)
def hex_line(draft, rng):
    code = draft.text().encode().hex()
    flags = rng.choice(("-r -p", "-p -r", "-ps -r", "-r -ps"))
    command = f"{rng.choice(('echo', 'printf %s'))} {code}|xxd {flags}"
    if rng.random() < 0.2:
        command, draft.posix = f"xxd {flags}<<<{code}", False
    return fed(draft, rng, command)


def octal(text):
    return "".join(f"\\{byte:03o}" for byte in text.encode())


def hexadecimal(text):
    return "".join(f"\\x{byte:02x}" for byte in text.encode())


@rewriting("computed", LINE)
def printf_line(draft, rng):
    text = draft.text()
    if rng.random() < 0.5:
        return fed(draft, rng, f"printf '{octal(text)}'")
    shell_posix, draft.posix = draft.posix, False
    del shell_posix
    return fed(draft, rng, rng.choice((f"printf '{hexadecimal(text)}'", f"printf '%b' '{hexadecimal(text)}'", f'printf "{hexadecimal(text)}"')))


@rewriting("computed", LINE, posix=False)
def echo_escapes_line(draft, rng):
    text = draft.text()
    code = hexadecimal(text) if rng.random() < 0.6 else "".join(f"\\0{byte:03o}" for byte in text.encode())
    draft.posix = False
    return fed(draft, rng, f"echo {rng.choice(('-e', '-ne', '-en'))} {rng.choice(('%r', chr(34) + '%s' + chr(34)))[:9]}".replace("%r", f"'{code}'").replace("%s", code))


@rewriting("computed", LINE)
def reversed_line(draft, rng):
    text = draft.text()
    if "\n" in text:
        return False
    return fed(draft, rng, f"echo {single(text[::-1])}|rev" if "\\" not in text else f"printf %s {single(text[::-1])}|rev")


@rewriting("computed", LINE)
def rotated_line(draft, rng):
    text = draft.text()
    if "\\" in text:
        return False
    sets = rng.choice(("'A-Za-z' 'N-ZA-Mn-za-m'", "A-Za-z N-ZA-Mn-za-m", "'N-ZA-Mn-za-m' 'A-Za-z'", "'[A-Za-z]' '[N-ZA-Mn-za-m]'"))
    return fed(draft, rng, f"echo {single(codecs.encode(text, 'rot13'))}|tr {sets}")


@rewriting("computed", LINE)
def deleted_marks_line(draft, rng):
    text = draft.text()
    mark = rng.choice([char for char in "@_%^QZ" if char not in text] or [""])
    if not mark or "\\" in text:
        return False
    marked = "".join(char + (mark if rng.random() < 0.5 else "") for char in text)
    return fed(draft, rng, f"echo {single(marked)}|tr -d {rng.choice((mark, single(mark)))}")


@rewriting("computed", LINE)
def swapped_marks_line(draft, rng):
    text = draft.text()
    left = [char for char in "@_%^,:+QZ" if char not in text]
    if not left or "\\" in text or " " not in text:
        return False
    mark = rng.choice(left)
    return fed(draft, rng, f"echo {single(text.replace(' ', mark))}|tr '{mark}' ' '")


@rewriting("computed", LINE)
def echoed_line(draft, rng):
    text = draft.text()
    if "\\" in text:
        return False
    return fed(draft, rng, f"{rng.choice(('echo', 'printf %s'))} {single(text)}")


@rewriting("computed", LINE, posix=False)
def here_string(draft, rng):
    draft.posix = False
    draft.line = f"{shell_of(draft, rng)}{rng.choice(('<<<', ' <<< '))}{single(draft.text())}"
    return True


@rewriting("computed", LINE)
def here_document(draft, rng):
    text = draft.text()
    mark = rng.choice(("EOF", "E", "_", "x1"))
    quote = rng.choice(("'{}'", '"{}"', "\\{}")) if any(char in text for char in "$\\`") else "{}"
    draft.line = f"{shell_of(draft, rng)}<<{quote.format(mark)}\n{text}\n{mark}"
    return True


@rewriting("computed", LINE)
def shell_argument(draft, rng):
    text = draft.text()
    shell = shell_of(draft, rng).replace(" -s", "")
    if rng.random() < 0.5 or any(char in text for char in "\\$`\"!"):
        text = single(text)
    else:
        text = f'"{text}"'
    draft.line = f"{shell} -c {text}"
    return True


@rewriting("computed", LINE)
def evaluated(draft, rng):
    text = draft.text()
    draft.line = "eval " + (f'"{text}"' if rng.random() < 0.5 and not any(char in text for char in '\\$`"!') else single(text))
    return True


@rewriting("computed", LINE)
def substituted_line(draft, rng):
    text = draft.text()
    if not plain(text):
        return False
    code = base64.b64encode(text.encode()).decode()
    command = rng.choice((
        f"echo {code}|base64 -d", f"printf '{octal(text)}'", f"echo {text[::-1]}|rev",
        f"echo {text.encode().hex()}|xxd -r -p", f"printf '%s ' {text}", f"echo {codecs.encode(text, 'rot13')}|tr a-zA-Z n-za-mN-ZA-M",
    ))
    draft.line = f"$({command})" if rng.random() < 0.7 or "\\" in command else f"`{command}`"
    return True


def word_by(draft, rng, commands, fits=lambda word: len(word.value) > 1):
    """Puts one word, or a piece of it, in the place of a substitution that prints it."""
    _, word = draft.pick(rng, fits)
    if not word:
        return False
    start, end = 0, len(word.value)
    if rng.random() < 0.4:
        start = rng.randrange(end - 1)
        end = rng.randint(start + 1, end)
    piece = word.value[start:end]
    posix, command = rng.choice(commands(piece))
    draft.posix &= posix
    ticks = rng.random() < 0.3 and "\\" not in command
    made = f"`{command}`" if ticks else f"$({command})"
    word.source = word.value[:start] + made + word.value[end:]
    return True


@rewriting("computed", SOURCE)
def printf_word(draft, rng):
    def commands(text):
        half = len(text) // 2
        return [
            (True, f"printf '{octal(text)}'"), (False, f"printf '{hexadecimal(text)}'"),
            (True, f"printf %s%s '{text[:half]}' '{text[half:]}'"), (False, f"printf '%b' '{hexadecimal(text)}'"),
        ]

    return word_by(draft, rng, commands)


@rewriting("computed", SOURCE)
def echo_word(draft, rng):
    def commands(text):
        quoted = text[0] + '""' + text[1:]
        return [(False, f"echo -e '{hexadecimal(text)}'"), (True, f"echo {quoted}"), (False, f"echo -ne \"{hexadecimal(text)}\"")]

    return word_by(draft, rng, commands)


@rewriting("computed", SOURCE)
def reversed_word(draft, rng):
    return word_by(draft, rng, lambda text: [(True, f"echo {text[::-1]}|rev"), (False, f"rev<<<{text[::-1]}"), (False, f"rev <<< '{text[::-1]}'")])


@rewriting("computed", SOURCE)
def decoded_word(draft, rng):
    def commands(text):
        code = base64.b64encode(text.encode()).decode()
        hexed = text.encode().hex()
        return [
            (True, f"echo {code}|base64 -d"), (False, f"base64 -d<<<{code}"), (True, f"echo {hexed}|xxd -r -p"),
            (False, f"xxd -r -p<<<{hexed}"), (True, f"printf %s {code} | base64 --decode"),
        ]

    return word_by(draft, rng, commands)


@rewriting("computed", SOURCE)
def translated_word(draft, rng):
    def commands(text):
        rot = codecs.encode(text, "rot13")
        made = [
            (True, f"echo {rot}|tr A-Za-z N-ZA-Mn-za-m"), (False, f"tr 'a-z' 'n-za-m'<<<{rot}") if text == text.lower() else (True, f"echo {rot}|tr 'A-Za-z' 'N-ZA-Mn-za-m'"),
        ]
        if text == text.lower():
            made += [(True, f"echo {text.upper()}|tr A-Z a-z"), (False, f'tr "A-Z" "a-z"<<<"{text.upper()}"'), (True, f"echo {text.upper()}|tr '[:upper:]' '[:lower:]'")]
        if "@" not in text:
            made.append((True, f"echo {'@'.join(text)}|tr -d @"))
        return made

    return word_by(draft, rng, commands)


@rewriting("computed", COMMAND)
def arguments_piped(draft, rng):
    stage = draft.stages[0]
    if len(draft.stages) > 1 or len(stage.words) < 2 or stage.redirects or stage.front or stage.gaps:
        return False
    if any(not word.free() for word in stage.words):
        return False
    at = rng.randrange(1, len(stage.words))
    given = " ".join(word.value for word in stage.words[at:])
    stage.words = stage.words[:at]
    stage.front = rng.choice((f"echo {given}|xargs ", f"echo '{given}' | xargs ", f"printf '%s\\n' {given}|xargs "))
    return True


@rewriting("computed", SOURCE, posix=False)
def read_printed(draft, rng):
    _, word = draft.pick(rng)
    if not word:
        return False
    name = draft.variable(rng)
    code = base64.b64encode(word.value.encode()).decode()
    command = rng.choice((f"echo {word.value}", f"echo {code}|base64 -d", f"printf '{octal(word.value)}\\n'", f"echo {word.value[::-1]}|rev"))
    draft.before.append(rng.choice((f"read {name}< <({command})", f"mapfile -t {name} < <({command})", f"read -r {name} <<< $({command})")))
    word.source = f"${name}" if rng.random() < 0.5 else f"${{{name}}}"
    return True


@rewriting("computed", LINE)
def read_line_by_line(draft, rng):
    text = draft.text()
    if "\\" in text or "\n" in text or "\r" in text:
        return False
    name = draft.variable(rng)
    command = rng.choice((f"echo {single(text)}", f"printf '%s\\n' {single(text)}"))
    body = rng.choice((f'eval "${name}"', f"eval ${name}" if plain(text) else f'eval "${name}"'))
    draft.line = f"{command} | while read -r {name};do {body};done"
    return True


@rewriting("computed", LINE)
def split_by_env(draft, rng):
    text = draft.text()
    if not plain(text) or "=" in text or draft.before or len(draft.stages) > 1:
        return False
    draft.line = f"env -S {single(text)}"
    return True
