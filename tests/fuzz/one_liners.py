"""Programs of a line or two: whatever the catalogue has rows for, every operator and statement, on extreme values."""

from __future__ import annotations

import random
from functools import cache

from bce_lint.analysis.models.registry import MODELS
from bce_lint.catalog import activations, losses, python, tensors
from bce_lint.catalog.layers import LAYERS
from bce_lint.catalog.numpy import NUMPY_METHODS
from tests.fuzz.extremes import HEAD, NUMBERS, VALUES
from tests.fuzz.program import BUG, Program, one_file

_KEYWORDS = (
    "dim",
    "axis",
    "dtype",
    "weight",
    "pos_weight",
    "reduction",
    "ignore_index",
    "label_smoothing",
    "size",
    "keepdim",
    "start_dim",
    "end_dim",
    "min",
    "max",
    "input",
    "target",
    "other",
    "out",
    "key",
    "default",
    "device",
    "index",
    "repeats",
    "num_classes",
    "enabled",
    "strict",
    "x",
)
_BINARY = ("+", "-", "*", "/", "//", "%", "**", "@", "<<", ">>", "&", "|", "^", "<", "<=", "==", "!=", "in", "not in", "is", "and", "or")
_CONTAINER_METHODS = (
    "append",
    "extend",
    "insert",
    "pop",
    "remove",
    "index",
    "count",
    "sort",
    "reverse",
    "clear",
    "copy",
    "update",
    "setdefault",
    "get",
    "keys",
    "values",
    "items",
    "popitem",
    "add",
    "discard",
    "union",
    "join",
    "split",
    "format",
    "replace",
    "strip",
    "upper",
    "startswith",
    "zfill",
    "ljust",
    "center",
    "encode",
    "bit_length",
    "to_bytes",
    "is_integer",
    "conjugate",
    "send",
    "throw",
    "__getitem__",
    "__setitem__",
    "__class__",
    "__dict__",
    "__call__",
    "__add__",
    "__mul__",
    "__len__",
    "__contains__",
    "__iter__",
    "__next__",
    "format_map",
    "partition",
    "expandtabs",
    "translate",
)
_STATEMENTS = (
    "value = {a}[{b}]",
    "value = {a}[{b}:{c}]",
    "value = {a}[{b}:{c}:{a}]",
    "value = {a}[..., {b}]",
    "value = [{a}]\nvalue[{b}] = {c}",
    "value = [{a}]\nvalue[{b}:{c}] = {a}",
    "value = {{}}\nvalue[{a}] = {b}\nvalue = value[{a}]",
    "del [{a}][{b}]",
    "value = f'{{{a}!r:>{{{b}}}}}'",
    "value = f'{{{a}:{{{b}}}.{{{c}}}f}}'",
    "value = {a} % {b}",
    "value = {a} if {b} else {c}",
    "value = {a} < {b} <= {c}",
    "for value in {a}:\n    break",
    "for value in {a}:\n    value = [value, {b}]",
    "for a, *value in {a}:\n    pass",
    "value = {a}\nwhile {b}:\n    value = value * {c}",
    "value = [x for x in {a} if {b}]",
    "value = {{x: y for x, y in {a}}}",
    "value = [y for x in {a} for y in {b}]",
    "a, value = {a}",
    "[value, *rest] = {a}",
    "(value, (a, b)) = {a}, {b}",
    "value = (*{a}, *{b})",
    "value = dict(**{a})",
    "value = {{**{a}, 'x': {b}}}",
    "with {a} as value:\n    pass",
    "with {a} as (value, b), {b}:\n    pass",
    "try:\n    value = {a}\nexcept {b} as error:\n    value = error",
    "value = {a}\nvalue += {b}",
    "value = {a}\nvalue @= {b}",
    "value = {a}\nvalue[{b}] += {c}",
    "value = [{a}] * {b}",
    "value = ({a},) * {b} + ({c},)",
    "value = -{a}",
    "value = ~{a}",
    "value = not {a}",
    "value = (lambda x={a}, *y, z={b}: (x, y, z))({c})",
    "def value(x: {a} = {b}) -> {c}: return x\nvalue = value(*{a}, **{b})",
    "class value({a}, metaclass={b}): x = {c}",
    "@{a}\ndef value(): return {b}\nvalue = value()",
    "value = {a}.x.y",
    "{a}.x = {b}\nvalue = {a}.x",
    "match {a}:\n    case [x, *value]: pass\n    case {{'a': value, **rest}}: pass\n    case int(value) | str(value): pass",
    "assert {a}, {b}\nvalue = {c}",
    "value = (yield_ := {a}) + yield_",
    "async def f():\n    return await {a}\nvalue = f()",
    "def f():\n    value = yield {a}\n    yield from {b}\nvalue = list(f())",
    "global value\nvalue = {a}",
    "value = {a}\nvalue = value.value = {b}",
    "value = {a}\nfor i in range({b}):\n    value = value, value",
    "value = {a}\nfor i in range(40):\n    value = value + value",
    "def f(x):\n    return f(f(x) + {a})\nvalue = f({b})",
    "value = [[x for x in y] for y in [{a}] * {b}]",
    "value = {a}; value = [value, *value]",
    "value = sorted({a}, key={b}, reverse={c})",
    "value = range({a}, {b}, {c})",
    "value = list(range({a}))[{b}]",
    "value = sum({a}, {b})",
    "value = zip(*{a}, {b})",
    "value = slice({a}, {b}, {c})",
    "value = int({a}, {b})",
    "value = round({a}, {b})",
    "value = pow({a}, {b}, {c})",
    "value = isinstance({a}, {b})",
    "value = getattr({a}, {b}, {c})",
    "setattr(layer, {a}, {b})\nvalue = layer",
    "value = type('A', {a}, {b})",
)


@cache
def callables() -> tuple[str, ...]:
    """Everything that is known by name, as a program names it: new rows come in by themselves."""
    tables = (MODELS, LAYERS, activations.FUNCTIONS, activations.MODULES, losses.MODULES, losses.FUNCTIONS)
    names = {name for table in tables for name in table} | {f"builtins.{name}" for name in python.BUILTINS}
    return tuple(sorted(name for name in names if all(part.isidentifier() for part in name.split("."))))


@cache
def method_names() -> tuple[str, ...]:
    """Every method that is known of a tensor, and those of Python's own values."""
    return tuple(sorted({*tensors.METHODS, *tensors.UNARY_OPERATORS, *activations.METHODS, *NUMPY_METHODS, *_CONTAINER_METHODS}))


@cache
def made_of_classes() -> tuple[str, ...]:
    """The classes whose instances are called: losses and layers."""
    return tuple(sorted({*LAYERS, *losses.MODULES, *activations.MODULES}))


def program(rng: random.Random) -> Program:
    """Some functions of a line or a few, the value in a loss, and a bug that must be found whatever the lines hold."""
    parts = [_part(rng, number) for number in range(rng.choice((1, 6, 12)))]
    return one_file(f"{HEAD}{BUG}value = layer(torch.randn(4, 4))\n" + "".join(f"{line}\n" for part in parts for line in part), sure=True)


def _part(rng: random.Random, number: int) -> list[str]:
    """A function, a method, or lines of the module."""
    lines = [rng.choice(_FORMS)(rng) for _ in range(rng.choice((1, 1, 1, 2, 3)))]
    body = [line for text in lines for line in text.splitlines()]
    sinks = [f"value = {_sink(rng)}" for _ in range(rng.choice((0, 1, 1)))]
    where = rng.randrange(4)
    if where == 0:
        return [*body, *sinks]
    inside = [line for line in (*body, *sinks) if not line.startswith("global ")]
    if where < 3:
        given = rng.choice(("value=None", "value", "value: torch.Tensor = torch.rand(2, 3)"))
        return [f"def run{number}({given}):", *(f"    {line}" for line in inside), "    return criterion(torch.sigmoid(value), value)"]
    head = [f"class Run{number}(nn.Module):", "    def forward(self, value):"]
    return [
        *head,
        *(f"        {line}" for line in inside),
        "        return value",
        f"value = criterion(Run{number}()(layer), layer(circle))",
    ]


def _value(rng: random.Random) -> str:
    return rng.choice(NUMBERS if rng.random() < 0.55 else VALUES) if rng.random() < 0.9 else "value"


def _in_brackets(rng: random.Random) -> str:
    return f"({_value(rng)})"


def arguments(rng: random.Random) -> str:
    """Arguments of a call: none, too many, by name, unpacked, twice."""
    parts = [_value(rng) for _ in range(rng.choice((0, 1, 1, 2, 2, 3, 7)))]
    parts += [f"*{_in_brackets(rng)}" for _ in range(rng.choice((0, 0, 0, 1)))]
    parts += [f"{name}={_value(rng)}" for name in rng.sample(_KEYWORDS, rng.choice((0, 0, 1, 2)))]
    parts += [f"**{_in_brackets(rng)}" for _ in range(rng.choice((0, 0, 0, 1)))]
    return ", ".join(parts)


def _call(rng: random.Random) -> str:
    name = rng.choice(callables()).removeprefix("builtins.")
    module = name.rpartition(".")[0]
    imported = f"import {module}\n" if module and not module[0].isupper() else ""
    return f"{imported}value = {name}({arguments(rng)})"


def _made(rng: random.Random) -> str:
    return f"value = {rng.choice(made_of_classes())}({arguments(rng)})({arguments(rng)})"


def _method(rng: random.Random) -> str:
    receiver = rng.choice(
        ("value", "value", "torch.zeros(2, 3)", "torch.rand(4, 1).sigmoid()", "[1, 2]", "{'a': 1}", "'abc'", _in_brackets(rng))
    )
    return f"value = {receiver}.{rng.choice(method_names())}({arguments(rng)})"


def _operator(rng: random.Random) -> str:
    return f"value = {_in_brackets(rng)} {rng.choice(_BINARY)} {_in_brackets(rng)}"


def _statement(rng: random.Random) -> str:
    return rng.choice(_STATEMENTS).format(a=_in_brackets(rng), b=_in_brackets(rng), c=_in_brackets(rng))


def _sink(rng: random.Random) -> str:
    """What a rule looks at: a loss, an activation over a dimension, a threshold, a formula."""
    return rng.choice(
        (
            f"torch.nn.BCEWithLogitsLoss({arguments(rng)})(value, {_value(rng)})",
            f"F.cross_entropy(value, {_value(rng)}, {arguments(rng)})",
            f"{rng.choice(sorted(losses.FUNCTIONS))}(value, {arguments(rng)})",
            f"{rng.choice(sorted(losses.MODULES))}({arguments(rng)})(value, {_value(rng)})",
            f"F.softmax(value, dim={_value(rng)})",
            f"torch.log(torch.softmax(value, {_value(rng)}) + {_value(rng)})",
            f"value > {_value(rng)}",
            f"torch.sigmoid(layer(value)) > {_value(rng)}",
            f"F.binary_cross_entropy(torch.sigmoid(value), {_value(rng)})",
            f"-({_value(rng)} * torch.log(torch.sigmoid(value)) + (1 - {_value(rng)}) * torch.log(1 - torch.sigmoid(value))).mean()",
            f"F.nll_loss(torch.log_softmax(value, {_value(rng)}), {_value(rng)}, weight={_value(rng)})",
            f"F.one_hot({_value(rng)}, {_value(rng)})",
            f"F.kl_div(value.softmax({_value(rng)}), {_value(rng)}, reduction={_value(rng)})",
            f"torch.clamp(torch.sigmoid(value), {_value(rng)}, {_value(rng)})",
        )
    )


_FORMS = (_call, _call, _made, _method, _method, _operator, _statement, _statement)
