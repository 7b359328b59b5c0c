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
    f"{q}{{3}}[^{q}\\\\]*(?:(?:\\\\.|{q}(?!{q}{q}))[^{q}\\\\]*)*{q}{{3}}|{q}(?!{q}{q})[^{q}\\\\\r\n]*(?:\\\\.[^{q}\\\\\r\n]*)*{q}" for q in "\"'"
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
    |(?P<operator>[^\s\w]|\s))""",
    re.VERBOSE | re.DOTALL,
)
_TEXT = {
    quote: re.compile(rf"\\[^{{}}]|\{{\{{|\}}\}}|(?P<field>\{{)|(?P<end>{quote})" + (r"|(?P<stop>[\r\n])" if len(quote) == 1 else ""), re.DOTALL)
    for quote in ('"', "'", '"""', "'''")
}


class _Level:
    """What has been seen since the innermost open bracket, or the start of the file; `quote` ends the f-string around a field."""

    __slots__ = ("lambdas", "links", "postfix", "quote")

    def __init__(self, quote: str = "") -> None:
        self.links = self.postfix = self.lambdas = 0
        self.quote = quote


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
        stack = self.stack
        for found in _CODE.finditer(self.text, place):
            kind = found.lastgroup
            level = stack[-1]
            if kind == "newline":
                self.cost += _LINE
            else:
                self.cost += _MARK + _NESTED * len(stack) + _LINKED * (level.links + level.postfix)
            if kind == "open":
                level.postfix += 1
                stack.append(_Level())
            elif kind == "close":
                if len(stack) > 1 and stack.pop().quote:
                    return self._formatted(found.end(), level.quote)
            elif kind == "formatted":
                level.links += 1
                return self._formatted(found.end(), found["quote"])
            elif kind == "unclosed":
                return None
            elif kind != "joined":
                self._mark(kind, found, level)
            if level.links > self.max_depth or level.postfix > self.max_depth or len(stack) > self.max_brackets:
                self.reason = "expression nested or chained too deeply"
                return None
            if self.cost > MAX_COST or level.lambdas > self.max_depth:
                self.reason = self.reason or "file too dense to parse"
                return None
        return None

    def _mark(self, kind: str | None, found: re.Match[str], level: _Level) -> None:
        if kind == "dot":
            level.postfix += 1
        elif kind == "comma":
            level.links = level.postfix = 0
        elif kind == "newline":
            if len(self.stack) == 1:
                level.links = level.postfix = level.lambdas = 0
                if found["arm"]:
                    self._arm(found["indent"], found["arm"])
        else:
            level.links += 1
            level.postfix = 0
            level.lambdas += kind == "keyword" and found.group() == "lambda"

    def _arm(self, indent: str, word: str) -> None:
        count = self.arms[indent] = 0 if word == "if" else self.arms.get(indent, 0) + 1
        if count > self.max_depth:
            self.reason = "if with too many arms"

    def _formatted(self, place: int, quote: str) -> int | None:
        """Scans the text of an f-string up to its end or its next field."""
        for found in _TEXT[quote].finditer(self.text, place):
            if found.lastgroup == "end":
                return found.end()
            if found.lastgroup == "field":
                self.cost += _FIELD
                self.stack.append(_Level(quote))
                return found.end()
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
