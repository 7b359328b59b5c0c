"""What the interpreter hands to the rules: places where a loss, a constructor or an activation was met.

A rule sees these and nothing of syntax. Every `Alternatives` holds one entry for each value that can arrive;
a fact is certain when every entry has it, and nothing is certain of an empty one (an unknown value).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias, TypeVar

from bce_lint.analysis.domain.conditions import Conditional, Conditions
from bce_lint.analysis.domain.gradient import Gradient
from bce_lint.analysis.domain.shapes import implicit_dim, rank
from bce_lint.analysis.domain.tensor import Origin, Place, Shape, SourceRange, Tensor
from bce_lint.catalog.schema import LOGARITHMIC, PROBABLE, Activation, Contract, Domain
from bce_lint.records import record

Alternatives: TypeAlias = tuple[Tensor, ...]


class UndecidedArm(NamedTuple):
    """One outcome of a test that could not be decided, in a function that was handed the values: a caller may have meant the other.

    `test` is the test's place, and those of the calls that led to it. `tried` says that the test is whether a body raises: its
    outcome False is what runs unless something is wrong.
    """

    test: tuple[SourceRange, ...]
    taken: bool
    tried: bool = False


@record(frozen=True, slots=True)
class LossSite:
    """A loss that is called with an input and a target.

    `name` is the callee as written at `primary`, or the catalogue's spelling. `primary` is where value and expectation
    meet, `call` the catalogue loss's own call, `path` the calls between them, outermost first.
    `autocast` is `on` (certain, on a device that bans), `maybe` or `off`. `rival` is another loss on the same path that
    took the same tensor for something else. `caller` is the call that led into the function of `primary`,
    `made` where the loss object was made. `weight` is the weight that the loss was given (of each class, or of a binary loss of each
    value), `pos_weight` that of positive labels, `weight_place` the call that carries them. `arms` are the undecided tests that the
    values met after a caller chose their shapes and dtypes. `shaped` is the same site as seen from the call that gives input and target
    the shapes with which they meet, where that is further in than `primary`.
    `log_target` says whether a divergence takes its target for a logarithm; None where that is not known, or no option of the loss.
    `trained` is False where nobody wants the loss's gradient, as far as that was asked: of an input that has none.
    `alternatives` are those of input and target, where there are several, with the conditions under which each arrives.
    """

    contract: Contract
    name: str
    primary: Place
    call: Place
    path: tuple[Place, ...]
    input: Alternatives
    target: Alternatives
    input_place: Place | None = None
    target_place: Place | None = None
    autocast: str = "off"
    autocast_place: Place | None = None
    rival: tuple[Contract, Place] | None = None
    caller: Place | None = None
    made: Place | None = None
    weight: Alternatives = ()
    weight_place: Place | None = None
    arms: tuple[UndecidedArm, ...] = ()
    shaped: LossSite | None = None
    log_target: bool | None = None
    trained: bool = True
    pos_weight: Alternatives = ()
    alternatives: tuple[Conditional, ...] = ()


class Use(NamedTuple):
    """A loss that took a tensor: as probabilities (kind p) or as logits (kind x)."""

    kind: str
    site: LossSite


@record(frozen=True, slots=True)
class OptionSite:
    """A loss made (or called as a function) with options: `options` maps parameter names to constants, with the place of each.

    An option whose value is not a constant is absent; a default that was not written is absent too. `handed` tells that callers of the
    function around it choose one.
    """

    contract: Contract
    name: str
    primary: Place
    options: tuple[tuple[str, object, Place], ...]
    functional: bool
    handed: bool = False


@record(frozen=True, slots=True)
class ConstructorSite:
    """A loss or activation class called with arguments that its constructor has no use for: always a BCE201.

    `used_as_tensor` is where the object is then used as if it were the loss (`.backward()`), if seen.
    """

    subject: Contract | Activation
    name: str
    primary: Place
    reason: str
    used_as_tensor: Place | None = None


@record(frozen=True, slots=True)
class ActivationSite:
    """A softmax-like operation: `dim` is `missing` when the caller left it to torch, else its constant or None.

    `applied` is False for one that is only constructed. What must be given its dimension raises without it.
    """

    activation: Activation
    name: str
    primary: Place
    dim: int | str | None
    input: Alternatives
    arms: tuple[UndecidedArm, ...] = ()
    applied: bool = True

    @property
    def over(self) -> int | None:
        """The dimension that it is certainly taken over, given or chosen by torch."""
        if self.dim != "missing" or not self.activation.implicit_dim:
            return self.dim if isinstance(self.dim, int) else None
        found = {implicit_dim(rank(t.shape)) for t in self.input}
        return found.pop() if len(found) == 1 else None


@record(frozen=True, slots=True)
class LogSite:
    """A logarithm. `input` is the value whose logarithm it is: of `log(p + 1e-7)` and of `log(1 - p)`, that of `p`.

    `eps` says that a small constant is added for every value that can arrive, `complement` that each is `1 - p`, `grad` that
    a gradient may be asked for. That is for the callers of the function `returned` to say, if there is one, of whom none is seen here;
    `called` are the functions that calls led through to here.
    """

    name: str
    primary: Place
    input: Alternatives
    eps: bool
    complement: bool
    grad: bool = True
    called: tuple[SourceRange, ...] = ()
    returned: SourceRange | None = None


@record(frozen=True, slots=True)
class HandWrittenSite:
    """A binary cross entropy written out: `y * log(p) + (1 - y) * log(1 - p)`, its sign and weights apart.

    `primary` is the sum, or where `chosen` the choice between two logarithms by the label; `logs` are the places of its two logarithms,
    `domain` is that of `p`, `shapes` are those of `p` and `y` where they broadcast against each other. `unit` says that `p` certainly
    lies in [0, 1], `origin` what put it into its domain, `autocast` is that of a `LossSite`.
    """

    primary: Place
    logs: tuple[Place, ...]
    domain: Domain
    shapes: tuple[Shape, Shape] | None = None
    unit: bool = False
    origin: tuple[Origin, ...] = ()
    autocast: str = "off"
    arms: tuple[UndecidedArm, ...] = ()
    chosen: bool = False


@record(frozen=True, slots=True)
class ThresholdSite:
    """A comparison with a constant, or a rounding (`threshold` is None). `takers` are the losses that take what the same layers
    return as logits, with the place of each."""

    name: str
    primary: Place
    threshold: float | None
    input: Alternatives
    takers: tuple[tuple[Contract, Place], ...] = ()


@record(frozen=True, slots=True)
class ValuesSite:
    """What the values at a loss of binary targets were, which only a run can say.

    `lost` is how many of the `total` probabilities are exactly 0 or 1 and not what the target asks for, `beyond` the least and the
    largest target where one lies outside [0, 1].
    """

    contract: Contract
    name: str
    primary: Place
    call: Place
    input: Alternatives
    lost: int = 0
    total: int = 0
    beyond: tuple[float, float] | None = None


@record(frozen=True, slots=True)
class ChoiceSite:
    """One call whose callee has several alternatives: the sites of each, and the conditions under which it is the callee, as far as they
    are known. Only what all of them agree on is certain."""

    choices: tuple[tuple[Site, ...], ...]
    under: tuple[Conditions, ...] = ()


Site: TypeAlias = (
    LossSite | OptionSite | ConstructorSite | ActivationSite | LogSite | HandWrittenSite | ThresholdSite | ValuesSite | ChoiceSite
)


def members(site: Site) -> Iterator[Site]:
    """The sites of every alternative, or the site itself."""
    if isinstance(site, ChoiceSite):
        for choice in site.choices:
            for inner in choice:
                yield from members(inner)
    else:
        yield site


TOLD_BY_GRADIENT = frozenset({"BCELoss", "BCEWithLogitsLoss", "CrossEntropyLoss", "NLLLoss"})
"""The losses whose arguments are exchanged where the first cannot learn and the second can."""


Met = TypeVar("Met")


def meeting(contract: Contract, value: Met, target: Met, inputs: Alternatives, targets: Alternatives) -> tuple[Met, ...]:
    """Those of input and target that meet the loss: the input, or what stands where the target belongs if the two are exchanged; both
    where only the gradient tells that."""
    if turned(inputs, targets):
        return (target,)
    return (value, target) if contract.name in TOLD_BY_GRADIENT and _cannot_learn(inputs, targets) else (value,)


def _cannot_learn(inputs: Alternatives, targets: Alternatives) -> bool:
    """True if the input of a loss certainly cannot learn, and its target can."""
    if not inputs or not targets or not all(t.carried.none for t in inputs):
        return False
    return all(t.carried is Gradient.SOME for t in targets) or (
        all(t.model for t in targets) and all(t.carried is Gradient.DATA for t in inputs)
    )


def turned(labels: Alternatives, outputs: Alternatives) -> bool:
    """True if class labels, or probabilities where the other has their logarithms, stand first and a model's output where the target
    belongs: then it is the output that meets the loss."""
    if not labels or not outputs or not all(t.model for t in outputs) or any(t.model for t in labels):
        return False
    if all(t.domain in LOGARITHMIC for t in outputs) and all(t.domain in PROBABLE for t in labels):
        return True
    return all(t.domain is Domain.LABEL or (t.dtype is not None and "float" not in t.dtype) for t in labels)


def places(site: Site) -> Iterator[Place]:
    """Every place that a site mentions."""
    for one in members(site):
        yield from _places(one)


def _places(site: Site) -> Iterator[Place]:
    assert not isinstance(site, ChoiceSite), "its members are asked"
    yield site.primary
    if isinstance(site, HandWrittenSite):
        yield from site.logs
    if isinstance(site, LossSite):
        yield site.call
        yield from site.path
        if site.weight_place is not None:
            yield site.weight_place
    if isinstance(site, LossSite | LogSite | ThresholdSite):
        for tensor in site.input:
            yield from (origin.place for origin in tensor.origin + tensor.inner)
