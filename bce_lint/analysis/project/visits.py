"""The sinks of a project's files, and which of them no run came to."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Place
from bce_lint.analysis.interpreter.entry_points import Candidate, LeadsToLoss, candidates
from bce_lint.analysis.project import sinks
from bce_lint.analysis.project.index import FileSummary
from bce_lint.analysis.state.answers import EntryAnswer
from bce_lint.analysis.state.frames import LoweredFile
from bce_lint.diagnostic import Sinks


class Visits:
    """The functions of files that may lead to a loss, and the places of the sinks by what they stand in, each looked for once."""

    def __init__(self, leads: LeadsToLoss) -> None:
        self.leads = leads
        self._candidates: dict[str, list[Candidate]] = {}
        self._known: dict[str, list[tuple[Candidate | None, list[ir.Span]]]] = {}

    def go_on(self, before: Visits, same: Callable[[str], bool]) -> None:
        """Takes over what is known of files that are the same, where the same leads to losses."""
        self._candidates.update({path: found for path, found in before._candidates.items() if same(path)})
        self._known.update({path: found for path, found in before._known.items() if same(path)})

    def candidates(self, unit: LoweredFile) -> list[Candidate]:
        """The functions of a file that may lead to a loss, in the order in which they run."""
        if unit.path not in self._candidates:
            self._candidates[unit.path] = candidates(unit, self.leads)
        return self._candidates[unit.path]

    def of(self, unit: LoweredFile, summary: FileSummary) -> list[tuple[Candidate | None, list[ir.Span]]]:
        """The sinks of each function that may lead to a loss, and of the code around them."""
        if unit.path not in self._known:
            self._known[unit.path] = list(self._found(unit, summary))
        return self._known[unit.path]

    def _found(self, unit: LoweredFile, summary: FileSummary) -> Iterator[tuple[Candidate | None, list[ir.Span]]]:
        held = sinks.holding(summary.data)
        if not sinks.may_have(summary.data, held):
            return
        at = sinks.offsets(unit.text, held)
        if unit.edited is not None:
            at = [unit.edited.number(offset) for offset in at]
        for candidate in self.candidates(unit):
            version = unit.version(candidate.function)
            function = candidate.function if version is None else version.function
            first = bisect_left(at, candidate.function.span.end)
            body = function.body if first < len(at) else ()
            if body and at[first] < body[-1].span.end and (found := [one.span for one in sinks.sinks_in(body, held, at)]):
                yield candidate, found
        if self.leads.body(unit.path):
            yield None, [one.span for one in sinks.sinks_in(unit.module.body, held, at, functions=False)]

    def reopened(self, unit: LoweredFile, summary: FileSummary, answer: EntryAnswer) -> Iterator[Candidate]:
        """The functions in which there is a sink that no run has visited so far, and the methods of a class whose constructor has one:
        an attribute of theirs may hold it."""
        rows = [(candidate, found) for candidate, found in self.of(unit, summary) if candidate is not None]
        left = [candidate for candidate, found in rows if not answer.visited.issuperset([(unit.address, span) for span in found])]
        constructed = {id(one.owner) for one in left if one.owner is not None and one.function.name == "__init__"}
        for candidate, _ in rows:
            if candidate in left or id(candidate.owner) in constructed:
                yield candidate

    def count(self, units: Iterable[tuple[LoweredFile, FileSummary]], answer: EntryAnswer) -> tuple[Sinks, list[Place]]:
        """How many of the sinks of some files were visited, and the places of the others."""
        total, left = 0, []
        for unit, summary in units:
            for _, found in self.of(unit, summary):
                total += len(found)
                left += [_place(unit, span) for span in found if (unit.address, span) not in answer.visited]
        return Sinks(total - len(left), total), left


def _place(unit: LoweredFile, span: ir.Span) -> Place:
    return Place(unit.path, span, " ".join(unit.quoted(span).split()))
