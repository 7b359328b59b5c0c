"""Modules of torch and of the program, within each other and side by side."""

from __future__ import annotations

from collections.abc import Mapping

from tests.hostile.families import Family
from tests.hostile.programs import Program, in_function, in_module

APPLY = "net(x)"


def _sequential(count: int) -> Program:
    return in_module("net = nn.Linear(3, 3)\n" + "net = nn.Sequential(net, net)\n" * count, APPLY)


FAMILIES: Mapping[str, Family] = {
    "shared sequential": Family(_sequential, 16, 40, "linear"),
    "shared sequential in a function": Family(
        lambda n: in_function("net = nn.Linear(3, 3)\n" + "net = nn.Sequential(net, net)\n" * n + APPLY), 16, 40
    ),
}
