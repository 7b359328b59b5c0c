"""The third reader: what the witness sees while a program runs."""

from __future__ import annotations

from pathlib import Path

from bce_lint import witness
from tests.planted.execute import run
from tests.planted.writer import Program

VALUES = frozenset({"BCE701", "BCE702"})
"""The codes that depend on the numbers of a run: no program is planted for them."""

Rows = frozenset[tuple[str, str, int]]
"""Findings: code, file and row."""


def witnessed(program: Program, folder: Path, codes: frozenset[str]) -> tuple[BaseException | None, Rows]:
    """What a program raised, if anything, and what the witness said of it, by the program's own file names.

    The folder holds the program's files: the witness reads them to say where something is.
    """
    with witness.watch(select=sorted(codes - VALUES)) as report:
        error = run(program, folder)
    rows = ((d.code, Path(d.location.path).resolve().relative_to(folder).as_posix(), d.location.start.row) for d in report.findings)
    return error, frozenset(rows)
