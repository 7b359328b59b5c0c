"""How a path is shown."""

from __future__ import annotations

import os

from bce_lint.terminal import one_line


def shown(path: str) -> str:
    """A path as people read it, on one line: relative to the working folder where it lies below it."""
    known = one_line(relative(path))
    return f"./{known}" if known.startswith("::") else known  # a line that begins so is a command where GitHub runs it


def relative(path: str) -> str:
    """A path relative to the working folder where it lies below it."""
    if not os.path.isabs(path):
        return path
    here = os.path.join(os.getcwd(), "")
    return path[len(here) :] if path.startswith(here) else path
