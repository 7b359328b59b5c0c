"""Runs the losses before and after a rewrite, and says what changed. This room alone needs torch.

`verify_rule` and `verify_all` try the rewrites of the rules and return `Result`s; `verify_source` tries the fixes of a text.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass

import torch

from bce_lint.diagnostic import Diagnostic, Verdict
from bce_lint.rules.selection import codes
from bce_lint.verify import devices
from bce_lint.verify.judges import judge
from bce_lint.verify.row import Row
from bce_lint.verify.rows import ROWS
from bce_lint.verify.verdict import Judgement

__all__ = ["Result", "Verdict", "verify_all", "verify_rule", "verify_rules", "verify_source"]


@dataclass(frozen=True)
class Result:
    """What running a rewrite showed. The differences are between before and after; None where one of them does not run.

    `parts_at` is the smallest logit at which they part, `reason` quotes the exception or says what contradicts the claim.
    """

    code: str
    title: str
    claim: Verdict
    verdict: Verdict
    max_value_difference: float | None
    max_gradient_difference: float | None
    parts_at: float | None
    reason: str
    dtype: str
    device: str
    seed: int
    torch: str

    @property
    def holds(self) -> bool:
        """True if the verdict is the claimed one."""
        return self.verdict is self.claim


def verify_rule(code: str, device: str = "cpu", *, seed: int = 0) -> tuple[Result, ...]:
    """Tries every rewrite of a rule, given by code or name. Raises `ValueError` for a rule that makes none, and without the device."""
    return verify_rules(codes(code), device, seed=seed)


def verify_all(device: str = "cpu", *, seed: int = 0) -> tuple[Result, ...]:
    """Tries every rewrite. Raises `ValueError` without the device."""
    return verify_rules({row.code for row in ROWS}, device, seed=seed)


def verify_rules(wanted: Collection[str], device: str = "cpu", *, seed: int = 0) -> tuple[Result, ...]:
    """Tries every rewrite of the rules of some codes. Raises `ValueError` when there is none, and without the device."""
    rows = [row for row in ROWS if row.code in wanted]
    if not rows:
        raise ValueError("the selected rules make no rewrite that could be verified")
    place = devices.resolve(device)
    with devices.one_thread():
        return tuple(verified(row, torch.device("cpu") if row.host else place, seed) for row in rows)


def verify_source(
    source: str | bytes, filename: str | None = None, select: Collection[str] | None = None, device: str = "cpu", *, seed: int = 0
) -> tuple[Diagnostic, ...]:
    """The findings in a text, each that has a fix with a `verification` of it: the loss is run as it is and as the fix leaves it.

    `filename` and `select` are those of `bce_lint.lint_source`. Nothing of the text is executed but torch's own operations between
    activation and loss. Raises `ValueError` for a selector that names no rule, and without the device.
    """
    from bce_lint.engine import check_text
    from bce_lint.rules.selection import choose
    from bce_lint.verify.site import Verifier

    data = source.encode() if isinstance(source, str) else source
    wanted = choose(None if select is None else list(select), (), ())
    return check_text(data, filename, wanted, fixes=True, inspect=Verifier(device, seed)).diagnostics


def verified(row: Row, device: torch.device, seed: int) -> Result:
    """Tries one row."""
    one = _judged(row, device, seed)
    return Result(
        row.code, row.title, row.claim, one.verdict, one.value, one.gradient, one.parts_at, one.reason,
        row.dtype, _named(row, device), seed, torch.__version__,
    )  # fmt: skip


def _named(row: Row, device: torch.device) -> str:
    simulated = row.autocast and device.type != "cuda"
    return f"{device.type}, simulated CUDA autocast" if simulated else device.type


def _judged(row: Row, device: torch.device, seed: int) -> Judgement:
    with ExitStack() as region:
        if row.autocast:
            if reason := devices.why_no_autocast(device):
                return Judgement(Verdict.NOT_VERIFIABLE, reason=reason)
            region.enter_context(devices.cuda_autocast(device))
        return judge(row, device, seed)
