"""`--reveal PLACE`: what is known of the values at a place, or how a function is read."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from functools import partial
from typing import Final

from bce_lint.source.projects import ImportFolders, usual
from bce_lint.terminal import one_line

_PLACE: Final = re.compile(r"(.+?):(\d+)(?::(\d+))?", re.DOTALL)
_IR: Final = re.compile(r"ir:(.+):([^:]+)", re.DOTALL)


def reveal(place: str, paths: Sequence[str], imports: ImportFolders = usual) -> str:
    """The lines for a place. Raises `ValueError` where it names none, or where paths are given as well."""
    function, found = _IR.fullmatch(place), _PLACE.fullmatch(place)
    if paths == ["-"] or place.startswith("-:"):
        raise ValueError("--reveal reads files: give FILE:LINE, not standard input")
    if paths:
        raise ValueError(f"--reveal names its file itself: give {place} without a path")
    if function is None and found is None:
        raise ValueError(f"--reveal takes FILE:LINE, FILE:LINE:COLUMN or ir:FILE:FUNCTION, not {place!r}")
    path = function[1] if function is not None else found[1] if found is not None else ""
    if not os.path.isfile(path):
        raise ValueError(f"{path}: no such file")
    from bce_lint.findings import named
    from bce_lint.revealed import at, lowered

    if function is not None:
        return lowered(path, function[2])
    assert found is not None, "one of the two forms matched"
    column = None if found[3] is None else int(found[3])
    lines = at(path, int(found[2]), column, partial(named, shown={os.path.abspath(path): path}), imports)
    return "".join(f"{one_line(line)}\n" for line in lines)
