"""`--reveal PLACE`: what is known of the values at a place, or how a function is read."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from functools import partial
from typing import Final

from bce_lint.source.projects import ImportFolders, usual
from bce_lint.source.text import is_notebook
from bce_lint.terminal import one_line

_PLACE: Final = re.compile(r"(.+?):(\d+)(?::(\d+))?", re.DOTALL)
_CELL: Final = re.compile(r"(.+?\.ipynb):(?:cell )?(\d+):(\d+)(?::(\d+))?", re.DOTALL | re.IGNORECASE)
_IR: Final = re.compile(r"ir:(.+):([^:]+)", re.DOTALL)


def reveal(place: str, paths: Sequence[str], imports: ImportFolders = usual) -> str:
    """The lines for a place. Raises `ValueError` where it names none, or where paths are given as well."""
    function, in_cell = _IR.fullmatch(place), _CELL.fullmatch(place)
    found = in_cell or _PLACE.fullmatch(place)
    if paths == ["-"] or place.startswith("-:"):
        raise ValueError("--reveal reads files: give FILE:LINE, not standard input")
    if paths:
        raise ValueError(f"--reveal names its file itself: give {place} without a path")
    if function is None and found is None:
        raise ValueError(f"--reveal takes FILE:LINE, FILE:LINE:COLUMN or ir:FILE:FUNCTION, not {place!r}")
    if function is None and in_cell is None and found is not None and is_notebook(found[1]):
        raise ValueError(f"--reveal takes FILE:CELL:LINE or FILE:CELL:LINE:COLUMN of a notebook, not {place!r}")
    path = function[1] if function is not None else found[1] if found is not None else ""
    if not os.path.isfile(path):
        raise ValueError(f"{path}: no such file")
    from bce_lint.findings import named
    from bce_lint.revealed import at, lowered

    if function is not None:
        return lowered(path, function[2])
    assert found is not None, "one of the two forms matched"
    numbers = [None if one is None else int(one) for one in found.groups()[1:]]
    cell, row, column = numbers if in_cell is not None else (None, *numbers)
    lines = at(path, row or 0, column, partial(named, shown={os.path.abspath(path): path}), imports, cell)
    return "".join(f"{one_line(line)}\n" for line in lines)
