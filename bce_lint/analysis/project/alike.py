"""Whether another text of a file leads where the one before did: then nothing has to be searched again.

The searches of `reachability` go by words. Words that stand nowhere else in a project lead nowhere, nor does a statement that gives a
local variable of such a name its value lead further than the function that it stands in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from bce_lint.analysis.project import lexical
from bce_lint.analysis.project.definitions import Class, Fragment, defaults_of, is_class, settings_in
from bce_lint.analysis.project.index import Block, FileSummary, blocks_of, relevant_words
from bce_lint.analysis.project.lexical import words_of

_CONSTANTS: Final = frozenset({b"None", b"True", b"False"})
"""Words that are nobody's names."""


def same_code(before: bytes, after: bytes) -> bool:
    """True if two texts without their comments differ in empty lines alone."""
    return _code(before) == _code(after)


class ProjectWords:
    """In how many files of a project each word stands."""

    def __init__(self) -> None:
        self._words: dict[str, tuple[FileSummary, frozenset[bytes]]] = {}
        self._files: Counter[bytes] = Counter()

    def update(self, files: Mapping[str, FileSummary]) -> None:
        """Takes in the files as they are now."""
        for path in [path for path, (summary, _) in self._words.items() if files.get(path) is not summary]:
            self._files.subtract(self._words.pop(path)[1])
        for path in files.keys() - self._words.keys():
            words = words_of(files[path].data)
            self._words[path] = files[path], words
            self._files.update(words)

    def elsewhere(self, path: str, words: frozenset[bytes]) -> bool:
        """True if some of the words stand in any other file."""
        own = self._words[path][1]
        return any(self._files[word] > (word in own) for word in words)


def alike(before: FileSummary, after: FileSummary, words: ProjectWords) -> bool:
    """True if what can be reached from, and by, the definitions of a file is the same with another text."""
    if (before.imports, before.aliases) != (after.imports, after.aliases) or relevant_words(before) != relevant_words(after):
        return False
    return same_code(before.data, after.data) or _blocks_alike(before, after, words)


def _blocks_alike(before: FileSummary, after: FileSummary, words: ProjectWords) -> bool:
    changed = _changed(blocks_of(before), blocks_of(after))
    if changed is None:
        return False
    for old, new in changed:
        around = _others(blocks_of(after), new)
        if is_class(old) != is_class(new) or _parts(defaults_of(before, old)) != _parts(defaults_of(after, new)):
            return False
        if is_class(old):
            if not _classes_alike(Class(before, old), Class(after, new), around, words):
                return False
        elif not _functions_alike((before, old), (after, new), around, False, words):
            return False
    return True


def _classes_alike(old: Class, new: Class, around: list[Block], words: ProjectWords) -> bool:
    changed = _changed(old.members, new.members)
    if changed is None or _texts(old.heading) != _texts(new.heading):
        return False
    return all(
        _functions_alike((old.summary, mine), (new.summary, other), [*around, *new.heading, *_others(new.members, other)], True, words)
        for mine, other in changed
    )


def _functions_alike(
    before: tuple[FileSummary, Block], after: tuple[FileSummary, Block], around: Iterable[Block], method: bool, words: ProjectWords
) -> bool:
    (_, old), (summary, new) = before, after
    other = words_of(old.text) ^ words_of(new.text)
    names = other - _CONSTANTS
    if not other.isdisjoint(lexical.words_that_lead()) or words.elsewhere(summary.path, names):
        return False
    if any(not names.isdisjoint(words_of(block.text)) for block in around):
        return False
    if not _alike(Fragment(before[0], old.text, method=method), Fragment(summary, new.text, method=method), other):
        return False
    if not method:
        return True
    settings = [[one for one in settings_in(own, block.text) if one[0] not in other] for own, block in (before, after)]
    return _pairs_alike(settings[0], settings[1], other)


def _pairs_alike(old: list[tuple[bytes, Fragment]], new: list[tuple[bytes, Fragment]], other: frozenset[bytes]) -> bool:
    return len(old) == len(new) and all(a[0] == b[0] and _alike(a[1], b[1], other) for a, b in zip(old, new, strict=True))


def _alike(old: Fragment, new: Fragment, other: frozenset[bytes]) -> bool:
    """True if two pieces of source differ in words alone that lead nowhere."""
    same = (old.sink, old.logs, old.compares, old.fills) == (new.sink, new.logs, new.compares, new.fills)
    return same and old.words ^ new.words <= other and _pairs_alike([*old.stores], [*new.stores], other)


def _changed(old: list[Block], new: list[Block]) -> list[tuple[Block, Block]] | None:
    """The functions and classes with another text; None where more has changed than that."""
    if len(old) != len(new):
        return None
    found = [(a, b) for a, b in zip(old, new, strict=True) if a.text != b.text and _code(a.text) != _code(b.text)]
    if any((a.name, a.kind, a.marks) != (b.name, b.kind, b.marks) for a, b in zip(old, new, strict=True)):
        return None
    return found if all(a.kind == "definition" for a, _ in found) else None


def _others(blocks: Iterable[Block], one: Block) -> list[Block]:
    return [block for block in blocks if block is not one]


def _parts(fragments: Iterable[Fragment]) -> list[tuple[bytes, ...]]:
    return [one.parts for one in fragments]


def _texts(blocks: Iterable[Block]) -> list[list[bytes]]:
    return [_code(block.text) for block in blocks]


def _code(text: bytes) -> list[bytes]:
    """The lines with something in them."""
    return [line.rstrip() for line in text.split(b"\n") if line.strip()]
