"""How text is drawn: in colour or not, and how long a line of code may be."""

from __future__ import annotations

from typing import Final, NamedTuple

from bce_lint.report.told import Told
from bce_lint.terminal import Colour, painted

LONGEST: Final = 10_000
"""The most cells of a line of code where there is no terminal to fit: more than anybody writes by hand."""
_SEVERITIES: Final = {"error": Colour.ERROR, "warning": Colour.WARNING}


class Pen(NamedTuple):
    """Whether there are colours, and how many cells a line has."""

    colour: bool = False
    cells: int = LONGEST

    def paint(self, colour: Colour, text: str) -> str:
        """A piece of text in a colour, where there are colours."""
        return painted(colour, text) if self.colour else text

    def of(self, severity: str) -> Colour:
        """The colour of a severity."""
        return _SEVERITIES.get(severity, Colour.HELP)


def pen_for(told: Told) -> Pen:
    """How a run's findings are drawn."""
    return Pen(told.colour, told.width or LONGEST)
