"""What is asked of each file: which rules speak of it, how bad what they say is, and which of their fixes may be applied."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple, TypeAlias

from bce_lint.rules.registry import BY_CODE
from bce_lint.source.projects import ImportFolders, usual

EVERY: Final = frozenset(BY_CODE)
Files: TypeAlias = Callable[[], Iterable[str]]


class FileRules(NamedTuple):
    """The codes that are told of a file, those whose fixes are wanted, the severities that take the place of the rules' own, the
    codes whose unsafe fixes count as safe, or whose safe ones as unsafe, and whether findings are told that are only possible."""

    codes: frozenset[str]
    fixable: frozenset[str] = EVERY
    severity: Mapping[str, str] = {}
    safe: frozenset[str] = frozenset()
    unsafe: frozenset[str] = frozenset()
    possible: bool = False

    def __repr__(self) -> str:
        """All of it, the same in every process."""
        sets = (sorted(one) for one in (self.codes, self.fixable, self.safe, self.unsafe))
        return repr((*sets, sorted(self.severity.items()), self.possible))


class Selection:
    """The rules of every file, by its absolute path, and where its imports are looked up. `name` tells two selections apart, given the
    files of a project."""

    def __init__(self, of: Callable[[str], FileRules], name: Callable[[Files], object], imports: ImportFolders = usual) -> None:
        self.of = of
        self.name = name
        self.imports = imports

    @classmethod
    def alike(cls, rules: FileRules, imports: ImportFolders = usual) -> Selection:
        """The same rules for every file."""
        return cls(lambda _: rules, lambda _: rules, imports)

    def tells(self, path: str, code: str) -> bool:
        """True if a code is told of a file."""
        return code in self.of(path).codes


Asked: TypeAlias = "frozenset[str] | Selection"
"""Which rules a run is to tell: some codes, whatever the file, or what each file has for itself."""


def selection(asked: Asked) -> Selection:
    """What each file has for itself."""
    return asked if isinstance(asked, Selection) else Selection.alike(FileRules(asked))
