"""What the text of a file stores and reads by name: attributes, the elements of containers, and names that stand in strings."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from bce_lint.fixes.words import Words
from bce_lint.source.trees import parsed

_DOTTED = re.compile(r"\w+(?:\.\w+)*")
_MADE_UP = re.compile(
    rb"""(?:getattr\(|get_submodule\(|attrgetter\(|_modules\[|__dict__\[)[^\r\n]*?["'](?:[\w.]*\.)?(\w+)(?:\{|%|["'][ \t]*\+)"""
)
"""An attribute asked for by a name that is put together, and what that name begins with: `getattr(self, f"act{i}")`."""
_SEQUENCES = frozenset({"Sequential", "ModuleList"})
_SETTING = frozenset({"setattr", "add_module", "register_module", "register_buffer", "register_parameter"})
_ADDING = frozenset({"append", "add_module"})
_COUNTING = frozenset({"len", "list", "tuple", "enumerate", "zip", "reversed", "iter", "sorted", "next"})
_CHILDREN = frozenset({"children", "named_children", "modules", "named_modules", "pop", "insert", "extend", "__getitem__", "__delitem__"})


_HANDING = (
    *(ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.IfExp, ast.Return, ast.Yield),
    *(ast.Call, ast.keyword, ast.Tuple, ast.List, ast.Dict),
)
"""What gives an object another name, by which its elements may be read."""


class Reading(NamedTuple):
    """An attribute that is read in a row: of the instance of a class (`owner`), of another object, or as a word of a string."""

    row: int
    owner: str = ""


class Indexing(NamedTuple):
    """Elements of a container that are read in a row: one of them by its position, or several."""

    row: int
    position: int | None = None


class Readings:
    """The attributes of one text by name. `stored` are those of each class, `""` for an object of which nothing is known.

    `elements` says how many are written out for a container, with `.append` behind it how many are added; `indexed` where they are
    read; `unpacked` to which containers those of a list go.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.stored: set[tuple[str, str]] = set()
        self.read: dict[str, list[Reading]] = {}
        self.elements: dict[str, list[int]] = {}
        self.indexed: dict[str, list[Indexing]] = {}
        self.unpacked: dict[str, list[str]] = {}
        self._modules = {name for node in ast.walk(tree) for name in _imported_modules(node)}
        self._walk(tree)

    def _walk(self, tree: ast.Module) -> None:
        waiting: list[tuple[ast.AST, str, str, str]] = [(tree, "", "", "")]
        while waiting:
            node, owner, own, target = waiting.pop()
            self._note(node, owner, own, target)
            if isinstance(node, ast.ClassDef):
                owner, own = node.name, ""
                self.stored.update((owner, name) for name in _bound_in(node))
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and owner and not own:
                own = _first(node)
            elif isinstance(node, ast.Assign):
                target = next((name for one in node.targets if (name := _last(one))), target)
            waiting.extend((child, owner, own, target) for child in ast.iter_child_nodes(node))

    def _note(self, node: ast.AST, owner: str, own: str, target: str) -> None:
        if isinstance(node, _HANDING):
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.Attribute) and isinstance(child.ctx, ast.Load) and child is not getattr(node, "func", None):
                    self._index(child, child.lineno, None)
        match node:
            case ast.Attribute():
                self._attribute(node, owner, own)
            case ast.Constant(value=str() as text) if len(text) < 200 and _DOTTED.fullmatch(text):
                self._dotted(text, node.lineno)
            case ast.Subscript():
                self._index(node.value, node.lineno, _position(node.slice))
            case ast.For() | ast.AsyncFor() | ast.comprehension():
                self._index(node.iter, node.iter.lineno, None)
            case ast.Call():
                self._call(node, owner, own, target)

    def _attribute(self, node: ast.Attribute, owner: str, own: str) -> None:
        mine = owner if own and isinstance(node.value, ast.Name) and node.value.id == own else ""
        if isinstance(node.ctx, ast.Store):
            self.stored.add((mine, node.attr))
        elif not (isinstance(node.value, ast.Name) and node.value.id in self._modules):
            self.read.setdefault(node.attr, []).append(Reading(node.lineno, mine))

    def _dotted(self, text: str, row: int) -> None:
        """A string that may name attributes, and the elements of containers: `"net.2.weight"`."""
        words = text.split(".")
        for word, after in zip(words, (*words[1:], ""), strict=True):
            if after.isdigit():
                self.indexed.setdefault(word, []).append(Indexing(row, int(after)))
            if not word.isdigit():
                self.read.setdefault(word, []).append(Reading(row))

    def _index(self, container: ast.AST, row: int, position: int | None) -> None:
        name = _last(container)
        if name:
            self.indexed.setdefault(name, []).append(Indexing(row, position))

    def _call(self, node: ast.Call, owner: str, own: str, target: str) -> None:
        called = _last(node.func)
        if called in _SETTING:
            for arg in node.args[:2]:
                if isinstance(arg, ast.Constant) and isinstance(arg.value, str):
                    self.stored.add((owner if own else "", arg.value))
        starred = [arg.value for arg in node.args if isinstance(arg, ast.Starred)]
        if called in _SEQUENCES and target:
            self.elements.setdefault(target, []).append(len(node.args) - len(starred))
        for one in starred:
            if called in _SEQUENCES:
                self.unpacked.setdefault(_last(one), []).append(target)
            else:
                self._index(one, node.lineno, None)
        if called in _ADDING and isinstance(node.func, ast.Attribute) and (name := _last(node.func.value)):
            self.elements.setdefault(f"{name}.append", []).append(1)
        if called in _COUNTING:
            for arg in node.args:
                self._index(arg, node.lineno, None)
        if called in _CHILDREN and isinstance(node.func, ast.Attribute):
            self._index(node.func.value, node.lineno, None)


def _imported_modules(node: ast.AST) -> Iterator[str]:
    """The names that are modules for certain, and the last part of what is imported from torch."""
    if isinstance(node, ast.Import):
        yield from ((one.asname or one.name).split(".")[0] for one in node.names)
    elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "torch":
        yield from (one.asname or one.name for one in node.names)


def _bound_in(node: ast.ClassDef) -> Iterator[str]:
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield statement.name
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            yield from (one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name))


def _first(function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """The name of a function's first parameter."""
    params = [*function.args.posonlyargs, *function.args.args]
    return params[0].arg if params else ""


def _last(node: ast.AST) -> str:
    """The name that an expression ends in; that of a container for one of its elements."""
    match node:
        case ast.Name():
            return node.id
        case ast.Attribute():
            return node.attr
    return ""


def _position(index: ast.expr) -> int | None:
    if isinstance(index, ast.Constant) and type(index.value) is int:
        return index.value
    return None


class Readers:
    """The files of a project, asked for who reads a name; only files that hold the word are parsed, each text once: `known` are those
    that were."""

    def __init__(
        self,
        texts: Mapping[str, bytes],
        known: dict[bytes, Readings | None] | None = None,
        words: Words | None = None,
        line: Callable[[str, int], str] = lambda _, row: f"{row}",
    ) -> None:
        """`line` gives a row of a file for people."""
        self.texts, self.line = texts, line
        self._words = Words(texts) if words is None else words
        self._known = {} if known is None else known

    def of(self, path: str) -> Readings | None:
        """What one file stores and reads; None where it cannot be told."""
        text = self.texts[path]
        if text not in self._known:
            tree = parsed(text)
            self._known[text] = Readings(tree) if tree is not None else None
        return self._known[text]

    def holding(self, word: str) -> Iterator[tuple[str, Readings | None]]:
        """The files that hold a word."""
        return ((path, self.of(path)) for path in self._words.holding(word))

    @cached_property
    def _made_up(self) -> list[tuple[str, str, int]]:
        """The beginnings of names that are put together, with their files and rows."""
        found = ((path, text, one) for path, text in sorted(self.texts.items()) for one in _MADE_UP.finditer(text))
        return [(one.group(1).decode(), path, text.count(b"\n", 0, one.start()) + 1) for path, text, one in found]

    def attribute(self, name: str, owner: str) -> Iterator[tuple[str, int]]:
        """Where an attribute of a class may be read: each file and row."""
        yield from ((path, row) for beginning, path, row in self._made_up if name.startswith(beginning))
        for path, found in self.holding(name):
            if found is None:
                yield path, 1
                continue
            for one in found.read.get(name, ()):
                if not owner or one.owner in ("", owner) or (one.owner, name) not in found.stored:
                    yield path, one.row

    def elements(self, name: str, left: int | None) -> Iterator[tuple[str, int]]:
        """Where elements of a container may be read that are not among the first ones that are `left`: each file and row."""
        for path, found in self.holding(name):
            if found is None:
                yield path, 1
                continue
            for one in found.indexed.get(name, ()):
                if one.position is None or left is None or not 0 <= one.position < left:
                    yield path, one.row
