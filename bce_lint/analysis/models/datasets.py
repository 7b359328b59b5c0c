"""Data sets and loaders: what one batch of them is made of."""

from __future__ import annotations

from functools import reduce

from bce_lint import ir
from bce_lint.analysis.domain.gradient import Gradient
from bce_lint.analysis.domain.shapes import rank, row
from bce_lint.analysis.domain.tensor import Shape, Tensor
from bce_lint.analysis.domain.values import NONE, TOP, Ref, Seq, Table, Unknown, Value, join, number_kind, options
from bce_lint.analysis.models.model import Model, each
from bce_lint.analysis.state import cells, containers, objects
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.datasets import CLASSIFICATION, LOADERS, SPLITS, SUBSETS, TENSOR_DATASETS
from bce_lint.catalog.dtypes import NUMBER_DTYPES
from bce_lint.catalog.schema import Domain
from bce_lint.records import changed


def construct(m: Machine, frame: Frame, name: str, args: Args, node: ir.Call) -> Value:
    """A data set or loader; its cell `$item` holds one element (of a loader: one batch)."""
    ref = m.new_ref(frame, node.span, "data", name)
    if name in TENSOR_DATASETS:
        item: Value = TOP if args.open else Seq(tuple(_row(v) for v in args.pos))
    elif name in CLASSIFICATION:
        item = Seq((Tensor(gradient=Gradient.DATA), Tensor(Domain.LABEL, dtype="int64", shape=())))
    else:
        item = item_of(m, frame, args.get(0, "dataset") or TOP, node.span)
        if name in LOADERS:
            item = _batch(m, frame, item, args, node)
    m.write(ref.address, cells.ITEM, item)
    return ref if name not in SPLITS else _parts(m, ref, args.get(1, "lengths") or TOP)


def _batch(m: Machine, frame: Frame, item: Value, args: Args, node: ir.Call) -> Value:
    """What a loader gives; without a batch size, the elements one by one, or what a sampler of its own asks for."""
    own = args.kw.get("collate_fn", NONE)
    if args.get(1, "batch_size") is NONE and args.get(4, "batch_sampler") in (None, NONE):
        return item if own is NONE and args.get(3, "sampler") in (None, NONE) else TOP
    return collated(m, frame, item, node.span) if own is NONE else _collated_by(m, frame, own, item, node)


def _parts(m: Machine, ref: Ref, lengths: Value) -> Seq:
    """A data set once for each of the parts that it is split into."""
    items = containers.content(m, lengths)
    return Seq((ref,) * len(items.prefix)) if items is not None and items.exact else Seq((), ref)


def _collated_by(m: Machine, frame: Frame, function: Value, item: Value, node: ir.Call) -> Value:
    """A batch as a collate function of the project makes it, from any number of elements."""
    rows = containers.new_list(m, frame, node.span, Seq((), item), "list")
    return m.interpreter.call(m, frame, function, Args((rows,), spans=(None,)), node)


def item_of(m: Machine, frame: Frame, dataset: Value, span: ir.Span) -> Value:
    """What indexing a data set gives."""
    found: list[Value] = []
    for option in options(dataset):
        if type(option) is Ref and option.kind == "data":
            found.append(m.read(option.address, cells.ITEM) or TOP)
        elif type(option) is Ref and objects.class_attribute(m, option, "__getitem__") is not None:
            found.append(m.interpreter.call_attribute(m, frame, option, "__getitem__", Args((Unknown(kind="int"),)), span))
        else:
            return TOP
    return reduce(join, found)


def _row(value: Value) -> Value:
    """One row of each tensor."""
    rows: list[Value] = [_new(v, row(v.shape)) if type(v) is Tensor else TOP for v in options(value)]
    return reduce(join, rows)


def _stacked(value: Value) -> Value:
    if type(value) is not Tensor:
        return TOP
    return _new(value, (None, *value.shape) if value.shape is not None and rank(value.shape) is not None else None)


def _new(tensor: Tensor, shape: Shape | None) -> Tensor:
    return changed(tensor, identity=0, shape=shape, literal=False)


def collated(m: Machine, frame: Frame, item: Value, span: ir.Span) -> Value:
    """A batch of elements, as torch's default collate function makes it."""
    found: list[Value] = []
    for option in options(item):
        if kind := number_kind(option):
            found.append(Tensor(dtype=NUMBER_DTYPES[kind], shape=(None,), gradient=Gradient.DATA) if kind in NUMBER_DTYPES else TOP)
        elif type(option) is Seq and option.exact:
            found.append(Seq(tuple(collated(m, frame, v, span) for v in option.prefix)))
        elif type(option) is Ref and type(table := m.read(option.address, cells.ITEMS)) is Table:
            entries = tuple((k, collated(m, frame, v, span)) for k, v in table.entries)
            found.append(containers.new_dict(m, frame, span, changed(table, entries=entries)))
        else:
            found.append(_stacked(option))
    return reduce(join, found)


MODELS: dict[str, Model] = each(construct, {name: name for name in LOADERS | SUBSETS | SPLITS | TENSOR_DATASETS | CLASSIFICATION})
"""Data sets and loaders."""
