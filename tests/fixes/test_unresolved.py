"""What may be called without being resolved, piece by piece: the names that objects are kept under, and the calls that fit a function."""

from __future__ import annotations

import pytest

from bce_lint import ir
from bce_lint.fixes.children import may_be_called
from bce_lint.fixes.meeting import _compared, _comprehension, _is_same_dimension, _of_batch, _only_positions
from bce_lint.fixes.order import behind_loop
from bce_lint.fixes.unresolved import Sought, _fits, _is_argument, _is_self, _names_given
from tests.fixes.written import tree_of, value_of, written


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("m = A()", "m"), ("self.m = A()", "m"), ("x['m'] = A()", "m"), ("x[0] = A()", ""), ("x[k] = A()", ""), ("a = b.c = A()", "a c"),
        ("f(x).m = A()", "m"), ("m = DataParallel(A())", "m"), ("m = torch.compile(A(), mode=k)", "m"), ("m = to(A(), device)", "m"),
        ("m = cuda(A())", "m"), ("m = cpu(A())", "m"), ("m = nn.parallel.DistributedDataParallel(A())", "m"),
        ("m = compile(DataParallel(A()))", "m"), ("m = wrapped(A())", ""), ("m = f(compile(A()), n='k')", "k"),
        ("{'m': A()}", "m"), ("{'k': 1, 'm': A(), 'n': 2}", "m"), ("{k: A()}", ""), ("{1: A()}", ""), ("{**A()}", ""),
        ("f(m=A())", "m"), ("f('m', A())", "m"), ("f('m n', A())", ""), ("f(A())", ""), ("f(1, A(), k=2)", ""), ("f(k=2, m=A())", "m"),
        ("A()(k='m')", ""), ("('m', A())", "m"), ("[('m', A()), ('n', 1)]", "m"), ("[A()]", ""), ("(1, A())", ""), ("A()", ""),
        ("A().m", ""), ("return A()", ""),
        ("a, b = A(), B()", "a"), ("b, self.a = B(), A()", "a"), ("a, b = x = A(), B()", "a"), ("a, b, c = A(), *d", ""),
        ("x['k'], b = A(), 1", "k"), ("x[0], b = A(), 1", ""), ("(a, b), c = (A(), B()), 1", ""), ("x[A(), 1] = 3", ""),
        ("for a, b in A(), B():\n    pass", ""), ("x = f(A(), B())", ""), ("(q, 'k')[A()] = 2", ""),
    ],
)  # fmt: skip
def test_the_names_that_an_object_is_kept_under(text: str, names: str) -> None:
    tree = tree_of(f"def g():\n    {text}\n" if text.startswith("return") else text)
    assert _names_given(tree, written(tree, "A()", ir.Call)) == set(names.split())


@pytest.mark.parametrize(
    ("definition", "module", "fitting", "others"),
    [
        ("", True, "f(x) f(k=x) f(*x) f(**x) f(x,*y)", "f() f(x,y)"),
        ("def f(x): pass", False, "f(1) f(x=1) f(*z) f(**z)", "f() f(y=1) f(1,2) f(1,y=2)"),
        ("def f(x, y=0): pass", False, "f(1) f(1,2) f(1,y=2) f(y=2,x=1)", "f() f(y=2) f(1,2,3) f(1,z=2)"),
        ("def f(x, *, y): pass", False, "f(1,y=2) f(y=2,x=1)", "f(1) f(y=2)"),
        ("def f(x, *rest): pass", False, "f(1) f(1,2,3)", ""),
        ("def f(x, **more): pass", False, "f(1) f(1,z=3) f(x=1,z=3)", ""),
        ("def f(): pass", False, "f() f(*z)", "f(1) f(x=1)"),
        ("def f(self, x): pass", False, "f(1) f(x=1)", "f() f(1,2) f(1,self=2)"),
        ("def f(cls, x): pass", False, "f(1)", "f() f(1,2)"),
        ("def f(this, x): pass", False, "f(1,2)", "f(1)"),
        ("def f(this, x): pass", True, "f(1)", "f() f(1,2)"),
        ("@staticmethod\ndef f(self, x): pass", False, "f(1,2)", "f(1)"),
        ("@cached\ndef f(self, x): pass", False, "f(1)", "f(1,2)"),
        ("@a.staticmethod\ndef f(self, x): pass", False, "f(1)", "f(1,2)"),
    ],
)
def test_the_calls_that_fit_a_function(definition: str, module: bool, fitting: str, others: str) -> None:
    function = next((one for one in tree_of(definition).nodes if isinstance(one, ir.Function)), None)
    wanted = Sought(frozenset({"f"}), function, "a.py", None, module)
    for calls, fits in ((fitting, True), (others, False)):
        for text in calls.split():
            _, call = value_of(text)
            assert _fits(call, wanted) is fits, text


def test_which_name_is_the_instance() -> None:
    tree = tree_of(
        "def free(self):\n    self.a\nclass C:\n    self\n    def m(self, x):\n        self.b, x\n        def g(y):\n            self.c\n"
        "    def n():\n        self.d\n    def o(this):\n        this.e, self.f\n"
    )
    names = sorted((one for name in ("self", "x", "y", "this") for one in tree.names(name)), key=lambda one: one.span.start)
    found = [tree.source(getattr(tree.parent(one), "span", one.span)) for one in names if _is_self(tree, one)]
    assert found == ["self.b", "self.c", "this.e"]


@pytest.mark.parametrize(
    ("text", "given"),
    [("f(a)", True), ("a(1)", False), ("f([a])", True), ("f({'k': [a]})", True), ("f(k=a)", True), ("[a]", False), ("[a](1)", False),
     ("a.b", False), ("f(a.b)", False), ("f(1)(a)", True), ("a + 1", False)],
)  # fmt: skip
def test_what_is_given_to_a_call(text: str, given: bool) -> None:
    tree, _ = value_of(text)
    assert _is_argument(tree, written(tree, "a", ir.Name)) is given


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [(1, 1, True), (0, 0, True), (-1, -1, True), (2, 2, True), (1, -1, True), (-1, 1, True), (0, 1, False), (0, -1, False), (2, -1, False),
     (1, -2, False), (None, None, False), (None, 1, False), (1, None, False), ("n", 1, False)],
)  # fmt: skip
def test_one_dimension_said_twice(first: object, second: int | None, same: bool) -> None:
    assert _is_same_dimension(first, second) is same


@pytest.mark.parametrize(
    ("text", "usage"),
    [("p > 0.5", "THRESHOLD"), ("0.5 < p", "THRESHOLD"), ("p >= 1", "THRESHOLD"), ("p <= 1", "THRESHOLD"), ("p < 1", "THRESHOLD"),
     ("p == 0.5", "VALUES"), ("p != 1", "VALUES"), ("p > q", "VALUES"), ("p > 'a'", "VALUES"), ("p is None", "ORDER"),
     ("p is not None", "ORDER"), ("p and q", "UNSEEN"), ("p or q", "UNSEEN"), ("p + 1", "VALUES"), ("not p", "VALUES"), ("-p", "VALUES"),
     ("p > -1", "VALUES"), ("p > -0.5", "VALUES")],
)  # fmt: skip
def test_what_an_operation_looks_at(text: str, usage: str) -> None:
    tree, op = value_of(text)
    if text.startswith("p > -"):
        usage = "THRESHOLD"  # a negative number is a constant as well
    assert _compared(tree.names("p")[0], op).name == usage


def test_what_a_comprehension_does() -> None:
    tree, comp = value_of("[q for q in p]")
    step = _comprehension(tree.names("p")[0], comp, 1)
    assert (step.bound, step.turned, step.order, step.on) == ((comp.clauses[0].target,), True, behind_loop(1), None)
    for text in ("[p for q in z]", "{k: p for k in z}", "{p: k for k in z}", "(p for k in z)"):
        tree, comp = value_of(text)
        assert _comprehension(tree.names("p")[0], comp, 1).on is comp, text
    tree, comp = value_of("[q for q in z if p]")
    step = _comprehension(tree.names("p")[0], comp, 1)
    assert step.on is None and step.use is not None and step.use.name == "VALUES"


@pytest.mark.parametrize(
    ("text", "only"),
    [("i = CALL[1]", True), ("i = CALL[-1]", True), ("i = CALL[0]", False), ("i = CALL[k]", False), ("i = CALL.indices", True),
     ("v = CALL.values", False), ("return CALL", False), ("_, i = CALL", True), ("v, i = CALL", True), ("v, i = CALL\n    f(v)", False),
     ("v, i = CALL\n    f(i)", True), ("v, i, j = CALL", False), ("v.a, i = CALL", False), ("a = v, i = CALL", False),
     ("r = CALL\n    f(r[1])", True), ("r = CALL\n    f(r.indices, r[-1])", True), ("r = CALL\n    f(r)", False), ("r = CALL", False),
     ("r = CALL\n    f(r[1], r[0])", False), ("r = CALL\n    s = r\n    f(s[1])", False), ("f(CALL)", False)],
)  # fmt: skip
def test_where_positions_alone_are_taken(text: str, only: bool) -> None:
    tree = tree_of(f"def g(p, k):\n    {text.replace('CALL', 'p.max(1)')}\n")
    assert _only_positions(tree, written(tree, "p.max(1)", ir.Call)) is only


@pytest.mark.parametrize(("listed", "only"), [("", True), ("__all__ = ['v']\n", False), ("__all__ = ['_']\n", True)])
def test_values_that_another_file_may_read(listed: str, only: bool) -> None:
    for name in ("v", "_"):
        tree = tree_of(f"{listed}{name}, i = p.max(1)\n")
        assert _only_positions(tree, written(tree, "p.max(1)", ir.Call)) is (only or name == "_")


@pytest.mark.parametrize(("index", "whole"), [("[0, 1]", True), ("[0, 1], :", True), ("()", True), ("[0, 1], 0", False)])
def test_an_index_of_several_rows(index: str, whole: bool) -> None:
    _, item = value_of(f"x[{index}]")
    assert _of_batch(item.index) is whole


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("for c in FETCHED:\n    c(x)", True), ("for c in FETCHED:\n    c.forward(x)", True), ("for c in FETCHED:\n    f(c.weight)", False),
        ("for c in FETCHED:\n    init(c)", False), ("for c in FETCHED:\n    kept.append(c)", True), ("for c in FETCHED:\n    k = c", True),
        ("for c in FETCHED:\n    k = [c]", True), ("for n, c in FETCHED:\n    n(x)", False), ("for n, c in FETCHED:\n    c(x)", True),
        ("for i, (n, c) in enumerate(FETCHED):\n    c(x)", True), ("for i, (n, c) in enumerate(FETCHED):\n    n(x)", False),
        ("for c, d in zip(FETCHED, y):\n    c(x)", True), ("for c, d in zip(FETCHED, y):\n    d(x)", True),
        ("for (n, c), d in zip(FETCHED, y):\n    n(x)", True), ("for c.a in FETCHED:\n    c(x)", False),
        ("for c in y:\n    c(FETCHED)", True), ("for c in list(FETCHED)[1:]:\n    c(x)", True), ("n = len(list(FETCHED))", False),
        ("m = nn.Sequential(*FETCHED)", True), ("print(FETCHED)", False), ("FETCHED", False), ("if FETCHED:\n    pass", False),
        ("while FETCHED:\n    pass", False), ("a = FETCHED + b", False), ("a = FETCHED", True), ("next(FETCHED)(x)", True),
        ("k = [c(x) for c in FETCHED]", True), ("k = [c.weight for c in FETCHED]", False), ("k = [c for c in FETCHED]", True),
        ("k = [c(x) for d in FETCHED for c in y]", False), ("k = [FETCHED for c in y]", False),
        ("for n, c in FETCHED.items():\n    c(x)", True), ("for n, c in FETCHED.items():\n    n(x)", False),
        ("for c in FETCHED.values():\n    c.bias", False), ("FETCHED.clear()", False), ("k = {**FETCHED}", True),
    ],
)  # fmt: skip
def test_whether_a_fetched_layer_is_called(text: str, called: bool) -> None:
    tree = tree_of(text.replace("FETCHED", "m.children()"))
    assert may_be_called(tree, written(tree, "m.children", ir.Attr)) is called
