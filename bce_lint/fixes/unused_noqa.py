"""Codes in `# noqa` comments that silence nothing, as findings with their fixes."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final

from bce_lint.analysis.domain.tensor import Place
from bce_lint.diagnostic import SAFE, UNUSED_NOQA, Edit, Fix
from bce_lint.ir import Span
from bce_lint.rules.judge import Judged
from bce_lint.rules.registry import BY_CODE
from bce_lint.source.suppress import NoqaComment, comments
from bce_lint.source.text import SourceText

_OURS: Final = "BCE"
_NEXT: Final = re.compile(r"[ \t]+#[ \t]*[A-Za-z]")
"""Where another comment of the line begins."""


def unused(source: SourceText, silenced: Iterable[Judged], selects: Callable[[str], bool]) -> Iterator[Judged]:
    """A finding for each comment of a file with codes of ours that silence none of the findings that lie in it."""
    rows: dict[int, set[str]] = {}
    for one in silenced:
        rows.setdefault(source.position(one.place.span.start).row, set()).add(one.rule.code)
    for comment in comments(source):
        here = {code for row in comment.rows for code in rows.get(row, ())}
        idle = [code for code, _ in comment.codes if code.startswith(_OURS) and _is_idle(code, here, selects)]
        if idle:
            yield Judged(BY_CODE[UNUSED_NOQA], Place(source.path, comment.span), _message(idle), (), fix=_fix(source, comment, idle))


def _is_idle(code: str, here: Collection[str], selects: Callable[[str], bool]) -> bool:
    named = [rule for rule in BY_CODE.values() if rule.code.startswith(code)]
    if any(one.startswith(code) for one in here) or any(rule.code == UNUSED_NOQA for rule in named):
        return False
    return all(selects(rule.code) and not rule.witness for rule in named)


def _message(idle: Iterable[str]) -> str:
    codes = dict.fromkeys(idle)
    known = [code for code in codes if any(one.startswith(code) for one in BY_CODE)]
    unknown = [code for code in codes if code not in known]
    parts = [f"there is no {what} {_listed(some)}" for what, some in (("finding of", known), ("rule", unknown)) if some]
    return f"unused `# noqa`: {', and '.join(parts)}"


def _listed(codes: list[str]) -> str:
    *others, last = [f"`{code}`" for code in codes]
    return f"{', '.join(others)} or {last}" if others else last


def _fix(source: SourceText, comment: NoqaComment, idle: Collection[str]) -> Fix | None:
    if comment.comment is None:
        return None
    kept = [number for number, (code, _) in enumerate(comment.codes) if code not in idle]
    if not kept:
        said = source.text[comment.span.start : comment.span.end]
        return Fix(SAFE, f"Remove `{said}`", (Edit(source.location(_whole(source, comment.span, comment.comment)), ""),))
    spans = [span for _, span in comment.codes]
    before = [source.text[spans[number - 1].end : spans[number].start] if number else "" for number in range(len(spans))]
    codes = "".join(f"{before[number] if number != kept[0] else ''}{comment.codes[number][0]}" for number in kept)
    edit = Edit(source.location(Span(spans[0].start, spans[-1].end)), codes)
    return Fix(SAFE, f"Remove {', '.join(f'`{code}`' for code in dict.fromkeys(idle))} from the `# noqa`", (edit,))


def _whole(source: SourceText, noqa: Span, comment: Span) -> Span:
    """What goes with a comment: the words behind it, and the blanks before it; its line, where nothing else stands there."""
    text = source.text
    row = source.position(noqa.start).row
    line = Span(source.offset(row, 1), source.offset(row, 1) + len(source.lines[row - 1]))
    another = _NEXT.search(text, noqa.end, comment.end)
    begin = line.start + len(text[line.start : noqa.start].rstrip(" \t\f"))
    if begin > line.start:
        return Span(begin, comment.end if another is None else another.start())
    if another is not None:
        return Span(noqa.start, text.index("#", another.start()))
    above = source.lines[row - 2].rstrip("\r\n") if row > 1 else ""
    return Span(source.offset(row - 1, len(above) + 1), comment.end) if row > 1 else line
