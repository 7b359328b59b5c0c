"""Each diagnostic with the code it speaks of: the primary place marked `^`, the labels `-`, other files after `:::`; then its fix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from bce_lint.diagnostic import DISPLAY_ONLY, UNSAFE, Diagnostic, Fix, Location, Position, Verdict, Verification
from bce_lint.report.fixable import code
from bce_lint.report.frame import Mark, draw
from bce_lint.report.paths import shown
from bce_lint.report.run_time import said
from bce_lint.source.text import SourceText
from bce_lint.terminal import flowing, one_line


class _Block(NamedTuple):
    """The marks in one file, and the place its heading names."""

    path: str
    at: Position
    marks: list[Mark]


def full(diagnostics: Sequence[Diagnostic], sources: Mapping[str, SourceText], unsafe: bool = False) -> str:
    """The diagnostics with their code frames, an empty line after each; `unsafe` tells whether unsafe fixes count as fixes."""
    return "".join("\n".join((*_lines(one, sources, unsafe), "", "")) for one in diagnostics)


def _lines(one: Diagnostic, sources: Mapping[str, SourceText], unsafe: bool) -> Iterator[str]:
    blocks = _blocks(one)
    texts = {} if one.run_time is not None and one.run_time.stale else sources
    width = max(len(str(mark.end.row)) for block in blocks for mark in block.marks)
    yield f"{code(one, unsafe)} {flowing(one.message)}"
    for index, block in enumerate(blocks):
        arrow = ":::" if index else "-->"
        row, column = block.at
        yield f"{'':{width}}{arrow} {shown(block.path)}:{row}:{column}"
        yield from _body(block, texts.get(block.path), width, index == len(blocks) - 1)
    if one.fix is not None:
        yield f"{'':{width}} |"
        yield from (f"{'':{width}} = {line}" for line in _help(one.fix))
    if one.verification is not None:
        yield f"{'':{width}} = {verified(one.verification)}"
    if one.run_time is not None:
        yield f"{'':{width}} = run time: {said(one.run_time)}"


def _help(fix: Fix) -> Iterator[str]:
    about = f"{DISPLAY_ONLY}: " if fix.applicability == DISPLAY_ONLY else ""
    yield f"help: {about}{flowing(fix.message)}"
    if fix.applicability == UNSAFE:
        yield "note: this is an unsafe fix and may change values"


def verified(one: Verification) -> str:
    """What running a fix showed, on one line."""
    reason = one_line(one.reason.split("\n")[0])
    where = f" ({', '.join(filter(None, (one.device, one.dtype)))})"
    if one.verdict == Verdict.NOT_VERIFIABLE.value:
        return f"not verified: {reason}"
    if one.verdict == Verdict.CONTRADICTED.value:
        return f"{one.verdict}{where}: {reason}"
    if one.verdict == Verdict.ERROR.value:
        return f"verified{where}: {one.verdict}: {reason}"
    apart = f"values {one.max_value_difference:.3g} and gradients {one.max_gradient_difference:.3g} apart"
    return f"verified{where}: {'; '.join(filter(None, (one.verdict, reason, apart)))}"


def _body(block: _Block, source: SourceText | None, width: int, last: bool) -> Iterator[str]:
    margin = f"{'':{width}} |"
    if source is None or not source.lines:
        yield from (f"{'':{width}} = {mark.text}" for mark in block.marks if mark.text)
        return
    yield margin
    yield from draw(source.lines, block.marks, width)
    if not last:
        yield margin


def _blocks(one: Diagnostic) -> list[_Block]:
    """The marks by file, that of the diagnostic first, the others in the order of their labels."""
    marked = [(one.location, "^", ""), *((label.location, "-", label.message) for label in one.labels)]
    blocks: dict[str, _Block] = {}
    for location, sign, text in marked:
        block = blocks.setdefault(location.path, _Block(location.path, location.start, []))
        block.marks.append(_mark(location, sign, text))
    return list(blocks.values())


def _mark(location: Location, sign: str, text: str) -> Mark:
    return Mark(location.start, max(location.start, location.end), sign, flowing(text))
