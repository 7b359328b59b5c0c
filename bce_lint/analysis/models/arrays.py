"""What NumPy and scikit-learn make beside arrays: objects whose methods make some, and several arrays at once."""

from __future__ import annotations

from functools import partial

from bce_lint import ir
from bce_lint.analysis.domain.gradient import Gradient
from bce_lint.analysis.domain.tensor import Place, Tensor, dtype_at
from bce_lint.analysis.domain.values import NONE, TOP, TRUE, External, Seq, Value, const
from bce_lint.analysis.models import tensor_ops
from bce_lint.analysis.models.model import Model
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.numpy import NUMPY_OBJECTS, SEVERAL
from bce_lint.catalog.sklearn import OBJECTS
from bce_lint.records import changed

_COUNTED = ("return_index", "return_inverse", "return_counts")


def made(m: Machine, frame: Frame, args: Args, node: ir.Call, name: str) -> Value:
    """An object that is known by the name below which its methods are listed; one with options of its own is not."""
    return m.fresh(frame, node.span) if args.kw.get("sparse_output") is not None else External(name)


def fitted(m: Machine, frame: Frame, args: Args, node: ir.Call, name: str) -> Value:
    """`encoder.fit(y)`: the object itself."""
    return External(name)


def unique(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    """`np.unique(y, return_counts=True)`: the values, and numbers of each."""
    asked = [args.get(at, name) for at, name in enumerate(_COUNTED, 1)]
    values = tensor_ops.function_call(m, frame, "numpy.unique", args._replace(pos=args.pos[:1], kw={}), node)
    wanted = [one == TRUE for one in asked if one not in (None, NONE, const(False))]
    if not wanted:
        return values
    if args.open or not all(wanted):
        return TOP
    dtype = dtype_at("int64", Place(frame.unit.path, node.span))
    numbers = Tensor(dtype=dtype, shape=(None,), array=True, gradient=Gradient.DATA)
    return Seq((values, *(changed(numbers, identity=m.number(frame, node.span, at)) for at, _ in enumerate(wanted))))


MODELS: dict[str, Model] = {
    **{name: partial(made, name=of) for name, of in NUMPY_OBJECTS.items()},
    **{name: partial(made, name=name) for name in OBJECTS},
    **{f"{name}.fit": partial(fitted, name=name) for name in OBJECTS},
    **dict.fromkeys(SEVERAL, unique),
}
"""Objects of NumPy and of scikit-learn, and what returns several arrays."""
