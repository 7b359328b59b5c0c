"""What is revealed of chosen expressions: those that are wanted, in the files that are wanted, with the calls that led there."""

from __future__ import annotations

import os
from collections.abc import Mapping

from bce_lint.analysis.domain.tensor import Place
from bce_lint.analysis.domain.values import External, FunctionV, MethodV, Value, const
from bce_lint.analysis.models.registry import is_known
from bce_lint.analysis.recording.reveal import Reveals, is_reveal
from bce_lint.ir import Span
from tests.analysis.programs import FOLDER, HEAD, FromTexts, path_of, revealed
from tests.analysis.recording.test_words import function


def spans(text: str, *wanted: str) -> list[Span]:
    """Where some expressions stand last in a file."""
    whole = HEAD + text
    return [Span(whole.rindex(one), whole.rindex(one) + len(one)) for one in wanted]


def told(files: Mapping[str, str], wanted: list[Span], targets: tuple[str, ...] = ("main.py",)) -> tuple[Reveals, list[tuple[str, str]]]:
    """What is known of expressions by their spans: their text, and what is said."""
    reveals = Reveals(frozenset(path_of(name) for name in targets), is_known, frozenset(wanted))
    project = FromTexts(FOLDER, (), {path_of(name): (HEAD + text).encode() for name, text in files.items()}, reveals)
    project.run({path_of(name) for name in targets})
    return reveals, shown(reveals)


def shown(reveals: Reveals) -> list[tuple[str, str]]:
    return [
        (one.place.text, "".join(part if isinstance(part, str) else f"{part.span.start}" for part in one.text)) for one in reveals.found
    ]


TEXT = "x = torch.zeros(2)\ny = x.sum()\nz = reveal(y) or reveal(x)\n"


def test_what_is_wanted_is_told_and_no_argument_of_reveal() -> None:
    reveals, found = told({"main.py": TEXT}, spans(TEXT, "x.sum()", "torch.zeros(2)"))
    assert [name for name, _ in found] == ["torch.zeros(2)", "x.sum()"]
    assert found[0][1] == "Tensor: [0, 0], float32, shape (2,), not trained"
    reveals.keep(spans(TEXT, "x.sum()"))
    assert [name for name, _ in shown(reveals)] == ["x.sum()"]
    reveals.keep([])
    assert shown(reveals) == []
    assert told({"main.py": TEXT}, [])[1] == []


def test_other_files_have_expressions_in_the_same_place() -> None:
    files = {"main.py": "import other\n" + TEXT, "other.py": "import others\n" + TEXT}
    wanted = spans(files["main.py"], "x.sum()")
    assert [one.place.path for one in told(files, wanted)[0].found] == [path_of("main.py")]
    both = told(files, [*wanted, *spans(files["other.py"], "x.sum()")], ("main.py", "other.py"))[0].found
    assert [one.place.path for one in both] == [path_of("main.py"), path_of("other.py")]


def test_who_reveals_in_another_file_is_not_asked() -> None:
    files = {"main.py": "import other\nreveal(other.f(1))\n", "other.py": "def f(x):\n    return reveal(x)\n"}
    assert revealed(files) == ["int 1"]


def test_the_calls_that_led_there() -> None:
    text = "def f(x):\n    return g(x)\ndef g(y):\n    return reveal(y)\nf(1)\n(lambda z: g(z))(2)\n"
    assert revealed(text) == [
        "int 1; in g() called in HERE, in f() called in HERE",
        "int 2; in g() called in HERE, in lambda() called in HERE",
    ]
    once = "def g(y):\n    return reveal(y)\nfor _ in range(2):\n    g(1)\n"
    assert revealed(once) == ["int 1; in g() called in HERE"]
    named = "reveal(value=5)\nreveal(*[6])\nreveal()\nreveal(7, 8)\n"
    assert revealed(named) == ["int 5", "int 6", "int 7"]


def test_what_is_run_to_prepare_alone_is_not_told() -> None:
    text = (
        "class A:\n    def __init__(self, x):\n        reveal(x)\n    def sets(self):\n"
        "        self.a = 1\n        reveal(self.a)\n    def asks(self):\n        reveal(self.a)\n"
    )
    assert [one.partition(":")[0] for one in revealed(text)] == ["unknown", "int 1", "int 1"]


def test_a_method_that_is_inherited_is_told_by_its_class() -> None:
    text = "class A:\n    def asks(self):\n        reveal(self.a)\nclass B(A):\n    def __init__(self):\n        self.a = 2\n"
    assert "int 2; in asks() of `B`" in revealed(text)


def test_which_functions_reveal() -> None:
    own = function("def reveal(x): pass\n", os.path.join(os.sep, "site", "bce_lint", "library.py"))
    assert is_reveal(External("bce_lint.reveal")) and is_reveal(own)
    others: list[Value] = [
        External("bce_lint.check"),
        External("reveal"),
        function("def reveal(x): pass\n", "a.py"),
        const(1),
        MethodV(const(1), own),
    ]
    others.append(FunctionV(function().node, own.path, 0, ()))
    assert not any(map(is_reveal, others))


def test_regions_are_told_of_where_they_matter() -> None:
    text = (
        "x = torch.zeros(2)\nwith torch.no_grad():\n    reveal(x)\n"
        "    with torch.enable_grad():\n        reveal(x)\n    reveal(x)\nreveal(x)\n"
    )
    assert [one.partition("; ")[2] for one in revealed(text)] == ["under no_grad", "", "under no_grad", ""]
    text = (
        "x = torch.zeros(2)\nwith torch.autocast('cuda', enabled=input()):\n"
        "    reveal(x)\nwith torch.autocast('cuda'), torch.no_grad():\n    reveal(x)\n"
    )
    assert [one.partition("; ")[2] for one in revealed(text)] == ["perhaps under autocast", "under no_grad; under autocast since HERE"]
    assert Place("a.py", Span(1, 2)).range == ("a.py", Span(1, 2))
