"""Who gives objects their attributes: every place of a project that may store one of some name, found in the IR of its files."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Final

from bce_lint import ir
from bce_lint.analysis.project.index import FileSummary, unchanged
from bce_lint.analysis.project.open_files import ReadFile
from bce_lint.ir.walk import LEAVES, AnyNode, children, last_name, stored_in

ClassKey = tuple[str, ir.Span]
"""A class by its file and where its name stands."""
_BY_NAME: Final = re.compile(
    rb"\b(?:setattr|__setattr__|__dict__|exec|vars|locals|add_module|register_(?:buffer|parameter|module))\b|\._(?:modules|parameters|buffers)\b"
)
"""What may store attributes under names that are not written there."""
_FORM: Final = rb"\.%s\s*(?::|[-+*/%%@&|^<>]*=(?!=)|[,)\]][^(=]*=(?!=)|in\b)|['\"]%s['\"]"
"""How a store of an attribute looks, and a name that is given as text."""
_REGISTERING: Final = frozenset({"register_buffer", "register_parameter", "register_module", "add_module", "__setattr__"})
_ASKING: Final = frozenset({"getattr", "hasattr"})
_NAMESPACES: Final = frozenset({"vars", "locals"})
_TABLES: Final = frozenset({"__dict__", "_modules", "_parameters", "_buffers"})
_FILLING: Final = frozenset({"update", "setdefault", "__setitem__"})

_TELLING: Final = frozenset({ir.Function, ir.Assign, ir.AugAssign, ir.For, ir.With, ir.Comp, ir.Declare, ir.Call, ir.Attr})
"""The kinds of nodes that are looked at, beside classes."""


class FileStores:
    """What one file stores: attributes of `self` by the class around, names stored on anything else or handed to calls, and what
    stores under names that are not known: classes, or anything (`open`)."""

    def __init__(self, path: str, module: ir.Module | None) -> None:
        self.path = path
        self.own: defaultdict[str, set[ClassKey]] = defaultdict(set)
        self.elsewhere: set[str] = set()
        self.unnamed: set[ClassKey] = set()
        self.open = self.unread = module is None
        if module is not None:
            self._visit(module, None, None)

    def _visit(self, node: AnyNode, owner: ClassKey | None, receiver: str | None) -> None:
        """Notes what a node and all below it store; without recursion, for it is done for each node of a file."""
        waiting = [(node, receiver)]
        while waiting:
            node, around = waiting.pop()
            kind = type(node)
            if kind is ir.ClassDef:
                self._class(node, owner, around)
                continue
            if kind in _TELLING:
                around = self._told(node, owner, around)
            waiting += [(part, around) for part in children(node) if type(part) not in LEAVES]

    def _class(self, node: ir.ClassDef, owner: ClassKey | None, receiver: str | None) -> None:
        inner: ClassKey = (self.path, node.span)
        for member in node.body:
            self._member(member, inner)
        for part in (*node.decorators, *(base.value for base in node.bases)):
            self._visit(part, owner, receiver)

    def _told(self, node: AnyNode, owner: ClassKey | None, receiver: str | None) -> str | None:
        """Notes what a node stores itself; the receiver of what is below it."""
        match node:
            case ir.Function():
                return None if receiver in {p.name for p in node.params} else receiver
            case ir.Declare():
                self._stored(node.target, owner, receiver)
            case ir.Call():
                self._called(node, owner, receiver)
            case ir.Attr():
                if node.name == "__dict__" and owner is not None and is_name(node.value, receiver):
                    self.unnamed.add(owner)
            case _:
                for target in stored_in(node):
                    self._stored(target, owner, receiver)
        return receiver

    def _member(self, node: AnyNode, owner: ClassKey) -> None:
        """A statement of a class body: its functions are methods."""
        if isinstance(node, ir.FunctionDef):
            function = node.function
            static = any(isinstance(d, ir.Name) and d.id == "staticmethod" for d in function.decorators)
            first = function.params[0].name if function.params and not static else None
            for part in children(function):
                self._visit(part, owner, first)
        elif isinstance(node, ir.ClassDef):
            self._visit(node, owner, None)
        elif isinstance(node, ir.If | ir.For | ir.While | ir.Try | ir.With):
            for part in children(node):
                self._member(part, owner)
        else:
            self._visit(node, owner, None)

    def _stored(self, target: ir.Expr, owner: ClassKey | None, receiver: str | None) -> None:
        if isinstance(target, ir.Attr) and owner is not None and is_name(target.value, receiver):
            self.own[target.name].add(owner)
        elif isinstance(target, ir.Attr):
            self.elsewhere.add(target.name)
        elif isinstance(target, ir.Item) and (subject := namespace_of(target.value)) is not None:
            self._unnamed(subject, owner, receiver)

    def _called(self, node: ir.Call, owner: ClassKey | None, receiver: str | None) -> None:
        func = node.func
        name = last_name(func)
        texts = [arg.value.value for arg in node.args if isinstance(arg.value, ir.Const)]
        if name not in _ASKING:
            self.elsewhere.update(text for text in texts if isinstance(text, str))
        if name == "exec":
            self.open = True
        elif name in _NAMESPACES and owner is not None and (receiver is None or any(is_name(arg.value, receiver) for arg in node.args)):
            self.unnamed.add(owner)
        elif name in _FILLING and isinstance(func, ir.Attr) and (subject := namespace_of(func.value)) is not None:
            self._unnamed(subject, owner, receiver)
        elif name == "setattr" or name in _REGISTERING:
            named = any(isinstance(text, str) for text in texts)
            subject = func.value if isinstance(func, ir.Attr) else node.args[0].value if node.args else None
            if not named and (name != "add_module" or isinstance(subject, ir.Name)):
                self._unnamed(subject, owner, receiver)

    def _unnamed(self, subject: ir.Expr | None, owner: ClassKey | None, receiver: str | None) -> None:
        own = subject is None or receiver is None or is_name(subject, receiver) or isinstance(subject, ir.Call)
        if owner is not None and own:
            self.unnamed.add(owner)
        else:
            self.open = True


def namespace_of(node: ir.Expr) -> ir.Expr | None:
    """The object of `object.__dict__`, `vars(object)` and a module's own tables."""
    if isinstance(node, ir.Attr) and node.name in _TABLES:
        return node.value
    return node.args[0].value if isinstance(node, ir.Call) and is_name(node.func, "vars") and node.args else None


def is_name(node: ir.Expr | None, name: str | None) -> bool:
    """True if an expression is this name."""
    return isinstance(node, ir.Name) and node.id == name


class AttributeStores:
    """Answers whether anything in a project may give an object an attribute; `read` walks over a file."""

    def __init__(self, files: dict[str, FileSummary], read: ReadFile) -> None:
        self._files = files
        self._read = read
        self._known: dict[str, FileStores] = {}
        self._by_name: dict[str, bool] = {}
        self._unnamed: tuple[bool, frozenset[ClassKey]] | None = None
        self._answers: dict[tuple[str, frozenset[ClassKey]], bool] = {}

    def go_on(self, before: AttributeStores) -> None:
        """Takes over what another state of the project has read of files that are as they were."""
        self._known.update(unchanged(before._known, before._files, self._files))
        self._by_name.update(unchanged(before._by_name, before._files, self._files))

    def may_store(self, name: str, classes: frozenset[ClassKey]) -> bool:
        """True if an attribute may be stored on an instance of a class: by its methods (`classes` are it and its bases), or by others."""
        key = name, classes
        if key not in self._answers:
            self._answers[key] = self._may_store(name, classes)
        return self._answers[key]

    def _may_store(self, name: str, classes: frozenset[ClassKey]) -> bool:
        anything, unnamed = self._without_names()
        if anything or not classes.isdisjoint(unnamed):
            return True
        word = name.encode()  # a file that cannot be read stores anything
        form = re.compile(_FORM % (word, word))
        files = (path for path, one in self._files.items() if word in one.text and form.search(one.data or one.text))
        found = (self._stores(path) for path in files)
        return any(one.unread or name in one.elsewhere or not classes.isdisjoint(one.own.get(name, ())) for one in found)

    def _without_names(self) -> tuple[bool, frozenset[ClassKey]]:
        """Whether anything stores under names that are not known on what is not known, and the classes that do so on themselves."""
        if self._unnamed is None:
            for path, summary in self._files.items():
                if path not in self._by_name:
                    self._by_name[path] = _BY_NAME.search(summary.data or summary.text) is not None
            found = [self._stores(path) for path in self._files if self._by_name[path]]
            anything = any(one.open or "__dict__" in one.elsewhere for one in found)
            self._unnamed = (anything, frozenset[ClassKey]().union(*(one.unnamed for one in found)))
        return self._unnamed

    def _stores(self, path: str) -> FileStores:
        if path not in self._known:
            self._known[path] = self._read(path, FileStores)
        return self._known[path]
