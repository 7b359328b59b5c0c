"""Runs the rules over sites: who speaks where several could, and one finding for each place and code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

from bce_lint.analysis.domain.conditions import Conditions
from bce_lint.analysis.domain.tensor import Place, SourceRange
from bce_lint.analysis.sites import ActivationSite, ChoiceSite, HandWrittenSite, LogSite, LossSite, Site, UndecidedArm, members
from bce_lint.catalog.schema import ANY
from bce_lint.diagnostic import CRASH, Fix, Verification
from bce_lint.fixes.intent import FixIntent
from bce_lint.records import changed
from bce_lint.rules.precedence import Precedence, Subject
from bce_lint.rules.registry import BY_CODE, RULES
from bce_lint.rules.rule import Rule

MAX_LABELS = 20

Arms: TypeAlias = tuple[UndecidedArm, ...]
"""Outcomes of undecided tests, the outermost first."""


class Judged(NamedTuple):
    """A finding of a rule that will be shown, before it is put into rows and columns.

    `intents` are the changes that its rule asks for; `fix` is what came of them, and `verification` what running that showed. `arms`
    are the undecided tests that it holds under, where a caller may have meant another arm; `under` are the conditions of one that is
    only possible.
    """

    rule: Rule
    place: Place
    message: str
    labels: tuple[tuple[str, Place], ...]
    intents: tuple[FixIntent, ...] = ()
    fix: Fix | None = None
    verification: Verification | None = None
    arms: tuple[UndecidedArm, ...] = ()
    own_severity: str = ""
    under: Conditions = ()

    @property
    def severity(self) -> str:
        """How bad it is: what its finding says, or its rule."""
        return self.own_severity or self.rule.severity

    @property
    def places(self) -> tuple[Place, ...]:
        """Its own place, and those of its labels."""
        return self.place, *(place for _, place in self.labels)


def judge(sites: Iterable[Site], codes: frozenset[str]) -> list[Judged]:
    """The findings of the selected codes. Selection comes last: which rule speaks at a place does not depend on it."""
    heard: dict[SourceRange, list[Judged]] = {}
    sites = list(sites)
    inside = {place for site in sites if isinstance(site, HandWrittenSite) for place in site.logs}
    called = {(site.primary, function) for site in sites if isinstance(site, LogSite) for function in site.called}
    found = [
        judged
        for site in sites
        if not (isinstance(site, LogSite) and (site.primary in inside or (site.primary, site.returned) in called))
        for judged in run_rules(site)
    ]
    wrong = _wrong_in_all_arms({judged.arms for judged in found})
    met = {one.arms[:at] for site in sites for one in members(site) if isinstance(one, LossSite | HandWrittenSite) for at in _upto(one)}
    for judged in found:
        if all(_is_certain((*judged.arms[:at], arm), wrong, met) for at, arm in enumerate(judged.arms)):
            heard.setdefault(judged.place.range, []).append(judged)
    return [judged for judged in spoken(heard.values()) if judged.rule.code in codes]


def spoken(heard: Iterable[list[Judged]]) -> list[Judged]:
    """Of what the rules say at each place what is told: the one of the highest precedence, and one finding for each code."""
    shown = [judged for group in heard for judged in _merged(_highest_precedence(group))]
    return sorted(shown, key=lambda judged: (judged.place.range, judged.rule.code))


def _wrong_in_all_arms(wrong: set[Arms]) -> set[Arms]:
    """The outcomes of tests under which something is wrong whichever arm the caller meant, given those under which something is."""
    ways = set(wrong)
    for length in range(max(map(len, ways), default=0), 0, -1):
        for way in [way for way in ways if len(way) == length]:
            *outside, arm = way
            if (*outside, _other(arm)) in ways:
                ways.add(tuple(outside))
    return ways


def _upto(site: LossSite | HandWrittenSite) -> range:
    return range(1, len(site.arms) + 1)


def _is_certain(way: Arms, wrong: set[Arms], met: set[Arms]) -> bool:
    """True if something wrong in an arm is so whichever arm a caller meant: the other is wrong, or takes what fails here to no loss."""
    *outside, arm = way
    other = (*outside, _other(arm))
    return other in wrong or (arm.tried and not arm.taken and other not in met)


def _other(arm: UndecidedArm) -> UndecidedArm:
    return arm._replace(taken=not arm.taken)


def unranked(sites: Iterable[Site]) -> list[Judged]:
    """What every rule says of some sites with precedence off: inside formulas that a rule speaks of as a whole, and of what stands
    below an activation, which the activation hides."""
    return [judged for site in sites for one in (site, *_below(site)) for judged in run_rules(one)]


def _below(site: Site) -> Iterator[LossSite]:
    """A loss as it would be without the activations before it that hide others."""
    if isinstance(site, LossSite) and site.input:
        for depth in range(min(len(one.inner) for one in site.input)):
            inner = [(one, one.inner[depth]) for one in site.input]
            bare = (changed(one, domain=o.domain, range=ANY, origin=(o,), inner=one.inner[depth + 1 :], form=None) for one, o in inner)
            yield changed(site, input=tuple(bare))


def run_rules(site: Site) -> Iterator[Judged]:
    """What every rule says of one site, whichever of them speaks in the end."""
    if isinstance(site, ChoiceSite):
        yield from _agreed([[(_met(one, judged), judged) for one in choice for judged in run_rules(one)] for choice in site.choices])
        return
    for rule in RULES:
        try:
            findings = list(rule.check(site))
        except Exception as error:  # a rule that fails is reported like any other finding, and the rest goes on
            yield Judged(BY_CODE[CRASH], site.primary, _crash(rule, error), ())
            continue
        for finding in findings:
            intents = (finding.fix,) if finding.fix is not None else ()
            place = finding.place or site.primary
            yield Judged(rule, place, finding.message, finding.labels, intents, arms=_arms(rule, site), own_severity=finding.severity)


def _arms(rule: Rule, site: Site) -> tuple[UndecidedArm, ...]:
    """The undecided tests that a finding depends on: one about shapes and dtypes, which callers choose, on all that the site met."""
    return site.arms if rule.subject is Subject.TARGET and isinstance(site, LossSite | ActivationSite | HandWrittenSite) else ()


def _met(site: Site, judged: Judged) -> SourceRange:
    """Where a finding's value meets its loss, wherever it is reported: each alternative may have been given a wrong option of its own."""
    return (judged.place if isinstance(site, ChoiceSite) else site.primary).range


def _agreed(choices: list[list[tuple[SourceRange, Judged]]]) -> Iterator[Judged]:
    keys = [{(met, judged.rule.code) for met, judged in choice} for choice in choices]
    for met, judged in (found for choice in choices for found in choice):
        if judged.rule.code == CRASH or all((met, judged.rule.code) in known for known in keys):
            yield judged


def _crash(rule: Rule, error: Exception) -> str:
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return f"internal error in the rule {rule.name} ({rule.code}): {text}"


def _highest_precedence(group: list[Judged]) -> list[Judged]:
    top = min((judged.rule.precedence for judged in group if judged.rule.precedence is not None), default=None)
    hidden = Subject.TARGET if top is not None and top < Precedence.CONFLICT else None
    return [judged for judged in group if judged.rule.precedence in (None, top) and judged.rule.subject is not hidden]


def _merged(group: list[Judged]) -> Iterator[Judged]:
    by_code: dict[str, list[Judged]] = {}
    for judged in group:
        by_code.setdefault(judged.rule.code, []).append(judged)
    for same in by_code.values():
        same.sort(key=_order)
        yield same[0]._replace(labels=_labels(same), intents=tuple(intent for judged in same for intent in judged.intents))


def _order(judged: Judged) -> tuple[list[tuple[SourceRange, str]], str]:
    return [(place.range, text) for text, place in judged.labels], judged.message


def _labels(same: list[Judged]) -> tuple[tuple[str, Place], ...]:
    kept: dict[tuple[str, SourceRange], tuple[str, Place]] = {}
    for judged in same:
        for text, place in judged.labels:
            if place.range != judged.place.range:
                kept.setdefault((text, place.range), (text, place))
    return tuple(kept.values())[:MAX_LABELS]
