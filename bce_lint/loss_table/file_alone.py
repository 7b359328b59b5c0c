"""What a file shows alone and its project does not, and the facts of the project that say otherwise.

A file that stands alone has imports that lead nowhere, and no other file says anything of it. It is run so. Where that shows a finding
that its project lacks, it is run once more with each kind of what the project says of it: the kind under which the finding is gone is
why it is.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import partial
from typing import Final, NamedTuple, TypeAlias, TypeVar

from bce_lint.analysis.project.attribute_stores import ClassKey
from bce_lint.analysis.project.index import may_name_sink
from bce_lint.analysis.project.project import Project
from bce_lint.analysis.recording.reasons import Reason
from bce_lint.analysis.recording.seen_calls import SeenCalls
from bce_lint.analysis.state.program import Default
from bce_lint.loss_table.project_facts import CodeAt, FactKind, said
from bce_lint.rules.by_file import EVERY
from bce_lint.rules.judge import Judged, judge, spoken

T = TypeVar("T")
Kinds: TypeAlias = frozenset[FactKind]
_NO_KINDS: Final[Kinds] = frozenset()
MAX_QUESTIONS: Final = 12
"""How many of the questions of one kind that the project answers otherwise are tried alone."""


class Fact(NamedTuple):
    """What a project says of one of its files, and where."""

    kind: FactKind
    reason: Reason


class FileAlone:
    """What a file shows by itself and its project does not (`lost`). `certain` is what the project shows; `counts` says of what a rule
    says whether it is told."""

    def __init__(self, whole: Project, path: str, certain: Sequence[Judged], counts: Callable[[Judged], bool], callers: SeenCalls) -> None:
        self._whole, self._path, self._callers, self._counts = whole, path, callers, counts
        self._alone = _Alone(whole, path)
        self._runs: dict[tuple[Kinds, Hashable], tuple[frozenset[CodeAt], _With]] = {}
        here = [one for one in certain if one.place.path == path]
        shown = {(place.range, one.rule.code) for one in certain for place in one.places}  # also where it is told at a caller
        self.lost: dict[CodeAt, Judged] = {
            _finding(one): one for one in self._judged(self._alone) if _finding(one) not in shown and not _is_replaced(one, here)
        }

    def _judged(self, part: _Alone) -> Iterator[Judged]:
        part.run([self._path])
        found = judge(part.sites_in({self._path}), EVERY)
        return (one for one in found if one.place.path == self._path and self._counts(one))

    def facts(self, finding: CodeAt, known: bool) -> tuple[Fact, ...]:
        """The facts by which the project does not show a finding: the first kind that is enough, else those that are together.

        Where all is known of what the project says in its place, that comes of a call or an import, if one is enough."""
        kinds = [kind for kind in FactKind if self._matters(kind)]
        kinds.sort(key=lambda kind: kind.tells is not known)
        needed = next(([kind] for kind in kinds if not self._shows(finding, frozenset((kind,)))), None)
        if needed is None:
            if self._shows(finding, frozenset(kinds)):
                return ()
            needed = kinds
            for kind in kinds:
                fewer = [one for one in needed if one is not kind]
                needed = needed if self._shows(finding, frozenset(fewer)) else fewer
        return tuple(Fact(kind, self._said(kind, finding, frozenset(needed))) for kind in needed)

    def _matters(self, kind: FactKind) -> bool:
        whole, alone = self._whole, self._alone
        match kind:
            case FactKind.DTYPE:
                return (whole.default_dtype(), whole.converts()) != (alone.default_dtype(), alone.converts())
            case FactKind.GRADIENT:
                return whole.freezes() != alone.freezes()
            case FactKind.CALL:
                return bool(whole.graph.importers[self._path])
            case FactKind.IMPORT:
                return bool(whole.graph.imports[self._path])
        return True

    def _shows(self, finding: CodeAt, kinds: Kinds, only: Hashable = None) -> bool:
        """True if a file shows a finding where its project says some kinds of things of it; of one question only, if one is given."""
        return finding in self._run(kinds, only)[0]

    def _run(self, kinds: Kinds, only: Hashable = None) -> tuple[frozenset[CodeAt], _With]:
        if (kinds, only) not in self._runs:
            part = _With(self._alone, kinds, only)
            self._runs[kinds, only] = frozenset(map(_finding, self._judged(part))), part
        return self._runs[kinds, only]

    def _said(self, kind: FactKind, finding: CodeAt, kinds: Kinds) -> Reason:
        """What the project says, of the first question whose answer alone is enough."""
        questions = list(self._run(kinds)[1].asked.get(kind, ()))
        tried = questions[:MAX_QUESTIONS] if len(kinds) == 1 and len(questions) > 1 else []
        enough = (one for one in tried if not self._shows(finding, kinds, one))
        return said(kind, self._whole, finding, next(enough, next(iter(questions), None)), self._callers)


def files_alone(
    whole: Project, paths: Iterable[str], certain: Sequence[Judged], counts: Callable[[Judged], bool], callers: SeenCalls
) -> list[FileAlone]:
    """Those of some files that show something alone which their project does not."""
    files = [path for path in sorted(paths) if path in whole.summaries and may_name_sink(whole.summaries[path])]
    return [one for path in files if (one := FileAlone(whole, path, certain, counts, callers)).lost] if len(whole.summaries) > 1 else []


def _finding(one: Judged) -> CodeAt:
    return one.place.range, one.rule.code


def _is_replaced(one: Judged, others: Iterable[Judged]) -> bool:
    """True if something is said in place of a finding that goes before it."""
    there = [other for other in others if other.place.range == one.place.range]
    return all(other.rule is not one.rule for other in spoken([[one, *there]]))


class _Alone(Project):
    """A file with no project around it."""

    def __init__(self, whole: Project, path: str, others: Iterable[str] = ()) -> None:
        self.whole, self.path = whole, path
        super().__init__(whole.root, (), {one: whole.summaries[one].raw for one in (path, *others)}, before=whole)

    def resolve(self, importer: str, module: str, level: int) -> str | None:
        """No file."""
        return None


class _With(_Alone):
    """A file of which its project says some kinds of things; of only one question, if there is one. `asked` are the questions that it
    answers otherwise than the file alone."""

    def __init__(self, alone: _Alone, kinds: Kinds, only: Hashable) -> None:
        self._alone, self._kinds, self._only = alone, kinds, only
        self.asked: dict[FactKind, dict[Hashable, None]] = {}
        super().__init__(alone.whole, alone.path, _around(alone.whole, alone.path, kinds))

    def _answer(self, kind: FactKind, question: Hashable, whole: Callable[[], T], alone: T) -> T:
        if kind not in self._kinds or (answer := whole()) == alone:
            return alone
        if self._only is not None and len(self._kinds) == 1 and not _is_part(question, self._only):
            return alone
        self.asked.setdefault(kind, {})[question] = None
        return answer

    def resolve(self, importer: str, module: str, level: int) -> str | None:
        """The file that an import names; of the file itself where its imports are followed."""
        whole = partial(self.whole.resolve, importer, module, level)
        return self._answer(FactKind.IMPORT, (level, module), whole, None) if importer == self.path else whole()

    def has_subclass(self, name: str, path: str) -> bool:
        """True if there may be a class below one of this name in a file."""
        whole = partial(self.whole.has_subclass, name, path)
        return self._answer(FactKind.SUBCLASS, name, whole, self._alone.has_subclass(name, path)) if path == self.path else whole()

    def default_dtype(self) -> str | None:
        """The dtype of new floating point tensors."""
        return self._answer(FactKind.DTYPE, "default", self.whole.default_dtype, self._alone.default_dtype())

    def converts(self) -> bool:
        """True if modules may be given another dtype."""
        return self._answer(FactKind.DTYPE, "converts", self.whole.converts, self._alone.converts())

    def freezes(self) -> bool:
        """True if parameters may be kept from being trained."""
        return self._answer(FactKind.GRADIENT, "freezes", self.whole.freezes, self._alone.freezes())

    def none_has(self, default: Default) -> bool:
        """True if a class is constructed, and never with a parameter of its constructor at its default."""
        if default.path != self.path:
            return self.whole.none_has(default)
        return self._answer(FactKind.CONSTRUCTION, default, partial(self.whole.none_has, default), self._alone.none_has(default))

    def registering(self, names: frozenset[str], key: str | None) -> tuple[str, ...]:
        """The files that may add an entry to what the names stand for."""
        whole = partial(self.whole.registering, names, key)
        return self._answer(FactKind.REGISTRATION, (names, key), whole, self._alone.registering(names, key))

    def may_exchange(self, name: str, classes: frozenset[ClassKey]) -> bool:
        """True if something else may store an attribute on an instance of a class."""
        return self._stored(name, classes, Project.may_exchange)

    def may_store(self, name: str, classes: frozenset[ClassKey]) -> bool:
        """True if something may give an attribute to an instance of a class."""
        return self._stored(name, classes, Project.may_store)

    def _stored(self, name: str, classes: frozenset[ClassKey], asked: Callable[[Project, str, frozenset[ClassKey]], bool]) -> bool:
        whole = partial(asked, self.whole, name, classes)
        if all(path != self.path for path, _ in classes):
            return whole()
        return self._answer(FactKind.ATTRIBUTE, name, whole, asked(self._alone, name, classes))


def _is_part(question: Hashable, only: Hashable) -> bool:
    """True if a question is the one that is answered, or has to be on the way to it: whether there is a folder around a module."""
    match question, only:
        case (int(level), str(outer)), (int(other), str(inner)):
            return level == other and f"{inner}.".startswith(f"{outer}.".lstrip("."))
    return question == only


def _around(whole: Project, path: str, kinds: Kinds) -> set[str]:
    """The files that run with a file: those that import it where its calls count, and what these and, if that counts, it itself import."""
    waiting = sorted(whole.graph.closure((path,))) if FactKind.CALL in kinds else [path]
    found = set(waiting)
    for one in waiting:  # grows as imports are followed
        if one != path or FactKind.IMPORT in kinds:
            targets = dict.fromkeys(target for target, _, _ in whole.graph.imports[one] if target not in found)
            found.update(targets)
            waiting += targets
    return found - {path}


