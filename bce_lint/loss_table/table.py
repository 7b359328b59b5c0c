"""The losses of files with their verdicts: what was met and what was not, each place once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from bce_lint.analysis.domain.tensor import Place, SourceRange
from bce_lint.analysis.models.registry import is_known
from bce_lint.analysis.project.index import absolute
from bce_lint.analysis.project.project import Project
from bce_lint.analysis.recording.loss_calls import LossCalls
from bce_lint.analysis.recording.reasons import ALTERNATIVES, Reason
from bce_lint.analysis.sites import ConstructorSite, HandWrittenSite, LossSite, members
from bce_lint.catalog.schema import Contract
from bce_lint.diagnostic import POSSIBLE, RIGHT, UNKNOWN, WRONG, JudgedLoss, ProjectFact, ShownAlone
from bce_lint.findings import location, named
from bce_lint.loss_table.file_alone import Fact, FileAlone, files_alone
from bce_lint.loss_table.knowledge import in_words, input_lacks, missing, target_lacks
from bce_lint.loss_table.project_facts import CodeAt
from bce_lint.loss_table.unvisited import unvisited
from bce_lint.rules.by_file import EVERY, selection
from bce_lint.rules.judge import Judged, judge, run_rules
from bce_lint.rules.messages import loss_name
from bce_lint.rules.possible import possible
from bce_lint.rules.registry import default_codes
from bce_lint.source.projects import by_root, project_files

if TYPE_CHECKING:
    from bce_lint.rules.by_file import Asked, Selection

HAND_WRITTEN: Final = "binary cross entropy, written out"


class _Said(NamedTuple):
    """What is said of one loss in one calling context; of several the first of the verdicts in the order below holds."""

    place: Place
    loss: str
    title: str
    verdict: str
    site: LossSite | None = None
    codes: tuple[str, ...] = ()
    reason: Reason | None = None

    @property
    def here(self) -> list[SourceRange]:
        """The places at which a rule may speak of the loss."""
        made = None if self.site is None else self.site.made
        places = [self.place, *([] if self.site is None else [self.site.call]), *([] if made is None else [made])]
        return [place.range for place in places]


_WORST: Final = (WRONG, POSSIBLE, UNKNOWN, RIGHT)


class LossTable(NamedTuple):
    """The losses of some files, in order, a line for each of the files that could not be analysed, and what files show alone of
    something other than a loss."""

    losses: list[JudgedLoss]
    unread: tuple[str, ...]
    beside: tuple[ShownAlone, ...] = ()


def losses_of(files: Sequence[Path], asked: Asked) -> LossTable:
    """Every loss in some files. Rules that are not selected are asked, too, and no comment silences any."""
    shown, selected = {absolute(file): str(file) for file in files}, selection(asked)
    found: list[JudgedLoss] = []
    unread: list[str] = []
    beside: list[ShownAlone] = []
    for root, paths in by_root(shown):
        calls = LossCalls(is_known)
        project = Project(root.path, [*project_files(root, paths, selected.imports), *paths], observer=calls, imports=selected.imports)
        table = _table(project, calls, paths, selected, shown)
        found += table.rows()
        beside += table.beside()
        for path in paths:
            project.check_syntax(path)
        unread += [f"{named(path, shown)}:{one[2]}: {one[1]}" for path, one in sorted(project.problems.items()) if path in shown]
    return LossTable(sorted(found, key=lambda one: (one.location.order, one.loss)), tuple(unread), tuple(sorted(beside)))


def losses_in(project: Project, path: str, asked: Asked, shown: Mapping[str, str]) -> tuple[JudgedLoss, ...]:
    """Every loss in a file of a project, as the project has its files; what was run of it is not needed."""
    calls = LossCalls(is_known)
    recorded = Project(project.root, project.summaries, project.texts, calls, before=project)
    rows = _table(recorded, calls, [path], selection(asked), shown).rows()
    return tuple(sorted(rows, key=lambda one: (one.location.order, one.loss)))


def _table(project: Project, calls: LossCalls, paths: Sequence[str], selected: Selection, shown: Mapping[str, str]) -> _Table:
    """The losses of some files of a project, which records: it runs here."""
    project.run(paths)
    return _Table(project, set(paths), selected, calls, shown)


class _Table:
    """The losses of one project, and what the rules say of them."""

    def __init__(self, project: Project, wanted: set[str], selected: Selection, calls: LossCalls, shown: Mapping[str, str]) -> None:
        self.project, self.wanted, self.selected, self.calls, self.shown = project, wanted, selected, calls, shown
        self.sites = project.sites_in(wanted)
        losses = (one for site in self.sites for one in members(site) if isinstance(one, LossSite))
        self.answered = {one.call.range for one in losses if one.path}  # by callers: their arguments meet the loss where they call
        certain = [one for one in judge(self.sites, EVERY) if self._counts(one)]
        self.certain = _by_place(certain)
        self.possible = _by_place([one for one in possible(self.sites, certain) if self._counts(one)])
        self.lost: dict[CodeAt, FileAlone] = {
            key: one for one in files_alone(project, wanted, certain, self._counts, calls.callers) for key in one.lost
        }
        self._left = dict(self.lost)

    def _counts(self, one: Judged) -> bool:
        """True for what a rule says that is on, or that the file selects: a rule that is off speaks of what is right, too."""
        return one.rule.code in default_codes() or self.selected.tells(one.place.path, one.rule.code)

    def rows(self) -> Iterator[JudgedLoss]:
        """The rows of the files that are wanted."""
        groups: dict[tuple[SourceRange, str], list[_Said]] = {}
        for said in self._said():
            if said.place.path in self.wanted:
                groups.setdefault((said.place.range, said.loss), []).append(said)
        for group in groups.values():
            yield self._row(group)

    def beside(self) -> Iterator[ShownAlone]:
        """What files show alone at places that have no row, once the rows are made."""
        for (place, code), file in self._left.items():
            yield self._alone(file.lost[place, code].place, [(place, code)], file.facts((place, code), False))

    def _said(self) -> Iterator[_Said]:
        for site in self.sites:
            for one in members(site):
                match one:
                    case LossSite():
                        said = self._loss(one)
                        if said.verdict != UNKNOWN or one.path or one.call.range not in self.answered:
                            yield said
                    case HandWrittenSite() | ConstructorSite(subject=Contract()):
                        yield from self._other(one)
        for left in unvisited(self.project, self.wanted):
            if left.place.range not in self.certain:
                reason = Reason(left.reason, left.place, left.cause)
                yield _Said(left.place, left.contract.name, _title(left.contract, left.place), UNKNOWN, reason=reason)

    def _loss(self, site: LossSite) -> _Said:
        spoken = [one for one in run_rules(site) if self._counts(one)]
        said = _Said(site.primary, site.contract.name, _title(site.contract, site.primary), UNKNOWN, site)
        here = said.here
        certain = [one for place in here for one in self.certain.get(place, ())]
        certain += [one for said in spoken for one in self.certain.get(said.place.range, ()) if one.rule.code == said.rule.code]
        maybe = [one for place in here for one in self.possible.get(place, ())]
        if certain or maybe:
            return _told(said, certain or maybe, WRONG if certain else POSSIBLE)
        if spoken:
            arms = spoken[0].arms
            where = Place(arms[-1].test[0][0], arms[-1].test[0][1]) if arms else site.call
            text = f"{spoken[0].rule.code} is certain on one of several paths only"
            return said._replace(reason=Reason(text, where, ALTERNATIVES))
        lacking = missing(site, self.calls)
        return said._replace(verdict=UNKNOWN if lacking else RIGHT, reason=lacking)

    def _other(self, site: HandWrittenSite | ConstructorSite) -> Iterator[_Said]:
        """A loss that is written out, or called as if it were the function: where something is said of it."""
        told = self.certain.get(site.primary.range)
        if told:
            name = site.subject.name if isinstance(site, ConstructorSite) else HAND_WRITTEN
            title = site.primary.text if isinstance(site, ConstructorSite) else f"{site.primary.text} ({HAND_WRITTEN})"
            yield _told(_Said(site.primary, name, title, UNKNOWN), told, WRONG)

    def _row(self, group: list[_Said]) -> JudgedLoss:
        worst = min(group, key=lambda said: _WORST.index(said.verdict))
        lost = [key for key in self.lost if any(key[0] in said.here for said in group)]
        facts = dict.fromkeys(fact for key in lost for fact in self._left_out(key, worst.verdict == RIGHT))
        if lost and worst.verdict == RIGHT and not (facts and all(fact.kind.tells for fact in facts)):
            worst = worst._replace(verdict=UNKNOWN, reason=next(iter(facts)).reason if facts else _unnamed(worst.place))
        sites, reason = [said.site for said in group if said.site is not None], worst.reason
        return JudgedLoss(
            location(self.project, worst.place, self.shown),
            worst.loss,
            worst.place.text,
            worst.title,
            worst.verdict,
            _joined(in_words(site.input) for site in sites),
            _joined(in_words(site.target) for site in sites),
            bool(sites) and all(input_lacks(site, self.calls) is None for site in sites),
            bool(sites) and all(target_lacks(site, self.calls) is None for site in sites),
            worst.codes,
            "" if reason is None else reason.text,
            None if reason is None else location(self.project, reason.place, self.shown),
            "" if reason is None or worst.verdict != UNKNOWN else reason.cause,
            self._alone(worst.place, lost, facts) if lost else None,
        )

    def _left_out(self, key: CodeAt, known: bool) -> tuple[Fact, ...]:
        """The facts by which the project does not show a finding, which is told with a row."""
        self._left.pop(key, None)
        return self.lost[key].facts(key, known)

    def _alone(self, place: Place, found: Iterable[CodeAt], facts: Iterable[Fact]) -> ShownAlone:
        told = (ProjectFact(one.kind.value, one.reason.text, location(self.project, one.reason.place, self.shown)) for one in facts)
        return ShownAlone(location(self.project, place, self.shown), tuple(sorted({code for _, code in found})), tuple(told))


def _unnamed(place: Place) -> Reason:
    return Reason("it is not known which fact of the project says otherwise than the file", place, "a fact of the project")


def _told(said: _Said, told: Sequence[Judged], verdict: str) -> _Said:
    """A loss of which rules speak: what the first of them says, and where it was decided, or where the value comes from."""
    first = told[0]
    tests = tuple(one.test for one in first.under)
    place = next(iter((*tests, *(place for _, place in first.labels))), first.place)
    text = _condition(first) if tests else first.message
    return said._replace(verdict=verdict, codes=tuple(dict.fromkeys(one.rule.code for one in told)), reason=Reason(text, place))


def _condition(judged: Judged) -> str:
    """The condition of a possible finding; where it is decided stands beside it."""
    return " and ".join(f"{'when' if one.outcome else 'unless'} `{one.test.text}`" for one in judged.under)


def _title(contract: Contract, place: Place) -> str:
    """A loss as it is called, with its name where that is hidden."""
    return loss_name(contract, place.text).replace("`", "")


def _by_place(told: Iterable[Judged]) -> dict[SourceRange, list[Judged]]:
    found: dict[SourceRange, list[Judged]] = {}
    for one in told:
        found.setdefault(one.place.range, []).append(one)
    return found


def _joined(said: Iterable[str]) -> str:
    """What reaches a loss in several calling contexts, each thing once."""
    return " | ".join(dict.fromkeys(said)) or "?"
