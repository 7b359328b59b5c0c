"""Places where a function or a module may be used by its name alone, on an object that the analysis has not resolved.

A callback's `pl_module.decoder(z)`, a parameter called as the module is called elsewhere, `getattr(model, "decoder")`, a function
handed to somebody who was not followed. A name counts only where its object may be the one that is looked for: the arguments of a
call must fit, and an attribute of `self` must be one that the class, or one that it is related to by inheritance, has from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bce_lint import ir
from bce_lint.analysis.domain.tensor import SourceRange
from bce_lint.catalog.modules import HOOKS, QUIET
from bce_lint.fixes.children import FETCHING, may_be_called
from bce_lint.fixes.class_lines import ClassLines, named_by_path
from bce_lint.fixes.edit import Refusal
from bce_lint.fixes.openings import BY_TEXT, HOOKING, MODEL, MODEL_WORDS, Openings
from bce_lint.fixes.recorded_project import RecordedProject
from bce_lint.fixes.tree import Node, Tree, constant, is_store, name_of, scope_of

_WRAPPING = frozenset({"DataParallel", "DistributedDataParallel", "compile", "to", "cuda", "cpu"})
_CALLED = frozenset({"forward", "__call__"})
_QUIET = frozenset(name.rpartition(".")[2] for name in QUIET)


class Sought(NamedTuple):
    """What is looked for: its `names`, the function that runs when it is called, the file that defines it, its class (or where its
    layers are made), and whether it is a module, which is called by the name of an object."""

    names: frozenset[str]
    function: ir.Function | None
    path: str
    owner: SourceRange | None
    module: bool


class UnresolvedUses:
    """The places where some functions, or modules by the places of their classes, may be used without having been seen."""

    def __init__(self, project: RecordedProject, functions: Iterable[SourceRange], owners: Iterable[SourceRange]) -> None:
        self.project, self.owners = project, frozenset(owners)
        self.functions = sorted(functions)
        self.lines, self.openings = project.once(ClassLines), project.once(Openings)

    def places(self) -> Iterator[tuple[Tree, Node]]:
        """The expressions, each with its file."""
        for wanted in self._wanted():
            for tree in self._files(wanted):
                for node in self._in(tree, wanted):
                    if not self._inside_its_own(tree, node, wanted):
                        yield tree, node
            if wanted.module:
                yield from named_by_path(self.project, wanted.owner)

    def _wanted(self) -> Iterator[Sought]:
        for path, span in self.functions:
            tree = self.project.tree(path)
            node = tree.function_at(span)
            owner = next((n for n in tree.around(node) if isinstance(n, ir.ClassDef | ir.Function)), None)
            if node is None or not isinstance(owner, ir.ClassDef | None):
                continue
            place = None if owner is None else (path, owner.span)
            if place is not None and node.name in _CALLED:
                yield Sought(self._held({place}), node, path, place, module=True)
            else:
                yield Sought(frozenset({node.name}), node, path, place, module=False)
        for path, span in sorted(self.owners):
            if self.project.tree(path).at(span, ir.ClassDef) is None:
                yield Sought(self._held({(path, span)}), None, path, (path, span), module=True)

    def _held(self, owners: set[SourceRange]) -> frozenset[str]:
        """The names under which the objects of a class are kept: of attributes, keys and layers."""
        found = set()
        for path, span in self.project.holding(owners):
            tree = self.project.tree(path)
            for node in tree.by_span.get(span, ()):
                found |= _names_given(tree, node)
        return frozenset(found - {"self", "_"})

    def reads(self, path: str, name: str) -> Iterator[tuple[Tree, Node]]:
        """Where an attribute that is set in a file may be read on an object that was not resolved."""
        for tree in self._read(self.project.met.of(path).intersection(self.project.words.holding(name))):
            for attr in tree.attributes(name):
                resolved = self.openings.is_object(tree, attr.value) or (isinstance(attr.value, ir.Name) and _is_self(tree, attr.value))
                if not is_store(tree, attr) and not resolved and not self._is_tensor(tree, attr.value):
                    yield tree, attr

    def _is_tensor(self, tree: Tree, node: Node) -> bool:
        known = self.project.uses.domains.get((tree.path, node.span), set())
        return bool(known) and None not in known

    def _files(self, wanted: Sought) -> Iterator[Tree]:
        met = self.project.met.of(wanted.path)
        named = frozenset[str]().union(*map(self.project.words.ending, wanted.names))
        return self._read(named & met | frozenset(self.openings.files(met) if wanted.module else ()))

    def _read(self, paths: Iterable[str]) -> Iterator[Tree]:
        for path in sorted(paths):
            try:
                yield self.project.tree(path)
            except Refusal:
                continue  # what cannot be read cannot run

    def _in(self, tree: Tree, wanted: Sought) -> Iterator[Node]:
        for name in sorted(wanted.names | (MODEL_WORDS if wanted.module else frozenset())):
            for attr in tree.attributes(name):
                if not is_store(tree, attr) and self._attribute(tree, attr, wanted):
                    yield attr
        for attr in (one for name in FETCHING * wanted.module for one in tree.attributes(name)):
            if self._is_parent(tree, attr.value, wanted) and may_be_called(tree, attr):
                yield attr
        if wanted.module:
            yield from (node for node in self.openings.modules(tree) if self._is_module(tree, node, wanted))
        else:
            yield from (node for node in self.openings.by_text(tree) if self._by_text(tree, node, wanted))
            yield from (node for name in sorted(wanted.names) for node in tree.names(name) if self._given(tree, node, wanted))

    def _is_module(self, tree: Tree, node: Node, wanted: Sought) -> bool:
        """True if one of the openings of a file may be the module's."""
        if isinstance(node, ir.Attr):
            return self._is_kept_model(tree, node, wanted)
        if name_of(node) in HOOKING and not self._hooks_another(tree, node):
            return True
        if isinstance(node.func, ir.Name) and self._bare(tree, node, wanted):
            return True
        if name_of(node) in BY_TEXT and self._by_text(tree, node, wanted):
            return True
        item = node.func
        keyed = isinstance(item, ir.Item) and constant(item.index) in wanted.names
        return keyed and self.openings.is_open(tree, node) and not self.openings.is_object(tree, item) and _fits(node, wanted)

    def _is_parent(self, tree: Tree, node: Node, wanted: Sought) -> bool:
        """True if an expression is the module, or a parameter that nobody was seen to give."""
        known = self.project.uses.objects.get((tree.path, node.span))
        if known or not isinstance(node, ir.Name):
            return wanted.owner in (known or ())
        scope = scope_of(tree, node, node.id)
        given = scope is not None and not _is_self(tree, node) and any(param.name == node.id for param in scope.params)
        return given and not self.project.uses.entered.get((tree.path, scope.span if scope else node.span))

    def _is_kept_model(self, tree: Tree, attr: ir.Attr, wanted: Sought) -> bool:
        """True if a call asks for a model by a longer name, under which some object of the project keeps one."""
        if not MODEL.search(attr.name) or attr.name in wanted.names | MODEL_WORDS or not _is_called(tree, attr):
            return False
        return self.openings.keeps(attr.name) and self._attribute(tree, attr, wanted)

    def _attribute(self, tree: Tree, attr: ir.Attr, wanted: Sought) -> bool:
        """True if an attribute that was not resolved is called, or handed to somebody who may."""
        if self.openings.is_object(tree, attr) or not self._may_have(tree, attr, wanted):
            return False
        parent = tree.parent(attr)
        match parent:
            case ir.Call() if parent.func is attr:
                return self.openings.is_open(tree, parent) and _fits(parent, wanted)
            case ir.Call():
                return self._takes(tree, parent)
            case ir.Attr() if wanted.module:
                call = tree.parent(parent)
                calls = isinstance(call, ir.Call) and call.func is parent and parent.name in _CALLED and _fits(call, wanted)
                return (parent.name in HOOKS or calls) and self.openings.is_open(tree, call)
            case ir.Assign() if parent.value is attr:
                return any(self._called_later(tree, target, wanted) for target in parent.targets)
        return not wanted.module and isinstance(parent, ir.Return | ir.Build | ir.Dict)

    def _called_later(self, tree: Tree, target: Node, wanted: Sought) -> bool:
        """True if what a target is set to is called without being resolved, or given away."""
        if not isinstance(target, ir.Name):
            return False
        scope = scope_of(tree, target, target.id)
        for node in tree.local(target.id, scope):
            call = tree.parent(node)
            if not isinstance(call, ir.Call):
                continue
            if (self.openings.is_open(tree, call) and _fits(call, wanted)) if call.func is node else self._takes(tree, call):
                return True
        return False

    def _may_have(self, tree: Tree, attr: ir.Attr, wanted: Sought) -> bool:
        """True if the object of an attribute may have the function or the module under that name."""
        root: Node = attr.value
        while isinstance(root, ir.Attr | ir.Item | ir.Call):
            root = root.func if isinstance(root, ir.Call) else root.value
        if isinstance(root, ir.Name) and self.openings.is_imported(tree, root.id):
            return False
        if not isinstance(attr.value, ir.Name) or not _is_self(tree, attr.value):
            named = attr.name in wanted.names or _is_called(tree, attr) or _is_run(tree, attr)
            return named and not self.openings.is_object(tree, attr.value)
        return self.lines.may_have(tree, attr, wanted.owner, method=not wanted.module)

    def _bare(self, tree: Tree, call: ir.Call, wanted: Sought) -> bool:
        """True if a parameter is called that is named as the module, or that a callback gets, and nobody was seen to give it."""
        name = call.func
        assert isinstance(name, ir.Name)
        scope = scope_of(tree, name, name.id)
        if not wanted.module or _is_self(tree, name) or scope is None or not any(param.name == name.id for param in scope.params):
            return False
        if not (name.id in wanted.names or MODEL.search(name.id) or self._is_callback(tree, scope)):
            return False
        return self.openings.is_open(tree, call) and not self.openings.is_object(tree, name) and _fits(call, wanted)

    def _is_callback(self, tree: Tree, function: ir.Function) -> bool:
        """True if a function was seen to be called by nobody, and others may have it: a lambda in a call, a name that is handed on,
        the method of a class whose base is not the project's."""
        if self.project.uses.entered.get((tree.path, function.span)):
            return False
        parent = tree.parent(function)
        owner = tree.parent(parent)
        if isinstance(owner, ir.ClassDef):
            return self.lines.is_called_from_outside(tree, owner, function)
        if isinstance(parent, ir.FunctionDef):
            return any(_is_argument(tree, name) for name in tree.names(function.name)) or tree.shares(function.name)
        return _is_argument(tree, parent)

    def _by_text(self, tree: Tree, call: ir.Call, wanted: Sought) -> bool:
        """True if a function or a module is asked for by its name as text."""
        return not self.openings.is_object(tree, call) and any(constant(arg.value) in wanted.names - _CALLED for arg in call.args)

    def _hooks_another(self, tree: Tree, call: ir.Call) -> bool:
        """True if a hook is set on a module that is known: whoever knows it sees the hook."""
        return isinstance(call.func, ir.Attr) and self.openings.is_object(tree, call.func.value)

    def _given(self, tree: Tree, name: ir.Name, wanted: Sought) -> bool:
        """True if a function of the file is given to somebody who was not followed."""
        call = tree.parent(name)
        if not isinstance(call, ir.Call) or call.func is name or scope_of(tree, name, name.id) is not None:
            return False
        mine = tree.path == wanted.path or self.openings.is_imported(tree, name.id)
        return mine and self._takes(tree, call)

    def _takes(self, tree: Tree, call: ir.Call) -> bool:
        """True if a call that gets a function or a module may use it: it was not followed, and is not known to be quiet."""
        here = (tree.path, call.span)
        names = self.project.uses.called.get(here, ())
        quiet = names and all(name in QUIET or name.startswith(("container ", "torch.")) for name in names)
        return here not in self.project.entering and not quiet and name_of(call) not in _QUIET

    def _inside_its_own(self, tree: Tree, node: Node, wanted: Sought) -> bool:
        """True if a place stands in the class that is looked for: a module's own parts are other modules."""
        owners = [one for one in tree.around(node) if isinstance(one, ir.ClassDef)]
        return wanted.module and any((tree.path, one.span) == wanted.owner for one in owners)


def _names_given(tree: Tree, node: Node) -> set[str]:
    """The names that an expression is kept under by the code around it."""
    parent = tree.parent(node)
    while isinstance(parent, ir.Call) and name_of(parent) in _WRAPPING:
        node, parent = parent, tree.parent(parent)
    match parent:
        case ir.Assign() if parent.value is node:
            return {name for target in parent.targets for name in _name_of_target(target)}
        case ir.Dict():
            keys = [constant(key) for key, value in zip(parent.keys, parent.values, strict=True) if value is node]
            return {key for key in keys if isinstance(key, str)}
        case ir.Call() if parent.func is not node:
            texts = [constant(arg.value) for arg in parent.args]
            keyword = next((arg.keyword for arg in parent.args if arg.value is node), None)
            return {text for text in (*texts, keyword) if isinstance(text, str) and text.isidentifier()}
        case ir.Build():
            pairs = tree.parent(parent)
            return {text for item in parent.items if isinstance(text := constant(item), str)} | _pairwise(pairs, parent, node)
    return set()


def _pairwise(assign: Node, values: ir.Build, node: Node) -> set[str]:
    """The name that one of several values is bound to: `self.a, self.b = A(), B()`."""
    if not isinstance(assign, ir.Assign) or assign.value is not values:
        return set()
    at = next(i for i, item in enumerate(values.items) if item is node)
    parts = [t.items[at] for t in assign.targets if isinstance(t, ir.Build) and len(t.items) == len(values.items)]
    return {name for part in parts for name in _name_of_target(part)}


def _name_of_target(target: Node) -> list[str]:
    match target:
        case ir.Name():
            return [target.id]
        case ir.Attr():
            return [target.name]
        case ir.Item() if isinstance(key := constant(target.index), str):
            return [key]
    return []


def _is_called(tree: Tree, node: Node) -> bool:
    call = tree.parent(node)
    return isinstance(call, ir.Call) and call.func is node


def _is_run(tree: Tree, attr: ir.Attr) -> bool:
    """True if what an attribute is runs by its `forward`, which is called."""
    method = tree.parent(attr)
    return isinstance(method, ir.Attr) and method.name in _CALLED and _is_called(tree, method)


def _is_self(tree: Tree, name: ir.Name) -> bool:
    """True if a name is the instance that a method is called on."""
    function = scope_of(tree, name, name.id)
    first = function.params[0].name if function is not None and function.params else None
    return first == name.id and isinstance(tree.parent(tree.parent(function)), ir.ClassDef)


def _is_argument(tree: Tree, node: Node) -> bool:
    """True if an expression is given to a call, alone or in a display."""
    parent = tree.parent(node)
    while isinstance(parent, ir.Build | ir.Dict):
        node, parent = parent, tree.parent(parent)
    return isinstance(parent, ir.Call) and parent.func is not node


def _fits(call: ir.Call, wanted: Sought) -> bool:
    """True if the arguments of a call are such as the function takes; of a layer's, one tensor."""
    if any(arg.stars for arg in call.args):
        return True
    if wanted.function is None:
        return len(call.args) == 1
    params = [p for p in wanted.function.params if p.kind not in ("*", "**")][wanted.module or _is_method(wanted) :]
    positional = sum(arg.keyword is None for arg in call.args)
    keywords = {arg.keyword for arg in call.args if arg.keyword}
    if any(p.kind in ("*", "**") for p in wanted.function.params):
        return True
    missing = [p for p in params[positional:] if p.default is None and p.name not in keywords]
    return positional <= len(params) and keywords <= {p.name for p in params} and not missing


def _is_method(wanted: Sought) -> bool:
    function = wanted.function
    assert function is not None
    static = any(isinstance(d, ir.Name) and d.id == "staticmethod" for d in function.decorators)
    return bool(function.params) and function.params[0].name in ("self", "cls") and not static
