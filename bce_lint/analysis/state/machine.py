"""The abstract machine: the store, the frames, the budget, and what a run has seen."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Place
from bce_lint.analysis.domain.values import TOP, ClassV, FunctionV, LazyImport, Ref, Unknown, Value
from bce_lint.analysis.sites import Site
from bce_lint.analysis.state.store import Cell, Reads, State, settle
from bce_lint.records import field, record

if TYPE_CHECKING:
    from bce_lint.analysis.models.losses import Constructed
    from bce_lint.analysis.recording.uses import Flow

MAX_DEPTH = 40
ROOT_STEPS = 5_000
BODY_STEPS = 30_000
SITE_STEPS = 11_000
TEXT_LIMIT = 48


class Unit(NamedTuple):
    """A file of the project: its lowered module and its text."""

    path: str
    text: str
    module: ir.Module
    address: int


class Program(Protocol):
    """What the machine asks of the project around it."""

    def unit(self, path: str) -> Unit | None:
        """The lowered file, or None when it cannot be read."""

    def load(self, machine: Machine, path: str) -> Unit | None:
        """Runs a module's body once in the base store."""

    def resolve(self, importer: str, module: str, level: int) -> str | None:
        """The file that an import names, or None when it lies outside the project."""

    def base_names(self) -> frozenset[str]:
        """The names that stand among the bases of the project's classes."""

    def default_dtype(self) -> str | None:
        """The dtype of new floating point tensors; None where the project changes it."""


class Args(NamedTuple):
    """Evaluated arguments; `open` when `*` or `**` of unknown content may add more. `spans` follow `pos`, `kw_spans` the keywords."""

    pos: tuple[Value, ...] = ()
    kw: dict[str, Value] = {}  # noqa: RUF012 - never mutated; a NamedTuple default
    open: bool = False
    spans: tuple[ir.Span | None, ...] = ()
    kw_spans: dict[str, ir.Span] = {}  # noqa: RUF012

    def get(self, index: int, name: str) -> Value | None:
        """The argument for a parameter by position or keyword; unknown when it may come from an unpacking."""
        if index < len(self.pos):
            return self.pos[index]
        found = self.kw.get(name)
        return TOP if found is None and self.open else found

    def span(self, index: int, name: str) -> ir.Span | None:
        """Where that argument is written."""
        if index < len(self.spans) and index < len(self.pos):
            return self.spans[index]
        return self.kw_spans.get(name)

    def prepend(self, value: Value) -> Args:
        """The arguments behind one more positional."""
        return Args((value, *self.pos), self.kw, self.open, (None, *self.spans), self.kw_spans)


class Loop:
    """The states that leave a loop's body by `break` or `continue`, and the depths of the store they share with what follows."""

    __slots__ = ("breaks", "continues", "entry", "round")

    def __init__(self, entry: int) -> None:
        self.entry = entry
        self.round = entry
        self.breaks: list[State] = []
        self.continues: list[State] = []

    def apart(self) -> Loop:
        """The same loop, for a run whose ends are dropped."""
        loop = Loop(self.entry)
        loop.round = self.round
        return loop


@record(slots=True)
class Frame:
    """One activation of a function, class body or module. `address` owns its cells; `call` is where it was called."""

    unit: Unit
    address: int
    context: int
    function: ir.Function | None = None
    bound: frozenset[str] = frozenset()
    outer: tuple[int, ...] = ()
    owner: ClassV | None = None
    receiver: Value | None = None
    parent: Frame | None = None
    call: ir.Span | None = None
    depth: int = 0
    params: frozenset[int] = frozenset()
    marks: tuple[int, ...] = ()
    returns: list[tuple[State, Value]] = field(default_factory=list)
    yields: list[Value] = field(default_factory=list)
    yield_contexts: list[Value] = field(default_factory=list)
    loops: list[Loop] = field(default_factory=list)
    floor: int = 0
    captured: bool = False
    main: bool = False

    def place(self, span: ir.Span, named: ir.Span | None = None) -> Place:
        """A place in this frame's file; its text is the source of `named` (or of the span) on one line."""
        start, end = named or span
        text = " ".join(self.unit.text[start:end].split())
        return Place(self.unit.path, span, text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 1] + "…")


class Machine:
    """The state of one run. `sites` is what it has recorded; `reached` the functions that some call
    entered, `incomplete` those that met a loss or an attribute of `self` of which nothing was known; `layers` are the names of
    catalogued layers by their address, which says of which class they are.

    `flow` records where values go, for a run that is asked to; `patience` multiplies the budgets."""

    def __init__(self, program: Program, flow: Flow | None = None, patience: int = 1) -> None:
        self.program = program
        self.flow = flow
        self.patience = patience
        self.base = State()
        self.state = self.base
        self.root = self.base
        self.touched: set[int] = set()
        self.reads: Reads | None = None
        self.steps = ROOT_STEPS * patience
        self.reserve = 0
        self.sites: list[Site] = []
        self.reached: dict[tuple[str, ir.Span], None] = {}
        self.typical: dict[int, Mapping[Cell, Value]] = {}
        self.orders: dict[int, tuple[tuple[Value, ...], tuple[Value, ...]]] = {}
        self.several: set[int] = set()
        self.incomplete: set[ir.Function] = set()
        self.pending: list[tuple[FunctionV, Frame]] = []
        self.constructed: dict[int, Constructed] = {}
        self.layers: dict[int, str] = {}
        self.stack: list[ir.Function] = []
        self.words: dict[ir.Function, frozenset[str]] = {}
        self.quiet = 0
        self._interned: dict[Hashable, int] = {}

    def intern(self, key: Hashable) -> int:
        """A number that stands for a key, the same each time."""
        number = self._interned.get(key)
        if number is None:
            number = self._interned[key] = len(self._interned) + 1
        return number

    def roll_back(self, sites: int, reached: int) -> None:
        """Forgets the sites and the functions reached since there were that many."""
        del self.sites[sites:]
        while len(self.reached) > reached:
            self.reached.popitem()

    def read(self, address: int, name: str) -> Value | None:
        """The value of a cell; an import found there is resolved now."""
        value = self.state.find((address, name), self.reads)
        if type(value) is LazyImport:
            from bce_lint.analysis.interpreter.imports import force

            value = force(self, value)
        return value

    def read_global(self, address: int, name: str) -> Value | None:
        """The value of a module's global: looked up below the running root unless the root has written into that module."""
        if address in self.touched:
            return self.read(address, name)
        value = self.root.find((address, name))
        if type(value) is LazyImport:
            from bce_lint.analysis.interpreter.imports import force

            return force(self, value)
        return value

    def write(self, address: int, name: str, value: Value) -> None:
        """Sets a cell in the current layer, which is never a frozen one."""
        if self.state.frozen:
            self.state = self.state.fork()
        self.state.put((address, name), value)

    def write_all(self, written: Mapping[Cell, Value]) -> None:
        """Sets cells that some state of the run was given before."""
        self.state = settle(self.state, written)

    def open_reads(self) -> State:
        """Starts a region whose reads are noted; returns the state before it."""
        before = self.state
        self.reads = Reads(before.depth, self.reads)
        self.state = before.fork()
        return before

    def close_reads(self) -> dict[Cell, tuple[Value | None, int]]:
        """Ends the region; returns what it read from before."""
        region = self.reads
        assert region is not None
        self.reads = region.close()
        return region.cells

    def record(self, site: Site) -> None:
        """Notes a site, unless the run only prepares a state."""
        if not self.quiet:
            self.sites.append(site)
            self.steps += self.reserve
            self.reserve = 0

    def new_ref(self, frame: Frame, span: ir.Span, kind: str, what: object = None, tag: str = "") -> Ref:
        """The heap object that this place allocates in this context; one that exists already may now be several."""
        address = self.intern((frame.context, frame.unit.path, span, frame.marks, kind, tag))
        if self.state.find((address, "$live")) is not None:
            self.make_many(address)
        self.write(address, "$live", TOP)
        return Ref(address, kind, what, frame.place(span))

    def make_many(self, address: int) -> None:
        """From here on an allocation site may stand for several objects."""
        self.several.add(address)
        self.write(address, "$many", TOP)

    def is_many(self, address: int) -> bool:
        """Whether an allocation site may stand for several objects by now."""
        return address in self.several and self.state.find((address, "$many"), self.reads) is not None

    def fresh(self, frame: Frame, span: ir.Span) -> Unknown:
        """An unknown value that is at least the same each time this context makes it."""
        return Unknown(self.intern((frame.context, frame.unit.path, span, frame.marks, "?")))
