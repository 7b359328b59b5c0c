"""The losses that torch also keeps as builtins of its own namespace, with their own signatures ([torchfn.*]).

They take an integer `reduction` (0 none, 1 mean, 2 sum). Called without one they return the unreduced loss, though the
operators' own schemas say mean. `torch.binary_cross_entropy_with_logits` lets its input grow to its target's
shape, not the reverse. A row's name is that of the class with the same mathematics.
"""

from __future__ import annotations

from bce_lint.catalog.loss_params import INPUT, INPUT1, INPUT2, TARGET, TRIPLET, WEIGHT
from bce_lint.catalog.schema import REQUIRED, Contract, Expects, Param, ShapeRelation, Target

_NONE = Param("reduction", 0)


def _builtin(
    name: str,
    functional: str,
    function: tuple[Param, ...],
    call: tuple[str, ...] = ("input", "target"),
    *,
    expects: Expects = Expects.ANY,
    target: Target = Target.ANY,
    shape: ShapeRelation = ShapeRelation.ANY,
) -> Contract:
    return Contract(
        name,
        expects,
        target,
        shape,
        module=None,
        functional=f"torch.{functional}",
        init=None,
        call=call,
        function=function,
        autocast="float32",
    )


BUILTIN_CONTRACTS: tuple[Contract, ...] = (
    _builtin(
        "BCEWithLogitsLoss",
        "binary_cross_entropy_with_logits",
        (INPUT, TARGET, WEIGHT, Param("pos_weight", None, tensor=True), _NONE),
        expects=Expects.LOGITS,
        target=Target.FLOAT,
    ),
    _builtin(
        "KLDivLoss",
        "kl_div",
        (INPUT, TARGET, _NONE, Param("log_target", False, positional=False)),
        expects=Expects.KL_LOG_PROBABILITIES,
        target=Target.FLOAT,
        shape=ShapeRelation.BROADCAST,
    ),
    _builtin("HingeEmbeddingLoss", "hinge_embedding_loss", (INPUT, TARGET, Param("margin", 1.0), _NONE), shape=ShapeRelation.BROADCAST),
    _builtin(
        "PoissonNLLLoss",
        "poisson_nll_loss",
        (
            INPUT,
            TARGET,
            Param("log_input", REQUIRED),
            Param("full", REQUIRED),
            Param("eps", REQUIRED),
            Param("reduction", REQUIRED),
        ),
        shape=ShapeRelation.BROADCAST,
    ),
    _builtin(
        "CosineEmbeddingLoss",
        "cosine_embedding_loss",
        (INPUT1, INPUT2, TARGET, Param("margin", 0.0), _NONE),
        ("input1", "input2", "target"),
    ),
    _builtin(
        "MarginRankingLoss",
        "margin_ranking_loss",
        (INPUT1, INPUT2, TARGET, Param("margin", 0.0), _NONE),
        ("input1", "input2", "target"),
    ),
    _builtin(
        "TripletMarginLoss",
        "triplet_margin_loss",
        (*TRIPLET, Param("margin", 1.0), Param("p", 2.0), Param("eps", 1e-6), Param("swap", False), _NONE),
        ("anchor", "positive", "negative"),
    ),
    _builtin(
        "CTCLoss",
        "ctc_loss",
        (
            Param("log_probs", REQUIRED, tensor=True),
            Param("targets", REQUIRED, tensor=True),
            Param("input_lengths", REQUIRED, tensor=True),
            Param("target_lengths", REQUIRED, tensor=True),
            Param("blank", 0),
            _NONE,
            Param("zero_infinity", False),
        ),
        ("log_probs", "targets", "input_lengths", "target_lengths"),
    ),
)
"""The builtin losses of the `torch` namespace."""
