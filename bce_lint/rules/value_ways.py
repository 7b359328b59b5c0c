"""The ways that values take to the place of a finding and on to the loss, read from the finding's labels."""

from __future__ import annotations

from typing import Final

from bce_lint.diagnostic import Diagnostic, Label
from bce_lint.rules.messages import CALLED_FROM, COMPUTED, HANDED_ON, INPUT_GIVEN, MADE_BY, TAKEN_BY, TARGET_GIVEN

_BEFORE: Final = ((CALLED_FROM,), (INPUT_GIVEN, TARGET_GIVEN))
_AFTER: Final = ((HANDED_ON,), (COMPUTED, *TAKEN_BY))


def value_ways(one: Diagnostic) -> tuple[tuple[Label, ...], ...]:
    """For each operation that made a value what it is, the places from there to the loss in order; the finding's own is one of them."""
    own = Label(one.message, one.location)
    before = tuple(label for ends in _BEFORE for label in one.labels if label.message.endswith(ends))
    after = tuple(label for ends in _AFTER for label in one.labels if label.message.endswith(ends))
    made = [label for label in one.labels if label.message.endswith(MADE_BY)]
    return tuple((label, *before, own, *after) for label in made)
