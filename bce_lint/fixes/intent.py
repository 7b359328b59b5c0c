"""What a rule asks to be changed: a kind of fix and the site. `bce_lint.fixes.kinds` says how each kind is made and verified."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from bce_lint.analysis.sites import Site


class Change(Enum):
    """The names of the kinds of fix, and what each does. Rules import this module, so nothing that writes fixes is known here."""

    DROP = "take the activation away"
    DROP_INNER = "take the first of two activations away"
    FUSE = "take the activation away and use a loss that applies it itself"
    RETYPE = "use another loss"
    LOGARITHM = "use the activation's logarithm in its place"
    LOG_TARGET = "say `log_target=True`"
    CALL = "construct first, then call"
    SWAP = "exchange the first two arguments"
    REDUCTION = "say `reduction=`"
    CAST_TARGET = "cast the target"
    CAST_WEIGHT = "cast the weight"
    DIMENSION = "say `dim=`"
    SHAPE = "give input and target one shape"
    LOG = "use the logarithm of the activation"
    FORMULA = "use torch's loss in place of a formula"
    THRESHOLD = "compare with a threshold for logits"
    NONE = "nothing a machine should do"


class FixIntent(NamedTuple):
    """A change that a rule asks for. `what` is a loss's name, a cast, an option's value, a dimension or, for `NONE`, the reason.

    `safe` says that the change may be safe: the same function, or the original cannot run.
    """

    change: Change
    site: Site
    what: str = ""
    safe: bool = False
