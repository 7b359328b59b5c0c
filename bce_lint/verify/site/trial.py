"""One fix at one place: its claim, tried on the slice as it was and as the fix leaves it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import torch
from torch import Tensor

from bce_lint.analysis.recording.terms import Apply, Input, Known, Term, parts, row_of, walk
from bce_lint.catalog.losses import MODULES
from bce_lint.diagnostic import Verdict
from bce_lint.fixes import kinds
from bce_lint.fixes.intent import FixIntent
from bce_lint.fixes.kinds import FixKind
from bce_lint.fixes.terms import Unsuitable, activation_of, loss_in
from bce_lint.verify import devices, judges, samples
from bce_lint.verify.measure import Raised, run
from bce_lint.verify.row import Case, Loss
from bce_lint.verify.samples import Sample
from bce_lint.verify.site.inputs import SAMPLED, Inputs, Roles, Size, chooses, known_tensor, mains, roles, targets
from bce_lint.verify.site.replay import Replay, named
from bce_lint.verify.verdict import SLACK, Judgement

_CPU: Final = torch.device("cpu")
_TRIES: Final = 80
_RUNS: Final = 6
_RESHAPING: Final = frozenset({"view", "flatten"})
"""Rules for shapes by which the numbers of a call decide whether it runs."""
_MANY: Final = 2048
_NEAR: Final = 1e-3
_SMALL: Final = 2.0
"""The largest logit for changes that leave the numbers alone: how an activation rounds is no matter of theirs."""


@dataclass(frozen=True)
class Question:
    """A fix at one place: the slice before and after, cut down and with the same inputs, and what the rule asked for."""

    before: Term
    after: Term
    intent: FixIntent

    @property
    def kind(self) -> FixKind:
        """The kind of the fix."""
        return kinds.kind_of(self.intent)


def claims(question: Question) -> tuple[Verdict, ...]:
    """The verdicts that a fix may have and be right."""
    return tuple(Verdict(claim.value) for claim in kinds.claims(question.intent, question.before))


def tried(question: Question, device: torch.device, seed: int) -> tuple[Judgement, str]:
    """The verdict on a fix, and the dtype that the differences are in. Shapes that are not known are tried, the likeliest first."""
    wanted = claims(question)
    found = roles(question.after, question.before)
    for one in (*walk(question.before), *walk(question.after)):
        if isinstance(one, Apply) and one.operation.startswith("torch."):
            named(one.operation)
            if (made := MODULES.get(one.operation)) is not None and made.has_weights:
                raise Unsuitable(f"`{made.name}` has weights of its own, which are random when it is made")
    if found is None:
        raise Unsuitable("nothing that the loss gets can be followed")
    reshaped = any(isinstance(one, Apply) and _reshapes(one.operation) for one in walk(question.before))
    answer = _answer(islice(_trials(question, found, device, seed), _TRIES), wanted, _RUNS if reshaped else 1)
    if answer[0].verdict is Verdict.CONTRADICTED and chooses(question.before):
        raise Unsuitable("whether it holds depends on the shape of an index, which is not known")
    return answer


def _reshapes(operation: str) -> bool:
    row = row_of(operation)
    return row is not None and row.shape in _RESHAPING


def _answer(trials: Iterator[_Trial], wanted: tuple[Verdict, ...], runs: int) -> tuple[Judgement, str]:
    """The verdict for the first shapes with which the code runs. One that guesses contradict is tried with `runs` of them."""
    reason, broken, wrong, ran = "", "", None, 0
    for trial in trials:
        answer = trial.verdict(wanted)
        reason, broken = reason or trial.reason, broken or trial.broken
        if answer is None:
            continue
        if answer[0].verdict is not Verdict.CONTRADICTED:
            if wrong is not None and not trial.is_degenerate:
                raise Unsuitable("whether it holds depends on shapes that are not known")
            if wrong is None:
                if broken or (runs > 1 and any(other.is_broken for other in trials)):
                    raise Unsuitable("whether it runs after the fix depends on shapes that are not known")
                return answer
        wrong, ran = wrong or answer, ran + 1
        if ran >= runs:
            break
    if wrong is not None:
        if wrong[0].reason == judges.UNCHANGED:
            raise Unsuitable("nothing changes with the numbers that were tried")
        return wrong
    if broken:
        return Judgement(Verdict.CONTRADICTED, reason=broken), ""
    raise Unsuitable(reason or "what the loss gets cannot be computed")


def _trials(question: Question, found: Roles, device: torch.device, seed: int) -> Iterator[_Trial]:
    loss = loss_in(question.after)
    probability = question.kind.formula and not any(map(activation_of, walk(question.before)))
    for main in _mains(question, found):
        trial = _Trial(question, Inputs(found, loss, main, seed, probability), device)
        of_input = trial.measured()
        if of_input is None:
            continue
        for target in targets(found, loss, of_input):
            trial.inputs.target = target
            yield trial


def _mains(question: Question, found: Roles) -> Iterator[Size]:
    if question.kind.compares:
        known = known_tensor(found.main.value)
        if known is None or known.shape is None or known.shape[:1] == (...,):
            yield (_MANY,)
    yield from mains(found, loss_in(question.after))


@contextmanager
def _region(device: torch.device, autocast: bool) -> Iterator[None]:
    """CUDA autocast where it is asked for. Raises `Unsuitable` where it would prove nothing."""
    if not autocast:
        yield
        return
    if reason := devices.why_no_autocast(device):
        raise Unsuitable(reason)
    with devices.cuda_autocast(device):
        yield


class _Trial:
    """A fix tried with tensors of some shapes."""

    def __init__(self, question: Question, inputs: Inputs, device: torch.device) -> None:
        self.question, self.inputs = question, inputs
        # BCELoss of numbers outside [0, 1] stops a GPU's work with an assertion.
        self.device = _CPU if question.kind.out_of_range else device
        known = known_tensor(inputs.roles.main.value)
        self.dtype = self.given = known.dtype if known is not None and known.dtype in SLACK else "float32"
        self.reason = self.broken = ""
        self.inputs.ignored = tuple(_ignored(question.before) | _ignored(question.after))

    @property
    def is_degenerate(self) -> bool:
        """True if a dimension of size 1, or too few of them, may hide what a fix does to the others."""
        return len(self.inputs.main) < 2 or 1 in self.inputs.main

    @property
    def is_broken(self) -> bool:
        """True if with these shapes the code runs before the fix and not after it."""
        self._raises(self._case(high=False))
        return bool(self.broken)

    def measured(self) -> Size | None:
        """The shape of what the loss gets, or None where it cannot be computed from an input of this shape; notes its dtype."""
        if self.inputs.loss is None or self.inputs.loss.input is None:
            return self.inputs.main
        old = loss_in(self.question.before)
        for term in (self.inputs.loss.input, None if old is None else old.input):
            found = None if term is None else self._computed(term)
            if found is not None:
                self.inputs.input = tuple(found.shape)
                return self.inputs.input
        return None

    def _computed(self, term: Term) -> Tensor | None:
        x = self._case(high=False).logits(samples.MODERATE).logits.to(getattr(torch, self.given))
        try:
            replay = Replay(self.inputs.at(x, high=False), high=False)
            found = replay.run(term)
        except Unsuitable:
            raise
        except Exception:
            return None
        self.dtype = max((name for name in replay.dtypes if name in SLACK), key=SLACK.__getitem__, default=self.given)
        return found if isinstance(found, Tensor) else None

    def verdict(self, wanted: tuple[Verdict, ...]) -> tuple[Judgement, str] | None:
        """The verdict, or None where the slice cannot have these shapes; `reason` says why.

        Shapes are tried on the CPU: on a GPU, an index that is too large would stop all further work there.
        """
        low = self._case(high=False)
        banned = Verdict.ERROR in wanted and self.question.kind.in_autocast
        with _region(_CPU, banned):
            raises = self._raises(low)
        if raises is None or (raises and Verdict.ERROR not in wanted):
            return None
        with _region(self.device, banned):
            return (self._error(low), self.dtype) if raises else self._first([one for one in wanted if one is not Verdict.ERROR], low)

    def _raises(self, low: Case) -> bool | None:
        """Whether the original raises with these shapes; None where the code cannot have them after the fix."""
        x = low.logits(samples.MODERATE).logits.to(getattr(torch, self.given))
        before, after = _error_of(low.before, x), _error_of(low.after, x)
        if after:
            self.reason = f"it raises after the fix, too: {after}"
            self.broken = "" if before else f"it raises after the fix: {after}"
            return None
        self.reason = f"the original raises: {before}" if before else "the original runs"
        return bool(before)

    def _first(self, wanted: Sequence[Verdict], low: Case) -> tuple[Judgement, str] | None:
        """The first claim that holds, else what contradicts the last."""
        found = None
        for one in wanted:
            equal = one is Verdict.EQUIVALENT
            found = self._kept(low) if equal else (judges.intended(self._case(high=True), "float64", self.device), "float64")
            if found[0].verdict is one:
                return found
        return found

    def _error(self, low: Case) -> Judgement:
        """Whether the fix computes what was meant, in the dtype that is given; what it may be off by is that of what the loss gets."""
        x = low.logits(samples.MODERATE).logits.to(self.device, getattr(torch, self.given))
        return judges.after_error(low, x, self.dtype)

    def _kept(self, low: Case) -> tuple[Judgement, str]:
        """Equivalent in float64; and in the dtype that is trained in, not further from float64 than the original."""
        one = judges.equivalent(self._case(high=True), "float64", self.device, scaled=True)
        if one.verdict is Verdict.EQUIVALENT and not self.question.kind.formula:
            lower = judges.no_worse(low, self.given, self.device, SLACK[self.dtype])
            if lower.verdict is Verdict.CONTRADICTED:
                return lower, self.given
        return one, "float64"

    def _case(self, high: bool) -> Case:
        question, inputs = self.question, self.inputs
        limit = _SMALL if question.kind.repairs else samples.EXTREME
        return Case(
            f"logits {list(inputs.main)}",
            lambda most: _with_thresholds(samples.logits(inputs.seed, min(most, limit), inputs.main), question),
            self._loss(question.before, high),
            self._loss(question.after, high),
            self._loss(_reference(question), True),
        )

    def _loss(self, slice_: Term, high: bool) -> Loss:
        def of_logits(x: Tensor) -> Tensor:
            """The slice's value where its main input comes from some logits."""
            with x.device:
                return _value(Replay(self.inputs.at(x, high), high).run(slice_), x)

        return of_logits


def _reference(question: Question) -> Term:
    """The slice that the fix is held against: what it leaves, where it claims to leave the function as it was."""
    expected = question.kind.expected
    if expected is None or Verdict.EQUIVALENT in claims(question)[:1]:
        return question.after
    return expected(question.before, question.intent)


def _with_thresholds(sample: Sample, question: Question) -> Sample:
    """Logits on both sides of the constants that a comparison has before and after, and between them."""
    if not question.kind.compares or not sample.logits.numel():
        return sample
    terms = (*parts(question.before), *parts(question.after))
    constants = sorted({float(one.value) for one in terms if isinstance(one, Known) and isinstance(one.value, int | float)}) or [0.25, 0.75]
    points = [point for one in constants for point in (one - _NEAR, one + _NEAR)] + [sum(constants) / len(constants)]
    flat = sample.logits.reshape(-1).clone()
    order = [*points[-1:], *points[:-1]][: len(flat)]
    flat[: len(order)] = torch.tensor(order, dtype=flat.dtype)
    return Sample(flat.reshape(sample.logits.shape))


def _ignored(slice_: Term) -> set[int]:
    """The class index that a loss is told to ignore."""
    loss = loss_in(slice_)
    found = loss.options.get("ignore_index") if loss is not None else None
    if isinstance(found, Input):
        return {SAMPLED["ignore_index"]}
    return {found.value} if isinstance(found, Known) and isinstance(found.value, int) else set()


def _error_of(loss: Loss, x: Tensor) -> str:
    """What a loss raises, or nothing. Raises `Unsuitable` for one that is not to be run."""
    try:
        run(loss, x)
    except Raised as error:
        if isinstance(error.__cause__, Unsuitable):
            raise error.__cause__ from None
        return str(error)
    return ""


def _value(found: Any, x: Tensor) -> Tensor:
    """A loss's value. What was meant to be one and is an object is used as one, and raises."""
    if isinstance(found, torch.nn.Module):
        used: Any = found
        used.backward()
    if not isinstance(found, Tensor):
        raise TypeError(f"a {type(found).__name__} is no loss")
    return found if found.is_floating_point() else found.to(x.dtype)
