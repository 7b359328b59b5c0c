"""The texts of a file that somebody works on, one after another: which of its functions have another body, and what that is as IR.

A text that differs from the one before in the bodies of functions or in their parameters, or in comments and empty lines between
statements, is the same file with these functions exchanged. So is one with other statements at its top that bind names (imports, functions
and classes, values), where these names stand in bodies alone: functions that mention one of those have another version. For any other the
file begins anew.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, Final, NamedTuple

from bce_lint import ir
from bce_lint.analysis.project import bindings
from bce_lint.analysis.project.anchor import Anchor
from bce_lint.analysis.project.bindings import BoundNames, Replacement, defined, mention
from bce_lint.analysis.project.function_lines import GLOBAL, FunctionLines, fixed_rows, functions_in, has_constants_alone, named
from bce_lint.analysis.state.edited_file import EditedFile, Version, transposed
from bce_lint.ir import Span
from bce_lint.ir.walk import below
from bce_lint.records import changed
from bce_lint.source.text import lines_of
from bce_lint.source.trees import parsed
from bce_lint.syntax.parse import is_refused, lower_by_python

BLOCK: Final = 1 << 76
"""How far the numbers behind a function's body lie from those before it."""
BODIES: Final = 1 << 70
"""How far the numbers of bodies lie behind those of the lines before the function."""
SLOT: Final = 1 << 21
"""How many numbers a text of a body has: more than the largest text has code points."""
SPREAD: Final = 1 << 48
"""How far lines outside of bodies lie from each other, by their length: room for others between them, and for functions in many texts."""
MANY_LINES: Final = 5_000
"""Up to how many lines from the first to the last change are looked through for several changes: that may take the square of them."""
MANY_REPLACEMENTS: Final = 8
"""How many times statements at the top are exchanged for several changes: the whole text is read each time."""
_BLANK: Final = re.compile(r"[ \t]*(?:#[^\r\n]*)?[\r\n]*")


class Edition(NamedTuple):
    """A text of a file: its lines, their numbers, where functions stand in it, which version each has, and the rows that are fixed. The
    statements at its top are those of `module`; `rebound` are the names that they bind otherwise than at first, `redefined` those of
    functions and classes among them; `replacement` tells which statements stand there, in which order."""

    anchor: Anchor
    module: ir.Module
    rebound: BoundNames
    redefined: BoundNames
    replacement: int
    lines: Sequence[str]
    starts: Sequence[int]
    bodies: Sequence[FunctionLines]
    numbers: Sequence[Version]
    fixed: Sequence[tuple[int, int]]

    def file(self) -> EditedFile:
        """The file as the analysis sees it."""
        current = {body.function: version for body, version in zip(self.bodies, self.numbers, strict=True)}
        rebound = frozenset({*self.rebound.items(), ("", str(self.replacement))})
        return EditedFile(self.module, current, self.starts, _offsets(self.lines), sum(map(len, self.lines)), rebound)

    def edited(self, text: str) -> Edition | None:
        """The same file with another text; None where more is another than functions, comments, and what is bound at its top."""
        lines = lines_of(text)
        if not lines or is_refused(text):
            return None
        return self._changed(lines) or self._in_steps(lines) or self._with_statements(lines)

    def _in_steps(self, lines: Sequence[str]) -> Edition | None:
        """The file with several changes, one after the other, the last of them first: those of one function are one change."""
        found: Edition | None = self
        changes = self._changes(lines)
        last = self.anchor.replacements + MANY_REPLACEMENTS
        for first, behind in reversed(changes if len(changes) > 1 else []):  # one alone was tried
            step = [*self.lines[:first], *lines[behind:]]
            if found is not None:
                found = found._changed(step) or (found._with_statements(step) if self.anchor.replacements < last else None)
        return None if found is None or found.lines != lines else found

    def _changes(self, lines: Sequence[str]) -> list[tuple[int, int]]:
        """The rows from which changes go on, before and after."""
        from difflib import SequenceMatcher

        first, old, new = _difference(self.lines, lines)
        if max(old, new) - first > MANY_LINES:
            return []
        matches = SequenceMatcher(None, self.lines[first:old], lines[first:new]).get_opcodes()
        found: list[tuple[int, int]] = []
        around = -1
        for kind, low, high, start, end in matches:
            for further in () if kind == "equal" else range(high - low) if high - low == end - start else (0,):
                row = first + low + further
                body = next((i for i, one in enumerate(self.bodies) if one.first <= row <= one.stop), -1)
                if body < 0 or body != around:
                    found.append((row, first + start + further))
                around = body
        return found

    def _changed(self, lines: Sequence[str]) -> Edition | None:
        """The file with one change: of a function, or of comments."""
        first, old, new = _difference(self.lines, lines)
        if old == new == first:
            return self
        moved = new - old
        inside = [i for i, body in enumerate(self.bodies) if first <= body.stop and body.start <= old]
        if len(inside) == 1 and self.bodies[inside[0]].first <= first and old <= self.bodies[inside[0]].stop:
            added_behind = first == old == self.bodies[inside[0]].stop and all(map(_is_blank, lines[first:new]))
            if not added_behind:
                return self._with_body(inside[0], lines, moved)
        if self._between_statements(lines, first, old, new):
            placed = self._between(first, old, lines[first:new], 0) or [self._number(old)] * (new - first)
            starts = [*self.starts[:first], *placed, *self.starts[old:]]
            return self._replace(lines=lines, starts=starts, **self._moved(old, moved))
        return None

    def _with_statements(self, lines: Sequence[str]) -> Edition | None:
        """The file with other statements at its top in place of some. What a star import brings depends on what ran before it, so there is
        none."""
        if bindings.has_stars("".join(lines)):
            return None
        self.anchor.replacements += 1
        one = bindings.replacement(self.lines, lines, _difference(self.lines, lines))
        if one is None:
            return None
        placed = self._between(one.first, one.old, lines[one.first : one.new], SLOT * self.anchor.replacements)
        found = None if placed is None else self._placed(one, lines, placed)
        return None if found is None else found._bound_otherwise(one, self.rebound)

    def _bound_otherwise(self, one: Replacement, before: BoundNames) -> Edition | None:
        """The file with its names bound as its statements do after a replacement, and other versions of the functions that mention them."""
        lines = self.lines
        now, redefined = bindings.bound_names(one.tree, lines, self.starts), self.anchor.redefined(one, self.redefined)
        rebound = bindings.differing(now, self.anchor.names)
        rebound |= {name: rebound.get(name, "") + what for name, what in redefined.items()}
        others = bindings.differing(rebound, before).keys()
        bodies = {row for body in self.bodies for row in range(body.first, body.stop)}
        free = {*bodies, *bindings.rows_of_imports(one.tree), *range(one.first, one.new)}
        around = "".join(line for row, line in enumerate(lines) if row not in free)
        if others & bindings.read_in(one.come, bodies) or mention(around, others) or any(name.startswith("__") for name in others):
            return None
        module = changed(self.module, bound=self.module.bound - others | now.keys() | defined(one.tree.body))
        found: Edition | None = self._replace(module=module, rebound=rebound, redefined=redefined)
        for index, body in enumerate(self.bodies):
            if found is not None and mention("".join(lines[body.first : body.stop]), others):
                found = found._with_body(index, lines, 0)
        return found

    def _placed(self, one: Replacement, lines: Sequence[str], placed: list[int]) -> Edition | None:
        """The file with some lines in place of others, at some numbers."""
        added = lines[one.first : one.new]
        read, tree = lower_by_python("".join(added)) if one.come else ir.Module(()), parsed("".join(added))
        if read is None or tree is None:
            return None
        low, high = self._number(one.first), self._number(one.old)
        statements = self.module.body
        before, behind = [x for x in statements if x.span.start < low], [x for x in statements if x.span.start >= high]
        kept = [pair for pair in zip(self.bodies, self.numbers, strict=True) if not one.first <= pair[0].head < one.old]
        begun = [(body, Version(0, body.function)) for body in self._begun(read, tree, one.first, added, placed)]
        more = one.new - one.old
        pairs = sorted([*((_shifted(body, one.old, more), number) for body, number in kept), *begun], key=lambda pair: pair[0].start)
        bodies = [body for body, _ in pairs]
        starts = [*self.starts[: one.first], *placed, *self.starts[one.old :]]
        return self._replace(
            module=changed(self.module, body=(*before, *read.body, *behind)), lines=lines, starts=starts, bodies=bodies,
            numbers=[number for _, number in pairs], fixed=[*fixed_rows(one.tree, bodies)], replacement=self.anchor.replacements,
        )  # fmt: skip

    def _begun(self, read: ir.Module, tree: ast.Module, first: int, lines: Sequence[str], placed: list[int]) -> list[FunctionLines]:
        """The functions in lines that come from a row on, each with the numbers for its texts: those of its rows, as far as to the next."""
        offsets, found = _offsets(lines), list[FunctionLines]()
        step = placed[1] - placed[0] if len(placed) > 1 else 0
        for body in functions_in(tree, read, lines, offsets):
            rows = slice(body.start, body.stop)
            base, room = placed[body.start], step * (body.stop - body.start)
            serial = self.anchor.begin("".join(lines[body.first : body.stop]), body.function)
            found.append(_shifted(body, 0, first)._replace(serial=serial, base=base, room=room))
            placed[rows] = [base + offset - offsets[body.start] for offset in offsets[rows]]
        _place(read, offsets, placed)
        return found

    def _between(self, first: int, old: int, lines: Sequence[str], apart: int) -> list[int] | None:
        """Numbers for lines in place of those between two rows, `apart` from what such lines may have had before; None where there are
        not enough."""
        low = self.starts[first - 1] + len(self.lines[first - 1]) if first else 0
        step = (self._number(old) - low) // (len(lines) + 1)
        return [low + step * (row + 1) + apart for row in range(len(lines))] if apart + SLOT <= step else None

    def _number(self, row: int) -> int:
        """The number of a row, and behind the last one that of the next block."""
        return self.starts[row] if row < len(self.starts) else (self.starts[-1] // BLOCK + 1) * BLOCK

    def _moved(self, row: int, by: int) -> dict[str, Any]:
        """Where what stands below a row is, if it moves."""
        bodies = [_shifted(body, row, by) for body in self.bodies]
        fixed = [one if one[0] < row else (one[0] + by, one[1] + by) for one in self.fixed]
        return {"bodies": bodies, "fixed": fixed}

    def _between_statements(self, lines: Sequence[str], first: int, old: int, new: int) -> bool:
        """True if comments and empty lines alone are others, and stand between statements outside of the bodies of functions."""
        if not all(map(_is_blank, (*self.lines[first:old], *lines[first:new]))) or self._cuts(first, old):
            return False
        whole = all(line.endswith(("\n", "\r")) for line in lines[max(first - 1, 0) : new])
        return whole and not (first and lines[first - 1].rstrip("\r\n").endswith("\\"))

    def _cuts(self, first: int, old: int) -> bool:
        """True if something else in place of some rows would stand inside a statement that takes several, or would begin one."""
        return any(low < first <= high or first <= low < old for low, high in self.fixed)

    def _with_body(self, index: int, lines: Sequence[str], moved: int) -> Edition | None:
        """The file with another body of one function."""
        body = self.bodies[index]
        stop = body.stop + moved
        text = "".join(lines[body.first : stop])
        if stop <= body.start or GLOBAL.search(text) or GLOBAL.search("".join(self.lines[body.start : body.stop])):
            return None
        if body.whole and named(lines[body.first]) != named(self.lines[body.first]):
            return None
        if rebound := mention(text, self.rebound):
            text += f"\0{[(name, self.rebound[name]) for name in rebound]}"
        known = self.anchor.known(body.serial, text)
        number = self.anchor.used[body.serial] + 1 if known is None else known.number
        base = body.base + SLOT * number
        if base + SLOT > body.base + body.room:
            return None
        placed = [*self.starts[body.head : body.start], *(base + offset for offset in _offsets(lines[body.start : stop]))]
        if known is None:
            function = _read(body, lines[body.head : stop], placed)
            if function is None or (body.whole and not has_constants_alone(function)):
                return None
            known = self.anchor.add(body.serial, text, function)
        starts = [*self.starts[: body.head], *placed, *self.starts[body.stop :]]
        numbers = [known if i == index else one for i, one in enumerate(self.numbers)]
        behind = self._moved(body.stop, moved)
        behind["bodies"][index] = body._replace(stop=stop)
        return self._replace(lines=lines, starts=starts, numbers=numbers, **behind)


def edition(text: str, earlier: Edition | None = None) -> Edition | None:
    """The first text of a file that is worked on, or one that does not go on from an `earlier` one; None where Python's own parser
    cannot read it, or nothing is in it."""
    module = lower_by_python(text) if text else None
    tree = None if module is None else parsed(text)
    if module is None or tree is None:
        return None
    lines = lines_of(text)
    offsets = _offsets(lines)
    found = functions_in(tree, module, lines, offsets)
    starts = [(offset + 1) * SPREAD for offset in offsets]
    for before, body in enumerate(found):
        for row in range(body.start, body.stop):
            starts[row] = before * BLOCK + BODIES + offsets[row] - offsets[body.start]
        for row in range(body.stop, found[before + 1].start if before + 1 < len(found) else len(lines)):
            starts[row] = (before + 1) * BLOCK + (offsets[row] + 1) * SPREAD
    names = bindings.bound_names(tree, lines, starts)
    anchor = Anchor(0 if earlier is None else earlier.anchor.serial + 1, names, defined(tree.body))
    found = [
        body._replace(
            serial=anchor.begin("".join(lines[body.first : body.stop]), body.function),
            base=before * BLOCK + BODIES, room=BLOCK - BODIES,
        )
        for before, body in enumerate(found)
    ]  # fmt: skip
    _place(module, offsets, starts)
    versions = [Version(0, one.function) for one in found]
    return Edition(anchor, module, {}, {}, 0, lines, starts, found, versions, [*fixed_rows(tree, found)])


def _shifted(body: FunctionLines, row: int, by: int) -> FunctionLines:
    """Where a function stands if what begins in some row, or ends behind it, moves."""
    return body if body.stop <= row else body._replace(head=body.head + by, start=body.start + by, stop=body.stop + by)


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
    tree = parsed(text)
    if tree is None:
        return False
    body = tree.body
    inner = body[0].body if isinstance(body[0], ast.ClassDef) else body
    return len(body) == len(inner) == 1 and isinstance(inner[0], ast.FunctionDef | ast.AsyncFunctionDef)


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


def _is_blank(line: str) -> bool:
    return _BLANK.fullmatch(line) is not None
