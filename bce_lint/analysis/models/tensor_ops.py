"""Operations on tensors, as the catalogue's transfer rows say."""

from __future__ import annotations

from functools import partial, reduce

from bce_lint import ir
from bce_lint.analysis.domain.alternatives import mapped, mapped_present
from bce_lint.analysis.domain.constants import TURNED
from bce_lint.analysis.domain.intervals import join_range
from bce_lint.analysis.domain.tensor import Formula, Origin, Place, Shape, Tensor, dtype_at, outermost, shape_at
from bce_lint.analysis.domain.values import (
    NONE,
    TOP,
    TRUE,
    Constant,
    Seq,
    Unknown,
    Value,
    identity_of,
    join,
    number_kind,
    options,
    tensors,
)  # fmt: skip
from bce_lint.analysis.models import (
    concatenation,
    conversions,
    dtype_rules,
    gradients,
    idioms,
    layer_shapes,
    layout,
    operators,
    picked_values,
    shape_rules,
    softmax_dims,
    tensor_attributes,
    thresholds,
    written_out,
)  # fmt: skip
from bce_lint.analysis.models.keywords import spelled
from bce_lint.analysis.models.model import Model, each
from bce_lint.analysis.models.value_rules import KINDS, between, bounds_of, clipped, cosine
from bce_lint.analysis.state import containers, handed
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.factories import READING
from bce_lint.catalog.numpy import NUMPY_METHODS, SEVERAL
from bce_lint.catalog.schema import QUESTIONS, UNARY, Domain, Kind, Transfer
from bce_lint.catalog.tensors import FUNCTIONS
from bce_lint.records import changed


def function_call(m: Machine, frame: Frame, name: str, args: Args, node: ir.Call) -> Value:
    """A function of the catalogue applied to its arguments."""
    row = FUNCTIONS[name]
    if row.operator:
        written = _operator(m, frame, row, _named(args, row.params, 0), args, node)
        if written is not None:
            return written
    first = args.get(0, row.params[0] if row.params else "input")
    if first is None and args.kw:
        first = next(iter(args.kw.values()))
    result = transfer(m, frame, row, first or TOP, args, node, name, (0, frame.place(node.span, node.func.span)))
    return _into(m, frame, args, node, result)


def _into(m: Machine, frame: Frame, args: Args, node: ir.Call, result: Value) -> Value:
    """The result, which `out=` also writes into a tensor: that has its shape then."""
    for arg in node.args:
        if arg.keyword == "out" and args.kw.get("out") not in (None, NONE):
            m.interpreter.write_back(m, frame, arg.value, result if type(result) is Tensor else Tensor())
    return result


def method_call(m: Machine, frame: Frame, row: Transfer, value: Value, args: Args, node: ir.Call, name: str) -> Value:
    """A tensor method; an in-place one writes the result back to where the tensor was."""
    if row.result == "sizes" and type(value) is Tensor:
        sizes, dim = layout.sizes(m, value), args.get(0, "dim")
        return sizes if dim is None or dim is NONE else m.interpreter.item(m, frame, sizes, dim, node.span)
    written = _operator(m, frame, row, (value, *_named(args, row.params, 1)), args, node) if row.operator else None
    if written is not None:
        return written
    result = transfer(m, frame, row, value, args.prepend(value), node, name, (0, frame.place(node.span, node.func.span)))
    if row.gradient == "set" and args.get(0, "requires_grad") not in (None, TRUE) and type(result) is Tensor:
        result = tensor_attributes.fixed(result)
        row = row._replace(inplace=True)
    if row.inplace and tensors(result) and isinstance(node.func, ir.Attr):
        m.interpreter.write_back(m, frame, node.func.value, result if type(result) is Tensor else Tensor())
    return result


def _named(args: Args, params: tuple[str, ...], given: int) -> tuple[Value, ...]:
    """The operands behind those that are given, by position and by name."""
    if not args.kw:
        return args.pos
    found = [args.get(index, name) for index, name in enumerate(params[: 2 - given])]
    return tuple([value for value in found if value is not None])


def _operator(m: Machine, frame: Frame, row: Transfer, operands: tuple[Value, ...], args: Args, node: ir.Call) -> Value | None:
    """What a function or method does that is an operator by another name."""
    if args.open or len(operands) < len(args.pos) + len(args.kw):
        return None
    if not any(type(option) is Tensor for operand in operands for option in options(operand)):
        return None
    if len(operands) == 1 and row.operator == "neg":
        return operators.unary(m, frame, "neg", operands[0], node.span)
    if len(operands) != 2 or row.operator in UNARY:
        return None
    a, b = operands[::-1] if row.operator.startswith("r") else operands
    result = operators.binary(m, frame, row.operator.removeprefix("r"), a, b, node.span)
    return changed(result, dtype=row.dtype) if row.dtype is not None and type(result) is Tensor else result


def transfer(
    m: Machine, frame: Frame, row: Transfer, value: Value, args: Args, node: ir.Call, name: str, made_by: tuple[int, Place]
) -> Value:
    """Applies a row to each alternative of its input."""
    args = args if is_array(value) or name.startswith("numpy.") else spelled(args)
    if row.kind in (Kind.JOIN, Kind.MASK, Kind.FILL, Kind.MATMUL):
        return _several(m, frame, row, value, args, node, name)
    if row.kind is Kind.LOG and not name.startswith("numpy."):
        idioms.logarithm(m, frame, value, node)
    if row.use == "nearest":
        thresholds.rounded(m, frame, value, args, node)
    result = mapped_present(value, lambda option: _transfer(m, frame, row, option, args, node, name, made_by))
    return handed.made_of(m, result, args)


def is_array(value: Value) -> bool:
    """True if a value may be an array of NumPy."""
    return any(type(option) is Tensor and option.array for option in options(value))


def _transfer(
    m: Machine, frame: Frame, row: Transfer, value: Value, args: Args, node: ir.Call, name: str, made_by: tuple[int, Place]
) -> Value:
    identity = m.number(frame, node.span, (name, made_by[0]))
    if row.kind is Kind.SCALAR or row.kind is Kind.NONE:
        return layout.answer(m, row.result, value) if row.result in QUESTIONS and type(value) is Tensor else TOP
    if row.kind is Kind.PARAMETER and args.get(1, "requires_grad") not in (None, TRUE):
        row = row._replace(kind=Kind.KEEP)  # what is not trained stays what it is
    if row.kind is Kind.KEEP and type(value) is not Tensor:
        kept = _kept_unknown(row, value, args, node, identity, made_by[1], _shape(m, row, Tensor(), args, name, made_by))
        if type(kept) is Tensor:
            kept = _with_gradient(changed(kept, gradient=gradients.kept(value, row)), row, args)
        elif type(kept) is Unknown and row.gradient == "stopped":
            kept = changed(kept, form=idioms.detached(kept.form))
        return changed(kept, array=True) if type(kept) is Tensor and name in NUMPY_METHODS else kept
    tensor = value if type(value) is Tensor else Tensor()
    if row.bounds is not None:
        row = between(row, layer_shapes.made_with(m, made_by[0]) if name == "layer" else args)
    result = KINDS[row.kind](tensor, row, Origin(name, Domain.LOGITS, made_by[1]), identity)
    gradient = gradients.after(m, row, tensor, args, name)
    if result.gradient is not gradient:
        result = changed(result, gradient=gradient)
    if name == "layer" and row.kind in conversions.WEIGHTED:
        result = changed(result, dtype=conversions.of_layer(m, frame, made_by[0], row, tensor))
    elif row.kind is Kind.PARAMETER:
        result = changed(result, dtype=conversions.of_parameter(m, tensor))
    elif row.kind is Kind.LOGITS and "weight" in row.params:
        result = changed(result, dtype=conversions.of_product(m, value, args.get(1, row.params[1]) or TOP))
    result = _sized(m, dtype_rules.typed(m, result, row, value, args, node, name, made_by[1]), row, tensor, args, name, made_by)
    if row.inplace:
        shape = result.shape if shape_rules.changes_in_place(row) else tensor.shape
        result = changed(result, dtype=tensor.dtype, shape=shape)
    if row.kind is Kind.CLAMP:
        result = clipped(result, row, args)
    if row.use == "summed" and row.kind is Kind.ARITHMETIC:
        result = picked_values.summed(result, tensor, args)
    if row.use == "cosine":
        result = cosine(result, tensor, args.get(1, "x2") or TOP, Origin(name, Domain.UNKNOWN, made_by[1]))
    return _shaped(row, _with_gradient(_written(frame, result, row, value, args, node, name), row, args), args, made_by[1])


def _sized(m: Machine, result: Tensor, row: Transfer, tensor: Tensor, args: Args, name: str, made_by: tuple[int, Place]) -> Tensor:
    """The result with its shape."""
    shape = _shape(m, row, tensor, args, name, made_by)
    rows = one_hot(row, tensor) or _is_identity_matrix(row, name, args)
    turned = result.turned or (row.kind is Kind.KEEP and row.shape != "same")
    return softmax_dims.after(m, changed(result, shape=shape, one_hot=rows, turned=turned), tensor, args, name, made_by[0])


def _shape(m: Machine, row: Transfer, tensor: Tensor, args: Args, name: str, made_by: tuple[int, Place]) -> Shape | None:
    layer = made_by[0]
    found = layer_shapes.after_layer(m, row, layer, tensor.shape) if name == "layer" else shape_rules.after(m, row, tensor, args)
    return found if found is tensor.shape else shape_at(found, made_by[1])


def _written(frame: Frame, result: Tensor, row: Transfer, value: Value, args: Args, node: ir.Call, name: str) -> Tensor:
    """The result with how it was written."""
    if row.kind is Kind.KEEP:
        return result if result.form is None else changed(result, form=written_out.moved(result, row, name, args))
    if row.kind is Kind.CLAMP:
        return changed(result, form=idioms.clamped(value, result, bounds_of(row, args)))
    if row.kind is Kind.EXP:
        return changed(result, form=written_out.exponential(value, result.form))
    if row.kind is Kind.LOG and not name.startswith("numpy."):
        return changed(result, form=written_out.logarithm(value) or idioms.logged(frame, value, node))
    if row.operator == "**":
        return changed(result, form=Formula("power"))
    if row.use == "summed":
        return changed(result, form=idioms.reduced(value) or written_out.reduced(row, value, args))
    return changed(result, form=written_out.named(row, value, args)) if row.use in written_out.NAMED else result


def _with_gradient(value: Tensor, row: Transfer, args: Args) -> Tensor:
    """A value that the call takes the gradient from, or gives one again."""
    if row.gradient == "stopped":
        return changed(value, form=idioms.detached(value.form), gradient=gradients.stopped(value.carried))
    if row.gradient != "set" and "requires_grad" not in args.kw:
        return value
    trained = tensor_attributes.trained(value)
    return trained if row.kind is Kind.PARAMETER else gradients.asked(trained, args.get(1, "requires_grad"))


def one_hot(row: Transfer, tensor: Tensor) -> bool:
    """True if a tensor holds the rows of `one_hot`: so do its views and casts."""
    return row.shape == "one_hot" or (tensor.one_hot and row.kind is Kind.KEEP)


def _is_identity_matrix(row: Transfer, name: str, args: Args) -> bool:
    """True if a call makes a matrix whose rows are one-hot."""
    return row.shape == "eye" and not name.startswith("numpy.") and not args.open and len(args.pos) == 1 and "m" not in args.kw


def _kept_unknown(
    row: Transfer, value: Value, args: Args, node: ir.Call, identity: int, place: Place, shape: Shape | None
) -> Value:
    """A view or cast of something unknown: itself, unless the operation says what it then is."""
    dtype = dtype_at(dtype_rules.cast(args, row), dtype_rules.asked_at(node, place))
    if row.result != "tensor":
        return Seq((), Tensor())
    turned = row.shape != "same" or (type(value) is Unknown and value.kind == TURNED)
    if shape is not None:
        return Tensor(dtype=dtype, shape=shape, identity=identity_of(value) or identity, turned=turned)
    if type(value) is Unknown:
        made = dtype is not None or (row.gradient == "none" and not row.receiver)
        return Tensor(dtype=dtype, identity=value.identity or identity, turned=turned) if made else value
    return Tensor(dtype=dtype, identity=identity)


def _shaped(row: Transfer, result: Tensor, args: Args, place: Place) -> Value:
    """The result in its container; `max` and its like give a named tuple only when a dimension is given."""
    if row.result == "namedtuple-if-dim":
        second = args.get(1, "dim")
        if second is None or tensors(second):
            return result
        if type(second) is not Constant:
            return TOP
    elif row.result == "tensor":
        return result
    if not row.fields:
        return Seq((), result)
    parts: dict[str, Value] = {"indices": Tensor(Domain.LABEL, dtype=dtype_at("int64", place)), "state": TOP, "weights": TOP}
    return Seq(tuple(parts.get(f, result) for f in row.fields))


def _several(m: Machine, frame: Frame, row: Transfer, value: Value, args: Args, node: ir.Call, name: str) -> Value:
    """Operations over several tensors: they keep a domain that all of them share."""
    identity = m.number(frame, node.span, row.kind)
    if row.kind is Kind.JOIN:
        items = containers.content_of_any(m, value)
        parts = [*items] if items is not None else [TOP]
        shape = concatenation.shape_of(row.shape, parts, items is not None and items.exact, args)
    elif row.kind is Kind.MASK:
        if len(args.pos) == 1 and not args.kw and not args.open:
            dtype = dtype_at("int64", Place(frame.unit.path, node.span))
            places = Tensor(Domain.LABEL, dtype=dtype, array=name.startswith("numpy."))  # `where(condition)`: of what is true
            return Seq((), places)
        given = args.pos[1:3] if len(row.params) == 3 else args.pos[:3:2]  # the method is of the first of the two
        parts = list(given) if len(args.pos) >= 3 else [TOP]
        if len(parts) == 2 and not name.startswith("numpy."):
            idioms.choice(m, frame, parts, node.span)
    elif row.kind is Kind.FILL:
        parts = [value, args.get(len(row.params), row.params[-1] if row.params else "value") or TOP]
    else:
        operands = (*args.pos, *args.kw.values())
        return Tensor(identity=identity, model=any(t.model for t in tensors(value)), gradient=gradients.of_operands(m, operands))
    result = gathered(parts, identity)
    if row.kind is Kind.MASK and all(number_kind(part) for part in parts):
        result = _chosen(m, frame, parts, identity, node, name)
    if type(result) is Tensor:
        result = changed(result, gradient=gradients.of_operands(m, parts))
    if row.kind is Kind.JOIN and type(result) is Tensor:
        part = parts[0] if type(parts[0]) is Tensor else Tensor()
        placed = shape_at(shape, Place(frame.unit.path, node.span))
        return softmax_dims.after(m, changed(result, shape=placed), part, args, name, 0)
    if row.kind is Kind.FILL and type(value) is Tensor and type(result) is Tensor:
        return changed(result, dtype=value.dtype)
    return result


def _chosen(m: Machine, frame: Frame, parts: list[Value], identity: int, node: ir.Call, name: str) -> Tensor:
    """`where(condition, 1.0, 0.0)`: one of two numbers everywhere."""
    kinds, array = {number_kind(part) for part in parts}, name.startswith("numpy.")
    floating = "float64" if array else m.program.default_dtype()
    dtype = floating if "float" in kinds else "int64" if "int" in kinds else "bool"
    ranges = [operators.number_range(part) for part in parts]
    bounds = reduce(join_range, ranges)._replace(tight=False)
    return Tensor(range=bounds, dtype=dtype_at(dtype, Place(frame.unit.path, node.span)), identity=identity, array=array)


def gathered(parts: list[Value], identity: int) -> Value:
    """The tensor that holds the values of several; its domain is theirs if they agree."""
    result: Value | None = None
    for part in parts:
        for option in options(part):
            if type(option) is not Tensor:
                return Tensor(identity=identity)
            result = option if result is None else _hull(result, option)
    return changed(result, identity=identity, shape=None) if type(result) is Tensor else TOP


def _hull(a: Value, b: Tensor) -> Tensor:
    assert type(a) is Tensor
    if a.domain is b.domain and bool(a.inner) == bool(b.inner):
        joined = join(a, b)
        if type(joined) is Tensor:
            return joined
    dtype = a.dtype if a.dtype == b.dtype else None
    return Tensor(range=join_range(a.range, b.range)._replace(tight=False), dtype=dtype, given=outermost(a.given, b.given))


def modelled(m: Machine, value: Value) -> Value:
    """The tensors that a module returns, marked as a model's output."""
    return mapped(value, partial(_modelled, m))


def _modelled(m: Machine, value: Value) -> Value:
    found = changed(value, model=True) if type(value) is Tensor and not value.model else value
    if m.observer is not None:
        m.observer.same(value, found)
    return found


MODELS: dict[str, Model] = each(function_call, {name: name for name in FUNCTIONS if name not in READING and name not in SEVERAL})
"""The functions of the catalogue, but for the factories that look into what they are given."""
