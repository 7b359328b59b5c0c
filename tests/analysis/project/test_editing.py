"""A file that is worked on is, text for text, what a file of that text is."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from bce_lint import ir
from bce_lint.analysis.project import editing
from bce_lint.analysis.project.editing import Edition, edition
from bce_lint.ir.walk import below
from bce_lint.syntax.parse import lower_by_python
from tests.edits import changed

PACKAGE = Path(__file__).parents[3] / "bce_lint"
PROGRAM = '''\
"""What it
does."""
import torch
from torch import nn


class Net(nn.Module):
    """A network."""

    # the layers
    def __init__(self, width=3):
        super().__init__()
        self.fc = nn.Linear(width, 1)

    @torch.no_grad()
    def forward(
        self, x
    ):
        """Says
        how."""
        y = self.fc(x)

        def inner(z):
            return z * y

        return inner(torch.sigmoid(y))  # a comment


if torch.cuda.is_available():
    def step(net, x, y):
        loss = nn.BCELoss()(net(x), y)
        loss.backward()
else:
    def step(net, x, y): return None

for name in ("a",):
    def looped(x):
        return x

total = [
    1,
    2,
]


def last(x):
    return x.sigmoid()
'''


def read(text: str) -> Edition:
    """The first text of a file."""
    found = edition(text)
    assert found is not None
    return found


def equal(one: Edition, text: str) -> None:
    """Holds a text against what is read of it alone: node by node, with the places of each."""
    file, plain = one.file(), lower_by_python(text)
    assert plain is not None and "".join(one.lines) == text
    assert all(a <= b for a, b in pairwise(one.starts)) and len(one.starts) == len(one.lines)
    nodes, expected = list(below(file.latest)), list(below(plain))
    assert [type(node) for node in nodes] == [type(node) for node in expected]
    for node, other in zip(nodes, expected, strict=True):
        if (span := getattr(other, "span", None)) is not None:
            assert file.real(node.span) == span
            assert ir.Span(file.number(span.start), file.number(span.end)) == node.span or span.end == len(text)
        for name in ("id", "name", "op", "value", "bound", "globals", "is_generator"):
            mine, theirs = getattr(node, name, None), getattr(other, name, None)
            assert mine == theirs or not isinstance(theirs, str | int | float | bytes | frozenset)


def test_the_first_text() -> None:
    first = read(PROGRAM)
    equal(first, PROGRAM)
    assert first.file().real(ir.Span(0, 0)) == (0, 0)  # where a module's body is said to stand
    assert [body.function.name for body in first.bodies] == ["__init__", "forward", "last"]


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("y = self.fc(x)", "y = self.fc(x) + 1\n        y = y * 2", "forward"),
        ("        return inner(torch.sigmoid(y))  # a comment\n", "        return y\n        # the end\n", "forward"),
        ("        super().__init__()\n", "", "__init__"),
        ("    return x.sigmoid()\n", "    return x.sigmoid()\n    # more\n    x += 1\n", "last"),
        ("    return x.sigmoid()\n", "    return x.sigmoid()", "last"),
        ("    # the layers\n", "", ""), ("class Net", "# a class\n\nclass Net", ""),
        ("    # the layers\n", "    # layers\n\n    # and more\n", ""),
        ("import torch\nfrom", "import torch\n# more\nfrom", ""), (PROGRAM, PROGRAM + "# the end\n", ""),
        ("def last(x)", "def last(x, y)", "last"), ("def last(x)", "def last(*, x: int = 3)", "last"), ("width=3", "width=4", "__init__"),
        ("width=3", "width", "__init__"), ("def last(x):\n", "def last(\n    x,\n    y=None,\n):\n", "last"),
        ("    def forward(\n        self, x\n    ):", "    def forward(self, x):", "forward"),
        ("def last(x):", "def last (x):  # it", "last"),
        ("        self, x\n", "        # one\n        self, x\n", "forward"), ("    def forward(\n", "    def forward(\n\n", "forward"),
        ("def last(x):\n    return x.", "def last(y, x):\n    # both\n    return y.", "last"),
    ],
)  # fmt: skip
def test_a_text_that_goes_on(old: str, new: str, changes: str) -> None:
    first, text = read(PROGRAM), PROGRAM.replace(old, new)
    assert text != PROGRAM
    second = first.edited(text)
    assert second is not None
    equal(second, text)
    assert second.anchor is first.anchor
    assert [body.function.name for body, one in zip(second.bodies, second.numbers, strict=True) if one.number] == [changes] * bool(changes)
    again = second.edited(PROGRAM)
    assert again is not None and [one.number for one in again.numbers] == [0, 0, 0]
    equal(again, PROGRAM)


def test_several_functions_at_once() -> None:
    first = read(PROGRAM)
    text = PROGRAM.replace("return x.sigmoid()", "x += 1\n    return x").replace("self.fc(x)", "x").replace("super()", "super(Net, self)")
    second = first.edited(text)
    assert second is not None and [one.number for one in second.numbers] == [1, 1, 1]
    equal(second, text)
    third = second.edited(PROGRAM.replace("return x.sigmoid()", "return x"))
    assert third is not None and [one.number for one in third.numbers] == [0, 0, 2]
    fourth = third.edited(PROGRAM.replace("width=3", "width=4").replace("self.fc(x)", "x"))
    assert fourth is not None and [one.number for one in fourth.numbers] == [2, 1, 0]
    fifth = second.edited(last := text.replace("y = x", "y = 2").replace("last(x)", "last(z)"))
    assert fifth is not None and [one.number for one in fifth.numbers] == [1, 2, 3]
    equal(fifth, last)


def test_several_changes_at_once() -> None:
    first = read(PROGRAM)
    text = PROGRAM.replace("import torch\n", "import os\nimport torch\n").replace("# the layers", "# layers").replace("width=3", "width=4")
    text = text.replace("y = self.fc(x)", "y = os.path").replace("return inner(", "return z(").replace("x.sigmoid()", "x")
    second = first.edited(text)
    assert second is not None and [one.number for one in second.numbers] == [1, 2, 1] and set(second.rebound) == {"os"}
    equal(second, text)
    back = second.edited(PROGRAM)
    assert back is not None and [one.number for one in back.numbers] == [0, 0, 0] and back.rebound == {}
    equal(back, PROGRAM)
    third = first.edited(text.replace("total = [", "total = [0,"))
    assert third is not None and [one.number for one in third.numbers] == [1, 2, 1] and set(third.rebound) == {"os", "total"}
    assert first.edited(text.replace("total = [", "total += [")) is None


NEW = "def new(x=1):\n    y = x\n    return y\n\n\n"


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("def last(x):", NEW + "def last(x):", {"new"}), ("    return x.sigmoid()\n", f"    return x.sigmoid()\n\n\n{NEW}", {"new"}),
        ("import torch\n", "import torch\nLIMIT = 3\n", {"LIMIT"}), ("    1,\n", "    1,\n    # one\n", {"total"}),
        ("total = [\n    1,\n    2,\n]\n", "", {"total"}), ("total", "sum", {"total", "sum"}), ("total =", "total: list[int] =", {"total"}),
        ("    return x.sigmoid()\n", "    return x.sigmoid()\nlimit = 1\n", {"limit"}),
        ("def last(x):\n    return x.sigmoid()\n", "", {"last"}),
        ("def last(x)", "def final(x)", {"last", "final"}), ("def last(x)", "async def last(x)", {"last"}),
        ("def last(x)", "def last(x, y=torch.pi)", {"last"}), ("def last(x)", "def last(x): return x\ndef last(x)", {"last"}),
        ("def last(x):\n    return x", "def last(x): return x", {"last"}), ("def last(x)", "@torch.no_grad()\ndef last(x)", {"last"}),
        ("width=3", "width=WIDTH", {"Net"}), ("    @torch.no_grad()\n", "", {"Net"}), ("class Net", "class Model", {"Net", "Model"}),
        ("class Net(", "class Other:\n    a = 1\n\n    def new(self):\n        return self.a\n\n\nclass Net(", {"Other"}),
        ("class Net(", "@torch.jit.script\nclass Net(", {"Net"}), ("import torch\n", "import torch\nlimit = '\\d'\n", {"limit"}),
        ("import torch\n", "import torch\nimport os; limit = 1\n", {"os", "limit"}),
    ],
)  # fmt: skip
def test_other_statements_at_the_top(old: str, new: str, names: set[str]) -> None:
    first, text = read(PROGRAM), PROGRAM.replace(old, new)
    assert text != PROGRAM
    second = first.edited(text)
    assert second is not None and set(second.rebound) == names and second.anchor is first.anchor
    equal(second, text)
    third = second.edited(text.replace("y = x\n", "y = x + 1\n").replace("x.sigmoid()", "x"))  # they have versions as others have
    assert third is not None
    equal(third, "".join(third.lines))
    back = second.edited(PROGRAM)
    assert back is not None and set(back.rebound) == {one for one in names if one in ("last", "Net", "total")}
    equal(back, PROGRAM)


def test_a_function_more_is_one_more() -> None:
    first = read(PROGRAM)
    second = first.edited(PROGRAM.replace("def last", NEW + "def last"))
    assert second is not None and [one.number for one in second.numbers] == [0, 0, 1, 0]  # its own name is another one
    known = {body.function for body in first.bodies}
    assert [body.function in known for body in second.bodies] == [True, True, False, True]
    used = second.edited("".join(second.lines).replace("return x.sigmoid()", "return new(x)"))
    assert used is not None and [one.number for one in used.numbers] == [0, 0, 1, 1]
    gone = used.edited(PROGRAM.replace("return x.sigmoid()", "return new(x)"))
    assert gone is not None and gone.rebound == {} and [one.number for one in gone.numbers] == [0, 0, 2]
    again = gone.edited("".join(used.lines))
    assert again is not None and again.rebound != used.rebound and [one.number for one in again.numbers] == [0, 0, 1, 3]


def test_a_function_that_is_typed_between_empty_lines() -> None:
    known, text = read(PROGRAM), PROGRAM
    for more in ("\n", "\n\n", "\n\n\n", "\n\ndef new():\n    pass\n\n\n", "\n\ndef new():\n    return 1\n\n\n"):
        text = PROGRAM.replace("def last", f"{more}def last")
        following = known.edited(text)
        assert following is not None
        equal(following, text)
        known = following
    assert set(known.rebound) == {"new"}


def test_more_statements_than_are_exchanged_one_by_one() -> None:
    program = "".join(f"a{number} = {number}\nprint(1)\n" for number in range(2 * editing.MANY_REPLACEMENTS))
    for count, goes_on in ((editing.MANY_REPLACEMENTS, True), (editing.MANY_REPLACEMENTS + 1, False)):
        text = program
        for number in range(count):
            text = text.replace(f"a{number} = {number}\n", f"a{number} = 0{number}.0\n")
        assert (read(program).edited(text) is not None) is goes_on


def test_a_function_that_begins_as_the_one_behind_it_does() -> None:
    program = PROGRAM.replace("def last", "@torch.no_grad()\ndef last")
    second = read(program).edited(program.replace("@torch.no_grad()\ndef last", f"@torch.no_grad()\n{NEW}@torch.no_grad()\ndef last"))
    assert second is not None and set(second.rebound) == {"new"}
    equal(second, "".join(second.lines))


def test_functions_in_the_room_between_others() -> None:
    text, found, steps = PROGRAM, edition(PROGRAM), 0
    while found is not None and steps < 40:
        name = f"new{steps}"
        text = text.replace("def last", NEW.replace("new", name) + "def last")
        found = found.edited(text)
        if found is not None:
            equal(found, text)
            steps += 1
    assert 2 <= steps < 40


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import torch\n", "import torch\nimport nn\n"), ("import torch\n", "import torch as looped\n"),
        ("import torch\n", ""), ("from torch import nn\n", "from torch import nn\\\n"),
        ("import torch\n", "import torch\nfrom os import *\n"), ("import torch\n", "import torch; import os; x.y = 1\n"),
        ("import torch\n", "import torch\nimport os\n# import *\n"), ("import torch\n", "import torch\nx = (y := 1)\n"),
        ("import torch\n", "import torch\ntorch = torch\n"), ("import torch\n", "import torch\n__all__ = []\n"),
        ("import torch\n", "import torch\nx, y = 1, 2\n"), ("import torch\n", "import torch\ndel torch\n"),
        ("import torch\n", "import torch\na = 1\nb = lambda: a\n"), ("import torch\n", "import torch\na = 1\nb = globals()['a']\n"),
        ('"""What it\n', '"""What it\n\n'), ("def last", "def __getattr__(name):\n    return name\n\n\ndef last"),
        ("def last", "def new():\n    global x\n    x = 1\n\n\ndef last"), ("for name", "def name():\n    return 1\n\n\nfor name"),
        ("        return x\n", "        return 2\n"), ("    return x.sigmoid()\n", "    global y\n    y = x\n"),
        ("    return x.sigmoid()\n", "    return (x\n"),
        ("    return x.sigmoid()\n", ""), ("return None", "return 1"),
        ("        loss.backward()\nelse:\n    def step(net, x, y): return None\n", "        loss.backward()\n"),
        ("    return x.sigmoid()\n", '    return """\n'), ("        loss.backward()\n", "        loss.backward()\n    other = 1\n"),
        ("        loss.backward()\n", "        pass\n"), ("        super().__init__()\n", "        super().__init__()\n    pass\n"),
        ("    return x.sigmoid()\n", "    return x.sigmoid()\nx = 1\n"), ("    def step(net, x, y): return None", "    step = None"),
    ],
)  # fmt: skip
def test_a_text_that_begins_anew(old: str, new: str) -> None:
    assert PROGRAM.replace(old, new) != PROGRAM
    assert read(PROGRAM).edited(PROGRAM.replace(old, new)) is None


def test_changes_that_lie_too_far_apart() -> None:
    far = PROGRAM.replace("for name in", "# far\n" * editing.MANY_LINES + "for name in")
    for lines, goes_on in ((far, False), (far.replace("# far\n", "", 100), True)):
        first = read(lines)
        text = lines.replace("width=3", "width=4").replace("x.sigmoid()", "x")
        assert (first.edited(text) is not None) is goes_on
        assert first.edited(lines.replace("width=3", "width=4")) is not None


def test_a_text_that_is_too_large() -> None:
    first = read(PROGRAM)
    assert first.edited(PROGRAM.replace("    return x.sigmoid()", f"    y = {'1 + ' * 300_000}1\n    return x")) is None
    more = PROGRAM.replace("    return x.sigmoid()", "    # a comment\n" * 70_000 + "    return x")
    assert first.edited(more[:900_000] + "\n    return x\n") is not None and first.edited(more) is None


def go_on(text: str, rng: Random, steps: int) -> int:
    """Changes a text at random; how often it went on."""
    first, known, found = text, edition(text), 0
    for _ in range(steps):
        if rng.random() < 0.1:
            text = first
        for _ in range(rng.choice((1, 1, 3))):
            text = changed(rng, {"a.py": text}).get("a.py", text)
        following = None if known is None else known.edited(text)
        if following is not None:
            equal(following, text)
            found += 1
        known = following or edition(text) or known
    return found


@pytest.mark.parametrize("seed", range(4))
def test_random_texts(seed: int) -> None:
    assert go_on(PROGRAM, Random(seed), 60) > 10


WRITTEN_OTHERWISE = {
    "CRLF": PROGRAM.replace("\n", "\r\n"), "CR": PROGRAM.replace("\n", "\r"), "tabs": PROGRAM.replace("    ", "\t"),
    "letters": PROGRAM.replace("y", "ÿ").replace("# the", "# ä🎉"), "no last newline": PROGRAM.rstrip("\n"),
    "form feeds": PROGRAM.replace("\n\n\n", "\n\f\n"),
    "several in a line": PROGRAM.replace("y = self.fc(x)", "y = self.fc(x); y = '''a\n# b\n'''"),
    "asynchronous": PROGRAM.replace("def last", "async def last"),
    "inside": PROGRAM + "\nclass A:\n  class B:\n    def f(self): return 1\n    def g(self):\n      return \\\n       2\n",
}  # fmt: skip


@pytest.mark.any_python
@pytest.mark.parametrize("way", WRITTEN_OTHERWISE)
def test_random_texts_written_otherwise(way: str) -> None:
    assert go_on(WRITTEN_OTHERWISE[way], Random(way), 120) > 0


@pytest.mark.long
@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py"))[::8], ids=lambda path: path.name)
def test_random_texts_of_files(path: Path) -> None:
    go_on(path.read_text(encoding="utf-8"), Random(path.name), 30)
