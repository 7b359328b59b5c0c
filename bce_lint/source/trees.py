"""The tree of a text as the Python that runs reads it, without a word to the user."""

from __future__ import annotations

import ast
import warnings


def parsed(text: str | bytes) -> ast.Module | None:
    """The tree of a text; None where the Python that runs cannot read it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
