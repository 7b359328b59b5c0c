"""What an operation leaves in its result: the transfer functions of the analysis, on tensors that exist."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import torch

from bce_lint.analysis.domain.gradient import Gradient
from bce_lint.analysis.domain.tensor import Formula, Origin, Place, Tensor
from bce_lint.analysis.domain.values import NONE, TOP, Seq, Value, const
from bce_lint.analysis.models import gradients, idioms, operators, written_out
from bce_lint.analysis.models.activations import activated
from bce_lint.analysis.models.moved_dims import RULES, GivenDims, Turn, Whole
from bce_lint.analysis.models.softmax_dims import indexed, last_name, turned
from bce_lint.analysis.models.tensor_ops import gathered, one_hot
from bce_lint.analysis.models.value_rules import KINDS, bounds_of, clipped
from bce_lint.analysis.state import containers
from bce_lint.analysis.state.frames import Args
from bce_lint.catalog.schema import REAL, Activation, Domain, Kind, Transfer
from bce_lint.records import changed
from bce_lint.witness.entries import Entered, Entry
from bce_lint.witness.here import NOWHERE, Here
from bce_lint.witness.marks import Marks

_PLACED: Final = frozenset({Kind.LOGITS, Kind.BOUNDED, Kind.MONOTONE, Kind.SIGN})
_LABELS: Final = Tensor(Domain.LABEL, dtype="int64")


def value_of(marks: Marks, value: Any) -> Value:
    """An argument as the analysis sees it."""
    if isinstance(value, torch.Tensor):
        return marks.of(value)
    return const(value) if value is None or isinstance(value, bool | int | float | str) else TOP


def mark_of(marks: Marks, here: Here, entry: Entry, call: Entered) -> Tensor | None:
    """The mark of the result, before the operation runs; None where nothing is known of it."""
    if entry.activation is not None:
        return _activated(marks, here, entry, entry.activation, call)
    if entry.operator:
        return _operator(marks, here, entry, call)
    if entry.name == "__getitem__":
        return _indexed(marks, call)
    if entry.name == "__setitem__":
        value = call.get(2, "value")
        if isinstance(value, torch.Tensor) and _is_everything(call.args[1]):
            return changed(marks.of(value), identity=marks.fresh(), form=None)
        return _kept(gathered([value_of(marks, one) for one in (call.args[0], call.get(2, "value"))], marks.fresh()))
    return _operation(marks, here, entry, entry.row, call) if entry.row is not None else None


def _kept(value: Value) -> Tensor | None:
    return value if type(value) is Tensor else None


def _activated(marks: Marks, here: Here, entry: Entry, row: Activation, call: Entered) -> Tensor | None:
    tensor = call.get(0, row.params[0].name)
    if not isinstance(tensor, torch.Tensor):
        return None
    below = marks.of(tensor)
    origin = Origin(row.name, row.domain, here.origin(), dim_of(row, entry, call, tensor.dim()))
    detached = idioms.is_detached(below)
    form = Formula("value", hash((row.name, below.identity)), domain=row.domain, detached=detached)
    gradient = Gradient.STOPPED if detached else Gradient.UNKNOWN
    return changed(activated(below, row, origin, marks.fresh()), form=form, gradient=gradient)


def dim_of(row: Activation, entry: Entry, call: Entered, rank: int) -> int | None:
    """The dimension that a softmax runs over, as it is written; where it is left out, the one that torch takes."""
    if row.dim is None:
        return row.fixed_dim
    dim = call.named(entry, row.dim)
    if isinstance(dim, int):
        return 0 if dim + rank == 0 and rank > 1 else dim
    return (0 if rank in (0, 1, 3) else 1) if row.implicit_dim else None


def _operator(marks: Marks, here: Here, entry: Entry, call: Entered) -> Tensor | None:
    operands = [value_of(marks, one) for one in call.args]
    first = next((one for one in operands if type(one) is Tensor), None)
    if first is None or len(operands) + len(call.kwargs) > 2:
        return _operation(marks, here, entry, entry.row, call) if entry.row is not None else None
    if len(operands) == 1 and len(call.kwargs) == 1:
        operands.append(value_of(marks, next(iter(call.kwargs.values()))))
    if entry.operator == "@":
        return _product(marks, here, call)
    model = any(type(v) is Tensor and v.model for v in operands)
    if len(operands) == 1:
        plain = Tensor(identity=marks.fresh(), model=model)
        known = written_out.negated(first, plain, lambda: here.place(whole=True))
        return known or changed(operators.negative(first, plain), form=idioms.negated(first))
    a, b = operands[::-1] if entry.swapped else operands
    if entry.operator in operators.COMPARISONS:
        return None
    if entry.operator == "*" and (_is_logarithm(a) or _is_logarithm(b)):
        a, b = (changed(v, shape=tuple(one.shape)) if type(v) is Tensor else v for v, one in zip((a, b), _pair(entry, call), strict=True))
    plain = Tensor(identity=marks.fresh(), model=model, literal=operators.both_literal(a, b))
    activation = written_out.activation(entry.operator, a, b, plain, lambda: here.place(whole=True))
    if activation is not None:
        return activation
    result, form = operators.combine(entry.operator, a, b, plain), idioms.written(entry.operator, a, b)
    return result if form is None else changed(result, form=form)


def _is_logarithm(value: Value) -> bool:
    """True if a product with a value may be a term of a cross entropy: only then shapes are of interest."""
    return idioms.kind_of(value) in ("log", "term")


def _pair(entry: Entry, call: Entered) -> tuple[Any, ...]:
    operands = (*call.args, *call.kwargs.values())
    return operands[::-1] if entry.swapped else operands


def _product(marks: Marks, here: Here, call: Entered) -> Tensor:
    """A matrix product: the output of a layer where a parameter that is trained takes part."""
    tensors = [one for one in (*call.args, *call.kwargs.values()) if isinstance(one, torch.Tensor)]
    trained = any(isinstance(one, torch.nn.Parameter) and one.requires_grad for one in tensors)
    if not trained or operators.is_mixture(*(marks.of(one) for one in tensors)):
        return Tensor(identity=marks.fresh(), model=any(marks.of(one).model for one in tensors))
    return _logits(marks, "matmul", here.origin())


def _logits(marks: Marks, name: str, place: Place) -> Tensor:
    return Tensor(Domain.LOGITS, REAL, origin=(Origin(name, Domain.LOGITS, place),), identity=marks.fresh(), model=True)


def _indexed(marks: Marks, call: Entered) -> Tensor:
    owner, key = marks.of(call.args[0]), call.args[1]
    identity = owner.identity if _is_everything(key) else marks.fresh()
    result = changed(owner, identity=identity, one_hot=False, form=written_out.indexed(owner.form, _key(key), identity))
    return changed(indexed(result, changed(owner, shape=tuple(call.args[0].shape)), _key(key)), shape=None)


def _is_everything(key: Any) -> bool:
    return False if isinstance(key, torch.Tensor | tuple | list) else key is ... or key == slice(None)


def _key(key: Any) -> Value:
    """An index as the analysis sees it."""
    if isinstance(key, tuple):
        return Seq(tuple(_key(one) for one in key))
    if isinstance(key, slice):
        return containers.slice_value([NONE if one is None else TOP for one in (key.start, key.stop, key.step)])
    return const(key) if key is None or key is ... or type(key) is int else TOP


def _operation(marks: Marks, here: Here, entry: Entry, row: Transfer, call: Entered) -> Tensor | None:
    several = _SEVERAL.get(row.kind)
    if several is not None:
        return several(marks, here, row, call)
    if row.kind is Kind.BOOL:
        return None
    tensor = call.get(0, row.params[0] if row.params else "input")
    known = isinstance(tensor, torch.Tensor)
    if row.kind is Kind.KEEP and not known:
        return None
    mark = marks.of(tensor) if known else Tensor()
    if row.kind is Kind.KEEP and row.gradient == "stopped":
        return changed(mark, form=idioms.detached(mark.form), gradient=gradients.stopped(mark.carried))
    if row.kind is Kind.KEEP and row.result == "tensor":
        return mark if mark.form is None else changed(mark, form=written_out.moved(mark, row, entry.name, _arguments(row, call)))
    if row.kind is Kind.LOGITS:
        return _logits(marks, entry.name, here.origin())
    place = here.origin() if row.kind in _PLACED else NOWHERE
    result = KINDS[row.kind](mark, row, Origin(entry.name, Domain.LOGITS, place), marks.fresh())
    return _refined(here, entry, row, call, mark, result)


def _refined(here: Here, entry: Entry, row: Transfer, call: Entered, mark: Tensor, result: Tensor) -> Tensor:
    bare = entry.name.rpartition(".")[2]
    rows = one_hot(row, mark)
    if rows != result.one_hot:
        result = changed(result, one_hot=rows)
    if row.kind is Kind.CLAMP:
        bounds = _unbound(row), _arguments(row, call)
        found = clipped(result, *bounds)
        return changed(found, form=idioms.clamped(mark, found, bounds_of(*bounds)))
    if row.kind is Kind.LOG:
        return changed(result, form=written_out.logarithm(mark) or idioms.logged_at(mark, here.place))
    if row.kind is Kind.EXP:
        return changed(result, form=written_out.exponential(mark, result.form))
    if row.use in written_out.NAMED:
        return changed(result, form=written_out.named(row, mark, _arguments(row, call)))
    if bare in ("mean", "sum"):
        return changed(result, form=idioms.reduced(mark) or written_out.reduced(row, mark, _arguments(row, call)))
    return changed(result, literal=True) if row.kind is Kind.FACTORY or bare == "arange" else result


def _unbound(row: Transfer) -> Transfer:
    """A row whose parameters are those of a function."""
    return row._replace(params=("input", *row.params[1:]))


def _arguments(row: Transfer, call: Entered) -> Args:
    plain = [const(one) if one is None or isinstance(one, int | float) else TOP for one in call.args]
    named: dict[str, Value] = {
        name: const(one) if one is None or isinstance(one, int | float) else TOP for name, one in call.kwargs.items()
    }
    return Args(tuple(plain), named)


def _join(marks: Marks, here: Here, row: Transfer, call: Entered) -> Tensor | None:
    items = call.get(0, row.params[0] if row.params else "tensors")
    if not isinstance(items, list | tuple):
        return None
    return _kept(gathered([value_of(marks, one) for one in items], marks.fresh()))


def _mask(marks: Marks, here: Here, row: Transfer, call: Entered) -> Tensor | None:
    # `torch.where(condition, a, b)` and `a.where(condition, b)`: the condition apart, both.
    method = row.params[:1] == ("self",)
    parts = (call.get(0, "self"), call.get(2, "other")) if method else (call.get(1, "input"), call.get(2, "other"))
    return None if parts[1] is None else _kept(gathered([value_of(marks, one) for one in parts], marks.fresh()))


def _fill(marks: Marks, here: Here, row: Transfer, call: Entered) -> Tensor | None:
    parts = (call.get(0, "input"), call.get(len(row.params) - 1, row.params[-1]))
    return _kept(gathered([value_of(marks, one) for one in parts], marks.fresh()))


_SEVERAL: Final[dict[Kind, Callable[[Marks, Here, Transfer, Entered], Tensor | None]]] = {
    Kind.JOIN: _join,
    Kind.MASK: _mask,
    Kind.FILL: _fill,
    Kind.MATMUL: lambda marks, here, row, call: _product(marks, here, call),
}


def assign(marks: Marks, entry: Entry, mark: Tensor, call: Entered, shape: tuple[int, ...] | None, result: Any) -> None:
    """Marks what an operation returned for a tensor of some shape: a tensor, or each tensor of a tuple."""
    if isinstance(result, torch.Tensor):
        marks.put(result, _moved(entry, mark, call, shape, result))
    elif isinstance(result, tuple | list):
        fields = entry.row.fields if entry.row is not None else ()
        for index, one in enumerate(result):
            if not isinstance(one, torch.Tensor):
                continue
            part = fields[index] if index < len(fields) else ""
            if part == "indices":
                marks.put(one, changed(_LABELS, identity=marks.fresh()))
            elif part not in ("state", "weights"):
                identity = marks.fresh()
                marks.put(one, changed(mark, identity=identity, form=mark.form and mark.form.part(identity)))


def _moved(entry: Entry, mark: Tensor, call: Entered, shape: tuple[int, ...] | None, result: torch.Tensor) -> Tensor:
    """The mark of a result, told where the dimensions of its softmaxes are now."""
    if mark.domain is Domain.LABEL and result.is_floating_point() and entry.row is not None and entry.row.kind is Kind.LABEL:
        return changed(mark, domain=Domain.UNKNOWN)
    if not mark.origin or entry.activation is not None or entry.name == "__getitem__":
        return mark
    name = last_name(entry.name)
    if name not in RULES and (shape is None or result.dim() == len(shape)):
        return mark

    def _turn() -> Turn:
        given = GivenDims(tuple(map(_whole, call.args[1:])), {k: _whole(v) for k, v in call.kwargs.items()})
        return Turn(given, shape, tuple(result.shape))

    if name not in RULES:
        return changed(mark, origin=tuple(o._replace(over=None) for o in mark.origin))
    return changed(mark, origin=turned(mark.origin, name, _turn), inner=turned(mark.inner, name, _turn))


def _whole(value: Any) -> Whole:
    if isinstance(value, tuple | list):
        return tuple(one if isinstance(one, int) else None for one in value)
    return value if isinstance(value, int) else None
