"""Claims about rewrites, tried: each judge says whether a claim holds for some cases, and what was measured."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import torch
from torch import Tensor

from bce_lint.diagnostic import Verdict
from bce_lint.verify.measure import Measured, Raised, apart, from_reference, largest, parting, run, scale
from bce_lint.verify.row import Case, Row
from bce_lint.verify.samples import EXTREME, MODERATE
from bce_lint.verify.verdict import EQUAL, SLACK, Judgement

UNCHANGED: Final = "nothing changes"


def judge(row: Row, device: torch.device, seed: int) -> Judgement:
    """Whether a claim holds for all cases. The differences are the largest of all; the first case that fails is named."""
    found = Judgement(row.claim)
    for case in row.cases(seed):
        try:
            one = _JUDGES[row.claim](case, row.dtype, device)
            if one.verdict is Verdict.INTENDED:
                one = _in_lower_dtypes(case, one, row.lower, device)
        except Raised as error:
            one = Judgement(Verdict.CONTRADICTED, reason=str(error))
        if one.verdict is not row.claim:
            return one._replace(reason=f"{case.name}: {one.reason}")
        found = _joined(found, one)
    return found


def _joined(one: Judgement, other: Judgement) -> Judgement:
    parts = [at for at in (one.parts_at, other.parts_at) if at is not None]
    return Judgement(
        one.verdict,
        _larger(one.value, other.value),
        _larger(one.gradient, other.gradient),
        min(parts, key=abs) if parts else None,
        one.reason or other.reason,
    )


def _larger(one: float | None, other: float | None) -> float | None:
    known = [number for number in (one, other) if number is not None]
    return max(known) if known else None


def _logits(case: Case, limit: float, dtype: str, device: torch.device) -> tuple[Tensor, Tensor | None]:
    sample, kind = case.logits(limit), getattr(torch, dtype)
    return sample.logits.to(device, kind), None if sample.at is None else sample.at.to(kind).double()


def _differences(one: Measured, other: Measured) -> tuple[float, float]:
    return largest(apart(one.value, other.value)), largest(apart(one.gradient, other.gradient))


def _comparable(one: Measured, other: Measured) -> str:
    """Why two losses cannot be compared, or nothing."""
    if one.value.shape == other.value.shape:
        return ""
    return f"a value of shape {list(one.value.shape)}, and one of shape {list(other.value.shape)}"


def _parts_at(case: Case, dtype: str, device: torch.device) -> float | None:
    x, at = _logits(case, EXTREME, dtype, device)
    return None if at is None else parting(run(case.before, x), run(case.after, x), at, dtype)


def equivalent(case: Case, dtype: str, device: torch.device, scaled: bool = False) -> Judgement:
    """In float64 and up to a logit of 16, value and gradient are the same to 1e-7.

    `scaled` takes that as a part of the largest value or gradient, where it is more than 1: for weights of any size.
    """
    x, _ = _logits(case, MODERATE, "float64", device)
    before, after = run(case.before, x), run(case.after, x)
    if reason := _comparable(before, after):
        return Judgement(Verdict.CONTRADICTED, reason=reason)
    value, gradient = _differences(before, after)
    size = [largest(scale(one).nan_to_num(nan=1.0, posinf=1.0)) if scaled else 1.0 for one in after]
    if value > EQUAL * size[0] or gradient > EQUAL * size[1]:
        return Judgement(Verdict.CONTRADICTED, value, gradient, reason=f"values {value:.3g} and gradients {gradient:.3g} apart")
    return Judgement(Verdict.EQUIVALENT, value, gradient, _parts_at(case, "float64", device))


def no_worse(case: Case, dtype: str, device: torch.device, slack: float | None = None) -> Judgement:
    """Up to a logit of 100, not further from the float64 reference than the original, but for the dtype's rounding (`SLACK`)."""
    slack = SLACK[dtype] if slack is None else slack
    x, at = _logits(case, EXTREME, dtype, device)
    before, after, reference = run(case.before, x), run(case.after, x), run(case.reference, x.double())
    if reason := _comparable(before, after) or _comparable(after, reference):
        return Judgement(Verdict.CONTRADICTED, reason=reason)
    further = max(_excess(*of, slack) for of in zip(before, after, reference, strict=True))
    value, gradient = _differences(before, after)
    parts_at = None if at is None else parting(before, after, at, dtype)
    if further > 0:
        reason = f"further from the float64 reference than the original, by {further:.3g} more than rounding"
        return Judgement(Verdict.CONTRADICTED, value, gradient, parts_at, reason)
    return Judgement(Verdict.NO_WORSE, value, gradient, parts_at, "" if at is None else _nearer(before, after, reference, slack))


def _excess(before: Tensor, after: Tensor, reference: Tensor, slack: float) -> float:
    """By how much more than rounding the rewrite is further from the reference than the original."""
    old, new = from_reference(before, reference), from_reference(after, reference)
    return largest((new - old - slack * scale(reference)).nan_to_num(nan=-torch.inf))


def _nearer(before: Measured, after: Measured, reference: Measured, slack: float) -> str:
    pairs = [(from_reference(a, m) + slack * scale(m) < from_reference(b, m)) for b, a, m in zip(before, after, reference, strict=True)]
    nearer, count = sum(int(pair.sum()) for pair in pairs), sum(pair.numel() for pair in pairs)
    return f"nearer to float64 at {nearer} of {count} values and gradients"


def intended(case: Case, dtype: str, device: torch.device) -> Judgement:
    """In float64 and up to a logit of 16, the loss that was meant to 1e-7, and another one than before."""
    x, _ = _logits(case, MODERATE, dtype, device)
    before, after, reference = run(case.before, x), run(case.after, x), run(case.reference, x.double())
    wrong = _missed(after, reference, EQUAL)
    if wrong:
        return Judgement(Verdict.CONTRADICTED, reason=wrong)
    if reason := _comparable(before, after):
        return Judgement(Verdict.INTENDED, reason=reason)
    value, gradient = _differences(before, after)
    if max(value, gradient) <= EQUAL:
        return Judgement(Verdict.CONTRADICTED, value, gradient, reason=UNCHANGED)
    shown = "" if before.value.dim() else f"{case.name}: {float(before.value):.4f} before, {float(after.value):.4f} after"
    return Judgement(Verdict.INTENDED, value, gradient, _parts_at(case, dtype, device), shown)


def _in_lower_dtypes(case: Case, one: Judgement, dtypes: Iterable[str], device: torch.device) -> Judgement:
    """A judgement that holds in float64, if on the grid and up to a logit of 100 the loss is the one that was meant in others too."""
    for dtype in dtypes:
        x, at = _logits(case, EXTREME, dtype, device)
        wrong = "" if at is None else _missed(run(case.after, x), run(case.reference, x.double()), SLACK[dtype])
        if wrong:
            return Judgement(Verdict.CONTRADICTED, reason=f"in {dtype} {wrong}")
    return one


def _missed(after: Measured, reference: Measured, tolerance: float) -> str:
    """Why a loss is not the one that was meant, or nothing."""
    if reason := _comparable(after, reference):
        return reason
    value, gradient = (largest((apart(a, m) / scale(m)).nan_to_num(nan=0.0)) for a, m in zip(after, reference, strict=True))
    if max(value, gradient) <= tolerance:
        return ""
    return f"not the loss that was meant: values {value:.3g} and gradients {gradient:.3g} apart"


def was_an_error(case: Case, dtype: str, device: torch.device) -> Judgement:
    """The original raises (the exception is quoted), and the rewrite computes what was meant."""
    x, _ = _logits(case, MODERATE, dtype, device)
    return after_error(case, x, dtype)


def after_error(case: Case, x: Tensor, dtype: str) -> Judgement:
    """`was_an_error` for some logits; `dtype` says how far from what was meant rounding may take the rewrite."""
    try:
        run(case.before, x)
    except Raised as error:
        after, reference = run(case.after, x), run(case.reference, x.double())
        wrong = _missed(after, reference, SLACK[dtype])
        return Judgement(Verdict.CONTRADICTED, reason=wrong) if wrong else Judgement(Verdict.ERROR, reason=str(error))
    return Judgement(Verdict.CONTRADICTED, reason="the original runs")


_JUDGES = {
    Verdict.EQUIVALENT: equivalent,
    Verdict.NO_WORSE: no_worse,
    Verdict.INTENDED: intended,
    Verdict.ERROR: was_an_error,
}
