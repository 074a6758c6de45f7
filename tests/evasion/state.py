# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rewritings that the shell undoes from the line's own state: variables, working directory, globs."""
from bases import single
from draft import COMMAND, GAPS, LINE, SOURCE, is_path, rewriting
from lexical import cut


def use(rng, name, text=""):
    """How a variable is read; braces where the text that follows needs them."""
    return f"${{{name}}}" if text or rng.random() < 0.5 else f"${name}"


@rewriting("state", SOURCE)
def variable(draft, rng):
    _, word = draft.pick(rng)
    if not word:
        return False
    name = draft.variable(rng)
    value = rng.choice((word.value, f"'{word.value}'", f'"{word.value}"'))
    draft.before.append(f"{name}={value}")
    word.source = rng.choice(("{}", "{}", '"{}"')).format(use(rng, name))
    return True


@rewriting("state", SOURCE)
def variable_exported(draft, rng):
    _, word = draft.pick(rng)
    if not word:
        return False
    name = draft.variable(rng)
    how = rng.choice(("export {0}={1}", "readonly {0}={1}", "declare {0}={1}", "typeset {0}={1}"))
    draft.posix &= how[0] not in "dt"
    draft.before.append(how.format(name, word.value))
    word.source = use(rng, name)
    return True


@rewriting("state", SOURCE)
def variable_halves(draft, rng):
    _, word = draft.pick(rng)
    if not word:
        return False
    at = cut(rng, word.value)
    left, right = draft.variable(rng), draft.variable(rng)
    draft.before += [f"{left}={word.value[:at]}", f"{right}={word.value[at:]}"]
    word.source = use(rng, left, right) + use(rng, right)
    return True


@rewriting("state", SOURCE)
def variable_piece(draft, rng):
    _, word = draft.pick(rng)
    if not word:
        return False
    start = rng.randrange(len(word.value))
    end = rng.randint(start + 1, len(word.value))
    name = draft.variable(rng)
    draft.before.append(f"{name}={word.value[start:end]}")
    word.source = word.value[:start] + use(rng, name, word.value[end:]) + word.value[end:]
    return True


@rewriting("state", SOURCE)
def variable_appended(draft, rng):
    _, word = draft.pick(rng)
    if not word:
        return False
    at = cut(rng, word.value)
    name = draft.variable(rng)
    if rng.random() < 0.5:
        draft.posix = False
        second = f"{name}+={word.value[at:]}"
    else:
        second = f"{name}=${{{name}}}{word.value[at:]}"
    draft.before += [f"{name}={word.value[:at]}", second]
    word.source = use(rng, name)
    return True


@rewriting("state", SOURCE, posix=False)
def variable_substring(draft, rng):
    _, word = draft.pick(rng)
    if not word:
        return False
    junk = "".join(rng.choice("qxz_") for _ in range(rng.randint(1, 4)))
    tail = rng.choice(("", "zz"))
    name = draft.variable(rng)
    draft.before.append(f"{name}={junk}{word.value}{tail}")
    word.source = f"${{{name}:{len(junk)}:{len(word.value)}}}" if tail or rng.random() < 0.5 else f"${{{name}:{len(junk)}}}"
    return True


@rewriting("state", SOURCE)
def variable_stripped(draft, rng):
    _, word = draft.pick(rng)
    if not word:
        return False
    name = draft.variable(rng)
    value, how = rng.choice((
        ("qq" + word.value, "#qq"), (word.value + "qq", "%qq"), ("q_q" + word.value, "##*_q"),
        (word.value + "@@a", "%%@*"), (word.value + "__", "%__"),
    ))
    draft.before.append(f"{name}={value}")
    word.source = f"${{{name}{how}}}"
    return True


@rewriting("state", SOURCE, posix=False)
def variable_replaced(draft, rng):
    _, word = draft.pick(rng)
    if not word:
        return False
    at = rng.randrange(len(word.value))
    char = word.value[at]
    if char in "/%#":
        return False
    name = draft.variable(rng)
    if rng.random() < 0.5:
        draft.before.append(f"{name}={word.value[:at]}QQ{word.value[at + 1:]}")
        word.source = f"${{{name}/QQ/{char}}}"
    else:
        draft.before.append(f"{name}={word.value.replace(char, char + '@')}")
        word.source = f"${{{name}//@/}}"
    return "@" not in word.value


@rewriting("state", SOURCE, posix=False)
def variable_lowered(draft, rng):
    _, word = draft.pick(rng, lambda word: len(word.value) > 1 and word.value == word.value.lower())
    if not word or word.value == word.value.upper():
        return False
    name = draft.variable(rng)
    draft.before.append(f"{name}={word.value.upper()}")
    word.source = f"${{{name},,}}"
    return True


@rewriting("state", SOURCE)
def variable_default(draft, rng):
    _, word = draft.pick(rng)
    if not word:
        return False
    name = "u" + draft.variable(rng)
    how = rng.choice((":-", "-", ":=", "="))
    word.source = f"${{{name}{how}{word.value}}}"
    return True


@rewriting("state", SOURCE)
def variable_alternative(draft, rng):
    _, word = draft.pick(rng)
    if not word:
        return False
    name = draft.variable(rng)
    draft.before.append(f"{name}=1")
    word.source = f"${{{name}{rng.choice((':+', '+'))}{word.value}}}"
    return True


@rewriting("state", SOURCE)
def empty_expansions(draft, rng):
    _, word = draft.pick(rng)
    if not word:
        return False
    at = cut(rng, word.value)
    word.source = word.value[:at] + rng.choice(("$@", "${*}", "${nope}", "${1}", "${u_}", "$*", '"$@"')) + word.value[at:]
    return True


@rewriting("state", SOURCE, posix=False)
def variable_indirect(draft, rng):
    _, word = draft.pick(rng)
    if not word:
        return False
    first, second = draft.variable(rng), draft.variable(rng)
    draft.before += [f"{first}={word.value}", f"{second}={first}"]
    word.source = f"${{!{second}}}"
    return True


@rewriting("state", SOURCE, posix=False)
def array(draft, rng):
    stage = rng.choice(draft.stages)
    if any(not word.free() for word in stage.words) or stage.gaps:
        return False
    name = draft.variable(rng)
    words = stage.words
    if rng.random() < 0.5:
        draft.before.append(f"{name}=({' '.join(word.value for word in words)})")
        words[0].source = rng.choice((f'"${{{name}[@]}}"', f"${{{name}[@]}}", f"${{{name}[*]}}"))
        stage.words = words[:1]
    else:
        order = list(range(len(words)))
        rng.shuffle(order)
        draft.before.append(f"{name}=({' '.join(words[n].value for n in order)})")
        for n, word in enumerate(words):
            word.source = f"${{{name}[{order.index(n)}]}}"
    return True


@rewriting("state", SOURCE)
def slash_from_environment(draft, rng):
    _, word = draft.pick(rng, is_path)
    if not word:
        return False
    form = rng.choice(("${HOME%root}", "${PATH%%u*}", "${HOME:0:1}", "${PATH:0:1}", "${PWD:0:1}"))
    draft.posix &= ":" not in form
    word.source = word.value.replace("/", form, rng.choice((1, 9)))
    return True


@rewriting("state", SOURCE)
def home(draft, rng):
    _, word = draft.pick(rng, lambda word: word.value.startswith("/root/"))
    if not word:
        return False
    word.source = rng.choice(("~", "$HOME", "${HOME}", "~root", '"$HOME"')) + word.value[5:]
    return True


@rewriting("state", SOURCE)
def changed_directory(draft, rng):
    _, word = draft.pick(rng, lambda word: is_path(word))
    if not word or any(not other.free() and other is not word and other.source for _, other in draft.words()):
        return False
    folder, _, rest = word.value.rpartition("/")
    parts = folder.split("/")
    depth = rng.randint(1, len(parts))
    target = "/".join(parts[:depth]) or "/"
    rest = "/".join(parts[depth:] + [rest])
    inner = any("/" in other.value and not other.value.startswith("/") for _, other in draft.words())
    if inner or draft.before:
        return False
    how = rng.choice(("cd {}", "cd {}/", "cd  {}", "cd -P {}", "pushd {}>/dev/null", "cd /usr/..;cd {}", "cd /tmp/..{}"))
    draft.posix &= "pushd" not in how
    draft.before.append(how.format(target).replace("//", "/"))
    word.source = rng.choice(("", "./")) + rest
    if word is draft.stages[0].words[0] and "/" not in word.source:
        word.source = "./" + rest
    return True


@rewriting("state", SOURCE)
def changed_directory_and(draft, rng):
    _, word = draft.pick(rng, is_path)
    if not word or draft.before or len(draft.stages) > 1 or any(word.source for _, word in draft.words()):
        return False
    folder, _, rest = word.value.rpartition("/")
    if not folder or draft.wrap != ("", ""):
        return False
    draft.wrap = (rng.choice(("cd {}&&", "cd {} && ", "(cd {};", "{{ cd {};")).format(folder), "")
    if draft.wrap[0][0] in "({":
        draft.wrap = (draft.wrap[0], ")" if draft.wrap[0][0] == "(" else ";}")
    word.source = "./" + rest
    return True


def spots(text):
    """Places of letters in a path that a glob may stand for: not slashes, dots or options."""
    return [n for n, char in enumerate(text) if char.isalnum()]


@rewriting("state", SOURCE)
def glob_question(draft, rng):
    _, word = draft.pick(rng, is_path)
    if not word:
        return False
    text = list(word.value)
    for at in rng.sample(spots(word.value), min(len(spots(word.value)), rng.randint(1, 3))):
        text[at] = "?"
    word.source = "".join(text)
    return True


@rewriting("state", SOURCE)
def glob_star(draft, rng):
    _, word = draft.pick(rng, is_path)
    if not word:
        return False
    at = rng.choice(spots(word.value))
    end = at + 1
    while end < len(word.value) and word.value[end].isalnum() and rng.random() < 0.6:
        end += 1
    word.source = word.value[:at] + "*" + word.value[end:]
    return True


@rewriting("state", SOURCE)
def glob_class(draft, rng):
    _, word = draft.pick(rng, is_path)
    if not word:
        return False
    at = rng.choice(spots(word.value))
    char = word.value[at]
    form = rng.choice(("[{0}]", "[{0}{0}]", "[{0}-{0}]", "[!_]", "[{0}_]"))
    word.source = word.value[:at] + form.format(char) + word.value[at + 1 :]
    return True


@rewriting("state", SOURCE)
def glob_tool(draft, rng):
    stage = rng.choice(draft.stages)
    word = stage.words[0]
    if not word.free() or "/" in word.value or word.value == "history" or len(word.value) < 3:
        return False
    text = list(word.value)
    for at in rng.sample(range(len(text)), rng.randint(1, 2)):
        text[at] = rng.choice("??*")
    word.source = rng.choice(("/bin/", "/usr/bin/", "/b?n/", "/u?r/bin/", "/???/")) + "".join(text)
    return True


@rewriting("state", GAPS)
def positional(draft, rng):
    stage = rng.choice(draft.stages)
    if any(not word.free() for word in stage.words) or stage.gaps or any("set -- " in text for text in draft.before):
        return False
    words = stage.words
    draft.before.append("set -- " + " ".join(word.value for word in words))
    if rng.random() < 0.5:
        words[0].source = rng.choice(('"$@"', "$@", "$*"))
        stage.words = words[:1]
    else:
        for n, word in enumerate(words):
            word.source = f"${n + 1}"
    return len(words) < 10


@rewriting("state", COMMAND)
def loop(draft, rng):
    _, word = draft.pick(rng)
    if not word or draft.wrap != ("", ""):
        return False
    name = draft.variable(rng)
    draft.wrap = (f"for {name} in {word.value};do ", ";done")
    word.source = use(rng, name)
    return True


@rewriting("state", COMMAND)
def function(draft, rng):
    stage = draft.stages[0]
    if len(draft.stages) > 1 or stage.front or draft.wrap != ("", "") or len(stage.words) < 2:
        return False
    if any(not word.free() for word in stage.words) or stage.gaps:
        return False
    name = rng.choice(("f", "go", "_x"))
    body = rng.choice(("{} $1;", '{} "$@";', "{} $*;"))
    rest = stage.words[1:]
    draft.before.append(f"{name}(){{ " + body.format(stage.words[0].value) + "}")
    stage.words = [stage.words[0], *rest]
    stage.words[0].source = name
    return True


@rewriting("state", LINE)
def line_in_variable(draft, rng):
    text = draft.text()
    if any(char in text for char in "'\"\\$;|&<>(){}`*?[~\n#!"):
        return False
    name = draft.variable(rng)
    draft.line = f"{name}={single(text)};{use(rng, name)}"
    return True


@rewriting("state", LINE)
def own_separator(draft, rng):
    text = draft.text()
    if any(char in text for char in "'\"\\$;|&<>(){}`*?[~\n#!,\t") or "  " in text.strip():
        return False
    name = draft.variable(rng)
    mark = rng.choice(",_@%") if all(char not in text for char in "_@%") else ","
    draft.line = f"IFS={mark};{name}={text.strip().replace(' ', mark)};${name}"
    return True


@rewriting("state", SOURCE, posix=False)
def read_variable(draft, rng):
    _, word = draft.pick(rng)
    if not word:
        return False
    name = draft.variable(rng)
    draft.before.append(rng.choice(("read {0}<<<{1}", "read -r {0} <<< '{1}'", "printf -v {0} {1}")).format(name, word.value))
    word.source = use(rng, name)
    return True


@rewriting("state", SOURCE, posix=False)
def array_slice(draft, rng):
    stage = rng.choice(draft.stages)
    if any(not word.free() for word in stage.words) or stage.gaps:
        return False
    name = draft.variable(rng)
    words = [word.value for word in stage.words]
    cut_at = rng.randint(1, len(words))
    tail = [f"{name}+=({' '.join(words[cut_at:])})"] if cut_at < len(words) else []
    how = rng.choice(("{0}=(x {1})", "declare -a {0}=(x {1})", "{0}=(x);{0}+=({1})"))
    draft.before += [how.format(name, " ".join(words[:cut_at])), *tail]
    stage.words[0].source = rng.choice((f'"${{{name}[@]:1}}"', f"${{{name}[*]:1:{len(words)}}}", f"${{{name}[@]:1}}"))
    stage.words = stage.words[:1]
    return True


@rewriting("state", SOURCE, posix=False)
def array_elements_set(draft, rng):
    _, word = draft.pick(rng)
    if not word:
        return False
    at = cut(rng, word.value)
    name = draft.variable(rng)
    draft.before += [f"{name}[0]={word.value[:at]}", f"{name}[1]={word.value[at:]}"]
    word.source = f"${{{name}[0]}}${{{name}[1]}}"
    return True


@rewriting("state", GAPS, posix=False)
def read_list(draft, rng):
    stage = rng.choice(draft.stages)
    if any(not word.free() for word in stage.words) or stage.gaps:
        return False
    name = draft.variable(rng)
    words = [word.value for word in stage.words]
    if any("," in value for value in words):
        return False
    text = " ".join(words)
    draft.before.append(rng.choice((
        f"read -a {name}<<<'{text}'", f"IFS=, read -ra {name} <<< {','.join(words)}", f'read -r -a {name} <<< "{text}"',
        f"readarray -d , -t {name} <<< {','.join(words)},",
    )))
    stage.words[0].source = rng.choice((f'"${{{name}[@]}}"', f"${{{name}[*]}}"))
    stage.words = stage.words[:1]
    return True


@rewriting("state", COMMAND)
def read_in_loop(draft, rng):
    _, word = draft.pick(rng)
    if not word or draft.wrap != ("", "") or draft.before:
        return False
    name = draft.variable(rng)
    draft.wrap = (f"while read {name};do ", f";done<<E\n{word.value}\nE")
    word.source = use(rng, name)
    return True


@rewriting("state", COMMAND)
def function_shifted(draft, rng):
    stage = draft.stages[0]
    if len(draft.stages) > 1 or stage.front or draft.wrap != ("", ""):
        return False
    if any(not word.free() for word in stage.words) or stage.gaps:
        return False
    name = rng.choice(("f", "run", "_y"))
    draft.before.append(name + rng.choice(('(){ "$@";}', "(){ $*; }", '() { eval "$@"; }', '(){ shift 0;"$@";}')))
    words = [word.value for word in stage.words]
    stage.words[0].source = f"{name} {words[0]}"
    return True
