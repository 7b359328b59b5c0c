"""Other models that stand where a changed one does, once a constant is another: in an arm that was not run, or in a table of classes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from bce_lint import ir
from bce_lint.analysis.domain.tensor import SourceRange
from bce_lint.fixes.class_lines import ClassLines
from bce_lint.fixes.edit import Refusal
from bce_lint.fixes.places import at_row
from bce_lint.fixes.recorded_project import RecordedProject
from bce_lint.fixes.spelling import imports
from bce_lint.fixes.tree import Node, Tree, is_store, scope_of
from bce_lint.fixes.words import LETTER
from bce_lint.ir.walk import last_name


class OtherModel(NamedTuple):
    """A class that may be used in the place of a changed one, where it is named, and the changed one's name."""

    tree: Tree
    node: Node
    name: str
    changed: str


class _ModelsFound:
    """What was found for some functions of a project."""

    def __init__(self, project: RecordedProject) -> None:
        self.found: dict[frozenset[SourceRange], OtherModel | None] = {}


def no_other_model(project: RecordedProject, functions: Iterable[SourceRange]) -> None:
    """Raises `Refusal` where another model may stand in the place of one with some functions, so that its users are right for one alone."""
    known, asked = project.once(_ModelsFound).found, frozenset(functions)
    if asked not in known:
        known[asked] = next(OtherModels(project, sorted(asked)).found(), None)
    other = known[asked]
    if other is not None:
        raise Refusal(f"`{other.name}` at {at_row(other.tree, other.node)} may stand in the place of `{other.changed}`, and is not changed")


class OtherModels:
    """Asks what else may stand where the models with some functions are made."""

    def __init__(self, project: RecordedProject, functions: Iterable[SourceRange]) -> None:
        self.project = project
        self.owners = {owner for function in functions if (owner := self._class(function)) is not None}
        self.methods = {node.name for path, span in functions if (node := project.tree(path).function_at(span)) is not None}
        self.names = {node.name for path, span in self.owners if (node := project.tree(path).at(span, ir.ClassDef)) is not None}
        self._known: dict[str, bool] = {}

    def found(self) -> Iterator[OtherModel]:
        """The other classes."""
        for path, span in self.project.holding(self.owners):
            tree = self.project.tree(path)
            call = tree.at(span, ir.Call)
            if call is not None and self.project.uses.called.get((path, span)) == {"class"}:
                for node in self._instead(tree, call):
                    name = next((one for one in self._made(tree, node) if self._is_another(one)), "")
                    if name:
                        yield OtherModel(tree, node, name, " or ".join(sorted(self.names)))

    def _made(self, tree: Tree, node: Node) -> Iterator[str]:
        """The class that an expression names, under its own name; of a function, what it returns instances of."""
        name = next((one.name for one in imports(tree) if isinstance(node, ir.Name) and one.bound == node.id), last_name(node))
        yield name
        for other, functions in self.project.once(Functions).named(name):
            for function in functions:
                for way in (one.value for one in other.ways_out(function) if isinstance(one, ir.Return)):
                    values = self._values(other, way) if isinstance(way, ir.Name) else (way,)
                    yield from (last_name(value.func) for value in values if isinstance(value, ir.Call))

    def _class(self, function: SourceRange) -> SourceRange | None:
        tree = self.project.tree(function[0])
        node = tree.function_at(function[1])
        owner = next((n for n in tree.around(node) if isinstance(n, ir.ClassDef | ir.Function)), None) if node is not None else None
        return (tree.path, owner.span) if isinstance(owner, ir.ClassDef) else None

    def _instead(self, tree: Tree, call: ir.Call) -> Iterator[Node]:
        """The names of what may be called instead of a class, or made beside what it makes."""
        yield from self._classes(tree, call.func, frozenset())
        top: Node = call
        while isinstance(parent := tree.parent(top), ir.Choice) or (isinstance(parent, ir.Attr | ir.Call) and parent is not None):
            if isinstance(parent, ir.Choice):
                yield from self._not_run(tree, (parent.then, parent.other))
            top = parent
        statement = tree.parent(top)
        if isinstance(statement, ir.Dict) and self._is_chosen_from(tree, statement):
            yield from (value.func for value in statement.values if isinstance(value, ir.Call))
        elif isinstance(statement, ir.Assign):
            for target in statement.targets:
                yield from self._not_run(tree, self._values(tree, target))
        elif isinstance(statement, ir.Return):
            function = tree.function(statement)
            ways = (n.value for n in tree.ways_out(function) if isinstance(n, ir.Return) and n.value is not None)
            yield from self._not_run(tree, ways)

    def _is_chosen_from(self, tree: Tree, table: ir.Dict) -> bool:
        """True if an entry of a table is taken by a key that is not written out there, so that it may be another."""
        statement = tree.parent(table)
        targets = [one for one in statement.targets if isinstance(one, ir.Name)] if isinstance(statement, ir.Assign) else []
        held = [table, *(one for target in targets for one in tree.names(target.id))]
        items = (one for one in map(tree.parent, held) if isinstance(one, ir.Item) and not is_store(tree, one))
        return any(not isinstance(item.index, ir.Const) for item in items)

    def _not_run(self, tree: Tree, values: Iterable[Node]) -> Iterator[Node]:
        """What is called to make some values, where they were not made."""
        for value in values:
            while isinstance(value, ir.Call) and isinstance(value.func, ir.Attr) and isinstance(value.func.value, ir.Call):
                value = value.func.value
            if isinstance(value, ir.Call) and not self.project.was_run(tree, value):
                yield value.func

    def _values(self, tree: Tree, target: Node) -> Iterator[Node]:
        """What a variable, or an attribute of an object, is set to."""
        stores: Iterable[Node] = ()
        if isinstance(target, ir.Name):
            scope = scope_of(tree, target, target.id)
            stores = tree.local(target.id, scope)
        elif isinstance(target, ir.Attr):
            stores = [n for n in tree.attributes(target.name) if _class_around(tree, n) is _class_around(tree, target)]
        for store in stores:
            statement = tree.parent(store)
            if is_store(tree, store) and isinstance(statement, ir.Assign) and store in statement.targets:
                yield statement.value

    def _classes(self, tree: Tree, node: Node, seen: frozenset[str]) -> Iterator[Node]:
        """The classes that an expression which is called chooses from: by a variable, a conditional, or a table."""
        match node:
            case ir.Name() | ir.Attr() if (name := last_name(node)) not in seen:
                values = list(self._values(tree, node))
                for value in values:
                    if isinstance(value, ir.Name | ir.Attr):
                        yield value
                    yield from self._classes(tree, value, seen | {name})
            case ir.Choice():
                yield from (node.then, node.other)
            case ir.Item():
                yield from self._entries(tree, node.value)
            case ir.Call(func=ir.Attr() as attr) if attr.name == "get":
                yield from self._entries(tree, attr.value)

    def _entries(self, tree: Tree, table: Node) -> Iterator[Node]:
        """The values of a table that is written out, or filled by assignments."""
        if isinstance(table, ir.Dict):
            yield from (value for value in table.values if isinstance(value, ir.Name | ir.Attr))
        if isinstance(table, ir.Name | ir.Attr):
            written = [one for one in self._values(tree, table) if isinstance(one, ir.Dict)]
            yield from (entry for one in written or self._elsewhere(last_name(table)) for entry in self._entries(tree, one))
            names = tree.names(table.id) if isinstance(table, ir.Name) else tree.attributes(table.name)
            for item in (tree.parent(one) for one in names):
                statement = tree.parent(item) if isinstance(item, ir.Item) and is_store(tree, item) else None
                if isinstance(statement, ir.Assign) and isinstance(statement.value, ir.Name | ir.Attr):
                    yield statement.value

    def _elsewhere(self, name: str) -> Iterator[ir.Dict]:
        """The tables of a name in the files of the project, for a file that has it from another one."""
        for tree in self.project.trees():
            statements = (tree.parent(one) for one in tree.names(name) if is_store(tree, one))
            yield from (one.value for one in statements if isinstance(one, ir.Assign) and isinstance(one.value, ir.Dict))

    def _is_another(self, name: str) -> bool:
        """True if a name is that of a class of the project which is not among the changed ones, nor takes their function from them."""
        if not name or name in self.names:
            return False
        if name not in self._known:
            wanted = re.compile(rb"^[ \t]*class[ \t]+%s(?!%s)" % (re.escape(name).encode(), LETTER), re.MULTILINE)
            summaries = self.project.analysed.summaries
            defined = any(wanted.search(summaries[path].text) for path in self.project.words.holding(name))
            self._known[name] = defined and not self._inherits(name)
        return self._known[name]

    def _inherits(self, name: str) -> bool:
        """True if a class is derived from a changed one and has the function from it."""
        lines = self.project.once(ClassLines)
        for path, span in self.owners:
            tree = self.project.tree(path)
            owner = tree.at(span, ir.ClassDef)
            for other, one in lines.line(tree, owner) if owner is not None else ():
                if one.name == name and self.methods.isdisjoint(_methods(other, one)):
                    return True
        return False


def _methods(tree: Tree, owner: ir.ClassDef) -> list[str]:
    return [one.name for one in tree.of(ir.Function) if tree.parent(tree.parent(one)) is owner]


class Functions:
    """The functions of the files that were read, by name."""

    def __init__(self, project: RecordedProject) -> None:
        self.project = project
        self._seen = 0
        self._named: dict[str, list[tuple[Tree, list[ir.Function]]]] = {}

    def named(self, name: str) -> Sequence[tuple[Tree, Sequence[ir.Function]]]:
        """Those of a name, by file."""
        trees = self.project.trees()
        for tree in trees[self._seen :] if len(trees) > self._seen else ():
            own: dict[str, list[ir.Function]] = {}
            for one in tree.of(ir.Function):
                own.setdefault(one.name, []).append(one)
            for each, functions in own.items():
                self._named.setdefault(each, []).append((tree, functions))
        self._seen = len(trees)
        return self._named.get(name, ())


def _class_around(tree: Tree, node: Node) -> Node | None:
    return next((one for one in tree.around(node) if isinstance(one, ir.ClassDef)), None)
