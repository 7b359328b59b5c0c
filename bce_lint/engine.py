"""The whole pipeline: files in, diagnostics out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from bce_lint.diagnostic import UNNAMED, Diagnostic
from bce_lint.lint_result import Interrupted, LintResult, together
from bce_lint.rules.by_file import selection
from bce_lint.source.projects import by_root, package_of, project_files, root_of, usual

if TYPE_CHECKING:
    from bce_lint.analysis.project.project import Project
    from bce_lint.asked_fixes import ForOthers
    from bce_lint.cache import Cache, Recalled
    from bce_lint.cache.turn import AnswerTurn
    from bce_lint.findings import Inspect
    from bce_lint.fix_options import FixOptions
    from bce_lint.fixes.outcome import Outcome
    from bce_lint.rules.by_file import Asked, Selection
    from bce_lint.rules.judge import Judged
    from bce_lint.source.projects import ImportFolders, Root
    from bce_lint.source.text import SourceText
    from bce_lint.staying import StayingProject

    LookUp: TypeAlias = Callable[[], tuple[Project | None, bool, tuple[str, ...]]]
    """The state of a project from which a run may go on, whether others may go on from this one, and the files that were written last."""


def check(
    files: Sequence[Path],
    asked: Asked,
    fixes: bool | ForOthers = False,
    inspect: Inspect | None = None,
    cache: Cache | None = None,
    related: bool = False,
    jobs: int = 1,
) -> LintResult:
    """Lints files: gives the findings whose place lies in one of them; with `related`, those that have a label there as well.

    `fixes` asks for their fixes too, or for those of findings that are not known, and `inspect` looks at them. What a `cache` knows is not
    analysed again; what was inspected is not kept. Up to so many projects as `jobs` says are linted at a time, each in a process that is
    forked off from this one, with 0 as many as there are cores; what is inspected is inspected here. Raises `Interrupted` where the user
    stops it."""
    shown, selected = shown_paths(files), selection(asked)
    parts = by_root(shown)
    several = jobs != 1 and len(parts) > 1 and inspect is None
    if several and not isinstance(fixes, bool) and fixes.looked_up:
        fixes = True
    work = [partial(_check_root, root, paths, shown, selected, fixes, inspect, cache, related) for root, paths in parts]
    results: list[LintResult] = []
    try:
        if several:
            from bce_lint.several_projects import at_once

            if (found := at_once(work, [(root.path, paths) for root, paths in parts], jobs, cache)) is not None:
                return found
        for one in work:
            results.append(one())
    except Interrupted as stopped:
        raise Interrupted(together([*results, stopped.result])) from None
    except KeyboardInterrupt:
        raise Interrupted(together(results)) from None
    return together(results)


def shown_paths(files: Iterable[Path]) -> dict[str, str]:
    """Files by absolute path, each with the name that the user gave it."""
    from bce_lint.analysis.project.index import absolute

    return {absolute(file): str(file) for file in files}


def stand_ins(files: Sequence[Path], settings: ImportFolders = usual) -> list[str]:
    """The files of their projects that some files get from `import torch`, or from `import torch.nn`, in place of PyTorch."""
    from bce_lint.analysis.project.imported_files import ImportedFiles

    found = set()
    for root, paths in by_root(shown_paths(files)):
        imported = ImportedFiles(root.path, settings)
        for folder in {os.path.dirname(path) for path in paths}:
            wanted = (imported.file(os.path.join(folder, "any.py"), module, 0) for module in ("torch", "torch.nn"))
            found.update([path for path in wanted if path is not None][:1])
    return sorted(found)


def _check_root(
    root: Root,
    paths: list[str],
    shown: Mapping[str, str],
    selected: Selection,
    fixes: bool | ForOthers,
    inspect: Inspect | None,
    cache: Cache | None,
    related: bool,
) -> LintResult:
    files = [*project_files(root, paths, selected.imports), *paths]

    def _analyse(earlier: LookUp) -> tuple[Project, LintResult]:
        from bce_lint.analysis.project.project import Project

        before, stays, written = earlier()
        project = Project(root.path, files, before=before, imports=selected.imports, stays=stays, edits=stays, written=written)
        found = judge_files(project, paths, shown, selected, fixes=fixes, inspect=inspect, related=related)
        return project, found._replace(parsed=project.parsed())

    asked = () if cache is None else _about_files(files, paths, shown, selected, related)
    return _answer(cache, root, lambda: files, asked, fixes, None, _analyse, selected.imports, inspect is None)


def _about_files(
    files: Sequence[str], paths: list[str], shown: Mapping[str, str], selected: Selection, related: bool
) -> tuple[object, ...]:
    """What is asked of a project with some files about a few of them, the fixes apart."""
    return "files", sorted(shown.items()), paths, selected.name(lambda: files), related


def _answer(
    cache: Cache | None,
    root: Root,
    files: Callable[[], Iterable[str]],
    asked: tuple[object, ...],
    fixes: bool | ForOthers,
    text: tuple[str, bytes] | None,
    analyse: Callable[[LookUp], tuple[Project, LintResult]],
    imports: ImportFolders,
    kept: bool,
    turn: AnswerTurn | None = None,
) -> LintResult:
    """What the cache knows of a question, else what an analysis finds, which the cache then knows; where nothing is to be `kept`, the
    analysis goes on from what it has, and that is all. Who asks for the fixes of some findings is told those of all that are known."""
    if cache is None:
        return analyse(_none_earlier)[1]
    from bce_lint.cache import question

    name = question(*asked, fixes if isinstance(fixes, bool) else fixes.name)
    find = partial(cache.find, root, files, text=text, imports=imports)
    known = find(name) if kept else None
    if known is None and kept and not isinstance(fixes, bool):
        others = (_if_known(find(question(*asked, other)), fixes, root) for other in fixes.beside)
        known = find(question(*asked, True)) or next(filter(None, others), None)
    if known is None and turn is not None and text is not None:
        known = cache.wait(turn, root, text, partial(find, name))
    if known is not None:
        return LintResult(known.diagnostics, known.sources, unanalysed=known.unanalysed, sinks=known.sinks, unshown=known.unshown)
    part = "" if text is None else package_of(root, text[0])
    project, result = analyse(partial(cache.earlier, root, part, imports, kept))
    if kept and _keep(cache, root, project, name, result):
        cache.keep_state(root, part, project)
    return result


def _if_known(known: Recalled | None, fixes: ForOthers, root: Root) -> Recalled | None:
    """An answer with other fixes, if none are asked for what was found."""
    return known if known is not None and all(fixes.known([*known.diagnostics], known.sources, root.path)) else None


def _keep(cache: Cache, root: Root, project: Project, name: str, result: LintResult) -> bool:
    """Has the cache know an answer; False for what is told each time to who asks what is known."""
    if not result.revealed:
        cache.keep(root, project, name, result.diagnostics, result.sources, result.unanalysed, result.sinks, result.unshown)
    return not result.revealed


def _none_earlier() -> tuple[None, bool, tuple[str, ...]]:
    return None, False, ()


def judge_files(
    project: Project,
    paths: Iterable[str],
    shown: Mapping[str, str],
    asked: Asked,
    noqa: bool = True,
    fixes: bool | ForOthers = False,
    inspect: Inspect | None = None,
    related: bool = False,
) -> LintResult:
    """Runs the analysis that the files need, and judges what it met. Raises `Interrupted` where the user stops it."""
    from bce_lint.findings import tell

    wanted, selected = set(paths), selection(asked)
    told, unshown = tell(project, wanted, shown, selected, noqa, fixes, inspect, related)
    return _told(project, wanted, shown, selected, told, unshown)


def _told(
    project: Project, wanted: set[str], shown: Mapping[str, str], selected: Selection, told: list[Judged], unshown: int
) -> LintResult:
    """What there is to tell of a project beside its findings. Raises `Interrupted` where the user has stopped it."""
    from bce_lint.findings import diagnostic, named, problems, quoted_texts, unanalysed

    found = [diagnostic(project, shown, one) for one in told] + problems(project, wanted, shown, selected)
    sources = {named(path, shown): source for path, source in quoted_texts(project, told, wanted)}
    left = unanalysed(project, shown)
    diagnostics = tuple(sorted(found, key=lambda d: d.sort_key))
    if project.interrupted:
        raise Interrupted(LintResult(diagnostics, sources, unanalysed=left, unshown=unshown))
    sinks, _ = project.visited(wanted)
    return LintResult(diagnostics, sources, revealed=_revealed(project, wanted, shown), unanalysed=left, sinks=sinks, unshown=unshown)


def _revealed(project: Project, wanted: set[str], shown: Mapping[str, str]) -> tuple[str, ...]:
    if not any(b"reveal" in project.summaries[path].raw for path in wanted & project.summaries.keys()):
        return ()
    from bce_lint.findings import named
    from bce_lint.revealed import in_files

    return in_files(project, wanted, lambda path: named(path, shown))


def check_text(
    data: bytes,
    filename: str | None,
    asked: Asked,
    noqa: bool = True,
    fixes: bool | ForOthers = False,
    inspect: Inspect | None = None,
    cache: Cache | None = None,
    related: bool = False,
    turn: AnswerTurn | None = None,
) -> LintResult:
    """Lints one text; with a file name its project is seen around it, and `related` gives what has a label in it; without one it
    stands alone. With a `turn`, what another process is finding out is waited for."""
    selected = selection(asked)
    if filename is None:
        from bce_lint.analysis.project.project import Project

        alone = Project(os.path.dirname(STDIN), (), {STDIN: data})
        return judge_files(alone, [STDIN], {STDIN: UNNAMED}, selected, noqa, fixes, inspect)
    path = os.path.abspath(filename)
    root = root_of(path)

    def _analyse(earlier: LookUp) -> tuple[Project, LintResult]:
        project = _project_around(root, path, data, selected.imports, earlier)
        return project, judge_files(project, [path], {path: filename}, selected, noqa, fixes, inspect, related)

    kept = cache if inspect is None else None
    files = partial(project_files, root, [path], selected.imports)
    question = () if kept is None else ("text", filename, selected.name(files), noqa, related)
    return _answer(kept, root, files, question, fixes, (path, data), _analyse, selected.imports, True, turn)


STDIN = os.path.join(os.sep, "<stdin>", "stdin.py")
_PROJECTS: dict[tuple[str, str], StayingProject] = {}


def _project_around(
    root: Root, path: str, data: bytes, imports: ImportFolders = usual, earlier: LookUp = _none_earlier
) -> Project:
    """The project of a file, the same whichever file was asked about before; kept while the texts on disk are what it has read. The first
    goes on from an earlier one, where there is one."""
    from bce_lint.staying import StayingProject

    part = (root.path, package_of(root, path))
    known = _PROJECTS.get(part)
    if known is None or known.imports != imports:
        before, worth, written = earlier()
        known = _PROJECTS[part] = StayingProject(root, imports, expected=worth, before=before, written=written)
    return known.around(path, data)


def fix(
    files: Sequence[Path], asked: Asked, options: FixOptions, cache: Cache | None = None
) -> tuple[Outcome, Mapping[str, SourceText]]:
    """Fixes files as far as `options` allow, without writing them; returns what came of it, and the texts after it. A `cache` may know that
    there is nothing to fix, and from what the analysis can go on; it is told what was found before anything was fixed."""
    from bce_lint.fixes.outcome import as_one

    shown, selected = shown_paths(files), selection(asked)
    found = [(root, [*project_files(root, paths, selected.imports), *paths], paths) for root, paths in by_root(shown)]
    results = [_fix_root(root, files, paths, shown, selected, options, cache) for root, files, paths in found]
    return as_one([outcome for outcome, _ in results]), {path: text for _, sources in results for path, text in sources.items()}


def _fix_root(
    root: Root, files: list[str], paths: list[str], shown: Mapping[str, str], selected: Selection, options: FixOptions, cache: Cache | None
) -> tuple[Outcome, Mapping[str, SourceText]]:
    if cache is None:
        from bce_lint.fix_rounds import fix_root

        return fix_root(root.path, files, paths, shown, selected, options)
    from bce_lint.cache import question

    kept = options.inspect is None
    name = question(*_about_files(files, paths, shown, selected, options.related), True)
    known = cache.find(root, lambda: files, name, None, selected.imports) if kept else None
    if known is not None and not _may_fix(known.diagnostics, options):
        from bce_lint.fixes.outcome import Outcome

        return Outcome((), (), known.diagnostics, (), known.unanalysed, known.unshown), known.sources
    from bce_lint.fix_rounds import FirstLint, fix_root

    start = cache.earlier(root, "", selected.imports, kept)
    rounds, seconds, last = 0, 0.0, start.project

    def _seen(project: Project, told: list[Judged], unshown: int) -> None:
        nonlocal rounds, seconds, last
        rounds, seconds, last = rounds + 1, seconds + project.seconds, project
        if kept and rounds == 1:
            _keep(cache, root, project, name, _told(project, set(paths), shown, selected, told, unshown))

    fixed = fix_root(root.path, files, paths, shown, selected, options, first=FirstLint(*start, _seen))
    if kept and rounds > 1 and last is not None:
        cache.go_on_from(root, last, seconds)
    elif kept and start.worth and last is not None:
        cache.keep_state(root, "", last)
    return fixed


def _may_fix(found: Iterable[Diagnostic], options: FixOptions) -> bool:
    """True if a fix of these findings is trusted as far as it must be."""
    from bce_lint.fixes.edit import trust

    return any(one.fix is not None and trust(one.fix.applicability) >= trust(options.least) for one in found)


def fix_text(
    data: bytes, filename: str | None, asked: Asked, options: FixOptions, cache: Cache | None = None
) -> tuple[Outcome, Mapping[str, SourceText]]:
    """Fixes one text; with a file name its project is seen around it, and nothing else in it is changed. The analysis goes on from what a
    `cache` has of that."""
    from bce_lint.fix_rounds import FirstLint, fix_root

    if filename is None:
        return fix_root(os.path.dirname(STDIN), [], [STDIN], {STDIN: UNNAMED}, asked, options, {STDIN: data})
    path, selected = os.path.abspath(filename), selection(asked)
    root = root_of(path)
    files = project_files(root, [path], selected.imports)
    first = FirstLint() if cache is None else FirstLint(*cache.earlier(root, package_of(root, path), selected.imports, keeps=False))
    return fix_root(root.path, files, [path], {path: filename}, selected, options, {path: data}, first)
