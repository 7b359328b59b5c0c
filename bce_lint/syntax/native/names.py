"""Names as they are written: Python normalises them, and LibCST does not."""

from __future__ import annotations

import io
import re
import tokenize
from typing import Final
from unicodedata import is_normalized

_FORM: Final = "NFKC"
_WORD: Final = re.compile(r"\w+")
_FORMATTED: Final = re.compile(r"[a-z]*[ft]", re.IGNORECASE)
_NO_CODE: Final = frozenset(
    (tokenize.COMMENT, tokenize.STRING, *(kind for name in ("FSTRING_MIDDLE", "TSTRING_MIDDLE") if (kind := getattr(tokenize, name, None))))
)


def in_normal_form(text: str) -> bool:
    """True if each name of a text is in normal form, whatever its strings and comments hold."""
    return text.isascii() or is_normalized(_FORM, text) or _are_normal(text) or not _in_code(text)


def _are_normal(text: str) -> bool:
    return all(word.isascii() or is_normalized(_FORM, word) for word in _WORD.findall(text))


def _in_code(text: str) -> bool:
    """True if a word that is not in normal form may be code. Before Python 3.12 an f-string is one token with its fields."""
    try:
        return any(
            not _are_normal(token.string)
            for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline)
            if token.type not in _NO_CODE or (token.type == tokenize.STRING and _FORMATTED.match(token.string))
        )
    except (tokenize.TokenError, SyntaxError, UnicodeError):
        return True
