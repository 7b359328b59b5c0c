"""Strings side by side and the fields of f-strings, read off the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from bce_lint.ir import Span
from bce_lint.syntax import literals
from bce_lint.syntax.native.spans import NeedsLibCST

_BETWEEN = re.compile(r"(?:[\s\\]+|#[^\r\n]*)*")
_OPENING = re.compile(r"([A-Za-z]*)(\"{3}|'{3}|\"|')")
_END = {
    quote: re.compile(rf"[^{quote[0]}\\]*(?:(?:\\.{extra})[^{quote[0]}\\]*)*{quote}", re.S)
    for quote, extra in (('"', ""), ("'", ""), ('"""', '|"(?!"")'), ("'''", "|'(?!'')"))
}
_TEXT = {
    quote: re.compile(rf"(?:[^{{}}\\{quote[0]}]|\\[^{{}}]|\\(?=[{{}}])|\{{\{{|\}}\}}{extra})*", re.S)
    for quote, extra in (('"', ""), ("'", ""), ('"""', '|"(?!"")'), ("'''", "|'(?!'')"))
}
_IN_FIELD = re.compile(
    r"(?P<string>(?P<prefix>\w*)(?:\"{3}|'{3}|[\"']))|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<equal>[=!<>]=)"
    r"|(?P<stop>!|:|=\s*(?=[!:}]))|(?P<comment>[#\\])"
)
_SPEC = re.compile(r"[^{}]*")
_CONVERSION = re.compile(r"=?\s*(?:!\s*\w+\s*)?")


class Part(NamedTuple):
    """A plain string, the text of an f-string between fields, or the expression of a field, which has no value."""

    kind: str
    span: Span
    value: str | bytes | None = None


def single(text: str, span: Span) -> bool:
    """True if a string is certainly one literal."""
    opening = _OPENING.match(text, span.start)
    if opening is None:
        raise NeedsLibCST
    quote = opening[2]
    return text.find(quote, opening.end()) == span.end - len(quote)


def pieces(text: str, span: Span) -> Iterator[list[Part]]:
    """The strings that stand side by side in a span: a plain one is one part, an f-string a part for each text and field."""
    place = span.start
    while place < span.end:
        opening = _OPENING.match(text, place)
        if opening is None:
            raise NeedsLibCST
        prefix, quote = opening[1].lower(), opening[2]
        parts: list[Part] = []
        if "f" in prefix:
            end = _Formatted(text, quote, "r" in prefix, parts).read(opening.end())
        else:
            found = _END[quote].match(text, opening.end())
            value = None if found is None else literals.string(text[place : found.end()])
            if found is None or value is None:
                raise NeedsLibCST
            end = found.end()
            parts.append(Part("plain", Span(place, end), value))
        yield parts
        place = skip(_BETWEEN, text, end)
        if end < span.end < place:
            raise NeedsLibCST


def skip(pattern: re.Pattern[str], text: str, place: int) -> int:
    """What a pattern matches at a place ends here."""
    found = pattern.match(text, place)
    return place if found is None else found.end()


class _Formatted:
    """Reads one f-string."""

    def __init__(self, text: str, quote: str, raw: bool, parts: list[Part]) -> None:
        self.text = text
        self.quote = quote
        self.raw = raw
        self.parts = parts

    def read(self, place: int) -> int:
        """Notes the parts from the opening quote on; returns where the string ends."""
        while True:
            place = self._words(_TEXT[self.quote], place)
            if self.text.startswith(self.quote, place):
                return place + len(self.quote)
            place = self._field(place)

    def _words(self, pattern: re.Pattern[str], place: int) -> int:
        end = skip(pattern, self.text, place)
        if end > place:
            words = self.text[place:end]
            if "\\N{" in words:
                raise NeedsLibCST
            self.parts.append(Part("text", Span(place, end), literals.part(words, self.raw)))
        return end

    def _field(self, place: int) -> int:
        """Notes a field and its format specification; returns what is behind it."""
        if not self.text.startswith("{", place):
            raise NeedsLibCST
        end = self._expression(place + 1)
        self.parts.append(Part("field", Span(place + 1, end)))
        end = skip(_CONVERSION, self.text, end)
        if self.text.startswith(":", end):
            end = self._words(_SPEC, end + 1)
            while not self.text.startswith("}", end):
                end = self._words(_SPEC, self._field(end))
        if not self.text.startswith("}", end):
            raise NeedsLibCST
        return end + 1

    def _expression(self, place: int) -> int:
        """Where the expression of a field ends."""
        depth = 0
        while True:
            found = _IN_FIELD.search(self.text, place)
            if found is None or found["comment"]:
                raise NeedsLibCST
            place = found.end()
            if found["string"]:
                place = self._skip_string(found)
            elif found["open"]:
                depth += 1
            elif found["close"] and depth:
                depth -= 1
            elif found["close"] or (found["stop"] and not depth):
                return found.start()

    def _skip_string(self, found: re.Match[str]) -> int:
        prefix = found["prefix"].lower()
        quote = found["string"][len(prefix) :]
        if "f" in prefix:
            return _Formatted(self.text, quote, "r" in prefix, []).read(found.end())
        end = _END[quote].match(self.text, found.end())
        if end is None:
            raise NeedsLibCST
        return end.end()
