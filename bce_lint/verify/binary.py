"""Rewrites of losses with binary targets: BCE101 to BCE107 and BCE132."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bce_lint.diagnostic import Verdict
from bce_lint.verify import references, settings
from bce_lint.verify.row import Row, cases, preserving

_FUSED = (
    (
        lambda x, t, **o: F.binary_cross_entropy(torch.sigmoid(x), t, **o),
        lambda x, t, **o: F.binary_cross_entropy_with_logits(x, t, **o),
    ),
    (
        lambda x, t, **o: nn.BCELoss(**o)(x.sigmoid(), t),
        lambda x, t, **o: nn.BCEWithLogitsLoss(**o)(x, t),
    ),
)
_DROPPED = (
    (
        lambda x, t, **o: F.binary_cross_entropy_with_logits(torch.sigmoid(x), t, **o),
        lambda x, t, **o: F.binary_cross_entropy_with_logits(x, t, **o),
    ),
    (
        lambda x, t, **o: nn.BCEWithLogitsLoss(**o)(nn.Sigmoid()(x), t),
        lambda x, t, **o: nn.BCEWithLogitsLoss(**o)(x, t),
    ),
)
_DROPPED_LOG = (
    (
        lambda x, t, **o: F.binary_cross_entropy_with_logits(F.logsigmoid(x), t, **o),
        lambda x, t, **o: F.binary_cross_entropy_with_logits(x, t, **o),
    ),
)
_DROPPED_SOFTMAX = (
    (
        lambda x, t, **o: F.binary_cross_entropy_with_logits(x.softmax(1), t, **o),
        lambda x, t, **o: F.binary_cross_entropy_with_logits(x, t, **o),
    ),
    (
        lambda x, t, **o: nn.BCEWithLogitsLoss(**o)(nn.LogSoftmax(dim=1)(x), t),
        lambda x, t, **o: nn.BCEWithLogitsLoss(**o)(x, t),
    ),
)
_DROPPED_INNER = (
    (
        lambda x, t, **o: F.binary_cross_entropy(torch.sigmoid(torch.sigmoid(x)), t, **o),
        lambda x, t, **o: F.binary_cross_entropy(torch.sigmoid(x), t, **o),
    ),
)
_SOFT_MARGIN = (
    (
        lambda x, t, **o: F.soft_margin_loss(torch.sigmoid(x), t, **o),
        lambda x, t, **o: F.soft_margin_loss(x, t, **o),
    ),
    (
        lambda x, t, **o: nn.SoftMarginLoss(**o)(x.sigmoid(), t),
        lambda x, t, **o: nn.SoftMarginLoss(**o)(x, t),
    ),
)
_MULTILABEL = (
    (
        lambda x, t, **o: F.multilabel_soft_margin_loss(torch.sigmoid(x), t, **o),
        lambda x, t, **o: F.multilabel_soft_margin_loss(x, t, **o),
    ),
    (
        lambda x, t, **o: nn.MultiLabelSoftMarginLoss(**o)(x.sigmoid(), t),
        lambda x, t, **o: nn.MultiLabelSoftMarginLoss(**o)(x, t),
    ),
)


def _inside(loss: Any) -> Any:
    """A loss of scores that lie in [0, 1], which `BCELoss` takes for probabilities without a word."""
    return lambda x, t, **o: loss((x / 16).abs().clamp(max=1.0), t, **o)


def _probability_loss(x: Tensor, t: Tensor, **options: Any) -> Tensor:
    return F.binary_cross_entropy(x, t, **options)


def _logit_loss(x: Tensor, t: Tensor, **options: Any) -> Tensor:
    return F.binary_cross_entropy_with_logits(x, t, **options)


ROWS = (
    *preserving("BCE101", "BCELoss(sigmoid(x)) → BCEWithLogitsLoss(x)", cases(_FUSED, references.bce, settings.binary)),
    Row(
        "BCE102",
        "BCELoss(sigmoid(x)) → BCEWithLogitsLoss(x) under CUDA autocast",
        Verdict.ERROR,
        cases(_FUSED, references.bce, settings.binary),
        "float32",
        autocast=True,
    ),
    Row("BCE103", "BCEWithLogitsLoss(sigmoid(x)) → …(x)", Verdict.INTENDED, cases(_DROPPED, references.bce, settings.positive)),
    Row("BCE103", "BCEWithLogitsLoss(logsigmoid(x)) → …(x)", Verdict.INTENDED, cases(_DROPPED_LOG, references.bce, settings.positive)),
    Row("BCE104", "BCEWithLogitsLoss(softmax(x)) → …(x)", Verdict.INTENDED, cases(_DROPPED_SOFTMAX, references.bce, settings.positive)),
    # BCELoss stops the process's work on a GPU with an assertion of the device, hence `host`.
    Row(
        "BCE105",
        "BCELoss(x) → BCEWithLogitsLoss(x)",
        Verdict.ERROR,
        cases([(_probability_loss, _logit_loss)], references.bce, settings.binary),
        "float32",
        host=True,
    ),
    Row(
        "BCE105",
        "BCELoss(x) → BCEWithLogitsLoss(x), scores in [0, 1]",
        Verdict.INTENDED,
        cases([(_inside(_probability_loss), _inside(_logit_loss))], _inside(references.bce), settings.binary),
    ),
    # What is left is BCELoss of a sigmoid, which saturates: BCE101 is next.
    Row(
        "BCE107",
        "BCELoss(sigmoid(sigmoid(x))) → BCELoss(sigmoid(x))",
        Verdict.INTENDED,
        cases(_DROPPED_INNER, references.bce, settings.binary),
        lower=(),
    ),
    Row("BCE132", "SoftMarginLoss(sigmoid(x)) → …(x)", Verdict.INTENDED, cases(_SOFT_MARGIN, references.soft_margin, settings.signs)),
    Row(
        "BCE132",
        "MultiLabelSoftMarginLoss(sigmoid(x)) → …(x)",
        Verdict.INTENDED,
        cases(_MULTILABEL, references.multilabel, settings.labels),
    ),
)
