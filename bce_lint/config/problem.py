"""What is wrong with a setting."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

LONG: Final = 80
_NAMED: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class ConfigError(Exception):
    """A configuration that cannot be followed: one line with the file or option, the key, and what is allowed."""


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean ignore?`, or nothing where no known word is close. `_` stands for `-` in many other tools."""
    from difflib import get_close_matches  # only what is wrong needs it

    found = get_close_matches(word.lower().replace("_", "-"), list(known), n=1) if len(word) <= LONG else []
    return f"; did you mean {found[0]}?" if found else ""


def toml(value: Any) -> str:
    """A value as TOML writes it, on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)} = {toml(one)}" for key, one in value.items()) + "}"
    return str(value)


def quoted(value: Any) -> str:
    """A value as TOML writes it, cut where it is long."""
    return cut(toml(value))


def cut(text: str) -> str:
    """A text, cut where it is long."""
    return text if len(text) <= LONG else f"{text[: LONG - 1]}…"


def _text(value: str) -> str:
    return '"' + "".join(map(_character, value)) + '"'


def _character(one: str) -> str:
    if one in _NAMED:
        return _NAMED[one]
    return f"\\u{ord(one):04x}" if one < " " or one == "\x7f" else one


def _key(key: str) -> str:
    plain = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if plain else _text(key)
