"""What must hold before a changed text is written."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence

from bce_lint.fixes.edit import Edit, Refusal, moved, spans
from bce_lint.ir import Span
from bce_lint.source.text import SourceText, lines_of
from bce_lint.source.trees import parsed

_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


def check_text(
    before: SourceText, after: str, edits: Sequence[Edit], round_trips: Callable[[str], bool], parses: Callable[[str], str]
) -> None:
    """Raises `Refusal` unless LibCST gives the old text back, both parsers read the new one, and nothing else has changed in it.

    `round_trips` says whether LibCST gives a text back; `parses` what it has against one, or nothing.
    """
    if not round_trips(before.text):
        raise Refusal("LibCST does not give back the file as it is (a form feed, a lone carriage return, or syntax that it cannot read)")
    if reason := parses(after):
        raise Refusal(f"the changed text would not parse: {reason}")
    old, new = parsed(before.text), parsed(after)
    if old is None:
        return  # syntax newer than the Python that runs
    if new is None:
        raise Refusal("the changed text would not parse")
    if untouched(before.text, old, [span for span, _ in spans(before, edits)]) != untouched(after, new, moved(before, edits)):
        raise Refusal("statements outside the change would change")


def untouched(text: str, tree: ast.Module, spans: Sequence[Span]) -> list[str]:
    """The statements of a text that share no line with some spans, in order; of a compound one, its head."""
    starts = [0]
    for line in lines_of(text):
        starts.append(starts[-1] + len(line))
    if text and not text.endswith(("\r", "\n")):
        starts.pop()  # the end of the text lies in its last line
    rows = {row for span in spans for row in range(bisect_right(starts, span.start), bisect_right(starts, span.end) + 1)}
    return [dump for first, last, dump in _heads(tree) if rows.isdisjoint(range(first, last + 1))]


def _heads(tree: ast.AST) -> Iterator[tuple[int, int, str]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.stmt):
            inner = [child for name in _BLOCKS for child in getattr(node, name, ())]
            rows = [child.lineno for child in inner if hasattr(child, "lineno")]
            last = min(rows) - 1 if rows else node.end_lineno or node.lineno
            first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
            yield first, max(last, node.lineno), _head(node)
        yield from _heads(node)


def _head(node: ast.stmt) -> str:
    kept = [(name, value) for name, value in ast.iter_fields(node) if name not in _BLOCKS]
    return type(node).__name__ + "".join(_dump(value) for _, value in kept)


def _dump(value: object) -> str:
    if isinstance(value, ast.AST):
        return f"{type(value).__name__}({','.join([_dump(getattr(value, name, None)) for name in value._fields])})"
    if isinstance(value, list):
        return f"[{','.join(map(_dump, value))}]"
    return hex(value) if type(value) is int else repr(value)  # Python does not write out an integer of many digits in decimals
