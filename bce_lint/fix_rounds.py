"""`fix` for the files of one project: lints again and again, on texts that are not yet on disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple

from bce_lint.analysis.project.project import Project
from bce_lint.findings import diagnostic, heard, named, problems, quoted_texts, tell, unanalysed
from bce_lint.fixes.apply import Checks, Fixed, Linted, Policy, run
from bce_lint.fixes.edit import Refusal
from bce_lint.fixes.outcome import Outcome
from bce_lint.rules.by_file import selection
from bce_lint.source.documents import encode
from bce_lint.source.projects import Root, leading_out
from bce_lint.source.text import SourceError, SourceText
from bce_lint.source.write import FileChange
from bce_lint.syntax.parse import against, code_of, round_trips

if TYPE_CHECKING:
    from bce_lint.fix_options import FixOptions
    from bce_lint.rules.by_file import Asked, Selection
    from bce_lint.rules.judge import Judged

FixResult = tuple[Outcome, Mapping[str, SourceText]]


class FirstLint(NamedTuple):
    """The state that the first lint goes on from, if there is one, whether it tells functions apart, the files that were written last, and
    who is told of each lint: the project, what is found in it, and how many possible findings are left out."""

    before: Project | None = None
    edits: bool = False
    written: tuple[str, ...] = ()
    seen: Callable[[Project, list[Judged], int], None] = lambda *_: None


def fix_root(
    root: str,
    files: Sequence[str],
    paths: Sequence[str],
    shown: Mapping[str, str],
    asked: Asked,
    options: FixOptions,
    texts: Mapping[str, bytes] | None = None,
    first: FirstLint = FirstLint(),  # noqa: B008 - immutable
) -> FixResult:
    """Fixes the given paths of a project with these files; `texts` stand for what is on disk. What the state before the `first` lint knows
    is not found out again."""
    selected = selection(asked)
    job = _FixJob(root, files, set(paths), shown, selected, texts or {}, options, first)
    out = frozenset[str]() if texts else leading_out(Root(root, True), paths, options.named)
    inside = frozenset(paths) - out
    policy = Policy(options.least, options.fixable, inside, lambda one: one.rule.code in selected.of(one.place.path).fixable)
    fixed = run(job.lint, policy, Checks(cache(round_trips), against, code_of), options.only)
    wider = policy._replace(files=policy.files | out)
    held = {path for one in fixed.left.found if (fix := wider.allowed(one)) is not None for path in fix.paths & out}
    fixed.refused.extend(f"{named(path, shown)}: a link out of the project, which is fixed only where it is named" for path in sorted(held))
    return job.outcome(fixed), job.sources(fixed)


def _texts(project: Project) -> dict[str, bytes]:
    """The Python of all files of a project."""
    return {path: summary.text for path, summary in project.summaries.items()}


class _FixJob:
    """One project while it is fixed. `first` holds each file as it was read first: new texts are encoded as it was."""

    def __init__(
        self,
        root: str,
        files: Sequence[str],
        paths: set[str],
        shown: Mapping[str, str],
        selected: Selection,
        given: Mapping[str, bytes],
        options: FixOptions,
        start: FirstLint,
    ) -> None:
        self.root, self.files, self.paths, self.shown, self.selected, self.given = root, files, paths, shown, selected, given
        self.inspect, self.related, self.fixes = options.inspect, options.related, options.fixes
        self.first: dict[str, SourceText] = {}
        self.start = start
        self.project: Project | None = None
        self.unshown = 0

    def lint(self, texts: Mapping[str, str]) -> Linted:
        """Lints the project with some texts changed. Raises `Refusal` for a text that the file's encoding cannot hold."""
        given = {**self.given, **{path: self.encoded(path, text) for path, text in texts.items()}}
        before, edits, written, seen = self.start
        if self.project is not None:
            before, edits, written = self.project, False, ()
        self.project = project = Project(
            self.root, self.files, given, before=before, imports=self.selected.imports, stays=True, edits=edits, written=written
        )
        told, self.unshown = tell(
            project, self.paths, self.shown, self.selected, noqa=True, fixes=self.fixes, inspect=self.inspect, related=self.related
        )
        if project.interrupted:
            raise KeyboardInterrupt
        seen(project, told, self.unshown)
        self.first = {**project.sources, **self.first}
        unread = problems(project, self.paths, self.shown, self.selected)
        listened = cache(partial(heard, project, self.selected))
        shown = partial(diagnostic, project, self.shown)
        return Linted(tuple(told), tuple(unread), project.sources, shown, listened, partial(_texts, project))

    def encoded(self, path: str, text: str) -> bytes:
        """A new text as bytes, encoded as the file was."""
        try:
            return encode(self.first[path], text)
        except SourceError as error:
            raise Refusal(error.message) from None

    def outcome(self, fixed: Fixed) -> Outcome:
        """What the rounds came to."""
        groups = tuple(tuple(self._changed(path, fixed.texts[path]) for path in sorted(group)) for group in fixed.groups)
        left = sorted((*map(fixed.left.shown, fixed.left.found), *fixed.left.unread), key=lambda d: d.sort_key)
        unfinished = () if self.project is None else unanalysed(self.project, self.shown)
        return Outcome(groups, tuple(fixed.applied), tuple(left), tuple(fixed.refused), unfinished, self.unshown)

    def sources(self, fixed: Fixed) -> dict[str, SourceText]:
        """The texts of what is left, by the names that it is shown with."""
        unread = {} if self.project is None else dict(quoted_texts(self.project, [], self.paths))
        return {named(path, self.shown): source for path, source in {**unread, **fixed.left.sources}.items()}

    def _changed(self, path: str, text: str) -> FileChange:
        return FileChange(named(path, self.shown), self.first[path].data, self.encoded(path, text))
