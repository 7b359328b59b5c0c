"""The kinds of places at which a run looks for what rules say: that one ran means that the rule could have spoken."""

from __future__ import annotations

from typing import Final

LOSS: Final = "loss"
CONSTRUCTOR: Final = "constructor"
OPTIONS: Final = "options"
WEIGHT: Final = "weight"
ACTIVATION: Final = "activation"
LOGARITHM: Final = "logarithm"
SUM: Final = "sum"
DECISION: Final = "decision"
OPERATION: Final = "operation"
"""Not looked at by a rule: an operation that gave a tensor the domain that a finding names."""
