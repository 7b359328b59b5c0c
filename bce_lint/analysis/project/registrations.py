"""Who puts something into a registry: the files whose code decorates with one of its names, or calls a method of it as a statement."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bce_lint.analysis.project.index import FileSummary


class Registrations:
    """Answers which files of a project may fill what some names stand for. What another state of it, `before`, knows of files that are as
    they were is taken over."""

    def __init__(self, files: Mapping[str, FileSummary], before: Registrations | None = None) -> None:
        self._files = files
        self._known: dict[frozenset[str], tuple[str, ...]] = {}
        if before is not None:
            same = {path for path, summary in files.items() if before._files.get(path) is summary}
            others = {path: summary for path, summary in files.items() if path not in same}
            for names, found in before._known.items():
                self._known[names] = tuple(sorted([*same.intersection(found), *_searched(others, names)]))

    def filling(self, names: frozenset[str], key: str | None) -> tuple[str, ...]:
        """The files that may add an entry, in the order of their paths; only those that say the key, where it is known."""
        found = self._known.get(names)
        if found is None:
            found = self._known[names] = tuple(_searched(self._files, names))
        if key is None:
            return found
        word = key.encode()
        return tuple(path for path in found if word in self._files[path].raw)



def _searched(files: Mapping[str, FileSummary], wanted: frozenset[str]) -> list[str]:
    """The files with code that may fill what has one of some names, in the order of their paths."""
    names = [name.encode() for name in sorted(wanted)]
    word = b"|".join(re.escape(name) for name in names)
    form = re.compile(rb"^[ \t]*(?:@[ \t]*(?:\w+\.)*(?:%s)\b|(?:\w+\.)*(?:%s)[ \t]*[.(\[])" % (word, word), re.M)
    return [
        path for path, summary in sorted(files.items())
        if any(name in summary.raw for name in names) and form.search(summary.data or summary.raw)
    ]  # fmt: skip
