"""A loss that forms its logits inside: `linear_cross_entropy` is given features, and has the weight that makes class scores of them.

Its site holds the scores, which the rules then judge as those of any cross entropy.
"""

from __future__ import annotations

from bce_lint.analysis.domain.shapes import rank
from bce_lint.analysis.domain.tensor import Origin, Place, PlacedSize, Shape, Tensor
from bce_lint.analysis.domain.values import Constant, Ref, Seq, Value, tensors
from bce_lint.analysis.state.frames import Args
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.dtypes import INTEGERS
from bce_lint.catalog.schema import REAL, Contract, Domain

NAME = "LinearCrossEntropyLoss"
CLASSES, REST = "num_classes", "out_features"
"""The options that say how many classes a module has, and in how many further dimensions."""


def of_function(contract: Contract, args: Args) -> Shape | None:
    """The shape of the scores behind the batch, by the weight that a function is given; None for a loss that takes the scores."""
    if contract.name != NAME:
        return None
    weight = args.get(1, "linear_weight")
    known = weight.shape if type(weight) is Tensor else None
    return (...,) if rank(known) is None or known is None else known[:-1]


def of_module(m: Machine, ref: Ref, contract: Contract) -> Shape | None:
    """The same, by the options that a module was made with."""
    if contract.name != NAME:
        return None
    classes, rest = m.read(ref.address, CLASSES), m.read(ref.address, REST)
    if type(rest) is not Seq or rest.prefix or not rest.exact:
        return (...,)
    if type(classes) is not Constant or classes.kind != "int" or not isinstance(classes.value, int):
        return (None,)
    if isinstance(classes.value, PlacedSize) or ref.place is None:
        return (classes.value,)
    return (PlacedSize.at(classes.value, ref.place),)


def scores(value: Value, shape: Shape, place: Place) -> tuple[Tensor, ...]:
    """The class scores of what may be features; labels in their place stay what they are."""
    return tuple(of_features(one, shape, place) for one in tensors(value) or (Tensor(),))


def of_features(features: Tensor, shape: Shape, place: Place) -> Tensor:
    """The class scores of features, which the loss forms in some place."""
    if features.domain is Domain.LABEL or features.dtype in INTEGERS:
        return features
    origin, made = (Origin("linear", Domain.LOGITS, place),), _of_scores(features.shape, shape)
    return Tensor(Domain.LOGITS, REAL, features.dtype, made, origin, model=True, device=features.device, given=features.given)


def _of_scores(features: Shape | None, behind: Shape) -> Shape | None:
    """The shape of the scores: features have one dimension, or two with that of the batch."""
    if behind[:1] == (...,):
        return None
    match rank(features):
        case 1:
            return behind if len(behind) == 1 else None
        case 2 if features is not None:
            return (features[0], *behind)
        case None:
            return (..., *behind) if len(behind) == 1 else (None, *behind)
    return None
