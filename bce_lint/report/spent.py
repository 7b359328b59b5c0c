"""Where the time of a run went, by file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bce_lint.report.paths import shown
from bce_lint.report.summary import count

MOST: Final = 10
"""How many files are listed."""


def spent(seconds: Mapping[str, float]) -> str:
    """The seconds that the analysis took, and a line for each of the files that took most; what starts in a file counts for it."""
    if not seconds:
        return "time: nothing had to be analysed\n"
    files = sorted(seconds.items(), key=lambda item: (-item[1], item[0]))
    lines = [f"    {time:.2f} s {shown(path)}\n" for path, time in files[:MOST]]
    rest = files[MOST:]
    lines += [f"    {sum(time for _, time in rest):.2f} s {count(len(rest), 'other file')}\n"] if rest else []
    return f"time: {sum(seconds.values()):.2f} s in {count(len(seconds), 'file')}, each with what its code calls\n" + "".join(lines)
