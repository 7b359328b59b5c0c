"""An activation that the caller of a class has chosen is switched off in the class's own words, or not at all."""

from __future__ import annotations

import pytest

from bce_lint.diagnostic import UNSAFE, Fix
from bce_lint.engine import check_text

CLASS = """\
import torch
import torch.nn.functional as F
from torch import nn

NAME = "sigmoid"


class Net(nn.Module):
    def __init__(self{params}):
        super().__init__()
        self.fc = nn.Linear(8, 1)
        {init}

    def forward(self, x, scaled=False):
        x = self.fc(x)
        {forward}
        return x


{more}def step(x, y):
    return F.binary_cross_entropy_with_logits({made}(x), y)
"""
KEPT = "self.final = final"
ASKED = 'if self.final == "sigmoid":\n            x = torch.sigmoid(x)'
RELU = "\n        else:\n            x = torch.relu(x)"
LAYER = 'if final == "sigmoid":\n            self.final = nn.Sigmoid()'
CALLED = "x = self.final(x)"
FLAG = "if self.final:\n            x = torch.sigmoid(x)"
NONE = "Say `final=None`"
NO_WORD = "`final` of <stdin>:9 chooses the activation, and has no value that means none: let it take None, and give that at <stdin>:"
NOT_OUT = "`final` chooses the activation, and is not written out at <stdin>:"
NOT_NONE = "\n        elif self.final is not None:\n            x = torch.relu(x)"
NESTED = f"if self.final:\n            {ASKED.replace(chr(10), chr(10) + '    ')}"
METHOD = "\n\n    def known(self, name):\n        if name is None:\n            return ''\n        return name"
NO_OTHER = '\n        elif self.final != "none":\n            raise ValueError'
SWITCHED = {
    "passed over": (", final", KEPT, ASKED, 'Net("sigmoid")', "None", NONE),
    "by keyword": (", final", KEPT, ASKED, "Net(final='sigmoid')", "None", NONE),
    "behind others": (", width, final", KEPT, ASKED, 'Net(8, "sigmoid")', "None", NONE),
    "keyword only": (", width, *, final", KEPT, ASKED, 'Net(8, final="sigmoid")', "None", NONE),
    "by default": (', final="sigmoid"', KEPT, ASKED, "Net()", "final=None", NONE),
    "by default behind others": (', width=8, final="sigmoid"', KEPT, ASKED, "Net(8)", ", final=None", NONE),
    "a flag": (", final", KEPT, FLAG, "Net(True)", "False", "Say `final=False`"),
    "a flag by keyword": (", width, final=False", KEPT, FLAG, "Net(2, final=True)", "False", "Say `final=False`"),
    "a word": (", final", KEPT, ASKED + NO_OTHER, 'Net("sigmoid")', '"none"', 'Say `final="none"`'),
    "a word in other quotes": (
        ", final", KEPT, ASKED + "\n        elif self.final == 'linear':\n            pass" + RELU, "Net('sigmoid')", "'linear'",
        "Say `final='linear'`",
    ),
    "asked for None": (", final", KEPT, ASKED + NOT_NONE, 'Net("sigmoid")', "None", NONE),
    "asked at all": (", final", KEPT, NESTED, 'Net("sigmoid")', "None", NONE),
    "asked in the constructor": (
        ", final", "if final is None:\n            final = ''\n        self.final = final", ASKED + RELU, 'Net("sigmoid")', "None",
        NONE,
    ),
    "asked by a method": (
        ", final",
        "self.final = self.known(final)" + METHOD,
        ASKED + RELU, 'Net("sigmoid")', "None", NONE,
    ),
    "a name of a class": (', final="Sigmoid"', "self.final = getattr(nn, final)()", CALLED, "Net('Sigmoid')", "'Identity'",
    "Say `final='Identity'`"),
}  # fmt: skip
LEFT = {
    "no word": (", final", KEPT, ASKED + RELU, 'Net("sigmoid")', "",
    NO_WORD),
    "another option that is asked for": (
        ", final", KEPT, "if scaled:\n            x = x / 2\n        " + ASKED + RELU, 'Net("sigmoid")', "",
        NO_WORD,
    ),
    "another parameter that is asked for": (
        ", final, wide=None", KEPT + "\n        if wide is None:\n            wide = 1", ASKED + RELU, 'Net("sigmoid")', "",
        NO_WORD,
    ),
    "a method that is given something else": (
        ", final",
        "self.final, self.wide = final, self.known(3)" + METHOD,
        ASKED + RELU, 'Net("sigmoid")', "", NO_WORD,
    ),
    "a name of a function": (
        ', final="sigmoid"', "self.final = getattr(torch, final)", CALLED, "Net('sigmoid')", "",
        NO_WORD,
    ),
    "a number": (", final", KEPT, "if self.final == 1:\n            x = torch.sigmoid(x)", "Net(1)", "",
    NOT_OUT),
    "a constant": (", final", KEPT, ASKED, "Net(NAME)", "", NOT_OUT),
    "starred": (", final", KEPT, ASKED, 'Net(*["sigmoid"])', "", NOT_OUT),
    "two callers and others": (
        ", final", KEPT, ASKED, 'Net("sigmoid")', 'def show(x):\n    return Net("sigmoid")(x).mean()\n\n\n',
        "`final` chooses the activation at <stdin>:22, <stdin>:26, and not only the loss wants it: leave it out for the loss alone",
    ),
}  # fmt: skip
THROUGH = {
    "a function": ("def made(kind):\n    return Net(kind)\n\n\n", 'made("sigmoid")', "None"),
    "two functions": (
        "def made(kind):\n    return Net(final=kind)\n\n\ndef more(a, b):\n    return made(b)\n\n\n", 'more(1, "sigmoid")', "None",
    ),
    "a default": ('def made(kind="sigmoid"):\n    return Net(kind)\n\n\n', "made()", "kind=None"),
    "a method": ("class Maker:\n    def made(self, kind):\n        return Net(kind)\n\n\n", 'Maker().made("sigmoid")', "None"),
}


def fix_of(text: str) -> Fix:
    """The fix of the only finding of a text."""
    (found,) = check_text(text.encode(), None, frozenset({"BCE103"}), fixes=True).diagnostics
    assert found.fix is not None
    return found.fix


@pytest.mark.parametrize("params, init, forward, made, content, said", SWITCHED.values(), ids=SWITCHED)
def test_it_is_switched_off(params: str, init: str, forward: str, made: str, content: str, said: str) -> None:
    fix = fix_of(CLASS.format(params=params, init=init, forward=forward, made=made, more=""))
    assert (fix.message, [edit.content for edit in fix.edits], fix.applicability) == (said, [content], UNSAFE)


@pytest.mark.parametrize("params, init, forward, made, more, said", LEFT.values(), ids=LEFT)
def test_it_is_left(params: str, init: str, forward: str, made: str, more: str, said: str) -> None:
    fix = fix_of(CLASS.format(params=params, init=init, forward=forward, made=made, more=more))
    assert fix.message.startswith(f"no fix by machine: {said}")


@pytest.mark.parametrize("more, made, content", THROUGH.values(), ids=THROUGH)
def test_it_was_chosen_further_out(more: str, made: str, content: str) -> None:
    text = CLASS.format(params=", final", init=KEPT, forward=ASKED, made=made, more=more)
    fix = fix_of(text)
    assert [edit.content for edit in fix.edits] == [content]
    assert [edit.location.start.row for edit in fix.edits] == [text.split("\n").index("def step(x, y):") + 2]


def test_it_was_chosen_too_far_out() -> None:
    for count, left in ((5, False), (10, True)):
        more = "".join(f"def f{i}(kind):\n    return {'Net' if not i else f'f{i - 1}'}(kind)\n\n\n" for i in range(count))
        fix = fix_of(CLASS.format(params=", final", init=KEPT, forward=ASKED, made=f'f{count - 1}("sigmoid")', more=more))
        assert ("chooses the activation: give it none where that is called" in fix.message) is left
