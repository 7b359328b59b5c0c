"""Projects with a hostile piece in them, and loss bugs behind it that must be found all the same."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import indent
from typing import NamedTuple

HEAD = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n"
BUG = "nn.BCEWithLogitsLoss()(torch.sigmoid(nn.Linear(3, 1)(x)), y)"
MARK = "  # found"
"""Ends each line in which a finding must be told."""


class Program(NamedTuple):
    """Files by name. Each line that ends in `MARK` has a finding, whatever else is said."""

    files: Mapping[str, str]

    @property
    def marked(self) -> frozenset[tuple[str, int]]:
        """The lines in which something must be found, by file and row."""
        rows = ((name, row, line) for name, text in self.files.items() for row, line in enumerate(text.split("\n"), 1))
        return frozenset((name, row) for name, row, line in rows if line.endswith(MARK))


def in_module(piece: str, use: str = "", files: Mapping[str, str] | None = None) -> Program:
    """A piece at the top of a file, and what a function makes of it; bugs behind both."""
    return _program(f"{HEAD}{piece}\n\n\n{_function('step', use)}{_function('other', '')}\nx, y = torch.randn(2, 3), torch.ones(2, 1)\n"
                    f"{BUG}{MARK}\n", files)  # fmt: skip


def in_function(piece: str, before: str = "", files: Mapping[str, str] | None = None) -> Program:
    """A piece in a function, `before` at the top of its file; bugs behind it, and in what stands around it."""
    return in_module(before, piece, files)


def _function(name: str, body: str) -> str:
    return f"def {name}(x, y):\n{indent(body, '    ')}\n    return {BUG}{MARK}\n\n\n"


def _program(text: str, files: Mapping[str, str] | None) -> Program:
    return Program({"a.py": text, "b.py": f"{HEAD}from a import other\n\n\n{_function('third', '')}", **(files or {})})
