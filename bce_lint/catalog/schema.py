"""The vocabulary of the catalogue: domains, ranges, contracts of losses, transfers of operations.

The tables of this package are data; their meaning is given by `bce_lint.analysis`.
"""

from __future__ import annotations

from enum import Enum
from math import inf
from typing import NamedTuple

from bce_lint.records import record


class Domain(Enum):
    """What the numbers of a tensor mean to a loss."""

    UNKNOWN = "unknown"
    LOGITS = "logits"
    PROBABILITY = "sigmoid"
    CATEGORICAL = "softmax"
    LOG_PROBABILITY = "log-sigmoid"
    LOG_CATEGORICAL = "log-softmax"
    LABEL = "label"


ACTIVATED = frozenset({Domain.PROBABILITY, Domain.CATEGORICAL, Domain.LOG_PROBABILITY, Domain.LOG_CATEGORICAL})
"""The domains that activations make."""

PROBABLE = frozenset({Domain.PROBABILITY, Domain.CATEGORICAL})
"""The domains of probabilities."""

LOGARITHMIC = frozenset({Domain.LOG_PROBABILITY, Domain.LOG_CATEGORICAL})
"""The domains of their logarithms."""


class Range(NamedTuple):
    """Bounds of the values; `tight` when values near both ends really occur (else the bounds are merely sound)."""

    low: float = -inf
    high: float = inf
    tight: bool = False


ANY = Range()
REAL = Range(-inf, inf, True)
UNIT = Range(0.0, 1.0, True)
COSINE = Range(-1.0 - 1e-6, 1.0 + 1e-6)
"""A quotient of sums, which rounding takes past its bounds."""


class Expects(Enum):
    """What a loss wants as its input."""

    PROBABILITY = "probabilities"
    LOGITS = "logits"
    CLASS_LOGITS = "class logits"
    LOG_PROBABILITIES = "log-probabilities"
    KL_LOG_PROBABILITIES = "log-probabilities of a distribution"
    MARGIN_LOGITS = "margin logits"
    ANY = "anything"


PROBABILITIES = frozenset({Expects.PROBABILITY})
LOGITS = frozenset({Expects.LOGITS, Expects.CLASS_LOGITS, Expects.MARGIN_LOGITS})


class Target(Enum):
    """What a loss wants as its target."""

    FLOAT = "floating point"
    FLOAT_AS_INPUT = "the input's floating dtype"
    CLASS_INDEX = "int64 or uint8 class indices, or floating class probabilities"
    INDEX_ONLY = "int64 or uint8 class indices"
    INT64_ONLY = "int64 class indices"
    ANY = "any"


class ShapeRelation(Enum):
    """How the shapes of input and target must agree."""

    EQUAL = "equal, else it raises"
    CLASS_DIM = "target without the class dimension (dim 1), which a loss that forms the scores inside gives them"
    BROADCAST = "broadcasts silently"
    BROADCAST_WARNS = "broadcasts with a warning"
    NO_GROWTH = "may not grow the output"
    ANY = "not checked here"


class Param(NamedTuple):
    """A parameter of a torch callable: `tensor` says whether it takes a tensor; `positional` is False when keyword-only."""

    name: str
    default: object
    tensor: bool = False
    positional: bool = True


REQUIRED = "<required>"


@record(frozen=True, slots=True)
class Contract:
    """What one loss promises and asks. `init` and `call` are None where the loss has no such form.

    `name` is the class name (`BCELoss`) or, for a function without a class, the function's. `init` are the
    constructor's parameters, `call` the `forward` parameters, `function` the functional's whole signature.
    `autocast` is `banned` (raises on cuda, xpu, mtia), `float32` (runs in float32) or `any`.
    """

    name: str
    expects: Expects
    target: Target
    shape: ShapeRelation
    module: str | None
    functional: str | None
    init: tuple[Param, ...] | None
    call: tuple[str, ...]
    function: tuple[Param, ...] | None
    autocast: str = "any"
    fused_with: str | None = None

    @property
    def has_weights(self) -> bool:
        """True if the loss is a module with weights of its own, which are random when it is made."""
        return any(param.name == "dtype" for param in self.init or ())


@record(frozen=True, slots=True)
class Activation:
    """A domain-making operation. `dim` names the parameter that chooses the dimension, if any.

    `params` are the functional's parameters (the tensor first), `init` the module's; `implicit_dim` says that
    torch picks a dimension by rank when none is given, `fixed_dim` is the dimension of one that cannot be told another.
    """

    name: str
    domain: Domain
    range: Range
    module: str | None
    init: tuple[Param, ...] | None
    params: tuple[Param, ...]
    dim: str | None = None
    implicit_dim: bool = False
    fixed_dim: int | None = None

    @property
    def requires_dim(self) -> bool:
        """True if a call without the dimension raises."""
        return any(param.name == self.dim and param.default == REQUIRED for param in self.params)


class Kind(Enum):
    """How the result of an operation on tensors follows from its first tensor argument (or, for JOIN, from all)."""

    KEEP = "same values, same domain: views, casts, indexing, devices, dropout, identity"
    JOIN = "the tensors of its first argument together: cat, stack, hstack"
    MASK = "where(condition, a, b): both tensors together"
    FILL = "the input with some values replaced by those of its last parameter, constant or tensor: masked_fill, scatter"
    SELECT = "some of the values, same domain, another identity: max, min, topk, sort, gather"
    ACTIVATION = "see Activation"
    BOUNDED = "domain unknown, values in `range`"
    MONOTONE = "domain unknown, values in the intersection of the input's range and `range`: relu, clamp-like"
    SIGN = "domain unknown, the input's sign kept, values in `range`: tanh, gelu, leaky relu"
    CLAMP = "the input's domain, clipped to constant bounds"
    ROUND = "domain unknown, whole numbers around the input's: round, floor, ceil"
    EXP = "exp of the input"
    LOG = "log of the input"
    LOGITS = "output of a parametrised layer"
    MATMUL = "LOGITS when an operand is a parameter and none is a probability, else ARITHMETIC"
    PARAMETER = "a parameter of a module: without bound while it is trained"
    RECURRENT = "tuple of (LOGITS-like hidden features, state)"
    BLEND = "weighted means of neighbours in space: the domain stays, but nothing moves past it: interpolate"
    ARITHMETIC = "domain unknown: sums, products, means, norms"
    MEAN = "domain unknown, range kept: mean, median"
    LABEL = "class indices or one-hot rows"
    FACTORY = "a new tensor of constants or random values in `range`"
    BOOL = "a tensor of truth values"
    SCALAR = "a Python number: item, size, dim"
    NONE = "nothing of interest"


class Transfer(NamedTuple):
    """One operation: all that the rooms of this package know of it.

    - `kind` says how the result follows from the tensor that the operation is given; the words of the other fields add to it.
    - `range` holds the values of the result, where the kind says so. One that is `tight` speaks, for BOUNDED and SIGN, of an input that
      takes all reals; of another input only the bounds are sure.
    - `dtype` is that of the result where it is always the same. None: `dtype_rule` says, or the operands do.
    - `result` is what the operation returns: a `tensor`, a `tuple` or `namedtuple` of tensors, `namedtuple-if-dim`, which is a named
      tuple where a dimension is given and else a tensor; or what it tells of the tensor: its `sizes`, its `rank`, the `count` of its
      values, whether it is `floating` or `complex`.
    - `inplace`: the result is written back to the first argument.
    - `params` are the parameters that may be given by position, in order. A function's begin with the tensor; those of a method and
      of a layer's constructor leave it out. What takes names only is not listed: a reader may index its arguments by these.
    - `fields` are the parts of a tuple whose parts differ: `values`, `indices` (int64 positions), `min` and `max`, or `state` and
      `weights`, of which nothing is known.
    - `bounds` are the parameters that replace the lower and the upper end of `range`; None stands for an end that none replaces.
    - `also` says under which other names torch has a function of `torch`: `method`, `method_` (the method that writes back) and
      `function_` (the function that writes back). The rows of those are made from this one.
    - `shape` names the rule that gives the result's shape: one of `analysis.models.shape_rules`, for a layer one of `layer_shapes`, for
      what joins tensors one of `concatenation`. Without one, a new tensor has the shape that `size=` asks for, an operation on each
      value alone keeps its tensor's, and of any other nothing is known.
    - `dtype_rule` says how the dtype follows where `dtype` does not fix it: it is what the arguments ask for, or have (`cast`), the
      tensor's (`like`), that of the number which fills the result (`fill`), or int64 unless weights are counted (`counts`).
    - `use` says what the operation is to who follows a tensor's values: it leaves each in its place (`kept`), multiplies it (`scaled`),
      only gives them other places (`moved`), or may pick some along one dimension (`picked`); it gives the positions of an order
      (`ranked`) or values and positions (`selected`), sums or means (`summed`), the whole number that is `nearest` to each, the
      `cosine` of two tensors; is a step of a formula that others write out (`log1p`, `logsumexp`, `softplus`); or it does
      not look at the values (`layout`).
    - `gradient` is `set` where the call says whether the result is trained, `stopped` where the result has none any more, `none` where
      it has none since it, or what it is made of, is an array. Of a layer that is not in the kind of those with parameters it is `trained`
      where parameters of its own take part, and `affine` of any where they do unless its constructor is told otherwise.
    - `operator` is what the operation is another name for, with its first two operands (with `alpha=1`, no `rounding_mode`) or with
      its only one (`neg`, `pos`, and `not` of each value). An `r` before it exchanges the operands: `torch.rsub(p, 1)` is `1 - p`.
    - `receiver` says what a method tells of an object of which nothing is known: that it is a `tensor`, since nothing else has the
      method, or has it without arguments (`tensor-if-bare`, as a logger's `log` takes some), or that the result is what the object
      was (`itself`), whatever that is.
    - `trial` are words for the verification, which computes the operation on tensors that it makes up: the result is a number that
      the shape gives (`counts_dims`), or the tensor itself (`identity`); among the arguments only dtypes matter (`recast`), sizes may
      be unknown (`open_sizes`), the second is a mask (`masked`), or that of the function may be a tensor as well (`pair`), as may all
      three of a function that chooses between two (`choice`); the result is not the same twice (`random`), or as large as the product
      of the numbers that are given (`growing`).
    - `linear`: a sum, mean or view. A minus before it is one behind it.
    """

    kind: Kind
    range: Range = ANY
    dtype: str | None = None
    result: str = "tensor"
    inplace: bool = False
    params: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    bounds: tuple[str | None, str | None] | None = None
    also: tuple[str, ...] = ()
    shape: str = ""
    dtype_rule: str = ""
    use: str = ""
    gradient: str = ""
    operator: str = ""
    receiver: str = ""
    trial: tuple[str, ...] = ()
    linear: bool = False

    @property
    def may_share(self) -> bool:
        """True if the result may be another view of the tensor's storage."""
        return self.kind is Kind.KEEP or self.kind is Kind.SELECT


UNARY = frozenset({"neg", "pos", "not"})
"""What `Transfer.operator` says of an operation with one operand."""

QUESTIONS = frozenset({"sizes", "rank", "count", "floating", "complex"})
"""What `Transfer.result` says of an operation that only asks a tensor about itself."""


class Autocast(NamedTuple):
    """A callable that makes an autocast context: its parameters in order, and the device it is for (None: `device_type` says)."""

    device: str | None
    params: tuple[Param, ...]


class Covered(Enum):
    """Which code a trainer runs under autocast."""

    STEPS = "the step methods of the module it trains, and all that they call"
    FORWARD = "the forward of a module it has prepared, and all that it calls"


class Precision(NamedTuple):
    """How a trainer is told to use autocast.

    `options` gives, for a parameter, the values that switch autocast on; `params` are the parameters that may be positional.
    `device_option` is the parameter that picks the device, `devices` what its values mean (any other value: `cuda`).
    `unless` gives, for a parameter, beginnings of values under which the trainer opens no autocast after all.
    `context` is the method that opens the same autocast as a context by hand.
    """

    options: dict[str, frozenset[object]]
    scope: Covered
    params: tuple[str, ...] = ()
    device_option: str | None = None
    devices: dict[object, str] = {}  # noqa: RUF012  (a NamedTuple's default, never written to)
    unless: dict[str, tuple[str, ...]] = {}  # noqa: RUF012
    context: str | None = None
