"""Who else may use a model whose output a fix would change: other models in its place, and calls that were not resolved."""

from __future__ import annotations

import re

import pytest

from bce_lint.diagnostic import DISPLAY_ONLY, UNSAFE, Fix
from bce_lint.engine import check_text

MODELS = """\
import lib
import torch
import torch.nn.functional as F
from lib import Callback, register
from torch import nn

WIDE, KIND = False, "model"


class Model(nn.Module):
    def __init__(self, wide=False):
        super().__init__()
        self.fc = nn.Linear(8, 1)

    def forward(self, x):
        return torch.sigmoid(self.fc(x))


class Other(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 1)

    def forward(self, x):
        return self.fc(x)


class Wide(Model):
    def __init__(self):
        super().__init__(True)


class Raw(Model):
    def forward(self, x):
        return self.fc(x)


"""
TRAIN = "\n\ndef train(x, y):\n    {}\n    return F.binary_cross_entropy_with_logits(net(x), y)\n"


def fix_of(text: str) -> Fix:
    """The fix of the only finding of a text."""
    (found,) = check_text(text.encode(), None, frozenset({"BCE103"}), fixes=True).diagnostics
    assert found.fix is not None
    return found.fix


BOX = "class Box:\n    def __init__(self):\n"
INSTEAD = {
    "a conditional": ("", "net = Model() if KIND == 'model' else Other()", "Other"),
    "a class by a conditional": ("", "net = (Model if KIND == 'model' else Other)()", "Other"),
    "one that overrides": ("", "net = Raw() if WIDE else Model()", "Raw"),
    "a table": ("TABLE = {'model': Model, 'other': Other}", "net = TABLE[KIND]()", "Other"),
    "a table with a default": ("TABLE = {'model': Model, 'other': Other}", "net = TABLE.get('model')()", "Other"),
    "a table in place": ("", "net = {'model': Model, 'other': Other}[KIND]()", "Other"),
    "a table that is filled": ("TABLE = {}\nTABLE['model'] = Model\nTABLE['other'] = Other", "net = TABLE[KIND]()", "Other"),
    "a table of objects": ("", "nets = {'model': Model(), 'other': Other()}\n    net = nets[KIND]", "Other"),
    "a table of objects in place": ("", "net = {'model': Model(), 'other': Other()}[KIND]", "Other"),
    "a variable of classes": ("", "made = Model\n    if WIDE:\n        made = Other\n    net = made()", "Other"),
    "an arm": ("", "if not WIDE:\n        net = Model()\n    else:\n        net = Other()", "Other"),
    "an arm with methods": ("", "if not WIDE:\n        net = Model().eval()\n    else:\n        net = Other().eval().cpu()", "Other"),
    "a function": ("def build():\n    if WIDE:\n        return Other()\n    return Model()", "net = build()", "Other"),
    "a function instead": ("def build():\n    return Other()", "net = build() if WIDE else Model()", "Other"),
    "an attribute": (f"{BOX}        self.net = Other() if WIDE else Model()", "net = Box().net", "Other"),
    "an attribute of classes": (
        f"{BOX}        self.kind = Model\n        if WIDE:\n            self.kind = Other\n        self.net = self.kind()",
        "net = Box().net",
        "Other",
    ),
    "a name of other letters": (
        "class Modelé(Model):\n    def forward(self, x):\n        return self.fc(x)", "net = Modelé() if WIDE else Model()", "Modelé",
    ),
    "a function of a variable": ("def build():\n    made = Other()\n    return made", "net = build() if WIDE else Model()", "Other"),
}
ALONE = {
    "it is made": ("", "net = Model()"),
    "one that has the function from it": ("", "net = Wide() if WIDE else Model()"),
    "no class of the project": ("", "net = lib.Net() if WIDE else Model()"),
    "a table of which another entry is never taken": ("", "nets = {'model': Model(), 'other': Other()}\n    net = nets['model']"),
    "the other is made for another name": ("", "net, other = Model(), Other()"),
    "a function of another class": ("def build():\n    return Other()", "other = build()\n    net = Model()"),
    "an attribute of another class": (f"{BOX}        self.net = Other()", "net = Model()"),
    "a table that nobody reads by a variable": ("TABLE = {'model': Model}\nTABLE['other'] = 1", "net = TABLE['model']()"),
}


@pytest.mark.parametrize("before, made, name", INSTEAD.values(), ids=INSTEAD)
def test_another_model_in_the_place_of_one(before: str, made: str, name: str) -> None:
    fix = fix_of(MODELS + before + TRAIN.format(made))
    assert fix.applicability == DISPLAY_ONLY
    assert re.match(rf"no fix by machine: `{name}` at <stdin>:\d+ may stand in the place of `Model`, and is not changed; ", fix.message)


@pytest.mark.parametrize("before, made", ALONE.values(), ids=ALONE)
def test_a_model_that_nothing_else_stands_for(before: str, made: str) -> None:
    fix = fix_of(MODELS + before + TRAIN.format(made))
    assert (fix.applicability, fix.message, [edit.content for edit in fix.edits]) == (UNSAFE, "Remove the sigmoid", ["self.fc(x)"])


MADE = TRAIN.format("net = Model()")
CALLED = {
    "a parameter by its name": "def show(net, x):\n    return net(x).mean()  # HERE",
    "a parameter by a name of models": "def show(my_model, x):\n    return my_model(x).mean()  # HERE",
    "arguments that are not written out": "def show(net, *args):\n    return net(*args)  # HERE",
    "an attribute": "def show(trainer, x):\n    return trainer.model(x)  # HERE",
    "an attribute by its name": "def show(trainer, x):\n    return trainer.net(x)  # HERE",
    "an attribute far down": "def show(trainer, x):\n    return trainer.state[0].get().net(x)  # HERE",
    "forward of an attribute by its name": "def show(trainer, x):\n    return trainer.net.forward(x)  # HERE",
    "forward of an attribute": "def show(trainer, x):\n    return trainer.model.forward(x)  # HERE",
    "a hook on an attribute": "def show(trainer, f):\n    trainer.model.register_forward_hook(f)  # HERE",
    "a hook on anything": "def show(thing, f):\n    thing.register_forward_hook(f)  # HERE",
    "a hook on all": "def show(f):\n    torch.nn.modules.module.register_module_forward_hook(f)  # HERE",
    "an attribute that is named first": "def show(trainer, x):\n    m = trainer.net  # HERE\n    return m(x)",
    "an attribute that is named and given": "def show(trainer, x):\n    m = trainer.net  # HERE\n    return register(m)",
    "an attribute that is given": "def show(trainer, x):\n    return register(trainer.net)  # HERE",
    "by text": "def show(trainer, x):\n    return getattr(trainer, 'net')(x)  # HERE",
    "a key": "def show(table, x):\n    return table['net'](x)  # HERE",
    "a layer of a parameter": "def show(module, x):\n    for child in module.children():  # HERE\n        x = child(x)",
    "a callback of a framework": "class Show(Callback):\n    def on_end(self, learner, x):\n        learner(x)  # HERE",
    "a call of an object": "class Show:\n    def __call__(self, learner, x):\n        learner(x)  # HERE",
    "a lambda that is given": "register(lambda learner, x: learner(x))  # HERE",
    "a lambda that is given in a list": "register([lambda learner, x: learner(x)])  # HERE",
    "a function that is given": "def show(learner, x):\n    return learner(x)  # HERE\n\n\nregister(show)",
    "the model is given": "register(Model())  # HERE",
    "its own attribute": "class Shower(Callback):\n    def __init__(self, net):\n        self.net = net\n\n"
    "    def show(self, x):\n        self.net(x)  # HERE",
}
QUIET = {
    "a parameter by another name": "def show(head, x):\n    return head(x).mean()",
    "arguments that do not fit": "def show(net, x, y):\n    return net(x, y)",
    "no arguments": "def show(net):\n    return net()",
    "a keyword that it has not": "def show(net, x):\n    return net(x, hidden=1)",
    "an attribute with arguments that do not fit": "def show(trainer, x):\n    return trainer.model(x, x)",
    "an attribute by another name": "def show(trainer, x):\n    return trainer.head(x)",
    "an attribute of a library": "def show(x):\n    return lib.model(x)",
    "another method of an attribute": "def show(trainer):\n    return trainer.net.eval()",
    "forward with arguments that do not fit": "def show(trainer, x):\n    return trainer.net.forward(x, x)",
    "an attribute that is set": "def show(trainer, x):\n    trainer.net = x",
    "an attribute that is named and looked at": "def show(trainer, x):\n    m = trainer.net\n    return m.eval()",
    "an attribute that is named and called with others": "def show(trainer, x):\n    m = trainer.net\n    return m(x, x)",
    "an attribute that is printed": "def show(trainer, x):\n    print(trainer.net)",
    "an attribute that is named and printed": "def show(trainer, x):\n    m = trainer.net\n    print(m)",
    "an attribute that is returned": "def show(trainer, x):\n    return trainer.net",
    "a hook on what is known": "other = Other()\nother.register_forward_hook(print)",
    "by another text": "def show(trainer, x):\n    return getattr(trainer, 'head')(x)",
    "another key": "def show(table, x):\n    return table['head'](x)",
    "a position": "def show(table, x):\n    return table[0](x)",
    "layers that are looked at": "def show(module, x):\n    for child in module.children():\n        print(child.weight)",
    "layers of what is known": "other = nn.Sequential(nn.Linear(8, 1))\nfor child in other.children():\n    child(torch.zeros(1, 8))",
    "a method that nobody calls": "class Show:\n    def on_end(self, learner, x):\n        learner(x)",
    "a function that is not given": "def show(learner, x):\n    return learner(x)",
    "a function that is called": "def show(learner, x):\n    return learner(x)\n\n\nregister(show(len, []))",
    "its own attribute that is set to another": "class Shower(Callback):\n    def __init__(self):\n        self.net = nn.Linear(8, 1)\n\n"
    "    def show(self, x):\n        self.net(x)",
    "the model is printed": "print(Model())",
    "a local variable": "def show(x):\n    net = len\n    return net(x)",
}


@pytest.mark.parametrize("use", CALLED.values(), ids=CALLED)
def test_a_call_that_may_be_the_models(use: str) -> None:
    text = MODELS + MADE + f"\n\n{use}\n"
    row = next(number for number, line in enumerate(text.split("\n"), 1) if "# HERE" in line)
    fix = fix_of(text)
    assert fix.message.startswith(f"no fix by machine: the values may be used at <stdin>:{row}, where they cannot be followed; ")


@pytest.mark.parametrize("use", QUIET.values(), ids=QUIET)
def test_a_call_that_is_not_the_models(use: str) -> None:
    fix = fix_of(MODELS + MADE + f"\n\n{use}\n")
    assert (fix.applicability, fix.message) == (UNSAFE, "Remove the sigmoid")


FUNCTIONS = """\
import lib
import torch
import torch.nn.functional as F
from lib import register
from torch import nn

net = nn.Linear(8, 1)


def scores(x):
    return torch.sigmoid(net(x))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 1)

    def chances(self, x):
        return torch.sigmoid(self.fc(x))

    def forward(self, x, y):
        return F.binary_cross_entropy_with_logits(self.chances(x), y)


def train(x, y):
    return {}
"""
ASKED = {
    "a function that is given": (0, "register(scores)  # HERE", True),
    "a function that is given in a list": (0, "register([scores])", False),
    "a function that is printed": (0, "print(scores)", False),
    "a function that is asked for by text": (0, "def show(x):\n    return getattr(lib, 'scores')(x)  # HERE", True),
    "a function that is fetched by text": (0, "import operator\nget = operator.attrgetter('scores')  # HERE", True),
    "a function by its attribute": (0, "def show(thing, x):\n    return thing.scores(x)  # HERE", True),
    "a function of a library": (0, "def show(x):\n    return lib.scores(x)", False),
    "a local name": (0, "def show(scores):\n    return register(scores)", False),
    "a method": (1, "def show(thing, x):\n    return thing.chances(x)  # HERE", True),
    "a method with arguments that do not fit": (1, "def show(thing, x):\n    return thing.chances(x, 1)", False),
    "a method that is returned": (1, "def show(thing):\n    return thing.chances  # HERE", True),
    "a method in a list": (1, "def show(thing):\n    yield [thing.chances]  # HERE", True),
    "a method in a table": (1, "def show(thing):\n    yield {1: thing.chances}  # HERE", True),
    "a method that is compared": (1, "def show(thing):\n    return thing.chances == 1", False),
    "a method that is named and called": (1, "def show(thing, x):\n    f = thing.chances  # HERE\n    return f(x)", True),
    "a method that is named": (1, "def show(thing, x):\n    f = thing.chances\n    return len(f)", False),
    "a method by text": (1, "def show(thing, x):\n    return getattr(thing, 'chances')(x)  # HERE", True),
    "a method of another class's instance": (1, "class Other:\n    def show(self, x):\n        return self.chances(x)", False),
    "a method of anything": (1, "class Other(Model):\n    def show(self, x, thing):\n        return thing.chances(x)  # HERE", True),
}


@pytest.mark.parametrize("method, use, asked", ASKED.values(), ids=ASKED)
def test_a_function_that_may_be_asked_for(method: int, use: str, asked: bool) -> None:
    loss = "Model()(x, y)" if method else "F.binary_cross_entropy_with_logits(scores(x), y)"
    text = FUNCTIONS.format(loss) + f"\n\n{use}\n"
    if not method:
        text = text.replace("self.chances(x), y)", "self.fc(x), y)")
    row = next((number for number, line in enumerate(text.split("\n"), 1) if "# HERE" in line), 0)
    fix = fix_of(text)
    said = f"no fix by machine: the values may be used at <stdin>:{row}, where they cannot be followed; " if asked else "Remove the sigmoid"
    assert fix.message.startswith(said)
