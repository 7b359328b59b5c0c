"""What watching costs: a small real training loop without the witness and under it; run as `python -m benchmarks.witness`."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from bce_lint import witness
from bce_lint.verify.devices import one_thread

SAMPLES = (1, 10)


class Net(nn.Module):
    """A convolutional classifier of small images."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 16, 3), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(0.2),
        )  # fmt: skip
        self.head = nn.Linear(32 * 25, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The logits of the classes."""
        return self.head(self.body(x))  # type: ignore[no-any-return]


def train(watch: Callable[[], AbstractContextManager[object]], steps: int, batch: int) -> float:
    """Seconds for some steps of training; one that warms up is not counted."""
    torch.manual_seed(0)
    model, x, y = Net(), torch.randn(batch, 1, 28, 28), torch.randint(0, 10, (batch,))
    optimizer = torch.optim.AdamW(model.parameters())
    with watch():
        start = 0.0
        for step in range(steps + 1):
            if step == 1:
                start = time.perf_counter()
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        return time.perf_counter() - start


def ratios(steps: int, repeat: int, batch: int) -> tuple[float, dict[int, float]]:
    """Seconds without the witness, and how much longer it takes under it for each sample; the fastest of some runs each."""
    plain, watched = [], dict[int, list[float]]()
    for _ in range(repeat):
        plain.append(train(nullcontext, steps, batch))
        for sample in SAMPLES:
            watched.setdefault(sample, []).append(train(partial(witness.watch, sample), steps, batch))
    return min(plain), {sample: min(seconds) / min(plain) for sample, seconds in watched.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.witness", description=__doc__)
    parser.add_argument("--steps", type=int, default=50, metavar="N", help="steps of training in a run (default: 50)")
    parser.add_argument("--repeat", type=int, default=5, metavar="N", help="keep the fastest of N runs (default: 5)")
    options = parser.parse_args(arguments)
    with one_thread():
        for batch in (8, 64):
            plain, found = ratios(options.steps, options.repeat, batch)
            shown = "; ".join(f"sample={sample} {ratio:.2f} x" for sample, ratio in found.items())
            print(f"batch {batch}: without {1000 * plain / options.steps:.2f} ms a step; {shown}")


if __name__ == "__main__":
    main()
