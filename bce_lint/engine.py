"""The whole pipeline: files in, diagnostics out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from bce_lint.diagnostic import Diagnostic, Edit, Fix, Label, Location, Position
from bce_lint.records import changed
from bce_lint.source.projects import by_root, package_of, project_files, root_of

if TYPE_CHECKING:
    from bce_lint.analysis.domain.tensor import Place
    from bce_lint.analysis.project.project import Project
    from bce_lint.cache import Cache
    from bce_lint.fixes.edit import Rewrite
    from bce_lint.fixes.outcome import Outcome
    from bce_lint.fixes.program import Program
    from bce_lint.ir import Span
    from bce_lint.rules.judge import Judged
    from bce_lint.source.projects import Root
    from bce_lint.source.text import SourceText


class Result(NamedTuple):
    """The diagnostics of a run in order, the texts of the files that they mention, and the files that were parsed."""

    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, SourceText]
    parsed: tuple[str, ...] = ()
    revealed: tuple[str, ...] = ()
    """What is known at the calls of `reveal`, a line each."""


def check(
    files: Sequence[Path], codes: frozenset[str], fixes: bool = False, inspect: Inspect | None = None, cache: Cache | None = None
) -> Result:
    """Lints files; a finding is given when its place or one of its labels lies in one of them. `fixes` asks for their fixes too,
    and `inspect` looks at them. What a `cache` knows is not analysed again; what was inspected is not kept."""
    shown = shown_paths(files)
    kept = cache if inspect is None else None
    results = [_check_root(root, paths, shown, codes, fixes, inspect, kept) for root, paths in by_root(shown)]
    diagnostics = sorted({d for r in results for d in r.diagnostics}, key=lambda d: d.sort_key)
    sources = {path: text for r in results for path, text in r.sources.items()}
    revealed = tuple(line for r in results for line in r.revealed)
    return Result(tuple(diagnostics), sources, tuple(sorted(p for r in results for p in r.parsed)), revealed)


def shown_paths(files: Iterable[Path]) -> dict[str, str]:
    """Files by absolute path, each with the name that the user gave it."""
    from bce_lint.analysis.project.index import absolute

    return {absolute(file): str(file) for file in files}


def _check_root(
    root: Root,
    paths: list[str],
    shown: Mapping[str, str],
    codes: frozenset[str],
    fixes: bool,
    inspect: Inspect | None,
    cache: Cache | None,
) -> Result:
    files = [*project_files(root, paths), *paths]

    def _analyse() -> tuple[Project, Result]:
        from bce_lint.analysis.project.project import Project

        project = Project(root.path, files)
        return project, judge_files(project, paths, shown, codes, fixes=fixes, inspect=inspect)._replace(parsed=project.parsed())

    return _answer(cache, root, lambda: files, ("files", sorted(shown.items()), paths, sorted(codes), fixes), None, _analyse)


def _answer(
    cache: Cache | None,
    root: Root,
    files: Callable[[], Iterable[str]],
    asked: tuple[object, ...],
    text: tuple[str, bytes] | None,
    analyse: Callable[[], tuple[Project, Result]],
) -> Result:
    """What the cache knows of a question, else what an analysis finds, which the cache then knows."""
    if cache is None:
        return analyse()[1]
    from bce_lint.cache import question

    name = question(*asked)
    known = cache.find(root, files, name, text)
    if known is not None:
        return Result(*known)
    project, result = analyse()
    if result.revealed:
        return result  # who asks what is known is told each time
    cache.keep(root, project, name, result.diagnostics, result.sources)
    return result


class Told(NamedTuple):
    """A finding in both forms, and the fix for it, if fixes were asked for and its rule has one."""

    judged: Judged
    diagnostic: Diagnostic
    rewrite: Rewrite | None = None


if TYPE_CHECKING:
    Inspect: TypeAlias = Callable[[Project, list[Told]], list[Told]]
    """Looks at the findings of a project with their fixes, and gives those that are to be told."""


def judge_files(
    project: Project,
    paths: Iterable[str],
    shown: Mapping[str, str],
    codes: frozenset[str],
    noqa: bool = True,
    fixes: bool = False,
    inspect: Inspect | None = None,
) -> Result:
    """Runs the analysis that the files need, and judges what it met."""
    wanted = set(paths)
    told = tell(project, wanted, shown, codes, noqa, fixes, inspect)
    found = [one.diagnostic for one in told] + problems(project, wanted, shown, codes)
    seen = {place.path for one in told for place in _places(one.judged)}
    sources = {named(path, shown): source for path in seen if (source := project.source(path)) is not None}
    return Result(tuple(sorted(found, key=lambda d: d.sort_key)), sources, revealed=_revealed(project, wanted, shown))


def _revealed(project: Project, wanted: set[str], shown: Mapping[str, str]) -> tuple[str, ...]:
    if not any(b"reveal" in project.facts[path].raw for path in wanted & project.facts.keys()):
        return ()
    from bce_lint.revealed import in_files

    return in_files(project, wanted, partial(named, shown=shown))


def tell(
    project: Project,
    wanted: set[str],
    shown: Mapping[str, str],
    codes: frozenset[str],
    noqa: bool,
    fixes: bool,
    inspect: Inspect | None = None,
) -> list[Told]:
    """The findings that some files have a part in."""
    from bce_lint.rules.judge import judge

    project.run(wanted)
    judged = [j for j in judge(project.sites_in(wanted), codes) if any(place.path in wanted for place in _places(j))]
    told = [Told(j, _diagnostic(project, j, shown)) for j in judged]
    told = [one for one in told if not noqa or not _suppressed(project, one.judged.place.path, one.diagnostic)]
    if not fixes or not told:
        return told
    told = _with_fixes(project, told, shown)
    return told if inspect is None else inspect(project, told)


def _places(judged: Judged) -> list[Place]:
    return [judged.place, *(place for _, place in judged.labels)]


def _with_fixes(project: Project, told: list[Told], shown: Mapping[str, str]) -> list[Told]:
    from bce_lint.analysis.recording.uses import Flow
    from bce_lint.fixes.plan import Planner
    from bce_lint.fixes.program import Program

    planner = Planner(Program(project, Flow()), partial(_recorded, project, told))
    return [_with_fix(project, one, planner.rewrite(one.judged, partial(_silent, project)), shown) for one in told]


def _recorded(project: Project, told: list[Told]) -> Program:
    """A run that has seen who uses what the fixes of some findings would change."""
    from bce_lint.analysis.project.project import Project
    from bce_lint.analysis.recording.uses import Flow
    from bce_lint.fixes.plan import targets
    from bce_lint.fixes.program import Program

    flow = Flow(targets(one.judged for one in told))
    recorded = Project(project.root, project.facts, project.texts, flow, before=project)
    recorded.run(flow.targets)
    project.others.append(recorded)
    return Program(recorded, flow)


def _with_fix(project: Project, told: Told, rewrite: Rewrite | None, shown: Mapping[str, str]) -> Told:
    if rewrite is None:
        return told
    if others := sorted(_display(path) for path in rewrite.paths if path not in shown):
        rewrite = rewrite.shown_only(f"{rewrite.title}; it also changes {', '.join(others)}, which was not given")
    edits = tuple(Edit(_location(project, edit.path, edit.span, shown), edit.text) for edit in rewrite.edits)
    return Told(told.judged, changed(told.diagnostic, fix=Fix(str(rewrite.applicability), rewrite.title, edits)), rewrite)


def _silent(project: Project, path: str, offset: int, code: str) -> bool:
    """Whether a comment silences a code where an offset lies."""
    from bce_lint.source.suppress import suppressed

    source = project.source(path)
    return source is not None and suppressed(source, source.position(offset).row, code)


def problems(project: Project, wanted: set[str], shown: Mapping[str, str], codes: frozenset[str]) -> list[Diagnostic]:
    """What kept files from being analysed."""
    found = [(path, project.problems[path]) for path in sorted(wanted) if path in project.problems]
    return [_problem(named(path, shown), problem) for path, problem in found if problem[0] in codes]


def named(path: str, shown: Mapping[str, str]) -> str:
    """The name of a file as the user knows it."""
    return shown.get(path) or _display(path)


def _display(path: str) -> str:
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


def _location(project: Project, path: str, span: Span, shown: Mapping[str, str]) -> Location:
    source = project.source(path)
    assert source is not None, "a place comes from a file that was read"
    return source.location(span)._replace(path=named(path, shown))


def _diagnostic(project: Project, judged: Judged, shown: Mapping[str, str]) -> Diagnostic:
    labels = tuple(Label(text, _location(project, place.path, place.span, shown)) for text, place in judged.labels)
    location = _location(project, judged.place.path, judged.place.span, shown)
    return Diagnostic(judged.rule.code, judged.rule.name, judged.message, location, judged.rule.severity, labels)


def _problem(shown: str, problem: tuple[str, str, int, int]) -> Diagnostic:
    from bce_lint.rules import BY_CODE

    code, message, row, column = problem
    place = Position(row, column)
    return Diagnostic(code, BY_CODE[code].name, message, Location(shown, place, place))


def _suppressed(project: Project, path: str, diagnostic: Diagnostic) -> bool:
    from bce_lint.source.suppress import suppressed

    source = project.source(path)
    return source is not None and suppressed(source, diagnostic.location.start.row, diagnostic.code)


def check_text(
    data: bytes,
    filename: str | None,
    codes: frozenset[str],
    noqa: bool = True,
    fixes: bool = False,
    inspect: Inspect | None = None,
    cache: Cache | None = None,
) -> Result:
    """Lints one text; with a file name its project is seen around it, without one it stands alone."""
    if filename is None:
        from bce_lint.analysis.project.project import Project

        alone = Project(os.path.dirname(STDIN), (), {STDIN: data})
        return judge_files(alone, [STDIN], {STDIN: "<stdin>"}, codes, noqa, fixes, inspect)
    path = os.path.abspath(filename)
    root = root_of(path)

    def _analyse() -> tuple[Project, Result]:
        project = _project_around(root, path, data)
        return project, judge_files(project, [path], {path: filename}, codes, noqa, fixes, inspect)

    asked = ("text", filename, sorted(codes), noqa, fixes)
    return _answer(cache if inspect is None else None, root, lambda: project_files(root, [path]), asked, (path, data), _analyse)


STDIN = os.path.join(os.sep, "<stdin>", "stdin.py")
_PROJECTS: dict[tuple[str, str], Project] = {}


def _project_around(root: Root, path: str, data: bytes) -> Project:
    """The project of a file, the same whichever file was asked about before; kept while the texts on disk are what it has read."""
    from bce_lint.analysis.project.project import Project
    from bce_lint.source.text import content

    part, written = (root.path, package_of(root, path)), content(path) == data
    known = _PROJECTS.get(part)
    if known is None or (path in known.facts and known.facts[path].raw != data):
        files = project_files(root, [path])
        if not written:
            return Project(root.path, files, {path: data})
        known = _PROJECTS[part] = Project(root.path, files)
    if path in known.facts:
        return known
    texts = {} if written else {path: data}
    return Project(root.path, [*known.facts, path] if os.path.exists(path) else known.facts, texts, before=known)


class FixOptions(NamedTuple):
    """Which fixes may be applied: unsafe ones too, or only safe ones; those of the `fixable` codes; and who looks at them first."""

    unsafe: bool
    fixable: frozenset[str]
    inspect: Inspect | None = None


def fix(files: Sequence[Path], codes: frozenset[str], options: FixOptions) -> tuple[Outcome, Mapping[str, SourceText]]:
    """Fixes files as far as `options` allow, without writing them; returns what came of it, and the texts after it."""
    from bce_lint.fix_rounds import fix_root, together

    shown = shown_paths(files)
    roots = by_root(shown)
    return together([fix_root(root.path, [*project_files(root, paths), *paths], paths, shown, codes, options) for root, paths in roots])


def fix_text(data: bytes, filename: str | None, codes: frozenset[str], options: FixOptions) -> tuple[Outcome, Mapping[str, SourceText]]:
    """Fixes one text; with a file name its project is seen around it, and nothing else in it is changed."""
    from bce_lint.fix_rounds import fix_root

    if filename is None:
        return fix_root(os.path.dirname(STDIN), [], [STDIN], {STDIN: "<stdin>"}, codes, options, {STDIN: data})
    path = os.path.abspath(filename)
    root = root_of(path)
    return fix_root(root.path, project_files(root, [path]), [path], {path: filename}, codes, options, {path: data})
