"""Where a run looks for what a rule says: the kinds of places whose running means that the rule could have spoken."""

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

_BY_CODE: Final = {
    "BCE201": (CONSTRUCTOR,),
    "BCE203": (CONSTRUCTOR, OPTIONS),
    "BCE204": (CONSTRUCTOR, OPTIONS),
    "BCE205": (ACTIVATION, CONSTRUCTOR),
    "BCE304": (WEIGHT,),
    "BCE403": (ACTIVATION,),
    "BCE501": (LOGARITHM,),
    "BCE502": (LOGARITHM,),
    "BCE503": (SUM,),
    "BCE601": (DECISION,),
}
_OF_LOSSES: Final = ("BCE1", "BCE202", "BCE3", "BCE4", "BCE7")


def kinds(code: str) -> tuple[str, ...]:
    """The kinds of places at which a run looks for a code; none where no run can tell (`BCE9`)."""
    return _BY_CODE.get(code) or ((LOSS,) if code.startswith(_OF_LOSSES) else ())
