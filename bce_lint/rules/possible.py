"""Possible findings: what a rule says of some of the values that can arrive at a place, and not of all of them.

No rule knows of this. It judges the place once for each of its alternatives, as if there were no other. What it says of some of them is
told where the tests are known that decide between these and the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from bce_lint.analysis.domain.conditions import Conditions, conditions, excluding
from bce_lint.analysis.domain.tensor import SourceRange, Tensor
from bce_lint.analysis.sites import ChoiceSite, LossSite, Site
from bce_lint.diagnostic import CRASH, INFO
from bce_lint.records import changed
from bce_lint.rules.judge import Judged, run_rules, spoken

DECIDED_HERE: Final = "decided here"


def possible(sites: Iterable[Site], certain: Iterable[Judged]) -> list[Judged]:
    """The possible findings at sites, but where something is certain."""
    known = {judged.place.range for judged in certain}
    heard: dict[tuple[SourceRange, Conditions], list[Judged]] = {}
    for site in sites:
        for judged in _of(site):
            if judged.place.range not in known:
                heard.setdefault((judged.place.range, judged.under), []).append(judged)
    shown: dict[tuple[SourceRange, str], Judged] = {}
    for judged in spoken(heard.values()):  # what holds under one condition hides nothing that holds under another
        shown.setdefault((judged.place.range, judged.rule.code), judged)
    return [_marked(judged) for judged in shown.values()]


def _marked(judged: Judged) -> Judged:
    """A possible finding: nobody fixes it, and it says where its conditions are decided."""
    tests = tuple((DECIDED_HERE, one.test) for one in judged.under)
    return judged._replace(labels=(*judged.labels, *tests), intents=(), own_severity=INFO)


def _of(site: Site) -> Iterator[Judged]:
    match site:
        case LossSite(alternatives=known) if known:
            for values, restricted in _restrictions(site):
                said = [list(run_rules(one)) for one in restricted]
                yield from _told(said, [conditions(known, value) for value in values])
        case ChoiceSite(under=under) if len(under) > 1 and any(under):
            yield from _told([[judged for one in choice for judged in run_rules(one)] for choice in site.choices], under)


def _restrictions(site: LossSite) -> Iterator[tuple[Sequence[Tensor], list[LossSite]]]:
    """A loss as it is for each alternative of its input alone, and of its target."""
    if len(site.input) > 1:
        yield site.input, [changed(site, input=(one,), shaped=site.shaped and changed(site.shaped, input=(one,))) for one in site.input]
    if len(site.target) > 1:
        yield site.target, [changed(site, target=(one,), shaped=site.shaped and changed(site.shaped, target=(one,))) for one in site.target]


def _told(said: Sequence[list[Judged]], under: Sequence[Conditions]) -> Iterator[Judged]:
    """What is said of some alternatives alone, where their conditions are those of none of the others."""
    for key in dict.fromkeys((judged.place.range, judged.rule.code) for one in said for judged in one):
        speaking = [[judged for judged in one if (judged.place.range, judged.rule.code) == key] for one in said]
        silent = [found for found, one in zip(under, speaking, strict=True) if not one]
        for one, found in zip(speaking, under, strict=True):
            apart = excluding(found, silent) if silent else ()
            if one and apart and one[0].rule.code != CRASH and not one[0].arms:
                yield one[0]._replace(under=apart)
                break
