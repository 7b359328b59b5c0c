"""What a run knows of chosen expressions, in words: of the arguments of `bce_lint.reveal`, and of what stands in one place."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Place
from bce_lint.analysis.domain.values import ClassV, Constant, External, FunctionV, Ref, Unknown, Value, options
from bce_lint.analysis.recording.describe import Text, describe, joined, meanings
from bce_lint.analysis.recording.reasons import Reasons
from bce_lint.analysis.state import cells

if TYPE_CHECKING:
    from bce_lint.analysis.state.frames import Args, Frame
    from bce_lint.analysis.state.machine import Machine

REVEAL: Final = "bce_lint.reveal"
_OWN_FILE: Final = os.path.join("bce_lint", "library.py")
_Occasion: TypeAlias = tuple[str, ir.Span, int, tuple[int, ...]]


class Revealed(NamedTuple):
    """What is known of an expression in one calling context."""

    place: Place
    text: Text


class Reveals:
    """A recording of what is known of the arguments of `bce_lint.reveal` in some files (`targets`), or of other expressions there.

    `wanted` are the spans of these expressions; with None, it is the arguments that are told. A loop comes by several times, and
    what it sees last is what holds.
    """

    fuel_factor: Final = 1
    learns_once: Final = False
    """A recording that knew more than a plain run would not explain what that one says."""

    def __init__(self, targets: frozenset[str], is_known: Callable[[str], bool], wanted: frozenset[ir.Span] | None = None) -> None:
        self.targets = targets
        self.wanted = wanted
        self._found: dict[_Occasion, Revealed] = {}
        self._reasons = Reasons(is_known)

    @property
    def found(self) -> list[Revealed]:
        """What was revealed, by place, each thing once."""
        return list(dict.fromkeys(sorted(self._found.values(), key=lambda one: (one.place.path, one.place.span))))

    def keep(self, spans: Iterable[ir.Span]) -> None:
        """Forgets all but what some expressions were."""
        kept = set(spans)
        self._found = {key: one for key, one in self._found.items() if one.place.span in kept}

    def note(self, m: Machine, frame: Frame, node: ir.Expr, value: Value) -> Value:
        """An expression had a value; gives the value that stands for it from here on."""
        value = self._reasons.see(m, frame, node, value)
        if self.wanted is not None and node.span in self.wanted and frame.unit.path in self.targets:
            self._tell(m, frame, node.span, value)
        return value

    def augmented(self, m: Machine, frame: Frame, node: ir.AugAssign, old: Value, new: Value) -> Value:
        """`target op= value` gave a new value."""
        return new

    def bound(self, frame: Frame, target: ir.Name) -> None:
        """Names are told by what is read from them."""

    def stored(self, m: Machine, frame: Frame, target: ir.Attr | ir.Item, owner: Value) -> None:
        """Something is stored in an attribute or an item."""
        self._reasons.stored(frame, target, owner)

    def same(self, old: Value, new: Value) -> None:
        """A value that goes on as another object is described as that one."""

    def call(self, m: Machine, frame: Frame, function: Value, args: Args, node: ir.Call) -> None:
        """A call reached one alternative of its callee."""
        self._reasons.called(function, node)
        value = args.get(0, "value")
        if self.wanted is None and value is not None and is_reveal(function) and frame.unit.path in self.targets:
            self._tell(m, frame, args.span(0, "value") or node.span, value)

    def enter(self, frame: Frame, function: FunctionV, call: ir.Span | None) -> None:
        """A function of the project was entered, by a call or as an entry point."""
        self._reasons.entered(frame, function, call)

    def cut(self, m: Machine, function: FunctionV, args: Args) -> None:
        """What a call gives that was not followed is told by the reasons."""

    def apply(self, frame: Frame, origin: Place, node: ir.Call) -> None:
        """An activation is applied like other calls."""

    def _tell(self, m: Machine, frame: Frame, span: ir.Span, value: Value) -> None:
        if m.suppress_sites:
            return
        place = frame.place(span)
        text = (*self._known(m, frame, place, value), *_around(m, value), *_context(frame))
        self._found[place.path, span, frame.context, frame.unrolled_at] = Revealed(place, text)

    def _known(self, m: Machine, frame: Frame, place: Place, value: Value) -> Text:
        reason = self._reasons.of(value)
        if type(value) is not Unknown or reason is None:
            return describe(m, value)
        between = sorted((place.span.start, reason.place.span.start))
        near = reason.place.path == place.path and "\n" not in frame.unit.text[slice(*between)]
        return (f"unknown: {reason.text}", *(() if near else (" (", reason.place, ")")))


class Meanings(Reveals):
    """A recording of what the numbers in chosen expressions mean; nothing is told of an expression that means nothing known on some way."""

    def _tell(self, m: Machine, frame: Frame, span: ir.Span, value: Value) -> None:
        if not m.suppress_sites:
            self._found[frame.unit.path, span, frame.context, frame.unrolled_at] = Revealed(frame.place(span), meanings(value))

    def by_span(self) -> dict[ir.Span, tuple[str, ...]]:
        """What each expression means, in the order in which it was met."""
        told: dict[ir.Span, list[Text]] = {}
        for one in self.found:
            told.setdefault(one.place.span, []).append(one.text)
        return {span: tuple(dict.fromkeys(str(word) for text in texts for word in text)) for span, texts in told.items() if all(texts)}


def is_reveal(function: Value) -> bool:
    """True if a value is `bce_lint.reveal`: of the installed package, or of its own project."""
    match function:
        case External():
            return function.name == REVEAL
        case FunctionV():
            return function.node.name == "reveal" and function.path.endswith(os.sep + _OWN_FILE)
    return False


def _around(m: Machine, value: Value) -> Text:
    """The regions that a place is in, where these matter to a tensor."""
    grad, autocast = m.state.find((0, cells.GRAD)), m.state.find((0, cells.AUTOCAST))
    regions: list[Text] = []
    if type(grad) is Constant and grad.value == "no_grad":
        regions.append(("; under no_grad",))
    found = options(autocast) if autocast is not None else ()
    begun = [one.place for one in found if type(one) is Ref and one.place is not None]
    perhaps = "" if len(begun) == len(found) else "perhaps "
    if begun:
        regions.append((f"; {perhaps}under autocast since ", begun[0]))
    elif any(type(one) is Unknown for one in found):
        regions.append(("; perhaps under autocast",))
    return joined("", regions)


def _context(frame: Frame) -> Text:
    """The calls that led here, the nearest first; of an entry point, the class that it was run for if that inherits it."""
    calls: list[Text] = []
    scope: Frame | None = frame
    while scope is not None:
        if scope.parent is not None and scope.call is not None and scope.function is not None:
            calls.append((f"in {_name(scope)}() called in ", scope.parent.place(scope.call)))
        elif scope.function is not None and type(scope.receiver) is Ref and isinstance(cls := scope.receiver.what, ClassV):
            calls += [(f"in {_name(scope)}() of `{cls.name}`",)] if scope.owner is not None and cls != scope.owner else []
        scope = scope.parent
    return ("; ", *joined(", ", calls)) if calls else ()


def _name(frame: Frame) -> str:
    assert frame.function is not None, "only functions are called"
    return "lambda" if frame.function.name == "<lambda>" else frame.function.name
