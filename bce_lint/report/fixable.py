"""Which findings `--fix` mends, and how they are marked."""

from __future__ import annotations

from bce_lint.diagnostic import SAFE, UNSAFE, Diagnostic
from bce_lint.terminal import one_line


def applies(one: Diagnostic, unsafe: bool) -> bool:
    """True if `--fix` mends a finding; `unsafe` tells whether `--unsafe-fixes` is given."""
    return one.fix is not None and (one.fix.applicability == SAFE or (unsafe and one.fix.applicability == UNSAFE))


def hidden(one: Diagnostic, unsafe: bool) -> bool:
    """True if a finding is mended with `--unsafe-fixes` only, and that is not given."""
    return applies(one, unsafe=True) and not applies(one, unsafe)


def code(one: Diagnostic, unsafe: bool) -> str:
    """A finding's code, with ruff's sign after it where `--fix` mends the finding."""
    known = one_line(one.code)
    return f"{known} [*]" if applies(one, unsafe) else known
