"""How far fixes may go."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bce_lint.diagnostic import SAFE, UNSAFE

if TYPE_CHECKING:
    from bce_lint.asked_fixes import ForOthers
    from bce_lint.diagnostic import Edit
    from bce_lint.findings import Inspect


class FixOptions(NamedTuple):
    """Which fixes may be applied: unsafe ones too, or only safe ones; those of the `fixable` codes; who looks at them first; the
    paths that the command named: a link that leads out of its project is fixed below one of these alone; whether findings that
    have only a label in the files are among them; the edits of the fix that is to be made alone, with what goes with it; and for which
    findings fixes are planned."""

    unsafe: bool
    fixable: frozenset[str]
    inspect: Inspect | None = None
    named: tuple[str, ...] = ()
    related: bool = False
    only: tuple[Edit, ...] | None = None
    fixes: bool | ForOthers = True

    @property
    def least(self) -> str:
        """How far a fix must be trusted to be applied."""
        return UNSAFE if self.unsafe else SAFE
