"""Runs a text under the witness, as a file of its own."""

from __future__ import annotations

import contextlib
import io
import warnings
from pathlib import Path
from typing import NamedTuple

from bce_lint.rules.registry import default_codes
from bce_lint.witness.report import Report
from bce_lint.witness.watching import watching


class Run(NamedTuple):
    """What was reported, the text that ran, and the exception that ended it."""

    report: Report
    source: str
    error: BaseException | None

    @property
    def rows(self) -> list[tuple[str, str]]:
        """The text of each line that is reported, and the code."""
        lines = self.source.split("\n")
        return [(lines[one.location.start.row - 1], one.code) for one in self.report.findings]

    @property
    def codes(self) -> list[str]:
        """The codes that are reported, in order of their places."""
        return [one.code for one in self.report.findings]


def run(source: str, folder: Path, sample: int = 1) -> Run:
    """Runs a text as `program.py` in a folder."""
    path = folder / "program.py"
    path.write_text(source, encoding="utf-8")
    namespace = {"__name__": "__main__", "__file__": str(path)}
    error: BaseException | None = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with watching(sample, codes=default_codes() | {"BCE123"}) as report, contextlib.redirect_stdout(io.StringIO()):
            try:
                exec(compile(source, str(path), "exec"), namespace)
            except Exception as raised:
                error = raised
    return Run(report, source, error)
