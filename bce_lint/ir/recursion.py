"""Room for recursion over programs, which nest as deep as their authors like."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def room(depth: int) -> Iterator[None]:
    """Recursion may go so deep, and no deeper, until the end of the block, and nobody looks for garbage: the trees that are made have no
    cycles, and a walk over all of their nodes takes a third of a parse."""
    limit, collecting = sys.getrecursionlimit(), gc.isenabled()
    gc.disable()
    sys.setrecursionlimit(depth)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
        if collecting:
            gc.enable()


def stack_depth() -> int:
    """How many frames there are."""
    frame, depth = sys._getframe(), 0
    while frame.f_back is not None:
        frame, depth = frame.f_back, depth + 1
    return depth
