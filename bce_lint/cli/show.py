"""`--show-files` and `--show-settings`: what a run would do, without one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from bce_lint.report.paths import shown

if TYPE_CHECKING:
    from bce_lint.config.project_settings import Settings

Shown: TypeAlias = "tuple[str, tuple[str, ...]]"
"""What is printed, and what went wrong, a line each."""


def files(paths: Sequence[str], stdin_filename: str | None, settings: Settings) -> Shown:
    """The files that would be linted, one a line, in order."""
    found, problems = _found(paths, stdin_filename, settings)
    return "".join(f"{shown(name)}\n" for name in sorted(found)), problems


def settings_of(paths: Sequence[str], stdin_filename: str | None, settings: Settings) -> Shown:
    """The settings of the first file."""
    from bce_lint.config.shown import resolved

    found, problems = _found(paths, stdin_filename, settings)
    if not found and paths != ["-"]:
        return "", problems or ("no Python files under the given paths",)
    path = os.path.abspath(found[0]) if found else None
    return resolved(settings, path), problems


def _found(paths: Sequence[str], stdin_filename: str | None, settings: Settings) -> tuple[list[str], tuple[str, ...]]:
    from bce_lint.source.discover import discover, excluded

    if paths == ["-"]:
        name = stdin_filename
        left_out = name is not None and settings.force_exclude(os.path.abspath(name)) and excluded(Path(name), excluding=settings.exclusion)
        return ([] if name is None or left_out else [name]), ()
    found = discover(paths, settings.force_exclude, settings.exclusion)
    settings.selection(found.files)
    return [str(file) for file in found.files], tuple(f"{path}: {reason}" for path, reason in found.failures)
