"""Functions that call each other: trees of calls, recursion, what wraps and what makes functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.hostile.families import Family, spent
from tests.hostile.programs import BUG, MARK, Program, in_function, in_module


def tower(first: str, each: str, use: str, inside: bool = False, head: str = "") -> Callable[[int], Program]:
    """Definitions, each of which uses the one before it: `{i}` is its number and `{j}` the one before."""

    def _make(n: int) -> Program:
        text = head + first + "".join(each.replace("{i}", str(i)).replace("{j}", str(i - 1)) for i in range(1, n + 1))
        last = use.replace("{n}", str(n))
        return in_function(text + last) if inside else in_module(text, last)

    return _make


def recursive(definition: str, use: str) -> Callable[[int], Program]:
    """One definition, used with a number that grows."""
    return lambda n: in_module(definition, use.replace("{n}", str(n)))


FIRST = "def f0(x):\n    return x\n\n\n"
TWICE = "def f{i}(x):\n    return {call}\n\n\n"

TABLE: Mapping[str, Family] = {
    "calls in sum": Family(tower(FIRST, TWICE.format(i="{i}", call="f{j}(x) + f{j}(x)"), "f{n}(x)"), 16, 60),
    "calls within": Family(tower(FIRST, TWICE.format(i="{i}", call="f{j}(f{j}(x))"), "f{n}(x)"), 16, 60),
    "calls in a function": Family(tower(FIRST, TWICE.format(i="{i}", call="f{j}(f{j}(x))"), "f{n}(x)", inside=True), 16, 60),
    "calls in branches": Family(
        tower(FIRST, "def f{i}(x):\n    if x.sum() > 0:\n        return f{j}(x)\n    return f{j}(x * 2)\n\n\n", "f{n}(x)"), 16, 60
    ),
    "calls of other modules": Family(
        lambda n: in_module(
            f"from m{n} import f{n}\n", f"f{n}(x)",
            {"m0.py": FIRST, **{f"m{i}.py": f"from m{i - 1} import f{i - 1}\n\n\n{TWICE.format(i=i, call=f'f{i - 1}(f{i - 1}(x))')}"
                                for i in range(1, n + 1)}},
        ), 16, 60,
    ),
    "calls in tuples": Family(tower(FIRST, TWICE.format(i="{i}", call="(f{j}(x), f{j}(x))"), "f{n}(x)"), 16, 60),
    "calls in lists": Family(tower(FIRST, TWICE.format(i="{i}", call="[f{j}(x), f{j}(x)]"), "f{n}(x)"), 16, 60),
    "methods": Family(
        tower("class A:\n    def f0(self, x):\n        return x\n\n",
              "    def f{i}(self, x):\n        return self.f{j}(self.f{j}(x))\n\n", "A().f{n}(x)"), 16, 60,
    ),
    "properties": Family(
        tower("class A:\n    f0 = 1\n\n", "    @property\n    def f{i}(self):\n"
        "        return self.f{j} + self.f{j}\n\n", "A().f{n}"), 16, 60
    ),
    "lambdas": Family(tower("f0 = lambda x: x\n", "f{i} = lambda x: f{j}(f{j}(x))\n", "f{n}(x)"), 16, 60),
    "lambdas of one name": Family(tower("f = lambda x: x\n", "f = lambda x, g=f: g(g(x))\n", "f(x)"), 16, 60),
    "lambdas of one name in a function": Family(tower("f = lambda x: x\n", "f = lambda x, g=f: g(g(x))\n", "f(x)", inside=True), 16, 60),
    "partials": Family(
        tower("", "f = functools.partial(f, f)\n", "f(x)", head="import functools\n\n\ndef f(*a):\n    return a[-1]\n\n\n"), 50, 1_000
    ),
    "partials doubled": Family(
        tower("", "f = functools.partial(two, f, f)\n", "f(x)",
              head="import functools\n\n\ndef two(f, g, x):\n    return f(g(x))\n\n\ndef f(x):\n    return x\n\n\n"), 16, 60,
    ),
    "closures": Family(
        tower("def f(x):\n    return x\n\n\n", "f = twice(f)\n", "f(x)",
              head="def twice(f):\n    def run(x):\n        return f(f(x))\n    return run\n\n\n"), 16, 60,
    ),
    "compositions": Family(
        tower("", "f = twice(f)\n", "f(x)", head="def f(x):\n    return x\n\n\ndef twice(f):\n    return lambda x: f(f(x))\n\n\n"), 16, 60,
    ),
    "decorators": Family(
        lambda n: in_module("def twice(f):\n    def run(x):\n        return f(f(x))\n    return run\n\n\n" + "@twice\n" * n
                            + "def f(x):\n    return x\n", "f(x)"), 16, 100,
    ),
    "decorators once": Family(
        lambda n: in_module("def once(f):\n    def run(x):\n        return f(x)\n    return run\n\n\n" + "@once\n" * n
                            + "def f(x):\n    return x\n", "f(x)"), 100, 3_000,
    ),
    "generators": Family(
        tower("def f0(x):\n    yield x\n\n\n", "def f{i}(x):\n    yield from f{j}(x)\n    yield from f{j}(x)\n"
        "\n\n", "list(f{n}(x))"), 16, 60
    ),
    "defaults": Family(tower(FIRST, "def f{i}(x, g=f{j}, h=f{j}):\n    return g(h(x))\n\n\n", "f{n}(x)"), 16, 60),
    "nested functions": Family(
        lambda n: in_function("".join("    " * i + f"def f{i}(x):\n" for i in range(n)) + "    " * n + "return x\n"
                              + "".join("    " * i + f"return f{i}(f{i}(x))\n" for i in range(n - 1, 0, -1)) + "f0(x)"), 16, 90,
    ),
    "star arguments": Family(
        tower("def f0(*a, **k):\n    return a\n\n\n", "def f{i}(*a, **k):\n    return f{j}(*a, *a, **k)\n\n\n", "f{n}(x)"), 16, 60
    ),
    "recursion": Family(recursive("def f(n, x):\n    return x if n == 0 else f(n - 1, f(n - 1, x))\n", "f({n}, x)"), 30, 1_000),
    "recursion of three": Family(
        recursive("def f(x):\n    return g(f(x), h(x))\n\n\ndef g(x, y=0):\n    return h(g(x), f(y))\n\n\n"
                  "def h(x, y=0):\n    return f(g(h(x), h(y)))\n", "f(x) + {n}"), 30, 1_000,
    ),
    "recursion of many": Family(
        lambda n: in_module("".join(f"def f{i}(x):\n    return f{(i + 1) % n}(f{(i + 7) % n}(x))\n\n\n"
        "" for i in range(n)), "f0(x)"), 20, 200
    ),
    "ackermann": Family(
        recursive("def f(m, n):\n    if m == 0:\n        return n + 1\n    if n == 0:\n        return f(m - 1, 1)\n"
                  "    return f(m - 1, f(m, n - 1))\n", "f({n}, {n})"), 30, 1_000,
    ),
    "recursion that grows": Family(
        recursive("def f(x, *a):\n    return f(f, x, *a, *a)\n\n\ndef g(**k):\n    return g(**k, a=g(**k, b=k))\n",
                  "f(x)\ng()\n{n}"), 30, 1_000,
    ),
    "callers that spend all they have": Family(
        lambda n: tower(FIRST, TWICE.format(i="{i}", call="f{j}(f{j}(x))"), "f{n}(x)\n", head="".join(
            f"def g{i}(x, y):\n    f40(x)\n    return {BUG}{MARK}\n\n\n" for i in range(n)))(40), 20, 150,
    ),
    "callers": Family(
        lambda n: in_module("def f(x):\n    return torch.relu(x)\n\n\n"
                            + "".join(f"def g{i}(x):\n    return f(x)\n\n\n" for i in range(n))), 100, 5_000,
    ),
    "callers of a loss": Family(
        lambda n: in_module("def f(x, y):\n    return nn.BCEWithLogitsLoss()(torch.sigmoid(x), y)\n\n\n"
                            + "".join(f"def g{i}(x, y):\n    return f(x, y)\n\n\n" for i in range(n))), 100, 5_000,
    ),
    "calls of a loss": Family(
        lambda n: in_module("def f(x, y):\n    return nn.BCEWithLogitsLoss()(x, y)\n\n\n", "f(torch.sigmoid(x), y)\n" * n), 100, 5_000
    ),
}  # fmt: skip

LINEAR = ("partials", "decorators once", "callers", "callers of a loss", "calls of a loss")
FAMILIES = spent(TABLE, *(name for name in TABLE if name not in LINEAR))
