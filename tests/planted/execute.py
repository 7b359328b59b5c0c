"""Runs a program in this process: its files are modules only while it runs."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import torch

from tests.planted.writer import Program


class _Files(MetaPathFinder, Loader):
    """Finds and loads modules among texts."""

    def __init__(self, files: Mapping[str, str], folder: Path) -> None:
        self.folder = folder
        self.files = {path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): path for path in files}
        self.texts = files

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """The module of a text, if there is one of that name."""
        own = self.files.get(fullname)
        return None if own is None else ModuleSpec(fullname, self, origin=own, is_package=own.endswith("__init__.py"))

    def exec_module(self, module: ModuleType) -> None:
        """Runs a text."""
        path = self.files[module.__name__]
        exec(compile(self.texts[path], self.folder / path, "exec"), module.__dict__)


@contextmanager
def importable(files: Mapping[str, str], folder: Path) -> Iterator[None]:
    """The files can be imported inside this region, and are forgotten after it."""
    finder = _Files(files, folder)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in finder.files:
            sys.modules.pop(name, None)


def run(program: Program, folder: Path) -> BaseException | None:
    """Runs a program from its main file; what it raised, if anything. Its code says that it comes from files of a folder."""
    with importable(program.files, folder), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.default_generator.manual_seed(0)
        package = program.main.rpartition("/")[0].replace("/", ".")
        names = {"__name__": "__main__", "__package__": package or None, "__file__": program.main}
        try:
            exec(compile(program.files[program.main], folder / program.main, "exec"), names)
        except Exception as error:
            return error.with_traceback(None)
    return None
