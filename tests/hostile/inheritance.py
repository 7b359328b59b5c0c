"""Classes below classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.hostile.families import Family, spent
from tests.hostile.programs import Program, in_module


def line(first: str, each: str, use: str) -> Callable[[int], Program]:
    """Classes, each below the one before; `{i}` is its number, `{j}` the one before, and `{n}` the last."""

    def _make(n: int) -> Program:
        text = first + "".join(each.replace("{i}", str(i)).replace("{j}", str(i - 1)) for i in range(1, n + 1))
        return in_module(text, use.replace("{n}", str(n)))

    return _make


A0 = "class A0(nn.Module):\n    def forward(self, x):\n        return x\n\n\n"

TABLE: Mapping[str, Family] = {
    "line": Family(line(A0, "class A{i}(A{j}):\n    pass\n\n\n", "A{n}()(x)"), 130, 1_000),
    "line of methods": Family(line(A0, "class A{i}(A{j}):\n    def f{i}(self, x):\n        return x\n\n\n", "A{n}().f1(x)"), 16, 300),
    "line of supers": Family(
        line(A0, "class A{i}(A{j}):\n    def forward(self, x):\n"
        "        return super().forward(super().forward(x))\n\n\n", "A{n}()(x)"), 16, 100
    ),
    "line of constructors": Family(
        line("class A0(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a0 = 1\n\n\n",
             "class A{i}(A{j}):\n    def __init__(self):\n        super().__init__()\n"
             "        self.a{i} = {i}\n\n\n", "A{n}().a0"), 16, 300,
    ),
    "diamonds": Family(
        line("class A0:\n    a = 1\n\n\n", "class B{i}(A{j}):\n    pass\n\n\nclass C{i}(A{j}):\n    pass\n\n\n"
             "class A{i}(B{i}, C{i}):\n    pass\n\n\n", "A{n}().a"), 16, 200,
    ),
    "modules in diamonds": Family(
        line(A0, "class B{i}(A{j}):\n    pass\n\n\nclass C{i}(A{j}):\n    pass\n\n\n"
             "class A{i}(B{i}, C{i}):\n    pass\n\n\n", "A{n}()(x)"), 16, 200,
    ),
    "metaclasses": Family(
        line("class A0(type):\n    def __call__(cls, *a):\n        return super().__call__(*a)\n\n\n",
             "class A{i}(type, metaclass=A{j}):\n    pass\n\n\n", "A{n}('a', (), {})"), 50, 1_000,
    ),
    "classes of one name": Family(line("class A:\n    a = 1\n\n\n", "class A(A):\n    pass\n\n\n", "A().a"), 130, 1_000),
    "inherited losses": Family(
        line("class A0(nn.Module):\n    def step(self, x, y):\n        return nn.BCEWithLogitsLoss()(self(x), y)\n\n\n",
             "class A{i}(A{j}):\n    def forward(self, x):\n        return x\n\n\n", "A{n}().step(x, y)"), 70, 300,
    ),
    "siblings": Family(line(A0, "class A{i}(A0):\n    pass\n\n\n", "A{n}()(x)"), 100, 2_000),
    "siblings of a loss": Family(
        line("class A0(nn.Module):\n    def step(self, x, y):\n        return nn.BCEWithLogitsLoss()(self(x), y)\n\n\n",
             "class A{i}(A0):\n    def forward(self, x):\n        return x\n\n\n", "A{n}().step(x, y)"), 100, 1_000,
    ),
    "attributes through": Family(
        line("class A0:\n    a = 1\n\n\n", "class A{i}:\n    def __init__(self):\n        self.a = A{j}()\n        self.b = A{j}()\n\n\n",
             "A{n}().a.b"), 16, 60,
    ),
    "operators": Family(
        line("class A0:\n    def __add__(self, o):\n        return o\n\n\n",
             "class A{i}:\n    def __add__(self, o):\n        return A{j}() + (A{j}() + o)\n\n\n", "A{n}() + x"), 16, 60,
    ),
    "hooks": Family(
        line("class A0:\n    pass\n\n\n", "class A{i}:\n    def __getattr__(self, n):\n"
        "        return getattr(A{j}(), n)(getattr(A{j}(), n))\n\n\n",
             "A{n}().some"), 16, 60,
    ),
}  # fmt: skip
FAMILIES = spent(TABLE, "line of supers", "attributes through", "operators", "hooks")
