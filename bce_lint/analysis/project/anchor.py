"""A file as it was when it was first read, from which the texts go on that it has had since."""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from bce_lint import ir
from bce_lint.analysis.project.bindings import BoundNames, Replacement, defined
from bce_lint.analysis.state.edited_file import Version

MAX_VERSIONS: Final = 64
"""How many texts of a function's body are remembered, should one of them come back."""


class Anchor:
    """A file as it was when it was first read: the `names` that statements at its top bound, and which of these were functions and classes
    (`definitions`); for each function that it has had since the texts of its body, with how many. The `serial` tells it from those that the
    same file had before."""

    def __init__(self, serial: int, names: BoundNames, definitions: Set[str]) -> None:
        self.serial = serial
        self.names, self.definitions = names, definitions
        self.versions: list[dict[str, Version]] = []
        self.used: list[int] = []
        self.replacements = 0
        """How many times it was tried to put statements at its top in place of others."""

    def known(self, index: int, text: str) -> Version | None:
        """The version of a function by the text of its body, if it is one that is remembered."""
        return self.versions[index].get(text)

    def add(self, index: int, text: str, function: ir.Function) -> Version:
        """A version more of a function, with the next number."""
        known = self.versions[index]
        self.used[index] += 1
        found = known[text] = Version(self.used[index], function)
        if len(known) > MAX_VERSIONS:
            del known[next(iter(known))]
        return found

    def begin(self, text: str, function: ir.Function) -> int:
        """A function more, of which this is the first text; its index."""
        self.versions.append({text: Version(0, function)})
        self.used.append(0)
        return len(self.used) - 1

    def redefined(self, replacement: Replacement, before: BoundNames) -> dict[str, str]:
        """What functions and classes are others than at first, after a replacement: each time another one."""
        now, names = defined(replacement.tree.body), defined([*replacement.gone, *replacement.come])
        found = {**before, **{name: f"definition {self.replacements}" if name in now else "" for name in names}}
        return {name: what for name, what in found.items() if what or name in self.definitions}
