"""Ignore patterns as git reads them, matched in the time of the pattern times the name: no pattern tries all ways."""

from __future__ import annotations

import os
import re
import string
from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

MOST_WILD: Final = 5_000
"""How many patterns with wildcards of one file are read; those that name a file or folder are as many as there are."""
_STAR: Final = ""
Token: TypeAlias = "str | tuple[bool, frozenset[str], tuple[tuple[str, str], ...]]"
"""A character, `?` as the class that excludes none, a class of characters, or the empty text for `*`."""
_ANY: Final[Token] = (True, frozenset(), ())
_KIND: Final = re.compile(r"\[:([^\]]*):\]")
_KINDS: Final[Mapping[str, frozenset[str]]] = {
    "alnum": frozenset(string.ascii_letters + string.digits),
    "alpha": frozenset(string.ascii_letters),
    "blank": frozenset(" \t"),
    "cntrl": frozenset(map(chr, (*range(32), 127))),
    "digit": frozenset(string.digits),
    "graph": frozenset(map(chr, range(33, 127))),
    "lower": frozenset(string.ascii_lowercase),
    "print": frozenset(map(chr, range(32, 127))),
    "punct": frozenset(string.punctuation),
    "space": frozenset(string.whitespace),
    "upper": frozenset(string.ascii_uppercase),
    "xdigit": frozenset(string.hexdigits),
}
"""The kinds of characters that a class may name."""


class Pattern(NamedTuple):
    """A line of an ignore file: what each folder and the name must match (None: any number of folders)."""

    parts: tuple[tuple[Token, ...] | None, ...]
    negated: bool
    folder: bool


class Patterns:
    """The patterns of one ignore file, as `lines_of` gives its lines; the last that matches decides."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._named: dict[str, list[tuple[int, Pattern]]] = {}
        self._wild: list[tuple[int, Pattern]] = []
        self.cut = False
        """True if there are more patterns than are followed."""
        for number, line in enumerate(lines):
            pattern = parsed(line)
            if pattern is None:
                continue
            name = _plain(pattern)
            if name is not None:
                self._named.setdefault(name, []).append((number, pattern))
            elif len(self._wild) < MOST_WILD:
                self._wild.append((number, pattern))
            else:
                self.cut = True

    def verdict(self, path: str, folder: bool) -> bool | None:
        """Whether a path below the file's folder is ignored, None where no pattern says; what it lies in has been asked about before."""
        return self._last(_parts(path), folder)

    def cover(self, path: str) -> bool:
        """True if a folder, or one that it lies in, is ignored."""
        parts = _parts(path)
        return any(self._last(parts[:count], True) for count in range(1, len(parts) + 1))

    def within(self, path: str) -> bool:
        """True if a file, or a folder that it lies in, is ignored."""
        parts = _parts(path)
        return any(self._last(parts[:count], count < len(parts)) for count in range(1, len(parts) + 1))

    def _last(self, parts: list[str], folder: bool) -> bool | None:
        found, at = None, -1
        for number, pattern in self._named.get(parts[-1], ()):
            if folder or not pattern.folder:
                found, at = not pattern.negated, number
        for number, pattern in reversed(self._wild):
            if number < at:
                break
            if (folder or not pattern.folder) and matches(pattern.parts, parts):
                return not pattern.negated
        return found


def _parts(path: str) -> list[str]:
    return (path if path.isascii() else os.fsencode(path).decode("latin-1")).split("/")


def lines_of(raw: bytes) -> list[str]:
    """The lines of an ignore file as git ends them; each character is a byte, as git matches them."""
    text = raw.removeprefix(BOM_UTF8).decode("latin-1")
    return [line.removesuffix("\r") for line in text.split("\n")]


def parsed(line: str) -> Pattern | None:
    """A line of an ignore file; None for a comment, for nothing, and for what git cannot read."""
    text = _trimmed(line)
    if not text or text.startswith("#"):
        return None
    negated = text.startswith("!")
    text = text[negated:]
    folder = text.endswith("/")
    text = text[:-1] if folder else text
    tokens = _pieces(text.removeprefix("/"))
    if not text or any(one == () for one in tokens):
        return None
    anchored = "/" in text
    parts = tuple(one for i, one in enumerate(tokens) if one is not None or i == 0 or tokens[i - 1] is not None)
    if parts[-1] is None and len(parts) > 1:
        parts = (*parts, (_STAR,))  # all that is in a folder, not the folder itself
    elif parts[-1] is None:
        parts = ((_STAR,),)
    return Pattern(parts if anchored else (None, *parts), negated, folder)


def _trimmed(line: str) -> str:
    """A line without the spaces at its end that no backslash keeps."""
    text = line.rstrip(" ")
    escape = len(text) < len(line) and (len(text) - len(text.rstrip("\\"))) % 2 == 1
    return text + " " * escape


def _plain(pattern: Pattern) -> str | None:
    """The name that a pattern without wildcards and folders has."""
    if len(pattern.parts) != 2 or pattern.parts[0] is not None or pattern.parts[1] is None:
        return None
    return "".join(map(str, pattern.parts[1])) if all(isinstance(one, str) and one for one in pattern.parts[1]) else None


def _pieces(text: str) -> list[tuple[Token, ...] | None]:
    """What each folder and the name must match, None for any number of folders; an empty one where the text cannot be read."""
    found: list[tuple[Token, ...] | None] = []
    piece: list[Token] = []
    start = place = 0
    while place <= len(text):
        escape = text[place : place + 1] == "\\"
        letter = text[place + escape : place + escape + 1]
        if letter in ("", "/"):
            found.append(None if text[start:place] == "**" else () if escape and not letter else tuple(piece))
            piece, place = [], place + escape + 1
            start = place
        elif letter == "[" and not escape:
            token, place = _class(text, place + 1)
            if token is None:
                return [()]
            piece.append(token)
        else:
            token = letter if escape else {"*": _STAR, "?": _ANY}.get(letter, letter)
            piece += [] if token == _STAR and piece[-1:] == [_STAR] else [token]
            place += escape + 1
    return found


def _class(text: str, place: int) -> tuple[Token | None, int]:
    """A class of characters, and where it ends; None where it does not, or names a kind that there is not."""
    excluded = text[place : place + 1] in ("!", "^") and place < len(text)
    first = place = place + excluded
    letters: set[str] = set()
    ranges: list[tuple[str, str]] = []
    last = ""  # what a range may begin with
    while place == first or text[place : place + 1] != "]":
        if named := _KIND.match(text, place):
            if named[1] not in _KINDS:
                return None, place
            letters |= _KINDS[named[1]]
            last, place = "", named.end()
            continue
        between = bool(last) and text[place : place + 1] == "-" and text[place + 1 : place + 2] not in ("", "]")
        place += between
        place += text[place : place + 1] == "\\"
        letter = text[place : place + 1]
        if not letter:
            return None, place
        if between:
            ranges.append((last, letter))
        letters.update(() if between else letter)
        last, place = "" if between else letter, place + 1
    return (excluded, frozenset(letters), tuple(ranges)), place + 1


def matches(pattern: Sequence[tuple[Token, ...] | None], parts: Sequence[str]) -> bool:
    """True if a path, folder by folder, is what a pattern says: of all that any folders may stand for, only the last is tried again."""
    at = place = 0
    again: tuple[int, int] | None = None
    while place < len(parts):
        if at < len(pattern) and pattern[at] is None:
            again = at, place
            at += 1
        elif at < len(pattern) and (tokens := pattern[at]) is not None and _is(tokens, parts[place]):
            at, place = at + 1, place + 1
        elif again is not None:
            again = again[0], again[1] + 1
            at, place = again[0] + 1, again[1]
        else:
            return False
    return all(one is None for one in pattern[at:])


def _is(tokens: tuple[Token, ...], name: str) -> bool:
    """True if a name matches: of all that stars may stand for, only the last is tried again."""
    at = place = 0
    again: tuple[int, int] | None = None
    while place < len(name):
        if at < len(tokens) and tokens[at] == _STAR:
            again = at, place
            at += 1
        elif at < len(tokens) and _fits(tokens[at], name[place]):
            at, place = at + 1, place + 1
        elif again is not None:
            again = again[0], again[1] + 1
            at, place = again[0] + 1, again[1]
        else:
            return False
    return all(one == _STAR for one in tokens[at:])


def _fits(token: Token, letter: str) -> bool:
    if isinstance(token, str):
        return token == letter
    excluded, letters, ranges = token
    return (letter in letters or any(low <= letter <= high for low, high in ranges)) is not excluded
