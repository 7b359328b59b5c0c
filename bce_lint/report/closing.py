"""What `full` says at the end of a run: where to read on, and what logits are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bce_lint.diagnostic import Diagnostic
from bce_lint.report.pen import Pen
from bce_lint.report.told import Told
from bce_lint.terminal import Colour, one_line

LOGITS: Final = (
    "logits are a model's raw scores, any numbers; a sigmoid or a softmax makes probabilities of them, numbers from 0 to 1. "
    "A loss expects one of the two: which one it is given decides whether it is right"
)
_QUOTED: Final = re.compile(r"`[^`]*`")
_WORDS: Final = re.compile(r"\blogits?\b|\bprobabilit(?:y|ies)\b|\b(?:sigmoid|softmax) applied\b", re.IGNORECASE)


def closing(told: Told, pen: Pen) -> Iterator[str]:
    """The lines after the last finding; none where nobody reads or nothing was found."""
    if not told.notes or not told.findings:
        return
    yield f"= {pen.paint(Colour.HELP, 'help')}: `bce-lint --explain {one_line(told.findings[0].code)}` says more"
    if any(map(_is_about_logits, told.findings)):
        yield f"= {pen.paint(Colour.HELP, 'note')}: {LOGITS}"


def _is_about_logits(one: Diagnostic) -> bool:
    """True if a finding's own words, not those that it quotes from the code, speak of logits or probabilities."""
    said = (one.message, *(label.message for label in one.labels), *(() if one.fix is None else (one.fix.message,)))
    return any(_WORDS.search(_QUOTED.sub("", text)) for text in said)
