"""How a path is shown."""

from __future__ import annotations

import os


def shown(path: str) -> str:
    """A path as people read it: relative to the working folder where it lies below it."""
    if not os.path.isabs(path):
        return path
    here = os.path.join(os.getcwd(), "")
    return path[len(here) :] if path.startswith(here) else path
