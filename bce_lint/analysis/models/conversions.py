"""The dtype of what layers return: float32, unless something converts them, or may."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.domain.values import MODULE_KINDS, NONE, TOP, Constant, Ref, Seq, Table, Value, const, join, options
from bce_lint.analysis.models import autocast, dtype_rules
from bce_lint.analysis.state import cells
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.dtypes import FLOATS
from bce_lint.catalog.methods import OWN
from bce_lint.catalog.schema import Kind, Transfer
from bce_lint.records import changed

CONVERTING = frozenset({"half", "double", "bfloat16", "to", "type", "to_empty", "_apply"})
"""The methods of a module that may give its parameters another dtype."""
WEIGHTED = frozenset({Kind.LOGITS, Kind.RECURRENT})
"""The layers whose weights the input is multiplied with, which has to be in their dtype."""
_HOLDING = MODULE_KINDS | {"list", "dict"}
_MOST = 1_000


def constructed(m: Machine, frame: Frame, ref: Ref, args: Args) -> None:
    """Notes in which dtype a layer is made: the one that its constructor is given, else the default."""
    asked = args.kw.get("dtype")
    if args.open or asked not in (None, NONE):
        m.write(ref.address, cells.DTYPE, const(None if args.open or asked is None else dtype_rules.dtype_of(asked)))
    elif m.program.converts():
        m.write(ref.address, cells.DTYPE, const(root(frame)))


def root(frame: Frame) -> int:
    """The function, or the module, with which the calls begin that led to a frame."""
    while frame.call is not None and frame.parent is not None:
        frame = frame.parent
    return frame.address


def of_layer(m: Machine, frame: Frame, address: int, row: Transfer, tensor: Tensor) -> str | None:
    """The dtype of what a layer returns: that of its input, which it cannot compute with otherwise, else that of its parameters."""
    if tensor.dtype in FLOATS:
        return tensor.dtype if tensor.dtype == "float64" or not autocast.may_cast(m) else None
    if row.gradient == "affine" or autocast.may_cast(m):
        return None
    own = m.read(address, cells.DTYPE)
    if own is None:
        return None if m.program.converts() else m.program.default_dtype()
    if type(own) is not Constant:
        return None
    if type(own.value) is int:
        return m.program.default_dtype() if own.value == root(frame) else None
    return own.value if isinstance(own.value, str) else None


def of_parameter(m: Machine, data: Tensor) -> str | None:
    """The dtype of a parameter: that of what it is made of, where nothing may convert it later."""
    return data.dtype if data.dtype in FLOATS and not m.program.converts() else None


def of_product(m: Machine, a: Value, b: Value) -> str | None:
    """The dtype of a product of matrices, which have to have one: autocast gives them another, but for double precision."""
    both = [v for v in (a, b) if type(v) is Tensor]
    found = {v.dtype for v in both if v.dtype in FLOATS}
    if not found or any(v.array for v in both):
        return dtype_rules.promoted(a, b, "@", None)
    return None if len(found) > 1 or (found != {"float64"} and autocast.may_cast(m)) else found.pop()


def convert(m: Machine, receiver: Ref, name: str, args: Args, node: ir.Call) -> None:
    """A method of a module that may change its dtype: in which that and all below it then are is not known."""
    if name not in CONVERTING or not m.program.converts():
        return
    whole = args.prepend(receiver)
    if name != "to" or dtype_rules.asked(whole, OWN["to"]) is not None or not dtype_rules.keeps_dtype(whole, node):
        lose(m, receiver)


def escaped(m: Machine, args: Args) -> None:
    """Modules are given to something that is not followed: it may convert them."""
    if not m.program.converts():
        return
    for value in (*args.pos, *args.kw.values()):
        if any(type(option) is Ref and option.kind in MODULE_KINDS for option in options(value)):
            lose(m, value)


def lose(m: Machine, value: Value) -> None:
    """Of modules, and all below them, the dtype is not known any more."""
    for address, name, held in _below(m, value):
        if name == cells.DTYPE:
            m.write(address, name, TOP)
        elif any(type(option) is Tensor and option.dtype in FLOATS for option in options(held)):
            m.write(address, name, _without_dtype(held))


def _without_dtype(value: Value) -> Value:
    found = [changed(one, dtype=None) if type(one) is Tensor and one.dtype in FLOATS else one for one in options(value)]
    return reduce(join, found)


def _below(m: Machine, value: Value) -> Iterator[tuple[int, str, Value]]:
    """The cells of modules and of all that they hold."""
    waiting, seen = [value], set[int]()
    while waiting and len(seen) < _MOST:
        for option in options(waiting.pop()):
            if type(option) is not Ref or option.address in seen or option.kind not in _HOLDING:
                continue
            seen.add(option.address)
            for name in list(m.names(option.address)):
                held = m.state.find((option.address, name), m.reads)
                if held is not None:
                    yield option.address, name, held
                    waiting += held if type(held) is Seq else [v for _, v in held.entries] if type(held) is Table else (held,)
