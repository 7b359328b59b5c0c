"""Joins that come to an end: what a loop's rounds leave, round after round, becomes one value that no further round changes."""

from __future__ import annotations

from bce_lint.analysis.domain.constants import Constant
from bce_lint.analysis.domain.tensor import Tensor, alike_joined
from bce_lint.analysis.domain.values import TOP, Seq, Table, Union, Value, join, join_all, options
from bce_lint.records import changed


def widen(old: Value, new: Value) -> Value:
    """A join that cannot grow for ever: numbers and containers that still change become unknown."""
    joined = join(old, new)
    if joined == old or (type(joined) is Union and not joined.tags and _covers(old, new)):
        return old
    if any(type(v) is Constant and v.kind in ("int", "float", "str") for v in options(joined)):
        return TOP
    if type(joined) is Seq:
        return _widened(old, joined)
    if type(joined) is Table:
        return _widened_table(old, joined)
    return joined


def _covers(old: Value, new: Value) -> bool:
    """True if each alternative of a value lies below one of another: else the number of alternatives would grow up to the limit, at which
    those that are alike become one, and grow again."""
    known = options(old)
    return all(one in known or any(_lies_below(one, other) for other in known) for one in options(new))


def _lies_below(one: Value, other: Value) -> bool:
    if type(one) is Tensor and type(other) is Tensor:
        return alike_joined([other, one]) == [other]
    if type(one) is Seq and type(other) is Seq and not (other.prefix or other.suffix) and other.rest is not None:
        rest = other.rest
        return all(_covers(rest, item) for item in one)
    return False


def _widened_table(old: Value, joined: Table) -> Value:
    """A dict that a round filled: each entry by itself, and one of any other key."""
    if type(old) is not Table:
        return TOP
    entries = tuple((key, value if (before := old.get(key)) is None else widen(before, value)) for key, value in joined.entries)
    rest = joined.rest if old.rest is None or joined.rest is None else widen(old.rest, joined.rest)
    return changed(joined, entries=entries, rest=rest)


def _widened(old: Value, joined: Seq) -> Value:
    """A sequence that grew: its first elements are kept where they are what they were. In tuples of tuples, which may nest for ever,
    nothing is known."""
    if any(type(part) is Seq for item in joined for v in options(item) if type(v) is Seq for one in v for part in options(one)):
        return TOP
    if type(old) is Seq and old.exact and joined.exact:
        return Seq(tuple(widen(a, b) for a, b in zip(old.prefix, joined.prefix, strict=True)))
    if type(old) is not Seq or joined.exact or any(a is not b for a, b in zip(joined.prefix, old.prefix, strict=False)):
        return Seq((), join_all(joined))
    rest = joined.rest if old.rest is None or joined.rest is None else widen(old.rest, joined.rest)
    return Seq(joined.prefix, rest, joined.suffix)
