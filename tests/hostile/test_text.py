"""Long texts of each kind: every scan takes time in proportion to the text, and the loss at its end is found."""

from __future__ import annotations

import time

import pytest

from bce_lint import lint_source
from bce_lint.findings import MAX_MESSAGE
from tests.hostile.measure import measure
from tests.hostile.programs import Program

HEAD = "import torch\nimport torch.nn as nn\n"
BUG = "\ndef step(x, y):\n    return nn.BCEWithLogitsLoss()(torch.sigmoid(x), y)\n"

READ = {
    "blank lines": lambda n: "\n" * n,
    "blank lines in a function": lambda n: "def f(x):\n" + "\n" * n + "    return x\n",
    "blank lines behind a store": lambda n: "class A:\n    def f(self):\n        self.a = 1\n" + "\n" * n + "        self.b = 2\n",
    "lines of spaces": lambda n: "    \n" * n,
    "spaces": lambda n: "x = 1" + " " * n + "\n",
    "spaces before a sign": lambda n: "x" + " " * n + "= 1\n",
    "spaces in an import": lambda n: "from" + " " * n + "os import path\n",
    "tabs": lambda n: "x = 1" + "\t" * n + "\n",
    "form feeds": lambda n: "\f\n" * n,
    "carriage returns": lambda n: "\r" * n,
    "mixed line ends": lambda n: "\r\n\n\r" * n,
    "continuations": lambda n: "x = 1" + " \\\n" * n + "\n",
    "comments": lambda n: "# a comment\n" * n,
    "noqa comments": lambda n: "# noqa: E501\n" * n,
    "codes in a noqa comment": lambda n: "x = 1  # noqa: " + "E501 " * n + "\n",
    "letters in a noqa comment": lambda n: "x = 1  # noqa: " + "E" * n + "\n",
    "a documentation string": lambda n: '"""' + "a b\n" * n + '"""\n',
    "quotes in a string": lambda n: '"""' + '" ' * n + '"""\n',
    "backslashes in a string": lambda n: '"""' + "\\a" * n + '"""\n',
    "a long string": lambda n: 'x = "' + "a" * 9 * n + '"\n',
    "a long name": lambda n: "a" * n + " = 1\n",
    "a long default": lambda n: "def f(" + "a" * n + ", b=1):\n    pass\n",
    "magics": lambda n: "%matplotlib inline\n" * (n // 8),
    "functions of one name": lambda n: "def f(): pass\n" * (n // 16),
    "classes of one name": lambda n: "class A: pass\n" * (n // 16),
}  # fmt: skip
REFUSED = {
    "open brackets": lambda n: "(" * n,
    "open quotes": lambda n: "\"\\" * n,
    "open subscripts": lambda n: "a[" * n,
    "open functions": lambda n: "def f(a=(\n" * n,
    "open classes": lambda n: "class A(\n" * n,
    "open imports": lambda n: "from a import (\n" * n,
    "decorators of nothing": lambda n: "@a\n" * n + "x = 1\n",
    "dots of an import": lambda n: "from " + "." * n + " x\n",
    "spaces of an import": lambda n: "from" + " " * n + "\n",
    "shell commands": lambda n: "!pip install a\n" * n,
    "strings": lambda n: '"a" ' * n + "\n",
    "colons in a field": lambda n: 'x = f"{' + ":" * n + '(}"\n',
    "bytes": lambda n: "\0" * n,
}


@pytest.mark.parametrize("name", READ)
def test_the_loss_behind_a_long_text_is_found(name: str) -> None:
    found = measure(Program({"a.py": HEAD + READ[name](8_000) + BUG}))
    assert "BCE103" in {code for _, _, code in found.found}
    assert not found.failures


@pytest.mark.parametrize("name", [*READ, *REFUSED])
def test_a_text_eight_times_as_long_takes_no_sixty_four_times_as_long(name: str) -> None:
    make = {**READ, **REFUSED}[name]

    def _seconds(count: int) -> float:
        source, begin = HEAD + make(count) + BUG, time.process_time()
        lint_source(source)
        return time.process_time() - begin

    _seconds(100)
    assert _seconds(40_000) <= 24 * (_seconds(5_000) + 0.05)


def test_an_excerpt_of_a_long_line_is_short() -> None:
    line = 'def step(x, y): z = "' + "a" * 300_000 + '"; return nn.BCEWithLogitsLoss()(torch.sigmoid(x), y)\n'
    (found,) = [one for one in lint_source(HEAD + line) if one.code == "BCE103"]
    assert len(found.message) < 400


@pytest.mark.parametrize("option", ["reduction", "size_average"])
def test_a_message_that_quotes_a_long_value_is_short(option: str) -> None:
    found = lint_source(f"{HEAD}nn.BCELoss({option}='{'a' * 300_000}')(torch.rand(3), torch.ones(3))\n")
    assert found
    assert all(len(one.message) <= MAX_MESSAGE for one in found)
