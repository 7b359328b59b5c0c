"""Findings held against real runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from torch import nn

from bce_lint import engine, witness
from bce_lint.cli import main
from bce_lint.report.run_time import said
from tests.compare.runs import CODES, against, compared, verdicts
from tests.witness.cases import CASES, HEAD, Case

pytestmark = pytest.mark.torch

NET = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc, self.act = nn.Linear(4, 1), nn.Sigmoid()

    def forward(self, x):
        return self.act(self.fc(x))


net = Net()
"""
HIDDEN = "vars(net)['_modules']['act'] = nn.Identity()\nF.binary_cross_entropy_with_logits(net(x), y)\n"
"""What the linter does not see: the activation is taken out behind its back."""
STEP = NET + "def step(model, x, y):\n    z = model(x)\n    return F.binary_cross_entropy_with_logits(z, y)\n\n\n"


def only(source: str, folder: Path, sample: int = 1) -> str:
    """What is said of the one finding of a text."""
    (one,) = compared(HEAD + source, folder, sample)
    assert one.run_time is not None
    return said(one.run_time).replace(f"{folder}/", "")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_both_find_is_confirmed_and_what_the_run_finds_alone_is_told(case: Case, tmp_path: Path) -> None:
    found = compared(HEAD + case.wrong + "\n", tmp_path)
    static = {(one.location, one.code) for one in engine.check([tmp_path / "program.py"], CODES).diagnostics}
    assert {one.code for one in found} >= set(case.codes)
    for one in found:
        assert one.run_time is not None
        assert one.run_time.verdict == ("confirmed" if (one.location, one.code) in static else "only at run time")
        assert one.run_time.count >= 1


def test_what_does_not_run_is_not_executed(tmp_path: Path) -> None:
    text = "def f(x, y):\n    return F.binary_cross_entropy_with_logits(torch.sigmoid(one(x)), y)\n"
    assert only(text, tmp_path) == "not executed: no loss call was seen here"


def test_what_ran_and_was_right_is_contradicted(tmp_path: Path) -> None:
    told = "contradicted in 1 call: the loss got logits float32 [6, 1]; target float32 [6, 1]"
    assert only(f"{NET}net(x)\n{HIDDEN}", tmp_path) == told


def test_an_activation_that_never_ran_is_no_contradiction(tmp_path: Path) -> None:
    told = only(NET + HIDDEN, tmp_path)
    assert told.startswith("not executed: it ran, but program.py:15 did not; the loss got logits")


def test_a_loss_that_ran_from_another_caller_is_no_contradiction(tmp_path: Path) -> None:
    wrong = "def never():\n    step(net, x, y)\n\n\nstep(one, x, y)\n"
    assert only(STEP + wrong, tmp_path) == "not executed: 1 call seen, none of them from program.py:25"


def test_of_several_callers_the_wrong_ones_are_counted(tmp_path: Path) -> None:
    assert only(STEP + "step(net, x, y)\nstep(one, x, y)\nstep(one, x, y)\n", tmp_path) == "confirmed in 1 of 3 calls"


@pytest.mark.parametrize("hands_on", ["", "    z = z.view(-1)\n    y = y.view(-1)\n"], ids=["as it is", "rebound"])
def test_a_loss_in_a_function_is_met_from_its_caller(tmp_path: Path, hands_on: str) -> None:
    text = f"def focal(z, y):\n{hands_on}    return F.binary_cross_entropy_with_logits(z, y)\n\n\n"
    wrong, right = "focal(torch.sigmoid(one(x)), y)\n", "focal(one(x), y)\n"
    assert only(text + wrong, tmp_path) == "confirmed in 1 of 1 call"
    assert only(f"{text}def never():\n    {wrong}\n\n{right}", tmp_path) == "not executed: no loss call was seen here"


def test_a_call_of_several_lines_is_the_same_call(tmp_path: Path) -> None:
    text = "(nn.BCEWithLogitsLoss()\n    .forward(\n        one(x)\n        .sigmoid(),\n        y))\n"
    assert only(text, tmp_path) == "confirmed in 1 of 1 call"


def test_autocast_needs_a_device_that_bans_the_loss(tmp_path: Path) -> None:
    text = "with torch.autocast('cuda'):\n    F.binary_cross_entropy(torch.sigmoid(one(x)), y)\n"
    told = only(text, tmp_path)
    assert told.startswith("not watched: it ran on cpu, where autocast does not ban it; the loss got sigmoid")
    assert told.endswith("; run time says BCE101")


def test_values_that_were_lost_sight_of_contradict_nothing(tmp_path: Path) -> None:
    text = "@torch.jit.script\ndef f(x):\n    return torch.sigmoid(x)\n\n\nF.binary_cross_entropy_with_logits(f(one(x)), y)\n"
    assert only(text, tmp_path).startswith("not watched: nothing is known of the values of 1 call; the loss got float32 [6, 1] of unknown")


def test_a_dtype_is_seen_whatever_the_values_are(tmp_path: Path) -> None:
    text = "t = torch.zeros(6, 1, dtype=torch.int64)\nexec('t = t.float()')\nF.binary_cross_entropy_with_logits(one(x), t)\n"
    assert only(text, tmp_path).startswith("contradicted in 1 call")


@pytest.mark.parametrize("shown", ["z = one(x)", "z = torch.from_numpy(one(x).detach().numpy())"], ids=["known", "unknown"])
def test_a_threshold_is_judged_with_the_loss_that_takes_the_same(tmp_path: Path, shown: str) -> None:
    text = f"z = one(x)\nexec({shown!r})\nz > 0.5\nF.binary_cross_entropy_with_logits(one(x) if x is None else z, y)\n"
    lost = "numpy" in shown
    found = [one.run_time for one in compared(HEAD + text, tmp_path) if one.code == "BCE601" and one.run_time is not None]
    assert [one.verdict for one in found] == ["not watched" if lost else "confirmed"]


def test_a_threshold_whose_loss_did_not_run_is_not_contradicted(tmp_path: Path) -> None:
    text = "z = one(x)\nz > 0.5\n\n\ndef f():\n    return F.binary_cross_entropy_with_logits(z, y)\n"
    assert only(text, tmp_path) == "not executed: it ran, but program.py:14 did not"


LATE = {
    "BCE201": ("a = one(x)", "a = None", "nn.BCEWithLogitsLoss(a, a)"),
    "BCE203": ("a = True", "a = None", "nn.BCELoss(size_average=a)"),
    "BCE204": ("a = 'batchmean'", "a = None", "nn.KLDivLoss(a)"),
    "BCE205": ("a = 1", "import functools\nnn.Softmax = functools.partial(nn.Softmax, dim=a)", "nn.Softmax()"),
    "BCE304": ("a = torch.tensor([1, 2, 3])", "a = a.float()", "F.cross_entropy(three(x), k, weight=a)"),
    "BCE401": ("a = y[:, 0]", "a = y", "F.mse_loss(one(x), a)"),
    "BCE403": ("a = 2", "a = 1", "three(x).softmax(a)"),
    "BCE501": ("a = three(x).softmax(1)", "a = three(x)", "torch.log(a)"),
    "BCE502": ("a = one(x).sigmoid()", "a = one(x)", "torch.log(a)"),
    "BCE601": (
        "a = one(x)\nF.binary_cross_entropy_with_logits(a, y)\nb = a",
        "b = torch.sigmoid(a)",
        "b > 0.5",
    ),
}
"""What the linter reads, what the run does on top, and the line that both look at."""


@pytest.mark.parametrize("code", LATE)
@pytest.mark.parametrize("verdict", ["contradicted", "confirmed", "not executed"])
def test_other_places_than_losses_are_looked_at(tmp_path: Path, code: str, verdict: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nn, "Softmax", nn.Softmax)
    before, hidden, line = LATE[code]
    changes = f"exec({hidden!r})\n" if verdict == "contradicted" else ""
    around = "import os\nif os.environ.get('NO_SUCH_THING'):\n    " if verdict == "not executed" else ""
    text = f"{HEAD}{before}\n{changes}{around}{line}\n"
    found = [one for one in compared(text, tmp_path) if one.code == code]
    assert verdicts(found) == [(len(text.splitlines()), code, verdict)]


def test_a_formula_whose_parts_do_not_belong_together_is_not_judged(tmp_path: Path) -> None:
    text = "a = torch.sigmoid(one(x))\nb = a\nexec('b = one(x)')\ny * torch.log(a) + (1 - y) * torch.log(1 - b)\n"
    found = compared(HEAD + text, tmp_path)
    assert verdicts(found) == [(12, "BCE503", "not watched"), (12, "BCE502", "only at run time")]


def test_steps_that_sampling_left_out_are_not_executed(tmp_path: Path) -> None:
    wrong = "F.binary_cross_entropy_with_logits(torch.sigmoid(one(x)), y)"
    text = f"F.mse_loss(one(x), y).backward()\n{wrong}.backward()\n"
    assert only(text, tmp_path, sample=1000) == "not executed: no loss call was seen here"
    report = json.loads((tmp_path / "witness.json").read_text(encoding="utf-8"))
    assert report["run"]["sample"] == 1000
    assert report["notes"] == ["not seen: 2 of 3 steps, left out by sampling"]


def test_a_rule_that_was_not_selected_in_the_run_is_judged_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(f"{HEAD}F.nll_loss(F.log_softmax(three(x), 1), k)\n", encoding="utf-8")
    with witness.watch(select=["BCE7"]) as report:
        exec(compile(path.read_bytes(), str(path), "exec"), {"__name__": "__main__"})
    (tmp_path / "witness.json").write_text(report.text("json"), encoding="utf-8")
    assert verdicts(against(tmp_path / "witness.json", path)) == [(9, "BCE123", "confirmed")]


def test_the_report_says_how_the_run_ended(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), witness.watch() as report:
        raise ZeroDivisionError
    assert json.loads(report.text("json"))["run"]["ended_by"] == "ZeroDivisionError"
    with witness.watch() as report:
        pass
    assert json.loads(report.text("json"))["run"]["ended_by"] is None


def test_places_of_an_older_python_are_lines(tmp_path: Path) -> None:
    text = f"{HEAD}F.binary_cross_entropy_with_logits(torch.sigmoid(one(x)),\n    y)\n"
    compared(text, tmp_path)
    report = json.loads((tmp_path / "witness.json").read_text(encoding="utf-8"))
    report["run"]["columns"] = False
    for row in report["places"]:
        row["location"]["column"], row["end_location"] = 1, {"row": row["location"]["row"], "column": 99}
    (tmp_path / "witness.json").write_text(json.dumps(report), encoding="utf-8")
    assert verdicts(against(tmp_path / "witness.json", tmp_path / "program.py")) == [(9, "BCE103", "confirmed")]


def test_a_finding_is_compared_and_its_fix_verified(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    compared(f"{HEAD}F.binary_cross_entropy_with_logits(torch.sigmoid(one(x)), y)\n", tmp_path)
    arguments = ["--compare", str(tmp_path / "witness.json"), "--verify", "--output-format", "json", str(tmp_path / "program.py")]
    assert main(arguments) == 1
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["run_time"]["verdict"], row["verification"]["verdict"]) == ("confirmed", "intended change")
