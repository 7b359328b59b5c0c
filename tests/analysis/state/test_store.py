"""The layered store against plain dicts: forks, what was written since, joins, and what a region read from before it."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from bce_lint.analysis.domain.values import TOP, MustUses, Value, const, join, options
from bce_lint.analysis.interpreter import callbacks
from bce_lint.analysis.state.frames import LoweredFile
from bce_lint.analysis.state.machine import Machine
from bce_lint.analysis.state.program import Default
from bce_lint.analysis.state.store import INDEXED, Cell, Reads, State, apply_delta, common, merge
from bce_lint.ir import Span

CELLS: tuple[Cell, ...] = ((1, "a"), (1, "b"), (2, "a"))
Write = tuple[int, Cell, int]
writes = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(CELLS), st.integers(0, 3)), max_size=14)
parents = st.lists(st.integers(0, 9), max_size=7)


@dataclass
class Tree:
    """States forked from one another, and beside each a dict of all that it holds and a list of those it was forked from."""

    states: list[State] = field(default_factory=lambda: [State()])
    models: list[dict[Cell, Value]] = field(default_factory=lambda: [{}])
    lines: list[list[int]] = field(default_factory=lambda: [[0]])
    own: list[dict[Cell, Value]] = field(default_factory=lambda: [{}])

    def fork(self, parent: int) -> None:
        self.states.append(self.states[parent].fork())
        self.models.append(dict(self.models[parent]))
        self.lines.append([*self.lines[parent], len(self.states) - 1])
        self.own.append({})

    def write(self, index: int, cell: Cell, value: Value) -> None:
        self.states[index].put(cell, value)
        self.models[index][cell] = value
        self.own[index][cell] = value

    @property
    def leaves(self) -> list[int]:
        inner = {line[-2] for line in self.lines if len(line) > 1}
        return [i for i in range(len(self.states)) if i not in inner]


def grown(steps: list[int], written: list[Write]) -> Tree:
    """A tree of states; between two forks, states that have none above them are written to."""
    tree = Tree()
    for turn in range(len(steps) + 1):
        for where, cell, number in written[turn :: len(steps) + 1]:
            leaves = tree.leaves
            tree.write(leaves[where % len(leaves)], cell, const(number))
        if turn < len(steps):
            tree.fork(steps[turn] % len(tree.states))
    return tree


trees = st.builds(grown, parents, writes)


@given(trees)
def test_a_state_holds_what_was_written_on_the_way_to_it(tree: Tree) -> None:
    for state, model, line in zip(tree.states, tree.models, tree.lines, strict=True):
        assert {cell: value for cell in CELLS if (value := state.find(cell)) is not None} == model
        assert {(n, name) for n in (1, 2) for name in state.names(n)} == set(model)
        assert state.depth == len(line) - 1


@given(trees)
def test_since_is_what_was_written_above(tree: Tree) -> None:
    for index, line in enumerate(tree.lines):
        for height, below in enumerate(line):
            expected: dict[Cell, Value] = {}
            for layer in line[height + 1 :]:
                expected.update(tree.own[layer])
            assert tree.states[index].delta(tree.states[below]) == expected


@given(trees, st.lists(st.integers(0, 9), min_size=1, max_size=4))
def test_the_common_layer_is_the_highest_below_all(tree: Tree, chosen: list[int]) -> None:
    picks = [i % len(tree.states) for i in chosen]
    lines = [tree.lines[i] for i in picks]
    shared = [i for i in lines[0] if all(i in line for line in lines)]
    found = common([tree.states[i] for i in picks])
    assert found is tree.states[shared[-1]]
    assert found.frozen is (shared[-1] in picks)
    assert not any(state.frozen for state in tree.states if state is not found)


@given(trees, st.integers(0, 9), st.booleans(), st.integers(0, 3))
def test_settling_never_writes_into_a_shared_layer(tree: Tree, chosen: int, frozen: bool, number: int) -> None:
    index = chosen % len(tree.states)
    base, before = tree.states[index], dict(tree.states[index].cells)
    if frozen:
        base.freeze(-1)
    above = base.fork()
    above.put(CELLS[0], const(number))
    settled = apply_delta(base, above.delta(base))
    assert (settled is base) is not frozen
    assert settled.find(CELLS[0]) == const(number)
    assert not frozen or base.cells == before
    assert all(settled.find(cell) == base.find(cell) for cell in CELLS[1:])


@given(trees, st.integers(0, 9), st.integers(-1, 5))
def test_freezing_reaches_down_to_the_floor(tree: Tree, chosen: int, floor: int) -> None:
    line = tree.lines[chosen % len(tree.states)]
    tree.states[line[-1]].freeze(floor)
    frozen = {i for i, state in enumerate(tree.states) if state.frozen}
    assert frozen == {i for i in line if tree.states[i].depth > floor}


def joined(models: list[dict[Cell, Value]]) -> dict[Cell, frozenset[Value]]:
    """The alternatives of each cell; one that some dicts lack is as in the others."""
    return {
        cell: frozenset(option for model in models if cell in model for option in options(model[cell]))
        for cell in CELLS
        if any(cell in model for model in models)
    }  # fmt: skip


@given(trees, st.lists(st.integers(0, 9), min_size=1, max_size=4), st.lists(st.integers(0, 9), max_size=2))
def test_a_merge_holds_the_alternatives_of_all(tree: Tree, chosen: list[int], shared: list[int]) -> None:
    picks = list(dict.fromkeys(i % len(tree.states) for i in chosen))
    for index in shared:
        tree.states[index % len(tree.states)].freeze(-1)
    frozen = [(state, dict(state.cells)) for state in tree.states if state.frozen]
    given_in = [(tree.states[i], dict(tree.states[i].cells)) for i in picks]
    merged = merge([tree.states[i] for i in picks])
    found = {cell: frozenset(options(value)) for cell in CELLS if (value := merged.find(cell)) is not None}
    assert found == joined([tree.models[i] for i in picks])
    assert all(state.cells == cells for state, cells in [*frozen, *given_in])


def test_a_merge_of_one_state_is_that_state() -> None:
    state = State().fork()
    assert merge([state]) is state


def test_facts_that_one_path_lacks_are_lost() -> None:
    base = State()
    left, right = base.fork(), base.fork()
    left.put((1, "$uses"), MustUses(frozenset()))
    left.put((1, "a"), const(1))
    merged = merge([left, right])
    assert merged.find((1, "$uses")) == MustUses(frozenset())
    assert merged.find((1, "a")) == const(1)


class Nowhere:
    """A project without files."""

    def unit(self, path: str) -> LoweredFile | None:
        """None."""

    def load(self, path: str) -> LoweredFile | None:
        """None."""

    def resolve(self, importer: str, module: str, level: int) -> str | None:
        """None."""

    def has_subclass(self, name: str, path: str) -> bool:
        """There are no classes."""
        return False

    def default_dtype(self) -> str | None:
        """torch's."""
        return "float32"

    def converts(self) -> bool:
        """Nobody does."""
        return False

    def freezes(self) -> bool:
        """Nobody does."""
        return False

    def none_has(self, default: Default) -> bool:
        """There is nothing to construct."""
        return False

    def registering(self, names: frozenset[str], key: str | None) -> tuple[str, ...]:
        """Nobody."""
        return ()

    def may_exchange(self, name: str, classes: frozenset[tuple[str, Span]]) -> bool:
        return False

    def may_store(self, name: str, classes: frozenset[tuple[str, Span]]) -> bool:
        """Nobody does."""
        return False


def test_a_machine_writes_above_a_frozen_layer() -> None:
    machine = Machine(Nowhere(), callbacks)
    machine.write(1, "a", const(1))
    frozen = machine.state.freeze(-1)
    machine.write(1, "a", const(2))
    assert frozen.cells == {(1, "a"): const(1)}
    assert machine.read(1, "a") == const(2)
    assert machine.state.parent is frozen


Step = tuple[str, Cell, int]
steps = st.lists(st.tuples(st.sampled_from(["read", "write", "fork", "branch"]), st.sampled_from(CELLS), st.integers(0, 3)), max_size=12)


def replay(machine: Machine, model: dict[Cell, Value], done: list[Step]) -> tuple[dict[Cell, Value | None], set[Cell]]:
    """Runs steps on a machine and a dict; the first reads of cells not written before, with their values, and the cells written."""
    first: dict[Cell, Value | None] = {}
    written: set[Cell] = set()
    for kind, cell, number in done:
        if kind == "read":
            value = machine.read(*cell)
            assert value == model.get(cell)
            if cell not in written:
                first.setdefault(cell, value)
        elif kind == "fork":
            machine.state = machine.state.fork()
        else:
            written.add(cell)
            if kind == "write":
                machine.write(*cell, const(number))
                model[cell] = const(number)
                continue
            base = machine.state.fork()
            machine.state = base.fork()
            machine.write(*cell, const(number))
            other = base.fork()
            other.cells[cell] = const(7)
            machine.state = merge([machine.state, other])
            model[cell] = join(const(number), const(7))
    return first, written


def seen(reads: Reads | None) -> dict[Cell, Value | None]:
    assert reads is not None
    return {cell: value for cell, (value, _) in reads.cells.items()}


@given(steps, steps)
def test_a_region_notes_what_it_read_from_before_it(before: list[Step], inside: list[Step]) -> None:
    machine, model = Machine(Nowhere(), callbacks), dict[Cell, Value]()
    replay(machine, model, before)
    start = machine.open_reads()
    kept = dict(start.cells)
    first, _ = replay(machine, model, inside)
    assert {cell: value for cell, (value, _) in machine.close_reads().cells.items()} == first
    assert machine.reads is None
    assert start.cells == kept


@given(steps, steps, steps, steps)
def test_a_region_takes_over_what_an_inner_one_read_from_before_both(
    before: list[Step], outer: list[Step], inner: list[Step], after: list[Step]
) -> None:
    machine, model = Machine(Nowhere(), callbacks), dict[Cell, Value]()
    replay(machine, model, before)
    machine.open_reads()
    expected, written = replay(machine, model, outer)
    machine.open_reads()
    first, more = replay(machine, model, inner)
    assert seen(machine.reads) == first
    machine.close_reads()
    for cell, value in first.items():
        if cell not in written:
            expected.setdefault(cell, value)
    written |= more
    later, _ = replay(machine, model, after)
    for cell, value in later.items():
        if cell not in written:
            expected.setdefault(cell, value)
    assert seen(machine.reads) == expected


def merged_in_a_region(machine: Machine, names: str) -> None:
    """Opens a region and writes names in one of two arms."""
    base = machine.open_reads().fork()
    one, other = base.fork(), base.fork()
    for name in names:
        one.put((1, name), const(2))
    machine.state = merge([one, other], machine.reads)


def test_what_a_merge_took_from_before_a_region_is_read_when_it_is_asked_for() -> None:
    machine = Machine(Nowhere(), callbacks)
    machine.write(1, "a", const(1))
    merged_in_a_region(machine, "ab")
    assert machine.read(1, "b") == const(2)
    region = machine.close_reads()
    assert {cell: value for cell, (value, _) in region.cells.items()} == {(1, "b"): None}
    assert {cell: value for cell, (value, _) in region.unread.items()} == {(1, "a"): const(1)}


def test_an_inner_region_asks_for_what_the_outer_one_has_merged_and_hands_on_what_it_merged_itself() -> None:
    machine = Machine(Nowhere(), callbacks)
    machine.write(1, "a", const(1))
    merged_in_a_region(machine, "a")
    merged_in_a_region(machine, "bc")
    assert machine.read(1, "a") == join(const(2), const(1))
    machine.close_reads()
    assert seen(machine.reads) == {(1, "a"): const(1)}
    machine.read(1, "c")
    region = machine.close_reads()
    assert region.cells.keys() == {(1, "a"), (1, "c")}
    assert region.unread.keys() == {(1, "b")}


@given(st.lists(st.tuples(st.integers(0, 3), st.text("abc", min_size=1, max_size=2)), max_size=30))
def test_names_of_a_large_layer_are_those_written_so_far(cells: list[tuple[int, str]]) -> None:
    state = State()
    state.cells.update({(9, f"n{i}"): TOP for i in range(INDEXED + 1)})
    written: dict[int, dict[str, None]] = {}
    for address, name in cells:
        state.cells[address, name] = TOP
        written.setdefault(address, {})[name] = None
        assert state.fork().names(address) == list(written[address])
