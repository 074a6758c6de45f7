# SPDX-License-Identifier: AGPL-3.0-or-later
"""A command line while it is rewritten, and the register of rewritings."""
import copy
from dataclasses import dataclass, field

from bases import Word

LAYERS = ("lexical", "state", "computed")
# What a rewriting works on, in the order in which a stack of them is applied.
VALUE, SOURCE, GAPS, COMMAND, LINE, KEYS = range(6)


@dataclass
class Draft:
    stages: list
    before: list = field(default_factory=list)
    wrap: tuple = ("", "")
    line: str | None = None
    shell: str = "bash"
    posix: bool = True
    names: int = 0

    @classmethod
    def of(cls, base):
        return cls(copy.deepcopy(base.stages))

    def text(self):
        if self.line is not None:
            return self.line
        line = self.wrap[0] + " | ".join(stage.text() for stage in self.stages) + self.wrap[1]
        return ";".join([*self.before, line])

    def words(self):
        """Every word with the command it stands in, redirection targets too."""
        for stage in self.stages:
            for word in stage.words:
                yield stage, word
            for _, target in stage.redirects:
                yield stage, target

    def pick(self, rng, fits=lambda word: len(word.value) > 1):
        """A word that is still plain: the command's own name and paths sooner than the rest."""
        found = [(stage, word) for stage, word in self.words() if word.free() and fits(word)]
        weights = [
            4 if word is stage.words[0] else 3 if word.value.startswith("/") else 1 for stage, word in found
        ]
        return rng.choices(found, weights)[0] if found else (None, None)

    def variable(self, rng):
        self.names += 1
        return rng.choice(("a", "x", "_", "c", "zz", "P", "cmd", "v1")) + (str(self.names) if self.names > 1 else "")


@dataclass(frozen=True)
class Rewriting:
    name: str
    layer: str
    phase: int
    posix: bool
    apply: object


REWRITINGS = {}


def rewriting(layer, phase, posix=True):
    """Registers a function (draft, rng) -> whether it could be applied."""

    def register(function):
        name = function.__name__
        assert name not in REWRITINGS and layer in LAYERS
        REWRITINGS[name] = Rewriting(name, layer, phase, posix, function)
        return function

    return register


def rewrite(base, names, rng):
    """The base's line under these rewritings; None where one of them has nothing to take."""
    draft = Draft.of(base)
    stack = sorted((REWRITINGS[name] for name in names), key=lambda rewriting: rewriting.phase)
    for step in stack:
        if not step.apply(draft, rng):
            return None
        draft.posix &= step.posix
    return draft


def is_name(word):
    """Whether it is a tool's name without a path."""
    return "/" not in word.value


def is_path(word):
    return word.value.startswith("/") and len(word.value) > 4 and not word.value.startswith("//")


__all__ = ["Draft", "Word", "REWRITINGS", "LAYERS", "rewrite", "rewriting", "is_name", "is_path"]
