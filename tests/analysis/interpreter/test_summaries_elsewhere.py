"""Calls that are replayed elsewhere than where they were followed: at another depth, with objects made at another place, by registries."""

from __future__ import annotations

import pytest

from bce_lint.analysis.state.frames import MAX_DEPTH
from tests.analysis.interpreter.replays import HEAD, MODEL, calls, of_texts

pytestmark = pytest.mark.any_python


def chain(length: int, last: str) -> str:
    """Functions that hand on what they are given, each to the one before."""
    text = f"def f0(x, y):\n    return {last}\n\n\n"
    for index in range(1, length + 1):
        text += f"def f{index}(x, y):\n    return f{index - 1}(x, y)\n\n\n"
    return text


LOSS = "def loss(x, y):\n    x = torch.zeros(3, 1) + x\n    return F.binary_cross_entropy(nn.Linear(3, 1)(x), y)\n\n\n"


def test_a_call_is_replayed_at_another_depth() -> None:
    text = LOSS + chain(3, "loss(x, y)") + "def g(x, y):\n    a = loss(x, y)\n    return a + f3(x, y)\n"
    assert calls(text).count("loss") >= 1
    turned = LOSS + chain(3, "loss(x, y)") + "def g(x, y):\n    a = f3(x, y)\n    return a + loss(x, y)\n"
    assert calls(turned).count("loss") >= 1


@pytest.mark.parametrize("further", [0, 1, 2, 3])
def test_no_deeper_than_calls_are_followed(further: int) -> None:
    deep = MAX_DEPTH - 3
    inner = "def lowest(x, y):\n    return F.binary_cross_entropy_with_logits(x, y) + 1\n\n\n"
    inner += "def lower(x, y):\n    return lowest(torch.sigmoid(x), y)\n\n\n"
    text = inner + chain(deep - 2 + further, "lower(x, y)")
    outer = f"def g(x, y):\n    a = lower(x, y)\n    return a + f{deep - 2 + further}(x, y)\n"
    names = calls(text + outer)
    assert ("lower" in names) is (further < 2)


HANDED = """\
def inner(z):
    return z.reshape(-1) * 1


def mixed(x):
    return inner(torch.zeros(4, 1)) * inner(torch.zeros(4)) + x


def deep(x):
    return mixed(x) + 1


def deeper(x):
    return deep(x) * 2


def pick(a, y, flag):
    if flag:
        a = a.reshape(-1)
        return F.binary_cross_entropy_with_logits(a, y)
    return F.binary_cross_entropy_with_logits(a, mixed(y))


def through(a, y, flag):
    return pick(a, y, flag) + pick(deeper(a), y, flag)


"""


@pytest.mark.parametrize("order", [("mixed", "deep", "deeper"), ("deeper", "mixed", "deep"), ("deep", "deeper", "mixed")])
def test_what_frames_were_handed(order: tuple[str, ...]) -> None:
    text = HANDED + "def f(x, y, flag):\n    a = torch.zeros(4, 1)\n    return 0"
    text += "".join([f" + pick({one}(a), y, flag) + through({one}(x), y, flag) + through({one}(a), y, flag)" for one in order])
    assert {"inner", "mixed"} <= {*calls(text + "\n")}


BATCH = """\
class Batch:
    def __init__(self):
        self.x, self.y = torch.zeros(4, 1), torch.zeros(4)


def taken(batch):
    return batch.x.reshape(-1) + batch.y


def through(batch):
    return taken(batch) * 1


def made(x):
    return taken(Batch()) + x


"""


@pytest.mark.parametrize("order", [("taken(batch)", "through(batch)", "made(y)"), ("made(y)", "through(batch)", "taken(batch)")])
def test_an_object_that_frames_were_handed(order: tuple[str, ...]) -> None:
    picks = "".join([f"    F.binary_cross_entropy_with_logits({one}, y if flag else {one})\n" for one in order])
    text = BATCH + f"def run(batch, y, flag):\n{picks}\n\ndef f(y, flag):\n    run(Batch(), y, flag)\n{picks.replace('batch', 'Batch()')}"
    assert "taken" in calls(text)


def test_objects_that_were_made_elsewhere() -> None:
    text = MODEL + "def f(x, y):\n    one = Net(3, torch.relu)\n    other = Net(3, torch.relu)\n"
    text += "    return F.binary_cross_entropy(one(x), y) + F.binary_cross_entropy(other(x), y)\n"
    assert calls(text) == ["__init__", "forward"]
    lists = "def added(items, x):\n    items.append(x.sigmoid())\n    return items[0] + len(items)\n\n\n"
    lists += "def f(x, y):\n    one, other = [], []\n    return F.binary_cross_entropy(added(one, x) + added(other, x), y)\n"
    assert calls(lists) == ["added"]


LAYER_OF = "def applied(last, x):\n    return last(x) + 1\n\n\ndef f(x, y):\n    one = {}\n    other = {}\n"
LAYER_OF += "    return F.binary_cross_entropy(applied(one, x), y) + F.binary_cross_entropy(applied(other, x), y)\n"


@pytest.mark.parametrize(("made", "again"), [
    ("nn.Sigmoid()", False),
    ("nn.Sequential(nn.Linear(3, 1), nn.Sigmoid())", False),
    ("Own()", False),
    ("nn.Sequential(nn.Linear(3, 1), Own())", False),
    ("Plain()", True),
    ("Net(3, torch.sigmoid)", True),
])  # fmt: skip
def test_layers_that_were_made_elsewhere(made: str, again: bool) -> None:
    own = "class Own(nn.Softmax):\n    pass\n\n\nclass Plain(nn.Module):\n    def forward(self, x):\n        return x.sigmoid()\n\n\n"
    assert ("applied" in calls(MODEL + own + LAYER_OF.format(made, made))) is again


def test_copies_know_where_the_first_was_made() -> None:
    text = "import copy\n\n\ndef twice(net, x):\n    return net(x) + copy.deepcopy(net)(x)\n\n\n" + MODEL
    text += "def f(x, y):\n    one = Net(3, torch.relu)\n    other = Net(3, torch.relu)\n"
    assert "twice" not in calls(text + "    return F.binary_cross_entropy(twice(one, x) + twice(other, x), y)\n")
    assert "twice" in calls(text + "    return F.binary_cross_entropy(twice(one, x) + twice(one, x), y)\n")


FILLED = """\
MODELS = {}


def register(cls):
    MODELS[cls.__name__] = cls
    return cls


def build(name):
    return MODELS[name]()


class Registry:
    def __init__(self):
        self.known = {}

    def add(self, cls):
        self.known[cls.__name__] = cls
        return cls

    def build(self, name):
        return self.known[name]()


LAYERS = Registry()
OTHERS = Registry()
"""
FILLS = HEAD + "from registry import LAYERS, OTHERS, register\n\n\n"
NETS = "class {}(nn.Module):\n    def forward(self, x):\n        return {}\n\n\n"


def test_what_registries_hold_is_replayed() -> None:
    files = {
        "registry.py": FILLED,
        "nets.py": FILLS + "@register\n" + NETS.format("One", "x.sigmoid()") + "@LAYERS.add\n" + NETS.format("Two", "x.sigmoid()"),
        "more.py": FILLS + "@OTHERS.add\n" + NETS.format("Two", "x.tanh()"),
        "main.py": HEAD
        + "from registry import LAYERS, OTHERS, build\n\n\n"
        + "def made(name, x):\n    return build(name)(x) * 1\n\n\n"
        + "def taken(layers, x):\n    return layers.build('Two')(x) * 1\n\n\n"
        + "def f(x, y):\n    a = F.binary_cross_entropy_with_logits(made('One', x), y)\n"
        + "    return a + made('One', x).sum() * made('One', x).sum()\n\n\n"
        + "def g(x, y):\n    a = F.binary_cross_entropy_with_logits(taken(LAYERS, x), y)\n"
        + "    return a + F.binary_cross_entropy(taken(OTHERS, x), y) + taken(LAYERS, x).sum()\n",
    }
    plain, replayed, names = of_texts(files)
    assert replayed == plain
    assert {"made", "taken"} <= {*names}
    assert names.count("taken") == 1


def test_a_registry_that_nothing_fills_stands_for_no_other() -> None:
    looks = "def look(known, name):\n    return known[name]() * 1\n\n\nclass Holder:\n    def __init__(self):\n        self.known = {}\n\n"
    looks += "    def build(self, name):\n        return look(self.known, name)\n\n    def add(self, cls):\n"
    looks += "        self.known[cls.__name__] = cls\n        return cls\n\n\nEMPTY = Holder()\nFILLED = Holder()\n"
    body = "def f(x, y):\n    a = {0}.build('Net')\n    b = {1}.build('Net')\n"
    body += "    return F.binary_cross_entropy_with_logits(a(x), y) + b(x)\n"
    nets = HEAD + "from registry import FILLED\n\n\n@FILLED.add\n" + NETS.format("Net", "x.sigmoid()")
    for holders, count in ((("EMPTY", "FILLED"), 0), (("EMPTY", "EMPTY"), 1), (("FILLED", "EMPTY"), 0)):
        main = HEAD + "from registry import EMPTY, FILLED\n\n\n" + body.format(*holders)
        plain, replayed, names = of_texts({"registry.py": looks, "nets.py": nets, "main.py": main})
        assert replayed == plain
        assert names.count("build") == count


def test_a_dict_that_nothing_fills_stands_for_no_other() -> None:
    filled = "EMPTY = {}\nFILLED = {}\n\n\ndef add(cls):\n    FILLED[cls.__name__] = cls\n    return cls\n"
    body = "def look(known, name):\n    return known[name]() * 1\n\n\n"
    body += "def f(x, y):\n    a = look(EMPTY, 'Net')\n    b = look(FILLED, 'Net')\n"
    main = HEAD + "from registry import EMPTY, FILLED\n\n\n" + body + "    return F.binary_cross_entropy_with_logits(a(x), y) + b(x)\n"
    nets = HEAD + "from registry import add\n\n\n@add\n" + NETS.format("Net", "x.sigmoid()")
    plain, replayed, names = of_texts({"registry.py": filled, "nets.py": nets, "main.py": main})
    assert replayed == plain
    assert names == []
