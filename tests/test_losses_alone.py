"""What a file shows alone and its project does not: `--losses` names the fact of the project that says otherwise, and where it does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest

import bce_lint
from bce_lint.cli import main
from bce_lint.diagnostic import JudgedLoss, ShownAlone
from bce_lint.loss_table.project_facts import FactKind
from bce_lint.loss_table.table import losses_of
from bce_lint.rules.registry import default_codes

HEAD = """\
import torch
import torch.nn.functional as F
from torch import nn

labels = torch.zeros(16, 2, dtype=torch.float64)


class Net(nn.Module):
    def __init__(self, squash=True):
        super().__init__()
        self.fc = nn.Linear(8, 2)
        self.act = nn.Sigmoid()
        self.squash = squash

    def forward(self, x):
        return self.act(self.fc(x))
"""
DTYPE = """

    def loss(self, x):
        return F.binary_cross_entropy(torch.softmax(self.fc(x), 1), labels)
"""
DEFAULT_DTYPE = """

def loss():
    return F.binary_cross_entropy(torch.softmax(torch.rand(16, 2), 1), labels)
"""
GRADIENT = """

    def loss(self, x):
        return F.binary_cross_entropy_with_logits(self.fc(-x).detach(), self.fc(x).sigmoid())
"""
SUBCLASS = """

def loss(net: Net, x):
    return F.binary_cross_entropy_with_logits(net(x), torch.rand(16, 2))
"""
ATTRIBUTE = """

    def loss(self, x):
        return F.binary_cross_entropy_with_logits(self.act(self.fc(x)), torch.rand(16, 2))
"""
CONSTRUCTION = """

    def loss(self, x):
        out = self.fc(x)
        if self.squash:
            out = out.sigmoid()
        return F.binary_cross_entropy_with_logits(out, torch.rand(16, 2))
"""
REGISTRATION = """

NETS = {}


def register(cls):
    NETS[cls.__name__] = cls
    return cls


register(Net)


def loss(name, x):
    return F.binary_cross_entropy_with_logits(NETS[name]()(x), torch.rand(16, 2))
"""
CALL = """

net = nn.Linear(8, 2)


def loss(x, squash=True):
    out = net(x)
    if squash:
        out = out.sigmoid()
    return F.binary_cross_entropy_with_logits(out, torch.rand(16, 2))
"""
IMPORT = """
from other import SQUASH

net = nn.Linear(8, 2)


def loss(x):
    if SQUASH:
        return F.binary_cross_entropy_with_logits(net(x).sigmoid(), torch.rand(16, 2))
    return None
"""


class Case(NamedTuple):
    """A file that shows a code alone, the file that says otherwise, with the row and the words of that, and one that says nothing of it."""

    kind: FactKind
    models: str
    code: str
    verdict: str
    other: str
    row: int
    text: str
    harmless: str


SUBCLASSED = "from models import Net\n\n\nclass Scores(Net):\n    def forward(self, x):\n        return self.fc(x)\n"
REGISTERED = """\
from models import register
from torch import nn


@register
class Plain(nn.Module):
    def forward(self, x):
        return x
"""
FROZEN = "def frozen(model):\n    for one in model.parameters():\n        one.requires_grad = False\n"
FITTED = "from models import loss\n\n\ndef fit(x, options):\n    return loss(x, options.squash)\n"
BUILT = "from models import Net\n\n\ndef built():\n    return Net(squash=False)\n"
SET = '"""torch.set_default_dtype"""\nimport torch\n\ntorch.set_default_dtype(float)\n'
CASES = (
    Case(
        FactKind.DTYPE, DTYPE, "BCE301", "unknown", "def widened(net):\n    return net.double()\n", 2,
        "the project may give modules another dtype", "# net.double()\ndef moved(net):\n    return net.cuda()\n",
    ),
    Case(
        FactKind.DTYPE, DEFAULT_DTYPE, "BCE301", "unknown", SET, 4, "the project changes the default dtype",
        '"""torch.set_default_dtype"""\nimport torch\n',
    ),
    Case(
        FactKind.GRADIENT, GRADIENT, "BCE202", "unknown", FROZEN, 3, "the project may keep parameters from being trained",
        "def trained(model):\n    model.train()\n",
    ),
    Case(
        FactKind.SUBCLASS, SUBCLASS, "BCE103", "unknown", SUBCLASSED, 4, "the project has a subclass `Scores` of `Net`",
        SUBCLASSED.replace("Net", "Other"),
    ),
    Case(
        FactKind.ATTRIBUTE, ATTRIBUTE, "BCE103", "unknown", "import models\n\n\ndef bare(net):\n    net.act = models.nn.Identity()\n", 5,
        "something else in the project may store `act`", "import models\n\n\ndef bare(net):\n    net.other = models.nn.Identity()\n",
    ),
    Case(
        FactKind.CONSTRUCTION, CONSTRUCTION, "BCE103", "possible", BUILT, 5, "no `Net` of the project has `squash` at its default",
        BUILT.replace("squash=False", ""),
    ),
    Case(
        FactKind.REGISTRATION, REGISTRATION, "BCE103", "unknown", REGISTERED, 5, "another file of the project registers more",
        REGISTERED.replace("@register", "@print"),
    ),
    Case(
        FactKind.CALL, CALL, "BCE103", "right", "import torch\nfrom models import loss\n\nloss(torch.rand(16, 8), squash=False)\n", 4,
        "the project calls it as `loss(torch.rand(16, 8), squash=False)`",
        "import torch\nfrom models import loss\n\nloss(torch.rand(16, 8))\n",
    ),
    Case(
        FactKind.CALL, CALL, "BCE103", "possible", FITTED, 5, "the project calls it as `loss(x, options.squash)`",
        FITTED.replace("options.squash", "True"),
    ),
    Case(
        FactKind.IMPORT, IMPORT, "BCE103", "unknown", "SQUASH = False\n", 18, "what `other` gives is known in the project",
        "SQUASH = True\n",
    ),
)  # fmt: skip
NAMES = [f"{one.kind.value}_{one.verdict}_{at}" for at, one in enumerate(CASES)]


def project(folder: Path, case: Case, other: str) -> list[JudgedLoss]:
    """The losses of a case with another file beside it."""
    (folder / "models.py").write_text(HEAD + case.models.removeprefix("\n" * case.models.startswith("\n\n    def")), encoding="utf-8")
    (folder / "other.py").write_text(other, encoding="utf-8")
    return [one for one in bce_lint.losses(folder) if Path(one.location.path).name == "models.py"]


def test_each_kind_has_a_case() -> None:
    assert {one.kind for one in CASES} == set(FactKind)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_the_fact_is_named(case: Case, tmp_path: Path) -> None:
    (found,) = project(tmp_path, case, case.other)
    assert found.verdict == case.verdict and found.alone is not None
    (fact,) = found.alone.facts
    name = "models.py" if case.kind is FactKind.IMPORT else "other.py"
    assert found.alone.codes == (case.code,)
    assert (fact.kind, fact.text) == (case.kind.value, case.text)
    assert (Path(fact.location.path).name, fact.location.start.row) == (name, case.row)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_nothing_is_named_where_both_show_it(case: Case, tmp_path: Path) -> None:
    (found,) = project(tmp_path, case, case.harmless)
    assert (found.verdict, found.alone) == ("wrong", None) and case.code in found.codes


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_the_file_shows_it_alone(case: Case, tmp_path: Path) -> None:
    (found,) = project(tmp_path, case, "")
    assert (found.verdict, found.alone) == ("wrong", None) and case.code in found.codes


def test_what_the_project_knows_better_is_right_and_what_it_does_not_know_is_unknown() -> None:
    """Of each fact that takes knowledge away no verdict is left that rests on it."""
    assert {one.kind for one in CASES if one.verdict == "right"} == {FactKind.CALL}
    assert {kind for kind in FactKind if kind.tells} == {FactKind.CALL, FactKind.IMPORT}


def test_the_reason_of_an_unknown_loss_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project(tmp_path, CASES[0], CASES[0].other)
    main(["--isolated", "--losses", "--statistics", str(tmp_path)])
    out = capsys.readouterr().out
    said = "wrong in this file alone (BCE301): the project may give modules another dtype"
    assert f"unknown: {said}, {tmp_path / 'other.py'}:2\n" in out and out.count("the project may give modules") == 1
    assert "1\ta fact of the project: dtype\n" in out


TWICE = """
    def first(self, x):
        return self.rated(x, lambda z: z.sigmoid() if self.squash else z)

    def second(self, x):
        return self.rated(x, lambda z: self.act(z))

    def rated(self, x, last):
        return F.binary_cross_entropy_with_logits(last(self.fc(x)), torch.rand(16, 2))
"""


def test_two_facts_together(tmp_path: Path) -> None:
    """One fact speaks of one of two ways to the loss, one of the other."""
    (tmp_path / "models.py").write_text(HEAD + TWICE, encoding="utf-8")
    stores, constructs = "import models\n\n\ndef bare(net):\n    net.act = models.nn.Identity()\n", "models.Net(squash=None)\n"
    (tmp_path / "other.py").write_text(f"{stores}\n\n{constructs}", encoding="utf-8")
    (found,) = bce_lint.losses(tmp_path)
    assert found.alone is not None and found.alone.codes == ("BCE103",)
    assert [(fact.kind, fact.location.start.row) for fact in found.alone.facts] == [("attribute", 5), ("construction", 8)]
    (tmp_path / "other.py").write_text(stores, encoding="utf-8")
    assert bce_lint.losses(tmp_path)[0].verdict == "wrong"


LOG = """\
import torch
from torch import nn

net = nn.Linear(8, 1)


def shares(x):
    return torch.sigmoid(net(x)).log()
"""


def test_what_is_no_loss_stands_below_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "model.py").write_text(LOG, encoding="utf-8")
    (tmp_path / "train.py").write_text("import torch\nfrom model import shares\n\nwith torch.no_grad():\n    shares(1)\n", encoding="utf-8")
    told = losses_of(sorted(tmp_path.glob("*.py")), default_codes())
    (found,) = told.beside
    assert told.losses == [] and (found.codes, found.location.start.row) == (("BCE502",), 8)
    main(["--isolated", "--losses", str(tmp_path)])
    said = "wrong in this file alone (BCE502): the project calls it as `shares(1)`"
    line, summary = capsys.readouterr().out.splitlines()
    assert line == f"{tmp_path / 'model.py'}:8:12: {said}, {tmp_path / 'train.py'}:5"
    assert summary == "0 losses: 0 right, 0 wrong, 0 possible, 0 unknown"
    main(["--isolated", "--losses", "--output-format", "json", str(tmp_path)])
    (row,) = json.loads(capsys.readouterr().out)["beside"]
    assert (row["location"]["row"], row["codes"], row["facts"][0]["kind"]) == (8, ["BCE502"], "call")


def test_what_takes_the_place_of_a_finding_is_no_loss_of_it(tmp_path: Path) -> None:
    """A caller under autocast: that the loss raises there goes before what its input is rounded to."""
    models = "import torch\nfrom torch import nn\n\n\ndef loss(x, y):\n    return nn.BCELoss()(torch.sigmoid(nn.Linear(8, 1)(x)), y)\n"
    call = "loss(torch.rand(4, 8).cuda(), torch.rand(4, 1).cuda())"
    other = f"import torch\nfrom models import loss\n\nwith torch.autocast('cuda'):\n    {call}\n"
    (tmp_path / "models.py").write_text(models, encoding="utf-8")
    (tmp_path / "other.py").write_text(other, encoding="utf-8")
    (found,) = bce_lint.losses(tmp_path)
    assert (found.verdict, found.codes, found.alone) == ("wrong", ("BCE102",), None)


def test_what_is_told_at_a_caller_is_no_loss_of_it(tmp_path: Path) -> None:
    """Alone nobody knows what the context gives, and the target is told where it meets the loss."""
    models = """\
import torch
import torch.nn.functional as F
from other import given

labels = torch.zeros(6, 4).long()
with given(torch.rand(6, 4)) as shares:
    measure = lambda p, t: F.binary_cross_entropy(p, t)
    measure(shares, labels)
"""
    other = "from contextlib import contextmanager\n\n\n@contextmanager\ndef given(v):\n    yield v\n"
    (tmp_path / "models.py").write_text(models, encoding="utf-8")
    (tmp_path / "other.py").write_text(other, encoding="utf-8")
    assert [one.location.start.row for one in bce_lint.lint_source(models)] == [7]
    (found,) = bce_lint.losses(tmp_path)
    assert (found.location.start.row, found.codes, found.alone) == (8, ("BCE301",), None)


def test_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = CASES[NAMES.index("call_right_7")]
    project(tmp_path, case, case.other)
    main(["--isolated", "--losses", "--output-format", "json", str(tmp_path)])
    (row,) = json.loads(capsys.readouterr().out)["losses"]
    (fact,) = row["alone"]["facts"]
    assert (row["verdict"], row["alone"]["codes"]) == ("right", ["BCE103"])
    assert (fact["kind"], fact["message"], fact["location"]["row"], Path(fact["filename"]).name) == ("call", case.text, 4, "other.py")


def test_a_plain_run_runs_no_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def _never(*_: object) -> ShownAlone:
        raise AssertionError

    monkeypatch.setattr("bce_lint.loss_table.file_alone.FileAlone.__init__", _never)
    for name, text in (("models.py", LOG), ("other.py", "import models\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert [one.code for one in bce_lint.lint_paths([tmp_path])] == ["BCE502"]
    with pytest.raises(AssertionError):
        bce_lint.losses(tmp_path)
