"""Which classes of a project are related by the names of their bases, and where their instances get an attribute from."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from typing import TypeAlias

from bce_lint import ir
from bce_lint.analysis.domain.tensor import SourceRange
from bce_lint.fixes.edit import Refusal
from bce_lint.fixes.recorded_project import RecordedProject
from bce_lint.fixes.tree import Node, Tree, is_store, last_name

_Member: TypeAlias = tuple[Tree, ir.ClassDef]


class ClassLines:
    """The classes of the files that were read, with their bases by name."""

    def __init__(self, project: RecordedProject) -> None:
        self.project = project

    @cached_property
    def _classes(self) -> dict[str, list[_Member]]:
        found: dict[str, list[_Member]] = {}
        for tree in self.project.trees():
            for node in tree.nodes:
                if isinstance(node, ir.ClassDef):
                    found.setdefault(node.name, []).append((tree, node))
        return found

    @cached_property
    def _derived(self) -> dict[str, list[_Member]]:
        found: dict[str, list[_Member]] = {}
        for members in self._classes.values():
            for tree, node in members:
                for base in _base_names(node):
                    found.setdefault(base, []).append((tree, node))
        return found

    def line(self, tree: Tree, node: ir.ClassDef) -> list[_Member]:
        """A class, those that it may inherit from, and those that may inherit from it."""
        up, down = [(tree, node)], [(tree, node)]
        for _, one in up:  # grows as bases are found
            up += [base for name in _base_names(one) for base in self._classes.get(name, ()) if base not in up]
        for _, one in down:  # grows as derived classes are found
            down += [derived for derived in self._derived.get(one.name, ()) if derived not in down]
        return up + down[1:]

    def is_called_from_outside(self, tree: Tree, owner: ir.ClassDef, function: ir.Function) -> bool:
        """True if a method is one that others may call: `__call__`, or one of a class with a base that is not the project's."""
        bases = {name for _, one in self.line(tree, owner) for name in _base_names(one)}
        foreign = bases - self._classes.keys() - {"object", "Module", "ABC", "Protocol", "Generic"}
        return function.name == "__call__" or bool(foreign)

    def may_have(self, tree: Tree, attr: ir.Attr, owner: SourceRange | None, method: bool) -> bool:
        """True if an attribute of `self` may be a method of the class `owner`, or an instance of it (of a layer made there)."""
        around = next((one for one in tree.around(attr) if isinstance(one, ir.ClassDef)), None)
        if around is None or owner is None:
            return False
        line = self.line(tree, around)
        if method:
            return any((other.path, one.span) == owner for other, one in line)
        return any(self._gets(other, store, owner) for other, one in line for store in _stores(other, one, attr.name))

    def _gets(self, tree: Tree, store: ir.Attr, owner: SourceRange) -> bool:
        """True if an attribute is set to what is looked for, or to a parameter, which may be it."""
        statement, function = tree.parent(store), tree.function(store)
        value = statement.value if isinstance(statement, ir.Assign) else None
        if value is None:
            return True
        if isinstance(value, ir.Name) and function is not None and any(param.name == value.id for param in function.params):
            return True
        return owner in self.project.uses.objects.get((tree.path, value.span), ())


def _stores(tree: Tree, owner: ir.ClassDef, name: str) -> Iterator[ir.Attr]:
    for attr in tree.attributes(name):
        if is_store(tree, attr) and owner in tree.around(attr):
            yield attr


def _base_names(node: ir.ClassDef) -> list[str]:
    return [last_name(arg.value) for arg in node.bases if arg.keyword is None]


def named_by_path(project: RecordedProject, owner: SourceRange | None) -> Iterator[tuple[Tree, Node]]:
    """Where the path of a class stands as text, `"package.module.Class"`, by which it may be imported and constructed."""
    definition = project.tree(owner[0]).at(owner[1], ir.ClassDef) if owner is not None else None
    if owner is None or definition is None:
        return
    folder, file = os.path.split(owner[0])
    module = os.path.basename(folder) if file == "__init__.py" else file.removesuffix(".py")
    path = re.compile(rf"(?:[\w.]+\.)?{re.escape(module)}[.:]{re.escape(definition.name)}")
    quoted = re.compile(rf"""["']{path.pattern}["']""".encode())
    for other, summary in sorted(project.analysed.summaries.items()):
        if quoted.search(summary.raw):
            with suppress(Refusal):
                tree = project.tree(other)
                texts = [node for node in tree.nodes if isinstance(node, ir.Const) and isinstance(node.value, str)]
                yield from ((tree, node) for node in texts if path.fullmatch(str(node.value)))
