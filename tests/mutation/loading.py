"""Imports the package with some of its files changed on the way in: nothing is written, and no byte code is kept of them."""

from __future__ import annotations

import ast
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

PACKAGE = "bce_lint"
Reader = Callable[[str, str], ast.Module | str]


class ChangedFiles(importlib.abc.MetaPathFinder):
    """Finds those files of the package that `paths` names; what they are compiled from is what `read` makes of path and text."""

    def __init__(self, root: Path, paths: set[str], read: Reader, names: dict[str, object] | None = None) -> None:
        self.root, self.paths, self.read, self.names = root, paths, read, names or {}

    def find_spec(self, name: str, path: object = None, target: ModuleType | None = None) -> importlib.machinery.ModuleSpec | None:
        """Where a module comes from, if its file is one of those."""
        if name.partition(".")[0] != PACKAGE:
            return None
        for inside in (f"{name.replace('.', '/')}.py", f"{name.replace('.', '/')}/__init__.py"):
            if inside in self.paths:
                return importlib.util.spec_from_file_location(name, self.root / inside, loader=ChangedFile(self, name, inside))
        return None


class ChangedFile(importlib.machinery.SourceFileLoader):
    """Loads one of them."""

    def __init__(self, files: ChangedFiles, name: str, inside: str) -> None:
        super().__init__(name, str(files.root / inside))
        self.files, self.inside = files, inside

    def exec_module(self, module: ModuleType) -> None:
        """Runs the changed text as the module."""
        text = (self.files.root / self.inside).read_text(encoding="utf-8")
        code = compile(self.files.read(self.inside, text), self.path, "exec", dont_inherit=True)
        vars(module).update(self.files.names)
        exec(code, vars(module))


def install(files: ChangedFiles) -> None:
    """Lets the package be imported anew, from `root`, with those files changed."""
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]
    sys.path.insert(0, str(files.root))
    sys.meta_path.insert(0, files)


def import_all(files: ChangedFiles) -> None:
    """Imports those files now: pytest rewrites the package of a plugin, and would not ask for the changed text."""
    for inside in sorted(files.paths):
        importlib.import_module(inside.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
