"""What a fix is expected to compute: the slice with the one change that its finding asks for, made on the operations themselves.

It is computed in float64 and held against what the fix's text computes. The rule level ties torch's own functions, which are used
here, to losses written out (`bce_lint.verify.references`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bce_lint import ir
from bce_lint.analysis.domain.tensor import SourceRange
from bce_lint.analysis.domain.values import TOP
from bce_lint.analysis.models.idioms import SMALL
from bce_lint.analysis.recording.terms import Apply, Known, Term, walk
from bce_lint.analysis.sites import ConstructorSite, LogSite, LossSite, OptionSite
from bce_lint.catalog import losses
from bce_lint.catalog.schema import ShapeRelation
from bce_lint.fixes.intent import FixIntent
from bce_lint.fixes.terms import LossCall, TermStep, Unsuitable, activation_of, loss_in, operand_of, rebuilt
from bce_lint.records import changed
from bce_lint.rules.options import REDUCING

_NO_SPOT: Final[SourceRange] = ("", ir.Span(0, 0))


def _spots(intent: FixIntent, inner: bool = False) -> set[SourceRange]:
    assert isinstance(intent.site, LossSite)
    return {o.place.range for x in intent.site.input for o in (x.inner if inner else x.origin)}


def _is_there(term: Apply, spots: set[SourceRange]) -> bool:
    """True if an activation is one of those at some places; one in a chain of layers is named by where it is made."""
    made = term.args[0] if term.operation == "()" else None
    return activation_of(term) != "" and (term.spot in spots or (isinstance(made, Apply) and made.spot in spots))


def dropped(slice_: Term, intent: FixIntent) -> Term:
    """The slice without the activation."""
    return _exchanged(slice_, _spots(intent), operand_of)


def inner_dropped(slice_: Term, intent: FixIntent) -> Term:
    """The slice without the first of two activations."""
    return _exchanged(slice_, _spots(intent, inner=True), operand_of)


def logarithm(slice_: Term, intent: FixIntent) -> Term:
    """The slice with the logarithm of what its activation gives."""
    return _exchanged(slice_, _spots(intent), _log)


def _log(term: Term) -> Apply:
    return Apply("torch.log", (term,), (), _NO_SPOT, "", TOP)


def _exchanged(slice_: Term, spots: set[SourceRange], by: Callable[[Apply], Term]) -> Term:
    seen: list[Apply] = []

    def _step(one: Apply) -> Term | None:
        if not _is_there(one, spots):
            return None
        seen.append(one)
        return by(one)

    found = rebuilt(slice_, _step)
    if not seen:
        raise Unsuitable("the activation is not among what could be followed")
    return found


def _with_loss(slice_: Term, change: Callable[[LossCall], Term]) -> Term:
    loss = loss_in(slice_)
    if loss is None:
        raise Unsuitable("the loss cannot be followed")
    call = loss.call

    def _step(one: Apply) -> Term | None:
        return change(LossCall(one, loss.contract)) if (one.spot, one.operation) == (call.spot, call.operation) else None

    return rebuilt(slice_, _step)


def retyped(slice_: Term, intent: FixIntent) -> Term:
    """The slice with another loss."""
    contract = losses.MODULES[f"torch.nn.{intent.what}"]

    def _change(loss: LossCall) -> Term:
        call = loss.call
        made = call.args[0] if loss.is_module else None
        if isinstance(made, Apply):
            return changed(call, args=(changed(made, operation=contract.module or ""), *call.args[1:]))
        return changed(call, operation=contract.functional or "")

    return _with_loss(slice_, _change)


def called(slice_: Term, intent: FixIntent) -> Term:
    """The class constructed with the keywords that it knows, then called with the others."""
    if not isinstance(slice_, Apply) or not isinstance(intent.site, ConstructorSite):
        raise Unsuitable("the constructor cannot be followed")
    own = {param.name for param in intent.site.subject.init or ()}
    kept = tuple(one for one in slice_.keywords if one[0] in own)
    given = tuple(one for one in slice_.keywords if one[0] not in own)
    return changed(slice_, operation="()", args=(changed(slice_, args=(), keywords=kept), *slice_.args), keywords=given)


def swapped(slice_: Term, intent: FixIntent) -> Term:
    """The slice with the input and the target of its loss exchanged."""

    def _change(loss: LossCall) -> Term:
        def _other(one: Term) -> Term:
            other = loss.target if one is loss.input else loss.input if one is loss.target else None
            return one if other is None else other

        keywords = tuple((name, _other(one)) for name, one in loss.call.keywords)
        return changed(loss.call, args=tuple(map(_other, loss.call.args)), keywords=keywords)

    return _with_loss(slice_, _change)


def of_log_target(slice_: Term, intent: FixIntent) -> Term:
    """The slice with the probabilities in the place of their logarithms."""
    return _with_loss(slice_, lambda loss: _argument(loss, "target", lambda term: _method(".exp", term)))


def reduced(slice_: Term, intent: FixIntent) -> Term:
    """The reduction that was meant, in the place of the options that stood for it."""
    assert isinstance(intent.site, OptionSite)
    contract = intent.site.contract

    def _change(loss: LossCall) -> Term:
        call = loss.call.args[0] if loss.is_module else loss.call
        assert isinstance(call, Apply)
        params = (contract.init if loss.is_module else contract.function) or ()
        kept = tuple(value for value, param in zip(call.args, params, strict=False) if param.name not in REDUCING)
        named = {param.name: value for value, param in zip(call.args, params, strict=False) if param.name not in REDUCING}
        at = 0 if loss.is_module else 2
        by_position = {n: v for n, v in named.items() if n not in ("input", "target")}
        options = {**by_position, **{n: v for n, v in call.keywords if n not in REDUCING}}
        made = changed(call, args=kept[:at], keywords=(*options.items(), ("reduction", Known(intent.what))))
        return changed(loss.call, args=(made, *loss.call.args[1:])) if loss.is_module else made

    return _with_loss(slice_, _change)


def over_dimension(slice_: Term, intent: FixIntent) -> Term:
    """The same operation with its dimension."""
    if not isinstance(slice_, Apply):
        raise Unsuitable("the softmax cannot be followed")
    return changed(slice_, keywords=(*slice_.keywords, ("dim", Known(int(intent.what)))))


def target_cast(slice_: Term, intent: FixIntent) -> Term:
    """The slice with its target cast; a real one to float64, in which the slice is computed."""
    cast = ".long" if intent.what == "int64" else ".double"
    return _with_loss(slice_, lambda loss: _argument(loss, "target", lambda term: _method(cast, term)))


def weight_cast(slice_: Term, intent: FixIntent) -> Term:
    """The slice with its weight cast."""

    def _change(loss: LossCall) -> Term:
        call = loss.call.args[0] if loss.is_module else loss.call
        assert isinstance(call, Apply)
        params = (loss.contract.init if loss.is_module else loss.contract.function) or ()
        index = next(i for i, param in enumerate(params) if param.name == "weight")
        args = tuple(_method(".double", one) if i == index else one for i, one in enumerate(call.args))
        keywords = tuple((name, _method(".double", one) if name == "weight" else one) for name, one in call.keywords)
        made = changed(call, args=args, keywords=keywords)
        return changed(loss.call, args=(made, *loss.call.args[1:])) if loss.is_module else made

    return _with_loss(slice_, _change)


def _argument(loss: LossCall, name: str, change: TermStep) -> Term:
    """The call of a loss with one argument changed."""
    wanted = getattr(loss, name)
    args = tuple(change(one) if one is wanted else one for one in loss.call.args)
    return changed(loss.call, args=args, keywords=tuple((n, change(one) if one is wanted else one) for n, one in loss.call.keywords))


def shaped(slice_: Term, intent: FixIntent) -> Term:
    """Element by element, whatever the shapes; class targets without the dimension of size 1."""

    def _change(loss: LossCall) -> Term:
        if loss.contract.shape is ShapeRelation.CLASS_DIM:
            return _argument(loss, "target", lambda term: _method(".squeeze", term, Known(int(intent.what.split()[-1]))))
        flat = _argument(loss, "target", lambda term: _method(".reshape", term, Known(-1)))
        return _argument(LossCall(flat, loss.contract), "input", lambda term: _method(".reshape", term, Known(-1)))  # type: ignore[arg-type]

    return _with_loss(slice_, _change)


def _method(name: str, *args: Term) -> Apply:
    return Apply(name, args, (), _NO_SPOT, "", TOP)


def without_eps(slice_: Term, intent: FixIntent) -> Term:
    """The slice without the small constants that keep its logarithms finite."""

    return rebuilt(slice_, _without_eps)


def _without_eps(one: Apply) -> Term | None:
    """A sum without its small constant, or what a clamp keeps away from 0 and 1."""
    if one.operation.rpartition(".")[2] in ("clamp", "clamp_min", "clip"):
        return one.args[0]
    left = [arg for arg in one.args if not _small(arg)]
    if one.operation in ("op +", "op -") and len(left) < len(one.args):
        return left[0] if len(left) == 1 else changed(one, args=tuple(left))
    return None


def _small(term: Term) -> bool:
    return isinstance(term, Known) and isinstance(term.value, int | float) and 0 < abs(term.value) <= SMALL


def decided(slice_: Term, intent: FixIntent) -> Term:
    """The decision made on the probability."""
    if not isinstance(slice_, Apply):
        raise Unsuitable("the comparison cannot be followed")
    at = next((i for i, one in enumerate(slice_.args) if not isinstance(one, Known)), 0)
    sigmoid = Apply("torch.sigmoid", (slice_.args[at],), (), _NO_SPOT, "", TOP)
    return changed(slice_, args=(*slice_.args[:at], sigmoid, *slice_.args[at + 1 :]))


def has_eps(intent: FixIntent, slice_: Term) -> bool:
    """True if a formula holds a constant or a clamp that keeps its logarithms finite."""
    shown = isinstance(intent.site, LogSite) and intent.site.eps
    return shown or any(isinstance(one, Apply) and _without_eps(one) is not None for one in walk(slice_))
