"""Every kind of expression, lowered."""

from __future__ import annotations

import libcst as cst
import pytest

from bce_lint import ir
from tests.syntax.nodes import expression, found, function, show

CASES = [
    ("a.b.c(1)[2](x=3, *y, **z)", "a.b.c(1)[2](x=3, *y, **z)"),
    ("a + b + c", "(+ a b c)"),
    ("a + b - c + d", "(+ (- (+ a b) c) d)"),
    ("a - (b - c)", "(- a (- b c))"),
    ("(a + b) + c", "(+ (+ a b) c)"),
    ("a ** b ** c", "(** a (** b c))"),
    ("a @ b @ c", "(@ a b c)"),
    ("a and b and c or d", "(or (and a b c) d)"),
    ("not a", "(not a)"),
    ("-1", "-1"),
    ("-1.5", "-1.5"),
    ("+1", "(pos 1)"),
    ("~x", "(invert x)"),
    ("-x", "(neg x)"),
    ("a < b", "(< a b)"),
    ("a < b <= c", "(and (< a b) (<= b c))"),
    ("a not in b", "(not in a b)"),
    ("a is not b", "(is not a b)"),
    ("a != b", "(!= a b)"),
    ("x if c else y", "Choice(c, x, y)"),
    ("a if b else c if d else e", "Choice(b, a, Choice(d, c, e))"),
    ("[1, *a]", "Build(list, [1 Star(a)])"),
    ("{1, 2}", "Build(set, [1 2])"),
    ("{**a, 'b': 1}", "Dict([None 'b'], [a 1])"),
    ("()", "Build(tuple, [])"),
    ("(1,)", "Build(tuple, [1])"),
    ("1, 2", "Build(tuple, [1 2])"),
    ("a[1]", "a[1]"),
    ("a[1, 2]", "a[Build(tuple, [1 2])]"),
    ("a[1,]", "a[Build(tuple, [1])]"),
    ("a[1:2, ::3]", "a[Build(tuple, [Slice(1, 2, None) Slice(None, None, 3)])]"),
    ("a[...]", "a[Ellipsis]"),
    ("a[*b]", "a[Build(tuple, [Star(b)])]"),
    ("a[:]", "a[Slice(None, None, None)]"),
    ("lambda x, /, y=1, *z, k, **w: x", "Lambda(Function(<lambda>, [Parameter(x, positional, None, None) Parameter(y, normal, 1, None) Parameter(z, *, None, None) Parameter(k, keyword, None, None) Parameter(w, **, None, None)], [Return(x)], [], {k w x y z}, {}, {}, False, False, None))"),  # noqa: E501
    ("[x for x in y if x if z]", "Comp(list, [x], [Clause(x, y, [x z])])"),
    ("{x for x in y}", "Comp(set, [x], [Clause(x, y, [])])"),
    ("{k: v for k, v in y}", "Comp(dict, [k v], [Clause(Build(tuple, [k v]), y, [])])"),
    ("(x for x in y for z in x)", "Comp(generator, [x], [Clause(x, y, []) Clause(z, x, [])])"),
    ("(yield)", "Yield(None, False)"),
    ("(yield x)", "Yield(x, False)"),
    ("(yield from x)", "Yield(x, True)"),
    ("(x := 1)", "Bind(x, 1)"),
    ("None", "None"),
    ("True", "True"),
    ("...", "Ellipsis"),
    ("0x1F", "31"),
    ("1_000", "1000"),
    ("0b11", "3"),
    ("1e3", "1000.0"),
    ("2.5j", "2.5j"),
    ("0xE", "14"),
    ("1e-3j", "0.001j"),
    ("'a' 'b'", "'ab'"),
    ("b'a' b'b'", "b'ab'"),
    ("'a' f'{b}'", "(format 'a' b)"),
    ("f'a{b}c'", "(format 'a' b 'c')"),
    ("f'{a!r:>{w}}'", "(format a '>' w)"),
    ("f'{{x}}'", "(format '{x}')"),
    ("f'{a=}'", "(format a)"),
    ("'\\n\\x41'", "'\\nA'"),
    ("r'\\n'", "'\\\\n'"),
    ("rb'\\n'", "b'\\\\n'"),
    ("'''a\r\nb'''", "'a\\nb'"),
    ("b'\\xff'", "b'\\xff'"),
    ("u'x'", "'x'"),
    ("rf'\\d{x}'", "(format '\\\\d' x)"),
    ("(await x)", "x"),
    ("f(x for x in y)", "f(Comp(generator, [x], [Clause(x, y, [])]))"),
    ("f(*a)", "f(*a)"),
    ("'\\N{nope}'", "Opaque([])"),
]


@pytest.mark.parametrize(("text", "lowered"), CASES, ids=[text for text, _ in CASES])
def test_expression(text: str, lowered: str) -> None:
    if text.startswith("(await"):
        (statement,) = function(f"async def f():\n    {text}\n").body
        assert isinstance(statement, ir.ExprStmt)
        assert show(statement.value) == lowered
    else:
        assert expression(text + "\n") == lowered


def test_every_expression_type_is_known() -> None:
    from bce_lint.syntax.cst.expressions import CstExpressions

    kinds = {kind for kind in vars(cst).values() if isinstance(kind, type) and issubclass(kind, cst.BaseExpression)}
    concrete = {kind for kind in kinds if not kind.__name__.startswith("Base")}
    assert {kind.__name__ for kind in concrete - set(CstExpressions.expressions)} <= {"From"}


def test_integer_too_long_for_python_is_unknown() -> None:
    assert expression("1" * 5_000 + "\n") == "Opaque([])"


def test_long_chain_of_one_operator_is_one_node() -> None:
    (node,) = found(" + ".join("abcdefgh" * 75) + "\n", ir.Op)
    assert len(node.operands) == 600


def test_long_postfix_chain() -> None:
    assert len(found("x" + ".a()" * 300 + "\n", ir.Call)) == 300


def test_template_string() -> None:
    assert expression("t'a{b}'\n") == "(format 'a' b)"


def test_walrus_in_a_comprehension_binds_around_it() -> None:
    assert function("def f():\n    return [y := x for x in z]\n").bound == {"y"}
