"""How convolutions, poolings and resizings change sizes: the dimensions in front stay, but for the channels, those in space follow."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from bce_lint.analysis.domain.shapes import least_rank, rank, size
from bce_lint.analysis.domain.tensor import Shape, Tensor
from bce_lint.analysis.domain.values import NONE, Constant, Seq, Table, Value, const
from bce_lint.analysis.models.keywords import whole
from bce_lint.analysis.state import containers
from bce_lint.analysis.state.frames import Args
from bce_lint.analysis.state.machine import Machine

OfParameter: TypeAlias = Callable[[str], "Value | None"]
"""The argument for a parameter; None where none is given."""
Sizes: TypeAlias = tuple[int | None, ...]

_MAX_POOL = ("input", "kernel_size", "stride", "padding", "dilation", "ceil_mode", "return_indices")
_AVG_POOL = ("input", "kernel_size", "stride", "padding", "ceil_mode")
_CONV = ("input", "weight", "bias", "stride", "padding", "dilation", "groups")
_RESIZE = ("input", "size", "scale_factor")
_FALSE = const(False)


def convolved(shape: Shape | None, given: OfParameter, channels: int | None, spatial: int) -> Shape | None:
    """The shape after a convolution, with or without a batch."""
    front = before_channels(shape, spatial)
    return None if front is None else (*front, channels, *_windows(_space(shape, spatial), given, given("kernel_size")))


def before_channels(shape: Shape | None, spatial: int) -> Shape | None:
    """What stands before the channels in what a convolution is given; None where it cannot be given that."""
    known = rank(shape)
    if shape is None or known is None:
        return (...,)
    return shape[: -spatial - 1] if known in (spatial + 1, spatial + 2) else None


def pooled(shape: Shape | None, given: OfParameter, spatial: int) -> Shape | None:
    """The shape after a pooling; with indices it is not one tensor that is returned."""
    if shape is None or least_rank(shape) <= spatial or given("return_indices") not in (None, _FALSE):
        return None
    return (*shape[:-spatial], *_windows(_space(shape, spatial), given, given("kernel_size"), given("kernel_size")))


def adapted(shape: Shape | None, given: OfParameter, spatial: int) -> Shape | None:
    """The shape after a pooling to a size that is given: None in it keeps the size that there is."""
    if shape is None or least_rank(shape) <= spatial or given("return_indices") not in (None, _FALSE):
        return None
    asked, wanted = given("output_size"), _numbers(given("output_size"), None, spatial)
    parts = asked.prefix if type(asked) is Seq and asked.exact else (asked,) * spatial
    kept = [old if part is NONE else new for part, new, old in zip(parts, wanted, _space(shape, spatial), strict=False)]
    return (*shape[:-spatial], *kept) if len(kept) == spatial else None


def resized(shape: Shape | None, given: OfParameter) -> Shape | None:
    """The shape after an interpolation: batch and channels stay, the size is given, or a factor of it."""
    known = rank(shape)
    if shape is None or known is None or known < 3:
        return None
    spatial = known - 2
    if given("size") not in (None, NONE):
        return (*shape[:2], *_numbers(given("size"), None, spatial))
    factors = _numbers(given("scale_factor"), None, spatial)
    return (*shape[:2], *(None if None in (old, by) else old * by for old, by in zip(_space(shape, spatial), factors, strict=True)))  # type: ignore[operator]


def recurrent(given: Table, shape: Shape | None) -> Shape | None:
    """The shape of the features that a recurrent layer returns for each step."""
    hidden, twice = whole(given.get("hidden_size")), given.get("bidirectional") or _FALSE
    told = type(twice) is Constant and given.get("proj_size") is None
    last = hidden * (2 if type(twice) is Constant and twice.value else 1) if told and hidden is not None else None
    return (*(shape[:-1] if shape is not None and least_rank(shape) else (...,)), last)


def _space(shape: Shape | None, spatial: int) -> Sizes:
    return tuple(size(shape, dim) for dim in range(-spatial, 0))


def _windows(sizes: Sizes, given: OfParameter, kernel: Value | None, stride: Value | None = None) -> Sizes:
    """How many windows of a kernel there are in each dimension."""
    count = len(sizes)
    step = given("stride")
    padding = given("padding")
    ceil = given("ceil_mode") or _FALSE
    if padding == const("same") or type(ceil) is not Constant:
        return sizes if padding == const("same") else (None,) * count
    columns = (
        sizes, _numbers(kernel, None, count), _numbers(stride if step in (None, NONE) else step, 1, count),
        _numbers(None if padding == const("valid") else padding, 0, count), _numbers(given("dilation"), 1, count),
    )  # fmt: skip
    return tuple(_window(*numbers, bool(ceil.value)) for numbers in zip(*columns, strict=True))


def _window(old: int | None, kernel: int | None, step: int | None, padding: int | None, dilation: int | None, ceil: bool) -> int | None:
    if old is None or kernel is None or step is None or padding is None or dilation is None or step < 1:
        return None
    span = old + 2 * padding - dilation * (kernel - 1) - 1
    found = (span + (step - 1 if ceil else 0)) // step + 1
    if ceil and (found - 1) * step >= old + padding:
        found -= 1  # no window begins in the padding behind
    return found if span >= 0 else None


def _numbers(value: Value | None, default: int | None, count: int) -> Sizes:
    """A number for each dimension in space, given at once or one by one."""
    if value is None:
        return (default,) * count
    if type(value) is Seq:
        return tuple(map(whole, value.prefix)) if value.exact and len(value.prefix) == count else (None,) * count
    return (whole(value),) * count


def _named(m: Machine, args: Args, params: tuple[str, ...]) -> OfParameter:
    """The arguments of a function by parameter; a list is taken for a tuple."""

    def _given(name: str) -> Value | None:
        value = args.get(params.index(name) if name in params else len(args.pos), name)
        items = None if value is None or type(value) is Constant else containers.content(m, value)
        return value if items is None else items

    return _given


def _convolve(spatial: int, m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    weight = args.get(1, "weight")
    if type(weight) is not Tensor or weight.shape is None or rank(weight.shape) != spatial + 2:
        return None
    named, kernel = _named(m, args, _CONV), Seq(tuple(const(s) if isinstance(s, int) else NONE for s in weight.shape[2:]))
    return convolved(shape, lambda name: kernel if name == "kernel_size" else named(name), size(weight.shape, 0), spatial)


def _max_pool(spatial: int, m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    return pooled(shape, _named(m, args, _MAX_POOL), spatial)


def _avg_pool(spatial: int, m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    return pooled(shape, _named(m, args, _AVG_POOL), spatial)


def _adapt(spatial: int, m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    return adapted(shape, _named(m, args, ("input", "output_size", "return_indices")), spatial)


def _resize(m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    return resized(shape, _named(m, args, _RESIZE))


RULES: dict[str, Callable[[Machine, Shape | None, Args], Shape | None]] = {
    f"{name}{spatial}": partial(rule, spatial)
    for name, rule in (("conv", _convolve), ("max_pool", _max_pool), ("avg_pool", _avg_pool), ("adapt", _adapt))
    for spatial in (1, 2, 3)
}
RULES["resize_in_space"] = _resize
"""The rules for functions, which are given the shape of their tensor: `conv2` for a convolution over two dimensions."""
