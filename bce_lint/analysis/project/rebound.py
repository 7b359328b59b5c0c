"""A module of which imports alone are others: who runs its body notes which, and what came of it holds but for the names that they bind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set

from bce_lint.analysis.domain.values import Value
from bce_lint.analysis.state.dependencies import Dependencies, Inquiry
from bce_lint.analysis.state.frames import LoweredFile
from bce_lint.analysis.state.store import Cell


def question(unit: LoweredFile) -> Inquiry:
    """What a unit asks that runs the body of a file which is worked on: what its imports bind otherwise than at first."""
    return "imports", unit.path


def imports_of(unit: LoweredFile) -> frozenset[tuple[str, str]] | None:
    """The answer; None of another file."""
    return None if unit.edited is None else unit.edited.imports


def note(unit: LoweredFile, needs: Dependencies) -> None:
    """Notes the answer with what depends on it."""
    if unit.edited is not None:
        needs.answered(question(unit), imports_of(unit))


def alone_differs(
    unit: LoweredFile,
    holds: Callable[[Dependencies, Inquiry], bool],
    needs: tuple[Dependencies, Dependencies],
    stored: tuple[Sequence[Mapping[Cell, Value]], Sequence[Mapping[Cell, Value]]],
) -> bool:
    """True if a module's body gave what it gave before, but for names that its imports bind otherwise: who sees those is another one as
    well. Of each there is what was before and what is now; `holds` says whether what was read before is as it was, but for a question."""
    about = question(unit)
    old, new = (one.asked.get(about) for one in needs)
    if old is None or new is None or old == new or len(stored[0]) != len(stored[1]) or not holds(needs[0], about):
        return False
    names = {name for name, _ in old ^ new}
    before, now = ([_without(unit, names, cells) for cells in layers] for layers in stored)
    return before == now


def _without(unit: LoweredFile, names: Set[str], cells: Mapping[Cell, Value]) -> dict[Cell, Value]:
    """What was stored, but for some names of the module."""
    return {cell: value for cell, value in cells.items() if cell[0] != unit.address or cell[1] not in names}
