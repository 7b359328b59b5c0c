"""Reads a configuration: TOML to settings, each checked against its row; the first thing that is wrong is told."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from bce_lint.config.problem import ConfigError, cut, nearest, quoted
from bce_lint.config.settings import BY_KEY
from bce_lint.report.paths import relative
from bce_lint.source.text import read

PYPROJECT: Final = "pyproject.toml"
OWN: Final = "bce-lint.toml"
LONGEST: Final = 1_000_000
"""Bytes beyond which a configuration is not read."""
_TABLE: Final = re.compile(rb"^[ \t]*\[+[ \t]*[\"']?tool[\"']?[ \t]*\.[ \t]*[\"']?bce-lint\b", re.M)
PARTS: Final = 64
"""Parts beyond which a dotted key is not read: the time of Python's parser grows with their square."""
_PART: Final = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_LONG_KEY: Final = re.compile(rf"(?<![A-Za-z0-9_\\-])(?:{_PART}[ \t]*\.[ \t]*){{{PARTS}}}")
_LINE: Final = re.compile(r"at line (\d+), column (\d+)")


class Configuration(NamedTuple):
    """The settings of one source: a file, by its path, or the command line (no path), and the folder that its paths start from."""

    values: Mapping[str, Any]
    folder: str
    path: str = ""


def own_file(path: str, folder: str | None = None) -> Configuration:
    """The settings of a file that holds nothing else. Raises `ConfigError` where it cannot be read or followed."""
    try:
        raw = read(path, LONGEST)
    except OSError as error:
        raise ConfigError(f"{relative(path)}: cannot be read: {error.strerror or error}") from None
    return _checked(_parsed(raw, path), path, folder, "")


def table_of(path: str, folder: str | None = None) -> Configuration | None:
    """The settings of a `pyproject.toml`; None where it has no table for bce-lint, or is no file that can be read."""
    try:
        raw = read(path, LONGEST)
    except OSError:
        return None
    if b"bce-lint" not in raw:
        return None
    try:
        found = _parsed(raw, path)
    except ConfigError:
        if _TABLE.search(raw) is None:
            return None  # what is wrong is not ours
        raise
    tool = found.get("tool")
    if not isinstance(tool, dict) or "bce-lint" not in tool:
        return None
    table = tool["bce-lint"]
    if not isinstance(table, dict):
        raise ConfigError(f"{relative(path)}: tool.bce-lint: takes a table, not {quoted(table)}")
    return _checked(table, path, folder, "tool.bce-lint.")


def inline(text: str, folder: str) -> Configuration:
    """The settings of a `KEY = VALUE` on the command line."""
    try:
        values = _loaded(text)
    except ValueError as error:
        raise ConfigError(f"--config: {quoted(text)} is neither a file nor TOML of the form KEY = VALUE: {_reason(error)}") from None
    check(values, "--config: ")
    return Configuration(values, folder)


def check(values: Mapping[str, Any], where: str) -> None:
    """Raises `ConfigError` for the first thing that is wrong with some settings; `where` begins what is said."""
    for key, value in values.items():
        if key not in BY_KEY:
            raise ConfigError(f"{where}{cut(key)}: there is no such key{nearest(key, BY_KEY) or _all_keys()}")
        for below, problem in BY_KEY[key].kind.problems(value):
            raise ConfigError(f"{where}{key}{'.' if below else ''}{cut(below)}: {problem}")


def _all_keys() -> str:
    return f"; the keys are {', '.join(BY_KEY)}"


def _checked(values: Mapping[str, Any], path: str, folder: str | None, prefix: str) -> Configuration:
    where = f"{relative(path)}: {prefix}"
    check(values, where)
    base = os.path.dirname(path) if folder is None else folder
    for key in ("cache-dir", "src"):
        given = values.get(key, [])
        for one in [given] if isinstance(given, str) else given:
            if not _inside(os.path.join(base, one), base):
                raise ConfigError(f"{where}{key}: takes folders below that of the configuration; {quoted(one)} leads out of it by a link")
    return Configuration(values, base, path)


def _inside(path: str, base: str) -> bool:
    return os.path.join(os.path.realpath(path), "").startswith(os.path.join(os.path.realpath(base), ""))


def _parsed(raw: bytes, path: str) -> dict[str, Any]:
    try:
        return _loaded(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        raise ConfigError(f"{relative(path)}:{row}: cannot be read as UTF-8") from None
    except ValueError as error:
        found = _LINE.search(str(error))
        row = int(found[1]) if found else raw.count(b"\n") + (not raw.endswith(b"\n"))
        raise ConfigError(f"{relative(path)}:{row}: is not TOML: {_reason(error)}") from None


def _loaded(text: str) -> dict[str, Any]:
    """A text as TOML. Raises `ValueError` where it is none."""
    import sys

    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    if (found := _LONG_KEY.search(text)) is not None:
        row = text.count("\n", 0, found.start()) + 1
        raise ValueError(f"a key with more than {PARTS} parts (at line {row}, column 1)")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _reason(error: ValueError) -> str:
    """What a parser of TOML says, without the place, as the rest of a sentence."""
    text = re.sub(r" \(at .*\)$", "", str(error).replace("\n", " "))
    return text[:1].lower() + text[1:]
