"""Literals: the text of numbers and strings to their values."""

from __future__ import annotations

import warnings
from ast import literal_eval

from bce_lint.ir import MAX_BITS

# Python itself refuses longer decimal integers, and the conversion is quadratic.
MAX_DIGITS = 4_000


def number(text: str) -> object:
    """The value of a number token, or None where it is too long to be worth having."""
    plain = text.replace("_", "")
    if len(plain) > MAX_DIGITS:
        return None
    try:
        if plain[-1] in "jJ" and plain[:2] not in ("0x", "0X"):
            return complex(0.0, float(plain[:-1]))
        return whole(int(plain, 0)) if plain.isalnum() and not _exponent(plain) else float(plain)
    except ValueError:
        return None


def whole(value: int) -> int | None:
    """A whole number, or None where it is too large to be a constant."""
    return value if value.bit_length() <= MAX_BITS else None


def _exponent(plain: str) -> bool:
    return plain[:2] not in ("0x", "0X") and ("e" in plain or "E" in plain)


def string(text: str) -> str | bytes | None:
    """The value of a plain string token, or None where it has none."""
    quote = text[0]
    start = 0
    while quote not in "'\"":
        start += 1
        quote = text[start]
    prefix = text[:start].lower()
    width = 3 if text.startswith(quote * 3, start) and len(text) - start >= 6 else 1
    if "\\" in text and "r" not in prefix:
        return _escaped(text)
    body = text[start + width : len(text) - width]
    if "\r" in body:
        body = body.replace("\r\n", "\n").replace("\r", "\n")
    if "b" not in prefix:
        return body
    try:
        return body.encode("ascii")
    except UnicodeEncodeError:
        return None


def _escaped(text: str) -> str | bytes | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            value = literal_eval(text)
        except (SyntaxError, ValueError, MemoryError):
            return None
    return value if isinstance(value, str | bytes) else None


def part(text: str, raw: bool) -> str:
    """The value of the literal part of an f-string; an escape that means nothing stays as written."""
    plain = text.replace("{{", "{").replace("}}", "}")
    if raw or "\\" not in plain:
        return plain
    value = _escaped('"""' + plain.replace('"', '\\"') + '"""')
    return value if isinstance(value, str) else plain
