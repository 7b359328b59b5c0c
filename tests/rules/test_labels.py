"""The places of findings and of their labels, in all fixtures: each is an expression of the file, and says something of its own."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from bce_lint.diagnostic import Diagnostic, Location
from bce_lint.engine import check
from bce_lint.rules.judge import MAX_LABELS
from bce_lint.rules.registry import default_codes
from bce_lint.source.text import decode

pytestmark = pytest.mark.any_python

FIXTURES = Path(__file__).parents[1] / "fixtures"
FILES = [path for folder in ("rules", "projects") for path in sorted((FIXTURES / folder).rglob("*.py"))]
CODES = default_codes() | {"BCE123"}


@cache
def findings() -> tuple[Diagnostic, ...]:
    """All findings, of one run."""
    return check(FILES, CODES).diagnostics


@cache
def _text(path: str) -> tuple[str, tuple[int, ...]]:
    source = decode(Path(path).read_bytes(), path)
    starts = [source.offset(row, 1) for row in range(1, source.text.count("\n") + 2)]
    return source.text, tuple(starts)


def written(place: Location) -> str:
    """What stands at a place."""
    text, starts = _text(place.path)
    return text[starts[place.start.row - 1] + place.start.column - 1 : starts[place.end.row - 1] + place.end.column - 1]


def is_expression(text: str) -> bool:
    """True if a text is one expression, over several lines perhaps."""
    try:
        return "" != text == text.strip() and bool(ast.parse(f"({text}\n)", mode="eval"))
    except SyntaxError:
        return False


def test_every_finding_and_every_label_is_at_an_expression() -> None:
    places = [(one, place) for one in findings() for place in (one.location, *(label.location for label in one.labels))]
    assert len(places) > 1_000
    assert [(one.code, place, written(place)) for one, place in places if not is_expression(written(place))] == []


def test_no_label_says_what_is_said_already() -> None:
    for one in findings():
        assert len(one.labels) <= MAX_LABELS
        assert len(set(one.labels)) == len(one.labels), one
        assert one.location not in [label.location for label in one.labels], one
