"""Which attributes of an instance something else may exchange: a function that is handed it, another name of it, a name given as text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from bce_lint import ir
from bce_lint.analysis.project.attribute_stores import ClassKey, is_name, namespace_of
from bce_lint.analysis.project.import_graph import Graph
from bce_lint.analysis.project.index import unchanged
from bce_lint.analysis.project.open_files import ReadFile
from bce_lint.catalog.wrappers import MODULE_SELF_METHODS
from bce_lint.ir.walk import LEAVES, AnyNode, children, last_name, stored_in

_ON_OTHERS: Final = re.compile(rb"\.(?<!\bself\.)([^\W\d]\w*)(?=[ \t]*(?:(?:[:,)\]][^=\n(]{0,120}|[-+*/%@&|^]|//|\*\*|<<|>>)?=(?!=)|in\b))")
_ENTERED: Final = re.compile(rb"\bas[ \t]+\w[\w.]*\.(\w+)")
_BY_TEXT: Final = re.compile(rb"(?:setattr(?:__)?|(?:add|register)_module)\([^'\"]{0,120}['\"](\w+)")
"""How a store on anything but `self` looks, one by `with`, and one by a name that is given as text."""
_OF_TABLES: Final = re.compile(rb"(?:__dict__|_modules|vars\([^)\n]{0,80}\))[ \t]*(?:\.[ \t]*(?:update|setdefault|__setitem__)[ \t]*\(|\[)")
_TABLES: Final = (b"__dict__", b"_modules", b"vars(")
_OF_FUNCTIONS: Final = re.compile(rb"^def[ \t]+\w+[ \t]*\([ \t]*self\b", re.MULTILINE)
"""What may store under names that those do not find: in namespaces, and functions outside of classes that have a `self`."""
_REGISTERING: Final = frozenset({"add_module", "register_module"})
_FILLING: Final = frozenset({"update", "setdefault", "__setitem__"})
_CONTAINERS: Final = frozenset({"Sequential", "ModuleList", "ModuleDict"})

_STORING: Final = frozenset({ir.AugAssign, ir.For, ir.With, ir.Comp})


class _Around(NamedTuple):
    """What stands around a node: the class whose method it is in, the method's first parameter, and whether it constructs."""

    owner: ClassKey | None = None
    first: str | None = None
    constructs: bool = False


class FileExchanges:
    """What one file exchanges: `others` are the attributes of what may be an instance of any class, `own` those that a class exchanges
    on its instances under a name that is given as text, elsewhere than in `__init__`."""

    def __init__(self, path: str, module: ir.Module | None) -> None:
        self.path = path
        self.others: set[str] = set()
        self.own: defaultdict[str, set[ClassKey]] = defaultdict(set)
        self._values: dict[str, ir.Expr] = {}
        if module is not None:
            self._visit(module, _Around())
            self._values.clear()

    def _visit(self, node: AnyNode, around: _Around) -> None:
        """Notes what a node and all below it exchange, in their order; without recursion, for it is done for each node of a file."""
        waiting = [(node, around)]
        while waiting:
            node, around = waiting.pop()
            kind = type(node)
            if kind is ir.ClassDef:
                self._class(node, around)
                continue
            if kind is ir.Call:
                self._called(node, around)
            elif kind is ir.Assign:
                self._assigned(node, around)
            elif kind is ir.Lambda:  # nobody knows when it runs
                around = _Around()
            elif kind in _STORING:
                for target in stored_in(node):
                    self._stored(target, None, around)
            waiting += [(part, around) for part in reversed(children(node)) if type(part) not in LEAVES]

    def _class(self, node: ir.ClassDef, around: _Around) -> None:
        for member in node.body:
            self._member(member, (self.path, node.span))
        for part in (*node.decorators, *(base.value for base in node.bases)):
            self._visit(part, around)

    def _member(self, node: AnyNode, owner: ClassKey) -> None:
        """A statement of a class body: its functions are methods."""
        if isinstance(node, ir.FunctionDef):
            function = node.function
            static = any(isinstance(d, ir.Name) and d.id in ("staticmethod", "classmethod") for d in function.decorators)
            first = function.params[0].name if function.params and not static else None
            around = _Around(owner, first, function.name == "__init__")
            for part in children(function):
                self._visit(part, around)
        elif isinstance(node, ir.If | ir.For | ir.While | ir.Try | ir.With):
            for part in children(node):
                self._member(part, owner)
        else:
            self._visit(node, _Around())

    def _assigned(self, node: ir.Assign, around: _Around) -> None:
        value = self._values.get(node.value.id, node.value) if isinstance(node.value, ir.Name) else node.value
        self._values.update((target.id, value) for target in node.targets if isinstance(target, ir.Name))
        if not isinstance(value, ir.Const):
            for target in stored_in(node):
                self._stored(target, value if target in node.targets else None, around)

    def _stored(self, target: ir.Expr, value: ir.Expr | None, around: _Around) -> None:
        if isinstance(target, ir.Attr):
            # A function inside a method has the receiver under the same name.
            if not is_name(target.value, around.first) and not _moves(target, value):
                self.others.add(target.name)
        elif isinstance(target, ir.Item) and (subject := namespace_of(target.value)) is not None:
            self._named(subject, _texts((target.index,)), around)

    def _called(self, node: ir.Call, around: _Around) -> None:
        name, owner = last_name(node.func), node.func.value if isinstance(node.func, ir.Attr) else None
        values = [arg.value for arg in node.args]
        if name in _FILLING and owner is not None and (subject := namespace_of(owner)) is not None:
            self._named(subject, _filled(node), around)
        elif values and isinstance(values[-1], ir.Const):
            return  # a number or a text
        elif name == "setattr" or (name == "__setattr__" and len(values) > 2):
            self._named(values[0] if values else None, _texts(values[1:2]), around)
        elif name == "__setattr__" or name in _REGISTERING:
            self._named(owner, _texts(values[:1]), around)

    def _named(self, subject: ir.Expr | None, texts: Iterable[str], around: _Around) -> None:
        """Names that are given as text, of some object."""
        if is_name(subject, around.first) or (isinstance(subject, ir.Call) and is_name(subject.func, "super")):
            if around.owner is not None and not around.constructs:
                for text in texts:
                    self.own[text].add(around.owner)
        elif not self._is_container(subject):
            self.others.update(texts)

    def _is_container(self, node: ir.Expr | None) -> bool:
        """True for a variable that holds a container of layers that was made here."""
        value = self._values.get(node.id) if isinstance(node, ir.Name) else None
        return isinstance(value, ir.Call) and last_name(value.func) in _CONTAINERS


def _moves(target: ir.Attr, value: ir.Expr | None) -> bool:
    """True for `net.loss = net.loss.to(device)`: a module that gives itself."""
    func = value.func if isinstance(value, ir.Call) else None
    return isinstance(func, ir.Attr) and func.name in MODULE_SELF_METHODS and _same(func.value, target)


def _same(one: ir.Expr, other: ir.Expr) -> bool:
    while isinstance(one, ir.Attr) and isinstance(other, ir.Attr) and one.name == other.name:
        one, other = one.value, other.value
    return isinstance(one, ir.Name) and is_name(other, one.id)


def _filled(node: ir.Call) -> Iterator[str]:
    """The names under which a call puts something else than a number or a text into a table."""
    for arg in node.args:
        if isinstance(arg.value, ir.Dict):
            yield from _texts(key for key, value in zip(arg.value.keys, arg.value.values, strict=True) if not isinstance(value, ir.Const))
        elif arg.keyword is not None and not isinstance(arg.value, ir.Const):
            yield arg.keyword
    if len(node.args) > 1 and not isinstance(node.args[1].value, ir.Const):
        yield from _texts((node.args[0].value,))


def _texts(nodes: Iterable[ir.Expr | None]) -> Iterator[str]:
    return (one.value for one in nodes if isinstance(one, ir.Const) and isinstance(one.value, str))


class Exchanges:
    """Answers whether anything in a project may exchange an attribute; `read` walks over a file."""

    def __init__(self, graph: Graph, read: ReadFile) -> None:
        self._graph, self._read = graph, read
        self._known: dict[str, FileExchanges] = {}
        self._in_text: dict[str, tuple[set[str], set[str]]] = {}
        self._on_others: defaultdict[str, list[str]] | None = None
        self._by_text: defaultdict[str, set[str]] = defaultdict(set)

    def go_on(self, before: Exchanges) -> None:
        """Takes over what another state of the project has read of files that are as they were."""
        self._known.update(unchanged(before._known, before._graph.files, self._graph.files))
        self._in_text.update(unchanged(before._in_text, before._graph.files, self._graph.files))

    def may_exchange(self, name: str, classes: frozenset[ClassKey]) -> bool:
        """True if something may store an attribute on an instance of a class (`classes` are it and its bases) otherwise than its own
        methods by statements: then what the attribute holds is not certain."""
        on_others = self._found()
        paths = {path for path, _ in classes}
        if any(not classes.isdisjoint(self._of(path).own.get(name, ())) for path in paths & self._by_text.get(name, set())):
            return True
        files = (one for one in on_others.get(name, ()) if any(self._graph.meet(one, path) for path in paths))
        return any(name in self._of(one).others for one in files)

    def _found(self) -> defaultdict[str, list[str]]:
        """The files that may store an attribute on others, by its name: found out once, by how a store looks."""
        if self._on_others is None:
            self._on_others = defaultdict(list)
            for path in self._graph.files:
                by_text, names = self._stored_in(path)
                for name in by_text:
                    self._by_text[name].add(path)
                for name in names | by_text:
                    self._on_others[name].append(path)
        return self._on_others

    def _stored_in(self, path: str) -> tuple[set[str], set[str]]:
        """The names under which a file may store by text, and on others."""
        if path not in self._in_text:
            one = self._graph.files[path]
            text = one.data or one.text
            by_text = {found.decode("utf-8", "replace") for found in _BY_TEXT.findall(text)}
            names = {found.decode("utf-8", "replace") for form in (_ON_OTHERS, _ENTERED) for found in form.findall(text)}
            if _OF_FUNCTIONS.search(text) or (any(table in text for table in _TABLES) and _OF_TABLES.search(text)):
                names |= self._of(path).others
                by_text.update(self._of(path).own)
            self._in_text[path] = by_text, names
        return self._in_text[path]

    def _of(self, path: str) -> FileExchanges:
        if path not in self._known:
            self._known[path] = self._read(path, FileExchanges)
        return self._known[path]
