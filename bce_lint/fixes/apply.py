"""The rounds of fixing: all fixes that do not meet, the gates, and again until nothing changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from bce_lint.diagnostic import Diagnostic
from bce_lint.fixes.edit import Applicability, Edit, Refusal, Rewrite, changed, meet
from bce_lint.fixes.gates import check_text, moved
from bce_lint.ir import Span
from bce_lint.source.text import SourceText

MAX_ROUNDS = 10
_Key: TypeAlias = tuple[str, str, tuple[Edit, ...]]


class Found(NamedTuple):
    """A finding with its fix in offsets: `place` is its primary spot, `marks` are those of its labels."""

    diagnostic: Diagnostic
    rewrite: Rewrite | None
    place: tuple[str, Span]
    marks: tuple[tuple[str, Span], ...] = ()


class Seen(NamedTuple):
    """What a lint of some texts gave: the findings, and the files read on the way by path."""

    found: tuple[Found, ...]
    sources: Mapping[str, SourceText]


class Linter(Protocol):
    """Lints a project whose files may have other texts than on disk."""

    def __call__(self, texts: Mapping[str, str]) -> Seen:
        """The findings, with fixes. Raises `Refusal` for a text that a file's encoding cannot hold."""


class Checks(NamedTuple):
    """What the gates ask of the rooms below: see `gates.check_text`."""

    round_trips: Callable[[str], bool]
    parses: Callable[[str], str]


class Policy(NamedTuple):
    """Which fixes may be applied: the least trust, the codes, and the files."""

    least: Applicability
    codes: frozenset[str]
    files: frozenset[str]

    def allows(self, found: Found) -> bool:
        """Whether a finding's fix may be applied."""
        rewrite = found.rewrite
        if rewrite is None or not rewrite.edits or rewrite.applicability < self.least:
            return False
        return found.diagnostic.code in self.codes and rewrite.paths <= self.files


class Fixed(NamedTuple):
    """New texts by path, the files that belong together, what was mended, what is left, and what a gate held back."""

    texts: dict[str, str]
    groups: list[set[str]]
    applied: list[Diagnostic]
    left: Seen
    refused: list[str]


def run(lint: Linter, policy: Policy, checks: Checks) -> Fixed:
    """Fixes until nothing is left to fix, at most `MAX_ROUNDS` times."""
    state = Fixed({}, [], [], lint({}), [])
    held: set[_Key] = set()
    for _ in range(MAX_ROUNDS):
        chosen = list(_chosen(state.left.found, policy, held))
        if not chosen:
            return state
        state = _round(lint, state, chosen, checks, held)
    if list(_chosen(state.left.found, policy, held)):
        state.refused.append(f"fixing did not come to an end in {MAX_ROUNDS} rounds; run it again")
    return state


def _key(found: Found) -> _Key:
    assert found.rewrite is not None
    return found.diagnostic.code, found.place[0], found.rewrite.edits


def _chosen(found: Sequence[Found], policy: Policy, held: set[_Key]) -> Iterator[Found]:
    """The fixes of one round: those that do not meet one before them; a fix that mends several findings counts for all."""
    taken: list[Rewrite] = []
    for one in found:
        if policy.allows(one) and _key(one) not in held:
            assert one.rewrite is not None
            same = any(one.rewrite.edits == other.edits for other in taken)
            if same or not any(_conflict(one.rewrite, other) for other in taken):
                taken.append(one.rewrite)
                yield one


def _conflict(a: Rewrite, b: Rewrite) -> bool:
    return any(x.path == y.path and (meet(x.span, y.span) or x.span.end == y.span.start) for x in a.edits for y in b.edits)


def _round(lint: Linter, state: Fixed, chosen: list[Found], checks: Checks, held: set[_Key]) -> Fixed:
    """One round: all at once; where a gate refuses that, those at fault are looked for by halves and left out."""
    groups: dict[tuple[Edit, ...], list[Found]] = {}
    for one in chosen:
        groups.setdefault(_key(one)[2], []).append(one)
    after, refused = _halved(lint, state, list(groups.values()), checks)
    for group, reason in refused:
        held.update(map(_key, group))
        where = group[0].diagnostic.location
        place = f"{where.path}:{where.start.row}:{where.start.column}"
        state.refused.append(f"{place}: {group[0].diagnostic.code} is not fixed: {reason}")
    if after is None and len(refused) < len(groups):
        good = [group for group in groups.values() if all(group is not bad for bad, _ in refused)]
        after = _tried(lint, state, [one for group in good for one in group], checks)[0]
        after = after or _tried(lint, state, good[0], checks)[0]
    return after if after is not None else state


def _halved(lint: Linter, state: Fixed, groups: list[list[Found]], checks: Checks) -> tuple[Fixed | None, list[tuple[list[Found], str]]]:
    """The state after some fixes; where a gate refuses it, nothing and the ones that it refuses alone."""
    after, reason = _tried(lint, state, [one for group in groups for one in group], checks)
    if after is not None:
        return after, []
    if len(groups) == 1:
        return None, [(groups[0], reason)]
    middle = len(groups) // 2
    return None, [bad for half in (groups[:middle], groups[middle:]) for bad in _halved(lint, state, half, checks)[1]]


def _tried(lint: Linter, state: Fixed, chosen: Sequence[Found], checks: Checks) -> tuple[Fixed | None, str]:
    """The state after some fixes, or why a gate refuses them."""
    edits = sorted({edit for one in chosen if one.rewrite is not None for edit in one.rewrite.edits})
    by_path: dict[str, list[Edit]] = {}
    for edit in edits:
        by_path.setdefault(edit.path, []).append(edit)
    try:
        texts = dict(state.texts)
        for path, own in by_path.items():
            before = state.left.sources[path].text
            texts[path] = changed(before, own)
            check_text(before, texts[path], own, *checks)
        seen = lint(texts)
        _check_findings(state.left, seen, chosen, by_path)
    except Refusal as refusal:
        return None, str(refusal)
    groups = _merged(state.groups, [set(one.rewrite.paths) for one in chosen if one.rewrite is not None])
    return Fixed(texts, groups, [*state.applied, *(one.diagnostic for one in chosen)], seen, state.refused), ""


def _check_findings(before: Seen, after: Seen, chosen: Sequence[Found], edits: Mapping[str, Sequence[Edit]]) -> None:
    """Raises `Refusal` unless what was fixed is gone and nothing new came, but at what the fixes wrote or where a finding was before."""
    known = {(path, _after((path, span), edits)[1].start) for path, span in (one.place for one in before.found)}
    written = {(path, span) for path, own in edits.items() for span in moved(own)}
    left = {(one.diagnostic.code, _after(one.place, edits)[1].start, one.place[0]) for one in before.found}
    gone = {(one.diagnostic.code, _after(one.place, edits)[1].start, one.place[0]): _marks(one, before) for one in chosen}
    mended = {(path, start) for _, start, path in gone}
    for one in after.found:
        path, span = one.place
        key = (one.diagnostic.code, span.start, path)
        if key in gone and _marks(one, after) == gone[key]:
            raise Refusal(f"{one.diagnostic.code} would still be there")
        at_the_change = (path, span.start) in known or any(_touches(spot, written) for spot in (one.place, *one.marks))
        at_the_change |= any((marked, mark.start) in mended for marked, mark in one.marks)
        if key not in left and not at_the_change:
            raise Refusal(f"it would bring {one.diagnostic.code} at {one.diagnostic.location.path}:{one.diagnostic.location.start.row}")


def _marks(found: Found, seen: Seen) -> set[tuple[str, str]]:
    """What a finding's labels mark: where that has changed, it speaks of something else, such as the next of two sigmoids."""
    return {(path, seen.sources[path].text[span.start : span.end]) for path, span in found.marks}


def _touches(spot: tuple[str, Span], written: set[tuple[str, Span]]) -> bool:
    path, span = spot
    return any(path == other and span.start <= w.end and w.start <= span.end for other, w in written)


def _after(place: tuple[str, Span], edits: Mapping[str, Sequence[Edit]]) -> tuple[str, Span]:
    """Where a spot lies once edits before it are made."""
    path, span = place
    shift = sum(len(e.text) - (e.span.end - e.span.start) for e in edits.get(path, ()) if e.span.end <= span.start and e.span != span)
    return path, Span(span.start + shift, span.end + shift)


def _merged(groups: Sequence[set[str]], new: Sequence[set[str]]) -> list[set[str]]:
    """Sets of files that are written together, joined where they share one."""
    result: list[set[str]] = []
    for group in (*groups, *new):
        apart = [other for other in result if other.isdisjoint(group)]
        result = [*apart, group.union(*(other for other in result if not other.isdisjoint(group)))]
    return result
