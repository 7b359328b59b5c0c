"""From the sites of a project to what a user is told: the rules judge them, fixes are made for what they say, and rows and columns
take the place of offsets."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import compress
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from bce_lint.analysis.domain.conditions import in_words
from bce_lint.analysis.state.unfinished import CALLER_SPENT
from bce_lint.asked_fixes import ForOthers
from bce_lint.diagnostic import (
    DISPLAY_ONLY,
    SAFE,
    TOO_LARGE,
    UNREADABLE,
    UNSAFE,
    UNUSED_NOQA,
    Diagnostic,
    Edit,
    Fix,
    Label,
    Location,
    Position,
    Unanalysed,
    shortened,
)
from bce_lint.ir import Span
from bce_lint.records import changed
from bce_lint.rules.by_file import EVERY
from bce_lint.rules.judge import judge, unranked
from bce_lint.rules.possible import possible
from bce_lint.rules.registry import BY_CODE, default_codes
from bce_lint.source.documents import readable
from bce_lint.source.suppress import suppressed
from bce_lint.source.text import is_notebook

if TYPE_CHECKING:
    from bce_lint.analysis.domain.tensor import Place
    from bce_lint.analysis.project.project import Project
    from bce_lint.analysis.state.unfinished import Unfinished
    from bce_lint.asked_fixes import KnownOf
    from bce_lint.fixes.brought import Heard
    from bce_lint.fixes.recorded_project import RecordedProject
    from bce_lint.rules.by_file import Selection
    from bce_lint.rules.judge import Judged
    from bce_lint.source.text import SourceText

    Inspect: TypeAlias = Callable[[Project, list[Judged]], list[Judged]]
    """Looks at the findings of a project with their fixes, and gives those that are to be told."""

MAX_MESSAGE = 1_000
"""The most characters of a message: what it quotes of the source can be as long as a file."""


class Heeded(NamedTuple):
    """The findings that are told, and how many possible ones are not, as nobody asked for those."""

    told: list[Judged]
    unshown: int = 0


def tell(
    project: Project,
    wanted: set[str],
    shown: Mapping[str, str],
    selected: Selection,
    noqa: bool,
    fixes: bool | ForOthers,
    inspect: Inspect | None = None,
    related: bool = False,
) -> Heeded:
    """The findings whose place lies in some files, as the file of each has selected them; with `related`, those that have a label there
    as well; with their fixes, if `fixes` asks for those. Of a run that the user stops, those of what was finished, without fixes."""
    try:
        project.run(wanted)
    except KeyboardInterrupt:
        project.interrupted = True
    sites = project.sites_in(wanted)
    judged = judge(sites, EVERY)
    judged += possible(sites, judged)
    judged = [one for one in judged if any(place.path in wanted for place in (one.places if related else (one.place,)))]
    found = [_weighed(one, selected) for one in judged if selected.tells(one.place.path, one.rule.code)]
    heeded = [one for one in found if not noqa or not _silenced(project, one)]
    told = [one for one in heeded if not one.under or selected.of(one.place.path).possible]
    unshown = len(heeded) - len(told)
    if project.interrupted:
        return Heeded(told, unshown)
    try:
        idle = _unused_noqa(project, wanted, found, selected) if noqa else []
        if not fixes or not (told or idle):
            return Heeded([*told, *(one._replace(fix=None) for one in idle)], unshown)
        known = _are_known(project, told, fixes.known, shown) if isinstance(fixes, ForOthers) else [False] * len(told)
        unknown = [one for one, is_known in zip(told, known, strict=True) if not is_known]
        planned = _with_fixes(project, unknown, shown, wanted) if unknown else []
        told = [*(_trusted(one, selected) for one in (*planned, *idle)), *(one._replace(fix=None) for one in compress(told, known))]
        return Heeded(told if inspect is None else inspect(project, told), unshown)
    except KeyboardInterrupt:
        project.interrupted = True
        return Heeded(told, unshown)


def _unused_noqa(project: Project, wanted: set[str], found: list[Judged], selected: Selection) -> list[Judged]:
    """The comments that silence nothing, in files that ask for that and were analysed completely."""
    asking = {path for path in wanted if selected.tells(path, UNUSED_NOQA)}
    if not asking:
        return []
    from bce_lint.fixes.unused_noqa import unused

    cut = {one.path for one in _unfinished(project)}
    told: list[Judged] = []
    for path in sorted(asking - cut):
        if path not in project.summaries or b"noqa" not in project.summaries[path].raw.lower():
            continue
        project.check_syntax(path)
        source = project.source(path)
        if source is not None and path not in project.problems:
            told += unused(source, [one for one in found if one.place.path == path], partial(selected.tells, path))
    return [_weighed(one, selected) for one in told if not _silenced(project, one)]


def _weighed(one: Judged, selected: Selection) -> Judged:
    """A finding as bad as its file says; what is only possible is told and no more, whatever the rule."""
    if one.under:
        return one
    level = selected.of(one.place.path).severity.get(one.rule.code)
    return one if level is None else one._replace(own_severity=level)


def _trusted(one: Judged, selected: Selection) -> Judged:
    """A finding whose fix is trusted as far as its file says; one for display only stays that."""
    fix, rules = one.fix, selected.of(one.place.path)
    if fix is None or fix.applicability == DISPLAY_ONLY:
        return one
    level = SAFE if one.rule.code in rules.safe else UNSAFE if one.rule.code in rules.unsafe else fix.applicability
    return one._replace(fix=changed(fix, applicability=level))


def heard(project: Project, selected: Selection) -> Heard:
    """What the rules say of all that was met in a project, whatever a comment silences: those that a file selects, and the usual ones."""
    from bce_lint.fixes.brought import Heard

    sites = project.all_sites()
    further = [other.all_sites() for other in project.others] if project.answer.unfinished else []
    usual = default_codes()
    spoken = tuple(one for one in judge(sites, EVERY) if one.rule.code in usual or selected.tells(one.place.path, one.rule.code))
    return Heard(spoken, tuple(unranked(sites)), lambda: tuple(one for sites in further for one in unranked(sites)))


def _silenced(project: Project, judged: Judged) -> bool:
    source = project.source(judged.place.path)
    return source is not None and _silent(project, judged.place.path, source.position(judged.place.span.start).row, judged.rule.code)


def _silent(project: Project, path: str, row: int, code: str) -> bool:
    """True if a comment silences a code in a row of a file."""
    source = project.source(path)
    return source is not None and suppressed(source, row, code)


def _with_fixes(project: Project, told: list[Judged], shown: Mapping[str, str], wanted: set[str]) -> list[Judged]:
    from bce_lint.analysis.recording.uses import UseRecorder
    from bce_lint.fixes.plan import Planner
    from bce_lint.fixes.recorded_project import RecordedProject

    planner = Planner(RecordedProject(project, UseRecorder()), partial(_recorded, project, told, wanted))
    return [one._replace(fix=_within(planner.fix(one, partial(_silent, project)), shown)) for one in told]


def _recorded(project: Project, told: list[Judged], wanted: set[str]) -> RecordedProject:
    """A run that has seen who uses what the fixes of some findings in some files would change."""
    from bce_lint.analysis.project.users import UsersRun
    from bce_lint.analysis.recording.uses import UseRecorder
    from bce_lint.fixes.plan import targets
    from bce_lint.fixes.recorded_project import RecordedProject

    places = targets(told)
    uses = UseRecorder(frozenset(path for path, _ in places))
    recorded = UsersRun(project, uses, places, wanted)
    recorded.run(uses.targets)
    project.others.append(recorded)
    return RecordedProject(recorded, uses, recorded.too_many)


def _within(fix: Fix | None, shown: Mapping[str, str]) -> Fix | None:
    """A fix, for display only where it would change files that were not given; all that it changes are named."""
    if fix is None or all(path in shown for path in fix.paths):
        return fix
    from bce_lint.fixes import places

    return fix.shown_only(f"{fix.message}; it changes {', '.join(sorted(map(places.shown, fix.paths)))}: give all of them")


def diagnostic(project: Project, shown: Mapping[str, str], judged: Judged) -> Diagnostic:
    """A finding as the user is told it."""
    rule = judged.rule
    labels = tuple(Label(text, location(project, place, shown)) for text, place in judged.labels)
    fix = None if judged.fix is None else _named_fix(project, judged.fix, shown)
    place = location(project, judged.place, shown)
    condition = in_words(judged.under, lambda test: _named_row(project, test, shown))
    message = shortened(f"possible, {condition}: {judged.message}" if condition else judged.message, MAX_MESSAGE)
    return Diagnostic(rule.code, rule.name, message, place, judged.severity, labels, fix, judged.verification, condition=condition)


def _named_row(project: Project, place: Place, shown: Mapping[str, str]) -> str:
    """The file and the row of a place."""
    return f"{named(place.path, shown)}:{location(project, place, shown).line}"


def leaving_out(known: KnownOf, shown: Mapping[str, str], further: Inspect | None = None) -> Inspect:
    """Looks at the findings of a project, and leaves out those that are known; `further` looks at the others."""

    def _left(project: Project, told: list[Judged]) -> list[Judged]:
        left = [one for one, is_known in zip(told, _are_known(project, told, known, shown), strict=True) if not is_known]
        return further(project, left) if further is not None and left else left

    return _left


def _are_known(project: Project, told: list[Judged], known: KnownOf, shown: Mapping[str, str]) -> list[bool]:
    """For each finding of a project whether it is known."""
    texts = {named(path, shown): source for path in {one.place.path for one in told} if (source := project.source(path)) is not None}
    return known([diagnostic(project, shown, one._replace(fix=None)) for one in told], texts, project.root)


def location(project: Project, place: Place, shown: Mapping[str, str]) -> Location:
    """A place in rows and columns."""
    source = project.source(place.path)
    assert source is not None, "a place comes from a file that was read"
    return source.told(source.location(place.span))._replace(path=named(place.path, shown))


def _named_fix(project: Project, fix: Fix, shown: Mapping[str, str]) -> Fix:
    """A fix whose files have the names that the user knows."""
    edits = [_told_edit(project, edit, shown) for edit in fix.edits]
    return changed(fix, message=shortened(fix.message, MAX_MESSAGE), edits=tuple(edits))


def _told_edit(project: Project, edit: Edit, shown: Mapping[str, str]) -> Edit:
    """An edit of the analysis as the user is told it."""
    path, source = edit.location.path, project.source(edit.location.path)
    told = edit if source is None else source.told_edit(edit)
    return told._replace(location=told.location._replace(path=named(path, shown)))


def problems(project: Project, wanted: set[str], shown: Mapping[str, str], selected: Selection) -> list[Diagnostic]:
    """What kept files from being analysed, or would have if anything had led there."""
    for path in () if project.interrupted else sorted(wanted):
        if selected.tells(path, UNREADABLE):
            project.check_syntax(path)
    found = [(path, *problem) for path in sorted(wanted) for problem in _problems_in(project, path)]
    return [
        _problem(code, message, where._replace(path=named(path, shown)), selected.of(path).severity)
        for path, code, message, where in found
        if selected.tells(path, code)
    ]


def _problems_in(project: Project, path: str) -> Iterator[tuple[str, str, Location]]:
    """What is wrong with a file, or with cells of a notebook, and where."""
    source = project.sources.get(path)
    if (problem := project.problems.get(path)) is not None:
        place = Position(problem.row, problem.column)
        where = Location(path, place, place)
        yield problem.code, problem.message, where if source is None else source.told(where)
    elif is_notebook(path) and (source := project.source(path)) is not None:
        for one in source.broken:
            place = Position(one.row, one.column)
            yield TOO_LARGE if one.too_large else UNREADABLE, one.message, Location(path, place, place, one.number)


def quoted_texts(project: Project, told: list[Judged], wanted: set[str]) -> Iterator[tuple[str, SourceText]]:
    """The texts that findings are shown with: of the files of their places and fixes, and of those that could not be analysed."""
    seen = {path for one in told for path in (*(place.path for place in one.places), *(one.fix.paths if one.fix else ()))}
    yield from ((path, source) for path in sorted(seen) if (source := project.source(path)) is not None)
    unread = project.problems.keys() | {path for path in wanted if is_notebook(path) and (one := project.source(path)) and one.broken}
    for path in sorted((wanted & unread & project.summaries.keys()) - seen):
        yield path, readable(project.summaries[path].raw, path)


def unanalysed(project: Project, shown: Mapping[str, str]) -> tuple[Unanalysed, ...]:
    """The functions that the run of a project did not come to the end of, in whichever of its files, in order."""
    left = _unfinished(project)
    return tuple(sorted(_unanalysed(project, shown, one) for one in left))


def _unanalysed(project: Project, shown: Mapping[str, str], one: Unfinished) -> Unanalysed:
    source = project.source(one.path)
    where = None if source is None else source.told(source.location(project.real.span(one.path, Span(one.start, one.start))))
    row, cell = (1, None) if where is None else (where.start.row, where.cell)
    return Unanalysed(named(one.path, shown), row, one.name, one.reason, cell)


def _unfinished(project: Project) -> list[Unfinished]:
    entered = {(path, span.start) for path, span in project.answer.reached}
    return [one for key, one in project.answer.unfinished.items() if one.reason != CALLER_SPENT or key not in entered]


def _problem(code: str, message: str, where: Location, severity: Mapping[str, str]) -> Diagnostic:
    return Diagnostic(code, BY_CODE[code].name, shortened(message, MAX_MESSAGE), where, severity.get(code, "error"))


def named(path: str, shown: Mapping[str, str]) -> str:
    """The name of a file as the user knows it."""
    return shown.get(path) or _display(path)


def _display(path: str) -> str:
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative
