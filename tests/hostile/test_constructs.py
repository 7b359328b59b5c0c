"""Doubling, nesting, width and depth over the constructs of a program: counts grow no faster than the text, and no loss is missed."""

from __future__ import annotations

import ast
import re
from collections import Counter
from typing import Any

import pytest

from bce_lint import ir
from bce_lint.ir.walk import below, children
from bce_lint.records import names_of
from bce_lint.syntax.parse import lower
from tests.hostile import blocks, chains, comprehensions, functions, inheritance, modules, patterns, width
from tests.hostile.families import Family
from tests.hostile.growth import only_on_the_main_python, problems

FAMILIES = {
    f"{table.__name__.rpartition('.')[2]}: {name}": family
    for table in (blocks, chains, comprehensions, functions, inheritance, modules, patterns, width)
    for name, family in table.FAMILIES.items()
}
KINDS = frozenset(one for name in ir.__all__ if names_of(one := getattr(ir, name)) and one is not ir.Module)
"""All kinds of nodes."""
FLAT = frozenset({
    ir.Const, ir.Name, ir.Opaque, ir.Jump, ir.ImportModule, ir.ImportName, ir.Declare, ir.Assert, ir.ExprStmt, ir.Assign, ir.AugAssign,
    ir.Delete, ir.Raise, ir.Return,
})  # fmt: skip
"""The kinds that nest by way of others alone, if at all."""


@pytest.mark.parametrize("name", only_on_the_main_python(FAMILIES, ("width: ",), ("width: elif",)))
def test_the_cost_of_a_family_is_bounded(name: str) -> None:
    assert problems(FAMILIES[name]) == []


def _counts(family: Family, size: int) -> tuple[Counter[type[Any]], Counter[type[Any]]]:
    """How many nodes of each kind a program has, and how many stand within each other."""
    module = lower(family.make(size).files["a.py"])
    depths: Counter[type[Any]] = Counter()
    waiting: list[tuple[Any, Counter[type[Any]]]] = [(module, Counter())]
    while waiting:
        node, around = waiting.pop()
        inside = around + Counter([type(node)])
        depths |= inside
        waiting += ((one, inside) for one in children(node))
    return Counter(type(node) for node in below(module)), depths


def test_each_kind_of_node_has_families_of_width_and_of_depth() -> None:
    wide: set[type[Any]] = set()
    deep: set[type[Any]] = set()
    for family in FAMILIES.values():
        (few, shallow), (many, further) = _counts(family, 3), _counts(family, 6)
        wide |= {kind for kind in KINDS if many[kind] >= few[kind] + 3}
        deep |= {kind for kind in KINDS if further[kind] >= shallow[kind] + 3}
    assert {kind.__name__ for kind in KINDS - wide} == set()
    assert {kind.__name__ for kind in KINDS - FLAT - deep} == set()


def test_programs_are_python_and_say_what_must_be_found() -> None:
    for name, family in FAMILIES.items():
        program = family.make(3)
        for text in program.files.values():
            ast.parse(text)
        assert len(program.marked) >= 4, name
        assert re.search("^ +return .*# found", program.files["a.py"], re.MULTILINE)
