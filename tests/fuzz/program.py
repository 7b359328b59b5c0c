"""A program that the linter is tried on: files of a small project, as bytes."""

from __future__ import annotations

import base64
import random
from collections.abc import Mapping
from typing import Any, NamedTuple

BUG = """\
import torch
from torch import nn

layer = nn.Linear(4, 1)
criterion = nn.BCEWithLogitsLoss()


def step(x, y):
    return criterion(torch.sigmoid(layer(x)), y)
"""
"""A program with one finding that is certain, BCE103 in its last line."""
BUG_LINE = BUG.splitlines()[-1].strip()


class Program(NamedTuple):
    """Files by path. `sure` says that the bug of `BUG` stands in it and must be found whatever stands around it."""

    files: Mapping[str, bytes]
    sure: bool = False

    def to_json(self) -> dict[str, Any]:
        """The program as JSON can hold it."""
        return {"files": {path: base64.b64encode(data).decode() for path, data in self.files.items()}, "sure": self.sure}

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> Program:
        """The program that `to_json` was asked for."""
        return cls({path: base64.b64decode(data) for path, data in found["files"].items()}, bool(found["sure"]))


class Failure(NamedTuple):
    """What went wrong: one of `KINDS`, where in a few words (two failures that share both are one), all that is known, and the check
    to ask for it again."""

    kind: str
    where: str
    detail: str = ""
    check: str = ""


KINDS = ("crash", "hang", "memory", "disagreement")
WAITING = 10
"""A program has so many times its CPU time by the clock: the machine may be busy with other things."""


def generator(seed: int, index: int, purpose: str = "") -> random.Random:
    """Random numbers that depend on these alone."""
    return random.Random(f"{seed}/{index}/{purpose}")


def one_file(text: str, sure: bool = False) -> Program:
    """A program of one file."""
    return Program({"program.py": text.encode("utf-8", "surrogatepass")}, sure)
