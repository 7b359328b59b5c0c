"""Who puts something into a registry: the files whose code decorates with one of its names, or calls a method of it as a statement."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from bce_lint.analysis.project.index import FileSummary
from bce_lint.analysis.project.lazy import lazy

_CHAIN: Final = re.compile(rb"^[ \t]*(@[ \t]*)?(\w+(?:\.\w+)*)([ \t]*[.(\[])?", re.M)
"""Names with dots between them at the start of a line, behind `@` or before what uses the last of them."""


class Registrations:
    """Answers which files of a project may fill what some names stand for. What another state of it, `before`, knows of files that are as
    they were is taken over."""

    def __init__(self, files: Mapping[str, FileSummary], before: Registrations | None = None) -> None:
        self._files = files
        self._known: dict[frozenset[str], tuple[str, ...]] = {}
        if before is not None:
            same = {path for path, summary in files.items() if before._files.get(path) is summary}
            others = [(path, summary) for path, summary in files.items() if path not in same]
            for names, found in before._known.items():
                self._known[names] = tuple(sorted([*same.intersection(found), *_searched(others, _encoded(names))]))

    def found(self) -> frozenset[str]:
        """The files that were found so far: what is a key in them may stand in a comment, too."""
        return frozenset[str]().union(*self._known.values())

    def filling(self, names: frozenset[str], key: str | None) -> tuple[str, ...]:
        """The files that may add an entry, in the order of their paths; only those that say the key, where it is known."""
        found = self._known.get(names)
        if found is None:
            encoded = _encoded(names)
            found = self._known[names] = tuple(_searched(self._naming(encoded), encoded))
        if key is None:
            return found
        word = key.encode()
        return tuple(path for path in found if word in self._files[path].text)

    def _naming(self, names: list[bytes]) -> Iterable[tuple[str, FileSummary]]:
        """The files in which one of some names may be used so, in the order of their paths."""
        if not all(name.isascii() for name in names):
            return sorted(self._files.items())
        found = {path for name in names for path in self._users.get(name, ())}
        return [(path, self._files[path]) for path in sorted(found)]

    @lazy
    def _users(self) -> dict[bytes, list[str]]:
        """The files that use a name so, by the name: most are asked for many."""
        found: dict[bytes, list[str]] = {}
        for path, summary in self._files.items():
            used: set[bytes] = set()
            for mark, chain, use in set(_CHAIN.findall(summary.data or summary.text)):
                parts = chain.split(b".")
                used.update(parts if mark or use else parts[:-1])
            for name in used:
                found.setdefault(name, []).append(path)
        return found


def _encoded(names: frozenset[str]) -> list[bytes]:
    return [name.encode() for name in sorted(names)]


def _searched(files: Iterable[tuple[str, FileSummary]], names: list[bytes]) -> list[str]:
    """Those of some files whose code may fill what has one of some names."""
    word = b"|".join(re.escape(name) for name in names)
    form = re.compile(rb"^[ \t]*(?:@[ \t]*(?:\w+\.)*(?:%s)\b|(?:\w+\.)*(?:%s)[ \t]*[.(\[])" % (word, word), re.M)
    return [
        path for path, summary in files
        if any(name in summary.text for name in names) and form.search(summary.data or summary.text)
    ]  # fmt: skip
