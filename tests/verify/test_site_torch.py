"""Fixes verified where they are made: what is proved, what is caught, and what is not claimed."""

from __future__ import annotations

import math
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
import torch

from bce_lint import engine
from bce_lint.diagnostic import Verification
from bce_lint.rules.registry import BY_CODE
from bce_lint.verify import verify_source
from bce_lint.verify.site import Verifier
from bce_lint.verify.site.before_after import Wanted
from tests.verify.site import HEAD, replacing, told

pytestmark = pytest.mark.torch

FIXTURES = Path(__file__).parents[1] / "fixtures" / "fixes"
CASES = sorted(path for path in FIXTURES.glob("BCE*/*.py") if not path.name.endswith(".fixed.py"))

# Why a fix of a fixture cannot be verified. Everything else must be, and hold.
UNVERIFIED = {
    ("BCE101/both_arms", "BCE101"): ("the activation cannot be followed to the loss",),
    ("BCE103/in_place_nothing_else_reads_it", "BCE103"): ("`head(x)` is changed in place",),
    ("BCE103/lambda_and_ternary", "BCE103"): ("the activation cannot be followed to the loss",),
    ("BCE132/focal_loss", "BCE132"): ("the activation cannot be followed to the loss",),  # torchvision's loss
    ("BCE103/with_casts", "BCE103"): ("it raises after the fix, too: ",),  # the other finding there says why
    ("BCE203/bound_by_partial", "BCE203"): (  # nothing is called there
        '`partial(F.cross_entropy, ignore_index=-1, reduction="sum")` cannot be followed from before the fix',
    ),
    ("BCE301/probability_loss", "BCE101"): ("it raises after the fix, too: ",),
    ("BCE302/narrow_integers", "BCE123"): ("it raises after the fix, too: ",),
    ("BCE304/computed", "BCE123"): ("it raises after the fix, too: ",),
    ("BCE304/loss_by_another_name", "BCE304"): (
        "`(Entropy if flag else nn.NLLLoss)(counts.float())(net(x).lo…` cannot be followed from before the fix",
        "`Same(counts.float())(net(x), y.long())` cannot be followed from before the fix",  # no class of the project is made
        "`Handed(counts.float())(net(x), y.long())` cannot be followed from before the fix",
        "`Focal(2, weight=counts.float())(net(x), y.long())` cannot be followed from before the fix",
    ),
    ("BCE502/output_read_by_the_logarithm_alone", "BCE502"): ("`p_logits` cannot be followed from before the fix",),  # what is awaited
    ("BCE601/array_rounded", "BCE601"): ("`(pred > 0).astype(pred.dtype)` cannot be followed from before the fix",),  # no array is run
    ("BCE601/roundings_and_thresholds", "BCE601"): (
        "`(a > 0).astype(a.dtype)` cannot be followed from before the fix",
        "what the fix makes of it was not reached",
        "`(a > 0).astype(a.dtype)` cannot be followed from before the fix",
    ),
    ("BCE601/array_rounded_and_cast", "BCE601"): ("what the fix makes of it was not reached",),
}
# The sigmoid of minus infinity is 0, and the loss after the fix is NaN: why this fix is unsafe.
CONTRADICTED = {("BCE101/infinite_scores", "BCE101")}


def findings(text: str) -> list[tuple[str, Verification]]:
    """The findings of a text that have a fix with edits: code and verification."""
    found = engine.check_text(text.encode(), None, frozenset(BY_CODE), noqa=True, fixes=True, inspect=Verifier())
    return [(d.code, d.verification) for d in found.diagnostics if d.verification is not None]


@cache
def of_fixture(path: Path) -> list[tuple[str, Verification]]:
    """Those of a fixture."""
    return findings(path.read_bytes().decode("utf-8"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_fixes_of_the_fixtures_hold(path: Path) -> None:
    name = f"{path.parent.name}/{path.stem}"
    expected = {code: list(reasons) for (file, code), reasons in UNVERIFIED.items() if file == name}
    for code, one in of_fixture(path):
        if (name, code) in CONTRADICTED:
            assert one.verdict == "contradicted"
        elif one.verdict == "not verifiable":
            assert expected.get(code) and one.reason.startswith(expected[code].pop(0)), one.reason
        else:
            assert one.verdict in ("equivalent", "intended change", "was an error"), one.reason


def test_most_fixtures_are_verified() -> None:
    verdicts = Counter(one.verdict for path in CASES for _, one in of_fixture(path))
    assert verdicts["not verifiable"] + verdicts["contradicted"] <= 0.05 * sum(verdicts.values())
    assert (verdicts["not verifiable"], verdicts["contradicted"]) == (sum(map(len, UNVERIFIED.values())), len(CONTRADICTED))


def with_more(text: str, code: str, old: str = "", new: str = "") -> Verification:
    """What running the fix of a finding shows when it changes something else as well: the last `old` in the text or in its edits."""
    project, finding = told(text, code)
    assert finding.fix is not None
    edits = list(finding.fix.edits)
    if old:
        inside = next((i for i, edit in enumerate(edits) if old in edit.content), None)
        if inside is None:
            at = text.rindex(old)
            edits.append(replacing(text, at, old, new))
        else:
            edits[inside] = edits[inside]._replace(content=edits[inside].content.replace(old, new))
    (shown,) = Verifier().verified(project, [Wanted(finding.intents[0], tuple(edits))])
    return shown


FUSED = HEAD + "def f(x, y, w):\n    return F.binary_cross_entropy(torch.sigmoid(x), y, weight=w, reduction='sum')\n"
CLASSES = (
    HEAD + "def f(x, y):\n    loss = nn.CrossEntropyLoss(torch.tensor([1.0, 2.0, 3.0]), ignore_index=0, label_smoothing=0.1)\n"
    "    return loss(F.softmax(x, dim=1), y)\n"
)
PAIR = HEAD + "def f(x, y):\n    return F.nll_loss(F.log_softmax(x, dim=1), y, ignore_index=1)\n"
LOGARITHM = HEAD + "def f(x):\n    p = torch.softmax(x, dim=1)\n    return p, torch.log(p)\n"
NEGATED = HEAD + "def f(x):\n    return torch.log(1 - torch.sigmoid(x))\n"
WRITTEN = HEAD + "def f(z, y):\n    p = torch.softmax(z, 1)\n    return -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()\n"
SWAPPED = HEAD + "net = nn.Linear(4, 3)\n\n\ndef f(x):\n    y = torch.tensor([0, 2])\n    return F.cross_entropy(y, net(x))\n"
CALLED = HEAD + "net = nn.Linear(4, 1)\n\n\ndef f(x, y):\n    return nn.BCEWithLogitsLoss(net(x), y).backward()\n"
TARGET = HEAD + "def f(x, y):\n    return F.binary_cross_entropy_with_logits(x, y.long())\n"
OPTION = HEAD + "def f(x, y):\n    return F.mse_loss(x, y, size_average=False)\n"
DECISION = HEAD + "net = nn.Linear(4, 1)\nloss = nn.BCEWithLogitsLoss()\n\n\ndef f(x, y):\n    z = net(x)\n    return loss(z, y), z > 0.3\n"
LOG_TARGET = HEAD + "def f(x, y):\n    return F.kl_div(F.log_softmax(x, dim=1), F.log_softmax(y, dim=1), reduction='sum')\n"
LAYERS = (
    HEAD + "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.seq = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Softmax(dim=1))\n\n"
    "    def forward(self, x):\n        return self.seq(x)\n\n\n"
    "def f(x, y):\n    return nn.CrossEntropyLoss(reduction='sum')(Net()(x), y)\n"
)

BROKEN = {
    "weight dropped": (FUSED, "BCE101", ", weight=w", ""),
    "another reduction": (FUSED, "BCE101", "'sum'", "'mean'"),
    "sign of the logits": (FUSED, "BCE101", "reduction", "pos_weight=2 * w, reduction"),
    "another loss": (FUSED, "BCE101", "binary_cross_entropy_with_logits", "mse_loss"),
    "target turned over": (FUSED, "BCE101", " y,", " 1 - y,"),
    "arguments swapped": (PAIR, "BCE123", "ignore_index=1", "ignore_index=2"),
    "class weight changed": (CLASSES, "BCE111", "3.0", "4.0"),
    "label smoothing dropped": (CLASSES, "BCE111", ", label_smoothing=0.1", ""),
    "dimension changed": (LOGARITHM, "BCE501", "dim=1", "dim=0"),
    "log removed": (LOGARITHM, "BCE501", "log_softmax", "softmax"),
    "sign lost": (NEGATED, "BCE502", "(-x)", "(x)"),
    "sign of a formula": (WRITTEN, "BCE503", "F.binary", "-F.binary"),
    "target for probability": (WRITTEN, "BCE503", "(p, y,", "(1 - p, y,"),
    "other operand": (SWAPPED, "BCE202", "net(x)", "-net(x)"),
    "option added": (CALLED, "BCE201", ")(", "reduction='sum')("),
    "cast of the other": (TARGET, "BCE301", ".float()", ".float().neg()"),
    "mean for sum": (OPTION, "BCE203", '"sum"', '"mean"'),
    "another reduction of a divergence": (LOG_TARGET, "BCE133", "'sum'", "'mean'"),
    "threshold for a probability": (DECISION, "BCE601", "-0.8", "0.8"),
    "another layer": (LAYERS, "BCE111", "nn.ReLU()", "nn.Tanh()"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_fix_is_caught(how: str) -> None:
    text, code, old, new = BROKEN[how]
    right, broken = with_more(text, code), with_more(text, code, old, new)
    assert right.verdict not in ("contradicted", "not verifiable"), right.reason
    assert broken.verdict == "contradicted", broken


def test_another_value_of_the_same_name_proves_nothing() -> None:
    text = HEAD + "def f(x, y, g):\n    p = torch.sigmoid(x)\n    x = g(x)\n    return p.mean(), F.binary_cross_entropy(p, y)\n"
    project, finding = told(text, "BCE101")
    at = text.index("F.binary_cross_entropy(p, y)")
    wrong = replacing(text, at, "F.binary_cross_entropy(p", "F.binary_cross_entropy_with_logits(x")
    (shown,) = Verifier().verified(project, [Wanted(finding.intents[0], (wrong,))])
    assert shown.verdict in ("contradicted", "not verifiable")


def test_fixes_that_meet_are_verified_apart() -> None:
    text = HEAD + "def f(x, y):\n    return F.binary_cross_entropy(torch.sigmoid(x), y, size_average=False)\n"
    assert {code: one.verdict for code, one in findings(text)} == {"BCE101": "equivalent", "BCE203": "equivalent"}


def test_the_differences_are_given() -> None:
    (one,) = [one for code, one in findings(CLASSES) if code == "BCE111"]
    assert (one.verdict, one.device, one.dtype, one.seed) == ("intended change", "cpu", "float64", 0)
    assert one.max_value_difference is not None and 0 < one.max_value_difference < math.inf
    assert " before, " in one.reason and one.reason.endswith(" after")


def test_a_divergence_of_a_target_in_log_space_is_no_number_before() -> None:
    ((code, one),) = findings(LOG_TARGET)
    assert (code, one.verdict) == ("BCE133", "intended change")
    assert "nan before, " in one.reason


def test_a_silent_broadcast_is_shown_beside_the_right_value() -> None:
    text = HEAD + "net = nn.Linear(4, 1)\n\n\ndef f():\n    y = torch.rand(8)\n    return F.mse_loss(net(torch.rand(8, 4)), y)\n"
    ((code, one),) = findings(text)
    assert (code, one.verdict) == ("BCE401", "intended change")
    assert " before, " in one.reason


@pytest.mark.parametrize("size", ["1, 1", "4, 1"])
def test_a_class_called_as_a_function_raises(size: str) -> None:
    text = HEAD + f"def f():\n    x = torch.randn({size})\n    y = torch.rand({size})\n    return nn.BCEWithLogitsLoss(x, y)\n"
    ((code, one),) = findings(text)
    assert (code, one.verdict) == ("BCE201", "was an error")
    silent = "AttributeError: 'BCEWithLogitsLoss' object has no attribute 'backward'"
    assert one.reason.startswith(silent if size == "1, 1" else "RuntimeError: Boolean value of Tensor")


MARKING = """\
import torch
import torch.nn.functional as F
from torch import nn

open(MARK, "w")


class Net(nn.Module):
    def forward(self, x):
        open(MARK, "w")
        return torch.sigmoid(x)


def f(x, y):
    open(MARK, "w")
    return F.binary_cross_entropy_with_logits(Net()(x), y, weight=open(MARK, "w"))
"""


def test_nothing_of_the_project_is_run(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    ((code, one),) = findings(MARKING.replace("MARK", repr(str(mark))))
    assert (code, one.verdict) == ("BCE103", "intended change")
    assert not mark.exists()


def test_random_numbers_of_the_caller_stay_as_they_are() -> None:
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    findings(FUSED)
    assert torch.equal(torch.rand(1), expected)
    assert torch.get_default_dtype() is torch.float32


def test_the_same_seed_gives_the_same_numbers() -> None:
    assert findings(CLASSES) == findings(CLASSES)
    other = verify_source(CLASSES, seed=1)
    assert [d.verification.seed for d in other if d.verification is not None] == [1]


NET = """\
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 1)
        self.act = nn.Sigmoid()

    def forward(self, x):
        return self.act(self.fc(x))
"""
TRAIN = "from torch import nn\nfrom net import Net\n\n\ndef step(x, y):\n    return nn.BCELoss()(Net()(x), y)\n"


def test_a_fix_over_several_files(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(NET, encoding="utf-8")
    (tmp_path / "train.py").write_text(TRAIN, encoding="utf-8")
    result = engine.check([tmp_path / "net.py", tmp_path / "train.py"], frozenset({"BCE101"}), fixes=True, inspect=Verifier())
    (one,) = result.diagnostics
    assert one.verification is not None and one.verification.verdict == "equivalent"
    assert one.fix is not None and {Path(edit.location.path).name for edit in one.fix.edits} == {"net.py", "train.py"}
