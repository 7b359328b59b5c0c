"""What an activation gets, and its output, piece by piece: names that still mean the same, tensors changed in place, readers."""

from __future__ import annotations

import pytest

from bce_lint import ir
from bce_lint.fixes.edit import Refusal, changed
from bce_lint.fixes.last_readers import shows_all, without_activation
from bce_lint.fixes.logit_operand import logit_operand, only_binding, stays
from bce_lint.fixes.renaming import Variable, instead, is_taken, promises
from bce_lint.fixes.statement_lines import line_removed
from bce_lint.fixes.tree import Tree
from bce_lint.fixes.unused_layers import _not_stored
from bce_lint.source.text import decode
from tests.fixes.written import tree_of, written


def inside(text: str, header: str = "def g(x, y, c):") -> Tree:
    """The tree of a function with some lines."""
    return tree_of(f"{header}\n" + "".join(f"    {line}\n" for line in text.split("\n")))


def applied(tree: Tree) -> tuple[ir.Name, ir.Assign]:
    """The operand of `f(...)`, and the statement that binds its output."""
    call = next(one for one in tree.of(ir.Call) if tree.source(one.func.span) == "f")
    statement = tree.statement(call)
    assert isinstance(statement, ir.Assign)
    return call.args[0].value, statement


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("p = f(z)\nHERE", True), ("p = f(z)\nz = 1\nHERE", False), ("p = f(z)\nHERE\nz = 1", True), ("HERE\np = f(z)", False),
        ("z = 1\np = f(z)\nHERE", True), ("for i in x:\n    p = f(z)\n    HERE", True), ("for z in x:\n    p = f(z)\n    HERE", True),
        ("for z in x:\n    p = f(z)\nHERE", True), ("for i in x:\n    p = f(z)\n    z = 1\nHERE", False),
        ("for i in x:\n    p = f(z)\nfor j in x:\n    HERE\n    z = 1", False), ("p = f(z)\nwhile c:\n    HERE\n    z = 1", False),
        ("p = f(z)\nHERE\nwhile c:\n    z = 1", True), ("while c:\n    p = f(z)\n    HERE\n    z = 1", True),
        ("p = f(z)\nfor z in x:\n    pass\nHERE", False), ("p = f(z)\nz = z.a\nHERE", False),
        ("p = f(z)\nimport z\nHERE", False), ("p = f(z)\nfrom m import z\nHERE", False), ("p = f(z)\nfrom m import z as k\nHERE", True),
        ("p = f(z)\ndef z(): pass\nHERE", False), ("p = f(z)\nclass z: pass\nHERE", False), ("p = f(z)\n(z := 1)\nHERE", False),
        ("p = f(z)\ntry:\n    pass\nexcept E as z:\n    pass\nHERE", False), ("p = f(z)\ntry:\n    pass\nexcept E:\n    pass\nHERE", True),
        ("p = f(z)\nwith o() as z:\n    HERE", False), ("p = f(z)\ndel z\nHERE", False), ("p = f(z.a)\nHERE", False),
        ("p = f(1)\nHERE", False),
    ],
)  # fmt: skip
def test_a_name_that_still_means_the_same(text: str, same: bool) -> None:
    tree = inside(text)
    value, statement = applied(tree)
    assert stays(tree, value, statement, tree.names("HERE")[0]) is same


IN_PLACE = (
    "z[0] = 1", "z[0][1] = 2", "z.data = 1", "z.add_(1)", "z.view(-1).add_(1)", "f2(z, inplace=True)", "F.relu_(z)",
    "torch.add(c, c, out=z)",
    "nn.ReLU(inplace=True)(z)", "z += 1", "z[0] += 1", "z.grad[0] = 1", "del z[0]",
)  # fmt: skip
LOOKED_AT = (
    "z.__len__()", "z.add(1)", "f2(z)", "z[0].sum()", "y[z] = 1", "y += z", "torch.add(z, c, out=y)", "nn.ReLU()(z)", "y = z", "y.a = z.b",
    "return z", "y_(c)(z)", "w.add_(1)",
)  # fmt: skip


@pytest.mark.parametrize("use", [*IN_PLACE, *LOOKED_AT])
def test_a_tensor_that_is_changed_in_place(use: str) -> None:
    for text in (f"p = f(z)\n{use}\nHERE", f"while c:\n    {use}\n    p = f(z)\n    HERE", f"p = f(z)\nHERE\n{use}"):
        tree = inside(text)
        value, statement = applied(tree)
        if use in IN_PLACE:
            with pytest.raises(Refusal, match="`z` is changed in place at "):
                stays(tree, value, statement, tree.names("HERE")[0])
        else:
            assert stays(tree, value, statement, tree.names("HERE")[0])


@pytest.mark.parametrize(
    "text",
    ["z.add_(1)\np = f(z)\nHERE", "z = f(z)\nz.add_(1)\nHERE", "p = f(z)\nHERE\ndef h(z):\n    z.add_(1)", "p = f(z)\nHERE\nz = 1"],
)
def test_a_change_that_does_not_reach_the_operand(text: str) -> None:
    tree = inside(text)
    value, statement = applied(tree)
    stays(tree, value, statement, tree.names("HERE")[0])


@pytest.mark.parametrize(
    ("text", "name", "after"),
    [
        ("p = f(net(x))\nHERE", "p_logits", "p_logits = net(x)\np = f(p_logits)\nHERE"),
        ("p = f((net(x)))\nHERE", "p_logits", "p_logits = net(x)\np = f(p_logits)\nHERE"),
        ("p = f((net(x)  # why\n    ))\nHERE", "p_logits", "p_logits = net(x)\np = f((p_logits  # why\n    ))\nHERE"),
        ("p = f(a +\n    b)\nHERE", "p_logits", "p_logits = (a +\n    b)\np = f(p_logits)\nHERE"),
        ("p = f(await net(x))\nHERE", "p_logits", "p_logits = await net(x)\np = f(p_logits)\nHERE"),
        ("my_logit = f(net(x))\nHERE", "raw_my_logit", "raw_my_logit = net(x)\nmy_logit = f(raw_my_logit)\nHERE"),
        ("p = f(z)\nHERE", "z", "p = f(z)\nHERE"),
        ("p = f(z)\nz = 1\nHERE", "p_logits", "p_logits = z\np = f(p_logits)\nz = 1\nHERE"),
        ("p = q = f(net(x))\nHERE", "p_logits", "p_logits = net(x)\np = q = f(p_logits)\nHERE"),
        ("p = f(net(x)); HERE", "p_logits", "p_logits = net(x)\np = f(p_logits); HERE"),
        ("p.a = f(net(x))\nHERE", "", ""), ("p, q = f(net(x))\nHERE", "", ""), ("c; p = f(net(x))\nHERE", "", ""),
        ("p = f(net(x))\nHERE\np_logits", "", ""), ("p = f(net(x))\nlambda: HERE", "", ""), ("if c: p = f(net(x))\nHERE", "", ""),
        ("p = f(net(x))\nHERE\nxp_logits", "p_logits", "p_logits = net(x)\np = f(p_logits)\nHERE\nxp_logits"),
    ],
)  # fmt: skip
def test_a_name_for_the_operand(text: str, name: str, after: str) -> None:
    tree = inside(text, "async def g(x, y, c):")
    value, statement = applied(tree)
    if not name:
        with pytest.raises(Refusal, match=r"^what the activation gets has no name of its own$"):
            logit_operand(tree, value, statement, tree.names("HERE")[0])
        return
    found, edits = logit_operand(tree, value, statement, tree.names("HERE")[0])
    expected = inside(after, "async def g(x, y, c):").text
    assert (found, changed(decode(tree.text.encode(), "a.py"), edits)) == (name, expected)


@pytest.mark.parametrize(
    ("text", "only"),
    [("p = f(z)\nHERE(p)", True), ("p = f(z)\np = 1\nHERE(p)", False), ("p = 1\np = f(z)\nHERE(p)", False),
     ("q = f(z)\np = 1\nHERE(p)", False),
     ("p = f(z)\nlambda: p\nHERE(p)", True), ("p = f(z)\ndef h():\n    p = 1\nHERE(p)", True),
     ("p = f(z)\nfor p in x:\n    HERE(p)", False)],
)  # fmt: skip
def test_the_only_binding_of_a_name(text: str, only: bool) -> None:
    tree = inside(text)
    name = written(tree, "HERE(p)", ir.Call).args[0].value
    assert only_binding(tree, name, applied(tree)[1]) is only


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("p = f(net(x))\nHERE(p)", "p_logits = net(x)\nHERE(p)"), ("p = f(z)\nHERE(p)", "HERE(p)"), ("x = f(x)\nHERE(x)", "HERE(x)"),
        ("p = f(net(x))\nHERE(p)\nuse(p)", None), ("p = f(net(x))\nuse(p)\nHERE(p)", None), ("p = q = f(net(x))\nHERE(p)", None),
        ("p.a = f(net(x))\nHERE(p)", None), ("p, q = f(net(x))\nHERE(p)", None), ("global p\np = f(net(x))\nHERE(p)", None),
        ("p = f(net(x))\nHERE(p)\nlambda: p", None), ("p = f(net(x))\nHERE(p)\nlocals()", None), ("p = f(net(x))\nHERE(p)\nlocals", "same"),
        ("p = f(net(x))\nHERE(p)\nh(eval)", "same"), ("p = f(net(x))\nHERE(p)\nexec('use(p)')", None),
        ("p = f(net(x))\nHERE(p)\nvars(c)", None),
        ("p = f(net(x))\nHERE(p, (p := 2))", None), ("p = f(net(x))\nHERE(p)\n(q := 2)", "same"),
        ("p = f(net(x)  # why\n    )\nHERE(p)", None), ("c; p = f(net(x))\nHERE(p)", None),
        ("p = f(a + b)\nHERE(p)", "p_logits = a + b\nHERE(p)"),
        ("p = f(a +\n    b)\nHERE(p)", "p_logits = (a +\n    b)\nHERE(p)"), ("p = f(z)\nz = 1\nHERE(p)", "p_logits = z\nz = 1\nHERE(p)"),
        ("use(x)\nx = f(x)\nHERE(x)", "use(x)\nHERE(x)"), ("for i in y:\n    use(x)\n    x = f(x)\n    HERE(x)", None),
        ("x = f(net(x))\nHERE(x)", "x_logits = net(x)\nHERE(x)"), ("x = f(x)\nHERE(x)\nuse(x)", None),
        ("if c: p = f(z)\nHERE(p)", None),
    ],
)  # fmt: skip
def test_an_output_that_nobody_reads_any_more(text: str, after: str | None) -> None:
    tree = inside(text)
    value, statement = applied(tree)
    readers = [one for one in tree.of(ir.Call) if tree.source(one.func.span) == "HERE"]
    found = without_activation(tree, value, statement, readers)
    if after is None:
        assert found is None
    else:
        assert found is not None
        expected = text.replace("p = f(net(x))", "p_logits = net(x)") if after == "same" else after
        assert changed(decode(tree.text.encode(), "a.py"), found[1]) == inside(expected).text
        assert found[0] in ("p_logits", "x_logits", "z", "x")


def test_an_output_of_the_module_or_of_a_class() -> None:
    for text, alone in (
        ("p = f(net(x))\nHERE(p)\n", True), ("p = f(net(x))\nHERE(p)\n__all__ = ['p']\n", False),
        ("p = f(net(x))\nHERE(p)\nlocals()\n", False),
        ("p = f(net(x))\nHERE(p)\ndef h():\n    return vars()\n", False), ("class C:\n    p = f(net(x))\n    HERE(p)\n", False),
    ):  # fmt: skip
        tree = tree_of(text)
        readers = [one for one in tree.of(ir.Call) if tree.source(one.func.span) == "HERE"]
        assert (without_activation(tree, *applied(tree), readers) is not None) is alone, text


@pytest.mark.parametrize(
    ("text", "shows"),
    [("locals()", True), ("vars()", True), ("builtins.locals()", True), ("builtins.vars()", True), ("vars(x)", False), ("locals", False),
     ("h(locals)", False), ("lambda: locals()", False), ("x.locals", False)],
)  # fmt: skip
def test_whether_a_function_shows_its_variables(text: str, shows: bool) -> None:
    tree = inside(text)
    function = next(one for one in tree.of(ir.Function) if one.name == "g")
    assert shows_all(tree, function) is shows
    assert shows_all(tree, None) is False


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a = 1\nSTOP\nb = 2\n", "a = 1\nb = 2\n"), ("a = 1\nSTOP  # why\n", "a = 1\n"), ("a = 1\nSTOP", "a = 1\n"),
        ("if a:\n    STOP\n", "if a:\n    pass\n"),
        ("if a:\n    STOP  # why\n", "if a:\n    pass  # why\n"), ("if a:\n    STOP\n    b\n", "if a:\n    b\n"),
        ("if a:\n    b\nelse:\n    STOP\n", "if a:\n    b\nelse:\n    pass\n"),
        ("try:\n    b\nfinally:\n    STOP\n", "try:\n    b\nfinally:\n    pass\n"),
        ("try:\n    b\nexcept E:\n    STOP\n", "try:\n    b\nexcept E:\n    pass\n"),
        ("try:\n    b\nexcept E:\n    c\n    STOP\n", "try:\n    b\nexcept E:\n    c\n"), ("def g():\n    STOP\n", "def g():\n    pass\n"),
        ("class C:\n    b = 1\n    STOP\n", "class C:\n    b = 1\n"), ("if a: STOP\n", None), ("STOP; b\n", None), ("b; STOP\n", None),
        ("STOP\n", "pass\n"),
        ("(\n    STOP\n)\nb\n", None), ("(STOP)\nb\n", None), ("a = 1\r\nSTOP\r\nb\r\n", "a = 1\r\nb\r\n"),
        ("for i in a:\n    STOP\nelse:\n    b\n", "for i in a:\n    pass\nelse:\n    b\n"),
    ],
)  # fmt: skip
def test_a_statement_goes_with_its_line(before: str, after: str | None) -> None:
    tree = tree_of(before.replace("STOP", "f(1)" if before[0] == "(" else "s = f(1)"))
    statement = tree.statement(tree.of(ir.Call)[0])
    if after is None:
        with pytest.raises(Refusal, match=r"^the statement does not stand alone on its line$"):
            line_removed(tree, statement.span)
    else:
        assert changed(decode(tree.text.encode(), "a.py"), [line_removed(tree, statement.span)]) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("self.a = A()\nb", "b"), ("self.a = self.b = A()\nb", "self.b = A()\nb"), ("self.b = self.a = A()\nb", "self.b = A()\nb"),
        ("self.a = c = A()\nb", "c = A()\nb"), ("self.a = k\nb", None), ("self.a = f((q := A()))\nb", None),
        ("self.a = f((yield A()))\nb", None),
        ("self.a: T = A()\nb", "b"), ("for self.a in A():\n    b", None), ("with A() as self.a:\n    b", None),
        ("self.a, self.b = A(), B()", "self.b = B()"), ("self.b, self.a = B(), A()", "self.b = B()"),
        ("(self.a, self.b) = (A(), B())", "self.b = B()"),
        ("self.a, self.b, self.c = A(), B(), C()", "self.b, self.c = B(), C()"),
        ("self.b, self.a, self.c = B(), A(), C()", "self.b, self.c = B(), C()"),
        ("self.b, self.c, self.a = B(), C(), A()", "self.b, self.c = B(), C()"), ("self.a, self.b = k, B()", None),
        ("self.a, self.b = pair", None),
        ("self.a, self.b = c = A(), B()", None), ("self.a, *self.b = A(), B(), C()", None), ("self.a, self.b, self.c = A(), *k", None),
        ("self.a, = A(),", None), ("self.a, self.b = (A(),  # one\n    B())", None), ("(self.a,  # one\n    self.b) = A(), B()", None),
        ("self.a, self.b = f((q := 1)), B()", None), ("(self.a, self.b), c = (A(), B()), C()", None),
        ("self.a, self.b = A(), f((q := 1))", "self.b = f((q := 1))"),
        ("self.a[0] = A()\nb", None), ("c; self.a = A()\nb", None),
    ],
)  # fmt: skip
def test_a_layer_is_not_stored_any_more(before: str, after: str | None) -> None:
    tree = inside(before, "async def g(self):")
    store = tree.attributes("a")[0]
    try:
        edits = _not_stored(tree, tree.statement(store), store)
    except Refusal:
        edits = []
    if after is None:
        assert edits == []
    else:
        assert changed(decode(tree.text.encode(), "a.py"), edits) == inside(after, "async def g(self):").text


@pytest.mark.parametrize(
    ("name", "promising", "raw", "logarithm"),
    [
        ("prob", True, "logit", "log_prob"), ("probs", True, "logits", "log_probs"), ("val_proba", True, "val_logits", "val_log_proba"),
        ("probas", True, "logits", "log_probas"), ("Probability", True, "logit", "log_Probability"),
        ("probabilities_2", True, "logits_2", "log_probabilities_2"),
        ("sigmoid", True, "logits", "log_sigmoid"), ("softmax_out", True, "logits_out", "log_softmax_out"),
        ("p_hat", True, "logits", "log_p_hat"),
        ("phat", True, "logits", "log_phat"), ("log_pred", True, "logits", "log_log_pred"), ("log_preds", True, "logits", "log_log_preds"),
        ("log_probs", True, "logits", "log_log_probs"), ("logprob", True, "logit", "log_logprob"),
        ("logprobs", True, "logits", "log_logprobs"),
        ("logp", True, "logits", "log_logp"), ("logsoftmax", True, "logits", "log_logsoftmax"),
        ("logsigmoid", True, "logits", "log_logsigmoid"),
        ("log_scale_probs", True, "log_scale_logits", "log_scale_log_probs"), ("probs_sigmoid", True, "logits", "log_probs_sigmoid"),
        ("probe", False, "probe", "log_probe"), ("pred", False, "pred", "log_pred"), ("x", False, "x", "log_x"),
        ("prob_logits", False, "logit_logits", "log_prob_logits"), ("pre_sigmoid", False, "pre_logits", "pre_log_sigmoid"),
        ("raw_probs", False, "raw_logits", "raw_log_probs"),
        ("before_softmax", False, "before_logits", "before_log_softmax"), ("softmax_input", False, "logits_input", "log_softmax_input"),
        ("sigmoid_in", False, "logits_in", "log_sigmoid_in"), ("logit_prob", False, "logit", "logit_log_prob"),
    ],
)  # fmt: skip
def test_names_that_promise_probabilities(name: str, promising: bool, raw: str, logarithm: str) -> None:
    assert promises(name) is promising
    assert instead(name, logarithm=False) == raw
    assert instead(name, logarithm=True) == logarithm


def test_names_that_are_taken() -> None:
    tree = tree_of("logits = 1\ndef g(a, logit=2):\n    return a\nf = lambda q: p_logits\n")
    g, f = tree.of(ir.Function)[0], tree.of(ir.Function)[1]
    g, f = (g, f) if g.name == "g" else (f, g)
    for scope, taken in ((None, "logits logit p_logits"), (g, "logit"), (f, "p_logits")):
        found = [name for name in ("logits", "logit", "p_logits", "log") if is_taken(Variable(tree, scope, "p"), name)]
        assert " ".join(found) == taken
