"""Losses that ask nothing of their input's domain: regression, ranking, embedding, sequence losses.

They are here for their constructors, deprecated reductions and shapes.
`GaussianNLLLoss` has keyword-only options as a class, positional ones as a function.
"""

from __future__ import annotations

from bce_lint.catalog.loss_params import INPUT, INPUT1, INPUT2, LEGACY, REDUCE, REDUCTION, SIZE_AVERAGE, TARGET, TRIPLET, WEIGHT
from bce_lint.catalog.schema import REQUIRED, Contract, Expects, Param, ShapeRelation, Target

_PAIR = ("input", "target")
_TRIPLET = ("anchor", "positive", "negative")
_ZERO_MARGIN = (Param("margin", 0.0), *LEGACY)
_HINGE = (Param("margin", 1.0), *LEGACY)
_POISSON = (Param("log_input", True), Param("full", False), SIZE_AVERAGE, Param("eps", 1e-8), REDUCE, REDUCTION)
_GAUSSIAN = (Param("full", False), Param("eps", 1e-6), REDUCTION)
_CTC = (Param("blank", 0), REDUCTION, Param("zero_infinity", False))
_TRIPLET_OPTIONS = (Param("margin", 1.0), Param("p", 2.0), Param("eps", 1e-6), Param("swap", False), *LEGACY)
_DISTANCE = (
    Param("distance_function", None, positional=False),
    Param("margin", 1.0, positional=False),
    Param("swap", False, positional=False),
    Param("reduction", "mean", positional=False),
)


def _loss(name: str, shape: ShapeRelation, init: tuple[Param, ...], function: tuple[Param, ...], call: tuple[str, ...] = _PAIR) -> Contract:
    return Contract(
        name,
        Expects.ANY,
        Target.ANY,
        shape,
        module=f"torch.nn.{name}",
        functional=f"torch.nn.functional.{_FUNCTIONALS[name]}",
        init=init,
        call=call,
        function=function,
        autocast="float32",
    )


_FUNCTIONALS = {
    "MSELoss": "mse_loss",
    "L1Loss": "l1_loss",
    "SmoothL1Loss": "smooth_l1_loss",
    "HuberLoss": "huber_loss",
    "HingeEmbeddingLoss": "hinge_embedding_loss",
    "PoissonNLLLoss": "poisson_nll_loss",
    "GaussianNLLLoss": "gaussian_nll_loss",
    "CTCLoss": "ctc_loss",
    "CosineEmbeddingLoss": "cosine_embedding_loss",
    "MarginRankingLoss": "margin_ranking_loss",
    "TripletMarginLoss": "triplet_margin_loss",
    "TripletMarginWithDistanceLoss": "triplet_margin_with_distance_loss",
}

OTHER_CONTRACTS: tuple[Contract, ...] = (
    _loss("MSELoss", ShapeRelation.BROADCAST_WARNS, LEGACY, (INPUT, TARGET, *LEGACY, WEIGHT)),
    _loss("L1Loss", ShapeRelation.BROADCAST_WARNS, LEGACY, (INPUT, TARGET, *LEGACY, WEIGHT)),
    _loss("SmoothL1Loss", ShapeRelation.BROADCAST_WARNS, (*LEGACY, Param("beta", 1.0)), (INPUT, TARGET, *LEGACY, Param("beta", 1.0))),
    _loss(
        "HuberLoss",
        ShapeRelation.BROADCAST_WARNS,
        (REDUCTION, Param("delta", 1.0)),
        (INPUT, TARGET, REDUCTION, Param("delta", 1.0), WEIGHT),
    ),
    _loss("HingeEmbeddingLoss", ShapeRelation.BROADCAST, _HINGE, (INPUT, TARGET, *_HINGE)),
    _loss("PoissonNLLLoss", ShapeRelation.BROADCAST, _POISSON, (INPUT, TARGET, *_POISSON), ("log_input", "target")),
    _loss(
        "GaussianNLLLoss",
        ShapeRelation.BROADCAST,
        tuple(p._replace(positional=False) for p in _GAUSSIAN),
        (INPUT, TARGET, Param("var", REQUIRED, tensor=True), *_GAUSSIAN),
        ("input", "target", "var"),
    ),
    _loss(
        "CTCLoss",
        ShapeRelation.ANY,
        _CTC,
        (
            Param("log_probs", REQUIRED, tensor=True),
            Param("targets", REQUIRED, tensor=True),
            Param("input_lengths", REQUIRED, tensor=True),
            Param("target_lengths", REQUIRED, tensor=True),
            *_CTC,
        ),
        ("log_probs", "targets", "input_lengths", "target_lengths"),
    ),
    _loss("CosineEmbeddingLoss", ShapeRelation.ANY, _ZERO_MARGIN, (INPUT1, INPUT2, TARGET, *_ZERO_MARGIN), ("input1", "input2", "target")),
    _loss("MarginRankingLoss", ShapeRelation.ANY, _ZERO_MARGIN, (INPUT1, INPUT2, TARGET, *_ZERO_MARGIN), ("input1", "input2", "target")),
    _loss("TripletMarginLoss", ShapeRelation.ANY, _TRIPLET_OPTIONS, (*TRIPLET, *_TRIPLET_OPTIONS), _TRIPLET),
    _loss("TripletMarginWithDistanceLoss", ShapeRelation.ANY, _DISTANCE, (*TRIPLET, *_DISTANCE), _TRIPLET),
)
"""The losses of `torch.nn` outside classification."""
