"""Classes as values and star imports as a graph: resolution orders, fields, bases from outside, and names that may be brought."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Place
from bce_lint.analysis.domain.values import TOP, ClassV, External, Ref, Union, Value, const
from bce_lint.analysis.state import absence, class_model, objects
from bce_lint.analysis.state.class_model import MAX_DEPTH
from bce_lint.analysis.state.dependencies import Journal
from bce_lint.analysis.state.frames import LoweredFile
from bce_lint.analysis.state.star_graph import StarGraph
from bce_lint.syntax.parse import lower
from tests.analysis.state.test_machine import machine

ADDRESSES = iter(range(1_000, 9_000))
MODULE, THING = External("torch.nn.Module"), External("builtins.object")


def cls(name: str, *bases: Value, body: str = "pass") -> ClassV:
    node = lower(f"class {name}:\n    {body}\n").body[0]
    assert isinstance(node, ir.ClassDef)
    return ClassV(node, "a.py", next(ADDRESSES), bases)


def order(value: ClassV) -> list[str]:
    """The names in a resolution order; `?` for what is unknown."""
    return [one.name if isinstance(one, ClassV | External) else "?" for one in class_model.mro(machine(), value)]


def test_a_class_comes_before_its_bases() -> None:
    top = cls("Top")
    left, right = cls("Left", top), cls("Right", top)
    assert order(cls("A", left, right)) == ["A", "Left", "Right", "Top"]
    assert order(cls("A", right, left)) == ["A", "Right", "Left", "Top"]
    assert order(cls("A", left, MODULE)) == ["A", "Left", "Top", "torch.nn.Module"]
    assert order(cls("A", TOP)) == ["A", "?"] and order(cls("A")) == ["A"]
    assert order(cls("A", Union((left, right)))) == ["A", "Left", "Right", "Top"]
    chain = cls("C0")
    for number in range(1, MAX_DEPTH + 1):
        chain = cls(f"C{number}", chain)
    assert len(order(chain)) == MAX_DEPTH + 1 and "?" not in order(chain)
    assert order(cls("Above", chain))[-1] == "?"


def test_an_order_is_kept_until_the_bases_are_others() -> None:
    m = machine()
    one = cls("A", MODULE)
    assert class_model.mro(m, one) is class_model.mro(m, one)
    again = ClassV(one.node, one.path, one.address, (cls("B"),))
    assert [getattr(value, "name", "?") for value in class_model.mro(m, again)] == ["A", "B"]


def test_the_first_base_from_outside() -> None:
    m = machine()
    assert class_model.outside_base(m, cls("A")) is None and class_model.outside_base(m, cls("A", THING)) is None
    assert class_model.outside_base(m, cls("A", MODULE)) == "torch.nn.Module"
    assert class_model.outside_base(m, cls("A", External("torch.nn.modules.module.Module"))) == "torch.nn.Module"
    assert class_model.outside_base(m, cls("A", cls("B", THING), MODULE)) == "torch.nn.Module"
    assert class_model.outside_base(m, cls("A", TOP)) == "?" and class_model.outside_base(m, cls("A", External("a.B"), MODULE)) == "a.B"
    assert class_model.class_place(one := cls("A")) == Place("a.py", one.node.span, "A")


def test_fields_of_a_class_and_those_above() -> None:
    def names(value: ClassV) -> list[tuple[str, bool]]:
        return [(name, default is not None) for name, default in class_model.fields(machine(), value)]

    above = cls("Above", body="a: int\n    b: int = 1\n    c = 2\n    self.d: int = 3\n    e.f: int")
    assert names(above) == [("a", False), ("b", True)]
    assert names(cls("Below", above, body="g: str = 's'\n    a: int = 1")) == [("a", True), ("b", True), ("g", True)]
    assert names(cls("Alone", MODULE)) == []


def test_an_attribute_is_found_on_the_first_class_that_has_it() -> None:
    m = machine()
    top = cls("Top")
    below = cls("Below", MODULE, top)
    m.write(top.address, "a", const(1))
    m.write(top.address, "b", const(2))
    m.write(below.address, "b", const(3))
    m.written_modules |= {top.address, below.address}
    ref = Ref(5, "instance", below)
    found = [objects.class_attribute(m, ref, name) for name in ("a", "b", "c")]
    assert found == [const(1), const(3), None] and objects.class_attribute(m, Ref(6, "list"), "a") is None
    assert [objects.is_certain(m, ref, name) for name in ("a", "c")] == [True, False] and not objects.is_certain(m, const(1), "a")
    m.write(5, "own", const(4))
    assert objects.is_certain(m, ref, "own")
    objects.mark_unbound(m, Union((ref, const(1))), "own")
    assert not objects.is_certain(m, ref, "own")
    objects.mark_wrapped(m, None)
    objects.mark_wrapped(m, Union((ref, const(1))))
    assert objects.address(m, "a.py") == objects.address(m, "a.py") != objects.address(m, "b.py")


def test_what_a_wrapper_may_have_is_not_absent() -> None:
    m = machine()
    plain = cls("A", body="def __init__(self): pass")
    ref, other = Ref(5, "instance", plain), Ref(6, "instance", plain)
    assert absence.is_absent(m, ref, plain, "x") and absence.is_absent(m, ref, plain, "x")
    objects.mark_wrapped(m, ref)
    assert not absence.is_absent(m, ref, plain, "x") and absence.is_absent(m, other, plain, "x")
    assert [absence.is_dunder(name) for name in ("__a__", "__a", "a__", "a")] == [True, False, False, False]
    assert not absence.is_absent(m, other, plain, "__x__") and not absence.is_absent(m, other, plain, "__init__")


STARS = {
    "main.py": "from a import *\nfrom b import *\nfrom a import *\nfrom gone import *\nown = 1\nfrom a import one\n",
    "a.py": "from c import *\none = 1\ndef f():\n    global declared\n    declared = 1\n    hidden = 2\n",
    "b.py": "if x:\n    from d import *\nelse:\n    from e.inner import *\ntry:\n"
    "    from c import *\nexcept E:\n    pass\nfor x in y:\n    from f import *\n",
    "c.py": "from a import *\nthree = 3\n",
    "d.py": "with x:\n    from g import *\nwhile x:\n    from h import *\ndef f():\n    from z import *\n",
    "e/inner.py": "four = 4\n",
    "f.py": "five = 5\n",
    "g.py": "six = 6\n",
    "h.py": "seven = 7\n",
    "z.py": "eight = 8\n",
    "pack/__init__.py": "__all__ = ['inner']\n",
    "pack/inner.py": "",
    "plain/__init__.py": "",
    "plain/inner.py": "",
}


def stars() -> tuple[StarGraph, list[str]]:
    """The graph, and the files that were read for it."""
    read: list[str] = []

    def unit(path: str) -> LoweredFile | None:
        read.append(path)
        return LoweredFile(path, STARS[path], lower(STARS[path]), 1) if path in STARS else None

    def resolve(importer: str, module: str, level: int) -> str | None:
        stem = (importer.rpartition("/")[0] + "/" if level else "") + module.replace(".", "/")
        return next((path for path in (stem + ".py", stem + "/__init__.py") if path in STARS), None)

    return StarGraph(unit, resolve, Journal()), read


def test_what_a_file_imports_whole() -> None:
    graph, read = stars()
    assert graph.sources("main.py") == graph.sources("main.py") == ("a.py", "b.py")
    assert read == ["main.py"]
    assert graph.sources("b.py") == ("d.py", "e/inner.py", "c.py", "f.py") and graph.sources("d.py") == ("g.py", "h.py")
    assert graph.sources("f.py") == graph.sources("nowhere.py") == ()


def test_whether_a_name_may_be_brought() -> None:
    graph, _ = stars()
    for _ in range(2):  # what was found is kept
        for name in ("own", "one", "declared", "three", "four", "five", "six", "seven"):
            assert graph.may_have("main.py", name), name
        assert not any(graph.may_have("main.py", name) for name in ("eight", "hidden", "nothing"))
        assert [graph.may_have("a.py", name) for name in ("three", "own", "four")] == [True, False, False]
        assert [graph.may_have("c.py", name) for name in ("one", "three", "five")] == [True, True, False]
        assert graph.may_have("f.py", "five") and not graph.may_have("f.py", "six") and not graph.may_have("nowhere.py", "five")
    assert graph.brought("b.py", ["own", "four", "nothing", "five"]) == ["four", "five"]
    assert [graph.may_have("pack/__init__.py", name) for name in ("inner", "other", "__all__")] == [True, False, True]
    assert not graph.may_have("plain/__init__.py", "inner")


def test_what_is_not_brought_is_looked_for_once() -> None:
    graph, _ = stars()
    asked: list[str] = []
    graph._resolve = lambda importer, module, level: asked.append(module)
    assert not any(graph.may_have("pack/__init__.py", name) for name in ("other", "other", "another", "other"))
    assert asked == ["other", "another"]
    assert not graph.may_have("plain/__init__.py", "other") and not graph.may_have("z.py", "one") and asked == ["other", "another"]


def test_files_are_prepared_behind_those_that_they_need() -> None:
    graph, _ = stars()
    first = graph.unprepared("main.py")
    assert sorted(first) == ["a.py", "b.py", "c.py", "d.py", "e/inner.py", "f.py", "g.py", "h.py", "main.py"]
    place = {path: number for number, path in enumerate(first)}
    assert place["g.py"] < place["d.py"] < place["b.py"] < place["main.py"] and place["a.py"] < place["main.py"]
    assert graph.unprepared("main.py") == graph.unprepared("a.py") == [] and graph.unprepared("z.py") == ["z.py"]


def test_a_star_import_is_the_first_of_its_kind_once() -> None:
    graph, _ = stars()
    used = [graph.used]
    assert [graph.is_first(1, "a"), graph.is_first(1, "a"), graph.is_first(2, "a"), graph.is_first(1, "b")] == [True, False, True, True]
    assert [*used, graph.used] == [False, True]
