"""Who sees what is made at some places: a project is run once more, with an observer, as far as it may lead there."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import Final

from bce_lint import ir
from bce_lint.analysis.domain.tensor import SourceRange
from bce_lint.analysis.project.project import Project
from bce_lint.analysis.project.reachability import Reachability
from bce_lint.analysis.project.reuse import RunKey
from bce_lint.analysis.project.target_reachability import TargetReachability
from bce_lint.analysis.state.answers import Extent, FunctionName
from bce_lint.analysis.state.machine import RecordingObserver
from bce_lint.ir import Span

MOST_AGAIN: Final = 500
"""As many entry points that were cut short are run once more: in packages with fixes they come to 70, in transformers to thousands."""


class UsersRun(Project):
    """The run of a project that has run before, towards some places of its files. An entry point that came to its end there, and ran no
    function of these files, does so again: it is passed over, unless modules hold what is made at the places.

    What ran before counts as far as it ran for the `wanted` files: so the answers are the same whatever else was asked about.
    """

    def __init__(self, before: Project, observer: RecordingObserver, places: Collection[SourceRange], wanted: Collection[str]) -> None:
        self._ran_before, self._made_in = before, observer.targets
        self._ran_for = before.graph.closure(wanted) | {*wanted}
        self.too_many = 0
        """How many entry points were cut short and may lead to the places, if they are more than are run once more: then nothing is."""
        modules = {path: before.as_written(path) for path in observer.targets}
        around = [(path, None if (one := modules[path]) is None else _definition(one.body, span.start)) for path, span in places]
        self._loose = {path for path, name in around if name is None}
        """The files in which a place stands in code that runs as they are imported, or in a function that is no definition at their top."""
        self._within = {path: {name for other, name in around if other == path and name} for path in observer.targets - self._loose}
        self._around: set[str] = set()
        """The files that may have from a module what is made at the places."""
        self._may: dict[FunctionName, bool] = {}
        super().__init__(before.root, before.summaries, before.texts, observer, before=before)

    def _towards(self, targets: frozenset[str], known: Reachability | None) -> TargetReachability:
        return TargetReachability(self.graph, targets, known, self._within)

    def _first_bodies(self, starts: list[str]) -> list[str]:
        """Those that did not run before, those that may hold what is made, and those whose modules change others."""
        rest = ((path, one) for (_, path, _), one in self._extents.items() if one.files.isdisjoint(self._made_in))
        leading = {*starts}
        again = sum(path in leading and self._may_see(one) for path, one in rest)
        if again > MOST_AGAIN:
            self.too_many = again
            return []
        loads, kinds = self._ran_before.loads, {path: "run_body" if self.reachability.body(path) else "_load_body" for path in starts}
        holding = self._loose | {path for path, extent in loads.extents.items() if self._may_see(extent)}
        holding |= {path for path in starts if path not in loads.extents or path not in self._ran_for}
        self._around |= self.graph.closure(holding) | holding
        self._around |= {path for path in starts if self._may_see(self._extents.get((kinds[path], path, 0), Extent()))}
        return [path for path in starts if path in self._around or path in loads.contesting]

    def _passes_over(self, kind: str, path: str, start: int) -> bool:
        if self.too_many or path in self._around:
            return self.too_many > 0
        extent = self._extents.get((kind, path, start))
        if extent is not None:
            return not self._may_see(extent)
        called = path not in self._made_in and (path, start) in self._called
        return kind == "run_open" or (kind == "run_candidate" and called)

    def _may_see(self, extent: Extent) -> bool:
        """True if a run may have seen what is made at the places, or would have had it come further."""
        return not extent.known or not extent.files.isdisjoint(self._made_in) or any(map(self._may_lead, extent.cut))

    def _may_lead(self, function: FunctionName) -> bool:
        """True if a function may lead to the places, or what stands in a function."""
        if function not in self._may:
            assert isinstance(self.reachability, TargetReachability), "it leads towards places"
            self._may[function] = not function.name or self.reachability.may_lead(*function)
        return self._may[function]

    @cached_property
    def _extents(self) -> dict[RunKey, Extent]:
        real, ran = self._ran_before.real, self._ran_before.extents
        return {(kind, path, real.span(path, Span(at, at)).start): one for (kind, path, at), one in ran.items() if path in self._ran_for}

    @cached_property
    def _called(self) -> set[tuple[str, int]]:
        """Where the functions begin that some call entered."""
        real = self._ran_before.real
        return {(path, real.span(path, span).start) for path, span in self._ran_before.answer.reached if path in self._ran_for}


def _definition(body: ir.Body, place: int) -> str | None:
    """The name of the definition at the top of a file in which some code runs when a function is called; None for other code."""
    top = around = _last(body, place)
    while isinstance(around, ir.ClassDef):
        around = _last(around.body, place)
    inner = around.function.body if isinstance(around, ir.FunctionDef) else ()
    if not inner or place < inner[0].span.start:
        return None
    return top.name if isinstance(top, ir.ClassDef) else top.function.name if isinstance(top, ir.FunctionDef) else None


def _last(body: ir.Body, place: int) -> ir.Stmt | None:
    """The last statement of a block that begins before a place."""
    return next((one for one in reversed(body) if _start(one) <= place), None)


def _start(statement: ir.Stmt) -> int:
    decorated = statement.function if isinstance(statement, ir.FunctionDef) else statement
    decorators = decorated.decorators if isinstance(decorated, ir.Function | ir.ClassDef) else ()
    return min([statement.span.start, *(one.span.start for one in decorators)])
