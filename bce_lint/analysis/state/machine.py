"""The abstract machine: the store, the fuel, what a run has seen, and whom it asks: the project, the evaluator, an observer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from bce_lint import ir
from bce_lint.analysis.domain.conditions import Condition
from bce_lint.analysis.domain.partitions import Tags
from bce_lint.analysis.domain.tensor import Place, Tensor
from bce_lint.analysis.domain.values import TOP, FunctionV, LazyImport, Ref, RefKind, Seq, Table, Union, Value
from bce_lint.analysis.sites import Site
from bce_lint.analysis.state import cells
from bce_lint.analysis.state.answers import EntryAnswer
from bce_lint.analysis.state.dependencies import Dependencies, Journal
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.generics import Generics
from bce_lint.analysis.state.noted_program import NotedProgram
from bce_lint.analysis.state.program import Program
from bce_lint.analysis.state.star_graph import StarGraph
from bce_lint.analysis.state.store import Cell, Reads, State, apply_delta, assumed
from bce_lint.analysis.state.tracing import Traced
from bce_lint.analysis.state.walks import LARGE, Walks
from bce_lint.analysis.state.waste import Waste

ENTRY_FUEL = 5_000
BODY_FUEL = 30_000
SITE_BONUS = 11_000
APPLIED = 20_000
"""How many modules within containers an entry point may apply: they take time and no evaluation."""
_READIED = frozenset({LazyImport, Seq, Table, Union})


class Interpreter(Protocol):
    """What models call back: they know what a library does, and the interpreter what the project's own code does."""

    def call(self, m: Machine, frame: Frame, function: Value, args: Args, node: ir.Call, /) -> Value:
        """Calls each alternative that can be called."""

    def call_one(self, m: Machine, frame: Frame, function: Value, args: Args, node: ir.Call, /) -> Value:
        """Calls one alternative."""

    def call_function(self, m: Machine, frame: Frame, function: FunctionV, args: Args, span: ir.Span, /) -> Value:
        """Follows a call into a function of the project."""

    def call_attribute(self, m: Machine, frame: Frame, owner: Value, name: str, args: Args, span: ir.Span, /) -> Value:
        """Calls a method that the source does not spell (`__iter__`, `forward`)."""

    def elements(self, m: Machine, frame: Frame, value: Value, span: ir.Span, /) -> Seq:
        """The elements of an iterable."""

    def item(self, m: Machine, frame: Frame, owner: Value, key: Value, span: ir.Span, /) -> Value:
        """`owner[key]`."""

    def attribute(self, m: Machine, frame: Frame, owner: Value, name: str, span: ir.Span, /) -> Value:
        """`owner.name`."""

    def write_back(self, m: Machine, frame: Frame, target: ir.Expr, value: Tensor, /) -> None:
        """Writes the result of an in-place operation to the name or attribute that held the tensor."""

    def force(self, m: Machine, lazy: LazyImport, /) -> Value:
        """The value of an import that is resolved now."""


class Observer(Protocol):
    """Who is told where values go, in a run that records; what it gives back stands for a value from there on."""

    @property
    def learns_once(self) -> bool:
        """True if a call that finds what another one found tells it nothing but that it is entered: such calls are replayed."""

    def note(self, m: Machine, frame: Frame, node: ir.Expr, value: Value, /) -> Value:
        """An expression had a value."""

    def augmented(self, m: Machine, frame: Frame, node: ir.AugAssign, old: Value, new: Value, /) -> Value:
        """`target op= value` gave a new value."""

    def bound(self, frame: Frame, target: ir.Name, /) -> None:
        """A name is bound to another value."""

    def stored(self, m: Machine, frame: Frame, target: ir.Attr | ir.Item, owner: Value, /) -> None:
        """Something is stored in an attribute or an item."""

    def same(self, old: Value, new: Value, /) -> None:
        """A value goes on as another object."""

    def call(self, m: Machine, frame: Frame, function: Value, args: Args, node: ir.Call, /) -> None:
        """A call reached one alternative of its callee."""

    def enter(self, frame: Frame, function: FunctionV, call: ir.Span | None, /) -> None:
        """A function of the project was entered, by a call or as an entry point."""

    def cut(self, m: Machine, function: FunctionV, args: Args, /) -> None:
        """A call into a function of the project was not followed: the fuel was spent, or it stood too deep in others."""

    def apply(self, frame: Frame, origin: Place, node: ir.Call, /) -> None:
        """An activation was applied."""


class RecordingObserver(Observer, Protocol):
    """An observer that a run is made for."""

    @property
    def targets(self) -> frozenset[str]:
        """The files that the run should lead into."""

    @property
    def fuel_factor(self) -> int:
        """How many times the fuel of a plain run it gets."""


class Machine(Traced):
    """The state of one run. `answer` is what its entry point has found so far, `generics` the instances of classes as any, `any_of`
    their addresses; `takes_any` says that callers may give anything for what has a constant as its default;
    `spent_before_site` says that the fuel was gone before a site gave more; `layers` are the names of
    catalogued layers by their address, which says of which class they are. `ended` is set where what is evaluated raises: the path ends
    with the statement. `loaded_tests` are those `tests` of an answer that stand in modules, `imported` what these have written since
    that was looked at; `operands` what those of an `and` or `or` last gave, by the identity of the node. `catching` counts the `try`
    around that catch what a wrong use of a value raises, `thrown` has the states in which the bodies of those around raise, with the depth
    of the store that they share with what comes before.

    What one construct may take is a part of what is left, so that something is left for what follows it. Comprehensions are summarised
    where the fuel is below `unroll_floor`; containers are not followed where `applicable` is below `applied_floor`. `applying` are those
    that are being followed, `oversized` those that needed more.

    `given` is what an entry point was given of fuel so far, `waste` what those took that came to no end, and `walks` what was asked for
    of large values.

    `observer` is told where values go, in a run that is asked to record; `fuel_factor` multiplies the fuel. Where nothing goes on from a
    run, it is not `noting` what its units depend on."""

    def __init__(
        self,
        program: Program,
        interpreter: Interpreter,
        observer: Observer | None = None,
        fuel_factor: int = 1,
        before: Machine | None = None,
        noting: bool = True,
    ) -> None:
        super().__init__()
        self.project = program
        self.journal = Journal(noting)
        self.program: Program = NotedProgram(program, self.journal) if noting else program
        self.interpreter = interpreter
        self.observer = observer
        self.fuel_factor = fuel_factor
        self.base = State()
        self.state = self.base
        self.below_entry = self.base
        self.written_modules: set[int] = set()
        self.reads: Reads | None = None
        self.fuel = self.given = ENTRY_FUEL * fuel_factor
        self.waste = Waste(fuel_factor, self.journal)
        self.walks = Walks(self.journal)
        self.unroll_floor = 0
        self.applicable, self.applied_floor = APPLIED, 0
        self.applying: list[int] = []
        self.oversized: set[int] = set()
        self.site_bonus = 0
        self.spent_before_site = False
        self.answer = EntryAnswer()
        self.generics, self.open_generics = Generics(self.base, self.journal), Generics(self.base, self.journal)
        self.takes_any = False
        self.any_of: set[int] = set()
        self.resolution_orders: dict[int, tuple[tuple[Value, ...], tuple[Value, ...]]] = {}
        self.summaries: set[int] = set()
        self.own_tables: set[int] = set()
        self.registries: dict[Value, tuple[frozenset[str], Dependencies]] = {}
        self.pending: list[tuple[FunctionV, Frame]] = []
        self.layers: dict[int, str] = {}
        self.stack: list[ir.Function] = []
        self.words: dict[ir.Function, frozenset[str]] = {}
        self.suppress_sites = 0
        self.ended = False
        self.thrown: list[tuple[int, list[State]]] = []
        self.absent: dict[tuple[int, str, bool], tuple[bool, Dependencies]] = {}
        self.stars = StarGraph(program.unit, program.resolve, self.journal)
        self.loaded_tests: dict[int, Condition] = {}
        self.imported: list[Mapping[Cell, Value]] = []
        self.catching = 0
        self.operands: dict[int, Value] = {}
        if before is not None:
            self._go_on(before)

    def _go_on(self, before: Machine) -> None:
        """Takes over what another run says of numbers: they stand for the same here. What it had stored is not taken over."""
        self._interned, self._keys, self.numbered = dict(before._interned), dict(before._keys), before.numbered
        self.any_of, self.summaries, self.own_tables = set(before.any_of), set(before.summaries), set(before.own_tables)
        self.layers = dict(before.layers)
        self.outcomes = before.outcomes.copy()
        self.stars.go_on(before.stars)
        self.base.expect(before.base)

    def forget_but(self, numbers: set[int], first: int) -> None:
        """Forgets what is said of other numbers than these, the summaries of calls, and the cells of other addresses; nothing runs. Those
        before the first are among them as far as they are known."""
        for number in range(first, self.numbered):
            if number not in numbers:
                del self._interned[self._keys.pop(number)]
        self.kept.clear()
        self.operands.clear()
        self.outcomes.forget_but(numbers)
        self.any_of &= numbers
        self.summaries &= numbers
        self.layers = {address: name for address, name in self.layers.items() if address in numbers}
        self.resolution_orders = {address: known for address, known in self.resolution_orders.items() if address in numbers}
        self.absent = {key: known for key, known in self.absent.items() if key[0] in numbers}
        self.loaded_tests = {number: test for number, test in self.loaded_tests.items() if number in numbers}
        self.base.forget_but(lambda cell: cell[0] in numbers or (cell[0] == 0 and abs(cells.uses_in(cell[1])) in numbers))

    @contextmanager
    def aside(self, **fields: object) -> Iterator[None]:
        """Puts fields aside for others, which hold until the end of the block: what they were is what they are again."""
        kept = {name: getattr(self, name) for name in fields}
        for name, value in fields.items():
            setattr(self, name, value)
        try:
            yield
        finally:
            for name, value in kept.items():
                setattr(self, name, value)

    def test(self, number: int) -> Condition | None:
        """The test that a number stands for, where it stands in what runs or in a module that was loaded."""
        return self.answer.tests.get(number) or self.loaded_tests.get(number)

    def read(self, address: int, name: str) -> Value | None:
        """The value of a cell; an import found there is resolved now."""
        value = self.state.find((address, name), self.reads)
        return self._ready(value) if type(value) in _READIED else value

    def read_global(self, address: int, name: str) -> Value | None:
        """The value of a module's global; an import found there is resolved now."""
        value = self.find_global(address, name)
        return self._ready(value) if type(value) in _READIED else value

    def _ready(self, value: Value | None) -> Value | None:
        """What was found, as it may be used: an import is resolved, and what is large is asked for."""
        if type(value) is LazyImport:
            return self.interpreter.force(self, value)
        if type(value) is Union:
            return self.here(value) if value.tags else value
        return self.ask(value) if (type(value) is Seq or type(value) is Table) and value.bulk > LARGE else value

    def ask(self, value: Seq | Table) -> Seq | Table:
        """A large value, or what is left of it where there were too many."""
        found = self.walks.ask(value)
        if self.trace is not None:
            self.trace.bulk += value.bulk
            if found is not value:
                self.trace.lose()
        return found

    def here(self, value: Value) -> Value:
        """What is left of alternatives under the outcomes of tests that hold on this path."""
        return self.outcomes.left(value, assumed(self.state)) if type(value) is Union and value.tags else value

    def without(self, value: Value, tags: Tags) -> Value:
        """What is left of alternatives where some outcomes hold beside those of this path."""
        return self.outcomes.left(value, assumed(self.state) | tags) if type(value) is Union and value.tags else value

    def latest(self, path: str, function: ir.Function) -> ir.Function:
        """What a function of a file is now, if that file is one that is worked on."""
        unit = self.program.unit(path)
        return function if unit is None else self.journal.latest(unit, function)

    def find_global(self, address: int, name: str) -> Value | None:
        """A module's global: looked up below the running entry point unless the entry point has written into that module."""
        written, cell = address in self.written_modules, (address, name)
        if self.trace is not None:
            self.trace.is_written(address, written)
            if not written:
                found = self.trace.globals[cell] = self.below_entry.find(cell)
                return found
        return self.state.find(cell, self.reads) if written else self.below_entry.find(cell)

    def write(self, address: int, name: str, value: Value) -> None:
        """Sets a cell in the current layer, which is never a frozen one."""
        if self.state.frozen:
            self.state = self.state.open()
        self.state.put((address, name), value)

    def write_all(self, written: Mapping[Cell, Value]) -> None:
        """Sets cells that some state of the run was given before."""
        self.state = apply_delta(self.state, written)

    def open_reads(self) -> State:
        """Starts a region whose reads are noted; returns the state before it."""
        before = self.state
        self.reads = Reads(before.depth, self.reads)
        self.state = before.fork()
        return before

    def close_reads(self) -> Reads:
        """Ends the region; returns what it read from before."""
        region = self.reads
        assert region is not None
        self.reads = region.close()
        return region

    def record(self, site: Site) -> None:
        """Notes a site, unless the run only prepares a state."""
        if not self.suppress_sites and not self.ended:
            self.answer.sites.append(site)
            if self.trace is not None:
                self.trace.met(self.spent)
                if self.fuel < 0:
                    self.trace.lose()
            self.spent_before_site |= self.fuel < 0
            self.take_bonus()

    def take_bonus(self) -> None:
        """The first site of an entry point gives it more fuel."""
        self.fuel += self.site_bonus
        self.given += self.site_bonus
        self.site_bonus = 0

    def new_ref(self, frame: Frame, span: ir.Span, kind: RefKind, what: object = None, tag: str | int = "") -> Ref:
        """The heap object that this place allocates in this context; one that exists already may now be several."""
        address = self.intern((frame.context, frame.unit.address, span, frame.unrolled_at, kind, tag))
        if self.peek((address, cells.LIVE)) is not None:
            self.mark_summary(address)
        self.write(address, cells.LIVE, TOP)
        return Ref(address, kind, what, frame.place(span))

    def mark_summary(self, address: int) -> None:
        """From here on an allocation site may stand for several objects."""
        self.summaries.add(address)
        self.write(address, cells.SUMMARY, TOP)

    def is_summary(self, address: int) -> bool:
        """True if an allocation site may stand for several objects by now."""
        if address in self.summaries:
            return self.state.find((address, cells.SUMMARY), self.reads) is not None
        if self.trace is not None:
            self.peek((address, cells.SUMMARY))
        return False
