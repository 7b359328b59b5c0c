"""One piece of memory for the frames of a run.

From 3.11 on CPython keeps the frames of Python functions in chunks of 16 KiB: a call that does not fit has one mapped, and its return
unmaps it. The interpreter's recursion goes back and forth over the ends of chunks hundreds of thousands of times. A function whose own
frame is large gets a chunk of the next power of two, and the rest of that chunk is for what it calls.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")

SLOTS = 7_200
"""The places of the frame's own stack, 8 bytes each: with the 1,000 that CPython adds they are more than 64 KiB, so the chunk has 128."""
_HAS_CHUNKS = sys.implementation.name == "cpython" and sys.version_info >= (3, 11)
_SOURCE = """
def wide(call):
    if call:
        return call()
    [*_, _] = ()
"""


def in_one_piece(call: Callable[[], T]) -> T:
    """What a call gives, its frames in one chunk as far as they fit."""
    return _wide()(call) if _HAS_CHUNKS else call()


@cache
def _wide() -> Callable[[Callable[[], Any]], Any]:
    """A function that calls what it is given. Its last statement, which never runs, would put as many values on the frame's stack as
    it has targets; they are one node of the tree, which is compiled in half the time of the text."""
    tree: Any = ast.parse(_SOURCE)
    targets = tree.body[0].body[-1].targets[0].elts
    targets.extend(targets[1:] * SLOTS)
    space: dict[str, Any] = {}
    exec(compile(tree, "<call stack>", "exec"), space)
    made: Callable[[Callable[[], Any]], Any] = space["wide"]
    return made
