"""Every kind of statement, lowered, and the names that scopes bind."""

from __future__ import annotations

import pytest

from bce_lint import ir
from bce_lint.syntax.build import MAX_ARMS
from bce_lint.syntax.parse import lower
from tests.syntax.nodes import found, function, statements, texts

CASES = [
    ("x = 1", ["Assign([x], 1, None)"]),
    ("a = b = c", ["Assign([a b], c, None)"]),
    ("a, (b, *c) = d", ["Assign([Build(tuple, [a Build(tuple, [b Star(c)])])], d, None)"]),
    ("x: int", ["Declare(x, int)"]),
    ("x: int = 1", ["Assign([x], 1, int)"]),
    ("x += 1", ["AugAssign(x, +, 1)"]),
    ("x @= y", ["AugAssign(x, @, y)"]),
    ("a.b = c", ["Assign([a.b], c, None)"]),
    ("a[0] = c", ["Assign([a[0]], c, None)"]),
    ("del a, b[0]", ["Delete([a b[0]])"]),
    ("del (a)", ["Delete([a])"]),
    ("assert a, b", ["Assert(a)"]),
    ("raise", ["Raise(None)"]),
    ("raise A from b", ["Raise(A)"]),
    ("import a.b.c", ["ImportModule(a.b.c, a, False)"]),
    ("import a.b as c, d", ["ImportModule(a.b, c, True)", "ImportModule(d, d, False)"]),
    ("from . import a", ["ImportName(, 1, a, a)"]),
    ("from ..a.b import (c as d, e)", ["ImportName(a.b, 2, c, d)", "ImportName(a.b, 2, e, e)"]),
    ("from a import *", ["ImportName(a, 0, *, *)"]),
    ("a; b", ["ExprStmt(a)", "ExprStmt(b)"]),
    ("pass", []),
    ("if a: b\nelif c: d\nelse: e", ["If(a, [ExprStmt(b)], [If(c, [ExprStmt(d)], [ExprStmt(e)])])"]),
    ("while a:\n    b\nelse:\n    c", ["While(a, [ExprStmt(b)], [ExprStmt(c)], 2)"]),
    ("for a, b in c: d\nelse: e", ["For(Build(tuple, [a b]), c, [ExprStmt(d)], [ExprStmt(e)], 2)"]),
    ("try: a\nexcept B as c: d\nexcept (E, F): g\nexcept: h\nelse: i\nfinally: j", ["Try([ExprStmt(a)], [Handler(B, c, [ExprStmt(d)]) Handler(Build(tuple, [E F]), None, [ExprStmt(g)]) Handler(None, None, [ExprStmt(h)])], [ExprStmt(i)], [ExprStmt(j)])"]),  # noqa: E501
    ("try: a\nexcept* B: c", ["Try([ExprStmt(a)], [Handler(B, None, [ExprStmt(c)])], [], [])"]),
    ("with a as b, c: d", ["With([WithItem(a, b) WithItem(c, None)], [ExprStmt(d)])"]),
    ("with (a as b, c as (d, e),): f", ["With([WithItem(a, b) WithItem(c, Build(tuple, [d e]))], [ExprStmt(f)])"]),
    ("async def f():\n    async for a in b: await c\n    async with d as e: g", ["FunctionDef(Function(f, [], [For(a, b, [ExprStmt(c)], [], 2) With([WithItem(d, e)], [ExprStmt(g)])], [], {a e}, {}, {}, True, False, None))"]),  # noqa: E501
    ("class A(B, metaclass=C): x = 1", ["ClassDef(A, [B metaclass=C], [Assign([x], 1, None)], [], {x})"]),
    ("@d(1)\n@e\ndef f(a: int, b=2, /, c=3, *, k: str = 'x') -> R: return a", ["FunctionDef(Function(f, [Parameter(a, positional, None, int) Parameter(b, positional, 2, None) Parameter(c, normal, 3, None) Parameter(k, keyword, 'x', str)], [Return(a)], [d(1) e], {a b c k}, {}, {}, False, False, R))"]),  # noqa: E501
    ("type X = int", ["Assign([X], Opaque([]), None)"]),
    ("def f[T: int](x: T): pass", ["FunctionDef(Function(f, [Parameter(x, normal, None, T)], [], [], {T x}, {}, {}, False, False, None))"]),
    ("class A[T]: pass", ["ClassDef(A, [], [], [], {T})"]),
    ("for x in y: break", ["For(x, y, [Jump(break)], [], 1)"]),
    ("while 1: continue", ["While(1, [Jump(continue)], [], 1)"]),
    ("global x", []),
    ("if a:\n    # c\n    b\n", ["If(a, [ExprStmt(b)], [])"]),
]


@pytest.mark.parametrize(("text", "lowered"), CASES, ids=[text.partition("\n")[0] for text, _ in CASES])
def test_statement(text: str, lowered: list[str]) -> None:
    assert statements(text + "\n") == lowered


def test_names_bound_in_a_function() -> None:
    bound = function(
        """
def f(a, /, b, *c, d, **e):
    import g.h, i as j
    from k import l, m as n
    from o import *
    p = (q := 1)
    r.s = t[u] = 2
    for v, (w, *x) in y: pass
    with z as A: pass
    try: pass
    except B as C: pass
    def D(E): F = 1
    class G: H = 1
    I: int
    J += 1
    del K
    [L for L in M]
    lambda N: (O := 1)
    match P:
        case [Q, *R] | S(T=U): pass
    type V = W
"""
    ).bound
    assert bound == set("abcdeg jlnpqvwxACDGIJKQRUV") - {" "} | {"$match0"}


OUTER = "def f():\n    global a\n    a = b = 1\n    def g():\n        nonlocal b\n        b = c = 2\n"


def test_global_and_nonlocal_names_are_not_local() -> None:
    outer, inner = (node.function for node in found(OUTER, ir.FunctionDef))
    assert lower(OUTER).bound == {"f", "a"}
    assert [sorted(names) for names in (outer.bound, outer.globals, outer.nonlocals)] == [["b", "g"], ["a"], []]
    assert [sorted(names) for names in (inner.bound, inner.globals, inner.nonlocals)] == [["c"], [], ["b"]]


@pytest.mark.parametrize(
    ("body", "generator"),
    [
        ("yield", True),
        ("x = yield 1", True),
        ("yield from a", True),
        ("return 1", False),
        ("lambda: (yield)", False),
        ("def g(): yield", False),
    ],
)
def test_generators(body: str, generator: bool) -> None:
    assert function(f"def f():\n    {body}\n").is_generator is generator


def test_size_of_a_loop_counts_the_nodes_of_its_body() -> None:
    (loop,) = found("for x in y:\n    a = b\n    f(c)\n", ir.For)
    assert loop.size == 2 + 2 + 3
    (outer,) = found("while x:\n    if a:\n        b\n    else:\n        await_ = 1\n", ir.While)
    assert outer.size == 1 + 1 + 2 + 3


def test_many_arms_stay_shallow_and_whole() -> None:
    text = "if a: f(0)\n" + "".join(f"elif b == {number}: f({number})\n" for number in range(1, 400)) + "else: g()\n"
    module = lower(text)
    depth = 0
    body = module.body
    while len(body) == 1 and isinstance(body[0], ir.If):
        depth, body = depth + 1, body[0].orelse
    assert depth == MAX_ARMS
    assert len(body) == 400 - MAX_ARMS + 1
    assert all(isinstance(arm, ir.If) and isinstance(arm.test, ir.Opaque) and not arm.orelse for arm in body)
    assert len(texts(text, ir.Call)) == 401


def test_spans_of_statements() -> None:
    text = "x = 1 ;  return_ = 2;\nif a:\n\n    # c\n    while b: break ;\n"
    assert texts(text, ir.Assign) == ["x = 1", "return_ = 2"]
    assert texts(text, ir.Jump) == ["break"]
    assert texts(text, ir.While) == ["while b: break"]
