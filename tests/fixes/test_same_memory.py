"""An activation that changes its tensor in place is taken away only where nobody else holds that tensor; layers go from containers."""

from __future__ import annotations

import re

import pytest

from bce_lint.diagnostic import UNSAFE, Fix
from bce_lint.engine import check_text, fix_text
from bce_lint.fix_options import FixOptions

HEAD = """\
import lib
import torch
import torch.nn.functional as F
from torch import nn

net = nn.Linear(8, 1)


"""
STEP = "def step(x, y, box):\n    {}\n    return F.binary_cross_entropy_with_logits(z, y)\n"
HELD = {
    "another name": "z = net(x)\n    kept = z  # HERE\n    z.sigmoid_()",
    "a list": "z = net(x)\n    kept = [z]  # HERE\n    z.sigmoid_()",
    "an attribute": "z = net(x)\n    box.kept = z  # HERE\n    z.sigmoid_()",
    "a view": "z = net(x)\n    kept = z.view(-1)  # HERE\n    z.sigmoid_()",
    "a row": "z = net(x)\n    kept = z[0]  # HERE\n    z.sigmoid_()",
    "a view by a function": "z = net(x)\n    kept = torch.squeeze(z)  # HERE\n    z.sigmoid_()",
    "a callee": "z = net(x)\n    lib.keep(z)  # HERE\n    z.sigmoid_()",
    "a name before": "z = y  # HERE\n    z = net(x)\n    z.sigmoid_()",
    "an attribute before": "z = box.scores  # HERE\n    z = net(x)\n    z.sigmoid_()",
    "a view of an attribute": "z = box.scores.view(-1)  # HERE\n    z = net(x)\n    z.sigmoid_()",
    "a loop": "for z in [net(x)]:  # HERE\n        z.sigmoid_()",
    "a tuple": "z, one = net(x), 1  # HERE\n    z.sigmoid_()",
    "two names": "z = kept = net(x)  # HERE\n    z.sigmoid_()",
    "what is viewed": "z = net(x)\n    z = z.view(-1).sigmoid_()  # HERE",
    "the function form": "z = net(x)\n    kept = z  # HERE\n    torch.sigmoid_(z)",
    "a keyword": "z = net(x)\n    lib.keep(value=z)  # HERE\n    z.sigmoid_()",
}
ALONE = {
    "nobody": "z = net(x)\n    z.sigmoid_()",
    "what is computed of it": "z = net(x)\n    kept = z.mean()\n    z.sigmoid_()",
    "a copy": "z = net(x)\n    kept = z.clone()\n    z.sigmoid_()",
    "its shape": "z = net(x)\n    kept = z.shape\n    z.sigmoid_()",
    "what is computed of a row": "z = net(x)\n    kept = z[0].mean()\n    z.sigmoid_()",
    "a sum": "z = net(x)\n    kept = z + 1\n    z.sigmoid_()",
    "a function of torch": "z = net(x)\n    kept = torch.mean(z)\n    z.sigmoid_()",
    "a builtin": "z = net(x)\n    print(z)\n    z.sigmoid_()",
    "a test": "z = net(x)\n    if z.ndim > 1:\n        pass\n    z.sigmoid_()",
    "itself": "z = net(x)\n    z = z.view(-1)\n    z.sigmoid_()",
    "a sum of others": "z = x + 1\n    z = net(x)\n    z.sigmoid_()",
    "what it was made of": "z = net(x).sigmoid_()",
    "a view of what is made": "z = net(x).view(-1).sigmoid_()",
    "a row that is read later": "z = net(x)\n    z.sigmoid_()\n    z = z[0]",
}
GIVEN = {
    "it is made in the call": ("squashed(net(x))", False),
    "it is made in the call, and viewed": ("squashed(net(x).view(-1))", False),
    "it is made in the call, by keyword": ("squashed(z=net(x))", False),
    "it has a name": ("squashed(kept)  # HERE", True),
    "it has a name, by keyword": ("squashed(z=kept)  # HERE", True),
    "it is a view": ("squashed(kept[0])  # HERE", True),
    "it is an attribute": ("squashed(box.kept)  # HERE", True),
}


def fix_of(text: str) -> Fix:
    """The fix of the only finding of a text."""
    (found,) = check_text(text.encode(), None, frozenset({"BCE103"}), fixes=True).diagnostics
    assert found.fix is not None
    return found.fix


def row_of(text: str) -> int:
    """The marked row of a text."""
    return next(number for number, line in enumerate(text.split("\n"), 1) if "# HERE" in line)


@pytest.mark.parametrize("body", HELD.values(), ids=HELD)
def test_somebody_else_holds_the_tensor(body: str) -> None:
    text = HEAD + STEP.format(body)
    held = rf"no fix by machine: `sigmoid_` at <stdin>:\d+ changes the tensor that <stdin>:{row_of(text)} has too; "
    assert re.match(held, fix_of(text).message)


@pytest.mark.parametrize("body", ALONE.values(), ids=ALONE)
def test_nobody_else_holds_the_tensor(body: str) -> None:
    fix = fix_of(HEAD + STEP.format(body))
    assert (fix.applicability, fix.message) == (UNSAFE, "Remove the sigmoid")


@pytest.mark.parametrize("call, held", GIVEN.values(), ids=GIVEN)
def test_who_gave_the_tensor(call: str, held: bool) -> None:
    squashed = "def squashed(z):\n    z.sigmoid_()\n    return z\n\n\n"
    text = HEAD + squashed + STEP.format(f"kept = box.kept = net(x)\n    z = {call}")
    message = fix_of(text).message
    if held:
        assert f" changes the tensor that <stdin>:{row_of(text)} has too; " in message
    else:
        assert message == "Remove the sigmoid"


MODEL = """\
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        {}

    def forward(self, x):
        {}


def step(x, y):
    return F.binary_cross_entropy_with_logits(Net()(x), y)
"""
APPLIED = "return self.layers(x)"
LAYERS = "self.layers = nn.Sequential(nn.Linear(8, 1), nn.Sigmoid())"
KEPT, GONE = LAYERS.replace("Sigmoid", "Identity"), LAYERS.replace(", nn.Sigmoid()", "")
ONE = "self.layers = nn.Sequential(nn.Linear(8, 1))"
TWO = "self.layers, self.more = nn.Sequential(nn.Linear(8, 1)), nn.Sequential()"
CONTAINERS = {
    "the last of a chain": (LAYERS, APPLIED, GONE),
    "the first of a chain": (
        LAYERS.replace("nn.Linear(8, 1), nn.Sigmoid()", "nn.Sigmoid(), nn.Flatten()"), APPLIED,
        LAYERS.replace("nn.Linear(8, 1), nn.Sigmoid()", "nn.Identity(), nn.Flatten()"),
    ),
    "one that is counted": (LAYERS, "print(len(self.layers))\n        return self.layers(x)", KEPT),
    "one of which another is read by its place": (
        LAYERS, "first = self.layers[0].weight\n        return self.layers(x)", KEPT,
    ),
    "one that is read by its place": (LAYERS, "last = self.layers[1]\n        return self.layers(x)", LAYERS.replace("Sigmoid",
    "Identity")),
    "one that is gone through": (
        LAYERS, "for layer in self.layers:\n            print(layer)\n        return self.layers(x)", KEPT,
    ),
    "one that is gone through by a comprehension": (
        LAYERS, "names = [str(layer) for layer in self.layers]\n        return self.layers(x)", KEPT,
    ),
    "one whose children are read": (
        LAYERS, "for child in self.layers.children():\n            print(child)\n        return self.layers(x)", KEPT,
    ),
    "one that is listed": (LAYERS, "names = [*self.layers]\n        return self.layers(x)", KEPT),
    "the only one": ("self.fc = nn.Linear(8, 1)\n        self.layers = nn.Sequential(nn.Sigmoid())", "return self.layers(self.fc(x))",
                     "self.fc = nn.Linear(8, 1)\n        self.layers = nn.Sequential(nn.Identity())"),
    "one that is added": (
        ONE + "\n        self.layers.append(nn.Sigmoid())", APPLIED,
        ONE,
    ),
    "one that is added before others": (
        ONE + "\n        self.layers.append(nn.Sigmoid())\n        self.layers.append(nn.Flatten())",
        APPLIED,
        ONE + "\n        self.layers.append(nn.Identity())\n        self.layers.append(nn.Flatten())",
    ),
    "one that is added before one of another": (
        TWO + "\n        self.layers.append(nn.Sigmoid())\n        self.more.append(nn.Flatten())",
        APPLIED, TWO + "\n        self.more.append(nn.Flatten())",
    ),
    "one that is added by a name": (
        ONE + '\n        self.layers.add_module("last", nn.Sigmoid())', APPLIED,
        ONE,
    ),
    "one that is inserted": (
        ONE + "\n        self.layers.insert(1, nn.Sigmoid())", APPLIED,
        ONE + "\n        self.layers.insert(1, nn.Identity())",
    ),
    "one that a list holds": (
        "self.layers = nn.Sequential(*[nn.Linear(8, 1), nn.Sigmoid()])", APPLIED,
        "self.layers = nn.Sequential(*[nn.Linear(8, 1), nn.Identity()])",
    ),
    "one on lines of its own": (
        "self.layers = nn.Sequential(\n            nn.Linear(8, 1),\n            nn.Sigmoid(),  # at the end\n        )", APPLIED,
        "self.layers = nn.Sequential(\n            nn.Linear(8, 1),\n        )",
    ),
}  # fmt: skip


@pytest.mark.parametrize("made, applied, after", CONTAINERS.values(), ids=CONTAINERS)
def test_a_layer_of_a_container(made: str, applied: str, after: str | None) -> None:
    text = MODEL.format(made, applied)
    outcome, _ = fix_text(text.encode(), None, frozenset({"BCE103"}), FixOptions(True, frozenset({"BCE103"})))
    found = [file.after.decode() for group in outcome.groups for file in group]
    assert found == ([] if after is None else [MODEL.format(after, applied)])
