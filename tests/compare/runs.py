"""Runs a text under the witness as a file, and holds its findings against that run."""

from __future__ import annotations

from pathlib import Path

from bce_lint import engine
from bce_lint.compare import compare, read_report
from bce_lint.diagnostic import Diagnostic
from bce_lint.rules.registry import default_codes
from tests.witness.programs import run

CODES = default_codes() | {"BCE123"}


def compared(source: str, folder: Path, sample: int = 1) -> list[Diagnostic]:
    """The findings of a text, each with what one run of it says."""
    report = folder / "witness.json"
    report.write_text(run(source, folder, sample).report.text("json"), encoding="utf-8")
    return against(report, folder / "program.py")


def against(report: Path, *files: Path) -> list[Diagnostic]:
    """The findings of some files, each with what a report says."""
    static = engine.check(files, CODES).diagnostics
    return list(compare(read_report(str(report)), files, static, CODES).findings)


def verdicts(found: list[Diagnostic]) -> list[tuple[int, str, str]]:
    """The row, the code and the verdict of each finding."""
    return [(one.location.start.row, one.code, one.run_time.verdict) for one in found if one.run_time is not None]
