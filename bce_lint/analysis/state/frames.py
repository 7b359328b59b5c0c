"""Frames: one activation of a function, class body or module, and the arguments that it was given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from bce_lint import ir
from bce_lint.analysis.domain.named import Bound
from bce_lint.analysis.domain.tensor import Place
from bce_lint.analysis.domain.values import TOP, ClassV, Seq, Value
from bce_lint.analysis.state.edited_file import EditedFile, Version
from bce_lint.analysis.state.store import Cell, State
from bce_lint.records import field, record

MAX_DEPTH = 40
MAX_RECURSION = 2
TEXT_LIMIT = 48


OpenArm: TypeAlias = tuple[ir.Expr, bool]
"""An undecided test of a function, and which outcome is followed."""


@record(slots=True, eq=False)
class LoweredFile:
    """A file of the project: its lowered module and its text, which may be taken away where it can be decoded again. One that is worked on
    is there as it was first read, and as `edited`."""

    path: str
    text: str
    module: ir.Module
    address: int
    edited: EditedFile | None = None
    decode: Callable[[LoweredFile], str] | None = None

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> str:
            """The text, where it was taken away."""
            if name != "text":
                raise AttributeError(name)
            self.text = self.decode(self)
            return self.text

    def version(self, function: ir.Function) -> Version | None:
        """The version that a function is in, of a file that is worked on; None of any other."""
        return None if self.edited is None else self.edited.current.get(function)

    @property
    def latest(self) -> ir.Module:
        """The module with its functions as they are now."""
        return self.module if self.edited is None else self.edited.latest

    def quoted(self, span: ir.Span) -> str:
        """The source of what has a span."""
        start, end = span if self.edited is None else self.edited.real(span)
        return self.text[start:end]

    def place(self, span: ir.Span, named: ir.Span | None = None) -> Place:
        """A place in this file; its text is the source of `named` (or of the span) on one line."""
        text = " ".join(self.quoted(named or span).split())
        return Place(self.path, span, text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 1] + "…")


class Args(NamedTuple):
    """Evaluated arguments; `open` when `*` or `**` of unknown content may add more. `spans` follow `pos`, `kw_spans` the keywords;
    `unpacked` are the positional ones as one sequence where there is a `*` among them, and no keyword; `bound` are the keywords that a
    `partial` was given."""

    pos: tuple[Value, ...] = ()
    kw: dict[str, Value] = {}  # noqa: RUF012 - never mutated; a NamedTuple default
    open: bool = False
    spans: tuple[ir.Span | None, ...] = ()
    kw_spans: dict[str, ir.Span] = {}  # noqa: RUF012
    unpacked: Seq | None = None
    bound: Mapping[str, Bound] = {}

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


class LeftBehind(NamedTuple):
    """Cells that a call has left behind: in the layer of its caller, or in a layer of their own (`apart`)."""

    apart: bool
    cells: Mapping[Cell, Value]


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
    """One activation of a function, class body or module. `address` owns its cells; `call` is where it was called, `params` what its
    parameters were given, by identity or address; `arms` are the
    undecided tests of the function that it is under, with the outcome of each; `narrowed` are the cells elsewhere that a test told to be
    constants in one arm, with both values; `regions` are the states before the contexts that it is in,
    each with the number of loops around its `with`."""

    unit: LoweredFile
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
    params: Mapping[int, Value] = field(default_factory=dict)
    unrolled_at: tuple[int, ...] = ()
    returns: list[tuple[State, Value]] = field(default_factory=list)
    yields: list[Value] = field(default_factory=list)
    yield_contexts: list[Value] = field(default_factory=list)
    loops: list[Loop] = field(default_factory=list)
    regions: list[tuple[int, Seq]] = field(default_factory=list)
    floor: int = 0
    captured: bool = False
    main: bool = False
    arms: tuple[OpenArm, ...] = ()
    raised: bool = False
    narrowed: list[tuple[tuple[int, str], Value, Value]] = field(default_factory=list)

    @property
    def runs_as_main(self) -> bool:
        """True if its file is the program that is run: `__name__` is what it is in the module's own body, whoever calls."""
        first = self
        while first.parent is not None:
            first = first.parent
        return first.main and first.unit is self.unit

    @property
    def is_private(self) -> bool:
        """True if only the project calls the function, by its name: what callers give is seen."""
        name = "" if self.function is None else self.function.name
        return name.startswith("_") and not name.endswith("__")

    def place(self, span: ir.Span, named: ir.Span | None = None) -> Place:
        """A place in this frame's file; its text is the source of `named` (or of the span) on one line."""
        return self.unit.place(span, named)
