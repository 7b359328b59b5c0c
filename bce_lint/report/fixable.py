"""Which findings `--fix` mends, and how they are marked."""

from __future__ import annotations

from bce_lint.diagnostic import SAFE, UNSAFE, Diagnostic


def applies(one: Diagnostic, unsafe: bool) -> bool:
    """True if `--fix` mends a finding; `unsafe` tells whether `--unsafe-fixes` is given."""
    return one.fix is not None and (one.fix.applicability == SAFE or (unsafe and one.fix.applicability == UNSAFE))


def hidden(one: Diagnostic, unsafe: bool) -> bool:
    """True if a finding is mended with `--unsafe-fixes` only, and that is not given."""
    return applies(one, unsafe=True) and not applies(one, unsafe)


def marked(one: Diagnostic, unsafe: bool) -> str:
    """Ruff's sign behind the code of a finding that `--fix` mends; nothing behind others."""
    return " [*]" if applies(one, unsafe) else ""
