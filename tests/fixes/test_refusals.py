"""Each reason for which a fix is refused is said of some fixture, or asked for by a test, to the letter."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.told import TOLD

HERE = Path(__file__)
FIXES = HERE.parents[2] / "bce_lint" / "fixes"


def _reasons() -> Iterator[tuple[str, ast.expr]]:
    """What the package raises a refusal with, by file and line; a name, a call or what a function of the same file found is looked up."""
    for path in sorted(FIXES.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refusal":
                if isinstance(reason := node.args[0], ast.Attribute):
                    yield from _found_by(path.name, tree, f"_{reason.attr}")
                else:
                    yield f"{path.name}:{node.lineno}", _looked_up(tree, reason)


def _found_by(file: str, tree: ast.Module, function: str) -> Iterator[tuple[str, ast.expr]]:
    """What a function returns that looks for a reason, but for the empty text: there is none."""
    found = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == function)
    for node in ast.walk(found):
        if isinstance(node, ast.Return) and node.value is not None:
            values = [node.value.body, node.value.orelse] if isinstance(node.value, ast.IfExp) else [node.value]
            yield from ((f"{file}:{one.lineno}", one) for one in values if ast.unparse(one) != "''")


def _looked_up(tree: ast.Module, reason: ast.expr) -> ast.expr:
    for node in tree.body:
        if isinstance(reason, ast.Name) and isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == reason.id:
            return node.value
        if isinstance(reason, ast.Call) and isinstance(node, ast.FunctionDef) and node.name == ast.unparse(reason.func):
            return next(one.value for one in node.body if isinstance(one, ast.Return) and one.value is not None)
    return reason


def _pattern(reason: ast.expr) -> str:
    """A pattern for what is said: what is put in may be anything."""
    match reason:
        case ast.Constant(value=str() as text):
            return re.escape(text)
        case ast.JoinedStr():
            return "".join(map(_pattern, reason.values))
        case ast.FormattedValue():
            return ".*"
    raise AssertionError(f"no text: {ast.unparse(reason)}")


REASONS = {place: reason for place, reason in _reasons() if ast.unparse(reason) != "str(found)"}
"""All but what was refused before and is raised again."""


def _asked_for() -> str:
    """What is said of the fixtures, and the texts of the tests."""
    told = [path.read_text(encoding="utf-8") for path in sorted(TOLD.rglob("*.txt"))]
    tests = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(HERE.parent.glob("*.py")) if path != HERE]
    return "\n".join((*told, *(text for tree in tests for node in ast.walk(tree) if (text := _text(node)))))


def _text(node: ast.AST) -> str:
    """What a text of a test says; what is put in is no matter."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr():
            return "".join(map(_text, node.values))
    return ""


@pytest.fixture(scope="module")
def asked_for() -> str:
    return _asked_for()


@pytest.mark.parametrize("place", REASONS)
def test_a_reason_is_said_somewhere(place: str, asked_for: str) -> None:
    assert re.search(_pattern(REASONS[place]), asked_for), f"no fixture is refused with: {ast.unparse(REASONS[place])}"


def test_there_are_reasons() -> None:
    assert len(REASONS) > 80
