"""Fixes of many findings: what planning and applying them asks of a project grows no faster than its text."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from unittest.mock import patch

import pytest

from bce_lint import engine
from bce_lint.cli.main import main
from bce_lint.fix_options import FixOptions
from bce_lint.fixes import apply
from bce_lint.rules.selection import choose
from tests.hostile import measure
from tests.hostile.measure import DETAILS, STEPS, EndlessRun, counting, written
from tests.hostile.programs import HEAD, Program

pytestmark = pytest.mark.any_python

ROUNDS = 25_000_000
"""The most steps of a run here: fixes are looked at by Python's own parsers, by LibCST, and by a second lint."""
LINEAR = 2.6
"""How many times as much the double size may cost: what is found by halves, and in sorted rows, is a little more than linear."""
SLACK = {STEPS: 60_000}
ONCE = 40
"""What every other count may be more, whatever the size."""


def _step(number: int, net: str = "Net()", loss: str = "nn.BCEWithLogitsLoss()") -> str:
    return f"\n\ndef step{number}(x, y):\n    net = {net}\n    return {loss}(net(x), y)\n"


def _net(name: str = "Net") -> str:
    return (
        f"\n\nclass {name}(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(3, 1)\n\n"
        "    def forward(self, x):\n        return torch.sigmoid(self.fc(x))\n"
    )


def _apart(n: int) -> dict[str, str]:
    body = "    out = nn.Linear(3, 1)(x)\n    return nn.BCEWithLogitsLoss()(torch.sigmoid(out), y)\n"
    return {"a.py": HEAD + "".join(f"\n\ndef step{i}(x, y):\n{body}" for i in range(n))}


def _fused(n: int) -> dict[str, str]:
    body = "    out = torch.sigmoid(nn.Linear(3, 1)(x))\n    loss = nn.BCELoss()\n    return loss(out, y)\n"
    return {"a.py": HEAD + "".join(f"\n\ndef step{i}(x, y):\n{body}" for i in range(n))}


def _formulas(n: int) -> dict[str, str]:
    body = "    p = torch.sigmoid(nn.Linear(3, 1)(x))\n    return -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()\n"
    return {"a.py": HEAD + "".join(f"\n\ndef step{i}(x, y):\n{body}" for i in range(n))}


def _users(n: int) -> dict[str, str]:
    return {"a.py": HEAD + _net() + "".join(map(_step, range(n)))}


def _files(n: int) -> dict[str, str]:
    return {"model.py": HEAD + _net(), **{f"u{i}.py": f"{HEAD}from model import Net\n{_step(i)}" for i in range(n)}}


def _helper(n: int) -> dict[str, str]:
    calls = "".join(f"\n\ndef step{i}(x, y):\n    return nn.BCEWithLogitsLoss()(act(nn.Linear(3, 1)(x)), y)\n" for i in range(n))
    return {"a.py": f"{HEAD}\n\ndef act(z):\n    return torch.sigmoid(z)\n{calls}"}


def _classes(n: int) -> dict[str, str]:
    return {"a.py": HEAD + "".join(_net(f"Net{i}") + _step(i, f"Net{i}()") for i in range(n))}


def _islands(n: int) -> dict[str, str]:
    return {f"a{i}.py": HEAD + _net() + _step(i) for i in range(n)}


def _joined(n: int) -> dict[str, str]:
    """Classes in a file each, which one file imports; none of the others can meet what is theirs."""
    models = {f"m{i}.py": HEAD + _net(f"Net{i}") + _step(i, f"Net{i}()") for i in range(n)}
    return {**models, "main.py": "".join(f"import m{i}\n" for i in range(n))}


def _kept(n: int) -> dict[str, str]:
    body = (
        "\n\nclass Task:\n    def __init__(self):\n        self.net = Net()\n        self.loss = nn.BCEWithLogitsLoss()\n\n"
        "    def step(self, x, y):\n        self.out = self.net(x)\n        return self.loss(self.out, y)\n"
    )
    return {"model.py": HEAD + _net(), **{f"u{i}.py": f"{HEAD}from model import Net\n{body}" for i in range(n)}}


def _large(n: int) -> dict[str, str]:
    filling = "".join(
        f"\n\ndef part{i}(model, a, b):\n    c = a + b * {i}\n    for net in (a, b):\n        c += model.predict(net)\n    return c\n"
        for i in range(8 * n)
    )
    return {"a.py": HEAD + _net() + filling + _step(0)}


def _words(n: int) -> dict[str, str]:
    others = {f"w{i}.py": "import model\n\n\ndef go(net, x):\n    return net(x) + model.forward(x)\n" for i in range(2 * n)}
    return {"model.py": HEAD + _net(), "t.py": f"{HEAD}from model import Net\n{_step(0)}", **others}


def _exports(n: int) -> dict[str, str]:
    chain = {f"m{i}.py": f"from m{i - 1} import Net\n" for i in range(1, n)}
    return {"m0.py": HEAD + _net(), **chain, "t.py": f"{HEAD}from m{n - 1} import Net\n{_step(0)}"}


def _one_loss(n: int) -> dict[str, str]:
    """One function with a loss, which is called in many lines of one other."""
    lines = "    loss_of(torch.sigmoid(x), y)\n" * n
    return {"a.py": f"{HEAD}\n\ndef loss_of(p, y):\n    return nn.BCEWithLogitsLoss()(p, y)\n\n\ndef step(x, y):\n{lines}"}


def _one_value(n: int) -> dict[str, str]:
    """One activation that many losses get."""
    return {"a.py": f"{HEAD}\n\ndef step(x, y):\n    p = torch.sigmoid(x)\n" + "    nn.BCEWithLogitsLoss()(p, y)\n" * n}


def _too_deep(n: int) -> dict[str, str]:
    """Findings in functions whose calls stand too deep in each other to be followed."""
    chain = "".join(f"\n\ndef f{i}(x):\n    return f{i - 1}(x)\n" for i in range(1, 60))
    body = "    f59(x)\n    return nn.BCEWithLogitsLoss()(torch.sigmoid(nn.Linear(3, 1)(x)), y)\n"
    return {"a.py": f"{HEAD}\n\ndef f0(x):\n    return x\n{chain}" + "".join(f"\n\ndef step{i}(x, y):\n{body}" for i in range(n))}


CHOSEN = (
    "\n\nclass {name}(nn.Module):\n    def __init__(self, act):\n        super().__init__()\n        self.fc = nn.Linear(3, 1)\n"
    "        self.act = act\n\n    def forward(self, x):\n        x = self.fc(x)\n        if self.act == 'sigmoid':\n"
    "            x = torch.sigmoid(x)\n        else:\n            x = torch.relu(x)\n        return x\n"
)
"""A class that is told which activation it applies, and says nowhere what it takes for none."""
TOLD = "Net('sigmoid')"
ASKING = "\n    def f{i}(self, a):\n        if a is None:\n            return self.f{next}(a)\n        return self.f{next}(a)\n"
"""A method that asks whether its parameter is None, and gives it to another twice."""


def _chosen(n: int) -> dict[str, str]:
    """Classes, each of which is told which activation it applies."""
    return {"a.py": HEAD + "".join(CHOSEN.format(name=f"Net{i}") + _step(i, f"Net{i}('sigmoid')") for i in range(n))}


def _choosers(n: int) -> dict[str, str]:
    """One such class for many losses, its activation chosen once."""
    return {"a.py": f"{HEAD}{CHOSEN.format(name='Net')}\n\nnet = Net('sigmoid')\n" + "".join(_step(i, "net") for i in range(n))}


def _given_on(n: int) -> dict[str, str]:
    """Methods that ask for None, each of which calls the next one twice; the class gives none of them what it was told."""
    methods = "".join(ASKING.format(i=i, next=i + 1) for i in range(n))
    return {"a.py": f"{HEAD}{CHOSEN.format(name='Net')}{methods}{_step(0, TOLD)}"}


def _given_around(n: int) -> dict[str, str]:
    """The same, the last of which calls the first."""
    methods = "".join(ASKING.format(i=i, next=(i + 1) % n) for i in range(n))
    return {"a.py": f"{HEAD}{CHOSEN.format(name='Net')}{methods}{_step(0, TOLD)}"}


def _of_one_name(n: int) -> dict[str, str]:
    """Methods of one name that ask for None, and as many calls of it."""
    methods = "".join(ASKING.format(i="", next="") for _ in range(n))
    return {"a.py": f"{HEAD}{CHOSEN.format(name='Net')}{methods}{_step(0, TOLD)}"}


def _asked_apart(n: int) -> dict[str, str]:
    """Functions outside of the class that ask for what they are given."""
    functions = "".join(f"\n\ndef f{i}(a):\n    if a:\n        print(a)\n" for i in range(n))
    return {"a.py": f"{HEAD}{CHOSEN.format(name='Net')}{functions}{_step(0, TOLD)}"}


def _weighted(n: int) -> dict[str, str]:
    """Losses with a class weight that subclasses hand on."""
    return {
        "a.py": HEAD
        + "".join(
            f"\n\nclass Loss{i}(nn.CrossEntropyLoss):\n    def __init__(self, scale, w):\n        super().__init__(weight=w)\n"
            f"\n\ndef step{i}(x, y):\n    return Loss{i}(2, torch.tensor([1, 2, 3]))(nn.Linear(4, 3)(x), y.long())\n"
            for i in range(n)
        )
    }


MANY: Mapping[str, Callable[[int], dict[str, str]]] = {
    "calls of one loss": _one_loss,
    "losses of one value": _one_value,
    "calls that are not followed": _too_deep,
    "users of one class": _users,
    "files apart": _islands,
    "classes that are told their activation": _chosen,
    "losses of one chosen activation": _choosers,
    "weights that subclasses hand on": _weighted,
}


ASKED: Mapping[str, Callable[[int], dict[str, str]]] = {
    "methods that give a parameter on": _given_on,
    "methods that give a parameter around": _given_around,
    "methods of one name": _of_one_name,
    "functions that ask for a parameter": _asked_apart,
}
PROJECTS: Mapping[str, Callable[[int], dict[str, str]]] = {
    "findings in one file": _apart,
    "losses and activations that become one": _fused,
    "formulas": _formulas,
    "users of one class": _users,
    "files that import one class": _files,
    "calls of one function": _helper,
    "classes in one file": _classes,
    "files apart": _islands,
    "files that one imports": _joined,
    "objects that keep a module": _kept,
    "one finding in a large file": _large,
    "one finding in files with a word in common": _words,
    "one finding behind re-exports": _exports,
    "classes that are told their activation": _chosen,
    "losses of one chosen activation": _choosers,
    "weights that subclasses hand on": _weighted,
}
WALKS: Mapping[str, str] = {"trees walked": "tree.py:_walk", "files read for names": "readings.py:_walk", "searches": "uses.py:_models"}
"""What is counted besides, by the functions of `fixes` that do it once for each."""


def _run(files: Mapping[str, str], how: str) -> tuple[Counter[str], int]:
    """What a run counts, and how many findings have a fix, or were fixed."""
    codes = choose(None, [], [])
    with tempfile.TemporaryDirectory() as folder, patch.object(measure, "MOST_STEPS", ROUNDS):
        paths = written(Program(files), Path(folder))
        with counting() as counts:
            if how == "plan":
                done = sum(one.fix is not None for one in engine.check(paths, codes, fixes=True).diagnostics)
            else:
                done = len(engine.fix(paths, codes, FixOptions(how == "unsafe", codes))[0].applied)
    for name, end in WALKS.items():
        counts[name] = sum(count for what, count in DETAILS.items() if what.endswith(f"/fixes/{end}"))
    return counts, done


def _excess(small: Counter[str], large: Counter[str]) -> list[str]:
    grown = ((name, small[name], large[name]) for name in sorted(large))
    return [f"{name}: {before} became {after}" for name, before, after in grown if after > LINEAR * before + SLACK.get(name, ONCE)]


@pytest.mark.parametrize(
    ("name", "how"), [*((name, how) for name in PROJECTS for how in ("plan", "unsafe")), ("losses and activations that become one", "fix")]
)
def test_fixes_cost_no_more_than_their_project_grows(name: str, how: str) -> None:
    try:
        (small, few), (large, many) = _run(PROJECTS[name](10), how), _run(PROJECTS[name](20), how)
    except EndlessRun as error:
        pytest.fail(str(error))
    assert _excess(small, large) == []
    assert many == few or many == 2 * few


@pytest.mark.parametrize("name", MANY)
def test_a_finding_costs_the_same_among_many(name: str) -> None:
    (small, few), (middle, some), (large, many) = (_run(MANY[name](size), "plan") for size in (40, 80, 160))
    assert large[STEPS] - middle[STEPS] < LINEAR * (middle[STEPS] - small[STEPS])
    assert (some, many) in ((2 * few, 4 * few), (few, few))


@pytest.mark.parametrize("name", ASKED)
def test_a_class_is_read_once_for_what_it_asks(name: str) -> None:
    """What the fix enters of its own functions: to run methods that call each other takes the analysis all that it may spend."""
    entered = []
    for size in (6, 12, 24):
        _, fixes = _run(ASKED[name](size), "plan")
        assert fixes == 1
        entered.append(sum(count for what, count in DETAILS.items() if what.startswith("/fixes/")))
    assert entered[2] - entered[1] < LINEAR * (entered[1] - entered[0])


@pytest.mark.parametrize("name", ["users of one class", "files that import one class", "calls of one function"])
def test_the_users_of_one_activation_are_looked_for_once(name: str) -> None:
    counts, fixes = _run(PROJECTS[name](20), "plan")
    assert fixes == 20
    assert counts["searches"] == 1


@pytest.mark.parametrize("name", PROJECTS)
def test_each_file_is_gone_through_once_for_all_findings(name: str) -> None:
    files = PROJECTS[name](20)
    counts, _ = _run(files, "plan")
    assert counts["trees walked"] <= 2 * len(files)
    assert counts["files read for names"] <= len(files)
    assert counts["files parsed"] <= len(files)


def test_many_fixes_of_one_file_are_one_round(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "a.py").write_text(_apart(60)["a.py"], encoding="utf-8")
    with patch.object(apply, "_round", wraps=apply._round) as rounds:
        assert main(["--no-cache", "--unsafe-fixes", "--diff", str(tmp_path)]) == 1
    assert rounds.call_count == 1
    assert capsys.readouterr().out.count("\n+    return nn.BCEWithLogitsLoss()(out, y)") == 60
