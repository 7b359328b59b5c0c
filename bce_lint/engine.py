"""The whole pipeline: files in, diagnostics out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bce_lint.diagnostic import Diagnostic, Label, Location, Position

if TYPE_CHECKING:
    from bce_lint.analysis.lattice import Place
    from bce_lint.analysis.project import Project, Root
    from bce_lint.rules.judge import Judged
    from bce_lint.source.text import SourceText


class Result(NamedTuple):
    """The diagnostics of a run in order, the texts of the files that they mention, and the files that were parsed."""

    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, SourceText]
    parsed: tuple[str, ...] = ()


def check(files: Sequence[Path], codes: frozenset[str]) -> Result:
    """Lints files; a finding is given when its place or one of its labels lies in one of them."""
    from bce_lint.analysis.index import absolute
    from bce_lint.analysis.project import root_of

    shown = {absolute(file): str(file) for file in files}
    roots: dict[Root, list[str]] = {}
    for path in shown:
        roots.setdefault(root_of(path), []).append(path)
    results = [_check_root(root, paths, shown, codes) for root, paths in sorted(roots.items())]
    diagnostics = sorted({d for r in results for d in r.diagnostics}, key=lambda d: d.sort_key)
    sources = {path: text for r in results for path, text in r.sources.items()}
    return Result(tuple(diagnostics), sources, tuple(sorted(p for r in results for p in r.parsed)))


def _check_root(root: Root, paths: list[str], shown: Mapping[str, str], codes: frozenset[str]) -> Result:
    from bce_lint.analysis.project import Project

    project = Project(root.path, [*project_files(root, paths), *paths])
    return judge_files(project, paths, shown, codes)._replace(parsed=project.parsed())


def project_files(root: Root, paths: Iterable[str]) -> list[str]:
    """The Python files of a project, ignored and built ones apart; without a marker, the neighbours of the given files."""
    from bce_lint.source.discover import discover

    if root.marked:
        return [os.path.abspath(file) for file in discover([root.path]).files]
    packages = {os.path.relpath(path, root.path).split(os.sep)[0] for path in paths}
    folders = [folder for name in sorted(packages) if os.path.isfile(os.path.join(folder := os.path.join(root.path, name), "__init__.py"))]
    names = sorted(os.listdir(root.path)) if os.path.isdir(root.path) else []
    beside = [path for name in names if name.endswith(".py") and os.path.isfile(path := os.path.join(root.path, name))]
    return [*beside, *(os.path.abspath(file) for file in discover(folders).files)]


def judge_files(project: Project, paths: Iterable[str], shown: Mapping[str, str], codes: frozenset[str], noqa: bool = True) -> Result:
    """Runs the analysis that the files need, and judges what it met."""
    from bce_lint.rules.judge import judge

    wanted = set(paths)
    project.run(wanted)
    judged = [j for j in judge(project.sites_in(wanted), codes) if j.place.path in wanted or any(p.path in wanted for _, p in j.labels)]
    seen = {place.path for j in judged for place in (j.place, *(p for _, p in j.labels))}
    display = {path: shown[path] if path in shown else _display(path) for path in seen | wanted}
    found = [d for j in judged if not noqa or not _suppressed(project, j.place.path, (d := _diagnostic(project, j, display)))]
    problems = [(path, project.problems[path]) for path in sorted(wanted) if path in project.problems]
    found += [_problem(display[path], problem) for path, problem in problems if problem[0] in codes]
    sources = {display[path]: source for path in seen if (source := project.source(path)) is not None}
    return Result(tuple(sorted(found, key=lambda d: d.sort_key)), sources)


def _display(path: str) -> str:
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


def _location(project: Project, place: Place, display: Mapping[str, str]) -> Location:
    source = project.source(place.path)
    assert source is not None, "a place comes from a file that was read"
    return source.location(place.span)._replace(path=display[place.path])


def _diagnostic(project: Project, judged: Judged, display: Mapping[str, str]) -> Diagnostic:
    labels = tuple(Label(text, _location(project, place, display)) for text, place in judged.labels)
    location = _location(project, judged.place, display)
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


def check_text(data: bytes, filename: str | None, codes: frozenset[str], noqa: bool = True) -> Result:
    """Lints one text; with a file name its project is seen around it, without one it stands alone."""
    from bce_lint.analysis.project import Project

    if filename is None:
        project = Project(os.path.join(os.sep, "<stdin>"), (), {STDIN: data})
        return judge_files(project, [STDIN], {STDIN: "<stdin>"}, codes, noqa)
    path = os.path.abspath(filename)
    return judge_files(_project_around(path, data), [path], {path: filename}, codes, noqa)


STDIN = os.path.join(os.sep, "<stdin>", "stdin.py")
_PROJECTS: dict[str, Project] = {}


def _project_around(path: str, data: bytes) -> Project:
    """The project of a file; kept while the texts on disk are what it has read."""
    from bce_lint.analysis.project import Project, root_of

    root = root_of(path)
    known = _PROJECTS.get(root.path)
    if known is None or path not in known.facts or known.facts[path].raw != data:
        files = project_files(root, [path])
        fresh = Project(root.path, [*files, path] if os.path.exists(path) else files, {} if _on_disk(path, data) else {path: data})
        if fresh.texts:
            return fresh
        known = _PROJECTS[root.path] = fresh
    return known


def _on_disk(path: str, data: bytes) -> bool:
    try:
        return Path(path).read_bytes() == data
    except OSError:
        return False
