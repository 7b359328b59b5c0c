"""The kinds of fix, a row each: what writes the fix, what it claims, and all that planning and verification ask of a kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from functools import partial
from typing import Final, NamedTuple, TypeAlias

from bce_lint.analysis.recording.terms import Term
from bce_lint.analysis.sites import ActivationSite, LossSite
from bce_lint.diagnostic import Verdict
from bce_lint.fixes import activations, calls, decisions, dimension, expected, formulas, log_target, retyping
from bce_lint.fixes.advice import explained
from bce_lint.fixes.edit import DISPLAY_ONLY, Fix
from bce_lint.fixes.intent import Change, FixIntent
from bce_lint.fixes.recorded_project import RecordedProject
from bce_lint.records import record

FixBuilder: TypeAlias = Callable[[RecordedProject, Sequence[FixIntent]], Fix]
Expected: TypeAlias = Callable[[Term, FixIntent], Term]


class Claim(Enum):
    """What a fix may claim: those verdicts that make it right."""

    EQUIVALENT = Verdict.EQUIVALENT.value
    INTENDED = Verdict.INTENDED.value
    ERROR = Verdict.ERROR.value


class Callers(Enum):
    """How far a fix may be trusted when one place has several callers, each with an intent of its own."""

    ALL = "the least sure decides, and all need the same change"
    ANY = "the surest decides, and all need the same change"
    BUILDER = "the builder looks at all of them"


class Special(NamedTuple):
    """Other claims for some fixes of a kind: those of which `holds` is true, by their intent and the slice before."""

    holds: Callable[[FixIntent, Term], bool]
    claims: tuple[Claim, ...]


@record(frozen=True, slots=True)
class FixKind:
    """A kind of fix.

    - `build` writes it, from the intents of one finding.
    - `claims`: one of these holds if the fix is right, tried in this order; `special` are the claims of some fixes of the kind.
    - `expected` makes the one change on a slice's operations: the reference that the fix is held against. It is not asked where the
      first claim is `EQUIVALENT`: the code before is held against what the fix leaves. None: the same for every claim.
    - `callers`: how the intents of several callers are combined.
    - `recorded`: it must know who else uses the values, so `build` gets the project of a recorded run.
    - `takes_activation`: an activation goes, so only ways that apply it count.
    - `repairs`: it repairs a call, and leaves the numbers as they are.
    - `one_operation`: it is about one operation, whose operands are given, where there is no loss.
    - `formula`: a formula of probabilities goes, with the line that it stands on. How it rounded is no matter.
    - `compares`: it changes where logits are cut, so they are tried close to the cut.
    - `out_of_range`: the loss before may get numbers that it stops a GPU at, so it is tried on the CPU.
    - `in_autocast`: what raises before is CUDA autocast.
    """

    build: FixBuilder
    claims: tuple[Claim, ...]
    expected: Expected | None
    callers: Callers = Callers.ALL
    special: Special | None = None
    recorded: bool = False
    takes_activation: bool = False
    repairs: bool = False
    one_operation: bool = False
    formula: bool = False
    compares: bool = False
    out_of_range: bool = False
    in_autocast: bool = False


def _is_safe(intent: FixIntent, slice_: Term) -> bool:
    return intent.safe


def _is_banned(intent: FixIntent, slice_: Term) -> bool:
    """True if CUDA autocast refuses the loss before."""
    site = intent.site
    return isinstance(site, LossSite) and site.autocast == "on" and site.contract.autocast == "banned"


def _raises(intent: FixIntent, slice_: Term) -> bool:
    """True if a softmax raises without its dimension."""
    return isinstance(intent.site, ActivationSite) and not intent.site.activation.implicit_dim


def _explained(project: RecordedProject, intents: Sequence[FixIntent]) -> Fix:
    """No fix: the reason is shown."""
    return Fix(DISPLAY_ONLY, explained(project.analysed, intents))


_SAME_IF_SAFE: Final = Special(_is_safe, (Claim.EQUIVALENT,))
_MAY_BE_SMALL: Final = Special(expected.has_eps, (Claim.INTENDED, Claim.EQUIVALENT))
"""What is added to a formula may be too little to be seen."""

KINDS: Final[dict[Change, FixKind]] = {
    Change.DROP: FixKind(
        build=partial(activations.changed, activations.DROPPED),
        claims=(Claim.INTENDED,),
        expected=expected.dropped,
        callers=Callers.BUILDER,
        special=_SAME_IF_SAFE,
        recorded=True,
        takes_activation=True,
    ),
    Change.DROP_INNER: FixKind(
        build=partial(activations.changed, activations.INNER_DROPPED),
        claims=(Claim.INTENDED,),
        expected=expected.inner_dropped,
        callers=Callers.BUILDER,
        recorded=True,
        takes_activation=True,
    ),
    Change.FUSE: FixKind(
        build=partial(activations.changed, activations.FUSED),
        claims=(Claim.EQUIVALENT,),
        expected=None,
        callers=Callers.BUILDER,
        special=Special(_is_banned, (Claim.ERROR,)),
        recorded=True,
        takes_activation=True,
        in_autocast=True,
    ),
    Change.RETYPE: FixKind(
        build=retyping.alone,
        claims=(Claim.ERROR, Claim.INTENDED),
        expected=expected.retyped,
        callers=Callers.BUILDER,
        recorded=True,
        out_of_range=True,
    ),
    Change.LOGARITHM: FixKind(
        build=partial(activations.changed, activations.LOGARITHM),
        claims=(Claim.INTENDED,),
        expected=expected.logarithm,
        callers=Callers.BUILDER,
        recorded=True,
        takes_activation=True,
    ),
    Change.LOG_TARGET: FixKind(
        build=log_target.log_target,
        claims=(Claim.INTENDED,),
        expected=expected.of_log_target,
        callers=Callers.BUILDER,
        recorded=True,  # only then is it known what a call calls
    ),
    Change.CALL: FixKind(
        build=calls.constructed,
        claims=(Claim.ERROR,),
        expected=expected.called,
        callers=Callers.ANY,  # one caller that cannot run is enough for a class that is called
        repairs=True,
        one_operation=True,
    ),
    Change.SWAP: FixKind(build=calls.swapped, claims=(Claim.ERROR, Claim.INTENDED), expected=expected.swapped, repairs=True),
    Change.REDUCTION: FixKind(
        build=calls.reduced,
        claims=(Claim.ERROR, Claim.INTENDED, Claim.EQUIVALENT),
        expected=expected.reduced,
        special=_SAME_IF_SAFE,
    ),
    Change.CAST_TARGET: FixKind(build=calls.cast_target, claims=(Claim.ERROR,), expected=expected.target_cast, repairs=True),
    Change.CAST_WEIGHT: FixKind(
        build=calls.cast_weight,
        claims=(Claim.ERROR,),
        expected=expected.weight_cast,
        recorded=True,  # only then is it known what a call calls
        repairs=True,
    ),
    Change.DIMENSION: FixKind(
        build=dimension.dimension,
        claims=(Claim.EQUIVALENT,),
        expected=expected.over_dimension,
        callers=Callers.BUILDER,
        special=Special(_raises, (Claim.ERROR,)),
        recorded=True,
        one_operation=True,
    ),
    Change.SHAPE: FixKind(build=calls.shaped, claims=(Claim.ERROR, Claim.INTENDED), expected=expected.shaped, repairs=True),
    Change.LOG: FixKind(build=formulas.logarithm, claims=(Claim.EQUIVALENT,), expected=expected.without_eps, special=_MAY_BE_SMALL),
    Change.FORMULA: FixKind(
        build=formulas.cross_entropy,
        claims=(Claim.EQUIVALENT,),
        expected=expected.without_eps,
        special=_MAY_BE_SMALL,
        recorded=True,
        formula=True,
    ),
    Change.THRESHOLD: FixKind(
        build=decisions.threshold,
        claims=(Claim.INTENDED,),
        expected=expected.decided,
        recorded=True,
        one_operation=True,
        compares=True,
    ),
    Change.NONE: FixKind(build=_explained, claims=(), expected=None, callers=Callers.BUILDER),
}


def kind_of(intent: FixIntent) -> FixKind:
    """The row of what an intent asks for."""
    return KINDS[intent.change]


def claims(intent: FixIntent, before: Term) -> tuple[Claim, ...]:
    """What a fix claims: it is right if one of these holds. `before` is the slice that it changes."""
    kind = kind_of(intent)
    return kind.special.claims if kind.special is not None and kind.special.holds(intent, before) else kind.claims
