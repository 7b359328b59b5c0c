"""Terms: how a value was computed is followed through whatever carries it, and no further than it is certain."""

from __future__ import annotations

import os

import pytest

from bce_lint.analysis.domain.tensor import Place
from bce_lint.analysis.project.project import Project
from bce_lint.analysis.recording.provenance import ProvenanceRecorder
from bce_lint.analysis.recording.terms import Apply, Group, Input, Known, Named, Term, walk
from bce_lint.analysis.sites import LossSite
from bce_lint.ir import Span

PATH = os.path.join(os.sep, "project", "file.py")
HEAD = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n"


def shown(term: Term) -> str:
    """A term as text: inputs by what was written, operations by their name."""
    match term:
        case Known():
            return repr(term.value)
        case Named():
            return term.name.removeprefix("torch.")
        case Input():
            return f"<{term.text}>"
        case Group():
            return f"{term.kind}({', '.join(map(shown, term.items))})"
        case Apply():
            keywords = [f"{name}={shown(value)}" for name, value in term.keywords]
            return f"{term.operation.removeprefix('torch.')}({', '.join([*map(shown, term.args), *keywords])})"
    raise AssertionError(term)


def traced(text: str, wanted: str) -> list[Term]:
    """The terms of an expression of a text, one for each way that leads there."""
    text = HEAD + text
    start = text.rindex(wanted)
    spot = (PATH, Span(start, start + len(wanted)))
    trace = ProvenanceRecorder(frozenset({PATH}), frozenset({spot}))
    project = Project(os.path.dirname(PATH), (), {PATH: text.encode()}, trace)
    project.run({PATH})
    return list(trace.found[spot].values())


def one(text: str, wanted: str) -> str:
    """The only term of an expression, as text."""
    (term,) = traced(text, wanted)
    return shown(term)


FOLLOWED = {
    "a name": ("def f(x):\n    p = torch.sigmoid(x)\n    return p.log()\n", "p.log()", ".log(sigmoid(<x>))"),
    "a name bound twice": (
        "def f(x):\n    x = x.float()\n    x = torch.sigmoid(x)\n    return x.log()\n",
        "x.log()",
        ".log(sigmoid(.float(<x>)))",
    ),
    "an alias": ("def f(x):\n    p = q = x.sigmoid()\n    return torch.log(q)\n", "torch.log(q)", "log(.sigmoid(<x>))"),
    "a tuple": ("def f(x):\n    t = (1, x.sigmoid())\n    _, p = t\n    return p + 1\n", "p + 1", "op +(.sigmoid(<x>), 1)"),
    "a dict": ("def f(x):\n    d = {'p': x.sigmoid()}\n    return torch.log(d['p'])\n", "torch.log(d['p'])", "log(.sigmoid(<x>))"),
    "a function": (
        "def act(z, dim):\n    return F.softmax(z, dim=dim)\n\n\ndef f(x):\n    return act(x, 1).log()\n",
        "act(x, 1).log()",
        ".log(nn.functional.softmax(<x>, dim=1))",
    ),
    "a module": (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(4, 1)\n"
        "        self.act = nn.Sigmoid()\n\n    def forward(self, x):\n        return self.act(self.fc(x))\n\n\n"
        "net = Net()\n\n\ndef f(x):\n    return net(x).squeeze(1)\n",
        "net(x).squeeze(1)",
        ".squeeze(()(nn.Sigmoid(), ()(nn.Linear(4, 1), <x>)), 1)",
    ),
    "a chain of layers": (
        "net = nn.Sequential(nn.Linear(4, 3), nn.Softmax(dim=1))\n\n\ndef f(x):\n    return net(x) * 2\n",
        "net(x) * 2",
        "op *(()(chain(nn.Linear(4, 3), nn.Softmax(dim=1)), <x>), 2)",
    ),
    "a loss with its options": (
        "loss = nn.CrossEntropyLoss(ignore_index=-1).cuda()\n\n\ndef f(x, y):\n    return loss(x, y)\n",
        "loss(x, y)",
        "()(nn.CrossEntropyLoss(ignore_index=-1), <x>, <y>)",
    ),
    "an index": (
        "def f(x):\n    p = x.softmax(1)[:, 1]\n    return p.log()\n",
        "p.log()",
        ".log([](.softmax(<x>, 1), tuple(slice(None, None, None), 1)))",
    ),
    "parts": ("def f(x):\n    v, i = x.sigmoid().max(1)\n    return v.log()\n", "v.log()", ".log([](.max(.sigmoid(<x>), 1), 0))"),
    "an augmented assignment": (
        "def f(x):\n    p = x.sigmoid()\n    p *= 2\n    return p.log()\n",
        "p.log()",
        ".log(op *(.sigmoid(<x>), 2))",
    ),
    "a change in place": ("def f(x):\n    x.sigmoid_()\n    return x.log()\n", "x.log()", ".log(.sigmoid_(<x>))"),
    "a partial": (
        "from functools import partial\nact = partial(F.softmax, dim=1)\n\n\ndef f(x):\n    return act(x).log()\n",
        "act(x).log()",
        ".log(nn.functional.softmax(<x>, dim=1))",
    ),
    "a dtype": ("def f(x):\n    return x.to(torch.float64)\n", "x.to(torch.float64)", ".to(<x>, float64)"),
}  # fmt: skip


@pytest.mark.parametrize("how", FOLLOWED)
def test_values_are_followed_through(how: str) -> None:
    text, wanted, expected = FOLLOWED[how]
    assert one(text, wanted) == expected


def test_one_parameter_read_twice_is_one_input() -> None:
    (term,) = traced("def f(x):\n    return x.exp() + torch.log(x)\n", "x.exp() + torch.log(x)")
    assert len({part.spot for part in walk(term) if isinstance(part, Input)}) == 1


def test_a_name_bound_again_is_another_input() -> None:
    (term,) = traced("def f(x, g):\n    a = x.exp()\n    x = g(x)\n    return a + x.exp()\n", "a + x.exp()")
    assert len({part.spot for part in walk(term) if isinstance(part, Input)}) == 2


def test_what_two_branches_give_is_an_input() -> None:
    text = "def f(x, c):\n    if c:\n        p = x.sigmoid()\n    else:\n        p = x.softmax(1)\n    return p.log()\n"
    assert one(text, "p.log()") == ".log(<p>)"


def test_each_caller_is_a_way_of_its_own() -> None:
    text = "def g(p):\n    return p.log()\n\n\ndef f(x):\n    return g(x.sigmoid()) + g(x.softmax(1))\n"
    assert sorted(map(shown, traced(text, "p.log()"))) == [".log(.sigmoid(<x>))", ".log(.softmax(<x>, 1))"]


def test_a_run_that_records_meets_the_same_losses() -> None:
    text = HEAD + "net = nn.Sequential(nn.Linear(4, 3), nn.Softmax(dim=1))\n\n\ndef f(x, y):\n    return F.cross_entropy(net(x), y)\n"

    def losses(trace: ProvenanceRecorder | None) -> set[tuple[Place, tuple[Place, ...]]]:
        project = Project(os.path.dirname(PATH), (), {PATH: text.encode()}, trace)
        project.run({PATH})
        sites = [site for site in project.answer.sites if isinstance(site, LossSite)]
        return {(site.primary, tuple(o.place for x in site.input for o in x.origin)) for site in sites}

    assert losses(ProvenanceRecorder(frozenset({PATH}), frozenset())) == losses(None) != set()
