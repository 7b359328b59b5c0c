"""Methods of texts."""

from __future__ import annotations

from bce_lint.analysis.domain.constants import folded
from bce_lint.analysis.domain.values import TOP, Constant, Value
from bce_lint.analysis.state.frames import Args


def call(text: Constant, name: str, args: Args) -> Value:
    """String methods of constants with constant arguments."""
    simple = {"lower", "upper", "strip", "startswith", "endswith", "title", "capitalize", "replace", "lstrip", "rstrip"}
    if name in simple and not args.kw and not args.open and all(type(a) is Constant for a in args.pos):
        return folded(getattr(str, name), text, *(a for a in args.pos if type(a) is Constant))
    return TOP
