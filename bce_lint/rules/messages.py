"""The words that messages and labels share: how a loss, a value and a place are named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import EllipsisType
from typing import Final

from bce_lint.analysis.domain.shapes import rank
from bce_lint.analysis.domain.tensor import Assumed, Origin, Place, PlacedDtype, PlacedSize, Shape, SourceRange, Tensor
from bce_lint.analysis.sites import Alternatives, LogSite, LossSite
from bce_lint.catalog.schema import Contract, Domain
from bce_lint.diagnostic import shortened

Labels = tuple[tuple[str, Place], ...]
_WIDTH = 60

# How labels end: what reads a finding again (`bce_lint.compare`) tells by them what a label's place is.
CALLED_FROM: Final = "called from here"
DEFAULTED: Final = "the constructor is not given another"
HANDED_ON: Final = "handed on here"
MADE: Final = "made here"
COMPUTED: Final = "loss computed here"
APPLIED: Final = "applied here"
LOGITS_MADE: Final = "logits made here"
AS_LOGITS: Final = "taken as logits here"
USED: Final = "used by the loss here"
CALLED: Final = "loss called here"
LOGARITHM_TAKEN: Final = "logarithm taken here"
INPUT_GIVEN: Final = "input given here"
WEIGHT_GIVEN: Final = "weight given here"
TARGET_GIVEN: Final = "target given here"
DECIDED: Final = ("comes from here", "come from here")
MADE_BY: Final = (APPLIED, LOGITS_MADE)
TAKEN_BY: Final = (AS_LOGITS, USED, CALLED)


def quoted(text: str) -> str:
    """Source text in backticks, on one line and not too long."""
    return f"`{shortened(' '.join(text.split()), _WIDTH)}`"


def dimensions(count: int | None) -> str:
    """So many dimensions."""
    return f"{count} dimension{'' if count == 1 else 's'}"


def loss_name(contract: Contract, written: str) -> str:
    """The loss as the user spells it, with its catalogue name where the spelling hides it."""
    tail = written.partition("(")[0].rpartition(".")[2]
    known = (contract.name, *(name.rpartition(".")[2] for name in (contract.module, contract.functional) if name))
    hidden = not any(name.startswith(tail.removesuffix("…")) if tail.endswith("…") else name == tail for name in known)
    return f"{quoted(written)} (`{contract.name}`)" if hidden else quoted(written)


def loss(site: LossSite) -> str:
    """The loss of a site, as `loss_name` puts it."""
    return loss_name(site.contract, site.name)


def source(origin: Origin | None, otherwise: str) -> str:
    """What a value is the output of; `otherwise` where nothing is known of its origin."""
    if origin is None:
        return otherwise
    return f"the output of {quoted(origin.place.text or origin.name)}"


def got(site: LossSite, otherwise: str) -> str:
    """What the loss of a site was given."""
    return source(site.input[0].first if site.input else None, otherwise)


def _verb(origin: Origin) -> str:
    match origin.domain:
        case Domain.LOGITS:
            return LOGITS_MADE
        case Domain.PROBABILITY | Domain.CATEGORICAL | Domain.LOG_PROBABILITY | Domain.LOG_CATEGORICAL:
            return f"{origin.domain.value} {APPLIED}"
        case _:
            return f"`{origin.name}` {APPLIED}"


def origins(values: Alternatives) -> Labels:
    """A label for each operation that made one of the values what it is."""
    return tuple((_verb(origin), origin.place) for tensor in values for origin in tensor.origin)


def way(site: LossSite) -> Labels:
    """Labels for the calls that led here, and from here to the catalogue's loss."""
    return tuple(_way(site))


def _way(site: LossSite) -> Iterator[tuple[str, Place]]:
    if site.caller:
        yield (CALLED_FROM, site.caller)
    if site.made and site.made.path != site.primary.path:
        yield (f"`{site.contract.name}` {MADE}", site.made)
    yield from ((HANDED_ON, place) for place in site.path if place not in (site.primary, site.call))
    if site.call != site.primary:
        yield (COMPUTED, site.call)


def assumed(*values: Tensor) -> Labels:
    """A label for each default of a constructor that gave one of the values a size."""
    sizes = [size for tensor in values for size in tensor.shape or () if isinstance(size, Assumed)]
    return tuple(dict.fromkeys((f"`{size.place.text}` is {int(size)} where {DEFAULTED}", size.place) for size in sizes))


def dtypes(values: Alternatives) -> Labels:
    """A label for each place that gave one of the values its dtype."""
    placed = [tensor.dtype for tensor in values if isinstance(tensor.dtype, PlacedDtype)]
    return tuple(dict.fromkeys((f"`{dtype}` {DECIDED[0]}", dtype.place) for dtype in placed))


def sizes(of: str, values: Iterable[int | EllipsisType | None]) -> Labels:
    """A label for each place that gave the input, or the target, one of some sizes."""
    by_place: dict[SourceRange, list[PlacedSize]] = {}
    for size in values:
        if type(size) is PlacedSize and size not in by_place.setdefault(size.place.range, []):
            by_place[size.place.range].append(size)
    return tuple((f"the {of}'s {_come(placed)}", placed[0].place) for placed in by_place.values())


def _come(found: list[PlacedSize]) -> str:
    *first, last = map(str, found)
    return f"sizes {', '.join(first)} and {last} {DECIDED[1]}" if first else f"size {last} {DECIDED[0]}"


def unlike(a: Shape | None, b: Shape | None) -> list[int | EllipsisType | None]:
    """The sizes of one shape that another one does not have at the same place: counted from the first dimension where both have one."""
    x, y = (tuple(shape or ()) for shape in (a, b))
    if rank(a) is None or rank(b) is None:
        x, y = x[::-1], y[::-1]
    return [size for at, size in enumerate(x) if at >= len(y) or size != y[at]]


def input_labels(site: LossSite) -> Labels:
    """The labels of a finding about a loss's input."""
    return origins(site.input) + way(site)


def target_labels(site: LossSite) -> Labels:
    """The labels of a finding about a loss's target."""
    made = origins(site.target) + dtypes(site.target)
    return made + given(TARGET_GIVEN, site.target_place, made) + way(site)


def arguments(site: LossSite, made: Labels = ()) -> Labels:
    """Labels for the two arguments of a loss, where no other label says more of the same place."""
    return given(INPUT_GIVEN, site.input_place, made) + given(TARGET_GIVEN, site.target_place, made)


def given(text: str, place: Place | None, made: Labels) -> Labels:
    """A label for an argument of a loss, where no other label says more of the same place."""
    return () if place is None or place.range in {known.range for _, known in made} else ((text, place),)


def logarithm(site: LogSite, of: str, instead: str) -> str:
    """What is wrong with the logarithm of a probability, and what to take instead."""
    eps = ", and the constant added caps it and is lost in float16" if site.eps else ""
    rounded = f"which is rounded to 0 for small probabilities{eps}"
    return f"{quoted(site.name)} is taken of {of}, {rounded}; `{instead}` is the same and stays finite"
