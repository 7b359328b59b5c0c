"""What is revealed is so: the fixtures run, and each value is one of those that bce-lint said it could be."""

from __future__ import annotations

import re
import runpy
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import bce_lint
from tests.test_reveal import FILES, FOLDER, written

pytestmark = pytest.mark.torch
RUNNABLE = [path for path in FILES if path.parent.name not in ("unknowns", "contexts")]
DTYPE = re.compile(r"(?:: |, )((?:float|int|uint|bfloat)\d+|bool)\b")
SHAPE = re.compile(r"shape \(([^)]*)\)")
RANGE = re.compile(r"(?:: |, )\[([-\w.]+), ([-\w.]+)\]")
GRADIENT, NO_GRADIENT = re.compile(r"(?:: |, )a gradient\b"), re.compile(r"(?:: |, )(?:no gradient|not trained)\b")
PLAIN = re.compile(r"(int|float|str|bool) (.*)|None")
WIDTH = 1e-5


def holds(text: str, value: Any) -> bool:
    """True if a value is what a line says, as far as tensors and constants go."""
    return any(_holds(part, value) for part in text.partition("; ")[0].split(" | "))


def _holds(text: str, value: Any) -> bool:
    if re.match(r"(Tensor|Array)\b", text):
        kind = np.ndarray if text.startswith("Array") else torch.Tensor
        return isinstance(value, kind) and _tensor_holds(text.partition(", made by")[0], torch.as_tensor(value))
    plain = PLAIN.fullmatch(text)
    if plain is None:
        return not isinstance(value, (torch.Tensor, int, float, str)) or text.startswith("unknown")
    name, shown = plain[1] or "NoneType", plain[2] or "None"
    return type(value).__name__ == name and (repr(value).startswith(shown[:-1]) if shown.endswith("…") else repr(value) == shown)


def _tensor_holds(text: str, value: torch.Tensor) -> bool:
    dtype, shape, bounds = DTYPE.search(text), SHAPE.search(text), RANGE.search(text)
    if (value.requires_grad and NO_GRADIENT.search(text) is not None) or (not value.requires_grad and GRADIENT.search(text) is not None):
        return False
    if dtype is not None and value.dtype is not getattr(torch, dtype[1]):
        return False
    if bounds is not None and value.numel():
        low, high = (float(bound) for bound in bounds.groups())
        if value.double().min() < low - WIDTH or value.double().max() > high + WIDTH:
            return False
    return shape is None or _fits([part.strip() for part in shape[1].split(",") if part.strip()], list(value.shape))


def _fits(said: list[str], sizes: list[int]) -> bool:
    if said[:1] == ["..."]:
        said = said[1:]
        sizes = sizes[len(sizes) - len(said) :]
    return len(said) == len(sizes) and all(one in ("?", str(size)) for one, size in zip(said, sizes, strict=True))


def copied(value: torch.Tensor) -> torch.Tensor:
    """A tensor as it is now: what is done to it later, and where no gradients are recorded, leaves the copy as it is."""
    return value.detach().clone().requires_grad_(value.requires_grad)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], list[tuple[int, Any]]]]:
    """Runs a fixture; gives the row of each call of `reveal` with its argument as it was then."""

    def run(path: Path) -> list[tuple[int, Any]]:
        found: list[tuple[int, Any]] = []

        def note(value: Any) -> Any:
            frame = sys._getframe(1)
            if frame.f_code.co_filename == str(path):
                found.append((frame.f_lineno, copied(value) if isinstance(value, torch.Tensor) else value))
            return value

        monkeypatch.setattr(bce_lint, "reveal", note)
        monkeypatch.syspath_prepend(str(path.parent))
        monkeypatch.setattr(sys, "argv", [str(path)])
        torch.default_generator.manual_seed(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            runpy.run_path(str(path), run_name="__main__")
        return found

    yield run
    sys.modules.pop("parts", None)


@pytest.mark.parametrize("path", RUNNABLE, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_each_value_is_what_is_said_of_it(seen: Callable[[Path], list[tuple[int, Any]]], path: Path) -> None:
    said = written(path)
    wrong = [(row, value, said[row]) for row, value in seen(path) if row in said and not any(holds(text, value) for text in said[row])]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "value", "right"),
    [
        ("Tensor: [0, 1], float32, shape (2,)", torch.zeros(2), True),
        ("Tensor: float32, shape (2, ?)", torch.zeros(2, 3), True),
        ("Tensor: shape (..., 3)", torch.zeros(2, 4, 3), True),
        ("Tensor: int64", torch.zeros(2), False),
        ("Tensor: shape (2, 3)", torch.zeros(2), False),
        ("Tensor: [0, 1]", torch.full((2,), 2.0), False),
        ("Tensor: float32, no gradient", torch.zeros(2), True),
        ("Tensor: no gradient", torch.zeros(2, requires_grad=True), False),
        ("Tensor: float32, not trained", torch.zeros(2, requires_grad=True), False),
        ("Tensor: a gradient", torch.zeros(2, requires_grad=True), True),
        ("Tensor: float32, a gradient", torch.zeros(2), False),
        ("int 3", 3, True),
        ("int 3 | None", None, True),
        ("int 3", True, False),
        ("None", 3, False),
    ],
)
def test_a_wrong_line_is_seen(text: str, value: Any, right: bool) -> None:
    assert holds(text, value) == right


def test_the_folder_is_that_of_the_fixtures() -> None:
    assert len(RUNNABLE) >= 20 and all(path.is_relative_to(FOLDER) for path in RUNNABLE)
