"""Many of a kind side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.hostile.families import Family
from tests.hostile.programs import BUG, MARK, Program, in_function, in_module


def top(line: str, before: str = "", use: str = "", after: str = "") -> Callable[[int], Program]:
    """Many lines at the top of a file; `{i}` is their number."""
    return lambda n: in_module(before + _lines(line, n) + after, use.replace("{n}", str(n)))


def inside(line: str, before: str = "", after: str = "") -> Callable[[int], Program]:
    """Many lines in a function."""
    return lambda n: in_function(before + _lines(line, n) + after)


def _lines(line: str, n: int) -> str:
    return "".join(line.replace("{i}", str(i)) for i in range(n))


def spread(text: str, item: str, use: str = "") -> Callable[[int], Program]:
    """A text with many items at `{items}`."""
    return lambda n: in_module(text.replace("{items}", _lines(item, n)), use)


def spread_inside(text: str, item: str) -> Callable[[int], Program]:
    """The same in a function."""
    return lambda n: in_function(text.replace("{items}", _lines(item, n)))


MATCH = "match x:\n{items}"

FAMILIES: Mapping[str, Family] = {
    "rebinding": Family(top("x = 1\n"), 500, 10_000),
    "rebinding in a function": Family(inside("z = 1\n"), 500, 10_000),
    "rebinding of tensors": Family(inside("z = x + 1\n"), 250, 5_000),
    "rebinding of itself": Family(inside("x = x + 1\n"), 250, 5_000),
    "adding": Family(top("x += 1\n", "x = 1\n"), 500, 10_000),
    "adding in a function": Family(inside("x += 1\n"), 250, 5_000),
    "deleting": Family(top("x = 1\ndel x\n"), 250, 5_000),
    "globals": Family(inside("z = {i}\n", "global z\n"), 500, 10_000),
    "global functions": Family(top("def f{i}():\n    global z\n    z = {i}\n\n\nf{i}()\n"), 100, 2_000),
    "attributes set": Family(top("        self.a = {i}\n", "class A:\n    def __init__(self):\n", "A().a"), 500, 10_000),
    "attributes": Family(top("        self.a{i} = {i}\n", "class A:\n    def __init__(self):\n", "A().a3"), 500, 10_000),
    "layers": Family(top("        self.a{i} = nn.Linear(3, 3)\n",
                         "class A(nn.Module):\n    def __init__(self):\n        super().__init__()\n", "A().a3(x)"), 250, 5_000),
    "attributes of an object": Family(inside("o.a{i} = {i}\n", "o = object()\n"), 500, 10_000),
    "attributes added": Family(inside("x.grad += {i}\n"), 250, 5_000),
    "entries set": Family(top("d['a'] = {i}\n", "d = {}\n", "d['a']"), 500, 10_000),
    "entries": Family(top("d[{i}] = {i}\n", "d = {}\n", "d[3]"), 1_100, 10_000),
    "entries in a function": Family(inside("d[{i}] = x\n", "d = {}\n"), 1_100, 10_000),
    "entries deleted": Family(inside("d[{i}] = x\ndel d[{i}]\n", "d = {}\n"), 250, 5_000),
    "items of a list": Family(inside("d.append(x)\n", "d = []\n"), 1_100, 10_000),
    "items added": Family(inside("d += [x]\n", "d = []\n"), 1_100, 10_000),
    "items inserted": Family(inside("d.insert(0, x)\n", "d = []\n"), 1_100, 10_000),
    "functions": Family(top("def f{i}(x):\n    return x\n\n\n", use="f3(x)"), 500, 10_000),
    "functions of one name": Family(top("def f(x):\n    return x\n\n\n", use="f(x)"), 500, 10_000),
    "functions with a loss": Family(top(f"def f{{i}}(x, y):\n    return {BUG}{MARK}\n\n\n"), 100, 2_000),
    "functions in a function": Family(inside("def f{i}(x):\n    return x\n"), 250, 5_000),
    "classes": Family(top("class A{i}:\n    a = 1\n\n\n", use="A3()"), 500, 10_000),
    "modules": Family(top("class A{i}(nn.Module):\n    def forward(self, x):\n        return x\n\n\n", use="A3()(x)"), 250, 4_000),
    "methods": Family(top("    def f{i}(self, x):\n        return x\n\n", "class A:\n", use="A().f3(x)"), 500, 10_000),
    "instances": Family(top("a{i} = A()\n", "class A:\n    def __init__(self):\n        self.a = 1\n\n\n"), 250, 5_000),
    "losses": Family(inside(f"{BUG}{MARK}\n"), 100, 2_000),
    "losses at the top": Family(top(f"{BUG}{MARK}\n", "x, y = torch.randn(2, 3), torch.ones(2, 1)\n"), 100, 2_000),
    "losses of one value": Family(inside(f"nn.BCEWithLogitsLoss()(p, y){MARK}\n", "p = torch.sigmoid(nn.Linear(3, 1)(x))\n"), 100, 2_000),
    "losses silenced": Family(inside(f"{BUG}  # noqa: BCE103\n"), 100, 2_000),
    "parameters": Family(spread("def f({items}):\n    return a3\n", "a{i}, ", "f(x)"), 500, 10_000),
    "parameters with defaults": Family(spread("def f({items}):\n    return a3\n", "a{i}=1, ", "f(x)"), 500, 10_000),
    "keyword parameters": Family(spread("def f(*, {items}):\n    return a3\n", "a{i}=1, ", "f(a1=x)"), 500, 10_000),
    "arguments": Family(spread_inside("f = lambda *a, **k: a\nf({items})\n", "x, "), 500, 10_000),
    "keywords": Family(spread_inside("f = lambda *a, **k: k\nf({items})\n", "a{i}=x, "), 500, 10_000),
    "arguments of unknown": Family(spread_inside("f({items})\n", "x, "), 500, 10_000),
    "decorators": Family(spread("def same(f):\n    return f\n\n\n{items}def f(x):\n    return x\n", "@same\n", "f(x)"), 250, 5_000),
    "unknown decorators": Family(spread("import some\n\n\n{items}def f(x):\n    return x\n", "@some.one\n", "f(x)"), 500, 10_000),
    "bases": Family(lambda n: in_module(_lines("class A{i}:\n    pass\n\n\n", n) + f"class B({_lines('A{i}, ', n)}):\n    pass\n", "B()"),
                    250, 4_000),
    "items of with": Family(spread_inside("with {items}x:\n    pass\n", "open('a') as f{i}, "), 250, 4_000),
    "targets in a row": Family(spread_inside("{items}x\n", "t{i} = "), 500, 10_000),
    "targets in a tuple": Family(spread_inside("{items}= x\n", "t{i}, "), 500, 10_000),
    "targets and values": Family(lambda n: in_function(f"{_lines('t{i}, ', n)}= {_lines('{i}, ', n)}\n"), 500, 10_000),
    "targets of one name": Family(spread_inside("{items}x\n", "t = "), 500, 10_000),
    "deleted": Family(spread_inside("del {items}x\n", "x[{i}], "), 250, 5_000),
    "asserts": Family(inside("assert x.sum() > {i}\n"), 250, 5_000),
    "elifs": Family(spread_inside("if x is None:\n    z = 1\n{items}", "elif x.sum() > {i}:\n    z = {i}\n"), 200, 3_000),
    "elifs of a number": Family(spread_inside("if x == -1:\n    z = 1\n{items}", "elif x == {i}:\n    z = {i}\n"), 200, 3_000),
    "ifs": Family(inside("if x.sum() > {i}:\n    z{i} = {i}\n"), 250, 5_000),
    "ifs of one name": Family(inside("if y.sum() > {i}:\n    z = {i}\n", "z = 0\n"), 250, 5_000),
    "ifs of a tensor": Family(inside("if y.sum() > {i}:\n    x = x + {i}\n"), 250, 10_000),
    "ifs of calls": Family(inside("if y.sum() > {i}:\n    x = torch.relu(x)\nelse:\n    x = torch.sigmoid(x)\n"), 100, 2_000),
    "ifs that return": Family(inside("if y.sum() > {i}:\n    return x\n"), 250, 5_000),
    "ifs that write and return": Family(inside("if y.sum() > {i}:\n    z{i} = x\n    return x\n"), 250, 5_000),
    "ifs that keep and return": Family(inside("z{i} = x\nif y.sum() > {i}:\n    return x\n"), 250, 5_000),
    "ifs of options": Family(inside("if {i} == n:\n    z = {i}\n", "n = int(y.sum())\nz = 0\n"), 250, 5_000),
    "loops": Family(inside("for i in x:\n    z = i\n"), 200, 4_000),
    "loops of known": Family(inside("for i in range(8):\n    z = i\n"), 100, 1_000),
    "whiles": Family(inside("while x.sum() > {i}:\n    x = x * 2\n"), 100, 2_000),
    "tries": Family(inside("try:\n    z = x\nexcept ValueError:\n    z = y\n"), 200, 4_000),
    "handlers": Family(spread_inside("try:\n    z = x\n{items}", "except E{i} as e:\n    z = e\n"), 250, 4_000),
    "withs": Family(inside("with open('a') as f:\n    z = f\n"), 250, 5_000),
    "breaks": Family(spread_inside("for z in x:\n{items}", "    if z > {i}:\n        break\n"), 200, 3_000),
    "continues": Family(spread_inside("for z in x:\n{items}", "    if z > {i}:\n        continue\n"), 200, 3_000),
    "cases": Family(spread_inside(MATCH, "    case {i}:\n        z = {i}\n"), 200, 1_000),
    "cases of sequences": Family(spread_inside(MATCH, "    case [a, *b, {i}]:\n        z = b\n"), 300, 1_000),
    "cases of mappings": Family(spread_inside(MATCH, "    case {'a': {i}, **b}:\n        z = b\n"), 200, 1_000),
    "cases of classes": Family(spread_inside(MATCH, "    case A{i}(a=b):\n        z = b\n"), 200, 1_000),
    "alternatives of a case": Family(spread_inside("match x:\n    case {items}-1:\n        z = 1\n", "{i} | "), 200, 1_000),
    "yields": Family(inside("yield x\n"), 250, 5_000),
    "returns": Family(top("def f{i}(x):\n    return x\n\n\n"), 500, 10_000),
    "raises": Family(inside("if x.sum() > {i}:\n    raise ValueError\n"), 250, 5_000),
    "imports": Family(top("import m{i}\n", use="m3.f(x)"), 500, 10_000),
    "imports of names": Family(top("from m import f{i}\n", use="f3(x)"), 500, 10_000),
    "imports of torch": Family(inside("import torch\nfrom torch import nn\n"), 250, 5_000),
    "declarations": Family(top("a{i}: int\n"), 500, 10_000),
    "annotations": Family(top("a{i}: int = 1\n"), 500, 10_000),
    "fields": Family(top("    a{i}: int = 1\n", "import dataclasses\n\n\n@dataclasses.dataclass\nclass A:\n", "A().a3"), 250, 5_000),
    "list": Family(spread("a = [{items}]\n", "{i}, ", "a[3]"), 1_000, 100_000),
    "list in a function": Family(spread_inside("a = [{items}]\n", "{i}, "), 1_000, 50_000),
    "list of lists": Family(spread("a = [{items}]\n", "[{i}], ", "a[3]"), 500, 30_000),
    "list of layers": Family(spread("a = [{items}]\n", "nn.Linear(3, 3), ", "a[3](x)"), 250, 5_000),
    "tuple": Family(spread("a = ({items})\n", "{i}, ", "a[3]"), 1_000, 100_000),
    "set": Family(spread("a = {{items}}\n", "{i}, "), 1_000, 100_000),
    "dict": Family(spread("a = {{items}}\n", "{i}: {i}, ", "a[3]"), 500, 100_000),
    "dict of strings": Family(spread("a = {{items}}\n", "'k{i}': {i}, ", "a['k3']"), 500, 50_000),
    "dict in a function": Family(spread_inside("a = {{items}}\n", "'k{i}': x, "), 500, 30_000),
    "dict of unknown": Family(spread_inside("a = {{items}}\n", "x[{i}]: x, "), 500, 10_000),
    "dict of dicts": Family(spread("a = {{items}}\n", "'k{i}': {'a': 1}, ", "a['k3']"), 500, 20_000),
    "strings": Family(top("'some text'\n"), 1_000, 50_000),
    "calls": Family(top("print({i})\n"), 500, 20_000),
    "statements": Family(top("a{i} = {i}\n"), 1_000, 60_000),
    "statements in a function": Family(inside("a{i} = {i}\n"), 1_000, 50_000),
    "lambdas": Family(top("f{i} = lambda x: x\n", use="f3(x)"), 500, 10_000),
    "lambdas in a function": Family(inside("f{i} = lambda x: x\n"), 250, 5_000),
    "opaque": Family(inside("z = await_(x)\nz @= x\n"), 250, 5_000),
}  # fmt: skip
