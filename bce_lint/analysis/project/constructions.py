"""Where a project constructs its classes: whether a default of a constructor is what an instance may have been made with."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from bce_lint import ir
from bce_lint.analysis.domain.tensor import SourceRange
from bce_lint.analysis.project.index import FileSummary, unchanged
from bce_lint.analysis.project.open_files import ReadFile
from bce_lint.analysis.state.program import Default
from bce_lint.ir.walk import AnyNode, children, last_name

_CAPITAL: Final = re.compile(rb"(?<![\w\x80-\xff])[A-Z\x80-\xff][\w\x80-\xff]*")
"""Words that name a class as most are named."""
_CLASS: Final = re.compile(rb"^class[ \t]+([\w\x80-\xff]+)", re.M)
_MAX_DEPTH: Final = 8
_LOOKING: Final = frozenset({"isinstance", "issubclass", "super", "type", "print", "help", "raises", "cast"})
"""Functions that may be given a class and do not call it."""


class _Below(NamedTuple):
    """A class below another: what constructs it constructs that one."""

    name: str


class _Construction(NamedTuple):
    """A place that constructs a class, or hands it on, and what it gives its constructor."""

    path: str
    span: ir.Span
    args: tuple[ir.Arg, ...]


class Constructions:
    """Answers whether all constructions of a class pass a parameter something other than its default.

    `read` walks over a file; `resolve` finds the file that an import names.
    """

    def __init__(
        self,
        files: Mapping[str, FileSummary],
        read: ReadFile,
        resolve: Callable[[str, str, int], str | None],
    ) -> None:
        self._files, self._read, self._resolve = files, read, resolve
        self._naming: defaultdict[str, list[str]] | None = None
        self._found: dict[tuple[str, str], list[_Construction]] = {}
        self._in_files: dict[str, dict[tuple[str, str], list[_Construction | _Below]]] = {}
        self._scopes: dict[str, _FileNames | None] = {}
        self._capitals: dict[str, set[str]] = {}

    def go_on(self, before: Constructions) -> None:
        """Takes over what another state of the project has read of files that are as they were."""
        self._scopes.update(unchanged(before._scopes, before._files, self._files))
        self._capitals.update(unchanged(before._capitals, before._files, self._files))
        if self._files.keys() != before._files.keys():
            return
        others = [(summary, before._files[path]) for path, summary in self._files.items() if before._files[path] is not summary]
        if all(_classes(one) == _classes(other) for one, other in others):
            self._in_files.update(unchanged(before._in_files, before._files, self._files))

    def none_has(self, default: Default) -> bool:
        """True if the class is constructed, and no construction may leave the parameter at its default."""
        made = self._calls(default.path, default.owner, 0)
        return bool(made) and not any(_leaves(one.args, default) for one in made)

    def where(self, default: Default) -> SourceRange | None:
        """The first place that constructs the class, in another file if it is in one."""
        made = sorted(self._calls(default.path, default.owner, 0), key=lambda one: (one.path == default.path, one.path, one.span))
        return (made[0].path, made[0].span) if made else None

    def _calls(self, path: str, owner: str, depth: int) -> list[_Construction]:
        """Every construction of a class, those by classes below it among them."""
        key = path, owner
        if key not in self._found:
            self._found[key] = []  # a class that inherits itself ends here
            if depth < _MAX_DEPTH:
                self._found[key] = [one for file in self._naming_files(owner, path) for one in self._followed(file, path, owner, depth)]
        return self._found[key]

    def _followed(self, file: str, path: str, owner: str, depth: int) -> Iterator[_Construction]:
        known = self._in_files.setdefault(file, {})
        if (path, owner) not in known:
            known[path, owner] = [*self._in_file(file, path, owner)]
        for one in known[path, owner]:
            if isinstance(one, _Below):
                yield from self._calls(file, one.name, depth + 1)
            else:
                yield one

    def _in_file(self, file: str, path: str, owner: str) -> Iterator[_Construction | _Below]:
        scope = self._scope(file) if self._may_construct(file, path, owner) else None
        if scope is None:
            return
        names = {owner} if file == path else self._names(scope, path, owner)

        def _means(node: ir.Expr) -> bool:
            return node.id in names if isinstance(node, ir.Name) else isinstance(node, ir.Attr) and node.name == owner and file != path

        yield from (_Construction(file, call.span, call.args) for call in scope.calls if _means(call.func))
        yield from (_Construction(file, one.span, _anything(one)) for one in scope.handed if _means(one))
        for cls in scope.classes:
            if cls.name == owner and file == path:
                yield from _through(file, cls, "cls", None)
            elif any(base.keyword is None and _means(base.value) for base in cls.bases):
                if "__init__" in cls.bound:
                    yield from _through(file, cls, "", owner)
                else:
                    yield _Below(cls.name)
                    yield from _through(file, cls, "cls", None)

    def _may_construct(self, file: str, path: str, owner: str) -> bool:
        """True if a file says more of a class than that it is defined or imported there."""
        summary = self._files.get(file)
        if summary is None or not summary.data:
            return True
        imported = [bound for item in summary.imports for name, bound in item.names if name == owner]
        expected = len(imported) + (file == path)
        renamed = any(bound != owner for bound in imported)
        return renamed or summary.data.count(owner.encode()) > expected or (file == path and b"cls(" in summary.data)

    def _names(self, scope: _FileNames, path: str, owner: str) -> set[str]:
        """The names that a class of some file has in another."""
        names: set[str] = set()
        for item in scope.imports:
            if item.name not in (owner, "*"):
                continue
            source = self._resolve(scope.path, item.module, item.level)
            if source is None or (source != path and self._defines(source, owner)):
                continue
            names.update({item.bound} if item.name == owner else {owner} if item.name == "*" else ())
        return names

    def _defines(self, file: str, owner: str) -> bool:
        return owner.encode() in _classes(self._files[file]) if file in self._files else True

    def _naming_files(self, owner: str, path: str) -> list[str]:
        if _CAPITAL.fullmatch(owner.encode()) is None:
            return [path, *(file for file, summary in sorted(self._files.items()) if file != path and owner.encode() in summary.data)]
        if self._naming is None:
            self._naming = defaultdict(list)
            for file, summary in sorted(self._files.items()):
                if file not in self._capitals:
                    self._capitals[file] = {word.decode("utf-8", "replace") for word in _CAPITAL.findall(summary.data)}
                for name in self._capitals[file]:
                    self._naming[name].append(file)
        return list(dict.fromkeys((*self._naming.get(owner, ()), path)))

    def _scope(self, file: str) -> _FileNames | None:
        if file not in self._scopes:
            self._scopes[file] = self._read(file, lambda path, module: None if module is None else _FileNames(path, module))
        return self._scopes[file]


class _FileNames:
    """What a file calls, defines and imports, and the names that it hands on (`handed`): whoever gets a class may call it."""

    def __init__(self, path: str, module: ir.Module) -> None:
        self.path = path
        self.calls: list[ir.Call] = []
        self.handed: list[ir.Expr] = []
        self.classes: list[ir.ClassDef] = []
        self.imports: list[ir.ImportName] = []
        self._collect(module)

    def _collect(self, module: ir.Module) -> None:
        waiting: list[AnyNode] = [module]
        while waiting:
            node = waiting.pop()
            self._note(node)
            waiting.extend(children(node))

    def _note(self, node: AnyNode) -> None:
        match node:
            case ir.Call():
                self.calls.append(node)
                if last_name(node.func) not in _LOOKING:
                    self._hand(arg.value for arg in node.args)
            case ir.Assign() | ir.Return():
                self._hand((node.value,))
            case ir.Dict():
                self._hand(node.values)
            case ir.Choice():
                self._hand((node.then, node.other))
            case ir.ClassDef():
                self.classes.append(node)
            case ir.ImportName():
                self.imports.append(node)

    def _hand(self, values: Iterable[ir.Expr | None]) -> None:
        for value in values:
            if isinstance(value, ir.Name | ir.Attr):
                self.handed.append(value)
            elif isinstance(value, ir.Build):
                self._hand(value.items)


def _classes(summary: FileSummary) -> list[bytes]:
    """The names of the classes at the top of a file."""
    return _CLASS.findall(summary.data)


def _anything(value: ir.Expr) -> tuple[ir.Arg, ...]:
    """Arguments of which nothing is known."""
    return (ir.Arg(value, stars=2),)


def _through(path: str, cls: ir.ClassDef, own: str, above: str | None) -> Iterator[_Construction]:
    """The constructions in a class: calls of its own `cls`, or of the constructor of the class above it."""
    waiting: list[AnyNode] = list(cls.body)
    while waiting:
        node = waiting.pop()
        waiting.extend(children(node))
        if not isinstance(node, ir.Call):
            continue
        func = node.func
        if own and isinstance(func, ir.Name) and func.id == own:
            yield _Construction(path, node.span, node.args)
        elif above is not None and isinstance(func, ir.Attr) and func.name == "__init__":
            if isinstance(func.value, ir.Call) and last_name(func.value.func) == "super":
                yield _Construction(path, node.span, node.args)
            elif last_name(func.value) == above:
                yield _Construction(path, node.span, node.args[1:])


def _leaves(args: tuple[ir.Arg, ...], default: Default) -> bool:
    """True if a construction passes a parameter nothing, or a constant that is its default."""
    given = next((arg.value for arg in args if arg.keyword == default.name), None)
    if given is None:
        front = [arg for arg in args if arg.keyword is None and arg.stars < 2]
        if any(arg.stars == 1 for arg in front[: default.position + 1]) or any(arg.stars == 2 for arg in args):
            return False  # it may be among them
        given = front[default.position].value if default.position < len(front) else None
    if given is None:
        return True
    return isinstance(given, ir.Const) and isinstance(default.value, ir.Const) and _same(given.value, default.value.value)


def _same(a: object, b: object) -> bool:
    return type(a) is type(b) and a == b
