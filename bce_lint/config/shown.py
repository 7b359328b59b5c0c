"""The settings of a file, as TOML with the origin of each value: `--show-settings`."""

from __future__ import annotations

import os
from collections.abc import Iterator

from bce_lint.config.layers import INLINE, OPTION, effective
from bce_lint.config.problem import toml
from bce_lint.config.project_settings import Settings
from bce_lint.config.resolving import Resolved
from bce_lint.config.settings import SETTINGS, SettingRow


def resolved(settings: Settings, path: str | None) -> str:
    """What holds for a file, or for a text without a name, line by line."""
    holds = settings.here if path is None else settings.file(path)
    file = None if holds.layers.file is None else holds.layers.file.path
    lines = [f"# settings of {_relative(path) if path is not None else 'standard input'}"]
    lines.append(f"# configuration: {'none' if file is None else _relative(file)}")
    for setting in SETTINGS:
        lines += _lines(setting, settings.here if setting.whole_run else holds)
    rules = holds.unnamed if path is None else settings.rules(path)
    lines += ["# reported: " + (", ".join(sorted(rules.codes)) or "nothing")]
    return "".join(f"{line}\n" for line in lines)


def _lines(setting: SettingRow, holds: Resolved) -> Iterator[str]:
    """A line for each source that has a say on a setting, the later over or beside the earlier."""
    sources = effective(holds.layers, setting.key)
    for source in sources:
        counts = setting.key != "extend-safe-fixes" or holds.counts(source.origin)
        origin = source.origin if source.origin in (OPTION, INLINE) else _relative(source.origin)
        yield f"{setting.key} = {toml(source.value)}  # {origin}{'' if counts else ', does not count'}"
    if not sources:
        yield f"# {setting.key}: {setting.default}" if setting.default_in_words else f"{setting.key} = {setting.default}  # default"


def _relative(path: str) -> str:
    relative = os.path.relpath(path)
    return path if relative.startswith(os.pardir) else relative
