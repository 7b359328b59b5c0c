"""What becomes of alternatives, each of which keeps the outcomes of tests without which it cannot be there."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bce_lint.analysis.domain.partitions import NO_TAGS, Tags
from bce_lint.analysis.domain.values import NONE, TOP, Union, Value, join_tagged, tagged
from bce_lint.records import changed


def mapped(value: Value, one: Callable[[Value], Value]) -> Value:
    """What becomes of each alternative, which is there when that was."""
    return join_tagged([(one(option), when) for option, when in tagged(value)]) if type(value) is Union else one(value)


def mapped_present(value: Value, one: Callable[[Value], Value]) -> Value:
    """What becomes of each alternative but None, which raises where a tensor is asked for; of None where there is nothing else."""
    if type(value) is not Union:
        return one(value)
    return join_tagged([(one(option), when) for option, when in tagged(value) if option is not NONE])


def answered(value: Value, one: Callable[[Value], Value]) -> Value:
    """What is answered of each alternative; where nothing tells the alternatives apart, one answer or none."""
    found = mapped(value, one)
    return TOP if type(found) is Union and not found.tags else found


def among(left: list[tuple[Value, Tags]], value: Union) -> Value | None:
    """Some alternatives of a value, None for none of them."""
    if len(left) == len(value.options):
        return value
    if len(left) < 2:
        return left[0][0] if left else None
    return changed(value, options=tuple(option for option, _ in left), tags=_tags([when for _, when in left]))


def _tags(tags: list[Tags]) -> tuple[Tags, ...]:
    return tuple(tags) if any(tags) else ()


def common(tags: Iterable[Tags]) -> Tags:
    """The outcomes that hold whichever of some alternatives is there."""
    found = list(tags)
    return frozenset.intersection(*found) if found else NO_TAGS
