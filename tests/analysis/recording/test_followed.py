"""How far terms are followed, what is an input of its own, and which values are written to in place."""

from __future__ import annotations

import os

import pytest

from bce_lint.analysis.project.project import Project
from bce_lint.analysis.recording.provenance import MANY, ProvenanceRecorder
from bce_lint.analysis.recording.terms import Input, walk
from tests.analysis.recording.test_provenance import HEAD, PATH, one, shown, traced

CASES = {
    "the transposed": ("p = x.sigmoid()\n    return p.T.log()", "p.T.log()", ".log(@T(.sigmoid(<x>)))"),
    "an attribute of something unknown": ("return x.part.log()", "x.part.log()", ".log(<x.part>)"),
    "a part of something unknown": ("return x['a'].log()", "x['a'].log()", ".log(<x['a']>)"),
    "an item at a place": ("return x[0].log()", "x[0].log()", ".log(<x[0]>)"),
    "an item in all rows": ("return x[:, 1].log()", "x[:, 1].log()", ".log([](<x>, tuple(slice(None, None, None), 1)))"),
    "an item behind an ellipsis": ("return x[..., 0].log()", "x[..., 0].log()", ".log([](<x>, tuple(Ellipsis, 0)))"),
    "a new dimension": ("return x[None].log()", "x[None].log()", ".log([](<x>, None))"),
    "an ellipsis alone": ("return x[...].log()", "x[...].log()", ".log([](<x>, Ellipsis))"),
    "some rows, which a list has, too": ("return x[1:].log()", "x[1:].log()", ".log(<x[1:]>)"),
    "two places, which a dict has, too": ("return x[0, 1].log()", "x[0, 1].log()", ".log(<x[0, 1]>)"),
    "rows of a tensor": ("p = x.sigmoid()\n    return p[1:2].log()", "p[1:2].log()", ".log([](.sigmoid(<x>), slice(1, 2, None)))"),
    "an item of a result": ("p = torch.sigmoid(x)\n    return p[0].log()", "p[0].log()", ".log([](sigmoid(<x>), 0))"),
    "a sum": ("return (x + 1)[0].log()", "(x + 1)[0].log()", ".log([](op +(<x>, 1), 0))"),
    "arguments that are unpacked": ("return torch.add(*x).log()", "torch.add(*x).log()", ".log(<torch.add(*x)>)"),
    "arguments that are known": ("a = (x, 2)\n    return torch.add(*a).log()", "torch.add(*a).log()", ".log(add(<x>, 2))"),
    "a list": ("return torch.stack([x, x.exp()])", "torch.stack([x, x.exp()])", "stack(list(<x>, .exp(<x>)))"),
    "nested lists": ("return torch.stack([[x], (x, 1)])", "torch.stack([[x], (x, 1)])", "stack(list(list(<x>), tuple(<x>, 1)))"),
    "a list of unknown length": ("return torch.stack([*x])", "torch.stack([*x])", "stack(<>)"),
    "a constant": ("return torch.full((2,), 3.0)", "torch.full((2,), 3.0)", "full(tuple(2), 3.0)"),
    "a comparison": ("return (x > 0).float()", "(x > 0).float()", ".float(op >(<x>, 0))"),
    "not": ("return torch.sum(not x)", "torch.sum(not x)", "sum(<not x>)"),
    "or": ("return torch.sum(x or 1)", "torch.sum(x or 1)", "sum(<x or 1>)"),
    "a sum of constants": ("return torch.sum(x, 1 + 1)", "torch.sum(x, 1 + 1)", "sum(<x>, 2)"),
    "a layer that is made there": ("return nn.Linear(2, 3)(x)", "nn.Linear(2, 3)(x)", "()(nn.Linear(2, 3), <x>)"),
    "a method that is kept": ("f = x.sigmoid\n    return f().log()", "f().log()", ".log(<f()>)"),
    "a method of something unknown": ("return g.loss(x).log()", "g.loss(x).log()", ".log(.loss(<g>, <x>))"),
    "one of two methods": (
        "p = x.sigmoid() if c else x.exp()\n    return p.mul(y=2)",
        "p.mul(y=2)",
        ".mul(<x.sigmoid() if c else x.exp()>, y=2)",
    ),
    "one of two functions": ("f = torch.exp if c else torch.log\n    return f(x).sum()", "f(x).sum()", ".sum(<f(x)>)"),
    "one of two layers": ("f = nn.ReLU() if c else nn.Tanh()\n    return f(x).sum()", "f(x).sum()", ".sum(<f(x)>)"),
    "a choice": ("return (x.exp() if c else x).sum()", "(x.exp() if c else x).sum()", ".sum(<x.exp() if c else x>)"),
    "an assignment in place": ("return (p := x.exp()).sum()", "(p := x.exp()).sum()", ".sum(.exp(<x>))"),
}


@pytest.mark.parametrize("how", CASES)
def test_how_a_value_was_computed(how: str) -> None:
    body, wanted, expected = CASES[how]
    assert one(f"def f(x, c, g):\n    {body}\n", wanted) == expected


def test_an_attribute_is_the_same_input_until_something_is_stored() -> None:
    text = "def f(x):\n    a = x.part.exp()\n{}    return a + x.part.exp()\n"
    wanted = "a + x.part.exp()"

    def inputs(stores: str) -> int:
        (term,) = traced(text.format(stores), wanted)
        return len({part.spot for part in walk(term) if isinstance(part, Input)})

    assert [
        inputs(""),
        inputs("    x.part = 1\n"),
        inputs("    x.other = 1\n"),
        inputs("    x['a'] = 1\n"),
        inputs("    x[0].a = 1\n"),
    ] == [1, 2, 2, 2, 2]


def written(body: str) -> list[str]:
    """The texts of the values that are written to in a function."""
    trace = ProvenanceRecorder(frozenset({PATH}), frozenset())
    text = HEAD + f"def f(x, y, c):\n    {body}\n"
    project = Project(os.path.dirname(PATH), (), {PATH: text.encode()}, trace)
    project.run({PATH})
    return sorted(name for _, name in trace.written)


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        ("x.exp()", []),
        ("x.exp_()", ["x"]),
        ("x.__len__()", []),
        ("x.register_hook(c)", ["x"]),
        ("torch.exp(x)", []),
        ("torch.exp_(x)", ["x"]),
        ("F.relu(x)", []),
        ("F.relu(x, inplace=True)", ["x"]),
        ("F.relu(x, inplace=False)", []),
        ("F.relu(x, inplace=c)", []),
        ("torch._foreach_add([x, y], 1)", ["x", "y"]),
        ("torch._foreach_add_((x, y), 1)", ["x", "y"]),
        ("torch.exp(x, out=y)", ["y"]),
        ("c.exp_(x)", ["c"]),
        ("x += 1", ["x"]),
        ("x[0] = 1", ["x"]),
        ("x.data = y", ["x"]),
        ("x.grad = None", ["x"]),
        ("x.other = y", []),
        ("p = x.view(2)\n    p.exp_()", ["x", "x.view(2)"]),
        ("p = x[:, 0]\n    p.exp_()", ["x", "x[:, 0]"]),
        ("p = x.exp()\n    p.exp_()", ["x.exp()"]),
        ("p = x.exp().view(2)\n    p.exp_()", ["x.exp()", "x.exp().view(2)"]),
    ],
)
def test_what_is_written_to(body: str, texts: list[str]) -> None:
    assert written(body) == texts


def test_so_many_ways_are_kept() -> None:
    calls = "".join(f"    g(x.exp() + {number})\n" for number in range(MANY + 3))
    found = traced(f"def g(p):\n    return p.log()\n\n\ndef f(x):\n{calls}", "p.log()")
    assert len(found) == MANY and all(shown(term).startswith(".log(op +(.exp(<x>), ") for term in found)


def test_what_comes_behind_the_last_fuel_is_not_kept() -> None:
    busy = "    n = 1\n" + "    n = n\n" * 60_000
    assert traced(f"def f(x):\n{busy}    return x.log()\n", "x.log()") == []
