"""What comes of linting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from bce_lint.diagnostic import Diagnostic, Sinks, Unanalysed

if TYPE_CHECKING:
    from bce_lint.source.text import SourceText


class LintResult(NamedTuple):
    """The diagnostics of a run in order, the texts of the files that they mention, and the files that were parsed."""

    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, SourceText]
    parsed: tuple[str, ...] = ()
    revealed: tuple[str, ...] = ()
    """What is known at the calls of `reveal`, a line each."""
    unanalysed: tuple[Unanalysed, ...] = ()
    """The functions, of whichever file of the project, that were not analysed completely."""
    sinks: Sinks = Sinks()
    """The losses in the files, and how many of them the analysis came to."""
    unshown: int = 0
    """How many possible findings are left out."""


class Interrupted(KeyboardInterrupt):
    """The user stopped a run; `result` holds what was found until then."""

    def __init__(self, result: LintResult) -> None:
        super().__init__()
        self.result = result


def together(results: Sequence[LintResult]) -> LintResult:
    """The results of several projects as one."""
    diagnostics = sorted({d for r in results for d in r.diagnostics}, key=lambda d: d.sort_key)
    sources = {path: text for r in results for path, text in r.sources.items()}
    revealed = tuple(line for r in results for line in r.revealed)
    unanalysed = tuple(one for r in results for one in r.unanalysed)
    sinks = Sinks(sum(r.sinks.visited for r in results), sum(r.sinks.total for r in results))
    parsed = tuple(sorted(p for r in results for p in r.parsed))
    return LintResult(tuple(diagnostics), sources, parsed, revealed, unanalysed, sinks, sum(r.unshown for r in results))
