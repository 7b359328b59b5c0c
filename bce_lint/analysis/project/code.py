"""The code of a source: its bytes without comments and without what stands in strings, but for the names there."""

from __future__ import annotations

import re
from collections.abc import Iterator

# A string that does not end goes to the end of its line, or of the text: a search that gave it up would start again at each quote.
_LITERAL = re.compile(
    rb'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*(?:"""|\\?\Z)'
    rb"|'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*(?:'''|\\?\Z)"
    rb'|"[^"\\\n]*(?:\\.[^"\\\n]*)*(?:"|\\?(?=\n|\Z))'
    rb"|'[^'\\\n]*(?:\\.[^'\\\n]*)*(?:'|\\?(?=\n|\Z))|#[^\n]*",
    re.S,
)
_PREFIX, _FORMATTED, _COMMENT = b"rRbBuUfFtT", b"fFtT", ord("#")
_NAME = re.compile(rb"(\"\"\"|'''|[\"'])([\w.:\x80-\xff]+)\1")
"""A string that may be a name: of an attribute, of a class, of a module and what is in it."""
_FIELD = re.compile(rb"\{\{|\{((?:[^{}]|\{[^{}]*\})*)\}")
_CONVERSION = re.compile(rb"![rsa]\Z")
_INSIDE = tuple(bytes((one,)) for one in b"{}[]()\"'")
_GOES_ON = b",([{=+-*/%&|^<>@~\\"
"""What the line before ends with where a string on a line of its own goes on with it."""


_SEVERAL = re.compile(
    rb"^([ \t]*)(?![ \t]|(?:if|for|while|with|try|else|elif|except|finally|def|class|async|match|case)\b)([^\n;]*;[^\n]*)", re.M
)
"""A line of simple statements."""


def one_a_line(code: bytes) -> bytes:
    """Code without text, with a line of its own for each simple statement that stands in a line of such."""
    if b";" not in code:
        return code
    return _SEVERAL.sub(lambda line: b"\n".join(line[1] + one.strip() for one in line[2].split(b";") if one.strip()), code)


def in_one_line(code: bytes) -> bytes:
    """Code without text, with what stands in brackets on the line where these open."""
    depth, parts, done = 0, list[bytes](), 0
    for match in _BRACKET_OR_END.finditer(code):
        if match[0] in b"([{":
            depth += 1
        elif match[0] in b")]}":
            depth = max(0, depth - 1)
        elif depth:
            parts += [code[done : match.start()], b" "]
            done = match.end()
    return b"".join([*parts, code[done:]])


_BRACKET_OR_END = re.compile(rb"[()\[\]{}\n]")


def without_text(data: bytes) -> bytes:
    """Source without comments and text. Names in strings stay, unless the string is a statement, and what an f-string evaluates;
    what follows a string stays on its line."""
    return b"".join(_parts(data))


def _parts(data: bytes) -> Iterator[bytes]:
    done, last, blank = 0, b"", True
    for match in _LITERAL.finditer(data):
        start, end = match.span()
        if data[start] == _COMMENT:
            before, kept = data[done:start], b""
        else:
            begins = _prefixed(data, start, done)
            before, text = data[done:begins], match[0]
            last = before.rstrip()[-1:] or last
            first = _is_blank(before, blank) and (not last or last not in _GOES_ON)  # a string that begins a statement
            if any(letter in _FORMATTED for letter in data[begins:start]):
                kept = _evaluated(text)
            elif (name := _NAME.fullmatch(text)) and not first:
                kept = b'"' + name[2] + b'"'
            else:
                kept = b'""'
            blank = False
        last = kept[-1:] or before.rstrip()[-1:] or last
        yield before
        yield kept
        done = end
    yield data[done:]


def _is_blank(before: bytes, blank: bool) -> bool:
    """True if nothing stands on the line that some code ends in; `blank` says so of where it begins."""
    start = before.rfind(b"\n") + 1
    return (start > 0 or blank) and not before[start:].strip()


def _prefixed(data: bytes, start: int, done: int) -> int:
    """Where a string begins, the letters before its quote included."""
    for _ in range(2):
        if start > done and data[start - 1] in _PREFIX:
            start -= 1
    return start


def _evaluated(text: bytes) -> bytes:
    """What an f-string evaluates."""
    fields = [_without_format(field[1]).replace(b"\n", b" ") for field in _FIELD.finditer(text) if field[1] is not None]
    return b"(" + b", ".join(fields) + b")" if fields else b'""'


def _without_format(field: bytes) -> bytes:
    """A field of an f-string without how it is to be shown: what follows a colon that stands in no bracket and no string."""
    colon = field.find(b":", max(map(field.rfind, _INSIDE)) + 1)
    return _CONVERSION.sub(b"", field if colon < 0 else field[:colon])
