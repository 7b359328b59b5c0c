"""A module of which names alone are bound otherwise, by statements at its top that do nothing else: who runs its body notes which, and what
came of it holds but for these names, and for what the statements made."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from typing import Final

from bce_lint import ir
from bce_lint.analysis.domain.values import ClassV, Value
from bce_lint.analysis.state.dependencies import Dependencies, Inquiry
from bce_lint.analysis.state.frames import LoweredFile
from bce_lint.analysis.state.store import Cell

LOADED: Final = "loaded"
"""What a module's body asks that runs as a program: whether some import has run it before. Names that are not bound yet are found there."""


def _questions(path: str) -> tuple[Inquiry, Inquiry]:
    """What a unit asks that runs the body of a file: what is bound otherwise than at first, of one that is worked on, and `LOADED`."""
    return ("bindings", path), (LOADED, path)


def bindings_of(unit: LoweredFile) -> frozenset[tuple[str, str]] | None:
    """The answer; None of another file."""
    return None if unit.edited is None else unit.edited.rebound


def note(unit: LoweredFile, needs: Dependencies, loaded: bool | None = None) -> None:
    """Notes the answers with what depends on them; `loaded` is the last one, where it was asked."""
    bindings, was_loaded = _questions(unit.path)
    if unit.edited is not None:
        needs.answered(bindings, bindings_of(unit))
    if loaded is not None:
        needs.answered(was_loaded, loaded)


def alone_differs(
    unit: LoweredFile,
    key_of: Callable[[int], Hashable],
    holds: Callable[[Dependencies, Collection[Inquiry]], bool],
    needs: tuple[Dependencies, Dependencies],
    stored: tuple[Sequence[Mapping[Cell, Value]], Sequence[Mapping[Cell, Value]]],
) -> bool:
    """True if a module's body gave what it gave before, but for names that are bound otherwise: who sees those is another one as well.
    Of each there is what was before and what is now; `key_of` says what an address stands for, `holds` whether what was read before is as
    it was, but for some questions."""
    about = _questions(unit.path)
    old, new = (one.asked.get(about[0]) for one in needs)
    if old is None or new is None or len(stored[0]) != len(stored[1]) or not holds(needs[0], about):
        return False
    makes = _Makers(unit, {name for name, _ in old ^ new}, key_of)
    before, now = ([makes.without(cells) for cells in layers] for layers in stored)
    return before == now and [*map(_bases, before)] == [*map(_bases, now)]


def _bases(cells: Mapping[Cell, Value]) -> dict[Cell, object]:
    """What classes among some values are made of, which does not count where values are compared."""
    return {cell: _line(value) for cell, value in cells.items() if type(value) is ClassV}


def _line(value: Value) -> object:
    return (value, *map(_line, value.bases)) if type(value) is ClassV else value


class _Makers:
    """The statements at the top of a module that bind some names, and what they make."""

    def __init__(self, unit: LoweredFile, names: set[str], key_of: Callable[[int], Hashable]) -> None:
        self._module, self._names, self._key_of, self._edited = unit.address, names, key_of, unit.edited
        self._starts = [_start(one) for one in unit.module.body]
        bound = map(_bound_by, unit.module.body)
        self._theirs = [bool(by_it) and names.issuperset(by_it) for by_it in bound]
        self._made: dict[int, bool] = {}

    def without(self, cells: Mapping[Cell, Value]) -> dict[Cell, Value]:
        """What was stored, but for the names, and for what their statements made."""
        return {cell: value for cell, value in cells.items() if not self._is_theirs(*cell)}

    def _is_theirs(self, address: int, name: str) -> bool:
        if address == self._module:
            return name in self._names
        if address not in self._made:
            self._made[address] = self._made_here(address)
        return self._made[address]

    def _made_here(self, address: int) -> bool:
        """True if an object was made by these statements, in what they call as well: one of them stands where that began, or did
        before."""
        key = self._key_of(address)
        while isinstance(key, tuple) and len(key) > 2 and isinstance(key[0], int) and isinstance(around := self._key_of(key[0]), tuple):
            key = around
        if not isinstance(key, tuple) or len(key) < 3 or key[1] != self._module or not isinstance(key[2], ir.Span):
            return False
        at = bisect_right(self._starts, key[2].start) - 1
        return (at >= 0 and self._theirs[at]) or (self._edited is not None and not self._edited.stands(key[2].start))


def _start(one: ir.Stmt) -> int:
    """Where a statement begins; the span of a function or a class is that of its name."""
    decorators = one.function.decorators if isinstance(one, ir.FunctionDef) else one.decorators if isinstance(one, ir.ClassDef) else ()
    return min([one.span.start, *(decorator.span.start for decorator in decorators)])


def _bound_by(one: ir.Stmt) -> list[str]:
    """The names that a statement binds, of one that does nothing else."""
    match one:
        case ir.FunctionDef():
            return [one.function.name]
        case ir.ClassDef():
            return [one.name]
        case ir.Assign():
            names = [target.id for target in one.targets if isinstance(target, ir.Name)]
            return names if len(names) == len(one.targets) else []
        case _:
            return []
