"""A kind of fix is known in one room: its name and its row stand in `bce_lint.fixes`, and rules alone name it, to ask for it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bce_lint.fixes.intent import Change
from bce_lint.fixes.kinds import KINDS, Callers, Claim

pytestmark = pytest.mark.any_python

PACKAGE = Path(__file__).parents[2] / "bce_lint"
ROOM = PACKAGE / "fixes"
CHECKS = PACKAGE / "rules" / "checks"
ELSEWHERE = sorted(path for path in PACKAGE.rglob("*.py") if not path.is_relative_to(ROOM))


def named(text: str) -> list[str]:
    """Where a text names a kind of fix, or the enumeration of them, other than in an intent, or asks an intent for its kind."""
    tree = ast.parse(text)
    asked = {id(call.args[0]) for call in ast.walk(tree) if isinstance(call, ast.Call) and _is_intent(call) and call.args}
    return [f"line {line}: {name}" for line, name in _names(tree, asked)]


def _is_intent(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "FixIntent"


def _names(tree: ast.Module, asked: set[int]) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _is_change(node.value) and id(node) not in asked:
            yield node.lineno, f"Change.{node.attr}"
        elif isinstance(node, ast.Attribute) and node.attr == "Change":
            yield node.lineno, "Change of its module"
        elif isinstance(node, ast.Attribute) and node.attr == "change":
            yield node.lineno, "an intent's kind"
        elif isinstance(node, ast.alias) and node.name == "Change" and node.asname is not None:
            yield node.lineno, f"Change as {node.asname}"


def _is_change(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "Change"


def imports(text: str) -> bool:
    """True if a text imports the enumeration of the kinds."""
    return any(alias.name == "Change" for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom) for alias in node.names)


@pytest.mark.parametrize("path", ELSEWHERE, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_other_room_tells_kinds_apart(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert named(text) == []
    assert not imports(text) or path.is_relative_to(CHECKS)


@pytest.mark.parametrize(
    "text",
    [
        "if intent.change is Change.FUSE: ...",
        "KINDS = {Change.DROP, Change.LOG}",
        "from bce_lint.fixes.intent import Change as C",
        "from bce_lint.fixes import intent\nintent.Change.DROP",
        "other(Change.DROP, site)",
        "if intent.change.name == 'FUSE': ...",
        "kept = [one for one in intents if one.change == wanted]",
    ],
)
def test_a_kind_that_is_told_apart_elsewhere_is_seen(text: str) -> None:
    assert named(text) != []


def test_a_rule_may_ask_for_a_kind() -> None:
    assert named('fix = FixIntent(Change.RETYPE, site, "CrossEntropyLoss")') == []


def test_each_kind_has_a_row_and_a_title_of_its_own() -> None:
    assert list(KINDS) == list(Change)
    assert len({change.value for change in Change}) == len(Change)


FLAGS = {
    "takes_activation": {Change.DROP, Change.DROP_INNER, Change.FUSE, Change.LOGARITHM},
    "repairs": {Change.CALL, Change.SWAP, Change.CAST_TARGET, Change.CAST_WEIGHT, Change.SHAPE},
    "one_operation": {Change.CALL, Change.DIMENSION, Change.THRESHOLD},
    "formula": {Change.FORMULA},
    "compares": {Change.THRESHOLD},
    "out_of_range": {Change.RETYPE},
    "in_autocast": {Change.FUSE},
}


@pytest.mark.parametrize("flag", FLAGS)
def test_what_holds_for_a_few_kinds(flag: str) -> None:
    assert {change for change, kind in KINDS.items() if getattr(kind, flag)} == FLAGS[flag]


@pytest.mark.parametrize("change", Change, ids=lambda change: change.name)
def test_a_row_is_whole(change: Change) -> None:
    kind = KINDS[change]
    assert bool(kind.claims) is (change is not Change.NONE), "what writes edits claims something of them"
    for claims in (kind.claims, *([] if kind.special is None else [kind.special.claims])):
        assert Claim.EQUIVALENT not in claims[:-1], "it would be its own reference for the claims behind it"
    assert kind.recorded or not kind.takes_activation, "others may use what an activation returned"
    assert kind.recorded or kind.callers is not Callers.BUILDER or change is Change.NONE, "who looks at all callers must know them"
