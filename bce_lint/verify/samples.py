"""The numbers that a rewrite is tried on: a fine grid of logits, small seeded batches, and what goes with them.

Targets and weights are few binary digits long, so that every dtype holds them exactly and the reference sees the same ones.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import torch
from torch import Tensor

MODERATE: Final = 16.0
EXTREME: Final = 100.0
STEP: Final = 1 / 128
"""The step of the grid on which the boundaries of the pages in `docs/rules` were measured."""

TARGETS: Final = (0.0, 0.25, 0.5, 0.875, 1.0)
CLASSES: Final = 4
OTHERS: Final = (0.5, -0.25, 0.0)
"""The scores beside the one that runs over the grid."""


class Sample(NamedTuple):
    """Logits in float64; on a grid, `at` is the logit that each row of them is about."""

    logits: Tensor
    at: Tensor | None = None


def _points(limit: float) -> Tensor:
    return torch.arange(-limit, limit + STEP / 2, STEP, dtype=torch.float64)


def elements(limit: float) -> Sample:
    """Each logit of the grid, once for each of `TARGETS`."""
    at = _points(limit)
    return Sample(at[:, None].repeat(1, len(TARGETS)), at)


def element_targets(x: Tensor) -> Tensor:
    """The targets of `elements`."""
    return torch.tensor(TARGETS, dtype=x.dtype, device=x.device).expand_as(x)


def rows(limit: float) -> Sample:
    """Rows of scores, the first of which runs over the grid, once for each target class."""
    at = _points(limit).repeat_interleave(CLASSES)
    others = torch.tensor(OTHERS, dtype=torch.float64).expand(len(at), -1)
    return Sample(torch.cat((at[:, None], others), dim=1), at)


def row_targets(x: Tensor) -> Tensor:
    """The class indices of `rows`."""
    return torch.arange(len(x), device=x.device) % x.shape[1]


def logits(seed: int, limit: float, shape: tuple[int, ...]) -> Sample:
    """Seeded logits up to a limit."""
    return Sample((torch.rand(shape, generator=_generator(seed), dtype=torch.float64) * 2 - 1) * limit)


def fractions(seed: int, *shape: int) -> Tensor:
    """Seeded quarters from 0 to 1, as soft targets. See `SLACK` for why they come no nearer to 0."""
    return torch.randint(0, 5, shape, generator=_generator(seed + 1)).double() / 4


def weights(seed: int, *shape: int) -> Tensor:
    """Seeded sixteenths from 0.5 to 1.5, as weights."""
    return 0.5 + torch.randint(0, 17, shape, generator=_generator(seed + 2)).double() / 16


def indices(seed: int, *shape: int) -> Tensor:
    """Seeded class indices; every class is among the first ones."""
    found = torch.randint(0, CLASSES, shape, generator=_generator(seed + 3))
    found.view(-1)[:CLASSES] = torch.arange(CLASSES)
    return found


def _generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
