"""The store: cells (address, name) → value, in layers, so that branches fork cheaply and joins cost what was written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import TypeAlias

from bce_lint.analysis.domain.partitions import NO_TAGS, Tags, limited
from bce_lint.analysis.domain.values import NONE, TRUE, MustUses, Value, join, join_tagged
from bce_lint.analysis.state import cells

Cell = tuple[int, str]
AtDepth: TypeAlias = "tuple[Value | None, int]"
"""A value, and the depth of the layer that holds it."""
INDEXED = 40
NO_USES = MustUses(frozenset())
ASSUMED_CELL = (0, cells.ASSUMED)
UNWRITTEN: Mapping[Cell, Value] = {(0, cells.GRAD): TRUE, (0, cells.CASTING): NONE}
"""What cells are where nobody wrote them."""
_NO_INDEX: tuple[int, dict[int, list[str]]] = (0, {})
_NO_OTHERS: tuple[int, dict[Cell, Value]] = (-1, {})
COPIED, FLAT = 16, 48
"""How many cells of a frozen layer are copied rather than covered, and below how many layers it is covered all the same."""


class Reads:
    """The cells that a region read from before its start, with the values found (None: absent); `unread` are those that only a merge
    took from there: nothing has asked since for what it made of them. `peeks` are those that a loop in it is not told of, if anybody wants
    to know."""

    __slots__ = ("cells", "depth", "outer", "peeks", "unread")

    def __init__(self, depth: int, outer: Reads | None) -> None:
        self.depth = depth
        self.outer = outer
        self.peeks: Reads | None = None if outer is None else outer.peeks
        self.cells: dict[Cell, AtDepth] = {}
        self.unread: dict[Cell, AtDepth] = {}

    def close(self) -> Reads | None:
        """Hands what the enclosing region also read to it."""
        outer = self.outer
        if outer is not None:
            for cell, found in self.cells.items():
                if found[1] <= outer.depth:
                    outer.cells.setdefault(cell, found)
                outer.ask(cell)
            for cell, found in self.unread.items():
                if found[1] <= outer.depth and cell not in outer.cells:
                    outer.unread.setdefault(cell, found)
        return outer

    def ask(self, cell: Cell) -> None:
        """Something asks for a cell: if a merge has made it, of what it was before as well."""
        if cell in self.unread:
            self.cells[cell] = self.unread.pop(cell)

    def merge(self, cell: Cell, value: Value | None, depth: int) -> None:
        """A merge takes a cell as it was at a depth."""
        if depth <= self.depth and cell not in self.cells:
            self.unread.setdefault(cell, (value, depth))


class State:
    """One layer of the store over its parent. A frozen layer is referred to by a state that left by another way."""

    __slots__ = ("_chain", "_index", "_others", "_written", "cells", "depth", "frozen", "parent")

    def __init__(self, parent: State | None = None) -> None:
        self.cells: dict[Cell, Value] = {}
        self.parent = parent
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.frozen = False
        self._index = _NO_INDEX
        self._others = _NO_OTHERS
        # The cells of this layer and of those below it: walking over them is what the analysis does most.
        self._chain: tuple[dict[Cell, Value], ...] = (self.cells,) if parent is None else (self.cells, *parent._chain)
        # The cells that any state of the run was ever given: most that are asked for in vain are not among them.
        self._written: set[Cell] = set() if parent is None else parent._written

    def put(self, cell: Cell, value: Value) -> None:
        """Sets a cell in this layer, which is never a frozen one."""
        self.cells[cell] = value
        self._written.add(cell)

    def put_all(self, cells: Mapping[Cell, Value]) -> None:
        """Sets cells in this layer, which is never a frozen one."""
        self.cells.update(cells)
        self._written.update(cells)

    def known(self, cell: Cell) -> Cell:
        """A cell that is about to be written, though nobody has set it: from now on it is looked for."""
        self._written.add(cell)
        return cell

    def expect(self, other: State) -> None:
        """The cells of another run are looked for, too: they will come."""
        self._written |= other._written

    def forget_but(self, held: Callable[[Cell], bool]) -> None:
        """From now on other cells are not looked for: no state has them."""
        left = [*filter(held, self._written)]
        self._written.clear()
        self._written.update(left)

    def find(self, cell: Cell, reads: Reads | None = None) -> Value | None:
        """The value of a cell, or None; notes the read when it comes from before the region of `reads`."""
        if reads is None:
            if cell in self._written:
                for cells in self._chain:
                    if cell in cells:
                        return cells[cell]
            return None
        if cell in self._written:
            if cell in reads.unread:
                reads.ask(cell)
            above = self.depth - reads.depth
            for cells in self._chain:
                if cell in cells:
                    value = cells[cell]
                    if above <= 0 and cell not in reads.cells:
                        reads.cells[cell] = (value, reads.depth + above)
                    return value
                above -= 1
        elif cell in reads.unread:
            reads.ask(cell)
        if cell not in reads.cells:
            reads.cells[cell] = (None, 0)
        return None

    def _located(self, cell: Cell) -> AtDepth:
        if cell in self._written:
            depth = self.depth
            for cells in self._chain:
                if cell in cells:
                    return cells[cell], depth
                depth -= 1
        return None, 0

    def before_merge(self, cell: Cell, reads: Reads | None) -> Value | None:
        """The value of a cell that some of several paths have written, as it is on the others."""
        if reads is None:
            return self.find(cell)
        value, depth = self._located(cell)
        reads.merge(cell, value, depth)
        return value

    def names(self, address: int) -> list[str]:
        """The names of the cells of one address, in the order written."""
        found: list[str] = []
        layer: State | None = self
        while layer is not None:
            cells = layer.cells
            if len(cells) > INDEXED:
                found.extend(layer._by_address().get(address, ()))
            elif cells:
                found.extend([name for owner, name in cells if owner == address])
            layer = layer.parent
        return list(dict.fromkeys(found))

    def _by_address(self) -> dict[int, list[str]]:
        """The names of each address in this layer. Cells that have come since are added: none ever goes, and the last come last."""
        count, index = self._index
        if count != len(self.cells):
            index = {} if index is _NO_INDEX[1] else index
            for owner, name in [*islice(reversed(self.cells), len(self.cells) - count)][::-1]:
                index.setdefault(owner, []).append(name)
            self._index = (len(self.cells), index)
        return index

    def fork(self) -> State:
        """A new layer above this one."""
        return State(self)

    def open(self) -> State:
        """A layer to go on writing: this one, or where it is frozen one above it. Where layers are many, it is a copy of a small one: what
        is copied is joined with itself where paths meet again."""
        if not self.frozen:
            return self
        if self.parent is None or self.depth < FLAT or len(self.cells) > COPIED:
            return State(self)
        layer = State(self.parent)
        layer.cells.update(self.cells)
        return layer

    def freeze(self, floor: int) -> State:
        """Marks the layers down to a depth (exclusive) as shared: nothing may be written into them any more."""
        layer: State | None = self
        while layer is not None and layer.depth > floor:
            layer.frozen = True
            layer = layer.parent
        return self

    def is_above(self, base: State) -> bool:
        """True if this state goes on from another."""
        layer: State | None = self
        while layer is not None and layer.depth > base.depth:
            layer = layer.parent
        return layer is base

    def layers(self, base: State) -> tuple[Mapping[Cell, Value], ...]:
        """What is written in each layer above `base`, the lowest first."""
        found = []
        layer: State | None = self
        while layer is not None and layer is not base:
            found.append(layer.cells)
            layer = layer.parent
        return tuple(reversed(found))

    def outliving(self, base: State, address: int) -> State:
        """A layer above `base` with what was written above it, but for the cells of one address."""
        layers = []
        layer: State | None = self
        while layer is not None and layer is not base:
            layers.append(layer)
            layer = layer.parent
        left = base.fork()
        for layer in reversed(layers):
            left.cells.update(layer._without(address))
        return left

    def _without(self, address: int) -> dict[Cell, Value]:
        """The cells of this layer but those of one address; of a frozen layer they stay what they are."""
        if self.frozen and self._others[0] == address:
            return self._others[1]
        found = {cell: value for cell, value in self.cells.items() if cell[0] != address}
        if self.frozen:
            self._others = (address, found)
        return found

    def delta(self, base: State) -> Mapping[Cell, Value]:
        """What was written above `base`."""
        if self.parent is base:
            return self.cells
        layers = []
        layer: State | None = self
        while layer is not None and layer is not base:
            layers.append(layer)
            layer = layer.parent
        written: dict[Cell, Value] = {}
        for layer in reversed(layers):
            written.update(layer.cells)
        return written


def apply_delta(base: State, written: Mapping[Cell, Value]) -> State:
    """Writes what was written above a base into the base itself, or above it when it is shared."""
    target = base.open()
    target.cells.update(written)
    return target


def common(states: list[State]) -> State:
    """The highest layer that all states share; one of them if it lies below the others, then marked as shared."""
    shared = states[0]
    for state in states:
        shared = _shared(shared, state)
    return shared.freeze(shared.depth - 1) if shared in states else shared


def _shared(one: State, other: State) -> State:
    while one is not other:
        if one.depth < other.depth:
            one, other = other, one
        assert one.parent is not None, "states of one run share their first layer"
        one = one.parent
    return one


def unbound_cell(cell: Cell) -> Cell:
    """The cell that says that another was not bound on some path."""
    return cell[0], cells.absence_of(cell[1])


def merge(states: list[State], reads: Reads | None = None) -> State:
    """The join of states of one run. A cell unbound on one path is as on the others: reading it there raises, unless one asks first.

    What a path did not write is taken from before all of them, and noted as such in `reads`."""
    if len(states) == 1:
        return states[0]
    base = common(states)
    diffs = [state.delta(base) for state in states]
    joined: dict[Cell, Value] = {}
    when = _apart(diffs, base, joined)
    for diff in diffs:
        for cell in diff:
            if cell not in joined:
                _join(cell, diffs, base, joined, when, reads)
    return apply_delta(base, joined)


def assumed(state: State) -> Tags:
    """The outcomes of tests that hold on the path to a state."""
    return _outcomes(state.find(ASSUMED_CELL))


def _outcomes(found: Value | None) -> Tags:
    return found.items if type(found) is MustUses else NO_TAGS  # type: ignore[return-value]


def apart(states: list[State]) -> list[Tags]:
    """The outcomes that hold on the path to each of several states, and not on all of them."""
    found = [assumed(state) for state in states]
    shared = frozenset.intersection(*found)
    return [limited(one - shared) for one in found]


def _apart(diffs: list[Mapping[Cell, Value]], base: State, joined: dict[Cell, Value]) -> list[Tags] | None:
    """What holds on some of several paths alone; what holds on all of them goes on to hold. None where there is no such thing."""
    own = [diff.get(ASSUMED_CELL) for diff in diffs]
    if not any(own):
        return None
    before = assumed(base)
    found = [before if one is None else _outcomes(one) for one in own]
    shared = frozenset.intersection(*found)
    joined[base.known(ASSUMED_CELL)] = MustUses(shared)
    left = [limited(one - shared) for one in found]
    return left if any(left) else None


def _join(
    cell: Cell, diffs: list[Mapping[Cell, Value]], base: State, joined: dict[Cell, Value], when: list[Tags] | None, reads: Reads | None
) -> None:
    """Joins what a cell is on each path: on one that did not write it, as in the base, which is asked once. What differs is tagged."""
    result: Value | None = None
    before: Value | None = None
    asked, inner = False, cell[1][:1] == "$"
    given = []
    for at, diff in enumerate(diffs):
        if cell in diff:
            value: Value | None = diff[cell]
        else:
            if not asked:
                before = base.find(cell, None if reads is None else reads.peeks) if inner else base.before_merge(cell, reads)
                asked = True
            value = before
            if value is None and inner:
                value = NO_USES if cell[1].startswith(cells.USES) else UNWRITTEN.get(cell)
        if value is None:
            continue
        if when is not None and not inner:
            given.append((value, when[at]))
        elif value is not result:
            result = value if result is None else join(result, value)
    if result is not None or given:
        joined[cell] = join_tagged(given) if result is None else result
    if asked and before is None and not inner:
        joined[base.known(unbound_cell(cell))] = TRUE
