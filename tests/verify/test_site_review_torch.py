"""Programs from a hostile review of the verification at a site: what it may not claim, withhold, or run into."""

from __future__ import annotations

import pytest
import torch

from bce_lint import engine
from bce_lint.diagnostic import Verification
from bce_lint.rules.registry import BY_CODE
from bce_lint.verify.site import Verifier
from bce_lint.verify.site.before_after import Wanted
from tests.verify.site import HEAD, replacing, told

pytestmark = pytest.mark.torch


def verified(text: str, code: str) -> Verification:
    """What running the fix of the only finding of a code shows."""
    found = engine.check_text((HEAD + text).encode(), None, frozenset(BY_CODE), fixes=True, inspect=Verifier())
    (one,) = [d.verification for d in found.diagnostics if d.code == code and d.verification is not None]
    return one


FUSED = "    p = torch.sigmoid(x)\n{}    return F.binary_cross_entropy(p, y)\n"
CHANGED_ELSEWHERE = {
    "an alias": "def f(x, y):\n    x = x * 1\n    z = x\n" + FUSED.format("    z.zero_()\n"),
    "an alias, augmented": "def f(x, y):\n    x = x * 1\n    z = x\n" + FUSED.format("    z += 5\n"),
    "a view": "def f(x, y):\n    x = x * 1\n    z = x.view(-1)\n" + FUSED.format("    z.zero_()\n"),
    "a helper": "def g(t):\n    t.zero_()\n\n\ndef f(x, y):\n    x = x * 1\n" + FUSED.format("    g(x)\n"),
    "data": "def f(x, y):\n" + FUSED.format("    p.data.mul_(0.5)\n"),
    "data, assigned": "def f(x, y, z):\n" + FUSED.format("    p.data = z\n"),
    "out": "def f(x, y):\n" + FUSED.format("    torch.mul(p, 0.5, out=p)\n"),
    "an initialiser": "def f(x, y):\n" + FUSED.format("    nn.init.constant_(p, 0.5)\n"),
    "several at once": "def f(x, y):\n" + FUSED.format("    torch._foreach_mul_([p], 0.5)\n"),
    "an array": "def f(x, y):\n" + FUSED.format("    p.detach().numpy()[:] = 0.5\n"),
    "a hook": "def f(x, y):\n" + FUSED.format("    p.register_hook(lambda g: g * 0)\n"),
    "an item": "def f(x, y, m):\n    z = x * 1\n    z[m] = float('-inf')\n    return F.binary_cross_entropy(torch.sigmoid(z), y)\n",
}


@pytest.mark.parametrize("how", CHANGED_ELSEWHERE)
def test_what_changes_through_another_name_is_not_claimed(how: str) -> None:
    found = engine.check_text((HEAD + CHANGED_ELSEWHERE[how]).encode(), None, frozenset({"BCE101"}), fixes=True, inspect=Verifier())
    assert all(d.verification is None or d.verification.verdict in ("not verifiable", "contradicted") for d in found.diagnostics)


INFINITE = ["x.masked_fill(m == 0, float('-inf'))", "x.masked_fill(~m.bool(), -torch.inf)", "torch.where(m, x, -torch.inf)"]


@pytest.mark.parametrize("operand", INFINITE)
def test_infinities_are_seen(operand: str) -> None:
    one = verified(f"def f(x, y, m):\n    return F.binary_cross_entropy(torch.sigmoid({operand}), y)\n", "BCE101")
    assert one.verdict == "contradicted"


@pytest.mark.parametrize("operand", ["x.expand(6, 3)", "x[:, :3]"])
def test_strides_are_kept(operand: str) -> None:
    one = verified(f"def f(x, y):\n    return F.binary_cross_entropy(torch.sigmoid({operand}).view(-1), y)\n", "BCE101")
    assert one.verdict in ("contradicted", "not verifiable")


def test_the_callers_modes_do_not_matter() -> None:
    text = "def f(x, y):\n    return F.binary_cross_entropy(torch.sigmoid(x), y)\n"
    expected = verified(text, "BCE101")
    with torch.no_grad(), torch.device("meta"):
        assert verified(text, "BCE101") == expected
    with torch.inference_mode():
        assert verified(text, "BCE101") == expected


RIGHT = {
    "the mean of a formula": (
        "BCE503",
        "def f(z, y):\n    p = torch.softmax(z, 1)\n    return -torch.mean(y * torch.log(p) + (1 - y) * torch.log(1 - p))\n",
    ),
    "a formula divided": (
        "BCE503",
        "def f(z, y):\n    p = torch.softmax(z, 1)\n    return -torch.sum(y * torch.log(p) + (1 - y) * torch.log(1 - p)) / y.size(0)\n",
    ),
    "a threshold, a small shape": (
        "BCE601",
        "def f():\n    z = nn.Linear(4, 1)(torch.rand(8, 4))\n    y = torch.rand(8, 1)\n"
        "    return F.binary_cross_entropy_with_logits(z, y), z > 0.3\n",
    ),
    "a number of classes in a view": (
        "BCE113",
        "def f(net, x, y):\n    p = F.log_softmax(net(x), dim=-1)\n    return F.cross_entropy(p.view(-1, 19), y.view(-1))\n",
    ),
    "an item read twice": (
        "BCE503",
        "def f(batch, model):\n    p = torch.sigmoid(model(batch['x']))\n"
        "    return -(batch['y'] * torch.log(p) + (1 - batch['y']) * torch.log(1 - p)).mean()\n",
    ),
    "half precision on the way": ("BCE113", "def f(x, y):\n    return F.cross_entropy(F.log_softmax(x, 1).half(), y)\n"),
    "a large weight": (
        "BCE101",
        "def f(x, y):\n    return F.binary_cross_entropy(torch.sigmoid(x), y, weight=torch.tensor(1e6), reduction='sum')\n",
    ),
    "a hundredth added": ("BCE501", "def f(x):\n    return torch.log(torch.softmax(x, -1) + 0.01)\n"),
    "without a space before the sign": (
        "BCE503",
        "def f(z, y):\n    p = torch.softmax(z, 1)\n    return-(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", RIGHT)
def test_right_fixes_are_not_withheld(how: str) -> None:
    code, text = RIGHT[how]
    one = verified(text, code)
    assert one.verdict in ("equivalent", "intended change"), one.reason


UNCHANGED = {
    "labels of zero": ("BCE401", "def f(net=nn.Linear(4, 1)):\n    return F.mse_loss(net(torch.rand(8, 4)), torch.zeros(8))\n"),
    "weights of zero": (
        "BCE111",
        "def f(x, y):\n    return F.cross_entropy(F.softmax(x, dim=1), y, weight=torch.zeros(3), reduction='sum')\n",
    ),
}


@pytest.mark.parametrize("how", UNCHANGED)
def test_numbers_that_show_nothing_contradict_nothing(how: str) -> None:
    code, text = UNCHANGED[how]
    found = engine.check_text((HEAD + text).encode(), None, frozenset({code}), fixes=True, inspect=Verifier())
    assert all(d.verification is None or d.verification.verdict != "contradicted" for d in found.diagnostics)


TOO_LARGE = [
    "weight=torch.tensor(9 ** 9 ** 9)",
    "weight=torch.ones(10 ** 9)",
    "weight=torch.ones(100000, 100000)",
    "weight=torch.ones(3).repeat(100000, 10000)",
    "weight=torch.eye(100000)",
    "reduction='me' * 10 ** 10",
]


@pytest.mark.parametrize("option", TOO_LARGE)
def test_large_constants_are_left_alone(option: str) -> None:
    one = verified(f"def f(x, y):\n    return F.binary_cross_entropy(torch.sigmoid(x), y, {option})\n", "BCE101")
    assert one.verdict in ("not verifiable", "equivalent")


def test_a_target_of_a_large_shape_is_left_alone() -> None:
    text = "def f(x):\n    y = torch.zeros(100000, 50000)\n    return F.binary_cross_entropy(torch.sigmoid(x), y)\n"
    assert verified(text, "BCE101").verdict == "not verifiable"


def test_tensors_that_grow_are_left_alone() -> None:
    text = "def f(x, y):\n    p = torch.sigmoid(x)\n" + "    p = torch.cat([p, p])\n" * 28 + "    return F.binary_cross_entropy(p, y)\n"
    assert verified(text, "BCE101").verdict == "not verifiable"


def test_a_fix_that_raises_where_the_original_runs_is_contradicted() -> None:
    text = (
        "def f(x):\n    y = torch.randint(0, 2, (5, 3))\n    p = torch.sigmoid(x)\n"
        "    return -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()\n"
    )
    one = verified(text, "BCE503")
    assert (one.verdict, one.reason.startswith("it raises after the fix: ")) == ("contradicted", True)


MUTATED = {
    "a long argument": (
        "BCE101",
        "def f(head, xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx, yyyyyyyyyyyyyyyyyyyyyyyyyyy, y):\n"
        "    z = head(xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx, yyyyyyyyyyyyyyyyyyyyyyyyyyy, 11111)\n"
        "    return F.binary_cross_entropy(torch.sigmoid(z), y)\n",
        "11111",
        "22222",
    ),
    "an option that is no constant": (
        "BCE111",
        "def f(x, y, ig):\n    return F.cross_entropy(F.softmax(x, dim=1), y, ignore_index=ig)\n",
        ", ignore_index=ig",
        "",
    ),
    "a reduction that is no constant": (
        "BCE111",
        "def f(x, y, red):\n    return F.cross_entropy(F.softmax(x, dim=1), y, reduction=red)\n",
        "reduction=red",
        "reduction='mean'",
    ),
    "an index that is ignored": (
        "BCE123",
        "def f(x, y):\n    return F.nll_loss(F.log_softmax(x, dim=1), y, ignore_index=255)\n",
        ", ignore_index=255",
        "",
    ),
    "a factor before it": (
        "BCE101",
        "def f(x, y):\n    return F.binary_cross_entropy(torch.sigmoid(x), y)\n",
        "return ",
        "return 2 * ",
    ),
}


@pytest.mark.parametrize("how", MUTATED)
def test_a_mutated_fix_is_not_claimed(how: str) -> None:
    code, text, old, new = MUTATED[how]
    text = HEAD + text
    project, finding = told(text, code)
    assert finding.fix is not None
    at = text.rindex(old)
    more = replacing(text, at, old, new)
    (right,) = Verifier().verified(project, [Wanted(finding.intents[0], finding.fix.edits)])
    (wrong,) = Verifier().verified(project, [Wanted(finding.intents[0], (*finding.fix.edits, more))])
    assert right.verdict in ("equivalent", "intended change"), right.reason
    assert wrong.verdict in ("contradicted", "not verifiable"), wrong


def test_callers_that_do_not_have_the_activation_count() -> None:
    text = HEAD + (
        "def g(p, y):\n    return F.binary_cross_entropy(p, y)\n\n\ndef a(x, y):\n    return g(torch.sigmoid(x), y)\n\n\n"
        "def b(x, y):\n    return g(x.softmax(1), y)\n"
    )
    project, finding = told(text, "BCE101")
    loss, call = text.index("binary_cross_entropy("), text.index("torch.sigmoid(x)")
    edits = (
        replacing(text, loss, "binary_cross_entropy", "binary_cross_entropy_with_logits"),
        replacing(text, call, "torch.sigmoid(x)", "x"),
    )
    (one,) = Verifier().verified(project, [Wanted(finding.intents[0], edits)])
    assert (one.verdict, one.reason) == ("not verifiable", "another caller comes here with other values")


CHOSEN = {
    "a mask of truth values": ("m = torch.BoolTensor(g.m)", "p[m]", "y[m]"),
    "one of two masks": ("m = torch.BoolTensor(g.m) if g.new else torch.ByteTensor(g.m)", "p[m]", "y[m]"),
    "a mask of bytes": ("m = torch.ByteTensor(g.m)", "p[m]", "y[m]"),
    "a mask that nothing is known of": ("m = g.m", "p[m]", "y[m]"),
    "a comparison of the labels": ("m = y != 255", "p[m]", "y[m]"),
    "numbers of rows": ("m = torch.LongTensor(g.m)", "p[m]", "y[m]"),
    "a mask for the scores alone": ("m = torch.BoolTensor(g.m)", "p[m]", "y"),
    "a mask by keyword": ("m = g.bool_mask.bool()", "input=p[m]", "target=y[m]"),
}


@pytest.mark.parametrize("how", CHOSEN)
@pytest.mark.parametrize("made", ["torch.LongTensor(g.y)", "g.y"], ids=["labels", "anything"])
def test_what_is_chosen_by_a_mask_is_not_contradicted(how: str, made: str) -> None:
    mask, scores, labels = CHOSEN[how]
    net = "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(5, 3)\n\n"
    net += "    def forward(self, x):\n        return torch.log_softmax(self.fc(x), dim=-1)\n\n\n"
    text = f"{net}def f(g, x):\n    net = Net()\n    y = {made}\n    {mask}\n    p = net(x)\n    return F.nll_loss({scores}, {labels})\n"
    found = engine.check_text((HEAD + text).encode(), None, frozenset(BY_CODE), fixes=True, inspect=Verifier()).diagnostics
    verdicts = [d.verification.verdict for d in found if d.code == "BCE123" and d.verification is not None]
    assert set(verdicts) <= {"equivalent", "not verifiable"}
    if how == "one of two masks":
        assert verdicts == ["equivalent"]


def test_a_wrong_dimension_before_a_mask_is_not_called_right() -> None:
    text = "def f(g, x):\n    y = torch.LongTensor(g.y)\n    m = torch.BoolTensor(g.m)\n"
    text += "    p = torch.log_softmax(nn.Linear(5, 3)(x), dim=0)\n    return F.nll_loss(p[m], y[m])\n"
    found = engine.check_text((HEAD + text).encode(), None, frozenset(BY_CODE), fixes=True, inspect=Verifier()).diagnostics
    assert not [d for d in found if d.verification is not None and d.verification.verdict == "equivalent"]
