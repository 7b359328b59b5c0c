"""Formulas and calls, piece by piece: what a logarithm is taken of, the two products of a cross entropy, arguments of calls."""

from __future__ import annotations

import pytest

from bce_lint import ir
from bce_lint.fixes.calls import removal, suffixed
from bce_lint.fixes.decisions import _is_repeatable, logit
from bce_lint.fixes.edit import Refusal, changed
from bce_lint.fixes.formulas import (
    _applied,
    _makes_nan,
    _negated,
    _parts,
    _without_sign,
    complement_of,
    names_module,
    taken,
    without_constant,
)
from bce_lint.fixes.removal import _is_nothing, _own_lines
from bce_lint.fixes.switched_off import _class_name, _is_short, _is_written_out, argument_of
from bce_lint.fixes.tree import Node, Tree, constant, is_own, is_store, scope_of
from bce_lint.source.text import decode
from tests.fixes.written import tree_of, value_of, written


def source(tree: Tree, node: Node | None) -> str | None:
    """The text of an expression."""
    return None if node is None else tree.source(node.span)


@pytest.mark.parametrize(
    ("text", "kept", "other"),
    [
        ("p + 1e-8", "p", None), ("1e-8 + p", "p", None), ("p + q", None, None), ("1 + 2", None, None), ("p - 1", "p - 1", None),
        ("p", "p", None), ("1 - p", "1 - p", "p"), ("1.0 - p", "1.0 - p", "p"), ("2 - p", "2 - p", None), ("x - p", "x - p", None),
        ("-p", "-p", None), ("1 + p", "p", None), ("1 * p", "1 * p", None), ("1 - p - q", "1 - p - q", None),
        ("1 - (p - q)", "1 - (p - q)", "p - q"),
    ],
)  # fmt: skip
def test_a_sum_with_a_constant_and_a_complement(text: str, kept: str | None, other: str | None) -> None:
    tree, node = value_of(text)
    assert source(tree, without_constant(node)) == kept
    assert source(tree, complement_of(node)) == other
    assert without_constant(None) is complement_of(None) is None


@pytest.mark.parametrize(
    ("call", "value"),
    [
        ("torch.log(p)", "p"), ("p.log()", "p"), ("log(p)", "p"), ("torch.log(p + q)", "p + q"), ("p.a.log()", "p.a"),
        ("torch.log()", None),
        ("torch.log(p, q)", None), ("torch.log(input=p)", None), ("torch.log(*p)", None), ("np.log(p)", "p"), ("nn.a.log(p)", "p"),
        ("f(p).log()", "f(p)"),
    ],
)  # fmt: skip
def test_what_a_logarithm_is_taken_of(call: str, value: str | None) -> None:
    tree = tree_of(f"import torch\nimport numpy as np\nfrom torch import nn\n{call}\n")
    log = written(tree, call, ir.Call)
    if value is None:
        with pytest.raises(Refusal, match=r"^the logarithm's argument is not written out$"):
            taken(tree, log)
    else:
        assert source(tree, taken(tree, log)) == value


def test_names_of_modules() -> None:
    tree = tree_of("import torch.nn\nimport numpy as np\nfrom torch.nn import functional as F\ntorch.nn.x\nnp\nF\nx\nx.torch\nf().np\n")
    values = [one.value for one in tree.module.body if isinstance(one, ir.ExprStmt)]
    assert [names_module(tree, one) for one in values] == [True, True, True, False, False, False]


@pytest.mark.parametrize(
    ("call", "value", "method"),
    [
        ("torch.sigmoid(p)", "p", False), ("p.sigmoid()", "p", True), ("p.softmax(1)", "p", True), ("p.softmax(-1)", "p", True),
        ("p.softmax(dim=1)", "p", True), ("torch.softmax(p, 1)", "p", False), ("torch.softmax(dim=1, input=p)", "p", False),
        ("act(p)", "p", False), ("self.sigmoid(p)", "p", False), ("torch.sigmoid(*p)", None, False), ("torch.softmax(p, *q)", None, False),
        ("torch.sigmoid()", None, False), ("torch.sigmoid(x=p)", None, False), ("p.relu(1)", "1", False), ("nn.Sigmoid()(p)", "p", False),
    ],
)  # fmt: skip
def test_what_an_activation_is_applied_to(call: str, value: str | None, method: bool) -> None:
    tree = tree_of(f"import torch\n{call}\n")
    node = written(tree, call, ir.Call)
    if value is None:
        with pytest.raises(Refusal, match=r"^the activation's argument is not written out$"):
            _applied(tree, node)
    else:
        found = _applied(tree, node)
        assert (source(tree, found.value), found.method) == (value, method)


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("y * log(p)", "(1 - y) * log(1 - p)", ("p", "y")), ("log(p) * y", "log(1 - p) * (1 - y)", ("p", "y")),
        ("y * torch.log(p + 1e-8)", "(1 - y) * torch.log(1 - p + 1e-8)", ("p", "y")),
        ("w * y * p.log()", "(1 - w * y) * (1 - p).log()", None),
        ("y * log(f( p ))", "(1 - y) * log(1 - f(p))", ("f( p )", "y")), ("y * log(p)", "(1 - y) * log(1 - q)", None),
        ("y * log(p)", "(1 - z) * log(1 - p)", None), ("y * log(p)", "y * log(1 - p)", None), ("y * log(p)", "(1 - y) * log(p)", None),
        ("y * log(p)", "(1 - y) + log(1 - p)", None), ("y + log(p)", "(1 - y) * log(1 - p)", None),
        ("y * exp(p)", "(1 - y) * log(1 - p)", None),
        ("y * log(p)", "(1 - y) * f()(1 - p)", None), ("log(p)", "(1 - y) * log(1 - p)", None), ("y * log(p)", "log(1 - p)", None),
        ("y * log(p + q)", "(1 - y) * log(1 - p)", None), ("y / log(p)", "(1 - y) * log(1 - p)", None),
        ("-log(p)", "(1 - y) * log(1 - p)", None),
    ],
)  # fmt: skip
def test_the_products_of_a_cross_entropy(first: str, second: str, told: tuple[str, str] | None) -> None:
    tree = tree_of(f"import torch\n{first}\n{second}\n")
    one, other = (node.value for node in tree.module.body if isinstance(node, ir.ExprStmt))
    found = _parts(tree, one, other)
    assert (None if found is None else tuple(source(tree, part) for part in found)) == told


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("-(SUM)", True), ("-(SUM).mean()", True), ("-(SUM).sum(1).mean()", True), ("-torch.mean(SUM)", True), ("-(SUM).view(-1)", True),
        ("-(SUM).exp()", False), ("-f(SUM)", False), ("-(2 * (SUM))", False), ("-1 * (SUM)", False), ("x = SUM", False),
        ("-(SUM)[0]", False),
        ("x - (SUM)", False), ("-(x if c else SUM)", False), ("-(SUM).mean().exp()", False), ("not (SUM)", False), ("+(SUM)", False),
        ("-f()((SUM))", False),
    ],
)  # fmt: skip
def test_the_minus_before_a_sum(text: str, negated: bool) -> None:
    tree = tree_of(text.replace("SUM", "a + b"))
    found = _negated(tree, written(tree, "a + b", ir.Op))
    assert (found is not None and found.op == "neg") is negated


@pytest.mark.parametrize(
    ("text", "after"),
    [("-(a)", "(a)"), ("return-(a)", "return (a)"), ("return -(a)", "return (a)"), ("x=-(a)", "x=(a)"), ("return_-(a)", None), ("-x", "x")],
)
def test_a_minus_that_goes(text: str, after: str | None) -> None:
    head = "def g():\n    " if "return" in text else ""
    tree = tree_of(head + text)
    found = [one for one in tree.of(ir.Op) if one.op == "neg"]
    assert bool(found) is (after is not None)
    if found:
        assert changed(decode(tree.text.encode(), "a.py"), [_without_sign(tree, found[0])]) == f"{head}{after}"


@pytest.mark.parametrize(
    ("text", "nan"),
    [
        ("x / y", True), ("x / 2", False), ("x * y", False), ("x // y", False), ("'inf'", True), ("'-Infinity'", True), ("'a'", False),
        ("0.5", False),
        ("torch.sqrt", True), ("sqrt", True), ("torch.rsqrt", True), ("torch.div", True), ("x.true_divide", True),
        ("torch.reciprocal", True),
        ("torch.acos", True), ("torch.asin", True), ("math.inf", True), ("np.Inf", True), ("torch.log", True), ("torch.relu", False),
        ("f(x)", False), ("x", False),
    ],
)  # fmt: skip
def test_what_makes_nan_of_numbers(text: str, nan: bool) -> None:
    assert _makes_nan(value_of(text)[1]) is nan


@pytest.mark.parametrize(
    ("text", "value", "nothing"),
    [("x", "x", True), ("x.a", "x.a", True), ("f(x)", "f(x)", False), ("x = x", "x", True), ("y = x", "x", False),
     ("x = y = x", "x", False),
     ("x.a = x", "x", False), ("x = x.a", "x.a", False), ("x = f(x)", "x", True)],
)  # fmt: skip
def test_a_statement_that_would_do_nothing(text: str, value: str, nothing: bool) -> None:
    tree = tree_of(text)
    node = written(tree, value, number=-1)
    statement = tree.module.body[0]
    assert isinstance(statement, ir.Assign | ir.ExprStmt)
    assert _is_nothing(statement, node) is nothing


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f(\n    a,\n    b,\n)", "f(\n    a,\n)"), ("f(\n    a,\n    b  # why\n)", "f(\n    a,\n)"),
        ("f(\n    a,\n    b\n)", "f(\n    a,\n)"),
        ("f(\n    a, b,\n)", None), ("f(a,\n    b)", None), ("f(a, b)", None), ("f(\n    a,\n    k=b,  # why\n)", "f(\n    a,\n)"),
        ("f(\n    b, c\n)", None),
        ("f(\r\n    a,\r\n    b,\r\n)", "f(\r\n    a,\r\n)"), ("f(b,\n    a)", None),
    ],
)  # fmt: skip
def test_the_lines_of_an_argument(before: str, after: str | None) -> None:
    tree, call = value_of(before)
    found = _own_lines(tree, call, next(arg for arg in call.args if arg.value.id == "b"))
    assert (None if found is None else changed(decode(before.encode(), "a.py"), [found])) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f(b)", "f()"), ("f(a, b)", "f(a)"), ("f(b, a)", "f(a)"), ("f(a, b, c)", "f(a, c)"), ("f(a, k=b, c=1)", "f(a, c=1)"),
        ("f(b,)", "f()"),
        ("f(a,  # one\n  b)", None), ("f(b,  # one\n  a)", None), ("f(b  # one\n)", None), ("f(a, b  # one\n)", "f(a  # one\n)"),
        ("f(a, *b)", "f(a)"),
    ],
)  # fmt: skip
def test_an_argument_that_goes(before: str, after: str | None) -> None:
    tree, call = value_of(before)
    arg = next(arg for arg in call.args if isinstance(arg.value, ir.Name) and arg.value.id == "b")
    if after is None:
        with pytest.raises(Refusal, match=r"^a comment stands beside the argument$"):
            removal(tree, call, arg)
    else:
        assert changed(decode(before.encode(), "a.py"), [removal(tree, call, arg)]) == after


@pytest.mark.parametrize(
    ("value", "after"),
    [("x", "x.t()"), ("x.a", "x.a.t()"), ("x[0]", "x[0].t()"), ("g(x)", "g(x).t()"), ("x + y", "(x + y).t()"), ("(x + y)", "(x + y).t()"),
     ("[x]", "[x].t()"), ("(x, y)", "((x, y)).t()"), ("{x}", "({x}).t()"), ("-x", "(-x).t()"), ("await x", "(await x).t()"),
     ("( x )", "( x ).t()"), ("1", "(1).t()"), ("[*x, y]", "[*x, y].t()")],
)  # fmt: skip
def test_a_method_put_behind_an_expression(value: str, after: str) -> None:
    head, tail = "async def g():\n    f(", ")\n"
    tree = tree_of(head + value + tail)
    call = next(one for one in tree.of(ir.Call) if tree.source(one.func.span) == "f")
    edit = suffixed(tree, call.args[0].value, ".t()")
    assert changed(decode(tree.text.encode(), "a.py"), [edit]) == head + after + tail


@pytest.mark.parametrize(
    ("definition", "call", "given"),
    [
        ("def f(a, p): ...", "f(1, x)", "x"), ("def f(a, p): ...", "f(1, p=x)", "x"), ("def f(a, p): ...", "f(1)", None),
        ("def f(a, *, p): ...", "f(1, x)", None),
        ("def f(a, *, p): ...", "f(1, p=x)", "x"), ("def f(self, p): ...", "f(x)", "x"), ("def f(cls, p): ...", "f(x)", "x"),
        ("def f(this, p): ...", "f(x)", None),
        ("def f(this, p): ...", "f(1, x)", "x"), ("def f(p): ...", "f(k=1)", None), ("def f(a, p): ...", "f(k=1, a=2)", None),
        ("def f(p): ...", "f()", None),
        ("def f(a, p): ...", "f(k=1, *(2, 3))", None), ("def f(a, b, p): ...", "f(1, x)", None),
    ],
)  # fmt: skip
def test_what_a_call_gives_for_a_parameter(definition: str, call: str, given: str | None) -> None:
    function = tree_of(definition).of(ir.Function)[0]
    tree, node = value_of(call)
    param = next(one for one in function.params if one.name == "p")
    assert source(tree, argument_of(function, param, node)) == given


@pytest.mark.parametrize(
    ("value", "name", "out"),
    [("nn.Sigmoid()", "Sigmoid", True), ("nn.Sigmoid", "Sigmoid", True), ("Softmax", "Softmax", True),
     ("nn.LogSoftmax(1)", "LogSoftmax", True),
     ("nn.LogSigmoid", "LogSigmoid", True), ("torch.sigmoid", "sigmoid", True), ("F.softmax", "softmax", True),
     ("F.log_softmax", "log_softmax", True),
     ("logsigmoid", "logsigmoid", True), ("nn.Tanh()", "Tanh", False), ("act", "act", False), ("'sigmoid'", "", True), ("True", "", True),
     ("2", "", False), ("None", "", False), ("x[0]", "", False), ("f()()", "", False)],
)  # fmt: skip
def test_an_activation_that_is_written_out(value: str, name: str, out: bool) -> None:
    node = value_of(value)[1]
    assert (_class_name(node), _is_written_out(node)) == (name, out)


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("if c:\n    ACT", True), ("if c:\n    a\n    ACT", True), ("if c:\n    a\n    b\n    ACT", False),
        ("if c:\n    a\n    b\n    d\nelse:\n    ACT", True),
        ("if c:\n    ACT\nelse:\n    a\n    b\n    d", True), ("if c:\n    if d:\n        a\n        b\n        ACT", False),
        ("if c:\n    if d:\n        ACT", True),
        ("if c:\n    a\nelif d:\n    a\n    b\n    ACT", False), ("if c:\n    a\nelif d:\n    ACT", True),
        ("if ACT:\n    a\n    b\n    d", True),
    ],
)  # fmt: skip
def test_an_arm_that_does_little(text: str, short: bool) -> None:
    tree = tree_of(text.replace("ACT", "act(x)"))
    test = next(one for one in tree.module.body if isinstance(one, ir.If))
    assert _is_short(tree, test, written(tree, "act(x)", ir.Call)) is short


def test_what_may_be_evaluated_twice() -> None:
    told = [_is_repeatable(value_of(text)[1]) for text in ("x", "x.a.b", "f()", "f().a", "x[0]", "x[0].a")]
    assert told == [True, True, False, False, False, False]


def test_logits_of_thresholds() -> None:
    assert [logit(one) for one in (0.5, 0.75, 0.25, 0.9, 0.1)] == ["0", "1.09861", "-1.09861", "2.19722", "-2.19722"]


@pytest.mark.parametrize(
    ("text", "stored"),
    [("N = 1", True), ("a = N", False), ("a, N = b", True), ("[a, (N, b)] = c", True), ("*N, a = b", True), ("for N in a:\n    pass", True),
     ("for a in N:\n    pass", False), ("with a as N:\n    pass", True), ("with N as a:\n    pass", False), ("[a for N in b]", True),
     ("[a for a in N]", False), ("[N for a in b]", False), ("del N", True), ("N: int", True), ("N: int = 1", True), ("a = [N]", False),
     ("a[N] = 1", False), ("f(N)", False), ("a = N = 1", True), ("with a, b as N:\n    pass", True), ("for a, N in b:\n    pass", True)],
)  # fmt: skip
def test_what_is_written_to(text: str, stored: bool) -> None:
    tree = tree_of(text)
    assert is_store(tree, tree.names("N")[0]) is stored


def test_a_node_that_two_share_is_met_once() -> None:
    tree = tree_of("a < b < c\n")
    (name,) = tree.names("b")
    assert id(name) in tree.shared and sum(node is name for node in tree.nodes) == 1
    assert tree.shared == {id(name)}


def test_constants_scopes_and_attributes_of_the_instance() -> None:
    assert [constant(value_of(text)[1]) for text in ("-'a'", "-x", "~1", "-True", "+1")] == [None, None, None, -1, None]
    assert [is_own(value_of(text)[1]) for text in ("self.a", "x.a", "f().a", "self.a.b")] == [True, False, False, False]
    tree = tree_of("def g(p):\n    x = 1\n    def h(q):\n        x, p, q, z\n    lambda q: x\n")
    g, h = (next(one for one in tree.of(ir.Function) if one.name == name) for name in "gh")
    inner = written(tree, "z", ir.Name)
    assert [scope_of(tree, inner, name) for name in "xpqz"] == [g, g, h, None]
    assert scope_of(tree, h, "q") is h and scope_of(tree, g, "q") is None
