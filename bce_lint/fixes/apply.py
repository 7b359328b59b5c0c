"""The rounds of fixing: all fixes that do not meet, the gates, and again until nothing changes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple, Protocol, TypeAlias

from bce_lint.diagnostic import Diagnostic, Fix, Location, Position
from bce_lint.fixes.bindings import check_bindings
from bce_lint.fixes.brought import Ground, Heard, Rewrite, nothing
from bce_lint.fixes.edit import Edit, Refusal, changed, meet, trust
from bce_lint.fixes.gates import check_text
from bce_lint.fixes.readings import Readers, Readings
from bce_lint.fixes.trials import Trials
from bce_lint.ir import Span
from bce_lint.rules.judge import Judged
from bce_lint.rules.messages import DECIDED
from bce_lint.source.text import SourceText

MAX_ROUNDS = 10
_STEPS = 4
_Key: TypeAlias = tuple[str, str, tuple[Edit, ...]]


class Linted(NamedTuple):
    """What a lint of some texts gave: the findings, what kept files from being read, the files read on the way by path, how a
    finding is told; for the gates what all rules say, and the contents of all files."""

    found: tuple[Judged, ...]
    unread: tuple[Diagnostic, ...]
    sources: Mapping[str, SourceText]
    shown: Callable[[Judged], Diagnostic]
    heard: Callable[[], Heard] = nothing
    texts: Callable[[], Mapping[str, bytes]] = dict


class Linter(Protocol):
    """Lints a project whose files may have other texts than on disk."""

    def __call__(self, texts: Mapping[str, str]) -> Linted:
        """The findings, with fixes. Raises `Refusal` for a text that a file's encoding cannot hold."""


class Checks(NamedTuple):
    """What the gates ask of the rooms below: see `gates.check_text`. `code` gives a text without its lines of IPython."""

    round_trips: Callable[[str], bool]
    parses: Callable[[str], str]
    code: Callable[[str], str] = str

    def hold(self, before: SourceText, after: str, edits: Sequence[Edit]) -> None:
        """Raises `Refusal` where a gate refuses a file's new text."""
        as_read = SourceText(before.path, before.data, self.code(before.text), before.encoding, before.bom)
        check_text(as_read, self.code(after), edits, self.round_trips, self.parses)


class Policy(NamedTuple):
    """Which fixes may be applied: the least trust, the codes, the files, and of which findings they are `wanted` at all."""

    least: str
    codes: frozenset[str]
    files: frozenset[str]
    wanted: Callable[[Judged], bool] = lambda _: True

    def allowed(self, found: Judged) -> Fix | None:
        """A finding's fix, if it may be applied."""
        fix = found.fix
        if fix is None or not fix.edits or trust(fix.applicability) < trust(self.least):
            return None
        return fix if found.rule.code in self.codes and fix.paths <= self.files and self.wanted(found) else None


class Fixed(NamedTuple):
    """New texts by path, the files that belong together, what was mended, what is left, and what a gate held back."""

    texts: dict[str, str]
    groups: list[set[str]]
    applied: list[Diagnostic]
    left: Linted
    refused: list[str]


class _Gates(NamedTuple):
    """What stands between a fix and the text: which fixes are wanted, what is asked of a text, the fixes that were refused, and what
    the texts are known to read."""

    policy: Policy
    checks: Checks
    held: set[_Key]
    known: dict[bytes, Readings | None]


def run(lint: Linter, policy: Policy, checks: Checks, only: tuple[Edit, ...] | None = None) -> Fixed:
    """Fixes until nothing is left to fix, at most `MAX_ROUNDS` times; or makes the one fix with these edits, in one round."""
    state = Fixed({}, [], [], lint({}), [])
    gates = _Gates(policy, checks, set(), {})
    trials: Trials | None = None
    if only is not None:
        alone = list(_chosen([one for one in state.left.found if _told_edits(state.left.shown(one)) == only], policy, gates.held))
        return _round(lint, state, alone, gates, Trials(len(alone)))[0] if alone else state
    for _ in range(MAX_ROUNDS):
        chosen = list(_chosen(state.left.found, policy, gates.held))
        if not chosen:
            return state
        trials = trials or Trials(len(chosen))
        before, held = state, len(gates.held)
        state, untried = _round(lint, state, chosen, gates, trials)
        if untried and (trials.over or (state is before and len(gates.held) == held)):
            more = f" and {len(untried) - 1} more" if len(untried) > 1 else ""
            reason = f"gates refuse some of these fixes together, and {trials.made} trials did not tell which; give fewer files or codes"
            state.refused.append(f"{_told(before, untried[0])}{more} were not tried alone: {reason}")
            return state
    if list(_chosen(state.left.found, policy, gates.held)):
        state.refused.append(f"fixing did not come to an end in {MAX_ROUNDS} rounds; run it again")
    return state


def _key(found: Judged) -> _Key:
    return found.rule.code, found.place.path, _edits(found)


def _told_edits(found: Diagnostic) -> tuple[Edit, ...]:
    return found.fix.edits if found.fix is not None else ()


def _edits(found: Judged) -> tuple[Edit, ...]:
    return found.fix.edits if found.fix is not None else ()


def _chosen(found: Sequence[Judged], policy: Policy, held: set[_Key]) -> Iterator[Judged]:
    """The fixes of one round: those that do not meet one before them; a fix that mends several findings counts for all."""
    taken, same = _TakenPlaces(), set[tuple[Edit, ...]]()
    for one in found:
        fix = policy.allowed(one)
        if fix is not None and _key(one) not in held and (fix.edits in same or not any(map(taken.meets, fix.edits))):
            if fix.edits not in same:
                same.add(fix.edits)
                taken.add(fix.edits)
            yield one


class _TakenPlaces:
    """The places of edits that are made together, by file and in order; those of one fix may touch."""

    def __init__(self) -> None:
        self._by_path: dict[str, list[Location]] = {}

    def add(self, edits: Sequence[Edit]) -> None:
        """Takes the edits of a fix, which meet none of those before."""
        for edit in edits:
            insort(self._by_path.setdefault(edit.location.path, []), edit.location, key=_reach)

    def meets(self, edit: Edit) -> bool:
        """True if an edit touches one that was taken, or begins where that ends or the other way round."""
        places = self._by_path.get(edit.location.path, [])
        at = bisect_left(places, edit.location.start, key=lambda place: place.end)
        while at < len(places) and places[at].start <= edit.location.end:
            if meet(edit.location, places[at]) or places[at].start == edit.location.end:
                return True
            at += 1
        return False


def _reach(place: Location) -> tuple[Position, Position]:
    return place.end, place.start


def _round(lint: Linter, state: Fixed, chosen: list[Judged], gates: _Gates, trials: Trials) -> tuple[Fixed, list[Judged]]:
    """One round: all at once; where a gate refuses that, those at fault are looked for and left out. The state after it, and the
    fixes that could not be tried enough."""
    groups: dict[tuple[Edit, ...], list[Judged]] = {}
    for one in chosen:
        groups.setdefault(_edits(one), []).append(one)
    found = trials.search(list(groups.values()), lambda some: _tried(lint, state, [one for group in some for one in group], gates))
    for group, reason in found.refused:
        gates.held.update(map(_key, group))
        state.refused.append(f"{_told(state, group[0])} is not fixed: {reason}")
    return found.after or state, [one for group in found.untried for one in group]


def _told(state: Fixed, found: Judged) -> str:
    where = state.left.shown(found).location
    return f"{where.path}:{where.line}:{where.start.column}: {found.rule.code}"


def _tried(lint: Linter, state: Fixed, chosen: Sequence[Judged], gates: _Gates) -> tuple[Fixed | None, str]:
    """The state after some fixes, or why a gate refuses them.

    What they bring is mended with them: a fix whose finding becomes another one passes only where that one's fix goes with it.
    """
    try:
        ground = Ground.of(state.left.heard(), state.left.sources)
        touched: list[set[str]] = []
        for _ in range(_STEPS):
            before, mended = state.left, list(chosen)
            edits = _by_path(mended)
            touched.append(set(edits))
            state = _changed(lint, state, mended, edits, gates)
            rewrite = Rewrite.of(before.sources, edits)
            _check_gone(before, state.left, mended, rewrite)
            ground, brought = ground.rewritten(rewrite, mended, state.left.heard(), state.left.sources)
            if not brought:
                together = [set().union(*touched)] if len(touched) > 1 else []
                return state._replace(groups=_merged(state.groups, together)), ""
            follow = {(one.rule.code, one.place.range) for one in brought}
            chosen = [one for one in state.left.found if (one.rule.code, one.place.range) in follow]
            unmended = follow - {(one.rule.code, one.place.range) for one in chosen if gates.policy.allowed(one) is not None}
            chosen = list(_chosen(chosen, gates.policy, gates.held))
            if unmended or not chosen:
                break
        bad = next((one for one in brought if (one.rule.code, one.place.range) in unmended), brought[0])
        raise _brought(state.left.shown(bad))
    except Refusal as refusal:
        return None, str(refusal)
    except RecursionError:
        return None, "a text that it changes is nested too deeply to be compared"


def _by_path(chosen: Sequence[Judged]) -> dict[str, list[Edit]]:
    found: dict[str, list[Edit]] = {}
    for edit in sorted({edit for one in chosen for edit in _edits(one)}):
        found.setdefault(edit.location.path, []).append(edit)
    return found


def _changed(lint: Linter, state: Fixed, chosen: Sequence[Judged], edits: Mapping[str, Sequence[Edit]], gates: _Gates) -> Fixed:
    """The state after the edits of some fixes. Raises `Refusal` for a text that may not be written."""
    texts = dict(state.texts)
    for path, own in edits.items():
        before = state.left.sources[path]
        texts[path] = changed(before, own)
        gates.checks.hold(before, texts[path], own)
    seen = lint(texts)
    old, new = {path: state.left.sources[path].text for path in edits}, {path: texts[path] for path in edits}
    check_bindings(old, new, Readers(seen.texts(), gates.known, line=partial(_line, seen.sources)))
    groups = _merged(state.groups, [set(one.fix.paths) for one in chosen if one.fix is not None])
    return Fixed(texts, groups, [*state.applied, *map(state.left.shown, chosen)], seen, state.refused)


def _line(sources: Mapping[str, SourceText], path: str, row: int) -> str:
    """A row for people: in a notebook with its cell."""
    where = Location(path, Position(row, 1), Position(row, 1))
    return sources[path].told(where).line if path in sources else where.line


def _check_gone(before: Linted, after: Linted, chosen: Sequence[Judged], rewrite: Rewrite) -> None:
    """Raises `Refusal` unless what was fixed is gone, and every file is still read."""
    images = ((one, rewrite.images(one.place.path, one.place.span.start)) for one in chosen)
    gone = {(one.rule.code, one.place.path, start): _marks(one, before, rewrite.old) for one, starts in images for start in starts}
    for one in after.found:
        key = (one.rule.code, one.place.path, one.place.span.start)
        if key in gone and _marks(one, after, rewrite.new) == gone[key]:
            raise Refusal(f"{one.rule.code} would still be there")
    known = {(one.location.path, one.code) for one in before.unread}
    for problem in after.unread:
        if (problem.location.path, problem.code) not in known:
            raise _brought(problem)


def _brought(one: Diagnostic) -> Refusal:
    return Refusal(f"it would bring {one.code} at {one.location.path}:{one.location.line}")


def _marks(found: Judged, seen: Linted, edited: Mapping[str, Sequence[Span]]) -> set[tuple[str, str]]:
    """What a finding's labels mark: where that has changed, it speaks of something else, such as the next of two sigmoids. What is
    edited inside of a mark, as an argument of a call, makes it no other one; neither does a dtype that now comes from the edit."""
    marked = [mark for text, mark in found.labels if not text.endswith(DECIDED)]
    return {(mark.path, _around(seen.sources[mark.path].text, mark.span, edited.get(mark.path, ()))) for mark in marked}


def _around(text: str, mark: Span, edited: Sequence[Span]) -> str:
    """The text of a mark without the edits inside of it; an edit at one of its ends is none."""
    first, last = (bisect(edited, at, key=lambda span: span.start) for bisect, at in ((bisect_right, mark.start), (bisect_left, mark.end)))
    inside = [span for span in edited[first:last] if span.end < mark.end]
    starts, ends = [mark.start, *(span.end for span in inside)], [*(span.start for span in inside), mark.end]
    return "\0".join(text[start:end] for start, end in zip(starts, ends, strict=True))


def _merged(groups: Sequence[set[str]], new: Sequence[set[str]]) -> list[set[str]]:
    """Sets of files that are written together, joined where they share one."""
    result: dict[int, set[str]] = {}
    holding: dict[str, int] = {}
    for number, group in enumerate((*groups, *new)):
        met = {holding[path] for path in group if path in holding}
        at = max(met, key=lambda one: len(result[one]), default=number)
        whole = result.pop(at, set())
        for part in (group, *(result.pop(other) for other in met - {at})):
            whole |= part
            holding.update(dict.fromkeys(part, at))
        result[at] = whole  # what was joined last comes last
    return list(result.values())
