"""How layers change shapes. What is not listed here leaves nothing known of the shape."""

from __future__ import annotations

from collections.abc import Callable

from bce_lint.analysis.domain.shapes import kept, least_rank
from bce_lint.analysis.domain.tensor import Assumed, Place, PlacedSize, Shape
from bce_lint.analysis.domain.values import NONE, Constant, Table, Value, const
from bce_lint.analysis.models import spatial_shapes
from bce_lint.analysis.models.keywords import whole
from bce_lint.analysis.models.shape_rules import CHANGES, POINTWISE_KINDS
from bce_lint.analysis.state import cells
from bce_lint.analysis.state.frames import Args
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.schema import Transfer

FLAT = "flat"
"""The rule of `nn.Flatten`: that of the function."""


def _features(name: str, given: Table, shape: Shape | None) -> Shape | None:
    last = whole(given.get("out_features"))
    return (*(shape[:-1] if shape is not None and least_rank(shape) else (...,)), last)


def _embedding(name: str, given: Table, shape: Shape | None) -> Shape | None:
    return (*(shape if shape is not None else (...,)), whole(given.get("embedding_dim")))


def _conv(name: str, given: Table, shape: Shape | None) -> Shape | None:
    return spatial_shapes.convolved(shape, given.get, whole(given.get("out_channels")), _spatial(name))


def _conv_back(name: str, given: Table, shape: Shape | None) -> Shape | None:
    spatial = _spatial(name)
    front = spatial_shapes.before_channels(shape, spatial)
    return None if front is None else (*front, whole(given.get("out_channels")), *(None,) * spatial)  # the call may ask for a size


def _pool(name: str, given: Table, shape: Shape | None) -> Shape | None:
    return spatial_shapes.pooled(shape, given.get, _spatial(name))


def _pool_at_random(name: str, given: Table, shape: Shape | None) -> Shape | None:
    return _pool(name, Table(tuple((k, v) for k, v in given.entries if k == "return_indices")), shape)


def _spatial(name: str) -> int:
    """The number of dimensions in space of `Conv2d`."""
    return int(name[-2])


_GIVE_A_SIZE = frozenset({"out_features", "embedding_dim", "out_channels"})


def sized(param: str, value: Value, place: Place) -> Value:
    """An argument of a layer's constructor: the size of what the layer returns knows that it comes from there."""
    if param not in _GIVE_A_SIZE or type(value) is not Constant or value.kind != "int" or type(value.value) is Assumed:
        return value
    assert isinstance(value.value, int), "its kind says so"
    return const(PlacedSize.at(value.value, place))


RULES: dict[str, Callable[[str, Table, Shape | None], Shape | None]] = {
    "same": lambda name, given, shape: shape,
    "features": _features,
    "embedding": _embedding,
    "conv": _conv,
    "conv_back": _conv_back,
    "pool": _pool,
    "pool_at_random": _pool_at_random,
    "adapt": lambda name, given, shape: spatial_shapes.adapted(shape, given.get, _spatial(name)),
    "resize": lambda name, given, shape: spatial_shapes.resized(shape, given.get),
    "recurrent": lambda name, given, shape: spatial_shapes.recurrent(given, shape),
}
"""Rules for the shape of what a layer returns, given its name, the arguments it is constructed with and the shape of its input."""


def after_layer(m: Machine, row: Transfer, address: int, shape: Shape | None) -> Shape | None:
    """The shape of what a layer returns."""
    made = m.layers.get(address)
    given = None if made is None else m.read(address, cells.ARGS)
    if made is None or type(given) is not Table:
        return None
    if row.shape == FLAT:
        ends = (given.get("start_dim") or const(1), given.get("end_dim") or const(-1))
        return CHANGES["flatten"](m, shape, Args((NONE, *ends)))
    if row.shape:
        return kept(RULES[row.shape](made, given, shape))
    return shape if row.kind in POINTWISE_KINDS else None


def of_weight(m: Machine, address: int) -> Shape | None:
    """The shape of a layer's weight."""
    given = m.read(address, cells.ARGS) if m.layers.get(address) == "torch.nn.Linear" else None
    return (whole(given.get("out_features")), whole(given.get("in_features"))) if type(given) is Table else None


def made_with(m: Machine, address: int) -> Args:
    """The arguments that a layer is constructed with, by their names; those of an instance of a subclass are not known."""
    given = m.read(address, cells.ARGS)
    return Args(kw={str(name): value for name, value in given.entries}) if type(given) is Table else Args(open=True)
