"""The lattice of tensors: domain, range, dtype and shape, each with an unknown, and the origin of the domain."""

from __future__ import annotations

from types import EllipsisType
from typing import Any, NamedTuple, TypeAlias, TypeVar

from bce_lint.analysis.domain import intervals
from bce_lint.analysis.domain.gradient import Gradient, join_gradient
from bce_lint.catalog.dtypes import INTEGERS
from bce_lint.catalog.schema import ANY, Domain, Range
from bce_lint.ir import Span
from bce_lint.records import changed, field, record

T = TypeVar("T")
MAX_ORIGINS = 4
Shape = tuple[int | EllipsisType | None, ...]
"""Sizes, None where one is not known; a leading `...` stands for any number of dimensions."""


class Place(NamedTuple):
    """A span in a file, and the source text worth naming in a message."""

    path: str
    span: Span
    text: str = ""

    @property
    def range(self) -> SourceRange:
        """The place without its text."""
        return self.path, self.span


SourceRange: TypeAlias = tuple[str, Span]
"""A place without its text: a path and a span."""


class PlacedDtype(str):
    """A dtype that knows which place of the source decided it; it equals its plain name."""

    __slots__ = ("place",)
    place: Place

    @classmethod
    def at(cls, dtype: str, place: Place) -> PlacedDtype:
        """The dtype, with the place that decided it."""
        made = cls(dtype)
        made.place = place
        return made


class PlacedSize(int):
    """A size that knows which place of the source gave it; it equals the plain number."""

    place: Place

    @classmethod
    def at(cls, size: int, place: Place) -> PlacedSize:
        """The size, with the place that gave it."""
        made = cls(size)
        made.place = place
        return made


class Assumed(PlacedSize):
    """A number that an instance as any is taken to have been made with: the default of a parameter of its constructor."""


class Origin(NamedTuple):
    """An operation that put a tensor into its domain.

    `name` is the operation's catalogue name, `place` where it is applied (for the tail of a `Sequential`, where the
    layer is made), `dim` its constant dimension if known, as it is written there. `over` is the dimension of the value at hand that it
    ran over, None where that cannot be told; `...` says that nothing has moved it.
    """

    name: str
    domain: Domain
    place: Place
    dim: int | None = None
    over: int | EllipsisType | None = ...

    @property
    def along(self) -> int | None:
        """The dimension of the value at hand that the operation ran over, if it is known."""
        return self.dim if self.over is ... else self.over


End: TypeAlias = int | str | None
"""Where a piece of a dimension begins or ends: a place, the symbol of one that is not known, or the end of the dimension."""


class Filling(NamedTuple):
    """What was written into a buffer of one constant: the `pieces` of a dimension that are filled, and what is in them."""

    dim: int
    pieces: frozenset[tuple[End, End]]
    of: Tensor

    @property
    def symbols(self) -> frozenset[int]:
        """The identities of the numbers that stand for ends which are not known."""
        return frozenset(int(end[1:]) for piece in self.pieces for end in piece if isinstance(end, str))


class Formula(NamedTuple):
    """How a value was written: the steps of a sigmoid, a logarithm or a cross entropy that is written by hand.

    `kind` is `exp`, `1+exp` or `sumexp` (the exponential of the value with identity `of`, one more than it, its sum along `dim`, which
    is `kept` where it is still there with size 1), `softplus` or `logsumexp` (the logarithms of these; `complement` where the first is
    written out), `value` (the value with identity `of`, or `1 - value` where `complement`, plus a small constant where `eps`),
    `clamped`, `power`, `product` (of the values in `factors`, each with whether it is `1 - value`), `log` (of such a value) or `term`
    (a product with such a logarithm). `domain` is that of the value, `logs` are the places of the logarithms,
    `shapes` those of a logarithm and a factor that broadcast against each other, `inner` the activation that a sigmoid is written
    around. `unit` says that the value certainly lies in [0, 1], `origin` what put it into its domain, `detached` that it
    has no gradient. Of a product of some values with one-hot rows, `picked` are the values; of a buffer,
    `filling` is what is in it so far.
    """

    kind: str
    of: int = 0
    complement: bool = False
    eps: bool = False
    domain: Domain = Domain.UNKNOWN
    factors: frozenset[tuple[int, bool]] = frozenset()
    logs: tuple[Place, ...] = ()
    shapes: tuple[Shape, Shape] | None = None
    inner: tuple[Origin, ...] = ()
    unit: bool = False
    origin: tuple[Origin, ...] = ()
    detached: bool = False
    dim: int | None = None
    kept: bool = False
    picked: Tensor | None = None
    filling: Filling | None = None

    def part(self, identity: int) -> Formula:
        """How some of the values were written: as the whole, but they are others."""
        if self.picked is not None or self.filling is not None:
            return self._replace(of=identity if self.of else 0, picked=None, filling=None)
        return self._replace(of=identity) if self.of else self


@record(frozen=True, slots=True)
class Tensor:
    """What is known of a tensor. `identity` is shared by views of the same values; `inner` holds activations below `origin`.

    `model` is true for what a module returned; `literal` marks constant data; `one_hot` marks the rows of `one_hot`,
    `array` what NumPy made; `form` says how the value was written; `given` is the depth of the outermost frame that was handed the
    shape and dtype by its caller, 0 for none; `gradient` says whether it carries one (`carried`, what its dtype allows). `turned` says that
    it may have another shape than others of its identity.
    """

    domain: Domain = Domain.UNKNOWN
    range: Range = ANY
    dtype: str | None = None
    shape: Shape | None = None
    origin: tuple[Origin, ...] = ()
    inner: tuple[Origin, ...] = ()
    identity: int = 0
    model: bool = False
    literal: bool = False
    device: str | None = field(default=None)
    one_hot: bool = False
    array: bool = False
    form: Formula | None = None
    given: int = 0
    gradient: Gradient = Gradient.UNKNOWN
    turned: bool = False

    @property
    def carried(self) -> Gradient:
        """Whether the tensor carries a gradient; integers and truth values never do."""
        return Gradient.DATA if self.dtype in INTEGERS else self.gradient

    @property
    def first(self) -> Origin | None:
        """The operation that put the tensor into its domain."""
        return self.origin[0] if self.origin else None


def dtype_at(dtype: str | None, place: Place) -> str | None:
    """A dtype with the place that decided it, unless it has come from another one."""
    return PlacedDtype.at(dtype, place) if type(dtype) is str else dtype


def shape_at(shape: Shape | None, place: Place) -> Shape | None:
    """A shape whose sizes have the place that gave them, but for those that have come from another one."""
    if shape is None or int not in map(type, shape):
        return shape
    return tuple([PlacedSize.at(size, place) if type(size) is int else size for size in shape])


def _join_dtype(a: str | None, b: str | None) -> str | None:
    """A dtype that both have; of two places the first in the source, whichever way came first."""
    if a is b or a != b:
        return a if a is b else None
    return min(a, b, key=lambda x: x.place) if type(a) is type(b) is PlacedDtype else str(a)


def _join_size(a: int | EllipsisType | None, b: int | EllipsisType | None) -> int | EllipsisType | None:
    if a is b or a != b:
        return a if a is b else None
    if isinstance(a, PlacedSize) and type(a) is type(b):
        return min(a, b, key=lambda x: x.place)
    return int(a) if isinstance(a, int) else a


def join_shape(a: Shape | None, b: Shape | None) -> Shape | None:
    """Sizes that agree stay; of ranks that differ, the last dimensions."""
    if a is None or b is None:
        return None
    if a[:1] == (...,) or b[:1] == (...,) or len(a) != len(b):
        x, y = (s[1:] if s[:1] == (...,) else s for s in (a, b))
        common = min(len(x), len(y))
        return (..., *(_join_size(p, q) for p, q in zip(x[len(x) - common :], y[len(y) - common :], strict=True)))
    return a if a is b else tuple([_join_size(x, y) for x, y in zip(a, b, strict=True)])


def outermost(*depths: int) -> int:
    """The least depth of frames; 0 for none of them."""
    return min((depth for depth in depths if depth), default=0)


def _joined_origins(a: tuple[Origin, ...], b: tuple[Origin, ...]) -> tuple[Origin, ...]:
    """The origins of either; of one that both have, but over other dimensions, it is not known over which."""
    if a == b:
        return a
    moved = {o._replace(over=None) for o in a if o not in b} & {o._replace(over=None) for o in b if o not in a}
    known = [one if (one := o._replace(over=None)) in moved else o for o in (*a, *b)]
    return tuple(dict.fromkeys(known))


def join_tensor(a: Tensor, b: Tensor) -> Tensor:
    """The least tensor above two of the same domain; origins are collected, an identity survives only if shared."""
    if a == b:
        return a
    origins = _joined_origins(a.origin, b.origin)
    inner = tuple(o for o in a.inner if o in b.inner) if a.inner != b.inner else a.inner
    return changed(
        a,
        range=intervals.join_range(a.range, b.range),
        dtype=_join_dtype(a.dtype, b.dtype),
        shape=join_shape(a.shape, b.shape),
        origin=tuple(sorted(origins, key=lambda o: (o.place.path, o.place.span, o.name)))[:MAX_ORIGINS],
        inner=inner,
        identity=a.identity if a.identity == b.identity else 0,
        model=a.model and b.model,
        literal=a.literal and b.literal,
        device=a.device if a.device == b.device else None,
        one_hot=a.one_hot and b.one_hot,
        array=a.array or b.array,
        form=a.form if a.form == b.form else None,
        given=outermost(a.given, b.given),
        gradient=join_gradient(a.carried, b.carried),
        turned=a.turned or b.turned,
    )


def kind_of(t: Tensor) -> tuple[Domain, str]:
    """What tells alternatives apart before all else: the domain, and which step of a sigmoid written by hand it is."""
    return t.domain, t.form.kind if t.form is not None and t.form.kind in ("exp", "1+exp") else ""


def alike_joined(values: list[T]) -> list[T]:
    """Too many values: tensors of one kind are one now."""
    found: dict[object, Any] = {}
    for value in values:
        key: object = (id(value.domain), kind_of(value)[1]) if isinstance(value, Tensor) else value
        found[key] = join_tensor(found[key], value) if isinstance(value, Tensor) and key in found else value
    return list(found.values())
