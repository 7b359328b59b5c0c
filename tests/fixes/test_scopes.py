"""The names of a file are read from Python's table of them: as Python reads them, and each of them once."""

from __future__ import annotations

import cProfile
import symtable
import sys
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path

import pytest

import bce_lint
from bce_lint.fixes.bindings import _bound, _resolved, _symbols, _table

ASKED = ("is_referenced", "is_local", "is_free", "is_assigned", "is_imported", "is_declared_global")
SCOPES = """\
import a.b as c
from d import e

type_ = 1


class Outer(c.Base):
    x: int = type_

    def first(self, y):
        global made
        made = y
        return [z + y for z in self.x if (w := z)], lambda v: v + w, __class__

    class Inner:
        def go(self):
            def deep():
                nonlocal n
                n = 1
                return n, missing
            n = 0
            return deep
"""


def _tables(top: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield top
    for child in top.get_children():
        yield from _tables(child)


def test_names_are_what_python_says() -> None:
    sources = sorted(Path(bce_lint.__file__).parent.glob("fixes/*.py"))
    for text in (SCOPES, *(path.read_text(encoding="utf-8") for path in sources)):
        for table in _tables(_table(text)):
            known = {symbol.get_name(): symbol for symbol in table.get_symbols()}
            assert {name: [getattr(one, ask)() for ask in ASKED] for name, one in _symbols(table).items()} == {
                name: [getattr(one, ask)() for ask in ASKED] for name, one in known.items()
            }


def test_what_a_module_defines_is_bound() -> None:
    assert _bound(_table(SCOPES)) == {"c", "e", "type_", "Outer"}
    inlined = {"x"} if sys.version_info >= (3, 12) else set()  # a comprehension is no scope there, says Python's table
    assert _bound(_table("[x for x in listcomp]\ndef f(): ...\n")) == {"f"} | inlined


@pytest.mark.parametrize("text", ["def f{i}(x):\n    return f{i}(x)\n", "class A:\n    def f{i}(self):\n        return self\n"])
def test_the_names_of_many_functions_are_looked_up_once_each(text: str) -> None:
    head, _, each = text.rpartition("class A:\n")
    counts = []
    for size in (200, 400):
        table = _table(head + ("class A:\n" if "class" in text else "") + "".join(each.replace("{i}", str(i)) for i in range(size)))
        profiler = cProfile.Profile()
        profiler.runcall(_resolved, table)
        counts.append(sum(map(attrgetter("callcount"), profiler.getstats())))
        assert not any("check_children" in str(one.code) for one in profiler.getstats())
    assert counts[1] < 2.1 * counts[0]
