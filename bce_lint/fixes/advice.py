"""What a person would change where a machine does not: a sentence for each kind of fix, with the places that it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

from bce_lint.analysis.domain.tensor import Origin
from bce_lint.analysis.project.project import Project
from bce_lint.analysis.sites import LossSite, ThresholdSite, members, places
from bce_lint.catalog.schema import Domain
from bce_lint.fixes.decisions import logit
from bce_lint.fixes.intent import Change, FixIntent
from bce_lint.fixes.places import at_place, listed

_Intents: TypeAlias = Sequence[FixIntent]
_Advice: TypeAlias = Callable[[Project, _Intents], str]


def advice(project: Project, intents: _Intents) -> str:
    """What a person would change for the intents of one finding."""
    return _ADVICE[intents[0].change](project, intents)


def _here(project: Project, intents: _Intents) -> str:
    """Where the findings are: the loss's own call, where there is a loss."""
    sites = [site for intent in intents for site in members(intent.site)]
    return listed(at_place(project, site.call if isinstance(site, LossSite) else next(places(site))) for site in sites)


def _origins(intents: _Intents, inner: bool = False) -> list[Origin]:
    sites = [intent.site for intent in intents if isinstance(intent.site, LossSite | ThresholdSite)]
    found = [origin for site in sites for x in site.input for origin in (x.inner if inner else x.origin)]
    return list(dict.fromkeys(found))


def _named(project: Project, origins: Iterable[Origin]) -> str:
    """Activations with their places: `the sigmoid at net.py:12`."""
    found: dict[str, list[str]] = {}
    for origin in origins:
        found.setdefault(origin.name, []).append(at_place(project, origin.place))
    return " and ".join(f"the {name} at {listed(rows)}" for name, rows in found.items()) or "the activation"


def _before(project: Project, intents: _Intents) -> str:
    """What the activations get; what a layer gives where there is no activation."""
    origins = _origins(intents)
    given = bool(origins) and all(origin.domain is Domain.LOGITS for origin in origins)
    return f"what {_named(project, origins)} {'gives' if given else 'gets'}"


def _others(intents: _Intents) -> str:
    """What is to be done for who else uses the output of the activations."""
    names = dict.fromkeys(origin.name for origin in _origins(intents) if origin.domain is not Domain.LOGITS)
    return f"; what else uses the output needs the {' or the '.join(names)} applied there" if names else ""


def _drop(project: Project, intents: _Intents) -> str:
    return f"give the loss at {_here(project, intents)} {_before(project, intents)}{_others(intents)}"


def _drop_inner(project: Project, intents: _Intents) -> str:
    outer, inner = (_named(project, _origins(intents, below)) for below in (False, True))
    if any(origin.domain is Domain.LOG_CATEGORICAL for origin in _origins(intents)):
        return f"take {inner} away, and give {outer} what it gets"
    return f"take {outer} away, and give the loss at {_here(project, intents)} what it gets: the output of {inner}"


def _fuse(project: Project, intents: _Intents) -> str:
    return f"use `{intents[0].what}` at {_here(project, intents)}, and give it {_before(project, intents)}{_others(intents)}"


def _retype(project: Project, intents: _Intents) -> str:
    return f"use `{intents[0].what}` for the loss at {_here(project, intents)}, or give it what it expects"


def _logarithm(project: Project, intents: _Intents) -> str:
    return f"give the loss at {_here(project, intents)} the `log_softmax` of {_before(project, intents)}"


def _threshold(project: Project, intents: _Intents) -> str:
    site = intents[0].site
    constant = site.threshold if isinstance(site, ThresholdSite) else None
    return f"compare the logits at {_here(project, intents)} with {logit(constant or 0.5)}, or give the sigmoid of them there"


def _reduce(project: Project, intents: _Intents) -> str:
    what = intents[0].what
    said = f'`reduction="{what}"`' if what else "`reduction`, and hand that through,"
    return f"say {said} at {_here(project, intents)}"


def explained(project: Project, intents: _Intents) -> str:
    """What a rule says that asks for no change, with the activations that it is about."""
    origins = [*_origins(intents), *_origins(intents, inner=True)] if isinstance(intents[0].site, ThresholdSite) else []
    return intents[0].what + (f": {_named(project, origins)}" if origins else "")


def _saying(text: str) -> _Advice:
    """Advice about one call alone; `{what}` is what the rule asks for."""
    return lambda project, intents: f"{text.format(what=intents[0].what)} at {_here(project, intents)}"


_ADVICE: Final[dict[Change, _Advice]] = {
    Change.DROP: _drop,
    Change.DROP_INNER: _drop_inner,
    Change.FUSE: _fuse,
    Change.RETYPE: _retype,
    Change.LOGARITHM: _logarithm,
    Change.LOG_TARGET: _saying("say `log_target=True`, if the input is in log space as well, or give it probabilities"),
    Change.CALL: _saying("construct the loss first, then call it,"),
    Change.SWAP: _saying("exchange input and target"),
    Change.REDUCTION: _reduce,
    Change.CAST_TARGET: _saying("cast the target to {what} where it is made, or"),
    Change.CAST_WEIGHT: _saying("cast the weight to {what} where it is made, or"),
    Change.SHAPE: _saying("give input and target one shape"),
    Change.LOG: _saying("write the logarithm of the activation as one function, on what the activation gets,"),
    Change.FORMULA: _saying("use torch's binary cross entropy in the place of the formula"),
    Change.THRESHOLD: _threshold,
    Change.DIMENSION: _saying("say the `dim` that is meant"),
    Change.NONE: explained,
}
