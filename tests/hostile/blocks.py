"""Statements within statements."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.hostile.families import Family, spent
from tests.hostile.programs import Program, in_function, in_module


def nested(
    opening: str, inner: str = "z = x\n", closing: str = "", start: str = "z = y\n", inside: bool = True
) -> Callable[[int], Program]:
    """Blocks within each other; `{i}` is the depth. `closing` ends each block."""

    def _make(n: int) -> Program:
        text = start
        for i in range(n):
            text += _indented(opening.replace("{i}", str(i)), i)
        text += _indented(inner.replace("{n}", str(n)), n)
        for i in reversed(range(n)):
            text += _indented(closing.replace("{i}", str(i)), i)
        return in_function(text) if inside else in_module(text)

    return _make


def _indented(text: str, depth: int) -> str:
    return "".join(" " * depth + line + "\n" for line in text.splitlines())


CHANGING = "z = z + x\nw = torch.relu(z)\n"

LOOPS = {
    "for of known ranges": Family(nested("for i{i} in range(8):\n", CHANGING), 6, 20),
    "for of known ranges at the top": Family(nested("for i{i} in range(8):\n", "z = z\n", start="z = 1\n", inside=False), 6, 20),
    "for of known pairs": Family(nested("for i{i} in (1, 2):\n", CHANGING), 8, 20),
    "for of unknown": Family(nested("for i{i} in x:\n", CHANGING), 6, 20),
    "for and what it carries": Family(nested("z{i} = 0\nfor i{i} in x:\n z{i} = z{i} + 1\n", CHANGING), 6, 20),
    "for with breaks": Family(nested("for i{i} in x:\n if y[{i}] > 0:\n  break\n if y[{i}] < 0:\n  continue\n", CHANGING), 6, 20),
    "while": Family(nested("while z.sum() > {i}:\n", CHANGING), 6, 20),
    "while true": Family(nested("while True:\n if z.sum() > {i}:\n  break\n", CHANGING), 6, 20),
    "while and else": Family(nested("while z.sum() > {i}:\n", CHANGING, "else:\n z = z * 2\n"), 6, 20),
    "for calling": Family(nested("for i{i} in x:\n z = torch.relu(z)\n", CHANGING, " z = z + i{i}\n"), 6, 20),
    "for and if": Family(nested("for i{i} in x:\n if z.sum() > {i}:\n  z = z * 2\n", CHANGING), 6, 20),
}
FAMILIES: Mapping[str, Family] = spent(LOOPS) | {
    "if": Family(nested("if z.sum() > {i}:\n", CHANGING), 40, 90),
    "if and else": Family(nested("if z.sum() > {i}:\n", CHANGING, "else:\n z = z * 2\n"), 40, 90),
    "if that returns": Family(nested("if z.sum() > {i}:\n", CHANGING, "else:\n return z\n"), 40, 90),
    "try": Family(nested("try:\n", CHANGING, "except ValueError:\n z = z * 2\n"), 9, 18),
    "try and finally": Family(nested("try:\n", CHANGING, "finally:\n z = z * 2\n"), 9, 18),
    "try in a handler": Family(nested("try:\n z = z + 1\nexcept ValueError:\n", CHANGING), 9, 18),
    "try in a finally": Family(nested("try:\n z = z + 1\nfinally:\n", CHANGING), 9, 18),
    "try in an else": Family(nested("try:\n z = z + 1\nexcept ValueError:\n z = z * 2\nelse:\n", CHANGING), 9, 18),
    "with": Family(nested("with open('{i}') as f{i}:\n", CHANGING), 10, 19),
    "with no_grad": Family(nested("with torch.no_grad():\n", CHANGING), 10, 19),
    "with suppress": Family(nested("with contextlib.suppress(ValueError):\n", CHANGING, start="import contextlib\nz = y\n"), 10, 19),
    "with autocast": Family(nested("with torch.autocast('cuda'):\n", CHANGING), 10, 19),
    "classes": Family(nested("class A{i}:\n", "z = 1\n", inside=False), 40, 90),
    "classes in a function": Family(nested("class A{i}:\n", "z = 1\n"), 40, 90),
    "functions": Family(nested("def f{i}(z):\n", CHANGING + "return z\n", " return f{i}\n".replace(" return f{i}\n", "f{i}(z)\n")), 10, 90),
}
