"""Who sees what is made at some places: a project is run once more, with an observer, as far as it may lead there."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

from bce_lint import ir
from bce_lint.analysis.domain.tensor import SourceRange
from bce_lint.analysis.project.project import Project
from bce_lint.analysis.project.reuse import RunKey
from bce_lint.analysis.state.machine import RecordingObserver
from bce_lint.ir import Span
from bce_lint.ir.walk import AnyNode, below, children


class UsersRun(Project):
    """The run of a project that has run before, towards some places of its files. An entry point that came to its end there, and ran no
    function of these files, does so again: it is passed over, unless modules hold what is made at the places."""

    def __init__(self, before: Project, observer: RecordingObserver, places: Collection[SourceRange]) -> None:
        super().__init__(before.root, before.summaries, before.texts, observer, before=before)
        self._ran_before, self._made_in, self._places = before, observer.targets, places
        self._around: set[str] = set()
        """The files that may have from a module what is made at the places."""

    def _first_bodies(self, starts: list[str]) -> list[str]:
        """Those that did not run before, those that may hold what is made, and those whose modules change others."""
        unknown = {path for path in starts if ("run_body" if self.reachability.body(path) else "_load_body", path, 0) not in self._entered}
        holding = unknown | self._holding()
        self._around |= (self.graph.closure(holding) | holding) if holding else holding
        return [path for path in starts if path in self._around or path in self._ran_before.loads.contesting]

    def _holding(self) -> set[str]:
        """The files whose modules made something at the places, or ran a function of their files."""
        before = self._ran_before
        inner = {path: _in_functions(before.as_written(path)) for path in self._made_in}
        found = {path for path, span in self._places if span not in inner[path]}
        found |= {path for path, entered in before.loads.entered.items() if not entered.isdisjoint(self._made_in)}
        bodies = ((path, entered) for (kind, path, _), entered in before.entered.items() if kind == "run_body")
        return found | {path for path, entered in bodies if entered is None or not entered.isdisjoint(self._made_in)}

    def _passes_over(self, kind: str, path: str, start: int) -> bool:
        if path in self._around:
            return False
        if (kind, path, start) in self._entered:
            entered = self._entered[kind, path, start]
            return entered is not None and entered.isdisjoint(self._made_in)
        called = path not in self._made_in and (path, start) in self._called
        return kind == "run_open" or (kind == "run_candidate" and called)

    @cached_property
    def _entered(self) -> dict[RunKey, frozenset[str] | None]:
        real = self._ran_before.real
        return {(kind, path, real.span(path, Span(at, at)).start): one for (kind, path, at), one in self._ran_before.entered.items()}

    @cached_property
    def _called(self) -> set[tuple[str, int]]:
        """Where the functions begin that some call entered."""
        real = self._ran_before.real
        return {(path, real.span(path, span).start) for path, span in self._ran_before.answer.reached}


def _in_functions(module: ir.Module | None) -> set[Span]:
    """The places of what stands in the bodies of functions."""
    found: set[Span] = set()
    waiting: list[AnyNode] = [] if module is None else [module]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ir.FunctionDef):
            found.update(inner.span for one in node.function.body for inner in below(one) if isinstance(inner, ir.Expr))
        waiting += children(node) if not isinstance(node, ir.FunctionDef) else ()
    return found
