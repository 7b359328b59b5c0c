"""The tolerances that verdicts on rewrites stand on, and what a judge says.

Tolerances are absolute: below a logit of about -16 with-logits is exactly 0 in float32, where the value is tiny
([bcewl.small_loss_cancellation]), and a relative tolerance would call that a difference.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from bce_lint.diagnostic import Verdict

EQUAL: Final = 1e-7
"""How far equivalent losses and gradients may be apart, in float64 and up to a logit of 16."""

SLACK: Final = {"float64": 1e-14, "float32": 2e-6, "float16": 4e-3, "bfloat16": 3.2e-2}
"""By how much of max(1, |reference|) a loss that is no worse may be further from the reference than the original.

With-logits subtracts two numbers near |x| from one another: half a unit in their last place is lost, [bcewl.small_loss_cancellation].
The factor before the dtype's epsilon is 4 in half precision; in float32 the logits where it happens are larger. A soft target near
0 at a very negative logit loses half a unit of the *logit* and is not covered: the claims are about targets 0, 1 and between 1/4 and 1.
"""

PARTED: Final = {"float64": 1e-6, "float32": 1e-3, "float16": 2e-2, "bfloat16": 5e-2}
"""From what part of max(1, |after|) on two losses are said to part."""


class Judgement(NamedTuple):
    """A verdict, the largest differences between before and after, where they part, and why."""

    verdict: Verdict
    value: float | None = None
    gradient: float | None = None
    parts_at: float | None = None
    reason: str = ""
