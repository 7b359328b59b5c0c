"""From the words of a command line to the settings of every file."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from bce_lint.config.nearest import Configurations
from bce_lint.config.problem import ConfigError
from bce_lint.config.project_settings import Settings
from bce_lint.config.reading import PYPROJECT, Configuration, check, inline, own_file, table_of
from bce_lint.rules.selection import split

if TYPE_CHECKING:
    from bce_lint.diagnostic import Diagnostic

_LISTS = ("select", "ignore", "extend_select", "extend_ignore", "fixable", "unfixable", "extend_unsafe_fixes", "exclude", "extend_exclude")


def settings(options: Namespace) -> Settings:
    """The settings of every file, by what a command line says. Raises `ConfigError` where that cannot be followed.

    What holds in the working folder for the whole run (output format, processes, the folder of the cache) is put among the options.
    """
    here = os.getcwd()
    file, pairs = _given(options.config, here)
    if file is not None and options.isolated:
        raise ConfigError("--isolated reads no configuration: give --config KEY=VALUE with it, and no file")
    configurations = Configurations(file, search=not options.isolated)
    found = Settings(configurations, Configuration(pairs, here), Configuration(_values(options), here))
    options.output_format = found.here.one("output-format") or "full"
    options.cache_dir = found.here.cache_dir
    options.jobs = found.here.one("jobs") or 0
    options.exit_non_zero_on_possible = bool(found.here.one("exit-non-zero-on-possible"))
    return found


def _given(words: Sequence[str], here: str) -> tuple[Configuration | None, dict[str, Any]]:
    """The file that `--config` names, if one is named, and the settings that it gives themselves. Paths in both start from the working
    folder: a file that is named may hold for another project than that which it lies in."""
    files = [word for word in words if os.path.isfile(word) or "=" not in word]
    if len(files) > 1:
        raise ConfigError(f"--config: takes one file, not {files[0]} and {files[1]}")
    pairs: dict[str, Any] = {}
    for word in words:
        if word not in files:
            pairs.update(inline(word, here).values)
    return (_file(files[0], here) if files else None), pairs


def _file(name: str, here: str) -> Configuration:
    path = os.path.abspath(name)
    if not os.path.lexists(path):
        raise ConfigError(f"--config: {name}: there is no such file, and it is no KEY = VALUE")
    if os.path.basename(path) != PYPROJECT:
        return own_file(path, here)
    found = table_of(path, here)
    if found is None:
        raise ConfigError(f"--config: {name}: has no table [tool.bce-lint]")
    return found


def _values(options: Namespace) -> dict[str, Any]:
    """The settings that the options give, by key."""
    values: dict[str, Any] = {}
    for name in _LISTS:
        if given := getattr(options, name):
            values[name.replace("_", "-")] = split(given)
    if options.extend_safe_fixes is not None:
        values["extend-safe-fixes"] = split(options.extend_safe_fixes)
    if options.per_file_ignores:
        values["per-file-ignores"] = _by_pattern(options.per_file_ignores)
    if options.severity:
        values["severity"] = dict(_levels(options.severity))
    for name in ("force_exclude", "jobs", "output_format", "exit_non_zero_on_possible"):
        if (one := getattr(options, name)) is not None:
            values[name.replace("_", "-")] = one
    if options.possible is not None:
        values["report-possible"] = options.possible
    check(values, "--")
    if options.src:
        values["src"] = [folder for word in options.src for folder in word.split(",") if folder]
    if options.cache_dir is not None:
        values["cache-dir"] = options.cache_dir
    return values


def _by_pattern(words: Iterable[str]) -> dict[str, list[str]]:
    """`PATTERN:RULE,RULE` as a table."""
    found: dict[str, list[str]] = {}
    for word in words:
        pattern = ""
        for part in split([word]):
            before, colon, rule = part.rpartition(":")
            pattern = before.strip() if colon else pattern
            if not pattern or not rule.strip():
                raise ConfigError(f"--per-file-ignores: takes PATTERN:RULES, as in tests/:BCE103,BCE2, not {word}")
            found.setdefault(pattern, []).append(rule.strip())
    return found


def _levels(words: Iterable[str]) -> Iterator[tuple[str, str]]:
    for part in split(words):
        rule, equals, level = part.partition("=")
        if not equals:
            raise ConfigError(f"--severity: takes RULE=LEVEL, as in BCE205=info, not {part}")
        yield rule.strip(), level.strip()


def in_vain(found: Settings, left: Iterable[Diagnostic]) -> list[str]:
    """A line for each configuration whose list of fixes that are safe does not count, and would have had findings fixed."""
    from bce_lint.diagnostic import UNSAFE
    from bce_lint.report.paths import shown

    counts: dict[str, int] = {}
    for one in left:
        path = os.path.abspath(one.location.path)
        holds = found.file(path)
        unsafe = one.fix is not None and one.fix.applicability == UNSAFE and one.code in found.rules(path).fixable
        if unsafe and one.code in holds.uncounted and holds.layers.file is not None:
            file = shown(holds.layers.file.path)
            counts[file] = counts.get(file, 0) + 1
    about = "extend-safe-fixes counts only with --extend-safe-fixes on the command line"
    return [f"{file}: {about}; fixes left as unsafe: {number}" for file, number in sorted(counts.items())]
