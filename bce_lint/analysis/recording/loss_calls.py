"""Why too little is known of what losses are given: where the knowledge of each expression ends.

Of an unknown value `Reasons` tells it. Of a tensor whose numbers mean nothing that is known it is what the first of its operands lacks,
or the operation, where all of them are known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Place, SourceRange, Tensor
from bce_lint.analysis.domain.values import External, FunctionV, Union, Unknown, Value, tensors
from bce_lint.analysis.recording.reasons import ALTERNATIVES, Reason, Reasons, kind_of
from bce_lint.analysis.recording.seen_calls import SeenCalls
from bce_lint.catalog.schema import Domain
from bce_lint.ir.walk import children

if TYPE_CHECKING:
    from bce_lint.analysis.state.frames import Args, Frame
    from bce_lint.analysis.state.machine import Machine


class LossCalls:
    """A recording of why expressions are not known. It runs what a plain run does, and with as much fuel."""

    fuel_factor: Final = 1
    learns_once: Final = False
    targets: Final = frozenset[str]()

    def __init__(self, is_known: Callable[[str], bool]) -> None:
        self.callers = SeenCalls()
        self._reasons = Reasons(is_known)
        self._by_place: dict[SourceRange, Reason] = {}
        self._by_node: dict[ir.Expr, Reason] = {}
        self._by_object: dict[int, tuple[Value, Reason]] = {}
        self._by_identity: dict[int, Reason] = {}

    def why(self, place: Place | None) -> Reason | None:
        """Why an expression was not known when that was so for the first time."""
        return None if place is None else self._by_place.get(place.range)

    def note(self, m: Machine, frame: Frame, node: ir.Expr, value: Value) -> Value:
        """An expression had a value; gives the value that stands for it from here on."""
        value = self._reasons.see(m, frame, node, value)
        reason = self._reason(frame, node, value)
        if reason is None:
            self._by_node.pop(node, None)
            return value
        self._by_node[node] = reason
        self._by_place.setdefault((frame.unit.path, node.span), reason)
        return value

    def _reason(self, frame: Frame, node: ir.Expr, value: Value) -> Reason | None:
        match value:
            case Unknown(kind=""):
                return self._reasons.of(value)
            case Tensor(domain=Domain.UNKNOWN, literal=False):
                return self._meaning(frame, node, value)
            case Union() if not tensors(value) and any(type(one) is Tensor for one in value.options):
                text = " ".join(frame.place(node.span).text.split())
                return Reason(f"`{text}` is a tensor on some paths only", frame.place(node.span), ALTERNATIVES)
        return None

    def _meaning(self, frame: Frame, node: ir.Expr, value: Tensor) -> Reason:
        """Why it is not known what the numbers of a tensor mean."""
        known = self._by_object.get(id(value))
        if known is not None:
            return known[1]
        reason = self._by_identity.get(abs(value.identity)) if value.identity and isinstance(node, ir.Name | ir.Attr) else None
        reason = reason or next((self._by_node[one] for one in _parts(node) if one in self._by_node), None)
        if reason is None:
            place = frame.place(node.span)
            reason = Reason(f"what the numbers of `{place.text}` mean is not known", place, _made_by(node, self._reasons.callee(node)))
        self._by_object[id(value)] = (value, reason)
        if value.identity:
            self._by_identity.setdefault(abs(value.identity), reason)
        return reason

    def augmented(self, m: Machine, frame: Frame, node: ir.AugAssign, old: Value, new: Value) -> Value:
        """`target op= value` gave a new value."""
        return new

    def bound(self, frame: Frame, target: ir.Name) -> None:
        """Names are told by what is read from them."""

    def stored(self, m: Machine, frame: Frame, target: ir.Attr | ir.Item, owner: Value) -> None:
        """Something is stored in an attribute or an item."""
        self._reasons.stored(frame, target, owner)

    def same(self, old: Value, new: Value) -> None:
        """A value goes on as another object."""
        known = self._by_object.get(id(old))
        if known is not None:
            self._by_object[id(new)] = (new, known[1])

    def call(self, m: Machine, frame: Frame, function: Value, args: Args, node: ir.Call) -> None:
        """A call reached one alternative of its callee."""
        self._reasons.called(function, node)

    def enter(self, frame: Frame, function: FunctionV, call: ir.Span | None) -> None:
        """A function of the project was entered, by a call or as an entry point."""
        self._reasons.entered(frame, function, call)
        self.callers.enter(frame, function, call)

    def cut(self, m: Machine, function: FunctionV, args: Args) -> None:
        """What a call gives that was not followed is told by the reasons."""

    def apply(self, frame: Frame, origin: Place, node: ir.Call) -> None:
        """An activation is applied like other calls."""


def _parts(node: ir.Expr) -> Iterator[ir.Expr]:
    """The expressions that an expression is made of, in the order of the source."""
    for part in children(node):
        if isinstance(part, ir.Attr) and isinstance(node, ir.Call):
            yield part.value  # a method is called without being read
        if isinstance(part, ir.Expr):
            yield part


def _made_by(node: ir.Expr, called: Value | None) -> str:
    """What an expression does with its operands, to be counted."""
    match node:
        case ir.Call():
            return called.name if type(called) is External else kind_of(called)
        case ir.Op(op=op):
            return f"the operator {op}"
    return ALTERNATIVES
