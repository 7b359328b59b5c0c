"""What users of a value need once its activation is gone, wherever they have the value from; and those that cannot be followed."""

from __future__ import annotations

import pytest

from bce_lint.engine import check_text, fix_text
from bce_lint.fix_options import FixOptions

HEAD = """\
import lib
import torch
import torch.nn.functional as F
from torch import nn

net = nn.Linear(8, 3)


def scores(x):
    return torch.{activation}


def step(x, y):
    return F.{loss}(scores(x), y)


"""
SIGMOID = HEAD.format(activation="sigmoid(net(x))", loss="binary_cross_entropy_with_logits")
SOFTMAX = HEAD.format(activation="softmax(net(x), 1)", loss="cross_entropy")
FOLLOWED = {
    "an attribute": (
        "class Box:\n    def put(self, x):\n        self._kept = scores(x)\n\n"
        "    def look(self, x):\n        self.put(x)\n        return GET(self._kept).mean()\n\n\n"
        "Box().look(torch.zeros(1, 8))"
    ),
    "an attribute that the module reads": (
        "class Box:\n    def __init__(self, x):\n        self._kept = scores(x)\n\n\n"
        "box = Box(torch.zeros(1, 8))\nprint(GET(box._kept).mean())"
    ),
    "a list": "def use(x):\n    kept = [GET(scores(x))]\n    return kept[0].mean()",
    "a dictionary": "def use(x):\n    kept = {'out': GET(scores(x))}\n    return kept['out'].mean()",
    "a tuple": "def use(x):\n    kept, other = GET(scores(x)), x\n    return kept.mean(), other.mean()",
    "a loop over rows": "def use(x):\n    for row in scores(x):\n        print(GET(row).mean())",
    "a comprehension over rows": "def use(x):\n    return [GET(row).mean() for row in scores(x)]",
    "a generator": "def each(x):\n    yield scores(x)\n\n\ndef use(x):\n    return [GET(one).mean() for one in each(x)]",
    "a lambda": "def use(x):\n    get = lambda z: scores(z)\n    return GET(get(x)).mean()",
    "a parameter": "def mean(value):\n    return value.mean()\n\n\ndef use(x):\n    return mean(GET(scores(x)))",
    "a parameter that is handed on": "def same(value):\n    return value\n\n\ndef use(x):\n    return same(GET(scores(x))).mean()",
    "a conditional": "def use(x, c):\n    kept = scores(x) if c else None\n    return GET(kept).mean()",
    "an assertion": "def use(x):\n    kept = scores(x[:1, :1])\n    assert GET(kept)\n    return kept.shape",
    "a condition": "def use(x):\n    while GET(scores(x[:1, :1])):\n        x = x - 1",
    "an f-string": "def use(x):\n    return f'{GET(scores(x))}'",
    "an item that is set": "def use(x, table):\n    table['out'] = GET(scores(x))\n    return table['out'].mean()",
    "a default": "def use(x, kept=None):\n    kept = kept or x\n    return GET(scores(kept)).mean()",
    "a call of a library": "def use(x):\n    return lib.plot(GET(scores(x)))",
    "what is deleted": "def use(x):\n    kept = scores(x)\n    del kept",
    "what nobody reads": "def use(x):\n    kept = scores(x)\n    return x",
    **{f"{name} of it": f"def use(x):\n    return GET(scores(x)).to(torch.{name})" for name in ("int8", "uint8", "long", "bool", "short")},
    "floats of it": "def use(x):\n    return GET(scores(x).to(torch.float64)).mean()",
    "a statement": "def use(x):\n    scores(x)",
    "its shape": "def use(x):\n    return scores(x).shape, len(scores(x)), scores(x).size(0)",
    "its order": "def use(x):\n    return scores(x).argmax(1), torch.argsort(scores(x), dim=1), scores(x).topk(1)[1]",
}  # fmt: skip
UNSEEN = {
    "a public attribute": "class Box:\n    def put(self, x):\n        self.kept = scores(x)  # HERE\n\n\nBox().put(torch.zeros(1, 8))",
    "a class": "class Kept:\n    value = scores(torch.zeros(1, 8))  # HERE",
    "code that never runs": "def use(x):\n    kept = scores(x)\n    return x\n    kept.mean()  # HERE",
    "a global name": "def use(x):\n    global kept\n    kept = scores(x)  # HERE",
    "all variables": "def use(x):\n    kept = scores(x)  # HERE\n    return locals()",
    "an item of an unknown table": "def use(x):\n    lib.table['out'] = scores(x)  # HERE",
    "an operand of `and`": "def use(x):\n    return x and scores(x)  # HERE",
    "a sum in place": "def use(x):\n    kept = scores(x)\n    kept *= 2  # HERE\n    return kept",
    "a row that is set": "def use(x):\n    kept = scores(x)\n    kept[0] = 1  # HERE\n    return kept",
    "a hook": "def use(x, hook):\n    kept = scores(x)\n    kept.register_hook(hook)  # HERE",
    "both ways out": (
        "def both(x, c):\n    if c:\n        return scores(x)  # HERE\n    return [scores(x)]\n\n\n"
        "def use(x):\n    return both(x, True).mean(), both(x, False)[0].mean()"
    ),
    "a function that looks and trains": (
        "def train(value, y):\n    print(value.mean())  # HERE\n    return F.LOSS(value, y)\n\n\n"
        "def use(x, y):\n    return train(scores(x), y)"
    ),
}  # fmt: skip
TURNED = {
    "moved": ("def use(x):\n    return scores(x).t().mean()", "torch.softmax(scores(x), dim=1).t().mean()"),
    "moved twice": (
        "def use(x):\n    kept = scores(x).t()\n    kept = kept.unsqueeze(0)\n    return kept.mean()",
        "torch.softmax(scores(x), dim=1).t()",
    ),
    "a row": ("def use(x):\n    for row in scores(x):\n        print(row.mean())", "torch.softmax(scores(x), dim=1)"),
    "a column": ("def use(x):\n    return scores(x)[:, 0].mean()", "torch.softmax(scores(x), dim=1)[:, 0].mean()"),
    "the order of a column": ("def use(x):\n    return scores(x)[:, 0].argmax()", "torch.softmax(scores(x), dim=1)[:, 0].argmax()"),
    "the order over the batch": ("def use(x):\n    return scores(x).argmax(0)", "torch.softmax(scores(x), dim=1).argmax(0)"),
    "the order over the classes, moved": (
        "def use(x):\n    return scores(x).t().argmax(0)", "torch.softmax(scores(x), dim=1).t().argmax(0)",
    ),
    "the order over the classes of each row": ("def use(x):\n    return [row.argmax(0) for row in scores(x)]", ""),
    "neutral": ("def use(x):\n    return scores(x).detach().cpu().mean()", "torch.softmax(scores(x).detach().cpu(), dim=1).mean()"),
}  # fmt: skip


def fixed(text: str, code: str) -> str:
    """The text once the finding of a rule is fixed."""
    outcome, _ = fix_text(text.encode(), None, frozenset({code}), FixOptions(True, frozenset({code})))
    assert not outcome.refused
    return next((file.after.decode() for group in outcome.groups for file in group), text)


@pytest.mark.parametrize("use", FOLLOWED.values(), ids=FOLLOWED)
def test_a_user_gets_what_it_had(use: str) -> None:
    after = SIGMOID.replace("torch.sigmoid(net(x))", "net(x)") + use.replace("GET(", "torch.sigmoid(") + "\n"
    before = SIGMOID + _without(use) + "\n"
    assert fixed(before, "BCE103") == after


def _without(use: str) -> str:
    """A use with `GET(x)` as `x`."""
    while "GET(" in use:
        start = use.index("GET(")
        depth, end = 1, start + 4
        while depth:
            depth += {"(": 1, ")": -1}.get(use[end], 0)
            end += 1
        use = use[:start] + use[start + 4 : end - 1] + use[end:]
    return use


@pytest.mark.parametrize("use", UNSEEN.values(), ids=UNSEEN)
def test_a_user_that_cannot_be_followed(use: str) -> None:
    text = SIGMOID + use.replace("LOSS", "binary_cross_entropy_with_logits") + "\n"
    row = next(number for number, line in enumerate(text.split("\n"), 1) if "# HERE" in line)
    found = check_text(text.encode(), None, frozenset({"BCE103"}), fixes=True).diagnostics
    messages = {one.fix.message.partition("; ")[0] for one in found if one.fix}
    assert messages == {f"no fix by machine: the values may be used at <stdin>:{row}, where they cannot be followed"}


@pytest.mark.parametrize("use, after", TURNED.values(), ids=TURNED)
def test_a_softmax_is_applied_where_the_classes_still_are(use: str, after: str) -> None:
    found = fixed(f"{SOFTMAX}{use}\n", "BCE111").removeprefix(SOFTMAX.replace("torch.softmax(net(x), 1)", "net(x)"))
    assert (after in found if after else found == f"{use}\n") and found.count("torch.softmax(") == bool(after)
