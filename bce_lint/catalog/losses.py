"""Losses that take a classification, and the lookup tables of all losses.

Signatures, domains, targets, shapes and the autocast policy are measured: `tests/catalog/test_losses_torch.py` and
`test_target_facts_torch.py` check each row against the installed torch.
"""

from __future__ import annotations

from bce_lint.catalog.builtin_losses import BUILTIN_CONTRACTS
from bce_lint.catalog.loss_params import (
    IGNORE_INDEX,
    INPUT,
    LEGACY,
    REDUCE,
    REDUCTION,
    SIZE_AVERAGE,
    TARGET,
    WEIGHT,
)
from bce_lint.catalog.other_losses import OTHER_CONTRACTS
from bce_lint.catalog.schema import REQUIRED, Contract, Expects, Param, ShapeRelation, Target

_WEIGHTED = (WEIGHT, *LEGACY)
_POS_WEIGHTED = (*_WEIGHTED, Param("pos_weight", None, tensor=True))
_INDEXED = (WEIGHT, SIZE_AVERAGE, IGNORE_INDEX, REDUCE, REDUCTION)
_SMOOTHED = (*_INDEXED, Param("label_smoothing", 0.0))
_KL = (*LEGACY, Param("log_target", False))
_MULTI_MARGIN = (Param("p", 1), Param("margin", 1.0), *_WEIGHTED)
_LINEAR_CE = (
    Param("bias", False, positional=False),
    Param("device", None, positional=False),
    Param("dtype", None, positional=False),
    Param("reduction", "mean", positional=False),
    Param("weight", None, tensor=True, positional=False),
    Param("ignore_index", None, positional=False),
    Param("label_smoothing", 0.0, positional=False),
    Param("options", None, positional=False),
)
_PAIR = ("input", "target")

_CLASSIFICATION = (
    Contract(
        "BCELoss",
        Expects.PROBABILITY,
        Target.FLOAT_AS_INPUT,
        ShapeRelation.EQUAL,
        module="torch.nn.BCELoss",
        functional="torch.nn.functional.binary_cross_entropy",
        init=_WEIGHTED,
        call=_PAIR,
        function=(INPUT, TARGET, *_WEIGHTED),
        autocast="banned",
        fused_with="BCEWithLogitsLoss",
    ),
    Contract(
        "BCEWithLogitsLoss",
        Expects.LOGITS,
        Target.FLOAT,
        ShapeRelation.EQUAL,
        module="torch.nn.BCEWithLogitsLoss",
        functional="torch.nn.functional.binary_cross_entropy_with_logits",
        init=_POS_WEIGHTED,
        call=_PAIR,
        function=(INPUT, TARGET, *_POS_WEIGHTED),
        autocast="float32",
    ),
    Contract(
        "CrossEntropyLoss",
        Expects.CLASS_LOGITS,
        Target.CLASS_INDEX,
        ShapeRelation.CLASS_DIM,
        module="torch.nn.CrossEntropyLoss",
        functional="torch.nn.functional.cross_entropy",
        init=_SMOOTHED,
        call=_PAIR,
        function=(INPUT, TARGET, *_SMOOTHED),
        autocast="float32",
    ),
    Contract(
        "NLLLoss",
        Expects.LOG_PROBABILITIES,
        Target.INDEX_ONLY,
        ShapeRelation.CLASS_DIM,
        module="torch.nn.NLLLoss",
        functional="torch.nn.functional.nll_loss",
        init=_INDEXED,
        call=_PAIR,
        function=(INPUT, TARGET, *_INDEXED),
        autocast="float32",
        fused_with="CrossEntropyLoss",
    ),
    Contract(
        "NLLLoss2d",
        Expects.LOG_PROBABILITIES,
        Target.INDEX_ONLY,
        ShapeRelation.CLASS_DIM,
        module="torch.nn.NLLLoss2d",
        functional=None,
        init=_INDEXED,
        call=_PAIR,
        function=None,
        autocast="float32",
        fused_with="CrossEntropyLoss",
    ),
    Contract(
        "KLDivLoss",
        Expects.KL_LOG_PROBABILITIES,
        Target.FLOAT,
        ShapeRelation.BROADCAST,
        module="torch.nn.KLDivLoss",
        functional="torch.nn.functional.kl_div",
        init=_KL,
        call=_PAIR,
        function=(INPUT, TARGET, *_KL),
        autocast="float32",
    ),
    Contract(
        "MultiLabelSoftMarginLoss",
        Expects.MARGIN_LOGITS,
        Target.ANY,
        ShapeRelation.BROADCAST,
        module="torch.nn.MultiLabelSoftMarginLoss",
        functional="torch.nn.functional.multilabel_soft_margin_loss",
        init=_WEIGHTED,
        call=_PAIR,
        function=(INPUT, TARGET, *_WEIGHTED),
        autocast="float32",
    ),
    Contract(
        "SoftMarginLoss",
        Expects.MARGIN_LOGITS,
        Target.ANY,
        ShapeRelation.NO_GROWTH,
        module="torch.nn.SoftMarginLoss",
        functional="torch.nn.functional.soft_margin_loss",
        init=LEGACY,
        call=_PAIR,
        function=(INPUT, TARGET, *LEGACY),
        autocast="float32",
    ),
    Contract(
        "MultiMarginLoss",
        Expects.ANY,
        Target.INT64_ONLY,
        ShapeRelation.CLASS_DIM,
        module="torch.nn.MultiMarginLoss",
        functional="torch.nn.functional.multi_margin_loss",
        init=_MULTI_MARGIN,
        call=_PAIR,
        function=(INPUT, TARGET, *_MULTI_MARGIN),
        autocast="float32",
    ),
    Contract(
        "MultiLabelMarginLoss",
        Expects.ANY,
        Target.INT64_ONLY,
        ShapeRelation.EQUAL,
        module="torch.nn.MultiLabelMarginLoss",
        functional="torch.nn.functional.multilabel_margin_loss",
        init=LEGACY,
        call=_PAIR,
        function=(INPUT, TARGET, *LEGACY),
        autocast="float32",
    ),
    Contract(
        "sigmoid_focal_loss",
        Expects.MARGIN_LOGITS,
        Target.FLOAT,
        ShapeRelation.EQUAL,
        module=None,
        functional="torchvision.ops.sigmoid_focal_loss",
        init=None,
        call=("inputs", "targets"),
        function=(
            Param("inputs", REQUIRED, tensor=True),
            Param("targets", REQUIRED, tensor=True),
            Param("alpha", 0.25),
            Param("gamma", 2),
            Param("reduction", "none"),
        ),
        autocast="float32",
    ),
    Contract(
        "LinearCrossEntropyLoss",
        Expects.ANY,
        Target.CLASS_INDEX,
        ShapeRelation.CLASS_DIM,
        module="torch.nn.LinearCrossEntropyLoss",
        functional="torch.nn.functional.linear_cross_entropy",
        init=(Param("in_features", REQUIRED), Param("num_classes", REQUIRED), Param("out_features", (), positional=False), *_LINEAR_CE),
        call=_PAIR,
        function=(
            INPUT,
            Param("linear_weight", REQUIRED, tensor=True),
            TARGET,
            Param("linear_bias", None, tensor=True, positional=False),
            Param("weight", None, tensor=True, positional=False),
            Param("reduction", "mean", positional=False),
            *_LINEAR_CE[5:],
        ),
    ),
    Contract(
        "AdaptiveLogSoftmaxWithLoss",
        Expects.ANY,
        Target.ANY,
        ShapeRelation.ANY,
        module="torch.nn.AdaptiveLogSoftmaxWithLoss",
        functional=None,
        init=(
            Param("in_features", REQUIRED),
            Param("n_classes", REQUIRED),
            Param("cutoffs", REQUIRED),
            Param("div_value", 4.0),
            Param("head_bias", False),
            Param("device", None),
            Param("dtype", None),
        ),
        call=("input_", "target_"),
        function=None,
    ),
)

CONTRACTS: tuple[Contract, ...] = (*_CLASSIFICATION, *OTHER_CONTRACTS, *BUILTIN_CONTRACTS)
"""Every loss that the catalogue knows."""

MODULES: dict[str, Contract] = {c.module: c for c in CONTRACTS if c.module}
"""Loss classes by canonical name."""

FUNCTIONS: dict[str, Contract] = {c.functional: c for c in CONTRACTS if c.functional}
"""Loss functions by canonical name."""

FLOATING_INPUT: frozenset[str] = frozenset({
    "BCELoss", "BCEWithLogitsLoss", "CrossEntropyLoss", "NLLLoss", "NLLLoss2d", "KLDivLoss", "CTCLoss", "HuberLoss",
    "MultiLabelMarginLoss", "MultiLabelSoftMarginLoss", "MultiMarginLoss", "SoftMarginLoss",
})  # fmt: skip
"""The losses that compute no input of integers or truth values, whatever the target is."""
