"""Changes of a text that need no tree: its lines, its words and marks, its blanks."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import TypeAlias

from tests.fuzz.extremes import NUMBERS, VALUES

Mutation: TypeAlias = Callable[[random.Random, str], str]

_TOKEN = re.compile(r"\w+|[ \t]+|\r\n?|\n|\"[^\"\n]*\"|'[^'\n]*'|\*\*|//|[=!<>]=|->|:=|.", re.DOTALL)
_NAME = re.compile(r"\b[A-Za-z_]\w*\b")
_NUMBER = re.compile(r"\b\d[\w.]*")
_OPERATOR = re.compile(r"(?<=\s)(?:[-+*/%@&|^<>]|\*\*|//|==|!=|<=|>=|and|or|in|is|not in|=|\+=|:=)(?=\s)")
_OPERATORS = (
    "+",
    "-",
    "*",
    "/",
    "//",
    "%",
    "**",
    "@",
    "<<",
    "&",
    "|",
    "<",
    "==",
    "!=",
    "in",
    "is not",
    "and",
    "or",
    "=",
    "+=",
    "@=",
    ":=",
    "->",
    ",",
)
_ODD_CHARACTERS = (
    "\0",
    "\f",
    "\v",
    "\t",
    "\x1b[31m",
    "\u202e",
    "\u2066",
    "\ufeff",
    "\u2028",
    "\x85",
    "é",
    "µ",
    "\ufb01",
    "\U0001d431",
    "\ud800",
    "\\",
    "\\\n",
    "`",
    "$",
    "?",
    "!",
    "%",
    "\u3000",
    "\xa0",
    "😀",
    "#",
    '"""',
    "'",
    "{",
    "}",
    "(",
    ")",
    "]",
    ";",
    ":",
    "@",
    "\r",
    "~",
    "f'{",
    "*",
    "**",
    "...",
)
_HEADS = (
    "if x:",
    "while True:",
    "for i in range(3):",
    "for i in x:",
    "with torch.no_grad():",
    "with torch.autocast('cuda'):",
    "try:",
    "def f(x=None):",
    "class A(nn.Module):",
    "async def f():",
    "match x:",
    "if False:",
    "else:",
    "except Exception:",
    "finally:",
)


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True) or [""]


def _some(rng: random.Random, size: int) -> slice:
    start = rng.randrange(size)
    return slice(start, start + rng.choice((1, 1, 1, 2, 5, 20)))


def delete_lines(rng: random.Random, text: str) -> str:
    """Some lines are gone."""
    lines = _lines(text)
    del lines[_some(rng, len(lines))]
    return "".join(lines)


def repeat_lines(rng: random.Random, text: str) -> str:
    """Some lines stand there often."""
    lines = _lines(text)
    place = _some(rng, len(lines))
    lines[place] = lines[place] * rng.choice((2, 2, 3, 20, 100))
    return "".join(lines)


def move_lines(rng: random.Random, text: str) -> str:
    """Some lines stand elsewhere."""
    lines = _lines(text)
    place = _some(rng, len(lines))
    moved = lines[place]
    del lines[place]
    at = rng.randrange(len(lines) + 1)
    return "".join((*lines[:at], *moved, *lines[at:]))


def indent_lines(rng: random.Random, text: str) -> str:
    """Some lines stand further in or out, with tabs or blanks."""
    lines = _lines(text)
    place = _some(rng, len(lines))
    by = rng.choice(("    ", " ", "\t", "\f", "  \f  ", ""))
    lines[place] = [by + line if by else line.lstrip(" \t") for line in lines[place]]
    return "".join(lines)


def nest_lines(rng: random.Random, text: str) -> str:
    """Some lines stand in a block, or in a block of a block."""
    lines = _lines(text)
    place = _some(rng, len(lines))
    inner = lines[place]
    if not inner:
        return text
    for _ in range(rng.choice((1, 1, 1, 2, 3, 40))):
        outer = re.match(r"[ \t]*", inner[0])
        inner = [(outer[0] if outer else "") + rng.choice(_HEADS) + "\n", *(f"    {line}" for line in inner)]
    lines[place] = inner
    return "".join(lines)


def _change_token(rng: random.Random, text: str, change: Callable[[list[str], int], None]) -> str:
    tokens = _TOKEN.findall(text)
    solid = [index for index, token in enumerate(tokens) if not token.isspace()]
    if not solid:
        return text
    change(tokens, rng.choice(solid))
    return "".join(tokens)


def delete_token(rng: random.Random, text: str) -> str:
    """A word or mark is gone."""
    return _change_token(rng, text, lambda tokens, at: tokens.__setitem__(at, ""))


def repeat_token(rng: random.Random, text: str) -> str:
    """A word or mark stands there often."""
    times = rng.choice((2, 2, 2, 3, 30, 3000))
    return _change_token(rng, text, lambda tokens, at: tokens.__setitem__(at, tokens[at] * times))


def swap_tokens(rng: random.Random, text: str) -> str:
    """A word or mark stands where another one stood, and the other way round."""
    other = rng.random()

    def _swap(tokens: list[str], at: int) -> None:
        there = int(other * len(tokens))
        tokens[at], tokens[there] = tokens[there], tokens[at]

    return _change_token(rng, text, _swap)


def _replace_one(rng: random.Random, pattern: re.Pattern[str], text: str, choose: Callable[[str], str], all_of_it: bool = False) -> str:
    found = list(pattern.finditer(text))
    if not found:
        return text
    one = rng.choice(found)
    new = choose(one[0])
    if all_of_it:
        return re.sub(rf"\b{re.escape(one[0])}\b", lambda _: new, text)
    return text[: one.start()] + new + text[one.end() :]


def replace_name(rng: random.Random, text: str) -> str:
    """A name is another one of the text, at one place or everywhere."""
    names = _NAME.findall(text)
    return _replace_one(rng, _NAME, text, lambda _: rng.choice(names), rng.random() < 0.3) if names else text


def replace_name_by_value(rng: random.Random, text: str) -> str:
    """A name is an extreme value."""
    return _replace_one(rng, _NAME, text, lambda _: f"({rng.choice(VALUES)})")


def replace_number(rng: random.Random, text: str) -> str:
    """A number is an extreme one."""
    return _replace_one(rng, _NUMBER, text, lambda _: rng.choice(NUMBERS))


def replace_operator(rng: random.Random, text: str) -> str:
    """An operator is another one."""
    return _replace_one(rng, _OPERATOR, text, lambda _: rng.choice(_OPERATORS))


def bracket(rng: random.Random, text: str) -> str:
    """A word stands in brackets, once or very often."""
    times = rng.choice((1, 1, 2, 10, 90, 250, 3000))
    start, end = rng.choice(
        (
            ("(", ")"),
            ("[", "]"),
            ("f(", ")"),
            ("{", "}"),
            ("[*", "]"),
            ("-", ""),
            ("not ", ""),
            ("lambda: ", ""),
            ("", "[0]"),
            ("", ".x"),
            ("", "()"),
            ("(", ",)"),
            ("torch.sigmoid(", ")"),
            ("nn.Sequential(", ")"),
            ("[", " for x in y]"),
            ("x if x else ", ""),
        )
    )
    return _replace_one(rng, _NAME, text, lambda word: start * times + word + end * times)


def odd_blanks(rng: random.Random, text: str) -> str:
    """Blanks, line ends and continued lines where none were needed."""
    blank = rng.choice((" ", "\t", "\f", " \f ", "\\\n", "  " * 500, "\n" * 300, "\r", "\n\f\n", "# c\n"))
    return _replace_one(rng, re.compile(r"[ \t]+|\n" if rng.random() < 0.5 else r"(?<=\W)|(?=\W)"), text, lambda word: word + blank)


def odd_character(rng: random.Random, text: str) -> str:
    """A character that nobody types, anywhere."""
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(_ODD_CHARACTERS) * rng.choice((1, 1, 1, 5)) + text[at:]


def truncate(rng: random.Random, text: str) -> str:
    """The end or the beginning is gone."""
    at = rng.randrange(len(text) + 1)
    return text[:at] if rng.random() < 0.7 else text[at:]


LINES: tuple[Mutation, ...] = (delete_lines, repeat_lines, move_lines, indent_lines, nest_lines)
"""Changes of lines."""

TOKENS: tuple[Mutation, ...] = (
    delete_token,
    repeat_token,
    swap_tokens,
    replace_name,
    replace_name,
    replace_name_by_value,
    replace_number,
    replace_operator,
    bracket,
)
"""Changes of words and marks."""

BLANKS: tuple[Mutation, ...] = (odd_blanks, odd_character, truncate)
"""Changes of what stands between them."""
