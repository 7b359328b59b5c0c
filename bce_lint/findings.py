"""From the sites of a project to what a user is told: the rules judge them, fixes are made for what they say, and rows and columns
take the place of offsets."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from bce_lint.analysis.state.unfinished import CALLER_SPENT
from bce_lint.diagnostic import UNREADABLE, Diagnostic, Fix, Label, Location, Position, Unanalysed, shortened
from bce_lint.records import changed
from bce_lint.rules.judge import judge, unranked
from bce_lint.rules.registry import BY_CODE, default_codes
from bce_lint.source.suppress import suppressed

if TYPE_CHECKING:
    from bce_lint.analysis.domain.tensor import Place
    from bce_lint.analysis.project.project import Project
    from bce_lint.fixes.brought import Heard
    from bce_lint.fixes.recorded_project import RecordedProject
    from bce_lint.rules.judge import Judged

    Inspect: TypeAlias = Callable[[Project, list[Judged]], list[Judged]]
    """Looks at the findings of a project with their fixes, and gives those that are to be told."""

MAX_MESSAGE = 1_000
"""The most characters of a message: what it quotes of the source can be as long as a file."""


class FixOptions(NamedTuple):
    """Which fixes may be applied: unsafe ones too, or only safe ones; those of the `fixable` codes; who looks at them first; and
    the paths that the command named: a link that leads out of its project is fixed below one of these alone."""

    unsafe: bool
    fixable: frozenset[str]
    inspect: Inspect | None = None
    named: tuple[str, ...] = ()


def tell(
    project: Project,
    wanted: set[str],
    shown: Mapping[str, str],
    codes: frozenset[str],
    noqa: bool,
    fixes: bool,
    inspect: Inspect | None = None,
) -> list[Judged]:
    """The findings that some files have a part in."""
    project.run(wanted)
    found = [one for one in judge(project.sites_in(wanted), codes) if any(place.path in wanted for place in one.places)]
    told = [one for one in found if not noqa or not _silenced(project, one)]
    if not fixes or not told:
        return told
    told = _with_fixes(project, told, shown)
    return told if inspect is None else inspect(project, told)


def heard(project: Project, codes: frozenset[str]) -> Heard:
    """What the rules say of all that was met in a project, whatever a comment silences: those of some codes and of the usual ones."""
    from bce_lint.fixes.brought import Heard

    sites = project.all_sites()
    further = [other.all_sites() for other in project.others] if project.machine.unfinished else []
    spoken = tuple(judge(sites, codes | default_codes()))
    return Heard(spoken, tuple(unranked(sites)), lambda: tuple(one for sites in further for one in unranked(sites)))


def _silenced(project: Project, judged: Judged) -> bool:
    source = project.source(judged.place.path)
    return source is not None and _silent(project, judged.place.path, source.position(judged.place.span.start).row, judged.rule.code)


def _silent(project: Project, path: str, row: int, code: str) -> bool:
    """True if a comment silences a code in a row of a file."""
    source = project.source(path)
    return source is not None and suppressed(source, row, code)


def _with_fixes(project: Project, told: list[Judged], shown: Mapping[str, str]) -> list[Judged]:
    from bce_lint.analysis.recording.uses import UseRecorder
    from bce_lint.fixes.plan import Planner
    from bce_lint.fixes.recorded_project import RecordedProject

    planner = Planner(RecordedProject(project, UseRecorder()), partial(_recorded, project, told))
    return [one._replace(fix=_within(planner.fix(one, partial(_silent, project)), shown)) for one in told]


def _recorded(project: Project, told: list[Judged]) -> RecordedProject:
    """A run that has seen who uses what the fixes of some findings would change."""
    from bce_lint.analysis.project.project import Project
    from bce_lint.analysis.recording.uses import UseRecorder
    from bce_lint.fixes.plan import targets
    from bce_lint.fixes.recorded_project import RecordedProject

    uses = UseRecorder(targets(told))
    recorded = Project(project.root, project.summaries, project.texts, uses, before=project)
    recorded.run(uses.targets)
    project.others.append(recorded)
    return RecordedProject(recorded, uses)


def _within(fix: Fix | None, shown: Mapping[str, str]) -> Fix | None:
    """A fix, for display only where it would change files that were not given; all that it changes are named."""
    if fix is None or all(path in shown for path in fix.paths):
        return fix
    from bce_lint.fixes import places

    return fix.shown_only(f"{fix.message}; it changes {', '.join(sorted(map(places.shown, fix.paths)))}: give all of them")


def diagnostic(project: Project, shown: Mapping[str, str], judged: Judged) -> Diagnostic:
    """A finding as the user is told it."""
    rule = judged.rule
    labels = tuple(Label(text, _location(project, place, shown)) for text, place in judged.labels)
    fix = None if judged.fix is None else _named_fix(judged.fix, shown)
    place = _location(project, judged.place, shown)
    message = shortened(judged.message, MAX_MESSAGE)
    return Diagnostic(rule.code, rule.name, message, place, judged.severity, labels, fix, judged.verification)


def _location(project: Project, place: Place, shown: Mapping[str, str]) -> Location:
    source = project.source(place.path)
    assert source is not None, "a place comes from a file that was read"
    return source.location(place.span)._replace(path=named(place.path, shown))


def _named_fix(fix: Fix, shown: Mapping[str, str]) -> Fix:
    """A fix whose files have the names that the user knows."""
    edits = [edit._replace(location=edit.location._replace(path=named(edit.location.path, shown))) for edit in fix.edits]
    return changed(fix, message=shortened(fix.message, MAX_MESSAGE), edits=tuple(edits))


def problems(project: Project, wanted: set[str], shown: Mapping[str, str], codes: frozenset[str]) -> list[Diagnostic]:
    """What kept files from being analysed, or would have if anything had led there."""
    if UNREADABLE in codes:
        for path in sorted(wanted):
            project.check_syntax(path)
    found = [(path, project.problems[path]) for path in sorted(wanted) if path in project.problems]
    return [_problem(named(path, shown), problem) for path, problem in found if problem[0] in codes]


def unanalysed(project: Project, shown: Mapping[str, str]) -> tuple[Unanalysed, ...]:
    """The functions that the run of a project did not come to the end of, in whichever of its files, in order."""
    entered = {(path, span.start) for path, span in project.machine.reached}
    left = [one for key, one in project.machine.unfinished.items() if one.reason != CALLER_SPENT or key not in entered]
    told = (Unanalysed(named(one.path, shown), _row(project, one.path, one.start), one.name, one.reason) for one in left)
    return tuple(sorted(told))


def _row(project: Project, path: str, start: int) -> int:
    source = project.source(path)
    return 1 if source is None else source.position(start).row


def _problem(shown: str, problem: tuple[str, str, int, int]) -> Diagnostic:
    code, message, row, column = problem
    place = Position(row, column)
    return Diagnostic(code, BY_CODE[code].name, shortened(message, MAX_MESSAGE), Location(shown, place, place))


def named(path: str, shown: Mapping[str, str]) -> str:
    """The name of a file as the user knows it."""
    return shown.get(path) or _display(path)


def _display(path: str) -> str:
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative
