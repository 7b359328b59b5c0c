"""What fixes and their verification read in terms: activations, and the call of a loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from bce_lint.analysis.recording.terms import Apply, Group, Term, walk
from bce_lint.catalog import activations, losses
from bce_lint.catalog.schema import Contract
from bce_lint.records import changed

TermStep: TypeAlias = Callable[[Term], Term]


class Unsuitable(Exception):
    """Why something cannot be verified: one clause for people."""


def activation_of(term: Term) -> str:
    """The catalogue name of the activation that a term applies, or nothing."""
    if not isinstance(term, Apply):
        return ""
    if term.operation == "()" and isinstance(term.args[0], Apply):
        row = activations.MODULES.get(term.args[0].operation)
    elif term.operation.startswith("."):
        row = activations.METHODS.get(term.operation[1:])
    else:
        row = activations.FUNCTIONS.get(term.operation)
    return "" if row is None else row.name


def operand_of(term: Apply) -> Term:
    """What an activation is applied to."""
    given = term.args[term.operation == "()" :]
    return given[0] if given else dict(term.keywords)["input"]


def rebuilt(term: Term, step: Callable[[Apply], Term | None]) -> Term:
    """A term with some operations exchanged, from the inside; `step` gives the other one or None."""
    done: dict[int, Term] = {}

    def _visit(one: Term) -> Term:
        if id(one) not in done:
            done[id(one)] = _visited(one, _visit, step)
        return done[id(one)]

    return _visit(term)


def _visited(one: Term, visit: TermStep, step: Callable[[Apply], Term | None]) -> Term:
    if isinstance(one, Group):
        return changed(one, items=tuple(map(visit, one.items)))
    if not isinstance(one, Apply):
        return one
    inner = changed(one, args=tuple(map(visit, one.args)), keywords=tuple((name, visit(value)) for name, value in one.keywords))
    return step(inner) or inner


class LossCall:
    """The call of a loss in a slice: its contract, its input and target, and its weights by name."""

    def __init__(self, call: Apply, contract: Contract) -> None:
        self.call, self.contract = call, contract
        module = call.operation == "()"
        names = contract.call if module else tuple(param.name for param in contract.function or ())
        given = dict(zip(names, call.args[module:], strict=False)) | dict(call.keywords)
        pair = contract.call[:2] if module else ("inputs", "targets") if "inputs" in names else ("input", "target")
        self.input, self.target = given.get(pair[0]), given.get(pair[1])
        self.options = dict(given)
        if module:
            made = call.args[0]
            assert isinstance(made, Apply)
            self.options = dict(zip((p.name for p in contract.init or ()), made.args, strict=False)) | dict(made.keywords)

    @property
    def is_module(self) -> bool:
        """True if the loss is an object, constructed first."""
        return self.call.operation == "()"


def loss_in(term: Term) -> LossCall | None:
    """The outermost loss of a slice."""
    for one in walk(term):
        if isinstance(one, Apply):
            contract = losses.FUNCTIONS.get(one.operation)
            if one.operation == "()" and len(one.args) > 1 and isinstance(one.args[0], Apply):
                contract = losses.MODULES.get(one.args[0].operation)
            if contract is not None:
                return LossCall(one, contract)
    return None
