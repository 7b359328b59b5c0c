"""`python -m benchmarks.edits [--fresh [--counts]] [--edits N] [--seed S] FOLDER [FILE ...]`: what an edit costs.

Functions of the files (of all files, where none is named) are edited by turns, at seeded places: a comment above one, a statement in its
body (with a name of its own alone, or with names that stand elsewhere), a parameter more, an import more, a function or a value more at the
top of its file. In a process that stays, an
editor has the file open: after each edit the findings of the file are asked for in a workspace, and the file is as it was again. Told are
the seconds of the processor, and how many times as long a first answer takes in a new process. A sample of the answers is held against cold
ones. With `--fresh`, each answer is that of a new process of the command line, in a copy of the folder in which the edits stay; it is told
how much more it takes than one before which nothing was changed.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from statistics import median
from typing import Final, NamedTuple

from bce_lint.workspace import Workspace

_HEADER: Final = re.compile(r"^([ \t]*def .*)(\)(?: *->[^:]*)?:)[ \t]*$")
_IMPORT: Final = re.compile(r"(?:import|from(?! +__future__\b)) ")
_SAMPLE: Final = 10
"""Every so many edits the answer is held against that of a new workspace."""
_NEW: Final = re.compile(r"\b(edited|# a comment)\b")
Lines = list[str]


class _Place(NamedTuple):
    """A function of a file, by the numbers of its first line and of the first line of its body, from 0."""

    path: Path
    line: int
    body: int
    indent: str


def _comment(lines: Lines, at: _Place) -> Lines:
    return [*lines[: at.line], f"{' ' * (len(lines[at.line]) - len(lines[at.line].lstrip()))}# a comment", *lines[at.line :]]


def _statement(lines: Lines, at: _Place) -> Lines:
    return [*lines[: at.body], f"{at.indent}edited = 1", *lines[at.body :]]


def _known_names(lines: Lines, at: _Place) -> Lines:
    return [*lines[: at.body], f"{at.indent}model = loss = edited = None", *lines[at.body :]]


def _parameter(lines: Lines, at: _Place) -> Lines:
    return [*lines[: at.line], _HEADER.sub(r"\1, edited=None\2", lines[at.line]).replace("(, ", "("), *lines[at.line + 1 :]]


def _import(lines: Lines, at: _Place) -> Lines:
    first = next((row for row, line in enumerate(lines) if _IMPORT.match(line)), 0)
    return [*lines[:first], "import os as edited", *lines[first:]]


def _at_the_top(lines: Lines, at: _Place, *more: str) -> Lines:
    """Some lines more before the function or class at the top in which a place is."""
    row = next(row for row in range(at.line, -1, -1) if re.match(r"(?:async def|def|class) ", lines[row]))
    while row and lines[row - 1].startswith(("@", "#")):
        row -= 1
    return [*lines[:row], *more, "", "", *lines[row:]]


def _function(lines: Lines, at: _Place) -> Lines:
    return _at_the_top(lines, at, "def edited(x):", "    return x")


def _value(lines: Lines, at: _Place) -> Lines:
    return _at_the_top(lines, at, "edited = 1")


KINDS: Final[dict[str, Callable[[Lines, _Place], Lines]]] = {
    "comment": _comment, "statement in a body": _statement, "with names of others": _known_names, "parameter": _parameter,
    "import": _import, "function": _function, "value": _value,
}  # fmt: skip


def places_of(files: list[Path]) -> Iterator[_Place]:
    for path in files:
        try:
            text = path.read_text(encoding="utf-8")
            found = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
        except (SyntaxError, ValueError):
            continue
        lines = text.split("\n")
        for node in found:
            first = node.body[0].lineno - 1
            if first > node.lineno - 1 and not node.decorator_list:
                line = lines[first]
                yield _Place(path, node.lineno - 1, first, line[: len(line) - len(line.lstrip())])


def _taken(workspace: Workspace, path: Path) -> float:
    start = time.process_time()
    workspace.findings(path)
    return time.process_time() - start


def _edit(number: int, places: list[_Place], rng: Random) -> tuple[str, Path, str, str]:
    """The kind of an edit, the file, its text, and the text after it."""
    kind = list(KINDS)[number % len(KINDS)]
    while True:
        at = rng.choice(places)
        as_it_is = at.path.read_text(encoding="utf-8")
        text = "\n".join(KINDS[kind](as_it_is.split("\n"), at))
        text = _NEW.sub(rf"\g<1>{number}", text)
        if text != as_it_is:
            return kind, at.path.absolute(), as_it_is, text


class _Copy:
    """A copy of a folder, with answers of its own, in which the command line is run."""

    def __init__(self, folder: Path, beside: Path) -> None:
        self.folder = beside / "project"
        shutil.copytree(folder, self.folder, ignore=shutil.ignore_patterns(".git", ".bce_lint_cache", "__pycache__"))
        (self.folder / "pyproject.toml").touch()
        self._environment = {**os.environ, "BCE_LINT_CACHE_DIR": str(beside), "BCE_LINT_CACHE_KEY": "a benchmark", "BCE_LINT_NO_CACHE": ""}

    def lint(self, *options: str) -> tuple[str, float]:
        """What a new process says, and the seconds of the processor that it took."""
        command = [sys.executable, "-m", "bce_lint", "--output-format", "json", "--exit-zero", *options, "."]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(command, cwd=self.folder, env=self._environment, capture_output=True, text=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def fresh(folder: Path, files: list[Path], edits: int, rng: Random, options: list[str]) -> None:
    """Measures new processes, and prints."""
    with tempfile.TemporaryDirectory() as beside:
        copy = _Copy(folder, Path(beside))
        paths = [copy.folder / file for file in files] or sorted(copy.folder.rglob("*.py"))
        _, cold = copy.lint(*options)
        warm = min(copy.lint(*options)[1] for _ in range(3))
        took: dict[str, list[float]] = {kind: [] for kind in KINDS}
        different = compared = 0
        (copy.folder / "come_since.py").write_text("number = 1\n", encoding="utf-8")
        _, first = copy.lint(*options)  # from here on the state is kept
        for number in range(edits):
            kind, path, _, text = _edit(number, list(places_of(paths)), rng)
            path.write_text(text, encoding="utf-8")
            found, seconds = copy.lint(*options)
            took[kind].append(seconds)
            if number % _SAMPLE == 0:
                compared, different = compared + 1, different + (found != copy.lint("--no-cache", *options)[0])
        print(f"{folder}: {edits} edits of {len(paths)} files, each before a new process")
        print(f"  cold {cold:.2f} s, nothing changed {warm:.2f} s, the first change {first:.2f} s; above that where nothing changed:")
        _tell({kind: [one - warm for one in seconds] for kind, seconds in took.items()}, cold)
        print(f"  answers other than without a cache: {different} of {compared}")


def _tell(took: dict[str, list[float]], cold: float) -> None:
    for kind, seconds in took.items():
        if seconds:
            last = sorted(seconds)[max(0, -(-len(seconds) * 95 // 100) - 1)]
            print(f"  {kind:22} {median(seconds):6.2f} s   {median(seconds) / cold:5.2f} x; 95 of 100 within {last:.2f} s")


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.edits", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("files", nargs="*", type=Path, help="files in the folder, by their paths from it")
    parser.add_argument("--edits", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fresh", action="store_true", help="a new process for each")
    parser.add_argument("--counts", action="store_true", help="ask new processes for counts alone, for which no fixes are made")
    args = parser.parse_args()
    rng = Random(args.seed)
    if args.fresh:
        fresh(args.folder, args.files, args.edits, rng, ["--statistics"] if args.counts else [])
        return
    places = list(places_of([args.folder / file for file in args.files] or sorted(args.folder.rglob("*.py"))))
    workspace = Workspace(args.folder)
    took: dict[str, list[float]] = {kind: [] for kind in KINDS}
    cold: list[float] = []
    different = 0
    for number in range(args.edits):
        kind, path, as_it_is, text = _edit(number, places, rng)
        workspace.update(path, as_it_is)
        workspace.findings(path)
        workspace.update(path, text)
        took[kind].append(_taken(workspace, path))
        if number % _SAMPLE == 0:
            new = Workspace(args.folder)
            new.update(path, text)
            cold.append(_taken(new, path))
            different += new.findings(path) != workspace.findings(path)
        workspace.update(path, as_it_is)
    print(f"{args.folder}: {args.edits} edits of {len({place.path for place in places})} files, seed {args.seed}")
    print(f"  a first answer         {median(cold):6.2f} s")
    _tell(took, median(cold))
    print(f"  answers other than cold: {different} of {len(cold)}")


if __name__ == "__main__":
    main()
