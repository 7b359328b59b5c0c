"""The texts of a file that somebody works on, one after another: which of its functions have another body, and what that is as IR.

A text that differs from the one before in the body of one function or in its parameters, or in comments and empty lines between
statements, is the same file with that function exchanged. For any other the file begins anew.
"""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, Final, NamedTuple

from bce_lint import ir
from bce_lint.analysis.state.edited_file import EditedFile, Version, transposed
from bce_lint.ir import Span
from bce_lint.ir.walk import below
from bce_lint.source.text import lines_of
from bce_lint.syntax.parse import is_refused, lower_by_python

BLOCK: Final = 1 << 40
"""How far the numbers behind a function's body lie from those before it."""
SLOT: Final = 1 << 21
"""How many numbers a text of a body has: more than the largest text has code points."""
MAX_VERSIONS: Final = 64
"""How many texts of a function's body are remembered, should one of them come back."""
_BLANK: Final = re.compile(r"[ \t]*(?:#[^\r\n]*)?[\r\n]*")
_NAMED: Final = re.compile(r"[ \t\f]*(?:async[ \t]+)?def[ \t]+\w+(?=[ \t]*[(\[])")
_GLOBAL: Final = re.compile(r"(?:^|[;:])[ \t\f]*global[ \t\\]", re.MULTILINE)


class FunctionLines(NamedTuple):
    """Where a function stands in the lines of a file: from its first decorator, from where lines have other numbers for each text of it,
    and up to the statement behind it, without the empty lines before that.

    What is evaluated where a function is defined stays as it is. Where its parameters have no defaults but constants, they may be others as
    well (`whole`), and the line with its name is the one before `start`, which keeps its number; else `start` is the first statement."""

    function: ir.Function
    in_class: bool
    whole: bool
    head: int
    start: int
    stop: int

    @property
    def first(self) -> int:
        """The first line that may be another one."""
        return self.start - self.whole


class Anchor:
    """A file as it was when it was first read, and for each of its functions the texts that its body has had since, with how many. The
    `serial` tells it from those that the same file had before."""

    def __init__(self, module: ir.Module, serial: int) -> None:
        self.module = module
        self.serial = serial
        self.versions: list[dict[str, Version]] = []
        self.used: list[int] = []

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


class Edition(NamedTuple):
    """A text of a file: its lines, their numbers, where functions stand in it, which version each has, and the rows that are fixed."""

    anchor: Anchor
    lines: Sequence[str]
    starts: Sequence[int]
    bodies: Sequence[FunctionLines]
    numbers: Sequence[Version]
    fixed: Sequence[tuple[int, int]]

    def file(self) -> EditedFile:
        """The file as the analysis sees it."""
        current = {body.function: version for body, version in zip(self.bodies, self.numbers, strict=True)}
        return EditedFile(self.anchor.module, current, self.starts, _offsets(self.lines))

    def edited(self, text: str) -> Edition | None:
        """The same file with another text; None where more is another than bodies of functions, or comments."""
        lines = lines_of(text)
        if not lines or is_refused(text):
            return None
        first, old, new = _difference(self.lines, lines)
        if old == new == first:
            return self
        moved = new - old
        inside = [i for i, body in enumerate(self.bodies) if first <= body.stop and body.start <= old]
        if inside and self.bodies[inside[0]].first <= first and old <= self.bodies[inside[-1]].stop:
            added_behind = first == old == self.bodies[inside[0]].stop and all(map(_is_blank, lines[first:new]))
            if not added_behind:
                return self._with_bodies(range(inside[0], inside[-1] + 1), lines, moved)
        if self._between_statements(lines, first, old, new):
            behind = self.starts[old] if old < len(self.starts) else (self.starts[-1] // BLOCK + 1) * BLOCK
            starts = [*self.starts[:first], *[behind] * (new - first), *self.starts[old:]]
            return self._replace(lines=lines, starts=starts, **self._moved(old, moved))
        return None

    def _moved(self, row: int, by: int) -> dict[str, Any]:
        """Where what stands below a row is, if it moves."""
        bodies = [
            body if body.stop <= row else body._replace(head=body.head + by, start=body.start + by, stop=body.stop + by)
            for body in self.bodies
        ]
        fixed = [one if one[0] < row else (one[0] + by, one[1] + by) for one in self.fixed]
        return {"bodies": bodies, "fixed": fixed}

    def _between_statements(self, lines: Sequence[str], first: int, old: int, new: int) -> bool:
        """True if comments and empty lines alone are others, and stand between statements outside of the bodies of functions."""
        if not all(map(_is_blank, (*self.lines[first:old], *lines[first:new]))):
            return False
        if any(low < first <= high or first <= low < old for low, high in self.fixed):
            return False
        whole = all(line.endswith(("\n", "\r")) for line in lines[max(first - 1, 0) : new])
        return whole and not (first and lines[first - 1].rstrip("\r\n").endswith("\\"))

    def _with_bodies(self, indices: range, lines: Sequence[str], moved: int) -> Edition | None:
        """The file with other bodies of some functions; what stands between them is as it was."""
        found: Edition | None = self
        for index in indices:
            assert found is not None
            body, last = found.bodies[index], index == indices[-1]
            between: Sequence[str] = () if last else found.lines[body.stop : found.bodies[index + 1].start]
            stop: int | None = self.bodies[index].stop + moved if last else _find(between, lines, body.start)
            if stop is None:
                return None
            text = [*lines[:stop], *found.lines[body.stop :]]
            found = found if text == found.lines else found._with_body(index, text, stop - body.stop)
            if found is None:
                return None
        return found

    def _with_body(self, index: int, lines: Sequence[str], moved: int) -> Edition | None:
        """The file with another body of one function."""
        body = self.bodies[index]
        stop = body.stop + moved
        text = "".join(lines[body.first : stop])
        if stop <= body.start or _GLOBAL.search(text) or _GLOBAL.search("".join(self.lines[body.start : body.stop])):
            return None
        if body.whole and _named(lines[body.first]) != _named(self.lines[body.first]):
            return None
        known = self.anchor.known(index, text)
        number = self.anchor.used[index] + 1 if known is None else known.number
        base = self.starts[body.head] // BLOCK * BLOCK + SLOT * (number + 1)
        placed = [*self.starts[body.head : body.start], *(base + offset for offset in _offsets(lines[body.start : stop]))]
        if known is None:
            function = _read(body, lines[body.head : stop], placed)
            if function is None or (body.whole and not _has_constants_alone(function)):
                return None
            known = self.anchor.add(index, text, function)
        starts = [*self.starts[: body.head], *placed, *self.starts[body.stop :]]
        numbers = [known if i == index else one for i, one in enumerate(self.numbers)]
        behind = self._moved(body.stop, moved)
        behind["bodies"][index] = body._replace(stop=stop)
        return self._replace(lines=lines, starts=starts, numbers=numbers, **behind)


def edition(text: str, earlier: Edition | None = None) -> Edition | None:
    """The first text of a file that is worked on, or one that does not go on from an `earlier` one; None where Python's own parser
    cannot read it, or nothing is in it."""
    module = lower_by_python(text) if text else None
    if module is None:
        return None
    tree = _parsed(text)
    lines, functions = lines_of(text), {}
    offsets = _offsets(lines)
    for function, in_class in _functions(module.body, False):
        functions[bisect_right(offsets, function.span.start)] = function, in_class
    found = [body for node in _definitions(tree.body) if (body := _body(node, functions.get(node.lineno), lines)) is not None]
    found.sort(key=lambda one: one.start)
    starts = list(offsets)
    for before, body in enumerate(found):
        for row in range(body.start, body.stop):
            starts[row] = before * BLOCK + SLOT + offsets[row] - offsets[body.start]
        for row in range(body.stop, found[before + 1].start if before + 1 < len(found) else len(lines)):
            starts[row] = (before + 1) * BLOCK + offsets[row]
    anchor = Anchor(module, 0 if earlier is None else earlier.anchor.serial + 1)
    anchor.used = [0] * len(found)
    anchor.versions = [{"".join(lines[one.first : one.stop]): Version(0, one.function)} for one in found]
    _place(module, offsets, starts)
    return Edition(anchor, lines, starts, found, [Version(0, one.function) for one in found], [*_fixed(tree, found)])


def _definitions(statements: Sequence[ast.stmt]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions at the top of a file and in its classes: the span of any other statement ends with what stands in it."""
    for one in statements:
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
            yield one
        elif isinstance(one, ast.ClassDef):
            yield from _definitions(one.body)


def _functions(body: ir.Body, in_class: bool) -> Iterator[tuple[ir.Function, bool]]:
    """The same functions, and whether each is a statement of a class."""
    for one in body:
        if isinstance(one, ir.FunctionDef):
            yield one.function, in_class
        elif isinstance(one, ir.ClassDef):
            yield from _functions(one.body, True)


def _body(
    node: ast.FunctionDef | ast.AsyncFunctionDef, known: tuple[ir.Function, bool] | None, lines: Sequence[str]
) -> FunctionLines | None:
    """Where a function stands, if its body begins in a line of its own and ends with one, and the function is there as IR."""
    head = min(node.lineno, *(one.lineno for one in node.decorator_list)) - 1 if node.decorator_list else node.lineno - 1
    start, stop = _first_row(node.body[0]) - 1, node.end_lineno or 0
    line = lines[node.lineno - 1]
    indent = len(line) - len(line.lstrip(" \t"))
    if known is None or known[0].name != node.name or start <= node.lineno - 1 or lines[start][: indent + 1].strip(" \t"):
        return None
    header = "".join(lines[node.lineno - 1 : start])
    if _GLOBAL.search("".join(lines[head:stop])) or not _ends_with_its_lines(header, lines[stop - 1], node):
        return None
    whole = _has_constants_alone(known[0])
    return FunctionLines(known[0], known[1], whole, head, node.lineno if whole else start, stop)


def _has_constants_alone(function: ir.Function) -> bool:
    """True if the defaults of all parameters are constants, with which nothing is evaluated where the function is defined."""
    return all(param.default is None or type(param.default) is ir.Const for param in function.params)


def _named(line: str) -> str:
    """The line with a function's name up to the name."""
    found = _NAMED.match(line)
    return line if found is None else found[0]


def _ends_with_its_lines(header: str, last: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """True if nothing else stands in the first and the last line of a body."""
    rest = last.encode("utf-8", "replace")[node.end_col_offset or 0 :].strip()
    return header.rstrip(" \t\r\n")[-1:] != "\\" and (not rest or rest.startswith(b"#"))


def _first_row(node: ast.stmt | ast.ExceptHandler) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(one.lineno for one in decorators)])


def _fixed(tree: ast.Module, bodies: Sequence[FunctionLines]) -> Iterator[tuple[int, int]]:
    """The rows (from 0) of statements that take several, outside of the bodies of functions: a simple one as a whole, of another one what
    stands before its first block."""
    heads = {one.head: one.start for one in bodies}
    waiting: list[Any] = [*tree.body]
    while waiting:
        node = waiting.pop()
        first, block = _first_row(node) - 1, getattr(node, "body", None)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield first, heads.get(first, node.end_lineno or 0)
        elif block:
            yield first, _first_row(block[0]) - 1
            waiting += [one for name in ("body", "handlers", "orelse", "finalbody") for one in getattr(node, name, ())]
        else:
            yield first, node.end_lineno - 1


def _read(body: FunctionLines, lines: Sequence[str], starts: Sequence[int]) -> ir.Function | None:
    """A function as its lines are, with the numbers that these have; None where they are not one function alone."""
    around = "class _:\n" if body.in_class else ""
    text = around + "".join(lines)
    module = lower_by_python(text)
    if module is None or not _is_one_function(text):
        return None
    statement = module.body[0]
    if isinstance(statement, ir.ClassDef):
        statement = statement.body[0]
    assert isinstance(statement, ir.FunctionDef)
    offsets = _offsets([around, *lines] if around else lines)
    _place(statement, offsets, [0, *starts] if around else starts)
    return statement.function


def _is_one_function(text: str) -> bool:
    """True if a text is one function, or a class with one: of statements such as `pass` the IR knows nothing."""
    body = _parsed(text).body
    inner = body[0].body if isinstance(body[0], ast.ClassDef) else body
    return len(body) == len(inner) == 1 and isinstance(inner[0], ast.FunctionDef | ast.AsyncFunctionDef)


def _parsed(text: str) -> ast.Module:
    """The tree of a text that Python's parser accepts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def _place(root: ir.Module | ir.FunctionDef, offsets: Sequence[int], starts: Sequence[int]) -> None:
    """Gives all nodes the numbers that their lines have."""
    seen: set[int] = set()
    for node in below(root):
        if id(node) not in seen:
            seen.add(id(node))
            span = getattr(node, "span", None)
            if span is not None:
                node.span = Span(transposed(span.start, offsets, starts), transposed(span.end, offsets, starts))


def _offsets(lines: Sequence[str]) -> list[int]:
    """Where lines start."""
    return [0, *accumulate(map(len, lines))][: max(len(lines), 1)]


def _difference(old: Sequence[str], new: Sequence[str]) -> tuple[int, int, int]:
    """The first line that differs, and the ends of what does in both."""
    first, most = 0, min(len(old), len(new))
    while first < most and old[first] == new[first]:
        first += 1
    end = 0
    while end < most - first and old[-1 - end] == new[-1 - end]:
        end += 1
    return first, len(old) - end, len(new) - end


def _find(wanted: Sequence[str], lines: Sequence[str], start: int) -> int | None:
    """Where some lines stand first from a row on."""
    for row in range(start, len(lines) - len(wanted) + 1):
        if lines[row] == wanted[0] and lines[row : row + len(wanted)] == wanted:
            return row
    return None


def _is_blank(line: str) -> bool:
    return _BLANK.fullmatch(line) is not None
