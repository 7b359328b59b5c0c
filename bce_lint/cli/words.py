"""Words of a command line that argparse would read another way."""

from __future__ import annotations

from collections.abc import Sequence

_OPTIONAL = "--extend-safe-fixes"
_JOINED = "--add-noqa"


def joined(words: Sequence[str]) -> list[str]:
    """The words, with an option whose value may be left out joined to its value: a path after it is none, nor is any word after one whose
    value is a sentence."""
    if _OPTIONAL not in words and _JOINED not in words:
        return list(words)
    found: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        if word == "--":
            return [*found, *words[at:]]
        takes = word == _OPTIONAL and at + 1 < len(words) and _are_rules(words[at + 1])
        found.append(f"{word}={words[at + 1] if takes else ''}" if word in (_OPTIONAL, _JOINED) else word)
        at += 1 + takes
    return found


def _are_rules(word: str) -> bool:
    from bce_lint.rules.selection import codes, split

    try:
        return all(map(codes, split([word]))) and bool(split([word]))
    except ValueError:
        return False
