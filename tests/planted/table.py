"""What the design says of each loss: what may reach it, and the code for what may not.

Written down from the design's table and not taken from the linter: the two are compared.
"""

from __future__ import annotations

from typing import NamedTuple


class Loss(NamedTuple):
    """A loss under test: its class, its function, what it wants as a target, and the options that it is always given."""

    module: str
    function: str
    target: str
    wide: bool = False
    options: str = ""


LOSSES = {
    "bce": Loss("BCELoss", "binary_cross_entropy", "float"),
    "bcel": Loss("BCEWithLogitsLoss", "binary_cross_entropy_with_logits", "float"),
    "ce": Loss("CrossEntropyLoss", "cross_entropy", "index", wide=True),
    "nll": Loss("NLLLoss", "nll_loss", "index", wide=True),
    "kl": Loss("KLDivLoss", "kl_div", "distribution", wide=True, options='reduction="batchmean"'),
    "mlsm": Loss("MultiLabelSoftMarginLoss", "multilabel_soft_margin_loss", "float", wide=True),
    "sm": Loss("SoftMarginLoss", "soft_margin_loss", "sign"),
    "mse": Loss("MSELoss", "mse_loss", "real"),
}
"""The losses by their short name."""

_COLUMNS = ("bce", "bcel", "ce", "nll", "kl", "mlsm", "sm")
_ROWS = {
    "raw": "105 -   -   122 131 -   -",
    "sigmoid": "101 103 112 121 131 132 132",
    "softmax": "-   104 111 121 131 132 132",
    "logsigmoid": "105 103 112 -   -   132 132",
    "log_softmax": "105 104 113 123 -   132 132",
    "tanh": "105 -   -   -   -   -   -",
    "positive": "105 -   -   122 131 -   -",
    "unit": "-   -   -   121 131 -   -",
}
REACHED = {
    (value, loss): "" if code == "-" else f"BCE{code}"
    for value, codes in _ROWS.items()
    for loss, code in zip(_COLUMNS, codes.split(), strict=True)
}
"""The code for a value that reaches a loss, or nothing."""

TWICE: dict[tuple[str, ...], set[str]] = {
    ("sigmoid", "sigmoid"): {"bce"},
    ("softmax", "softmax"): {"bce"},
    ("softmax", "log_softmax"): {"nll", "kl", "ce"},
}
"""The pairs of activations that are one too many, and the losses that accept what the second returns."""

LOGIT_LOSSES = ("bcel", "ce", "mlsm", "sm")
"""The losses that take logits."""


def input_code(acts: tuple[str, ...], loss: str, context: str) -> str:
    """The code for the input of a loss that certain activations were applied to."""
    acts = tuple(act for act in acts if act != "float")
    if loss == "bce" and context == "cuda autocast":
        return "BCE102"
    if loss in TWICE.get(acts[-2:], ()):
        return "BCE107"
    last = acts[-1] if acts else "raw"
    if last == "log":
        last = {"sigmoid": "logsigmoid", "softmax": "log_softmax"}[acts[-2]]
    return REACHED.get((last, loss), "")
