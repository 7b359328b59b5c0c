"""Which files of a project hold a word: a few are looked for in the texts, many in an index of all words."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from functools import cached_property
from typing import Final

LETTER: Final = rb"[\w\x80-\xff]"
"""What a word is made of, in bytes."""
_WORD: Final = re.compile(LETTER + b"+")
_PLAIN: Final = re.compile(r"\w+", re.ASCII)
_FEW: Final = 16
"""As many words are looked for in the texts: that takes less than an index."""


class Words:
    """The files of a project by their words, as bytes have them: letters of any script, digits and underscores."""

    def __init__(self, texts: Mapping[str, bytes]) -> None:
        self._texts = dict(sorted(texts.items()))
        self._whole: dict[str, list[str]] = {}
        self._ends: dict[str, frozenset[str]] = {}
        self._matched: dict[bytes, frozenset[str]] = {}

    @cached_property
    def _index(self) -> dict[bytes, list[str]]:
        found: dict[bytes, list[str]] = {}
        for path, text in self._texts.items():
            for word in set(_WORD.findall(text)):
                found.setdefault(word, []).append(path)
        return found

    @cached_property
    def _reversed(self) -> list[tuple[bytes, bytes]]:
        """The words from their ends, without case, in order."""
        return sorted((word.lower()[::-1], word) for word in self._index)

    def holding(self, word: str) -> list[str]:
        """The files that hold a word, in order."""
        if word not in self._whole:
            if len(self._whole) < _FEW or not _PLAIN.fullmatch(word):
                plain = word.encode()
                wanted = re.compile(b"(?<!%s)%s(?!%s)" % (LETTER, re.escape(plain), LETTER))
                self._whole[word] = [path for path, text in self._texts.items() if plain in text and wanted.search(text)]
            else:
                self._whole[word] = self._index.get(word.encode(), [])
        return self._whole[word]

    def ending(self, word: str) -> frozenset[str]:
        """The files that hold a word which ends in another, whatever the case."""
        if word not in self._ends:
            if len(self._ends) < _FEW or not _PLAIN.fullmatch(word):
                self._ends[word] = self.matching(b"%s(?!%s)" % (re.escape(word).encode(), LETTER))
            else:
                end = word.lower().encode()[::-1]
                at = bisect_left(self._reversed, (end, b""))
                found: set[str] = set()
                while at < len(self._reversed) and self._reversed[at][0].startswith(end):
                    found.update(self._index[self._reversed[at][1]])
                    at += 1
                self._ends[word] = frozenset(found)
        return self._ends[word]

    def matching(self, pattern: bytes) -> frozenset[str]:
        """The files that hold what a pattern says, whatever the case."""
        if pattern not in self._matched:
            wanted = re.compile(pattern, re.IGNORECASE)
            self._matched[pattern] = frozenset(path for path, text in self._texts.items() if wanted.search(text))
        return self._matched[pattern]
