"""What leads to a loss: what methods set, bases over files, star imports of packages, targets, and the order of a search."""

from __future__ import annotations

import pytest

from bce_lint.analysis.project.definitions import _MANY, Definition, Fragment
from bce_lint.analysis.project.file_names import FileNames
from bce_lint.analysis.project.index import scan
from bce_lint.analysis.project.reachability import NEAR, Reachability
from bce_lint.analysis.project.search import is_implicit, way_to
from bce_lint.analysis.project.target_reachability import TargetReachability
from tests.analysis.graphs import path_of, project
from tests.analysis.project.test_reachability import LOSS, alone, leading

CLASS = (
    LOSS + b"class A:\n    def __init__(self, x):\n        %s\n    def asks(self, x):\n"
    b"        return self.held(x)\n    def other(self, x):\n        return x\n"
)


@pytest.mark.parametrize(
    ("statement", "leads"),
    [
        (b"self.held = criterion", True),
        (b"self.held: object = criterion", True),
        (b"self.a = self.held = criterion", True),
        (b"self.held, self.b = criterion, x", True),
        (b"(self.held) = criterion", True),
        (b"self.held = [\n            criterion,\n        ]", True),
        (b"self.held = (\n    criterion\n)", True),
        (b"if x: self.held = criterion", True),
        (b"if x: self.a = 1; self.held = criterion", True),
        (b"match = 1; self.held = criterion", True),
        (b"try: self.held = criterion\n        except ValueError: pass", True),
        (b"if x[0:1]: self.held = criterion", True),
        (b"with x: self.held = criterion", True),
        (b"self.register(criterion)", True),
        (b"setattr(self, 'held', criterion)", True),
        (b"x = 1; self.held = criterion", True),
        (b"self.held.append(criterion)", True),
        (b"self.free = criterion", False),
        (b"self.held == criterion", True),
        (b"self.held = x", False),
        (b"return x", False),
    ],
)
def test_what_a_constructor_sets_matters_where_it_is_named(statement: bytes, leads: bool) -> None:
    found = alone(CLASS % statement)
    assert ("A.asks" in found) is leads
    assert ("A.other" in found) <= (b"register" in statement or b"setattr" in statement or b"==" in statement)


def test_a_constructor_in_one_line() -> None:
    text = LOSS + b"class A:\n    def __init__(self): {}\n    def asks(self, x):\n        return self.held(x)\n"
    for statement, leads in (
        (b"self.held = criterion", True),
        (b"self.a = 1; self.held = criterion", True),
        (b"self.free = criterion", False),
    ):
        assert ("A.asks" in alone(text.replace(b"{}", statement))) is leads


def test_a_base_in_another_file_leads() -> None:
    files = {
        "base.py": LOSS + b"class Base:\n    def fit(self):\n        return self.step()\n    def step(self):\n        return criterion\n"
    }
    below = (
        b"from base import Base\nclass Below(Base):\n    def run(self):\n        return self.fit()\n    def cold(self):\n        return 1\n"
    )
    assert leading({**files, "below.py": below})["below.py"] == {"Below.run"}
    renamed = below.replace(b"import Base", b"import Base as Other").replace(b"(Base)", b"(Other)")
    assert leading({**files, "below.py": renamed})["below.py"] == {"Below.run"}
    module = below.replace(b"from base import Base", b"import base").replace(b"(Base)", b"(base.Base)")
    assert leading({**files, "below.py": module})["below.py"] == {"Below.run"}
    reachability = Reachability(project({**files, "below.py": below}))
    assert [reachability.method(path_of("below.py"), "Below", name) for name in ("fit", "step", "run", "cold", "nothing")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert not reachability.method(path_of("below.py"), "Nothing", "fit") and not reachability.function(path_of("below.py"), "nothing")


def test_a_class_that_inherits_itself_ends() -> None:
    assert "A.f" in alone(LOSS + b"class A(B):\n    def f(self):\n        criterion()\nclass B(A):\n    def g(self):\n        pass\n")
    assert alone(b"class A(A):\n    def f(self):\n        pass\n") == set()


def test_decorators_put_functions_into_what_they_fill() -> None:
    text = (
        b"table = {}\ndef register(f):\n    table['f'] = f\n    return f\n@register\n"
        b"def f():\n    nn.BCELoss()\ndef use():\n    table['f']()\ndef cold():\n    pass\n"
    )
    assert alone(text) >= {"f", "use"} and "cold" not in alone(text)
    in_code = text.replace(b"@register\n", b"").replace(b"def cold", b"register(f)\ndef cold")
    assert alone(in_code) >= {"f", "use"}
    assert "use" in alone(b"table = {}\ntable['f'] = nn.BCELoss\ndef use():\n    table['f']()\n")
    assert "use" in alone(b"table = []\ntable.append(nn.BCELoss)\ndef use():\n    table[0]()\n")
    assert "use" not in alone(b"table = []\nif __name__ == '__main__':\n    table.append(nn.BCELoss)\ndef use():\n    table[0]()\n")
    imported = {
        "a.py": text,
        "b.py": b"from a import table as t\ndef use():\n    t['f']()\n",
        "c.py": b"from a import table\ntable['g'] = 1\ndef cold():\n    pass\n",
    }
    assert leading(imported)["b.py"] == {"use"}
    filled = {"a.py": b"table = {}\ndef use():\n    table['f']()\n", "b.py": b"from a import table as t\nt['f'] = nn.BCELoss\n"}
    assert "use" in leading(filled)["a.py"] and leading({**filled, "b.py": b"from a import table as t\nt['f'] = 1\n"}) == {}


def test_a_logarithm_matters_where_a_probability_is_near() -> None:
    text = b"def f(x):\n    return torch.log(x)\n"
    assert alone(text) == set() and alone(text + b"def g(x):\n    return f(x.sigmoid())\n") == {"g"}
    chain = b"".join(
        b"def f%d(x):\n    return f%d(x)\n" % (one, one + 1) for one in range(NEAR + 1)
    ) + b"def f%d(x):\n    return torch.log(x)\n" % (NEAR + 1)
    start = b"def g%d(x):\n    return f%d(x.sigmoid())\n"
    found = alone(chain + b"".join(start % (one, one) for one in range(NEAR + 2)))
    assert {name for name in found if name.startswith("g")} == {f"g{one}" for one in range(2, NEAR + 2)}


def test_a_comparison_matters_where_an_output_is_near() -> None:
    text = b"layer = nn.Linear(1, 1)\ndef f(x):\n    return layer(x) > 0.5\n"
    assert "f" not in alone(text)
    assert "f" in alone(text + b"loss = nn.BCEWithLogitsLoss()\n")
    assert "f" in alone(text.replace(b"layer(x) >", b"layer(x).sigmoid() >"))
    assert "f" not in alone(text.replace(b"0.5", b"y") + b"loss = nn.BCEWithLogitsLoss()\n")


def test_many_definitions_of_one_name_are_one() -> None:
    for count in (_MANY, _MANY + 1):
        text = (
            LOSS
            + b"if x:\n    pass\n"
            + b"".join(b"def f():\n    return %d\n" % one for one in range(count - 1))
            + b"def f():\n    criterion()\ndef g():\n    f()\n"
        )
        assert {"f", "g"} <= alone(text)
        names = Reachability(project({"a.py": text})).names(path_of("a.py"))
        assert len(names.own[b"f"]) == (count if count <= _MANY else 1)
    classes = b"".join(b"@deco\nclass A:\n    def f(self): return %d\n" % one for one in range(_MANY + 1))
    (one,) = Reachability(project({"a.py": classes})).names(path_of("a.py")).own[b"A"]
    assert not hasattr(one, "methods") and isinstance(one, Fragment) and b"deco" in one.words


def test_the_defaults_of_parameters_are_made_where_a_function_stands() -> None:
    assert "<body>" in alone(b"def f(loss=nn.BCELoss()):\n    pass\n") and "<body>" not in alone(b"def f(loss):\n    nn.BCELoss()\n")
    assert "<body>" in alone(b"def f(\n    loss=nn.BCELoss(),\n) -> int:\n    pass\n")
    assert "A.f" in alone(LOSS + b"class A:\n    def f(self, held=criterion):\n        return held\n")


def test_a_run_towards_files_looks_for_these() -> None:
    files = {
        "a.py": b"def one():\n    pass\n",
        "b.py": b"from a import one\ndef two():\n    one()\ndef cold():\n    pass\n",
        "c.py": b"def far():\n    pass\n",
    }
    graph = project(files)
    towards = TargetReachability(graph, frozenset({path_of("a.py")}))
    assert [towards.function(path_of("b.py"), name) for name in ("two", "cold")] == [True, False]
    assert towards.function(path_of("a.py"), "one") and not towards.function(path_of("c.py"), "far")
    known = Reachability(graph)
    again = TargetReachability(graph, frozenset({path_of("a.py")}), known)
    assert again.known is known.known and again.function(path_of("b.py"), "two")
    assert not again.irrelevant(path_of("b.py")) and again.hints([]) == 0
    loss = project({**files, "d.py": LOSS})
    other = TargetReachability(loss, frozenset({path_of("d.py")}))
    assert other.irrelevant(path_of("c.py")) and not other.irrelevant(path_of("d.py"))


def test_names_of_files_are_found_through_stars_and_modules() -> None:
    files = {
        "pack/__init__.py": b"from .inner import *\nfrom . import deep\n",
        "pack/inner.py": b"def one():\n    pass\nfrom pack.ring import *\n",
        "pack/ring.py": b"from pack.inner import *\ndef two():\n    pass\n",
        "pack/deep.py": b"def three():\n    pass\n",
        "main.py": b"from pack import *\nimport pack.deep as d\nfrom pack.inner import one as renamed\nimport pack\n",
    }
    names = FileNames(project(files))

    def found(path: str, *words: bytes) -> list[tuple[str, bytes]]:
        mentioned = names.mentioned(path_of(path), frozenset(words))
        return sorted({(one.path, one.parts[0]) for one in mentioned if isinstance(one, Fragment)})

    one, two = (path_of("pack/inner.py"), b"def one():\n    pass\n"), (path_of("pack/ring.py"), b"def two():\n    pass\n")
    three = (path_of("pack/deep.py"), b"def three():\n    pass\n")
    assert found("main.py", b"one") == found("main.py", b"renamed") == [one]
    assert found("main.py", b"two") == found("pack/inner.py", b"two") == [two]
    assert found("main.py", b"d", b"three") == [three] and found("main.py", b"three") == []
    assert found("main.py", b"pack", b"one", b"two") == [one, two]
    assert found("main.py", b"nothing") == [] and found("pack/deep.py", b"one") == []
    assert names.of(path_of("main.py")) is names.of(path_of("main.py"))
    assert names.of(path_of("main.py")).stars == [path_of("pack/__init__.py")]


def test_the_way_to_a_loss_is_what_led_there() -> None:
    a, b, c, d = (Fragment(scan("a.py", b""), one) for one in (b"a", b"b", b"c", b"d"))
    seen: dict[Definition, Definition | None] = {c: b, b: a, a: None, d: a}
    assert [*way_to(c, seen)] == [c, b, a] and [*way_to(None, {})] == []
    assert [is_implicit(name) for name in (b"forward", b"__call__", b"training_step", b"fit", b"_forward")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_what_searches_find_out_is_added_to_what_is_known() -> None:
    reachability = Reachability(project({"a.py": b"def f():\n    pass\n\n\ndef g():\n    pass\n"}))
    known = reachability._cannot_reach
    assert not any(reachability.function(path_of("a.py"), name) for name in "fg")
    assert reachability._cannot_reach is known and len(known) == 2
