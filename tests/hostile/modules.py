"""Modules of torch and of the program, within each other and side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.hostile.families import Family, spent
from tests.hostile.programs import Program, in_function, in_module

PAIR = """\
class Pair(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.a = a
        self.b = b

    def forward(self, x):
        return {body}
"""


def grown(step: str, start: str = "net = nn.Linear(3, 3)\n", use: str = "net(x)", before: str = "") -> Callable[[int], Program]:
    """A module that a step makes of itself, again and again, and that is then applied."""
    return lambda n: in_module(before + start + step * n, use)


def grown_inside(step: str, start: str = "net = nn.Linear(3, 3)\n", use: str = "net(x)", before: str = "") -> Callable[[int], Program]:
    """The same in a function."""
    return lambda n: in_function(start + step * n + use, before)


def pair(body: str, step: str = "net = Pair(net, net)\n") -> Callable[[int], Program]:
    """A class of the program that holds two references to the one below."""
    return grown(step, before=PAIR.format(body=body))


def _classes(n: int) -> Program:
    """Each class makes two of the one before it."""
    text = "class Net0(nn.Module):\n    def forward(self, x):\n        return x\n\n\n"
    for i in range(1, n + 1):
        text += (
            f"class Net{i}(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            f"        self.a = Net{i - 1}()\n        self.b = Net{i - 1}()\n\n"
            "    def forward(self, x):\n        return self.b(self.a(x))\n\n\n"
        )
    return in_module(text, f"Net{n}()(x)")


FAMILIES: Mapping[str, Family] = {
    "sequential wide": Family(lambda n: in_module(f"net = nn.Sequential({'nn.Linear(3, 3), ' * n})\n", "net(x)"), 250, 4_000),
    "sequential deep": Family(grown("net = nn.Sequential(net)\n"), 150, 1_000),
    **spent(
        {
            "sequential doubled": Family(grown("net = nn.Sequential(net, net)\n"), 16, 40),
            "sequential doubled in a function": Family(grown_inside("net = nn.Sequential(net, net)\n"), 16, 40),
            "sequential doubled by unpacking": Family(grown("net = nn.Sequential(*[net, net])\n"), 16, 40),
            "sequential doubled by a product": Family(grown("net = nn.Sequential(*[net] * 8)\n"), 8, 20),
            "sequential doubled by names": Family(grown("net = nn.Sequential({'a': net, 'b': net})\n"), 16, 40),
            "sequential of a list in a loop": Family(
                lambda n: in_module(f"net = nn.Linear(3, 3)\nfor i in range({n}):\n    net = nn.Sequential(net, net)\n", "net(x)"), 16, 30
            ),
            "sequential of a branch": Family(
                grown("net = nn.Sequential(net, net) if torch.rand(1) > 0.5 else nn.Sequential(net)\n"), 16, 40
            ),
            "module list doubled": Family(
                grown(
                    "net = nn.ModuleList([net, net])\n",
                    use="def run(n, x):\n    for one in n:\n        x = run(one, x)\n    return x\nrun(net, x)",
                ),
                16,
                40,
            ),
            "module dict doubled": Family(
                grown(
                    "net = nn.ModuleDict({'a': net, 'b': net})\n",
                    use="def run(n, x):\n    for one in n.values():\n        x = run(one, x)\n    return x\nrun(net, x)",
                ),
                16,
                40,
            ),
            "module list unpacked": Family(grown("net = nn.Sequential(*nn.ModuleList([net, net]))\n"), 16, 40),
            "pair within itself": Family(pair("self.a(self.a(x))"), 16, 40),
            "pair one behind the other": Family(pair("self.b(self.a(x))"), 16, 40),
            "pair side by side": Family(pair("self.a(x) + self.b(x)"), 16, 40),
            "pair of a sequential": Family(pair("self.b(self.a(x))", "net = Pair(nn.Sequential(net, net), net)\n"), 8, 40),
            "pair in a sequential": Family(pair("self.b(self.a(x))", "net = nn.Sequential(Pair(net, net), net)\n"), 8, 40),
            "pair by a method": Family(pair("self.twice(x)\n\n    def twice(self, x):\n        return self.a(self.b(x))"), 16, 40),
            "pair in a loop": Family(pair("[one(x) for one in (self.a, self.b)][0]"), 16, 40),
            "classes that make two of another": Family(_classes, 16, 40),
            "data parallel": Family(grown("net = nn.DataParallel(nn.Sequential(net, net))\n"), 16, 40),
        }
    ),
}
