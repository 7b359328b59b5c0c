"""What is wrong with a setting."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class ConfigError(Exception):
    """A configuration that cannot be followed: one line with the file or option, the key, and what is allowed."""


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean ignore?`, or nothing where no known word is close. `_` stands for `-` in many other tools."""
    from difflib import get_close_matches  # only what is wrong needs it

    found = get_close_matches(word.lower().replace("_", "-"), list(known), n=1)
    return f"; did you mean {found[0]}?" if found else ""


def quoted(value: Any) -> str:
    """A value as TOML writes it, cut where it is long."""
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, str):
        text = f'"{value}"'
    elif isinstance(value, list):
        text = f"[{', '.join(map(quoted, value))}]"
    elif isinstance(value, dict):
        text = "{" + ", ".join(f"{key} = {quoted(one)}" for key, one in value.items()) + "}"
    else:
        text = str(value)
    return text if len(text) <= 80 else f"{text[:79]}…"
