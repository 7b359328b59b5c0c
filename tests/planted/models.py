"""The styles a model is written in. Each defines it and says how to make it and how to get its value for `x`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from tests.planted.spellings import applied, layer
from tests.planted.writer import Writer, block


class Model(NamedTuple):
    """How a model is made, and how its value is read off its call, `$c`."""

    made: str
    read: str = "$c"


@dataclass(frozen=True)
class Wish:
    """What a model is to be: the activations at its end, how each is spelled, its outputs, and how it returns them."""

    acts: tuple[str, ...]
    turn: int
    width: int
    returns: str = "value"

    @property
    def layers(self) -> list[str]:
        """The activations as layers."""
        return [layer(act, self.turn + i) for i, act in enumerate(self.acts)]

    def stack(self) -> list[str]:
        """The whole model as layers."""
        return ["nn.Linear(8, 16)", "nn.ReLU()", f"nn.Linear(16, {self.width})", *self.layers]


Style = Callable[[Writer, Wish], Model]

RETURNS: dict[str, tuple[str, str, str]] = {
    "value": ("$v", "$c", ""),
    "tuple": ("$v, h", "$c[0]", ""),
    "second of a tuple": ("h, $v", "$c[1]", ""),
    "list": ("[h, $v]", "$c[-1]", ""),
    "dict": ('{"features": h, "scores": $v}', '$c["scores"]', ""),
    "dataclass": ("Output(h, $v)", "$c.scores", "@dataclass\nclass Output:\n    features: torch.Tensor\n    scores: torch.Tensor"),
    "named tuple": ("Output(scores=$v, features=h)", "$c.scores", 'Output = namedtuple("Output", "features scores")'),
    "beside its sigmoid": ("$v, torch.sigmoid($v)", "$c[0]", ""),
    "beside its softmax": ('{"probs": $v.softmax(1), "scores": $v}', '$c["scores"]', ""),
}
"""What `forward` returns, how its value is read, and a class for it."""


def _module(writer: Writer, init: list[str], forward: list[str], name: str = "Net", base: str = "nn.Module", args: str = "") -> None:
    """Defines a module class."""
    start = block(f"def __init__(self{args}):", ["super().__init__()", *init])
    writer.define("model", block(f"class {name}({base}):", [start, "", block("def forward(self, x):", forward)]))


def _finished(writer: Writer, wish: Wish, lines: list[str], value: str) -> Model:
    """The end of a `forward`: activates a value and returns it."""
    for i in range(len(wish.acts)):
        value = applied(writer, wish.acts, i, wish.turn, value, "model", lines)
    return _returned(writer, wish, lines, value)


def _returned(writer: Writer, wish: Wish, lines: list[str], value: str) -> Model:
    text, read, define = RETURNS[wish.returns]
    if define:
        writer.define("model", define)
    if wish.returns != "value" or len(value) > 40:
        lines.append(f"value = {value}")
        value = "value"
    lines.append("return " + text.replace("$v", value))
    return Model("Net()", read)


def _fc(wish: Wish) -> list[str]:
    return ["self.body = nn.Linear(8, 16)", f"self.head = nn.Linear(16, {wish.width})"]


def forward(writer: Writer, wish: Wish) -> Model:
    """Layers in `__init__`, the activation in `forward`."""
    lines = ["h = torch.relu(self.body(x))"]
    model = _finished(writer, wish, lines, "self.head(h)")
    _module(writer, _fc(wish), lines)
    return model


def forward_in_steps(writer: Writer, wish: Wish) -> Model:
    """The same name again and again."""
    lines = ["x = self.body(x)", "h = x = F.relu(x)", "x = self.head(x)"]
    model = _finished(writer, wish, lines, "x")
    _module(writer, _fc(wish), lines)
    return model


def sequential(writer: Writer, wish: Wish) -> Model:
    """A plain `nn.Sequential`."""
    return Model(f"nn.Sequential({', '.join(wish.stack())})")


def sequential_from_list(writer: Writer, wish: Wish) -> Model:
    """Layers appended to a list."""
    lines = ["layers = []", *(f"layers.append({one})" for one in wish.stack()), "return nn.Sequential(*layers)"]
    writer.define("model", block("def build():", lines))
    return Model("build()")


def sequential_named(writer: Writer, wish: Wish) -> Model:
    """An `OrderedDict` of layers."""
    pairs = ", ".join(f'("part{i}", {one})' for i, one in enumerate(wish.stack()))
    writer.define("model", block("def build():", [f"return nn.Sequential(OrderedDict([{pairs}]))"]))
    return Model("build()")


def sequential_added(writer: Writer, wish: Wish) -> Model:
    """`add_module` layer by layer."""
    added = [f'net.add_module("part{i}", {one})' for i, one in enumerate(wish.stack())]
    writer.define("model", block("def build():", ["net = nn.Sequential()", *added, "return net"]))
    return Model("build()")


def sequential_nested(writer: Writer, wish: Wish) -> Model:
    """A `Sequential` in a `Sequential`."""
    first, *rest = wish.stack()
    tail = ", ".join(rest)
    return Model(f"nn.Sequential({first}, nn.Sequential({tail}))")


def sequential_inside(writer: Writer, wish: Wish) -> Model:
    """A module around a `Sequential`."""
    lines = ["h = x"]
    model = _returned(writer, wish, lines, "self.net(x)")
    _module(writer, [f"self.net = nn.Sequential({', '.join(wish.stack())})"], lines)
    return model


def layer_attribute(writer: Writer, wish: Wish) -> Model:
    """The activation as a layer of its own."""
    init = [f"self.act{i} = {one}" for i, one in enumerate(wish.layers)]
    value = "self.head(h)"
    for i, _ in enumerate(init):
        value = f"self.act{i}({value})"
    lines = ["h = torch.relu(self.body(x))"]
    model = _returned(writer, wish, lines, value)
    _module(writer, [*_fc(wish), *init], lines)
    return model


def module_list(writer: Writer, wish: Wish) -> Model:
    """A loop over a `ModuleList`."""
    lines = ["for part in self.parts:", "    x = part(x)", "return x"]
    _module(writer, [f"self.parts = nn.ModuleList([{', '.join(wish.stack())}])"], lines)
    return Model("Net()")


def overridden(writer: Writer, wish: Wish) -> Model:
    """A base class whose `forward` calls what the subclass overrides."""
    base = ["h = torch.relu(self.body(x))", "return self.activate(self.head(h))"]
    _module(writer, _fc(wish), base, "Base")
    lines: list[str] = []
    value = "v"
    for i in range(len(wish.acts)):
        value = applied(writer, wish.acts, i, wish.turn, value, "model", lines)
    own = block("def activate(self, v):", [*lines, f"return {value}"])
    writer.define("model", block("class Net(Base):", [own]))
    return Model("Net()")


def extended(writer: Writer, wish: Wish) -> Model:
    """A subclass that activates what its base returns."""
    _module(writer, _fc(wish), ["return self.head(torch.relu(self.body(x)))"], "Base")
    lines = ["h = self.body(x)"]
    model = _finished(writer, wish, lines, "super().forward(x)")
    writer.define("model", block("class Net(Base):", [block("def forward(self, x):", lines)]))
    return model


def nested(writer: Writer, wish: Wish) -> Model:
    """A head module that activates, in a model."""
    lines: list[str] = []
    value = "self.fc(x)"
    for i in range(len(wish.acts)):
        value = applied(writer, wish.acts, i, wish.turn, value, "model", lines)
    _module(writer, [f"self.fc = nn.Linear(16, {wish.width})"], [*lines, f"return {value}"], "Head")
    outer = ["h = self.body(x)"]
    model = _returned(writer, wish, outer, "self.head(h)")
    _module(writer, ["self.body = nn.Linear(8, 16)", "self.head = Head()"], outer)
    return model


def factory_with_flag(writer: Writer, wish: Wish) -> Model:
    """A function that adds the activation when it is asked to."""
    added = block("if activate:", [f"layers.append({one})" for one in wish.layers])
    lines = [f"layers = [nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, {wish.width})]", *added.split("\n"), "return nn.Sequential(*layers)"]
    writer.define("model", block("def build(activate=False):", lines))
    return Model("build(activate=True)")


def switched_off(writer: Writer, wish: Wish) -> Model:
    """A sigmoid behind a flag that nobody sets, and the activation that is meant."""
    lines = ["h = torch.relu(self.body(x))", "v = self.head(h)", block("if self.squash:", ["v = torch.sigmoid(v)"])]
    model = _finished(writer, wish, lines, "v")
    _module(writer, [*_fc(wish), "self.squash = squash"], lines, args=", squash=False")
    return model


def eval_only(writer: Writer, wish: Wish) -> Model:
    """A sigmoid for inference, which training never sees."""
    lines = ["h = torch.relu(self.body(x))", "v = self.head(h)", block("if not self.training:", ["return torch.sigmoid(v)"])]
    model = _finished(writer, wish, lines, "v")
    _module(writer, _fc(wish), lines)
    return Model("Net()", model.read)


def with_predict(writer: Writer, wish: Wish) -> Model:
    """A method that activates for users of the model, beside `forward`."""
    lines = ["h = torch.relu(self.body(x))"]
    model = _finished(writer, wish, lines, "self.head(h)")
    start = block("def __init__(self):", ["super().__init__()", *_fc(wish)])
    predict = block("def predict(self, x):", ["return torch.sigmoid(self.head(self.body(x))) > 0.5"])
    guarded = "@torch.no_grad()\n" + predict
    writer.define("model", block("class Net(nn.Module):", [start, "", block("def forward(self, x):", lines), "", guarded]))
    return model


def activation_argument(writer: Writer, wish: Wish) -> Model:
    """A layer given to the constructor."""
    lines = ["return self.act(self.head(torch.relu(self.body(x))))"]
    _module(writer, [*_fc(wish), "self.act = act"], lines, args=", act=nn.Identity()")
    return Model(f"Net({_one(wish)})" if wish.layers else "Net()")


def _one(wish: Wish) -> str:
    """The activations as one layer."""
    return wish.layers[0] if len(wish.layers) == 1 else f"nn.Sequential({', '.join(wish.layers)})"


def activation_by_name(writer: Writer, wish: Wish) -> Model:
    """A name that chooses the activation out of a dict."""
    chosen = _one(wish) if wish.layers else "nn.Identity()"
    writer.define("model", f'ACTS = {{"none": nn.Identity(), "last": {chosen}}}')
    lines = ["return self.act(self.head(torch.relu(self.body(x))))"]
    _module(writer, [*_fc(wish), "self.act = ACTS[activation]"], lines, args=', activation="none"')
    return Model('Net(activation="last")')


def heads(writer: Writer, wish: Wish) -> Model:
    """Several heads; the loss takes the second."""
    lines = ["h = torch.relu(self.body(x))"]
    value = "head(h)"
    for i, act in enumerate(wish.acts):
        spare: list[str] = []
        taken = applied(writer, wish.acts, i, wish.turn, value, "model", spare)
        value = taken if not spare else f"{layer(act, wish.turn)}({value})"
    lines.append(f"return [{value} for head in self.heads]")
    init = ["self.body = nn.Linear(8, 16)", f"self.heads = nn.ModuleList(nn.Linear(16, {wish.width}) for _ in range(2))"]
    _module(writer, init, lines)
    return Model("Net()", "$c[1]")


def head_dict(writer: Writer, wish: Wish) -> Model:
    """A dict of heads, of which only one is activated."""
    tail = ", ".join([f"nn.Linear(16, {wish.width})", *wish.layers])
    init = ["self.body = nn.Linear(8, 16)", f'self.heads = nn.ModuleDict({{"main": nn.Sequential({tail}), "extra": nn.Linear(16, 2)}})']
    _module(writer, init, ["h = torch.relu(self.body(x))", "return {name: head(h) for name, head in self.heads.items()}"])
    return Model("Net()", '$c["main"]')


def parameters(writer: Writer, wish: Wish) -> Model:
    """Parameters instead of layers."""
    lines = ["h = torch.relu(F.linear(x, self.w1))"]
    model = _finished(writer, wish, lines, "h @ self.w2")
    init = ["self.w1 = nn.Parameter(torch.randn(16, 8))", f"self.w2 = nn.Parameter(torch.randn(16, {wish.width}))"]
    _module(writer, init, lines)
    return model


def convolution(writer: Writer, wish: Wish) -> Model:
    """A convolution and a pooling before the activation."""
    lines = ["h = self.body(x[:, None])", "h = h.mean(dim=2)"]
    model = _finished(writer, wish, lines, "self.head(h)")
    _module(writer, ["self.body = nn.Conv1d(1, 16, 3)", f"self.head = nn.Linear(16, {wish.width})"], lines)
    return model


def data_parallel(writer: Writer, wish: Wish) -> Model:
    """A model inside `DataParallel`."""
    model = forward(writer, wish)
    return Model(f"nn.DataParallel({model.made})", model.read)


def static_activation(writer: Writer, wish: Wish) -> Model:
    """The activation in a static method."""
    lines: list[str] = []
    value = "v"
    for i in range(len(wish.acts)):
        value = applied(writer, wish.acts, i, wish.turn, value, "model", lines)
    start = block("def __init__(self):", ["super().__init__()", *_fc(wish)])
    own = "@staticmethod\n" + block("def activate(v):", [*lines, f"return {value}"])
    last = block("def forward(self, x):", ["h = self.body(x)", "return self.activate(self.head(h))"])
    writer.define("model", block("class Net(nn.Module):", [start, "", own, "", last]))
    return Model("Net()")


STYLES: dict[str, Style] = {
    "forward": forward, "forward in steps": forward_in_steps, "sequential": sequential, "sequential from list": sequential_from_list,
    "sequential of named": sequential_named, "sequential added": sequential_added, "sequential nested": sequential_nested,
    "sequential inside": sequential_inside, "layer attribute": layer_attribute, "module list": module_list, "overridden": overridden,
    "extended": extended, "nested": nested, "factory with flag": factory_with_flag, "switched off": switched_off,
    "eval only": eval_only, "with predict": with_predict, "activation argument": activation_argument,
    "activation by name": activation_by_name, "heads": heads, "head dict": head_dict, "parameters": parameters,
    "convolution": convolution, "data parallel": data_parallel, "static activation": static_activation,
}  # fmt: skip
"""All styles by name."""
