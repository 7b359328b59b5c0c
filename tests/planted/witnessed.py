"""The third reader: what the witness sees while a program runs. It plugs in here."""

from __future__ import annotations

from tests.planted.writer import Program

Rows = frozenset[tuple[str, str, int]]
"""Findings: code, file and row."""


def witnessed(program: Program) -> Rows | None:
    """What the witness says of a program that it watches, by the program's own file names; None where it is not asked.

    `execute.run` runs a program; `execute.importable` makes its files modules, whose code bears their names in the program.
    """
    return None


def visible(code: str, context: str) -> bool:
    """Whether a run on this machine can show a code at all: what CUDA's autocast bans is not seen without CUDA."""
    return not (code == "BCE102" and context == "cuda autocast")
