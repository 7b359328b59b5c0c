"""How many random programs and values the property tests try."""

from __future__ import annotations

import os


def examples(usual: int) -> int:
    """As many as usual, or a fourth where `BCE_LINT_EXAMPLES=few` asks for it: `.ci/run` does on all Pythons but the main one."""
    return max(10, usual // 4) if os.environ.get("BCE_LINT_EXAMPLES") == "few" else usual
