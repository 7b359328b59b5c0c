"""What a run met: the sites that the rules judge, how often each was met, and every loss."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from bce_lint.analysis.domain.tensor import Place, Tensor
from bce_lint.analysis.models.thresholds import Takers, add_takers, linked
from bce_lint.analysis.sites import ActivationSite, LossSite, Site, ValuesSite
from bce_lint.catalog.schema import LOGITS, PROBABILITIES, Domain, Expects
from bce_lint.records import changed
from bce_lint.rules.judge import Judged, judge, run_rules
from bce_lint.rules.runtime_places import LOSS

MAX_SITES = 200
MAX_REACHED = 8
MAX_CALLERS = 20
MAX_USES = 1_000


@dataclass(slots=True)
class SeenLoss:
    """A loss at one place: how often it was called, and what reached it, with how often. `missed` says that something reached it on a
    way that was not seen."""

    contract: str
    name: str
    place: Place
    count: int = 0
    reached: dict[str, int] = field(default_factory=dict)
    more: int = 0
    missed: bool = False


class Way(NamedTuple):
    """A loss as it is reached: the place that led into its function, where value and expectation meet, and the calls from there on."""

    primary: Place
    caller: Place | None
    calls: tuple[Place, ...]


@dataclass(slots=True)
class Looked:
    """How often a place was looked at, and what for: of `unknown` times nothing was known of the values, `labels` times they were labels.

    Of a loss also what reached it, and the devices that it ran on. `codes` are those that the rules say of the place, with how often:
    also what another rule speaks before, what was not selected and what a comment silences.
    """

    count: int = 0
    unknown: int = 0
    labels: int = 0
    reached: dict[str, int] = field(default_factory=dict)
    devices: dict[str, None] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Counted:
    """A finding, and how often it was met."""

    judged: Judged
    count: int
    callers: tuple[Place, ...] = ()


class Recorder:
    """Collects sites; those that differ in nothing that a rule looks at are counted."""

    def __init__(self, codes: frozenset[str]) -> None:
        self.codes = codes
        self.losses: dict[tuple[Place, str], SeenLoss] = {}
        self.sites: dict[Site, int] = {}
        self.callers: dict[Place, dict[Place, None]] = {}
        self.notes: dict[str, int] = {}
        self.looked: dict[tuple[str, Place], Looked] = {}
        self.ways: dict[Way, Looked] = {}
        self._values: dict[tuple[Place, bool, bool], ValuesSite] = {}
        self._by_place: dict[Place, int] = {}
        self._uses: OrderedDict[int, dict[str, LossSite]] = OrderedDict()

    def note(self, text: str) -> None:
        """Remembers that something ran which cannot be seen."""
        self.notes[text] = self.notes.get(text, 0) + 1

    def add(self, site: Site, callers: tuple[Place, ...] = ()) -> None:
        """Counts a site. Of a place with very many, only those are kept of which a rule has something to say."""
        if site in self.sites:
            self.sites[site] += 1
            return
        place = getattr(site, "primary", None)
        assert isinstance(place, Place)
        if self._by_place.get(place, 0) >= MAX_SITES and not judge([site], self.codes):
            return
        self._by_place[place] = self._by_place.get(place, 0) + 1
        self.sites[site] = 1
        known = self.callers.setdefault(place, {})
        if len(known) < MAX_CALLERS:
            known.update(dict.fromkeys(callers))

    def look(self, kind: str, place: Place, known: bool = True) -> None:
        """Counts that a place was looked at, whatever the rules say of it."""
        seen = self.looked.setdefault((kind, place._replace(text="")), Looked())
        seen.count += 1
        seen.unknown += not known

    def values(self, site: ValuesSite) -> None:
        """Counts a site of values; the numbers, which each step changes, are those of the first."""
        key = (site.primary, site.lost > 0, site.beyond is not None)
        self.add(self._values.setdefault(key, site))

    def loss(self, site: LossSite, identity: int, callers: tuple[Place, ...]) -> LossSite:
        """Counts a loss, and notes what it takes its input for."""
        seen = self.losses.setdefault((site.primary, site.contract.name), SeenLoss(site.contract.name, site.name, site.primary))
        seen.count += 1
        text = reached(site)
        seen.more += not _counted(seen.reached, text)
        self._come(site, text)
        site = self._with_rival(site, identity, callers)
        self.add(site, callers)
        return site

    def missed(self, site: LossSite) -> None:
        """Notes that what is remembered of the input of a loss, which was counted, is not what it is."""
        self.losses[(site.primary, site.contract.name)].missed = True
        self.ways[way_of(site)].unknown += bool(site.input) and is_known(site.input[0])

    def _come(self, site: LossSite, text: str) -> None:
        seen = self.ways.setdefault(way_of(site), Looked())
        first = site.input[0] if site.input else None
        seen.count += 1
        seen.unknown += first is None or not is_known(first)
        seen.labels += first is not None and first.domain is Domain.LABEL
        _counted(seen.reached, text)
        if first is not None and first.device:
            seen.devices[first.device] = None

    def _with_rival(self, site: LossSite, identity: int, callers: tuple[Place, ...]) -> LossSite:
        """Of two losses that take the same values for different things, the one of probabilities gets the rival."""
        kind = "p" if site.contract.expects in PROBABILITIES else "x" if site.contract.expects in LOGITS else ""
        if not kind:
            return site
        uses = self._uses.setdefault(identity, {})
        self._uses.move_to_end(identity)
        while len(self._uses) > MAX_USES:
            self._uses.popitem(last=False)
        uses.setdefault(kind, site)
        rival = uses.get("x" if kind == "p" else "p")
        if rival is None:
            return site
        if kind == "x":
            self.add(changed(rival, rival=(site.contract, site.primary)), callers)
            return site
        return changed(site, rival=(rival.contract, rival.primary))

    def findings(self) -> list[Counted]:
        """What the rules say of all that was met."""
        whole = self._whole()
        counts: dict[tuple[Place, str], int] = {}
        for site, count in whole.items():
            for one in judge([site], self.codes):
                key = (one.place, one.rule.code)
                counts[key] = counts.get(key, 0) + count
        return [
            Counted(judged, counts.get((judged.place, judged.rule.code), 1), tuple(self.callers.get(judged.place, ())))
            for judged in judge(whole, self.codes)
        ]

    def _whole(self) -> dict[Site, int]:
        """The sites as the rules judge them: those that belong together as one."""
        takers: Takers = {}
        for site in self.sites:
            add_takers(site, takers)
        return _together({linked(site, takers): count for site, count in self.sites.items()})

    def judged(self) -> tuple[dict[tuple[str, Place], Looked], dict[Way, Looked]]:
        """The places that were looked at and the ways to the losses, with what the rules say of them."""
        places = {key: replace(one, codes={}) for key, one in self.looked.items()}
        ways = {way: replace(one, codes={}) for way, one in self.ways.items()}
        for site, count in self._whole().items():
            for judged in run_rules(site):
                looked = [places.get((kind, judged.place._replace(text=""))) for kind in judged.rule.places]
                if isinstance(site, LossSite) and LOSS in judged.rule.places:
                    looked.append(ways.get(way_of(site)))
                for one in filter(None, looked):
                    one.codes[judged.rule.code] = min(one.codes.get(judged.rule.code, 0) + count, one.count)
        return places, ways


def way_of(site: LossSite) -> Way:
    """The way that a loss was reached on."""
    return Way(site.primary, site.caller, (*site.path, site.call))


def is_known(tensor: Tensor) -> bool:
    """True if something is known of where a tensor's values come from."""
    return tensor.domain is not Domain.UNKNOWN or bool(tensor.origin) or tensor.literal


def _counted(texts: dict[str, int], text: str) -> bool:
    """Counts a text, unless there are many others already."""
    if text not in texts and len(texts) >= MAX_REACHED:
        return False
    texts[text] = texts.get(text, 0) + 1
    return True


def _together(sites: Mapping[Site, int]) -> dict[Site, int]:
    """The sites with those of one activation as one: a softmax over one value is an accident where other calls have several."""
    result: dict[Site, int] = {}
    same: dict[tuple[Place, int | str | None], list[ActivationSite]] = {}
    for site, count in sites.items():
        if isinstance(site, ActivationSite):
            same.setdefault((site.primary, site.dim), []).append(site)
        else:
            result[site] = count
    for group in same.values():
        inputs = dict.fromkeys(tensor for site in group for tensor in site.input)
        result[changed(group[0], input=tuple(inputs))] = sum(sites[site] for site in group)
    return result


def reached(site: LossSite) -> str:
    """What reached a loss, in words."""
    parts = [_said(site.input[0]) + _unknown(site) if site.input else "no tensor"]
    parts += [f"target {_said(site.target[0])}"] if site.target else []
    parts += [f"weight {_said(site.weight[0])}"] if site.weight else []
    return "; ".join(parts) + ("; under autocast" if site.autocast != "off" else "")


def _unknown(site: LossSite) -> str:
    """Says that nothing is known of an input, where the loss asks for something."""
    known = site.contract.expects is Expects.ANY or site.input[0].domain is not Domain.UNKNOWN or site.input[0].origin
    return "" if known or site.input[0].literal else " of unknown origin"


def _said(tensor: Tensor) -> str:
    shape = ", ".join(str(size) for size in tensor.shape or ())
    domain = "" if tensor.domain is Domain.UNKNOWN else f"{tensor.domain.value} "
    return f"{domain}{tensor.dtype} [{shape}]"
