"""Losses along one logit, before and after a rewrite: what a picture shows."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import nullcontext
from typing import Final, NamedTuple

import torch
from torch import Tensor

from bce_lint.verify import devices
from bce_lint.verify.measure import Measured, Raised, parting, run
from bce_lint.verify.row import Case, Loss, Row
from bce_lint.verify.samples import OTHERS, STEP, Sample

DTYPE: Final = "float32"
"""The dtype that losses are drawn in: people train in it, and it shows where a sigmoid is rounded to 1."""

_DECISION, _USUAL, _WIDE = 2.0, 32.0, 128.0
"""Up to which logit: a decision, a loss, and one that stays as it was up to more than most of `_USUAL`."""
_POINTS: Final = 128
"""How many of the grid's points a line has on each side of 0."""


class Curves(NamedTuple):
    """Value and gradient of a loss for each logit in `at`. Where there is none before, `raised` is the exception.

    `name` is the code, numbered where several rewrites of a rule are drawn; `about` says of what the loss is.
    """

    name: str
    code: str
    title: str
    about: str
    has_target: bool
    at: Tensor
    before: Measured | None
    after: Measured
    raised: str

    @property
    def has_gradient(self) -> bool:
        """True if there is one anywhere; a decision has none."""
        return any(bool(one.gradient.count_nonzero()) for one in (self.before, self.after) if one is not None)


def curves(rows: Collection[Row], codes: Collection[str], device: torch.device) -> Iterator[Curves]:
    """The curves of every rewrite of some codes that is tried on a grid, where its region can be had."""
    wanted = {(row.code, row.title): row for row in rows if row.code in codes}
    drawable = [row for row in wanted.values() if _on_grid(row)]
    titles = [row.code for row in drawable]
    for number, row in enumerate(drawable):
        place = torch.device("cpu") if row.host else device
        if not (row.autocast and devices.why_no_autocast(place)):
            several = f"-{number - titles.index(row.code) + 1}" if titles.count(row.code) > 1 else ""
            with devices.cuda_autocast(place) if row.autocast else nullcontext():
                found = _curves(f"{row.code}{several}", row, place)
            yield found


def _on_grid(row: Row) -> list[Case]:
    return [case for case in row.cases(0) if case.logits(1.0).at is not None]


def _curves(name: str, row: Row, device: torch.device) -> Curves:
    case, before, raised = _on_grid(row)[0], None, ""
    logits, at, repeats = _along(case.logits(_WIDE))
    x = logits.to(device, getattr(torch, DTYPE))
    after = run(_first(case.after), x)
    try:
        before = run(_first(case.before), x)
    except Raised as error:
        raised = str(error)
    others = any(bool(one.gradient[:, 1:].nan_to_num(0.0).count_nonzero()) for one in (before, after) if one is not None)
    about = ", ".join(filter(None, (DTYPE, case.about, f"scores (logit, {_written(logits[0, 1:])})" if others else "")))
    return _shown(Curves(name, row.code, row.title, about, bool(case.about), at, before, after, raised), repeats)


def _along(sample: Sample) -> tuple[Tensor, Tensor, int]:
    """The logits of a grid where the first of each row alone runs over it, that logit, and how many rows have the same."""
    assert sample.at is not None
    logits = sample.logits.clone()
    logits[:, 1:] = torch.tensor((*OTHERS, 0.0), dtype=logits.dtype)[: logits.shape[1] - 1]
    return logits, sample.at, int((sample.at == sample.at[0]).sum())


def _written(numbers: Tensor) -> str:
    return ", ".join(f"{number:g}" for number in numbers.tolist())


def _first(loss: Loss) -> Loss:
    """The first element of each row of a loss."""

    def _of_logits(x: Tensor) -> Tensor:
        value = loss(x)
        return value if value.dim() == 1 else value[:, 0]

    return _of_logits


def _shown(one: Curves, repeats: int) -> Curves:
    """The window in which the effect is seen, in as many points as a line needs; the first row stands for all of a logit."""
    first = _picked(one, slice(None, None, repeats))
    window = _window(first)
    middle, half = len(first.at) // 2, round(window / STEP)
    return _picked(first, slice(middle - half, middle + half + 1, half // _POINTS))


def _picked(one: Curves, rows: slice) -> Curves:
    before, after = (of and Measured(of.value[rows], _by_first(of.gradient)[rows]) for of in (one.before, one.after))
    assert after is not None
    return one._replace(at=one.at[rows], before=before, after=after)


def _by_first(gradient: Tensor) -> Tensor:
    return gradient if gradient.dim() == 1 else gradient[:, 0]


def _window(one: Curves) -> float:
    if not one.has_gradient:
        return _DECISION
    parts_at = None if one.before is None else parting(one.before, one.after, one.at, DTYPE)
    return _WIDE if parts_at is not None and abs(parts_at) > 0.8 * _USUAL else _USUAL
