"""Rewrites of losses over classes: BCE107 to BCE133."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from bce_lint.diagnostic import Verdict
from bce_lint.verify import references, settings
from bce_lint.verify.row import Open, Row, cases, preserving


def _before_cross_entropy(function: Open, layer: nn.Module) -> tuple[tuple[Open, Open], ...]:
    """An activation before cross entropy, as functions and as modules, and without it."""
    return (
        (lambda x, t, **o: F.cross_entropy(function(x), t, **o), lambda x, t, **o: F.cross_entropy(x, t, **o)),
        (lambda x, t, **o: nn.CrossEntropyLoss(**o)(layer(x), t), lambda x, t, **o: nn.CrossEntropyLoss(**o)(x, t)),
    )


_SOFTMAX = _before_cross_entropy(lambda x: F.softmax(x, dim=1), nn.Softmax(dim=1))
_SIGMOID = _before_cross_entropy(torch.sigmoid, nn.Sigmoid())
_LOG_SIGMOID = _before_cross_entropy(F.logsigmoid, nn.LogSigmoid())
_LOG_SOFTMAX = _before_cross_entropy(lambda x: F.log_softmax(x, dim=1), nn.LogSoftmax(dim=1))
_INNER = (
    (
        lambda x, t, **o: F.nll_loss(F.log_softmax(F.softmax(x, dim=1), dim=1), t, **o),
        lambda x, t, **o: F.nll_loss(F.log_softmax(x, dim=1), t, **o),
    ),
)
_LOGARITHM = (
    (
        lambda x, t, **o: F.nll_loss(F.softmax(x, dim=1), t, **o),
        lambda x, t, **o: F.nll_loss(F.log_softmax(x, dim=1), t, **o),
    ),
    (
        lambda x, t, **o: nn.NLLLoss(**o)(nn.Softmax(dim=1)(x), t),
        lambda x, t, **o: nn.NLLLoss(**o)(nn.LogSoftmax(dim=1)(x), t),
    ),
)
_RAW = (
    (lambda x, t, **o: F.nll_loss(x, t, **o), lambda x, t, **o: F.cross_entropy(x, t, **o)),
    (lambda x, t, **o: nn.NLLLoss(**o)(x, t), lambda x, t, **o: nn.CrossEntropyLoss(**o)(x, t)),
)
_FUSED = (
    (lambda x, t, **o: F.nll_loss(F.log_softmax(x, dim=1), t, **o), lambda x, t, **o: F.cross_entropy(x, t, **o)),
    (lambda x, t, **o: nn.NLLLoss(**o)(nn.LogSoftmax(dim=1)(x), t), lambda x, t, **o: nn.CrossEntropyLoss(**o)(x, t)),
)
_DIVERGENCE = (
    (
        lambda x, t, **o: F.kl_div(F.softmax(x, dim=1), t, **o),
        lambda x, t, **o: F.kl_div(F.log_softmax(x, dim=1), t, **o),
    ),
    (
        lambda x, t, **o: nn.KLDivLoss(**o)(nn.Softmax(dim=1)(x), t),
        lambda x, t, **o: nn.KLDivLoss(**o)(nn.LogSoftmax(dim=1)(x), t),
    ),
)
_LOG_TARGET = (
    (
        lambda x, t, **o: F.kl_div(F.log_softmax(x, dim=1), t.log(), **o),
        lambda x, t, **o: F.kl_div(F.log_softmax(x, dim=1), t.log(), log_target=True, **o),
    ),
    (
        lambda x, t, **o: nn.KLDivLoss(**o)(nn.LogSoftmax(dim=1)(x), t.log()),
        lambda x, t, **o: nn.KLDivLoss(log_target=True, **o)(nn.LogSoftmax(dim=1)(x), t.log()),
    ),
)

ROWS = (
    Row(
        "BCE107",
        "NLLLoss(log_softmax(softmax(x))) → NLLLoss(log_softmax(x))",
        Verdict.INTENDED,
        cases(_INNER, references.cross_entropy, settings.indexed),
    ),
    Row("BCE111", "CrossEntropyLoss(softmax(x)) → …(x)", Verdict.INTENDED, cases(_SOFTMAX, references.cross_entropy, settings.smoothed)),
    Row("BCE112", "CrossEntropyLoss(sigmoid(x)) → …(x)", Verdict.INTENDED, cases(_SIGMOID, references.cross_entropy, settings.smoothed)),
    Row(
        "BCE112",
        "CrossEntropyLoss(logsigmoid(x)) → …(x)",
        Verdict.INTENDED,
        cases(_LOG_SIGMOID, references.cross_entropy, settings.smoothed),
    ),
    *preserving("BCE113", "CrossEntropyLoss(log_softmax(x)) → …(x)", cases(_LOG_SOFTMAX, references.cross_entropy, settings.smoothed)),
    Row(
        "BCE121",
        "NLLLoss(softmax(x)) → NLLLoss(log_softmax(x))",
        Verdict.INTENDED,
        cases(_LOGARITHM, references.cross_entropy, settings.indexed),
    ),
    Row("BCE122", "NLLLoss(x) → CrossEntropyLoss(x)", Verdict.INTENDED, cases(_RAW, references.cross_entropy, settings.indexed)),
    *preserving("BCE123", "NLLLoss(log_softmax(x)) → CrossEntropyLoss(x)", cases(_FUSED, references.cross_entropy, settings.indexed)),
    Row(
        "BCE131",
        "KLDivLoss(softmax(x)) → KLDivLoss(log_softmax(x))",
        Verdict.INTENDED,
        cases(_DIVERGENCE, references.kl_div, settings.distributions),
    ),
    Row(
        "BCE133",
        "KLDivLoss()(log_p, log_q) → KLDivLoss(log_target=True)(log_p, log_q)",
        Verdict.INTENDED,
        cases(_LOG_TARGET, references.kl_div, settings.distributions),
    ),
)
