"""Finds PyTorch losses that do not fit the values that reach them, without running the code.

`lint_source` and `lint_paths` are the library; `bce_lint.diagnostic` holds what they return.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from bce_lint.diagnostic import Diagnostic

__all__ = ["__version__", "lint_paths", "lint_source"]

__version__ = "0.1.0"

RULE_PAGES: Final = "docs/rules"
"""Where the rules' pages lie; a finding's `url` is this folder and the rule's code."""


def lint_source(
    source: str | bytes, filename: str | None = None, *, select: Sequence[str] | None = None, extend_select: Sequence[str] = ()
) -> tuple[Diagnostic, ...]:
    """Lints one text. Without a file name it stands alone; with one, imports are followed from the file's folder.

    `select` and `extend_select` take codes, code prefixes and rule names; an unknown one raises `ValueError`.
    """
    from bce_lint.engine import check_text
    from bce_lint.selection import choose

    data = source.encode() if isinstance(source, str) else source
    return tuple(check_text(data, filename, choose(select, (), extend_select)).diagnostics)


def lint_paths(
    paths: Iterable[str | PathLike[str]], *, select: Sequence[str] | None = None, extend_select: Sequence[str] = ()
) -> tuple[Diagnostic, ...]:
    """Lints files and folders, as `bce-lint PATH…` does; a path that does not exist raises `FileNotFoundError`."""
    from bce_lint.engine import check
    from bce_lint.selection import choose
    from bce_lint.source.discover import discover

    found = discover(paths)
    if found.failures:
        raise FileNotFoundError("; ".join(f"{path}: {reason}" for path, reason in found.failures))
    return tuple(check(found.files, choose(select, (), extend_select)).diagnostics)
