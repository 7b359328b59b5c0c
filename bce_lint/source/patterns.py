"""Ignore patterns as git reads them, matched in the time of the pattern times the name: no pattern tries all ways."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, TypeAlias

MOST_WILD: Final = 5_000
"""How many patterns with wildcards of one file are read; those that name a file or folder are as many as there are."""
_STAR: Final = ""
Token: TypeAlias = "str | tuple[bool, frozenset[str], tuple[tuple[str, str], ...]]"
"""A character, `?` as the class that excludes none, a class of characters, or the empty text for `*`."""
_ANY: Final[Token] = (True, frozenset(), ())


class Pattern(NamedTuple):
    """A line of an ignore file: what each folder and the name must match (None: any number of folders)."""

    parts: tuple[tuple[Token, ...] | None, ...]
    negated: bool
    folder: bool


class Patterns:
    """The patterns of one ignore file; the last that matches decides."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._named: dict[str, list[tuple[int, Pattern]]] = {}
        self._wild: list[tuple[int, Pattern]] = []
        for number, line in enumerate(lines):
            pattern = parsed(line)
            if pattern is None:
                continue
            name = _plain(pattern)
            if name is not None:
                self._named.setdefault(name, []).append((number, pattern))
            elif len(self._wild) < MOST_WILD:
                self._wild.append((number, pattern))

    def verdict(self, path: str, folder: bool) -> bool | None:
        """Whether a path below the file's folder is ignored, None where no pattern says; what is in an ignored folder is, too."""
        parts = path.split("/")
        for count in range(1, len(parts)):
            if self._last(parts[:count], True):
                return True
        return self._last(parts, folder)

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


def parsed(line: str) -> Pattern | None:
    """A line of an ignore file; None for a comment, for nothing, and for what git cannot read."""
    text = line
    while text.endswith(" ") and not text.endswith("\\ "):
        text = text[:-1]
    if not text or text.startswith("#"):
        return None
    negated = text.startswith("!")
    text = text[negated:]
    folder = text.endswith("/")
    text = text[:-1] if folder else text
    if not text or text.endswith("/"):
        return None
    pieces = text.removeprefix("/").split("/")
    tokens = [None if piece == "**" else _tokens(piece) for piece in pieces]
    if any(one == () for one in tokens):
        return None
    anchored = "/" in text
    parts = tuple(one for i, one in enumerate(tokens) if one is not None or i == 0 or tokens[i - 1] is not None)
    if parts[-1] is None and len(parts) > 1:
        parts = (*parts, (_STAR,))  # all that is in a folder, not the folder itself
    elif parts[-1] is None:
        parts = ((_STAR,),)
    return Pattern(parts if anchored else (None, *parts), negated, folder)


def _plain(pattern: Pattern) -> str | None:
    """The name that a pattern without wildcards and folders has."""
    if len(pattern.parts) != 2 or pattern.parts[0] is not None or pattern.parts[1] is None:
        return None
    return "".join(map(str, pattern.parts[1])) if all(isinstance(one, str) and one for one in pattern.parts[1]) else None


def _tokens(piece: str) -> tuple[Token, ...]:
    """What a name must match; empty where the piece cannot be read."""
    found: list[Token] = []
    place = 0
    while place < len(piece):
        letter = piece[place]
        place += 1
        if letter == "*":
            found += [_STAR] if found[-1:] != [_STAR] else []
        elif letter == "?":
            found.append(_ANY)
        elif letter == "[":
            end = piece.find("]", place + 1 + (piece[place : place + 1] in ("!", "^")))
            if end < 0:
                return ()
            found.append(_class(piece[place:end]))
            place = end + 1
        elif letter == "\\":
            if place == len(piece):
                return ()
            found.append(piece[place])
            place += 1
        else:
            found.append(letter)
    return tuple(found)


def _class(text: str) -> Token:
    excluded = text[:1] in ("!", "^")
    text = text[excluded:]
    letters, ranges, place = set(), [], 0
    while place < len(text):
        if text[place] == "\\" and place + 1 < len(text):
            place += 1
        if text[place + 1 : place + 2] == "-" and place + 2 < len(text):
            ranges.append((text[place], text[place + 2]))
            place += 3
        else:
            letters.add(text[place])
            place += 1
    return excluded, frozenset(letters), tuple(ranges)


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
