"""Which findings fixes are asked for, where it is not all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from typing import TypeAlias

    from bce_lint.diagnostic import Diagnostic
    from bce_lint.source.text import SourceText

    KnownOf: TypeAlias = Callable[[list[Diagnostic], Mapping[str, SourceText], str], list[bool]]
    """Says for each finding of a project, given by its folder, whether it is known."""

FOR_NONE: Final = "none"
"""The name where no fixes are asked for, whatever is found."""


class ForOthers(NamedTuple):
    """Fixes are asked for all findings but those that are known for sure, whatever else is found; `name` says which those are. Where all
    that was found is known, answers by the names `beside` do as well: they may have any fixes, or none. What has to be `looked_up` first is
    looked up in one process."""

    name: str
    known: KnownOf
    beside: tuple[str, ...] = (FOR_NONE,)
    looked_up: bool = False
