"""Which classes of a project are related by the names of their bases, and where their instances get an attribute from."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import TypeAlias

from bce_lint import ir
from bce_lint.analysis.domain.tensor import SourceRange
from bce_lint.fixes.edit import Refusal
from bce_lint.fixes.recorded_project import RecordedProject
from bce_lint.fixes.tree import Node, Tree, is_store
from bce_lint.ir.walk import last_name

_Member: TypeAlias = tuple[Tree, ir.ClassDef]


class ClassLines:
    """The classes of the files that were read, with their bases by name."""

    def __init__(self, project: RecordedProject) -> None:
        self.project = project
        self._seen = 0
        self._classes: dict[str, list[_Member]] = {}
        self._derived: dict[str, list[_Member]] = {}
        self._ranks: dict[str, int] = {}
        self._lines: dict[int, list[_Member]] = {}

    def _update(self) -> None:
        """Takes the files in that were read since."""
        trees = self.project.trees()
        for tree in trees[self._seen :] if len(trees) > self._seen else ():
            self._lines.clear()
            for node in tree.of(ir.ClassDef):
                self._ranks.setdefault(node.name, len(self._ranks))
                self._classes.setdefault(node.name, []).append((tree, node))
                for base in dict.fromkeys(_base_names(node)):
                    self._derived.setdefault(base, []).append((tree, node))
        self._seen = len(trees)

    def line(self, tree: Tree, node: ir.ClassDef) -> list[_Member]:
        """A class, those that it may inherit from, and those that may inherit from it."""
        self._update()
        if id(node) not in self._lines:
            up = _grown((tree, node), lambda one: (base for name in _base_names(one) for base in self._classes.get(name, ())))
            down = _grown((tree, node), self._derived_from)
            self._lines[id(node)] = up + down[1:]
        return self._lines[id(node)]

    def _derived_from(self, node: ir.ClassDef) -> list[_Member]:
        """The classes with a base of a class's name, those of one name together."""
        return sorted(self._derived.get(node.name, ()), key=lambda member: self._ranks[member[1].name])

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
        return any(self._gets(other, store, owner) for other, one in line for store in stores(other, one, attr.name))

    def _gets(self, tree: Tree, store: ir.Attr, owner: SourceRange) -> bool:
        """True if an attribute is set to what is looked for, or to a parameter, which may be it."""
        statement, function = tree.parent(store), tree.function(store)
        value = statement.value if isinstance(statement, ir.Assign) else None
        if value is None:
            return True
        if isinstance(value, ir.Name) and function is not None and any(param.name == value.id for param in function.params):
            return True
        return owner in self.project.uses.objects.get((tree.path, value.span), ())


def _grown(start: _Member, more: Callable[[ir.ClassDef], Iterable[_Member]]) -> list[_Member]:
    """A class and all that are found from it, each once."""
    found, seen = [start], {id(start[1])}
    for _, one in found:  # grows
        for member in more(one):
            if id(member[1]) not in seen:
                seen.add(id(member[1]))
                found.append(member)
    return found


def stores(tree: Tree, owner: ir.ClassDef, name: str) -> Sequence[ir.Attr]:
    """Where the code of a class sets an attribute of a name."""
    return tree.once(_stores_by_class).get((id(owner), name), ())


def _stores_by_class(tree: Tree) -> dict[tuple[int, str], list[ir.Attr]]:
    found: dict[tuple[int, str], list[ir.Attr]] = {}
    for attr in tree.of(ir.Attr):
        if is_store(tree, attr):
            for owner in tree.around(attr):
                if isinstance(owner, ir.ClassDef):
                    found.setdefault((id(owner), attr.name), []).append(attr)
    return found


def _base_names(node: ir.ClassDef) -> list[str]:
    return [last_name(arg.value) for arg in node.bases if arg.keyword is None]


def _quoted(project: RecordedProject, name: str) -> list[str]:
    """The files in which a quoted path ends in the name of a class, whatever its module."""
    path = re.compile(rf"""["'][^"'\r\n]+[.:]{re.escape(name)}["']""".encode())
    return [other for other in project.words.holding(name) if path.search(project.analysed.summaries[other].text)]


def named_by_path(project: RecordedProject, owner: SourceRange | None) -> Iterator[tuple[Tree, Node]]:
    """Where the path of a class stands as text, `"package.module.Class"`, by which it may be imported and constructed."""
    definition = project.tree(owner[0]).at(owner[1], ir.ClassDef) if owner is not None else None
    if owner is None or definition is None:
        return
    folder, file = os.path.split(owner[0])
    module = os.path.basename(folder) if file == "__init__.py" else file.removesuffix(".py")
    path = re.compile(rf"(?:[\w.]+\.)?{re.escape(module)}[.:]{re.escape(definition.name)}")
    quoted = re.compile(rf"""["']{path.pattern}["']""".encode())
    for other in project.remembered(("quoted", definition.name), partial(_quoted, project, definition.name)):
        if quoted.search(project.analysed.summaries[other].text):
            with suppress(Refusal):
                tree = project.tree(other)
                texts = [node for node in tree.of(ir.Const) if isinstance(node.value, str)]
                yield from ((tree, node) for node in texts if path.fullmatch(str(node.value)))
