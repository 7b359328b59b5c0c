"""The pieces that fixes are built of, each on a line of source: dimensions behind an index, what a call says, how text is put in."""

from __future__ import annotations

import pytest

from bce_lint import ir
from bce_lint.fixes.dimension import given, is_said, said
from bce_lint.fixes.edit import DISPLAY_ONLY, SAFE, UNSAFE, Refusal, changed, trust
from bce_lint.fixes.last_readers import _is_before
from bce_lint.fixes.meeting import _last, _of_batch
from bce_lint.fixes.order import behind_index, behind_loop, said_dimension
from bce_lint.fixes.switched_off import _is_off
from bce_lint.fixes.tree import Tree, constant, name_of
from bce_lint.ir.walk import last_name
from bce_lint.source.text import decode
from bce_lint.syntax.parse import lower


def tree_of(text: str) -> Tree:
    """The tree of a source text."""
    return Tree(decode(text.encode(), "a.py"), lower(text))


def call_in(tree: Tree) -> ir.Call:
    """The outermost call of a text."""
    found = [node for node in tree.nodes if isinstance(node, ir.Call)]
    return min(found, key=lambda one: (one.span.start, -one.span.end))


SETTING = (
    "def f(x, mask, j, k=0):\n    n = 3\n    m = mask > 0\n    total = len(x)\n    copied = n\n    mixed = n + mask\n    loop = loop2\n"
    "    loop2 = loop\n    a, b = 1, 2\n    for i in range(3):\n        for at, row in enumerate(x):\n            for p, q in x:\n"
)


@pytest.mark.parametrize(
    ("index", "front", "back"),
    [
        # where dims 0, 1, 2 and -1, -2 are behind the index
        ("0", (None, 0, 1), (-1, None)), ("-1", (None, 0, 1), (-1, None)), ("n", (None, 0, 1), (-1, None)), ("i", (None, 0, 1), (-1, None)),
        ("at", (None, 0, 1), (-1, None)), ("row", (0, 1, 2), (-1, None)), ("p", (0, 1, 2), (-1, None)), ("total", (None, 0, 1), (-1, None)),
        ("copied", (None, 0, 1), (-1, None)), ("n + 1", (None, 0, 1), (-1, None)), ("n + mask", (0, 1, 2), (-1, None)),
        ("mixed", (0, 1, 2), (-1, None)), ("loop", (0, 1, 2), (-1, None)), ("a", (0, 1, 2), (-1, None)), ("m", (0, 1, 2), (-1, None)),
        ("mask", (0, 1, 2), (-1, None)), ("int(j)", (None, 0, 1), (-1, None)), ("other(j)", (0, 1, 2), (-1, None)),
        ("j.item()", (None, 0, 1), (-1, None)), (":", (0, 1, 2), (-1, None)), ("1:3", (0, 1, 2), (-1, None)),
        ("None", (1, 2, 3), (-1, None)),
        ("...", (0, 1, 2), (-1, None)), (":, 0", (0, None, 1), (None, None)), ("0, :", (None, 0, 1), (-1, None)),
        (":, None", (0, 2, 3), (None, None)), ("None, :", (1, 2, 3), (-1, None)), ("..., 0", (None, None, None), (None, None)),
        (":, mask", (0, 1, 2), (-1, None)), ("mask, mask", (None, None, None), (None, None)), ("mask, 0", (0, None, 1), (None, None)),
        ("0, ...", (None, 0, 1), (-1, None)), (":, ...", (0, 1, 2), (-1, None)), ("*rest, 0", (None, None, None), (None, None)),
        ("0, 0, 0", (None, None, None), (None, None)), ("'a'", (0, 1, 2), (-1, None)), ("[0, 1]", (0, 1, 2), (-1, None)),
    ],
)  # fmt: skip
def test_where_a_dimension_is_behind_an_index(index: str, front: tuple[int | None, ...], back: tuple[int | None, ...]) -> None:
    tree = tree_of(f"{SETTING}                y = x[{index}]\n")
    item = next(node for node in tree.nodes if isinstance(node, ir.Item))
    assert tuple(behind_index(tree, item.index, dim) for dim in range(3)) == front
    assert tuple(behind_index(tree, item.index, dim) for dim in (-1, -2)) == back
    assert behind_index(tree, item.index, None) is None


def test_where_a_dimension_is_in_a_loop() -> None:
    assert [behind_loop(dim) for dim in (None, 0, 1, 2, -1, -2)] == [None, None, 0, 1, -1, -2]


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("x.sum()", (False, None)), ("x.sum(1)", (True, 1)), ("x.sum(-1)", (True, -1)), ("x.sum(dim=2)", (True, 2)),
        ("x.sum(axis=2)", (True, 2)), ("x.sum(keepdim=True)", (False, None)), ("x.sum(n)", (True, None)), ("x.sum(0, dim=1)", (True, 1)),
    ],
)  # fmt: skip
def test_which_dimension_a_call_says(call: str, told: tuple[bool, object]) -> None:
    tree = tree_of(call)
    node = call_in(tree)
    assert isinstance(node.func, ir.Attr)
    assert said_dimension(node.func.value, node) == told


@pytest.mark.parametrize(
    ("before", "index", "known", "after"),
    [
        ("softmax(x)", 1, False, "softmax(x, dim=1)"), ("softmax(x, None)", 1, False, "softmax(x, 1)"),
        ("softmax()", 0, False, "softmax(dim=1)"),
        ("softmax(x, dim=None)", 1, False, "softmax(x, dim=1)"), ("softmax(x, dim=0)", 1, True, ""), ("softmax(x, 0)", 1, True, ""),
        ("softmax(x, axis=0)", 1, True, ""), ("softmax(*x)", 1, True, ""), ("softmax(**x)", 1, True, ""),
        ("softmax(x, dtype=d)", 1, False, "softmax(x, dtype=d, dim=1)"), ("softmax(None)", 0, False, "softmax(1)"),
    ],
)  # fmt: skip
def test_a_dimension_is_said_once(before: str, index: int, known: bool, after: str) -> None:
    tree = tree_of(before)
    call = call_in(tree)
    assert is_said(call, index) is known
    if not known:
        span, text = said(tree, call, "1", index)
        assert changed(decode(before.encode(), "a.py"), [tree.edit(span, text)]) == after
    elif "*" in before:
        with pytest.raises(Refusal, match="its arguments are not written out"):
            said(tree, call, "1", index)
    else:
        assert (given(call, index) is None) is ("axis" in before)


@pytest.mark.parametrize(
    ("index", "whole"),
    [("0", True), ("mask", True), ("0, :", True), (":, :", True), ("0, 1", False), ("0, 1:", False), ("0, :1", False), ("0, ::2", False),
     ("...", False), ("..., 0", False), ("0, None", False), ("None, :", True)],
)  # fmt: skip
def test_an_index_of_the_batch(index: str, whole: bool) -> None:
    item = next(node for node in tree_of(f"x[{index}]").nodes if isinstance(node, ir.Item))
    assert _of_batch(item.index) is whole


def test_the_last_part_of_a_name() -> None:
    assert [_last(name) for name in ("torch.nn.Softmax", "method sum", "a.b c", "x")] == ["Softmax", "sum", "c", "x"]


@pytest.mark.parametrize(
    ("text", "value"), [("1", 1), ("-1", -1), ("'a'", "a"), ("None", None), ("True", True), ("1.5", 1.5), ("n", None), ("f(1)", None)]
)
def test_constants_that_are_written(text: str, value: object) -> None:
    (statement,) = lower(text).body
    assert isinstance(statement, ir.ExprStmt)
    found = constant(statement.value)
    assert found == value and type(found) is type(value)
    assert constant(None) is None


def test_names_of_calls() -> None:
    assert [name_of(call_in(tree_of(text))) for text in ("f(1)", "a.f(1)", "a.b.f(1)", "a[0](1)")] == ["f", "f", "f", ""]
    assert [last_name(call_in(tree_of(text)).func) for text in ("f(1)", "a.f(1)")] == ["f", "f"]


def test_the_least_trust_is_that_of_the_whole() -> None:
    assert [trust(one) for one in (DISPLAY_ONLY, UNSAFE, SAFE)] == [0, 1, 2]
    assert min((SAFE, DISPLAY_ONLY, UNSAFE), key=trust) == DISPLAY_ONLY


@pytest.mark.parametrize(
    ("value", "off"),
    [
        ("None", True), ("False", True), ("True", False), ("0.5", False), ("nn.Identity()", True), ("nn.Identity", True),
        ("Identity()", True),
        ("Identity", True), ("nn.Sigmoid()", False), ("f()()", False), ("x[0]", False), ("'sigmoid'", False),
    ],
)  # fmt: skip
def test_what_switches_an_activation_off(value: str, off: bool) -> None:
    (statement,) = lower(value).body
    assert isinstance(statement, ir.ExprStmt)
    assert _is_off(statement.value) is off


@pytest.mark.parametrize(
    ("body", "before"),
    [
        ("print(x)\n    x = f(x)", [True, False, True]), ("x = f(x)\n    print(x)", [False, True, False]),
        ("for i in x:\n        x = f(x)", [False, False, False]), ("while x:\n        x = f(x)", [False, False, False]),
    ],
)  # fmt: skip
def test_what_is_read_before_a_statement(body: str, before: list[bool]) -> None:
    for header, counted in (("x", True), ("y", False)):
        tree = tree_of(f"def g({header}):\n    {body}\n")
        statement = next(one for one in tree.of(ir.Assign))
        names = sorted(tree.names("x"), key=lambda one: one.span.start)
        assert [_is_before(tree, name, statement) for name in names] == [one and counted for one in before]
