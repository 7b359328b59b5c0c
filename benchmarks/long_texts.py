"""`python -m benchmarks.long_texts`: how much longer a text takes that is eight times as long, for each kind of long text.

Each scan of a text takes time in proportion to its length: the ratios stay near eight, whatever the machine. Sixty-four would be
a scan that starts anew at each place.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping

from bce_lint import lint_source

HEAD = "import torch\nimport torch.nn as nn\n"
BUG = "\ndef step(x, y):\n    return nn.BCEWithLogitsLoss()(torch.sigmoid(x), y)\n"

READ: Mapping[str, Callable[[int], str]] = {
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
"""Texts that are Python, by how often something stands in them."""
REFUSED: Mapping[str, Callable[[int], str]] = {
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
"""Texts that are not."""
SHORT, LONG = 5_000, 40_000


def text(name: str, count: int) -> str:
    """A long text of a kind, with a loss behind it."""
    return HEAD + {**READ, **REFUSED}[name](count) + BUG


def seconds(source: str, repeat: int) -> float:
    """The shortest time that linting a text takes."""

    def _once() -> float:
        begin = time.process_time()
        lint_source(source)
        return time.process_time() - begin

    return min(_once() for _ in range(repeat))


def row(name: str, short: float, long: float) -> str:
    """The figures of one kind of text; the ratio is what counts."""
    return f"{name:28} {short:7.3f} s {long:7.3f} s {long / max(short, 0.001):6.1f} x"


def main() -> None:
    """Measures and prints, the steepest kinds first."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.long_texts", description=__doc__)
    parser.add_argument("--repeat", type=int, default=3, help="runs of each text; the shortest counts")
    repeat = parser.parse_args().repeat
    found = {name: (seconds(text(name, SHORT), repeat), seconds(text(name, LONG), repeat)) for name in (*READ, *REFUSED)}
    print(f"{'kind of text':28} {SHORT:9,} {LONG:9,} times")
    for name, (short, long) in sorted(found.items(), key=lambda one: -one[1][1] / max(one[1][0], 0.001)):
        print(row(name, short, long))


if __name__ == "__main__":
    main()
