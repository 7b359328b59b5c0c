"""What LibCST's parse of the patterns of `case` would cost: it doubles at each bracket around a part, and more than that in a mapping."""

from __future__ import annotations

import re

MAX_WEIGHT = 60_000
"""About three microseconds each: what all patterns of a text may come to."""
_FACTORS = {"(": 2, "[": 2, "{": 4}
_CASE = re.compile(r"(?:^|(?<=[\r\n:]))[ \t\f]*case\b", re.MULTILINE)
_TOKEN = re.compile(
    r"[^\"'#()\[\]{}:,|\r\n]*(?:(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<part>[,|])|(?P<colon>:)|(?P<line>\r\n?|\n)"
    r"|#[^\r\n]*|\"(?:\\.|[^\"\\\r\n])*\"|'(?:\\.|[^'\\\r\n])*'|(?P<other>[\"']))",
    re.DOTALL,
)


def too_costly(text: str) -> bool:
    """True if LibCST should not be given a text."""
    weight = place = 0
    while (found := _CASE.search(text, place)) is not None and weight <= MAX_WEIGHT:
        cost, place = _weight(text, found.end(), MAX_WEIGHT - weight)
        weight += cost
    return weight > MAX_WEIGHT


def _weight(text: str, place: int, most: int) -> tuple[int, int]:
    """What the brackets and parts of one pattern come to, up to somewhat above `most`; and where it ends."""
    weight, factors = 0, [1]
    while weight <= most and (found := _TOKEN.match(text, place)) is not None:
        place = found.end()
        if found["open"]:
            factors.append(factors[-1] * _FACTORS[found["open"]])
            weight += factors[-1]
        elif found["close"] and len(factors) > 1:
            factors.pop()
        elif found["part"]:
            weight += factors[-1]
        elif found["other"] or (len(factors) == 1 and (found["colon"] or found["line"])):
            break
    return weight, place
