"""Each diagnostic with the code it speaks of, as ruff draws it: the primary place marked `^`, the labels `-`, other files after `:::`;
then its fix as changed lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from bce_lint.diagnostic import DISPLAY_ONLY, UNSAFE, Diagnostic, Edit, Fix, Location, Verdict, Verification
from bce_lint.report.closing import closing
from bce_lint.report.fixable import marked
from bce_lint.report.frame import Mark, draw, shown_rows
from bce_lint.report.inline_diff import ChangedLine, changed_lines, drawn
from bce_lint.report.paths import shown
from bce_lint.report.pen import Pen, pen_for
from bce_lint.report.run_time import said
from bce_lint.report.told import Told
from bce_lint.source.text import SourceText
from bce_lint.terminal import Colour, flowing, one_line


class _Block(NamedTuple):
    """The marks in one file, or one cell of a notebook, and the place its heading names."""

    at: Location
    marks: list[Mark]


class _Change(NamedTuple):
    """What a fix changes in one file, or one cell of a notebook, and where that begins."""

    at: Location
    lines: list[ChangedLine]


def render(told: Told) -> str:
    """The diagnostics with their code frames, an empty line after each; then where to read on."""
    pen = pen_for(told)
    found = ("\n".join((*_lines(one, told, pen), "", "")) for one in told.findings)
    return "".join((*found, *(f"{line}\n" for line in closing(told, pen))))


def _lines(one: Diagnostic, told: Told, pen: Pen) -> Iterator[str]:
    texts = {} if one.run_time is not None and one.run_time.stale else told.sources
    blocks, changes = _blocks(one, pen), _changes(one.fix, texts)
    width = max((*_numbers(blocks, texts), *(len(str(line.row)) for change in changes for line in change.lines if line.row)))
    colour = pen.of(one.severity)
    code = pen.paint(colour, f"{one_line(one.severity)}[{one_line(one.code)}]")
    yield f"{code}{marked(one, told.unsafe)}{pen.paint(Colour.STRONG, f': {flowing(one.message)}')}"
    for index, block in enumerate(blocks):
        yield _heading(":::" if index else "-->", block.at, width, pen)
        yield from _body(block, _text(texts, block.at), width, index == len(blocks) - 1, pen)
    if one.fix is not None:
        yield from _help(one.fix, one.location, changes, width, pen)
    if one.verification is not None:
        yield verified(one.verification)
    if one.run_time is not None:
        yield f"run time: {said(one.run_time)}"


def _heading(arrow: str, at: Location, width: int, pen: Pen) -> str:
    return f"{'':{width}}{pen.paint(Colour.FRAME, arrow)} {shown(at.path)}:{at.line}:{at.start.column}"


def _text(texts: Mapping[str, SourceText], at: Location) -> SourceText | None:
    """The text that the rows of a place count in: of a notebook that of the cell."""
    source = texts.get(at.path)
    return None if source is None else source.part(at)


def _numbers(blocks: Sequence[_Block], texts: Mapping[str, SourceText]) -> Iterator[int]:
    """The widths of the row numbers that blocks show."""
    for block in blocks:
        source = _text(texts, block.at)
        yield from (len(str(mark.end.row)) for mark in block.marks)
        yield from (len(str(row)) for row in (() if source is None else shown_rows(source.lines, block.marks)))


def _help(fix: Fix, at: Location, changes: Sequence[_Change], width: int, pen: Pen) -> Iterator[str]:
    about = f"{DISPLAY_ONLY}: " if fix.applicability == DISPLAY_ONLY else ""
    yield f"{pen.paint(Colour.HELP, 'help')}{pen.paint(Colour.STRONG, f': {about}{flowing(fix.message)}')}"
    margin = pen.paint(Colour.FRAME, f"{'':{width}} |")
    for change in changes:
        if _unit(change.at) != _unit(at) or change is not changes[0]:
            yield _heading("-->" if _unit(change.at) == _unit(at) else ":::", change.at, width, pen)
        yield from (margin, *drawn(change.lines, width, pen), margin)
    if fix.applicability == UNSAFE:
        yield f"{pen.paint(Colour.WARNING, 'note')}{pen.paint(Colour.STRONG, ': this is an unsafe fix and may change values')}"


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


def _body(block: _Block, source: SourceText | None, width: int, last: bool, pen: Pen) -> Iterator[str]:
    margin = pen.paint(Colour.FRAME, f"{'':{width}} |")
    if source is None or not source.lines:
        yield from (f"{'':{width}} = {mark.text}" for mark in block.marks if mark.text)
        return
    yield margin
    frame = list(draw(source.lines, block.marks, width, pen))
    yield from frame
    if not last and frame[-1] != margin:
        yield margin


def _blocks(one: Diagnostic, pen: Pen) -> list[_Block]:
    """The marks by file, that of the diagnostic first, the others in the order of their labels."""
    colour = pen.of(one.severity)
    marks = [(one.location, "^", "", colour), *((label.location, "-", label.message, Colour.FRAME) for label in one.labels)]
    blocks: dict[tuple[str, int], _Block] = {}
    for location, sign, text, colour in marks:
        block = blocks.setdefault(_unit(location), _Block(location, []))
        block.marks.append(_mark(location, sign, text, colour))
    return list(blocks.values())


def _mark(location: Location, sign: str, text: str, colour: Colour) -> Mark:
    return Mark(location.start, max(location.start, location.end), sign, flowing(text), colour)


def _unit(location: Location) -> tuple[str, int]:
    """What is drawn together: a file, or a cell of a notebook."""
    return location.path, location.cell or 0


def _changes(fix: Fix | None, texts: Mapping[str, SourceText]) -> list[_Change]:
    """What a fix changes, by file and cell in the order of its edits; nothing of a file whose text is not at hand."""
    edits: dict[tuple[str, int], list[Edit]] = {}
    for edit in () if fix is None else fix.edits:
        edits.setdefault(_unit(edit.location), []).append(edit)
    found = ((min((edit.location for edit in some), key=lambda one: one.start), some) for some in edits.values())
    return [_Change(first, changed_lines(source, some)) for first, some in found if (source := _text(texts, first)) is not None]
