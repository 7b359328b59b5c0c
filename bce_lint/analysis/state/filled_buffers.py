"""Buffers that are made of one constant and filled piece by piece: once the pieces leave nothing out, they hold the values of those."""

from __future__ import annotations

from bce_lint.analysis.domain.constants import INT
from bce_lint.analysis.domain.gradient import Gradient, together
from bce_lint.analysis.domain.shapes import size
from bce_lint.analysis.domain.tensor import End, Filling, Formula, Tensor, join_tensor
from bce_lint.analysis.domain.values import NONE, Constant, Seq, Unknown, Value, const
from bce_lint.catalog.dtypes import INTEGERS
from bce_lint.catalog.schema import ACTIVATED, Domain
from bce_lint.records import changed

_HELD = ACTIVATED | {Domain.LOGITS}
_DOTS = Constant(..., "ellipsis")
_SLICE = (const("slice"),)
_MOST = 32
"""How many pieces are told apart."""


def written(owner: Tensor, key: Value, value: Value) -> Tensor:
    """A tensor after part of it was overwritten: it keeps its domain only if the value shares it, and gets one where it was blank."""
    new = value.carried if type(value) is Tensor else Gradient.UNKNOWN if type(value) is not Constant else Gradient.DATA
    gradient = together((owner.carried, new))
    if type(value) is Tensor and value.domain is owner.domain and value.range == owner.range:
        return owner if gradient is owner.gradient else changed(owner, gradient=gradient)
    plain = Tensor(dtype=owner.dtype, shape=owner.shape, given=owner.given, gradient=gradient)
    if type(value) is Tensor and owner.dtype not in INTEGERS and _is_all(owner, key):
        of = value if value.shape == owner.shape is not None else _without_place(value)
        return changed(plain, domain=of.domain, range=of.range, origin=of.origin, inner=of.inner, model=of.model)
    before = owner.form.filling if owner.form is not None else None
    blank = owner.literal and owner.domain is Domain.UNKNOWN and owner.range.low == owner.range.high
    if type(value) is not Tensor or value.domain not in _HELD or not (blank or before is not None):
        return plain
    found = _filled(owner, before, key, value)
    if found is None:
        return plain
    if not _is_whole(found, size(owner.shape, found.dim)):
        return changed(plain, form=Formula("filling", filling=found))
    of = found.of
    return changed(plain, domain=of.domain, range=of.range, origin=of.origin, inner=of.inner, model=of.model)


def _is_all(owner: Tensor, key: Value) -> bool:
    """True if an index leaves nothing of a tensor out."""
    piece = _piece(owner, key)
    return piece is not None and piece[1] == (0, None)


def _filled(owner: Tensor, before: Filling | None, key: Value, value: Tensor) -> Filling | None:
    """What is filled of a buffer after one more piece; None where it cannot be told, or where the pieces are not of one kind."""
    piece = _piece(owner, key)
    of = _without_place(value)
    if piece is None or before is None or piece[1] == (0, None):
        return None if piece is None else Filling(piece[0], frozenset({piece[1]}), of)
    if piece[0] != before.dim or before.of.domain is not of.domain or before.of.inner != of.inner or len(before.pieces) >= _MOST:
        return None
    return Filling(before.dim, before.pieces | {piece[1]}, join_tensor(before.of, of))


def _without_place(value: Tensor) -> Tensor:
    """What matters of the values in a piece: not which tensor it is, nor over which of its dimensions a softmax ran."""
    origin, inner = (tuple(one._replace(over=None) for one in ones) for ones in (value.origin, value.inner))
    return Tensor(value.domain, value.range, origin=origin, inner=inner, model=value.model)


def _piece(owner: Tensor, key: Value) -> tuple[int, tuple[End, End]] | None:
    """The dimension that an index divides, and from where to where it goes there: (0, None) for all of it."""
    keys = key.prefix if type(key) is Seq and key.exact and key.prefix[:1] != _SLICE else (key,)
    if keys[:1] == (_DOTS,):
        parts = [(at - len(keys), part) for at, part in enumerate(keys) if at]
    else:
        parts = [(at, part) for at, part in enumerate(keys) if (part, at) != (_DOTS, len(keys) - 1)]
    found = [(dim, _ends(part, size(owner.shape, dim))) for dim, part in parts]
    divided = [(dim, ends) for dim, ends in found if ends != (0, None)]
    if len(divided) > 1 or any(ends is None for _, ends in divided):
        return None
    dim, ends = divided[0] if divided else (0, (0, None))
    return None if ends is None else (dim, ends)


def _ends(key: Value, length: int | None) -> tuple[End, End] | None:
    if type(key) is Constant and key.kind == INT:
        at = _end(key, length)
        return None if not isinstance(at, int) else (at, at + 1)
    if type(key) is not Seq or not key.exact or key.prefix[:1] != _SLICE or key.prefix[3:] not in ((NONE,), ()):
        return None
    start, stop = key.prefix[1:3]
    first, last = 0 if start is NONE else _end(start, length), None if stop is NONE else _end(stop, length)
    return None if first is None or (last is None and stop is not NONE) else (first, last)


def _end(value: Value, length: int | None) -> End:
    """An end as a number, or as the symbol of a number that is not known; None for any other."""
    if type(value) is Constant and isinstance(value.value, int):
        return value.value if value.value >= 0 else value.value + length if length is not None else None
    return f"n{value.identity}" if type(value) is Unknown and value.kind == INT and value.identity > 0 else None


def _is_whole(filling: Filling, length: int | None) -> bool:
    """True if the pieces behind one another begin at the first place and end at the last."""
    following = dict(sorted(filling.pieces, key=str))
    at: End = 0
    while at in following and at is not None:
        at = following.pop(at)
    return at is None or (isinstance(at, int) and length is not None and at >= length > 0)
