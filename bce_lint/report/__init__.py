"""Diagnostics as text: pure functions, one for each output format."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from bce_lint.diagnostic import Diagnostic
from bce_lint.report.concise import concise
from bce_lint.report.full import full
from bce_lint.report.json import as_json
from bce_lint.source.text import SourceText

FORMATS: Final[Mapping[str, Callable[[Sequence[Diagnostic], Mapping[str, SourceText], bool], str]]] = {
    "full": full,
    "concise": lambda diagnostics, _, unsafe: concise(diagnostics, unsafe),
    "json": lambda diagnostics, *_: as_json(diagnostics),
}
"""The output formats by name; they take the texts that a code frame may quote, and whether unsafe fixes count as fixes."""
