"""Whether two values are equal, as far as that is certain."""

from __future__ import annotations

from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.domain.values import (
    NONE,
    BuiltinMethod,
    ClassV,
    Constant,
    External,
    MethodV,
    PartialV,
    Ref,
    Seq,
    Union,
    Unknown,
    Value,
)  # fmt: skip
from bce_lint.analysis.models import layout
from bce_lint.analysis.state import class_model, containers, objects
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.modules import is_module

_OPEN = (Unknown, Tensor, Union, BuiltinMethod)
_PLAIN = (Constant, External, Unknown)
_KEPT = ("list", "dict", "set", "namespace", "device")


def equal(m: Machine, a: Value, b: Value) -> bool | None:
    """Whether `a == b` is certainly true or certainly false."""
    if type(a) in _OPEN or type(b) in _OPEN:
        return None
    if type(a) is Constant and type(b) is Constant:
        return a.value == b.value
    if type(a) is not type(b):
        return None if any(type(v) is External and objects.is_foreign(v) for v in (a, b)) and NONE not in (a, b) else False
    match a, b:
        case Seq(), Seq():
            return _sequences(m, a, b)
        case External(), External():
            return _names(a, b)
        case Ref(), Ref():
            return _objects(m, a, b)
        case MethodV(), MethodV() if a == b:
            return identical(m, a.receiver, b.receiver)
        case PartialV(), PartialV() if a == b:
            return None  # two that are made alike are two
    return a == b


def identical(m: Machine, a: Value, b: Value) -> bool | None:
    """Whether `a is b` is certainly true or certainly false."""
    if type(a) is Seq and type(b) is Seq:
        return None
    if type(a) is Ref and type(b) is Ref:
        return _same(m, a, b)
    if type(a) is MethodV and type(b) is MethodV and a == b:
        return None  # each reading binds another
    return equal(m, a, b)


def _same(m: Machine, a: Ref, b: Ref) -> bool | None:
    """Whether two objects are one: of those that one place makes in several rounds, it is not known, nor of any instance of a class."""
    if a.address == b.address:
        return None if m.is_summary(a.address) or a.address in m.any_of else True
    return None if a.kind == b.kind == "instance" and (a.address in m.any_of or b.address in m.any_of) else False


def _names(a: External, b: External) -> bool | None:
    """Dtypes have several names, and so may what a module holds of which nothing is known."""
    same = layout.same_dtype(a, b)
    return same if same is not None else True if a == b else None if objects.is_foreign(a) or objects.is_foreign(b) else False


def _objects(m: Machine, a: Ref, b: Ref) -> bool | None:
    """Lists of plain values by these, since a list may hold itself; a device is what it was made from, an object itself."""
    same = _same(m, a, b)
    if a.kind not in _KEPT:
        return None if objects.is_tensor(m, a) or objects.is_tensor(m, b) or (not same and (_compares(m, a) or _compares(m, b))) else same
    x, y = containers.content(m, a), containers.content(m, b)
    if a.kind == b.kind == "list" and x is not None and y is not None and all(type(v) in _PLAIN for v in (*x, *y)):
        return _sequences(m, x, y)
    return True if same and a.kind == "device" else None


def _compares(m: Machine, ref: Ref) -> bool:
    """True if the class of an object says what is equal to it."""
    if not isinstance(ref.what, ClassV):
        return False
    outside = class_model.outside_base(m, ref.what)
    if outside is not None and not is_module(outside):
        return True
    return any(type(base) is ClassV and (base.flavour or "__eq__" in base.node.bound) for base in class_model.mro(m, ref.what))


def _sequences(m: Machine, a: Seq, b: Seq) -> bool | None:
    if a.exact and b.exact:
        found = [len(a.prefix) == len(b.prefix), *(equal(m, x, y) for x, y in zip(a.prefix, b.prefix, strict=False))]
        return False if False in found else None if None in found else True
    short = any(x.exact and len(x.prefix) < len(y.prefix) + len(y.suffix) for x, y in ((a, b), (b, a)))
    heads = [equal(m, x, y) for x, y in zip(a.prefix, b.prefix, strict=False)]
    return False if short or False in heads else None
