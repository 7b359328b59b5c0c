"""`python -m benchmarks.scale [--repeat N] [FOLDER ...]`: what a run counts and takes, and how that grows with the size of a project.

The counts (entry points, calls, evaluations) are the same on each machine. Seconds are those of the processor, of whole processes, the
least of some runs, of which those of the tools alternate; what is told are ratios, and the exponent of the growth: 1 where ten times the
size takes ten times as long. The time of an empty project is taken off before the exponent.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from math import log
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.measure import ENVIRONMENT, FLAKE8, files_of
from benchmarks.shapes import SHAPES, Shape

_COUNT: Final = """
import cProfile, json, sys
from bce_lint.cli.main import main
profile = cProfile.Profile(builtins=False)
with profile:
    main(["--isolated", "--no-cache", "--exit-zero", "-q", sys.argv[1]])
wanted = {("expressions.py", "evaluate"): 0, ("calls.py", "call_function"): 1, ("project.py", "_guarded"): 2}
counts = [0, 0, 0]
for entry in profile.getstats():
    if not isinstance(entry.code, str) and "/bce_lint/analysis/" in entry.code.co_filename.replace("\\\\", "/"):
        place = wanted.get((entry.code.co_filename.replace("\\\\", "/").rpartition("/")[2], entry.code.co_name))
        if place is not None:
            counts[place] += entry.callcount
print(json.dumps(counts), file=sys.stderr)
"""
_PARSE: Final = """
import ast, json, sys
for path in json.load(open(sys.argv[1])):
    try:
        ast.parse(open(path, "rb").read())
    except (SyntaxError, ValueError):
        pass
"""


class Counts(NamedTuple):
    """What a run does."""

    evaluations: int
    calls: int
    entry_points: int


class Spent(NamedTuple):
    """What processes take: seconds of the processor, and the most memory that one has, in megabytes; ruff's are absent without ruff."""

    bce_lint: float
    memory: float
    ast: float
    flake8: float
    ruff: float | None


class Point(NamedTuple):
    """What a project of some size counts and takes."""

    size: int
    lines: int
    counts: Counts
    spent: Spent


def count(folder: Path) -> Counts:
    """Counts what a run over a folder does."""
    command = [sys.executable, "-c", _COUNT, str(folder)]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True, env=ENVIRONMENT)
    return Counts(*json.loads(done.stderr.splitlines()[-1]))


def spend(folder: Path, repeat: int) -> Spent:
    """Measures what processes take on a folder."""
    files = files_of(folder)
    ruff = shutil.which("ruff", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))))
    with tempfile.TemporaryDirectory() as scratch:
        listed = Path(scratch) / "files.json"
        listed.write_text(json.dumps(files), encoding="utf-8")
        commands = [
            [sys.executable, "-m", "bce_lint", "--isolated", "--no-cache", "--exit-zero", "-q", str(folder)],
            [sys.executable, "-c", _PARSE, str(listed)],
            [sys.executable, "-c", FLAKE8, "without", *files],
            *([[ruff, "check", "--isolated", "--no-cache", "--exit-zero", "-q", str(folder)]] if ruff else []),
        ]
        rounds = [[_processor(command) for command in commands] for _ in range(repeat)]
    least = [min(column) for column in zip(*rounds, strict=True)]
    return Spent(least[0][0], least[0][1], least[1][0], least[2][0], least[3][0] if ruff else None)


def _processor(command: Sequence[str]) -> tuple[float, float]:
    """The seconds of the processor that a command takes, and the most memory that it has."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} ended with {process.returncode}")
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return used.ru_utime + used.ru_stime, used.ru_maxrss / unit


def point(folder: Path, size: int, repeat: int) -> Point:
    """Counts and measures a folder."""
    lines = sum(Path(file).read_bytes().count(b"\n") for file in files_of(folder))
    return Point(size, lines, count(folder), spend(folder, repeat))


def grown(shape: Shape, repeat: int) -> list[Point]:
    """Counts and measures the projects of a shape; the first is an empty one."""
    with tempfile.TemporaryDirectory() as scratch:
        empty = Path(scratch) / "empty"
        Shape("nothing", lambda size: {"nothing.py": ""}).write(empty, 0)
        found = [point(empty, 0, repeat)]
        for size in shape.sizes:
            folder = Path(scratch) / str(size)
            shape.write(folder, size)
            found.append(point(folder, size, repeat))
    return found


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """The exponent of the growth between the last two sizes; 0 where nothing is left of the cost."""
    (before, after), (less, more) = sizes[-2:], costs[-2:]
    return log(more / less) / log(after / before) if less > 0 and more > 0 else 0.0


def row(found: Point) -> str:
    """The figures of one project: counts, memory, and the ratios to the others."""
    spent, counts = found.spent, found.counts
    others = [("ast", spent.ast), ("flake8", spent.flake8), ("ruff", spent.ruff)]
    ratios = "  ".join(f"{spent.bce_lint / max(one, 0.001):7.1f} x {name}" for name, one in others if one is not None)
    said = f"{counts.entry_points:7,} entry points {counts.calls:8,} calls {counts.evaluations:10,} evaluations"
    return f"{found.lines:7,} lines {said} {spent.memory:5.0f} MB {spent.bce_lint:7.2f} s {ratios}"


def table(shape: Shape, found: Sequence[Point]) -> str:
    """The figures of the projects of a shape, and how they grow; the first is the empty project."""
    nothing, *points = found
    sizes = [one.size for one in points]
    seconds = exponent(sizes, [one.spent.bce_lint - nothing.spent.bce_lint for one in points])
    steps = exponent(sizes, [one.counts.evaluations for one in points])
    head = f"{shape.name}: evaluations grow by the exponent {steps:.2f}, seconds by {seconds:.2f}"
    return "\n".join((head, *(f"  {one.size:5} {row(one)}" for one in points)))


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="measured beside the generated projects")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each kind; the shortest counts")
    args = parser.parse_args()
    for shape in SHAPES:
        print(table(shape, grown(shape, args.repeat)), flush=True)
    for folder in args.folders:
        print(f"{folder}\n        {row(point(folder, 1, args.repeat))}", flush=True)


if __name__ == "__main__":
    main()
