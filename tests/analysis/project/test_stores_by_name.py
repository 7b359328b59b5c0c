"""Stores under names that are not known: which class they are of, or whether anything may be anywhere."""

from __future__ import annotations

import pytest

from bce_lint.analysis.project.attribute_stores import AttributeStores, FileStores
from bce_lint.analysis.project.index import scan
from bce_lint.ir import Span
from bce_lint.syntax.parse import ParseFailure, lower
from tests.analysis.project.test_attribute_stores import method, stores

OF_ITS_CLASS = [
    "setattr(self, b, 1)",
    "self.__dict__[b] = 1",
    "self.__dict__.update(b)",
    "self.__dict__.setdefault(b, 1)",
    "t = self.__dict__",
    "vars(self)[b] = 1",
    "vars(self).update(b)",
    "t = vars(self)",
    "self._modules[b] = 1",
    "self._buffers.update(b)",
    "self.register_buffer(b, 1)",
    "self.register_module(b, 1)",
    "self.register_parameter(b, 1)",
    "self.add_module(b, 1)",
    "self.__setattr__(b, 1)",
    "super().__setattr__(b, 1)",
    "setattr(f(self), b, 1)",
]
ANYWHERE = [
    "setattr(b, b, 1)",
    "b.__dict__[b] = 1",
    "vars(b)[b] = 1",
    "b.__dict__.update(b)",
    "exec(b)",
    "b.register_buffer(b, 1)",
    "b.add_module(b, 1)",
]
NOWHERE = [
    "setattr(self, 'x', 1)",
    "self.register_buffer('x', 1)",
    "self.register_buffer(name='x', tensor=1)",
    "self.table[b] = 1",
    "self.table.update(b)",
    "b.layers.add_module(b, 1)",
    "getattr(self, b)",
    "t = vars(b)",
    "f(b)",
]


@pytest.mark.parametrize("body", OF_ITS_CLASS)
def test_a_method_stores_anything_on_its_own_instances(body: str) -> None:
    found = method(body)
    assert (len(found.unnamed), found.open) == (1, False)


@pytest.mark.parametrize("body", ANYWHERE)
def test_a_method_stores_anything_on_anything(body: str) -> None:
    assert method(body).open


@pytest.mark.parametrize("body", NOWHERE)
def test_a_method_stores_nothing_of_an_unknown_name(body: str) -> None:
    found = method(body)
    assert (found.unnamed, found.open) == (set(), False)


def test_where_there_is_no_instance_anything_is_stored_anywhere() -> None:
    for text in ("setattr(b, c, 1)\n", "b.__dict__[c] = 1\n", "def f(b):\n    vars(b)[c] = 1\n"):
        assert stores(text).open and not stores(text).unnamed
    assert not stores("t = vars()\nlocals()\n").open


def test_a_class_body_stores_in_the_class() -> None:
    for text in ("vars()['x'] = 1", "locals()[b] = 1", "locals().update(b)", "vars().update(b)"):
        found = stores(f"class A:\n    {text}\n")
        assert len(found.unnamed) == 1 and not found.open, text


def test_members_stand_in_blocks_and_in_other_classes() -> None:
    block = "class A:\n    {}\n        def f(self):\n            self.x = 1\n"
    for head in ("if b:", "for b in c:", "while b:", "with b:"):
        assert len(stores(block.format(head)).own["x"]) == 1
    tried = (
        "class A:\n    try:\n        def f(self):\n            self.x = 1\n    except E:\n        def g(self):\n            self.y = 1\n"
    )
    assert len(stores(tried).own["x"]) == len(stores(tried).own["y"]) == 1
    inner = stores("class A:\n    class B:\n        def f(self):\n            self.x = 1\n    def g(self):\n        self.x = 2\n")
    assert len(inner.own["x"]) == 2
    local = stores("def f():\n    class A:\n        def g(self):\n            self.x = 1\n")
    assert len(local.own["x"]) == 1 and "x" not in local.elsewhere
    in_method = stores(
        "class A:\n    def f(self):\n        class B:\n            def g(this):\n                this.x = 1\n                self.y = 1\n"
    )
    assert len(in_method.own["x"]) == 1 and "y" in in_method.elsewhere
    based = stores("class A(f(b.x)):\n    pass\n@setattr(b, 'y', 1)\nclass B:\n    pass\n")
    assert "y" in based.elsewhere
    nothing = stores("class A:\n    def f():\n        x.y = 1\n")
    assert "y" in nothing.elsewhere and not nothing.own


def test_nested_functions_see_the_instance_unless_they_hide_it() -> None:
    seen = method("def g(c):\n            self.x = c")
    assert seen.own["x"] and "x" not in seen.elsewhere
    hidden = method("def g(self):\n            self.x = 1")
    assert not hidden.own["x"] and "x" in hidden.elsewhere
    function = method("f = lambda self: setattr(self, 'x', 1)")
    assert "x" in function.elsewhere


def asked(*texts: str) -> AttributeStores:
    """The stores of a project; a text that is no Python cannot be read."""
    files = {f"/{number}.py": scan(f"/{number}.py", text.encode()) for number, text in enumerate(texts)}

    def module(path: str) -> object:
        try:
            return lower(texts[int(path[1:-3])])
        except ParseFailure:
            return None

    return AttributeStores(files, lambda path, make: make(path, module(path)))


OWN = "class A:\n    def f(self):\n        self.x = 1\n"


def key(text: str, name: str = "A", number: int = 0) -> frozenset[tuple[str, Span]]:
    start = text.index(f"class {name}") + 6
    return frozenset({(f"/{number}.py", Span(start, start + len(name)))})


def test_whether_anything_may_give_an_attribute() -> None:
    mine, none = key(OWN), frozenset[tuple[str, Span]]()
    project = asked(OWN)
    assert (
        project.may_store("x", mine)
        and project.may_store("x", mine)
        and not project.may_store("x", none)
        and not project.may_store("y", mine)
    )
    assert asked(OWN, "def f(b):\n    b.y = 1\n").may_store("y", mine) and not asked(OWN, "def f(b):\n    return b.y\n").may_store(
        "y", mine
    )
    assert asked(OWN, "def f(b):\n    b.x = 1\n").may_store("x", none)
    assert asked(OWN, "f(b, 'y')\n").may_store("y", mine) and not asked(OWN, "getattr(b, 'y')\n").may_store("y", mine)
    assert asked(OWN, "setattr(b, c, 1)\n").may_store("y", mine) and asked(OWN, "exec(b)\n").may_store("anything", none)
    unnamed = "class A:\n    def f(self):\n        setattr(self, b, 1)\n"
    assert asked(unnamed).may_store("y", key(unnamed)) and not asked(unnamed).may_store("y", none)
    assert asked(OWN, "b.y = = 1\n").may_store("y", none) and not asked(OWN, "b.z = = 1\n").may_store("y", none)
    assert asked(OWN, "setattr(b, = 1\n").may_store("y", none)
    assert asked(OWN, "def f(b):\n    b.__dict__ = c\n").may_store("y", none)
    for store in (
        "b.y: int = 1",
        "b.y += 1",
        "b.y, c = d",
        "for b.y in c: pass",
        "[b.y, c] = d",
        "with c as b.y: pass",
        "b.y @= c",
        "b.y |= c",
    ):
        assert asked(OWN, store + "\n").may_store("y", mine), store
    for look in ("b.y == 1", "f(b.y)", "b.y()", "b.yy = 1", "c = b.y", "x.by = 1"):
        assert not asked(OWN, look + "\n").may_store("y", mine), look


def test_a_file_that_cannot_be_read_stores_anything() -> None:
    assert FileStores("/a.py", None).open and not FileStores("/a.py", lower("")).open
