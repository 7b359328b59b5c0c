"""What a command comes to, whichever it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bce_lint.diagnostic import Diagnostic, Sinks, Unanalysed
from bce_lint.source.text import SourceText


class Run(NamedTuple):
    """What a command came to: the findings left, the texts they are in, those mended, and what went wrong, a line each."""

    left: Sequence[Diagnostic]
    sources: Mapping[str, SourceText]
    mended: Sequence[Diagnostic] = ()
    problems: tuple[str, ...] = ()
    files: Sequence[Path] = ()
    """The files that were linted, where there are any."""
    lines: tuple[str, ...] = ()
    """What is to be said after the findings."""
    revealed: tuple[str, ...] = ()
    """What is known at the calls of `reveal`."""
    nothing: bool = False
    """True if there was nothing to read."""
    unanalysed: Sequence[Unanalysed] = ()
    """The functions that were not analysed completely."""
    sinks: Sinks = Sinks()
    """The losses in the files, and how many of them the analysis came to."""
    unkept: tuple[str, ...] = ()
    """Why findings are not kept for the next run, where that was wanted."""
    unshown: int = 0
    """How many possible findings are left out, as nobody asked for them."""
    interrupted: str = ""
    """Where the user stopped it, in words: there may be more findings."""
    afterwards: Callable[[], None] | None = None
    """What is left to do once all is told."""
