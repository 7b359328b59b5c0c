"""Pieces of a program in their parts, and the files that they are laid out in; marks in the text become places."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Template
from textwrap import indent
from typing import NamedTuple

MARK = re.compile(r"⟨(\w+)⟩")
"""A mark in a text: the line that it stands in is where a finding of that name is expected."""

IMPORTS = {
    r"(?<![\w.])argparse\.": "import argparse",
    r"(?<![\w.])np\.": "import numpy as np",
    r"(?<![\w.])torch\.|\(torch, ": "import torch",
    r"(?<![\w.])nn\.|\(nn, ": "from torch import nn",
    r"(?<![\w.])F\.|\(F, ": "import torch.nn.functional as F",
    r"\bpartial\(": "from functools import partial",
    r"\bwraps\(": "from functools import wraps",
    r"@dataclass\b": "from dataclasses import dataclass",
    r"\bnamedtuple\(": "from collections import namedtuple",
    r"\bNamedTuple\b": "from typing import NamedTuple",
    r"\bOrderedDict\(": "from collections import OrderedDict",
    r"\bSimpleNamespace\(": "from types import SimpleNamespace",
    r"\bcontextmanager\b": "from contextlib import contextmanager",
    r"\bDataLoader\(": "from torch.utils.data import DataLoader",
    r"\bTensorDataset\(": "from torch.utils.data import TensorDataset",
    r"\(Dataset\)": "from torch.utils.data import Dataset",
}
"""The import that a text needs when it holds a pattern."""

NAMES = ("out", "scores", "logits", "probs", "pred", "values", "result", "estimate")
_DEFINED = re.compile(r"^(?:class|def) (\w+)|^(\w+) =", re.MULTILINE)


class Place(NamedTuple):
    """A file of a program and a row in it."""

    path: str
    row: int


@dataclass(frozen=True)
class Program:
    """The files of a program by path, the one that is run, and the places of its marks."""

    files: Mapping[str, str]
    main: str
    marks: Mapping[str, tuple[Place, ...]]

    def shown(self) -> str:
        """All files in one text."""
        return "\n".join(f"# --- {path}\n{text}" for path, text in self.files.items())


LAYOUTS: dict[str, dict[str, str]] = {
    "one file": {},
    "model file": {"model": "models"},
    "model module": {"model": "models"},
    "helper file": {"helper": "common"},
    "three files": {"model": "models", "helper": "common"},
    "package": {"model": "lab.models", "helper": "lab.common"},
    "re-export": {"model": "lab.models", "helper": "lab.common"},
    "inside a package": {"model": "lab.models", "helper": "lab.common", "main": "lab.train"},
}
"""The module of each part; what is not named is the main file, `train`."""


@dataclass
class Writer:
    """Collects the pieces of one program. `body` is the step on one batch, `setup` makes what it needs."""

    turn: int = 0
    blocks: list[tuple[str, str]] = field(default_factory=list)
    setup: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    aliases: dict[str, str] = field(default_factory=dict)
    count: int = 0

    def fresh(self, kind: str = "") -> str:
        """A name that is not in use: for a value, whatever it holds, or of a kind."""
        self.count += 1
        return f"{kind}{self.count}" if kind else f"{NAMES[(self.turn + self.count) % len(NAMES)]}{self.count}"

    def define(self, part: str, text: str) -> None:
        """Adds a definition to a part, once."""
        if (part, text) not in self.blocks:
            self.blocks.append((part, text))

    def line(self, text: str) -> None:
        """Adds to the step."""
        self.body.extend(text.split("\n"))

    def filled(self, text: str, **values: str) -> str:
        """A template with its placeholders filled; `$o`, `$p` are fresh values and `$h` is a fresh function."""
        given = {"o": self.fresh(), "p": self.fresh(), "h": self.fresh("helper"), **values}
        return Template(text).safe_substitute(given)


def block(head: str, lines: list[str]) -> str:
    """A compound statement."""
    return head + "\n" + indent("\n".join(lines) if lines else "pass", "    ")


def laid_out(writer: Writer, split: str) -> Program:
    """The program in the files of a layout."""
    modules = LAYOUTS[split]
    parts: dict[str, list[str]] = {}
    for part in ("helper", "model", "main"):
        for own, text in writer.blocks:
            if own == part:
                parts.setdefault(modules.get(part, "train"), []).append(text)
    texts = {module: "\n\n\n".join(blocks) for module, blocks in parts.items()}
    main = modules.get("main", "train")
    owner = {a or b: module for module, text in texts.items() if module != main for a, b in _DEFINED.findall(text)}
    files, marks = {}, dict[str, tuple[Place, ...]]()
    if any("." in module for module in texts):
        files["lab/__init__.py"] = _exported(owner) if split == "re-export" else ""
    for module, text in texts.items():
        path = module.replace(".", "/") + ".py"
        files[path] = _cleaned(path, _with_imports(writer, module, text, owner, split), marks)
    return Program(files, main.replace(".", "/") + ".py", marks)


def _exported(owner: Mapping[str, str]) -> str:
    return "".join(f"from .{module.removeprefix('lab.')} import {name}\n" for name, module in sorted(owner.items()) if "." in module)


def _with_imports(writer: Writer, module: str, text: str, owner: Mapping[str, str], split: str) -> str:
    plain = MARK.sub("", text)
    heads = [line for pattern, line in IMPORTS.items() if re.search(pattern, plain)]
    heads += [line for token, line in writer.aliases.items() if re.search(rf"\b{token}\b", plain)]
    used: dict[str, list[str]] = {}
    for name, home in owner.items():
        if home != module and re.search(rf"(?<![\w.\"]){name}\b(?!\"|=)", plain):
            used.setdefault(home, []).append(name)
    for home, names in sorted(used.items()):
        if split == "model module" and home == "models":
            heads.append("import models as zoo")
            text = re.sub(rf"(?<![\w.\"])({'|'.join(names)})\b(?!\")", r"zoo.\1", text)
        else:
            heads.append(f"from {_named(module, home, split)} import {', '.join(sorted(names))}")
    return "\n".join([*heads, "", "", text, ""])


def _named(module: str, home: str, split: str) -> str:
    """How one module names another."""
    if "." in module and "." in home:
        return "." + home.removeprefix("lab.")
    return "lab" if split == "re-export" and "." in home else home


def _cleaned(path: str, text: str, marks: dict[str, tuple[Place, ...]]) -> str:
    """The text without its marks, which are noted by name."""
    for row, line in enumerate(text.split("\n"), 1):
        for name in MARK.findall(line):
            place = Place(path, row)
            if place not in marks.get(name, ()):
                marks[name] = (*marks.get(name, ()), place)
    return MARK.sub("", text)
