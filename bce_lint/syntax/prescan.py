"""What a parse would cost, from one linear scan.

LibCST is quadratic in nesting and in chains, slow on dense files, and its recursion can end the process.
"""

from __future__ import annotations

import re

# CPython allows 200 brackets within each other; LibCST's memory grows with the square of their depth.
MAX_BRACKETS = 200
# In microseconds: for each mark (a word is counted with the mark behind it), each line, each bracket around a mark, each link
# before it in its chain, and each field of an f-string.
_MARK, _LINE, _NESTED, _LINKED, _FIELD = 20, 30, 12, 1, 60
MAX_COST = 3_500_000

_KEYWORDS = r"(?:and|or|not|if|elif|else|in|is|for|await|lambda)\b"
_STRINGS = "|".join(
    f"{q}{{3}}[^{q}\\\\]*(?:(?:\\\\.|{q}(?!{q}{q}))[^{q}\\\\]*)*{q}{{3}}"
    f"|{q}(?!{q}{q})[^{q}\\\\\r\n]*(?:\\\\.[^{q}\\\\\r\n]*)*{q}"
    for q in "\"'"
)
# Blanks, comments and words that mean nothing here are skipped in front of each mark; the text scanned ends in a newline,
# so that the skip always finds one.
_CODE = re.compile(
    rf"""(?:[ \t\f]+|(?!{_KEYWORDS})\w+(?![\w"'])|\#[^\r\n]*)*
    (?:(?P<newline>(?:\r\n?|\n)(?:(?P<indent>[ \t\f]*)(?P<arm>if|elif)\b)?)
    |(?P<open>[(\[{{])
    |(?P<close>[)\]}}])
    |(?P<comma>[,;])
    |(?P<dot>\.)
    |(?P<keyword>{_KEYWORDS})
    |(?P<formatted>(?:[fFtT][rR]?|[rR][fFtT])(?P<quote>"{{3}}|'{{3}}|"|'))
    |(?P<string>\w*(?:{_STRINGS}))
    |(?P<unclosed>\w*["'])
    |(?P<joined>\\(?:\r\n?|\n))
    |(?P<colon>:)
    |(?P<operator>[^\s\w]|\s))""",
    re.VERBOSE | re.DOTALL,
)
_TEXT = {
    quote: re.compile(rf"\\[^{{}}]|\{{\{{|\}}\}}|(?P<field>\{{)|(?P<end>{quote})" + stop, re.DOTALL)
    for quote, stop in (('"', "|(?P<stop>[\r\n])"), ("'", "|(?P<stop>[\r\n])"), ('"""', ""), ("'''", ""))
}
_BRACE = re.compile(r"[{}]")


class _Level:
    """What has been seen since the innermost open bracket, or the start of the file; `quote` ends the f-string around a field,
    of which `spec` tells that its format specification has begun.

    `nests` counts what a comma does not end: lambdas and the clauses of a comprehension.
    """

    __slots__ = ("links", "nests", "postfix", "quote", "spec")

    def __init__(self, quote: str = "") -> None:
        self.links = self.postfix = self.nests = 0
        self.quote = quote
        self.spec = False


class _Scan:
    """The state of one scan; `reason` is the first reason not to parse."""

    def __init__(self, text: str, max_depth: int) -> None:
        self.text = f"\n{text}\n"
        self.max_depth = max_depth
        self.max_brackets = min(max_depth, MAX_BRACKETS)
        self.stack = [_Level()]
        self.arms: dict[str, int] = {}
        self.cost = 0
        self.reason: str | None = None

    def run(self) -> None:
        """Scans to the end, to a reason, or to a string that does not end (which no parser accepts)."""
        place: int | None = 0
        while place is not None and self.reason is None:
            place = self._code(place)

    def _code(self, place: int) -> int | None:
        """Scans code up to an f-string; returns where to go on."""
        stack, limit = self.stack, self.max_depth
        for found in _CODE.finditer(self.text, place):
            kind = found.lastgroup
            level = stack[-1]
            if kind == "newline":
                self.cost += _LINE
                if len(stack) == 1:
                    level.links = level.postfix = level.nests = 0
                    if found["arm"]:
                        self._arm(found["indent"], found["arm"])
            else:
                self.cost += _MARK + _NESTED * len(stack) + _LINKED * (level.links + level.postfix)
            if kind == "dot":
                level.postfix += 1
            elif kind == "comma":
                level.links = level.postfix = 0
            elif kind == "open":
                level.postfix += 1
                stack.append(_Level())
            elif kind == "close":
                if len(stack) > 1 and stack.pop().quote:
                    return self._resume(found.end(), level.quote)
            elif kind == "formatted":
                level.links += 1
                return self._formatted(found.end(), found["quote"])
            elif kind == "unclosed":
                return None
            elif kind == "colon" and level.quote:
                level.spec = True
                return self._spec(found.end(), level.quote)
            elif kind != "newline" and kind != "joined":
                level.links += 1
                level.postfix = 0
                if kind == "keyword":
                    self._keyword(found["keyword"], level)
            if level.links > limit or level.postfix > limit or level.nests > limit or len(stack) > self.max_brackets:
                self.reason = "expression nested or chained too deeply"
            if self.cost > MAX_COST:
                self.reason = self.reason or "file too dense to parse"
            if self.reason is not None:
                return None
        return None

    def _keyword(self, word: str, level: _Level) -> None:
        if word == "lambda" or word == "for":
            level.nests += 1
        elif word == "elif":
            self._arm("\\", word)

    def _arm(self, indent: str, word: str) -> None:
        count = self.arms[indent] = 0 if word == "if" else self.arms.get(indent, 0) + 1
        if count > self.max_depth:
            self.reason = "an `if` with too many arms"

    def _resume(self, place: int, quote: str) -> int | None:
        """Goes on behind a field: in the format specification or the text around it."""
        return self._spec(place, quote) if self.stack[-1].spec else self._formatted(place, quote)

    def _spec(self, place: int, quote: str) -> int | None:
        """Scans a format specification, where quotes are plain characters."""
        found = _BRACE.search(self.text, place)
        if found is None:
            return None
        if found.group() == "{":
            return self._field(found.end(), quote)
        self.stack.pop()
        return self._resume(found.end(), quote)

    def _field(self, place: int, quote: str) -> int:
        self.cost += _FIELD
        self.stack.append(_Level(quote))
        return place

    def _formatted(self, place: int, quote: str) -> int | None:
        """Scans the text of an f-string up to its end or its next field."""
        for found in _TEXT[quote].finditer(self.text, place):
            if found.lastgroup == "end":
                return found.end()
            if found.lastgroup == "field":
                return self._field(found.end(), quote)
            if found.lastgroup == "stop":
                return None
        return None


def refusal(text: str, max_bytes: int, max_depth: int) -> str | None:
    """Why a text should not be parsed, or None."""
    if len(text) > max_bytes or len(text.encode("utf-8", "replace")) > max_bytes:
        return f"file larger than {max_bytes:,} bytes"
    scan = _Scan(text, max_depth)
    scan.run()
    return scan.reason
