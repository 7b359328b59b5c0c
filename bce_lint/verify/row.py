"""What a claim about a rewrite is made of: rows, and the cases that each row is tried on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias

from torch import Tensor

from bce_lint.diagnostic import Verdict
from bce_lint.verify.samples import Sample

Loss: TypeAlias = Callable[[Tensor], Tensor]
Open: TypeAlias = Callable[..., Tensor]
"""A loss of logits, targets and options by keyword."""

LOW: Final = ("float32", "float16", "bfloat16")
"""The dtypes that people train in."""


class Case(NamedTuple):
    """The loss before and after a rewrite and the loss that was meant, each of logits alone, and the logits to a limit.

    `about` says what the first element of each row has for a target, if anything.
    """

    name: str
    logits: Callable[[float], Sample]
    before: Loss
    after: Loss
    reference: Loss
    about: str = ""


Cases: TypeAlias = Callable[[int], tuple[Case, ...]]
"""The cases that a seed gives."""


@dataclass(frozen=True)
class Row:
    """A claim about a rewrite. `host` keeps it on the CPU, `autocast` puts it under CUDA autocast.

    An intended change is looked at in the `lower` dtypes as well, up to a logit of 100.
    """

    code: str
    title: str
    claim: Verdict
    cases: Cases
    dtype: str = "float64"
    lower: tuple[str, ...] = LOW
    host: bool = False
    autocast: bool = False


class Setting(NamedTuple):
    """Logits, targets for them, and options of the losses; tensors among both are in float64. `about` is that of the cases."""

    name: str
    logits: Callable[[float], Sample]
    target: Callable[[Tensor], Tensor]
    options: Mapping[str, Any]
    about: str = ""


def given(target: Tensor) -> Callable[[Tensor], Tensor]:
    """A fixed target in the dtype (if it is no index) and on the device of the logits."""
    return lambda x: target.to(x) if target.is_floating_point() else target.to(x.device)


def bound(loss: Open, setting: Setting) -> Loss:
    """A loss of the logits alone."""

    def _of_logits(x: Tensor) -> Tensor:
        options = {name: value.to(x) if isinstance(value, Tensor) else value for name, value in setting.options.items()}
        return loss(x, setting.target(x), **options)

    return _of_logits


def cases(spellings: Iterable[tuple[Open, Open]], reference: Open, settings: Callable[[int], Iterable[Setting]]) -> Cases:
    """Each spelling of a rewrite in each setting that a seed gives."""
    pairs = tuple(spellings)

    def _build(seed: int) -> tuple[Case, ...]:
        return tuple(
            Case(s.name, s.logits, bound(before, s), bound(after, s), bound(reference, s), s.about)
            for s in settings(seed)
            for before, after in pairs
        )

    return _build


def preserving(code: str, title: str, build: Cases) -> tuple[Row, ...]:
    """A rewrite that keeps the function: equivalent in float64, and no worse in the other dtypes."""
    lower = (Row(code, title, Verdict.NO_WORSE, build, dtype) for dtype in LOW)
    return (Row(code, title, Verdict.EQUIVALENT, build), *lower)
