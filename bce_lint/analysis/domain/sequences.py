"""Sequences of which the ends are known and the length is not: what stands at a place, and what is left when they are cut or changed.

A place that is counted from the end is that of the sequence the other way round.
"""

from __future__ import annotations

from bce_lint.analysis.domain.values import TOP, Seq, Value, join_all


def backwards(items: Seq) -> Seq:
    """The elements from the last to the first."""
    return Seq(items.prefix[::-1]) if items.exact else Seq(items.suffix[::-1], items.rest, items.prefix[::-1])


def standing(items: Seq, index: int) -> tuple[Value, ...]:
    """What may stand at a place; nothing where no sequence of these is so long."""
    if items.rest is None:
        return (items.prefix[index],) if -len(items.prefix) <= index < len(items.prefix) else ()
    if index < 0:
        return standing(backwards(items), -1 - index)
    behind = index - len(items.prefix)
    return (items.prefix[index],) if behind < 0 else (items.rest, *items.suffix[: behind + 1])


def cut(items: Seq, low: int | None, high: int | None, step: int | None) -> Seq:
    """The elements of a slice."""
    if items.exact:
        return Seq(items.prefix[low:high:step])
    if step == -1 and high is None and low in (None, -1):
        return backwards(items)
    if step not in (None, 1) or (low is not None and low < 0 and high is not None and high >= 0):
        return Seq((), join_all(items))
    if low is not None and high is not None and low < 0:
        low = low - high if low < high else None
        if low is None:
            return Seq()
    left = items if high is None else _up_to(items, high)
    return left if low is None else _from(left, low)


def _from(items: Seq, low: int) -> Seq:
    """The elements from a place on."""
    if items.exact:
        return Seq(items.prefix[low:])
    if low < 0:
        return backwards(_up_to(backwards(items), -low))
    behind = max(low - len(items.prefix), 0)
    return Seq(items.prefix[low:], _any(items.rest, *items.suffix[:behind]), items.suffix[behind:])


def _up_to(items: Seq, high: int) -> Seq:
    """The elements before a place."""
    if items.exact:
        return Seq(items.prefix[:high])
    if high < 0:
        return backwards(_from(backwards(items), -high))
    behind = high - len(items.prefix)
    return Seq(items.prefix[:high]) if behind <= 0 else Seq(items.prefix, _any(items.rest, *items.suffix[:behind]))


def inserted(items: Seq, index: int, value: Value) -> Seq:
    """The elements with one more before a place."""
    if items.exact:
        place = slice(None, index).indices(len(items.prefix))[1]
        return Seq((*items.prefix[:place], value, *items.prefix[place:]))
    if index < 0:
        return backwards(inserted(backwards(items), -index, value))
    behind = index - len(items.prefix)
    if behind <= 0:
        return Seq((*items.prefix[:index], value, *items.prefix[index:]), items.rest, items.suffix)
    return Seq(items.prefix, _any(items.rest, value, *items.suffix[:behind]), items.suffix[behind:])


def removed(items: Seq, index: int) -> Seq | None:
    """The elements without the one at a place; None where no sequence of these is so long."""
    if items.exact:
        place = range(len(items.prefix))[index] if -len(items.prefix) <= index < len(items.prefix) else None
        return None if place is None else Seq((*items.prefix[:place], *items.prefix[place + 1 :]))
    if index < 0:
        left = removed(backwards(items), -1 - index)
        return None if left is None else backwards(left)
    behind = index - len(items.prefix)
    if behind < 0:
        return Seq((*items.prefix[:index], *items.prefix[index + 1 :]), items.rest, items.suffix)
    return Seq(items.prefix, _any(items.rest, *items.suffix[: behind + 1]), items.suffix[behind + 1 :])


def several(items: Seq, times: int | None, most: int) -> Seq:
    """The elements as often as a number says, which may not be known; those between are one by one up to a length."""
    if times is not None and times <= 1:
        return items if times == 1 else Seq()
    if items.exact and times is not None and times * len(items.prefix) <= most:
        return Seq(items.prefix * times)
    if times is None:
        return Seq((), join_all(items)) if items != Seq() else items
    return Seq(items.prefix, join_all(items), items.prefix if items.exact else items.suffix)


def _any(*values: Value | None) -> Value:
    return join_all(value for value in values if value is not None) or TOP
