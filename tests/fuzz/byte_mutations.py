"""What a text can be in a file: line ends, byte order marks, encodings, bytes that are no text."""

from __future__ import annotations

import codecs
import random

_ENCODINGS = (
    "utf-8",
    "utf-8-sig",
    "latin-1",
    "cp1252",
    "ascii",
    "shift_jis",
    "gb18030",
    "utf-7",
    "utf-16",
    "utf-32",
    "utf-16-le",
    "euc_jp",
    "iso2022_jp",
    "cp037",
    "punycode",
    "hex",
    "klingon",
    "UTF8",
    "iso-8859-15",
    "big5",
    "raw_unicode_escape",
    "idna",
)
_COMMENTS = (
    "# coding: {}\n",
    "# -*- coding: {} -*-\n",
    "\n# vim: fileencoding={}\n",
    "#!/usr/bin/python\n# coding={}\n",
    "'''a'''\n# coding: {}\n",
)


def _plain(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def as_bytes(rng: random.Random, text: str) -> bytes:
    """A text as bytes: mostly plain, otherwise odd in one way."""
    choice = rng.randrange(16)
    if choice == 0:
        return _plain(text).replace(b"\n", b"\r\n")
    if choice == 1:
        return _plain(text).replace(b"\n", b"\r")
    if choice == 2:
        ends = (b"\n", b"\r\n", b"\r")
        return b"".join(line + rng.choice(ends) for line in _plain(text).split(b"\n"))
    if choice == 3:
        return codecs.BOM_UTF8 * rng.choice((1, 1, 1, 2)) + _plain(text)
    if choice == 4:
        return declared(rng, text)
    if choice == 5:
        broken = bytearray(_plain(text))
        for _ in range(rng.choice((1, 1, 3, 50))):
            at = rng.randrange(len(broken) + 1)
            broken[at:at] = bytes((rng.randrange(256),))
        return bytes(broken)
    if choice == 6:
        return _plain(text.rstrip("\n"))
    if choice == 7:
        data = _plain(text)
        return data[: rng.randrange(len(data) + 1)]
    return _plain(text)


def declared(rng: random.Random, text: str) -> bytes:
    """A text that says its encoding: the one that it has, or another."""
    name = rng.choice(_ENCODINGS)
    comment = rng.choice(_COMMENTS)
    whole = comment.format(name) + text
    try:
        return whole.encode(name) if rng.random() < 0.8 else _plain(whole)
    except (LookupError, UnicodeError, ValueError, AssertionError):
        return _plain(whole)
