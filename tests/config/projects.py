"""Files that make up a project, and what a command line says of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, TypeAlias

BUG = """\
import torch
from torch import nn

layer = nn.Linear(4, 1)
criterion = nn.BCEWithLogitsLoss()


def step(x, y):
    return criterion(torch.sigmoid(layer(x)), y)
"""
"""BCE103, whose fix is unsafe."""
SAFE = "from torch import nn\n\nloss = nn.MSELoss(size_average=False)\n"
"""BCE203, whose fix is safe."""
NLL = "import torch.nn.functional as F\n\n\ndef step(x, y):\n    return F.nll_loss(F.log_softmax(x, dim=1), y)\n"
"""BCE123, which is off."""
MAYBE = """\
import torch
from torch import nn

layer = nn.Linear(4, 1)


def step(x, y, squash):
    out = layer(x)
    return nn.BCEWithLogitsLoss()(torch.sigmoid(out) if squash else out, y)
"""
"""BCE103, which is only possible."""


class Done(NamedTuple):
    """What a command did."""

    status: int
    out: str
    err: str

    def found(self) -> list[tuple[str, str]]:
        """The files and codes of the findings, from JSON."""
        return [(Path(one["filename"]).name, one["code"]) for one in json.loads(self.out)]


Lint: TypeAlias = Callable[..., Done]
JSON = ("--output-format", "json")


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Writes files by their paths in a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
