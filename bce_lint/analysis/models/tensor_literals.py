"""Tensors made from numbers: `torch.tensor([[1], [0]])`, `np.array(…)`, `torch.arange(…)`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from bce_lint import ir
from bce_lint.analysis.domain.gradient import Gradient
from bce_lint.analysis.domain.shapes import kept
from bce_lint.analysis.domain.tensor import Place, Tensor, dtype_at, shape_at
from bce_lint.analysis.domain.values import TOP, Constant, Seq, Value, join_all, number_kind, options, tensors
from bce_lint.analysis.models import dtype_rules, gradients, shape_rules, viewed_shapes
from bce_lint.analysis.models.model import Model
from bce_lint.analysis.state import containers
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.dtypes import NUMBER_DTYPES
from bce_lint.catalog.factories import FACTORY_FUNCTIONS, READING
from bce_lint.catalog.schema import Domain, Kind, Transfer
from bce_lint.records import changed

_PLAIN = Transfer(Kind.FACTORY)
_WITH_DTYPE = Transfer(Kind.FACTORY, params=("data", "dtype"))
_EITHER = "either"
"""The kind of a number that is of one kind on one path and of another on the next."""


def literal(
    m: Machine,
    frame: Frame,
    args: Args,
    node: ir.Call,
    row: Transfer = _PLAIN,
    dtype: str | None = None,
    floating: str = "float32",
    copies: bool = True,
) -> Value:
    """`torch.tensor(data)`: constant data with the dtype of its literals, or the tensor that it copies."""
    data = args.get(0, "object" if floating == "float64" else "data") or TOP
    place = Place(frame.unit.path, node.span)
    lost = dtype_rules.is_unknown(args, row, node)
    asked = dtype_at(dtype_rules.asked(args, row) or dtype, dtype_rules.asked_at(node, place))
    array = floating == "float64"
    if dtype is not None and args.pos and (len(args.pos) > 1 or _is_size(args.pos[0])):
        shape = shape_at(viewed_shapes.dims(m, args, 0), place)
        number = m.number(frame, node.span, "literal")
        return Tensor(dtype=dtype_at(dtype, place), shape=shape, identity=number, literal=True, gradient=Gradient.DATA)
    if tensors(data):
        kept = [changed(t, dtype=None if lost else asked or t.dtype, array=array, gradient=_left(t, copies)) for t in tensors(data)]
        return gradients.given(join_all(kept) or TOP, args.kw.get("requires_grad"))
    identity = m.number(frame, node.span, "literal")
    kinds = _literal_kinds(m, data)
    inferred = None if lost else asked or _inferred(kinds, floating if array else m.program.default_dtype())
    shape = shape_at(shape_rules.of_literal(m, data), place) if kinds is not None else None
    gradient = Gradient.DATA if kinds is not None or copies else gradients.carried(data)
    tensor = Tensor(
        dtype=dtype_at(inferred, place), shape=shape, identity=identity, literal=kinds is not None, array=array, gradient=gradient
    )
    return gradients.given(tensor, args.kw.get("requires_grad"))


def _left(tensor: Tensor, copies: bool) -> Gradient:
    """What a factory leaves of the gradient of a tensor that it is given: a copy of the numbers has none."""
    return gradients.stopped(tensor.carried) if copies else tensor.carried


def _is_size(value: Value) -> bool:
    """True if a legacy constructor takes a value for a size: an integer, known or not."""
    return number_kind(value) == "int"


def ranged(m: Machine, frame: Frame, args: Args, node: ir.Call, array: bool = False) -> Value:
    """`torch.arange(…)`: int64 for integers, the default dtype where a float is among them."""
    ends = [*args.pos, *(args.kw[name] for name in ("start", "end", "stop", "step") if name in args.kw)]
    found = {number_kind(end) for end in ends}
    floating = "float64" if array else m.program.default_dtype()
    inferred = floating if "float" in found else "int64" if found == {"int"} and not args.open else None
    dtype = None if dtype_rules.is_unknown(args) else dtype_rules.cast(args._replace(pos=()), _PLAIN) or inferred
    only = ends[0] if len(ends) == 1 and not args.open else None
    size = only.value if type(only) is Constant and isinstance(only.value, int) and only.kind == "int" else None
    domain = Domain.LABEL if dtype == "int64" else Domain.UNKNOWN
    place = Place(frame.unit.path, node.span)
    placed, shape = dtype_at(dtype, dtype_rules.asked_at(node, place)), shape_at(kept((size,)), place)
    identity = m.number(frame, node.span, "arange")
    made = Tensor(domain, dtype=placed, shape=shape, identity=identity, literal=True, array=array, gradient=Gradient.DATA)
    return gradients.given(made, args.kw.get("requires_grad"))


def _literal_kinds(m: Machine, value: Value) -> frozenset[str] | None:
    """The kinds of the numbers in nested lists; None when something is not a literal."""
    return containers.folded(m, value, _number_kinds, _kinds_together)


def _number_kinds(value: Value) -> frozenset[str] | None:
    found = {number_kind(v) for v in options(value)}
    if not found <= NUMBER_DTYPES.keys():
        return None
    return frozenset(found) if len(found) == 1 else frozenset({_EITHER})


def _kinds_together(items: Seq, kinds: Sequence[frozenset[str] | None]) -> frozenset[str] | None:
    known = [one for one in kinds if one is not None]
    return frozenset().union(*known) if len(known) == len(kinds) else None


def _inferred(kinds: frozenset[str] | None, floating: str | None) -> str | None:
    if not kinds:
        return None
    return floating if "float" in kinds else None if _EITHER in kinds else "int64" if "int" in kinds else "bool"


def _reader(name: str, given: str) -> Model:
    """The model of a factory of `READING`."""
    array = name.startswith("numpy.")
    if given == "ends":
        return partial(ranged, array=array)
    dtype = FACTORY_FUNCTIONS[name].dtype if given != "data" else None
    row = _WITH_DTYPE if given == "data" and (array or name == "torch.as_tensor") else _PLAIN
    return partial(literal, row=row, dtype=dtype, floating="float64" if array else "float32", copies=array or name == "torch.tensor")


MODELS: dict[str, Model] = {name: _reader(name, given) for name, given in READING.items()}
"""The factories whose dtype and shape follow from the numbers that they are given."""
