"""What has to be changed in a text so that it is another one, in few and short edits."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

from bce_lint.lsp.positions import Stretch, TextLines
from bce_lint.source.text import lines_of

_MOST = 2_000
"""Lines that differ, beyond which they are exchanged as one: to compare them takes longer than anybody waits."""


class Replaced(NamedTuple):
    """A text that takes the place of a range."""

    stretch: Stretch
    content: str


def edits_between(before: TextLines, after: str) -> tuple[Replaced, ...]:
    """The edits that make one text of another, in order."""
    return tuple(
        Replaced(Stretch(before.point(start), before.point(end)), after[new_start:new_end])
        for start, end, new_start, new_end in _exchanged(before.text, after)
    )


def _exchanged(old: str, new: str) -> Iterator[tuple[int, int, int, int]]:
    old_lines, new_lines = lines_of(old), lines_of(new)
    head = _same(old_lines, new_lines)
    tail = _same(old_lines[head:][::-1], new_lines[head:][::-1])
    old_rest, new_rest = old_lines[head : len(old_lines) - tail], new_lines[head : len(new_lines) - tail]
    at = new_at = sum(map(len, old_lines[:head]))
    if max(len(old_rest), len(new_rest)) > _MOST:
        yield from _trimmed(old, new, at, at + sum(map(len, old_rest)), new_at, new_at + sum(map(len, new_rest)))
        return
    for kind, i, j, k, m in SequenceMatcher(None, old_rest, new_rest, autojunk=False).get_opcodes():
        end, new_end = at + sum(map(len, old_rest[i:j])), new_at + sum(map(len, new_rest[k:m]))
        if kind != "equal":
            yield from _trimmed(old, new, at, end, new_at, new_end)
        at, new_at = end, new_end


def _trimmed(old: str, new: str, start: int, end: int, new_start: int, new_end: int) -> Iterator[tuple[int, int, int, int]]:
    """An exchange without what stays as it is at its ends; the two halves of a CRLF stay together."""
    head = _same(old[start:end], new[new_start:new_end])
    if head and old[start + head - 1] == "\r":
        head -= 1
    start, new_start = start + head, new_start + head
    tail = _same(old[start:end][::-1], new[new_start:new_end][::-1])
    if tail and old[end - tail] == "\n" and "\r" in (old[end - tail - 1 : end - tail], new[new_end - tail - 1 : new_end - tail]):
        tail -= 1
    if start < end - tail or new_start < new_end - tail:
        yield start, end - tail, new_start, new_end - tail


def _same(old: list[str] | str, new: list[str] | str) -> int:
    """How many parts two sequences have in common at their start."""
    most = min(len(old), len(new))
    return next((number for number in range(most) if old[number] != new[number]), most)
