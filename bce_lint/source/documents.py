"""The text of a file, whichever kind of file it is: Python, or a notebook."""

from __future__ import annotations

from bce_lint.source import text as python
from bce_lint.source.text import SourceError, SourceText, holds_notebook


def decode(data: bytes, path: str) -> SourceText:
    """The text of a file by its name. Raises `SourceError` where it has none that can be read."""
    if not holds_notebook(data, path):
        return python.decode(data, path)
    from bce_lint.source.notebook import decode_notebook

    return decode_notebook(data, path)


def readable(data: bytes, path: str) -> SourceText:
    """The text of a file for people to read: what cannot be decoded is written out, as `\\xff`; a notebook that is none as what it is."""
    try:
        return decode(data, path)
    except SourceError:
        return python.readable(data, path)


def encode(source: SourceText, text: str) -> bytes:
    """The bytes of a file once its text is `text`. Raises `SourceError` where they would not be read back as that text."""
    if not holds_notebook(source.data, source.path):
        return python.encode(source, text)
    from bce_lint.source.notebook import encode_notebook

    return encode_notebook(source, text)
