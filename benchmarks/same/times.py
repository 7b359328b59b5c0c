"""The CPU time that both revisions take for the same folders."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.same.revisions import Revision


class Times(NamedTuple):
    """Seconds of CPU time for a folder, medians of several runs each."""

    folder: str
    old: float
    new: float

    def shown(self) -> str:
        """One line."""
        return f"  {self.folder:40} OLD {self.old:8.3f} s   NEW {self.new:8.3f} s   {self.new / self.old:6.3f} x"


def measured(folder: Path, sides: tuple[Revision, Revision], repeat: int, scratch: Path) -> Times:
    """Times one folder. The revisions take turns at who is first, and a run of each beforehand writes byte code and warms the files."""
    seconds: dict[str, list[float]] = {side.name: [] for side in sides}
    for turn in range(repeat + 1):
        for side in sides if turn % 2 else sides[::-1]:
            took = cpu_seconds(side, folder, scratch)
            if turn:
                seconds[side.name].append(took)
    old, new = (median(seconds[side.name]) for side in sides)
    return Times(folder.name, old, new)


def cpu_seconds(side: Revision, folder: Path, scratch: Path) -> float:
    """The CPU time, of the user and of the system, of a whole process. It starts in an empty folder, whose modules come first."""
    command = [side.python, "-m", "bce_lint", "--no-cache", "--exit-zero", "-q", str(folder.resolve())]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=scratch, env=side.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        print(f"{side.name} ended with {done.returncode}: {done.stderr.decode(errors='replace').strip()}", file=sys.stderr)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def total(times: Sequence[Times]) -> Times:
    """The sums of all folders."""
    return Times("all", sum(one.old for one in times), sum(one.new for one in times))
