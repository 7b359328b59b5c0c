"""`match` becomes tests and assignments on a name of its own."""

from __future__ import annotations

import pytest

from bce_lint import ir
from tests.syntax.nodes import found, statements, texts

CASES = [
    ("match x:\n    case 1: a", ["Assign([$match0], x, None)", "If((== $match0 1), [ExprStmt(a)], [])"]),
    ("match x:\n    case None: a\n    case _: b", ["Assign([$match0], x, None)", "If((is $match0 None), [ExprStmt(a)], [If(True, [ExprStmt(b)], [])])"]),  # noqa: E501
    ("match x:\n    case [a, b]: c", ["Assign([$match0], x, None)", "If((== len($match0) 2), [Assign([a], $match0[0], None) Assign([b], $match0[1], None) ExprStmt(c)], [])"]),  # noqa: E501
    ("match x:\n    case (a, *b, c): d", ["Assign([$match0], x, None)", "If((>= len($match0) 2), [Assign([a], $match0[0], None) Assign([b], list($match0[Slice(1, -1, None)]), None) Assign([c], $match0[-1], None) ExprStmt(d)], [])"]),  # noqa: E501
    ("match x:\n    case {'k': v, **r}: a", ["Assign([$match0], x, None)", "If((in 'k' $match0), [Assign([v], $match0['k'], None) Assign([r], Opaque([]), None) ExprStmt(a)], [])"]),  # noqa: E501
    ("match x:\n    case {}: a", ["Assign([$match0], x, None)", "If(isinstance($match0, dict), [ExprStmt(a)], [])"]),
    ("match x:\n    case P(a, y=b): c", ["Assign([$match0], x, None)", "If(isinstance($match0, P), [Assign([a], getattr($match0, P.__match_args__[0]), None) Assign([b], $match0.y, None) ExprStmt(c)], [])"]),  # noqa: E501
    ("match x:\n    case int(n): c", ["Assign([$match0], x, None)", "If(isinstance($match0, int), [Assign([n], $match0, None) ExprStmt(c)], [])"]),  # noqa: E501
    ("match x:\n    case A() | B(): c", ["Assign([$match0], x, None)", "If((or isinstance($match0, A) isinstance($match0, B)), [ExprStmt(c)], [])"]),  # noqa: E501
    ("match x:\n    case [a] | {'k': a}: c", ["Assign([$match0], x, None)", "If((or (== len($match0) 1) (in 'k' $match0)), [Assign([a], Opaque([]), None) ExprStmt(c)], [])"]),  # noqa: E501
    ("match x:\n    case (1 | 2) as n if n > 1: c\n    case y: d", ["Assign([$match0], x, None)", "If((and (or (== $match0 1) (== $match0 2)) Build(tuple, [Bind(n, $match0)]) (> n 1)), [ExprStmt(c)], [If(True, [Assign([y], $match0, None) ExprStmt(d)], [])])"]),  # noqa: E501
    ("match x, y:\n    case -1, a.b: c", ["Assign([$match0], Build(tuple, [x y]), None)", "If((and (== len($match0) 2) (== $match0[0] -1) (== $match0[1] a.b)), [ExprStmt(c)], [])"]),  # noqa: E501
    ("match x:\n    case [*_]: c", ["Assign([$match0], x, None)", "If((>= len($match0) 0), [ExprStmt(c)], [])"]),
]


@pytest.mark.parametrize(("text", "lowered"), CASES, ids=[text.partition("case ")[2] for text, _ in CASES])
def test_match(text: str, lowered: list[str]) -> None:
    assert statements(text + "\n") == lowered


def test_subjects_have_names_of_their_own() -> None:
    names = [node.targets[0] for node in found("match a:\n    case 1:\n        match b:\n            case 2: pass\n", ir.Assign)]
    assert [name.id for name in names if isinstance(name, ir.Name)] == ["$match0", "$match1"]


def test_spans_of_captures() -> None:
    text = "match x:\n    case A(y=é):\n        f(é)\n"
    assert texts(text, ir.Assign) == ["x", "é"]
