"""Lines of IPython in a file of Python: `%matplotlib inline`, `!pip install torch`."""

from __future__ import annotations

import re

_ANY = re.compile(r"(?:\A|[\r\n])[ \t\f]*[%!]")
_MAGIC = re.compile(r"[ \t\f]*(?P<line>[%!][^\r\n]*(?:(?<=\\)(?:\r\n?|\n)[^\r\n]*)*)")
_STRING = "|".join(
    f"{q}{{3}}[^{q}\\\\]*(?:(?:\\\\.|{q}(?!{q}{q}))[^{q}\\\\]*)*{q}{{3}}|{q}(?!{q}{q})[^{q}\\\\\r\n]*(?:\\\\.[^{q}\\\\\r\n]*)*{q}"
    for q in "\"'"
)
_CODE = re.compile(
    rf"#[^\r\n]*|{_STRING}|\\(?:\r\n?|\n)|(?P<unclosed>[\"'])|(?P<open>[(\[{{])|(?P<close>[)\]}}])|(?P<newline>\r\n?|\n)", re.DOTALL
)
_TEXT = re.compile(r"[^\r\n]")


def without_magics(text: str) -> str:
    """A text of the same length with a statement that does nothing in place of each magic, and of the lines that it goes on in."""
    if not _ANY.search(text):
        return text
    parts: list[str] = []
    done, place = 0, 0
    while place < len(text):
        found = _MAGIC.match(text, place)
        if found is not None:
            parts += (text[done : found.start("line")], _nothing(found["line"]))
            done = found.end()
        place = next_line(text, place if found is None else done)
    return "".join((*parts, text[done:]))


def _nothing(magic: str) -> str:
    first = len(magic.splitlines()[0])
    statement = "pass" if first >= len("pass") else "0"
    return statement + _TEXT.sub(" ", magic)[len(statement) :]


def next_line(text: str, place: int) -> int:
    """Where the next statement begins that has a line of its own."""
    depth = 0
    for found in _CODE.finditer(text, place):
        if found.lastgroup == "open":
            depth += 1
        elif found.lastgroup == "close":
            depth = max(depth - 1, 0)
        elif found.lastgroup == "newline" and not depth:
            return found.end()
        elif found.lastgroup == "unclosed":
            break
    return len(text)
