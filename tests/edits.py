"""Random changes of a project's files, as somebody makes who works on it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path
from random import Random

from bce_lint.analysis.project.function_lines import first_row

_NUMBER = re.compile(r"\b\d+\b")
_NAME = re.compile(r"\b[a-z_]{3,}\b")
_IMPORTS = (
    "import os", "import torch", "from torch import nn", "import torch.nn.functional as F", "from torch.nn import functional as F",
    "from torch.nn import BCELoss, BCEWithLogitsLoss", "from torch import sigmoid as out", "from torch import *", "import torch as nn",
    "from torch import softmax as fresh", "import numpy as np  # more",
)  # fmt: skip
_AT_THE_TOP = (
    "fresh = 3", "fresh = nn.Sigmoid()", "fresh = [nn.Sigmoid(), nn.BCELoss()]", "fresh = {'loss': nn.BCEWithLogitsLoss()}",
    "def fresh(x):\n    return torch.sigmoid(x)", "def fresh(x, y=None):\n    return nn.BCELoss()(fresh(x), y)",
    "def fresh(out, y):\n    loss = nn.BCEWithLogitsLoss()\n    return loss(torch.sigmoid(out), y)", "import torch.nn as fresh",
    "class fresh(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.act = nn.Sigmoid()\n\n"
    "    def forward(self, x):\n        return self.act(x)",
)  # fmt: skip
_HEADER = re.compile(r"^([ \t]*def \w+\()([^()]*)\)", re.MULTILINE)
_STATEMENTS = (
    "x = torch.sigmoid(x)", "pass", "self.act = nn.Sigmoid()", "y = y.long()", "out = out.detach()", "return x", "fresh = x",
    "self.fresh = fresh",
)  # fmt: skip
_EXCHANGED = (
    ("sigmoid", "softmax"), ("BCELoss", "BCEWithLogitsLoss"), ("BCEWithLogitsLoss", "BCELoss"), ("float()", "long()"), ("Linear", "Conv2d"),
    ("softmax", "relu"), ("return ", "return 2 * "), ("def ", "def new_"), ("class ", "class New"),
)  # fmt: skip
SOUND_AT_LEAST = 0.9
"""The share of texts that are no Python that are thrown away: in an editor, some are met on the way."""


def _inserted(rng: Random, text: str, line: Callable[[str], str]) -> str:
    """A line more somewhere, indented as the one below it."""
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
    return "\n".join([*lines[:at], line(indent), *lines[at:]])


def _without_a_line(rng: Random, text: str) -> str:
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    return "\n".join([*lines[:at], *lines[at + 1 :]])


def _twice(rng: Random, text: str) -> str:
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    return "\n".join([*lines[:at], lines[at], *lines[at:]])


def _swapped(rng: Random, text: str) -> str:
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    return "\n".join([*lines[:at], *lines[at : at + 2][::-1], *lines[at + 2 :]])


def _other_number(rng: Random, text: str) -> str:
    found = list(_NUMBER.finditer(text))
    one = rng.choice(found) if found else None
    return text if one is None else text[: one.start()] + str(rng.randrange(4)) + text[one.end() :]


def _other_name(rng: Random, text: str) -> str:
    found = list(_NAME.finditer(text))
    if len(found) < 2:
        return text
    one, other = rng.sample(found, 2)
    return text[: one.start()] + other[0] + text[one.end() :]


def _exchanged(rng: Random, text: str) -> str:
    old, new = rng.choice(_EXCHANGED)
    places = [match.start() for match in re.finditer(re.escape(old), text)]
    at = rng.choice(places) if places else None
    return text if at is None else text[:at] + new + text[at + len(old) :]


def _other_parameters(rng: Random, text: str) -> str:
    """A function with a parameter more, one less, or another default."""
    found = [match for match in _HEADER.finditer(text) if match[2].strip()]
    if not found:
        return text
    header = rng.choice(found)
    names = header[2].split(",")
    at = rng.randrange(len(names) + 1)
    if at < len(names) and rng.random() < 0.4:
        names[at] = names[at].split("=")[0] + rng.choice(("", "=None", "=2", "=True", "=torch.ones(2)"))
    elif at < len(names) and rng.random() < 0.5:
        del names[at]
    else:
        names.insert(at, " fresh" + rng.choice(("", "=None", "=3", "=nn.Sigmoid()", ": int = 1")))
    return text[: header.start(2)] + ",".join(names).lstrip() + text[header.end(2) :]


def _other_import(rng: Random, text: str) -> str:
    """An import more at the top, one less, or another one in its place."""
    lines = text.split("\n")
    rows = [row for row, line in enumerate(lines) if re.match(r"(?:import|from) (?!__future__)[^(\\;]*$", line)]
    if not rows:
        return text
    at, more = rng.choice(rows), rng.choice(_IMPORTS)
    return "\n".join(rng.choice([
        [*lines[:at], more, *lines[at:]], [*lines[:at], more, *lines[at + 1 :]], [*lines[:at], *lines[at + 1 :]],
        [*lines[: at + 1], "", *lines[at:]],
    ]))  # fmt: skip


def _other_statements(rng: Random, text: str) -> str:
    """A statement more at the top, one less, one a second time under another name, or one in another place."""
    try:
        rows = [(first_row(one) - 1, one.end_lineno or 0) for one in ast.parse(text).body]
    except (SyntaxError, ValueError):
        return text
    lines = text.split("\n")
    if not rows:
        return text
    (first, stop), at = rng.choice(rows), rng.choice(rows)[rng.randrange(2)]
    kind, block = rng.randrange(4), lines[first:stop]
    if kind == 0:
        return "\n".join([*lines[:first], *lines[stop:]])
    if kind == 1 and not first < at < stop:
        less = [line if row not in range(first, stop) else None for row, line in enumerate(lines)]
        return "\n".join(line for line in (*less[:at], *block, *less[at:]) if line is not None)
    again = re.sub(r"^((?:def|class) )?\w+(?= =|\()", lambda found: f"{found[1] or ''}fresh", "\n".join(block), flags=re.MULTILINE)
    return "\n".join([*lines[:at], again if kind == 2 else rng.choice(_AT_THE_TOP), *rng.choice(([], ["", ""])), *lines[at:]])


_KINDS: tuple[Callable[[Random, str], str], ...] = (
    lambda rng, text: _inserted(rng, text, lambda indent: indent + "# a comment"),
    lambda rng, text: _inserted(rng, text, lambda indent: ""),
    lambda rng, text: _inserted(rng, text, lambda indent: indent + rng.choice(_STATEMENTS)),
    _without_a_line, _twice, _swapped, _other_number, _other_name, _exchanged, _exchanged, _other_parameters, _other_import,
    _other_statements, _other_statements,
)  # fmt: skip


def _is_python(text: str) -> bool:
    try:
        compile(text, "text.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def _is_bound_first(text: str) -> bool:
    """True if no statement at the top reads a name, outside of functions, that only one behind it binds."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError):
        return True
    reads, binds = zip(*map(_names_in, body), strict=True) if body else ((), ())
    return all(read.isdisjoint(set().union(*binds[row:]) - set().union(*binds[:row])) for row, read in enumerate(reads))


def _names_in(statement: ast.stmt) -> tuple[set[str], set[str]]:
    """The names that a statement reads and binds, in the bodies of functions apart."""
    reads, binds = set[str](), set[str]()
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name):
            (reads if isinstance(node.ctx, ast.Load) else binds).add(node.id)
        elif isinstance(node, ast.alias):
            binds.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            binds.add(node.name)
        inner = node.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else []
        waiting += [one for one in ast.iter_child_nodes(node) if one not in inner]
    return reads, binds


def _moved(rng: Random, texts: dict[str, str]) -> dict[str, str] | None:
    """A file under another name, one that is gone, or one more."""
    path = rng.choice(sorted(texts))
    other = str(Path(path).with_name(f"new_{Path(path).name}"))
    kind = rng.randrange(3)
    if kind == 0 and len(texts) > 1:
        return {one: text for one, text in texts.items() if one != path}
    if kind == 1:
        return {other if one == path else one: text for one, text in texts.items()}
    return {**texts, other: texts[path]}


def changed(rng: Random, texts: dict[str, str], bound_first: bool = False) -> dict[str, str]:
    """The texts of a project by path after one change: of a line, a name, an import, a statement, or of which files there are. With
    `bound_first`, no file reads at its top what it binds further down: Python raises there, and what the analysis takes it for depends on
    what was asked before."""
    for _ in range(100):
        if rng.random() < 0.05 and (moved := _moved(rng, texts)):
            return moved
        path = rng.choice(sorted(texts))
        if rng.random() < 0.1:
            new = f"from {Path(rng.choice(sorted(texts))).stem} import *\n" + texts[path]
        else:
            new = rng.choice(_KINDS)(rng, texts[path])
        if new != texts[path] and (_is_python(new) or rng.random() > SOUND_AT_LEAST) and (not bound_first or _is_bound_first(new)):
            return {**texts, path: new}
    return texts
