"""Comprehensions of each kind, within each other and with many clauses."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.hostile.families import Family, spent
from tests.hostile.programs import Program, in_function, in_module


def nested(form: str, innermost: str = "x", inside: bool = False, use: str = "") -> Callable[[int], Program]:
    """An expression within itself: `{e}` stands for the one within, `{i}` for the depth."""

    def _make(n: int) -> Program:
        text = innermost
        for i in range(n):
            text = form.replace("{e}", text).replace("{i}", str(i))
        return in_function(f"a = {text}\n{use}") if inside else in_module(f"x = 1\na = {text}\n", use)

    return _make


def clauses(opening: str, closing: str, clause: str, inside: bool = False) -> Callable[[int], Program]:
    """A comprehension of many clauses."""

    def _make(n: int) -> Program:
        text = opening + "".join(clause.replace("{i}", str(i)).replace("{j}", str(i - 1)) for i in range(1, n + 1)) + closing
        return in_function(f"i0 = x\na = {text}\n") if inside else in_module(f"x = i0 = 1\na = {text}\n")

    return _make


FAMILIES: Mapping[str, Family] = spent(
    {
        "list": Family(nested("[{e} for i{i} in range(8)]"), 7, 30),
        "list in a function": Family(nested("[{e} for i{i} in range(8)]", inside=True), 7, 30),
        "list of unknown": Family(nested("[{e} for i{i} in x]", inside=True), 7, 30),
        "list of 32": Family(nested("[{e} for i{i} in range(32)]"), 7, 30),
        "set": Family(nested("{{e} for i{i} in range(8)}", "0"), 7, 30),
        "dict": Family(nested("{i{i}: {e} for i{i} in range(8)}"), 7, 30),
        "generator": Family(nested("({e} for i{i} in range(8))"), 7, 30),
        "generator summed": Family(nested("sum({e} for i{i} in range(8))"), 7, 30),
        "tuple of generator": Family(nested("tuple({e} for i{i} in range(8))"), 7, 30),
        "list in the iterable": Family(nested("[i{i} for i{i} in {e}]", "range(8)"), 15, 30),
        "list in the iterable twice": Family(nested("[i{i} for i{i} in {e} + {e}]", "x", inside=True), 5, 10),
        "list in the test": Family(nested("[i{i} for i{i} in range(8) if {e}]"), 7, 30),
        "lambda in list": Family(nested("[(lambda: {e})() for i{i} in range(8)]"), 5, 25),
        "modules": Family(nested("[{e} for i{i} in range(8)]", "nn.Linear(3, 1)", use="a"), 7, 30),
        "modules in a sequential": Family(nested("nn.Sequential(*[{e} for i{i} in range(8)])", "nn.Linear(3, 3)", use="a(x)"), 7, 20),
        "dicts in dicts": Family(nested("{k: {e} for k in ('a', 'b', 'c')}", "nn.Linear(3, 1)"), 7, 30),
        "clauses": Family(clauses("[x", "]", " for i{i} in range(8)"), 7, 30),
        "clauses in a function": Family(clauses("[x", "]", " for i{i} in range(8)", inside=True), 7, 30),
        "clauses with tests": Family(clauses("[x", "]", " for i{i} in range(8) if i{i} > {j}"), 7, 30),
        "clauses with unknown tests": Family(clauses("[x", "]", " for i{i} in range(8) if x.sum() > {j}", inside=True), 7, 30),
        "clauses of the one before": Family(clauses("[x", "]", " for i{i} in [i{j}, i{j}]", inside=True), 7, 30),
        "clauses of pairs": Family(clauses("{i1: 2", "}", " for i{i} in ((1, 2), (3, 4))"), 7, 30),
        "clauses of a generator": Family(clauses("list(x", ")", " for i{i} in range(8)", inside=True), 7, 30),
    }
)
