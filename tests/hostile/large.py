"""Large values that are used many times: each use is a short line, and walks through all that the value holds."""

from __future__ import annotations

from collections.abc import Mapping

from tests.hostile.programs import BUG, MARK, Program, in_function, in_module

HELD = 1_000
NUMBERS = f"a = [{', '.join(map(str, range(HELD)))}]\n"
TENSORS = f"a = [{', '.join(f'x + {i}' for i in range(HELD))}]\n"
ACTIVATED = f"a = [{', '.join(f'x.sigmoid() + {i}' for i in range(HELD))}]\n"
TABLE = f"a = {{{', '.join(f'{i!r}: {i}' for i in map(str, range(HELD)))}}}\n"
MODULES = f"a = nn.ModuleDict({{{', '.join(f'{i!r}: nn.ReLU()' for i in map(str, range(HELD // 4)))}}})\n"


def used(value: str, line: str, times: int) -> Program:
    """A large value, and a line many times; `{i}` stands for its number, `{key}` for one of an element."""
    lines = (line.replace("{i}", str(i)).replace("{key}", str(i % HELD)) for i in range(times))
    return in_function(value + "\n".join(lines))


def by_many(value: str, line: str, functions: int, times: int) -> Program:
    """The same in many functions, which each are an entry point."""
    bodies = (value + "\n".join(line.replace("{key}", str(i)) for i in range(times)) for _ in range(functions))
    return in_module("\n".join(f"def f{n}(x, y):\n    {body.replace(chr(10), chr(10) + '    ')}\n" for n, body in enumerate(bodies)))


def loops_of_many(functions: int) -> Program:
    """Functions with loops in loops, each of which comes to its end just within its budget."""
    loops = "".join("    " * n + f"for a{n} in range(8):\n" for n in range(1, 5)) + "    " * 5 + "x = x + 1\n"
    return in_module("\n".join(f"def f{n}(x, y):\n{loops}    return {BUG}{MARK}\n" for n in range(functions)))


def calls_of_many(functions: int, depth: int = 8) -> Program:
    """Functions that each call a tree of calls: one of eight levels comes to its end well within a budget, one of 20 in none."""
    tree = "def g0(x):\n    return x\n\n\n"
    tree += "".join(f"def g{n}(x):\n    return g{n - 1}(g{n - 1}(x)) + 1\n\n\n" for n in range(1, depth + 1))
    return in_module(tree + "\n".join(f"def f{n}(x, y):\n    x = g{depth}(x)\n    return {BUG}{MARK}\n" for n in range(functions)))


def through_attribute(value: str, line: str, times: int) -> Program:
    """The same with the value as an attribute that a method reads."""
    body = "\n".join("        " + line for _ in range(times))
    head = f"class Holder:\n    def __init__(self, x):\n        {value}        self.a = tuple(a)\n    def use(self, x):\n{body}\n"
    return in_function("Holder(x).use(x)", head)


PROGRAMS: Mapping[str, Program] = {
    "stores into a dict": used(TABLE, "a['{key}'] = x", 3_600),
    "stores of many kinds": used(TABLE, "a['{key}'] = [x, {i}]", 2_000),
    "stores at an unknown key": used(TABLE, "a[x] = {i}", 1_000),
    "stores into a list": used(NUMBERS, "a[{key}] = x", 3_600),
    "stores into a list of tensors": used(TENSORS, "a[{key}] = y.sigmoid()", 2_000),
    "stores at an unknown index": used(NUMBERS, "a[x] = {i}", 1_000),
    "stores by many functions": by_many(NUMBERS, "a[{key}] = x", 40, 30),
    "equality": used(NUMBERS, "a == list(a)", 1_000),
    "equality of tuples": used(NUMBERS + "b, c = tuple(a), tuple(a)\n", "b == c", 1_000),
    "membership": used(NUMBERS, "x in a", 1_000),
    "largest": used(NUMBERS, "max(a)", 1_000),
    "sorted": used(NUMBERS, "b = sorted(a)", 1_000),
    "iteration": used(TABLE, "for k in a: pass", 500),
    "copies": used(TABLE, "b = dict(a)", 500),
    "spread into a call": used(TABLE, "print(**a)", 500),
    "spread into a dict": used(TABLE, "b = {**a}", 500),
    "items": used(TABLE, "b = list(a.items())", 500),
    "starred targets": used(NUMBERS, "p, *q = a", 500),
    "starred targets of tensors": used(ACTIVATED, "p, *q = a", 500),
    "spread into a list": used(ACTIVATED, "b = [*a]", 500),
    "other names": used(ACTIVATED, "b = a", 2_000),
    "slices": used(ACTIVATED, "b = a[1:]", 1_000),
    "attributes": through_attribute(NUMBERS, "self.a == self.a; max(self.a)", 500),
    "modules set": used(MODULES, "a['{key}'] = nn.Linear(3, 3)", 1_000),
    "modules updated": used(MODULES, "a.update({'{i}': nn.Linear(3, 3)})", 1_000),
}
"""Each takes a thousand steps or more in every line, where nothing bounds it."""
