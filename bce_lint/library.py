"""The package for Python: texts and paths in, findings and mended texts out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from os import PathLike
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from pathlib import Path

    from bce_lint.diagnostic import Diagnostic, JudgedLoss

Source = TypeVar("Source", str, bytes)
T = TypeVar("T")


def reveal(value: T) -> T:
    """Gives back its argument. Where bce-lint meets a call of it, it prints what it knows of the value there."""
    return value


def lint_source(
    source: str | bytes,
    filename: str | None = None,
    *,
    select: Sequence[str] | None = None,
    extend_select: Sequence[str] = (),
    related: bool = False,
) -> tuple[Diagnostic, ...]:
    """Lints one text. Without a file name it stands alone; with one, imports are followed from the file's folder, and `related` adds
    the findings elsewhere in its project that have a label in it. No configuration is read.

    `select` and `extend_select` take codes, code prefixes and rule names; an unknown one raises `ValueError`.
    """
    from bce_lint.engine import check_text
    from bce_lint.rules.selection import choose

    data = source.encode() if isinstance(source, str) else source
    return tuple(check_text(data, filename, choose(select, (), extend_select), related=related).diagnostics)


def fix_source(
    source: Source,
    filename: str | None = None,
    *,
    unsafe: bool = False,
    select: Sequence[str] | None = None,
    extend_select: Sequence[str] = (),
) -> Source:
    """The text with its fixes applied: the safe ones, with `unsafe` all; the text itself where there is nothing to fix.

    Without a file name it stands alone; with one, its project is read around it, and fixes that would change other files are left out.
    No configuration is read.
    `select` and `extend_select` take codes, code prefixes and rule names; an unknown one raises `ValueError`.
    """
    from bce_lint.engine import fix_text
    from bce_lint.fix_options import FixOptions
    from bce_lint.rules.selection import choose

    codes = choose(select, (), extend_select)
    data = source.encode() if isinstance(source, str) else source
    outcome, _ = fix_text(data, filename, codes, FixOptions(unsafe, codes))
    if not outcome.groups:
        return source
    after = outcome.groups[0][0].after
    return after.decode() if isinstance(source, str) else after


def lint_paths(
    paths: Iterable[str | PathLike[str]],
    *,
    select: Sequence[str] | None = None,
    extend_select: Sequence[str] = (),
    related: bool = False,
) -> tuple[Diagnostic, ...]:
    """Lints files and folders, as `bce-lint --isolated PATH…` does: no configuration is read. A path that does not exist or names no
    Python file raises `FileNotFoundError`.

    A path that is named selects the findings whose place lies in it; `related` adds those that have a label there.
    """
    from bce_lint.engine import check
    from bce_lint.rules.selection import choose

    return tuple(check(_found(paths), choose(select, (), extend_select), related=related).diagnostics)


def losses(path: str | PathLike[str]) -> tuple[JudgedLoss, ...]:
    """Every loss of a file or a folder with what is known of it, as `bce-lint --isolated --losses PATH` shows them. A path that does not
    exist or names no Python file raises `FileNotFoundError`."""
    from bce_lint.loss_table.table import losses_of
    from bce_lint.rules.registry import default_codes

    return tuple(losses_of(_found([path]), default_codes()).losses)


def _found(paths: Iterable[str | PathLike[str]]) -> Sequence[Path]:
    """The Python files below some paths."""
    from bce_lint.source.discover import discover

    found = discover(paths)
    if found.failures:
        raise FileNotFoundError("; ".join(f"{path}: {reason}" for path, reason in found.failures))
    return found.files
