"""The kinds of values that settings have: what is allowed, what is wrong with a value, and the same as JSON schema.

What a schema cannot say is left to the reader: whether a folder inside the project is a link that leads out of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple, TypeAlias

from bce_lint.config.problem import nearest, quoted

LEVELS: Final = ("error", "warning", "info")
Fault: TypeAlias = tuple[str, str]
"""Where below a setting something is wrong (nothing: the setting itself), and what."""
Schema: TypeAlias = dict[str, Any]

_LEADING_OUT: Final = re.compile(r"(^|/)\.\.(/|$)")
FOLDER: Final = r"^(?!/)(?!([^/]*/)*\.\.(/|$))(?![A-Za-z]:)[^\\\u0000]+$"
"""What a folder inside that of the configuration looks like, to a schema."""
_KINDS: Final = "alnum|alpha|blank|cntrl|digit|graph|lower|print|punct|space|upper|xdigit"
_ONE: Final = rf"(\[:({_KINDS}):\]|\\.|(?!\[:[^\]]*:\])[^\]\\])"
PATTERN: Final = rf"^(?!#)(?!!?/? *$)(?!!?([^/]*/)*\.\.(/| *$))([^\[\\]|\\.|\[[!^]?(\]|{_ONE}){_ONE}*\])+$"
"""What a pattern that is read as `.gitignore` reads it looks like, to a schema."""


class ValueKind(NamedTuple):
    """A kind of value: what is allowed, in words; what is wrong with a value; and how a schema says it."""

    allowed: str
    problems: Callable[[Any], Iterator[Fault]]
    schema: Callable[[], Schema]


def _flag(value: Any) -> Iterator[Fault]:
    if not isinstance(value, bool):
        yield "", f"takes true or false, not {quoted(value)}"


MOST_JOBS: Final = 1_000


def _count(value: Any) -> Iterator[Fault]:
    if type(value) is not int or not 0 <= value <= MOST_JOBS:
        yield "", f"takes a whole number from 0 to {MOST_JOBS}, not {quoted(value)}"


def _texts(what: str, check: Callable[[str], str]) -> Callable[[Any], Iterator[Fault]]:
    """What is wrong with a list of texts, each of which `check` looks at."""

    def _problems(value: Any) -> Iterator[Fault]:
        if not isinstance(value, list):
            yield "", f"takes a list of {what}, not {quoted(value)}"
            return
        for one in value:
            problem = check(one) if isinstance(one, str) else f"takes {what}, as texts, not {quoted(one)}"
            if problem:
                yield "", problem

    return _problems


def _rule(selector: str) -> str:
    from bce_lint.rules.selection import codes

    try:
        codes(selector)
    except ValueError as error:
        return str(error)
    return ""


def pattern_problem(pattern: str) -> str:
    """Why a text is no pattern, or nothing."""
    from bce_lint.source.patterns import parsed

    if _LEADING_OUT.search(pattern.removeprefix("!").rstrip(" ")):
        return f"takes patterns of paths below its folder; {quoted(pattern)} leads out of it"
    return "" if parsed(pattern) is not None and "\n" not in pattern else f"takes patterns as in .gitignore; {quoted(pattern)} is none"


def folder_problem(folder: str) -> str:
    """Why a text names no folder inside that of the configuration, as far as the text tells, or nothing."""
    if re.match(FOLDER, folder) and "\n" not in folder:
        return ""
    return f"takes folders below that of the configuration, without a leading / and without ..; {quoted(folder)} is none"


def _folder(value: Any) -> Iterator[Fault]:
    if not isinstance(value, str):
        yield "", f"takes a folder, not {quoted(value)}"
    elif problem := folder_problem(value):
        yield "", problem


def formats() -> tuple[str, ...]:
    """The output formats."""
    from bce_lint.report import FORMATS

    return tuple(FORMATS)


def _format(value: Any) -> Iterator[Fault]:
    if value not in formats():
        close = nearest(value, formats()) if isinstance(value, str) else ""
        yield "", f"takes {_either(formats())}, not {quoted(value)}{close}"


def _either(words: tuple[str, ...]) -> str:
    *others, last = map(quoted, words)
    return f"{', '.join(others)} or {last}"


def _rules_by_pattern(value: Any) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield "", f"takes a table of patterns with lists of rules, not {quoted(value)}"
        return
    for pattern, rules in value.items():
        if problem := pattern_problem(pattern):
            yield "", problem
        yield from ((quoted(pattern), problem) for _, problem in RULES.problems(rules))


def _levels(value: Any) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield "", f"takes a table of rules with {_either(LEVELS)}, not {quoted(value)}"
        return
    for rule, level in value.items():
        if problem := _rule(rule):
            yield "", problem
        if level not in LEVELS:
            close = nearest(level, LEVELS) if isinstance(level, str) else ""
            yield rule, f"takes {_either(LEVELS)}, not {quoted(level)}{close}"


def selectors() -> list[str]:
    """All that stands for rules: the beginnings of codes, codes and names."""
    from bce_lint.rules.registry import RULES as rules

    return sorted({rule.code[:length] for rule in rules for length in range(1, len(rule.code) + 1)} | {rule.name for rule in rules})


def _list_of(items: Schema) -> Callable[[], Schema]:
    return lambda: {"type": "array", "items": items}


_RULE: Final[Schema] = {"$ref": "#/definitions/rule"}
_PATTERN: Final[Schema] = {"$ref": "#/definitions/pattern"}
_FOLDER: Final[Schema] = {"$ref": "#/definitions/folder"}


def definitions() -> dict[str, Schema]:
    """What the schemas of several kinds refer to."""
    return {
        "rule": {"description": "A rule's code, the beginning of one, or a rule's name.", "enum": selectors()},
        "pattern": {"description": "A pattern as in .gitignore.", "type": "string", "pattern": PATTERN},
        "folder": {"description": "A folder inside that of the configuration.", "type": "string", "pattern": FOLDER},
    }


RULES: Final = ValueKind("a list of codes, beginnings of codes, or names", _texts("rules", _rule), _list_of(_RULE))
PATTERNS: Final = ValueKind("a list of patterns as in `.gitignore`", _texts("patterns", pattern_problem), _list_of(_PATTERN))
FOLDERS: Final = ValueKind("a list of folders inside that of the configuration", _texts("folders", folder_problem), _list_of(_FOLDER))
ONE_FOLDER: Final = ValueKind("a folder inside that of the configuration", _folder, lambda: _FOLDER)
FLAG: Final = ValueKind("`true` or `false`", _flag, lambda: {"type": "boolean"})
COUNT: Final = ValueKind("a whole number", _count, lambda: {"type": "integer", "minimum": 0, "maximum": MOST_JOBS})
FORMAT: Final = ValueKind("the name of an output format", _format, lambda: {"enum": list(formats())})
RULES_BY_PATTERN: Final = ValueKind(
    "a table: a pattern as in `.gitignore`, and a list of rules",
    _rules_by_pattern,
    lambda: {"type": "object", "propertyNames": _PATTERN, "additionalProperties": _list_of(_RULE)()},
)
LEVEL_BY_RULE: Final = ValueKind(
    'a table: a rule, and `"error"`, `"warning"` or `"info"`',
    _levels,
    lambda: {"type": "object", "propertyNames": _RULE, "additionalProperties": {"enum": list(LEVELS)}},
)
