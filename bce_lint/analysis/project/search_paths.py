"""Folders that a file puts on `sys.path` by expressions that are known without running it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from bce_lint.analysis.project.index import FileSummary

if TYPE_CHECKING:
    import ast

_PATH_FUNCTIONS: Final[dict[str, Callable[[str], str]]] = {
    "dirname": os.path.dirname, "abspath": os.path.normpath, "realpath": os.path.normpath, "normpath": os.path.normpath,
    "fspath": str, "str": str, "Path": str, "PurePath": str, "resolve": os.path.normpath, "absolute": os.path.normpath, "as_posix": str,
}  # fmt: skip
"""Functions of one path, and methods of paths, by their last names."""


class AddedFolders:
    """Answers for each file of a project, once, which folders it adds."""

    def __init__(self, root: str, files: Mapping[str, FileSummary]) -> None:
        self._root, self._files = root, files
        self._known: dict[str, tuple[str, ...]] = {}

    def __call__(self, path: str) -> tuple[str, ...]:
        found = self._known.get(path)
        if found is None:
            summary = self._files.get(path)
            found = self._known[path] = () if summary is None else added_folders(path, summary.text, self._root)
        return found


def added_folders(path: str, raw: bytes, root: str) -> tuple[str, ...]:
    """The folders of a project that a file adds to where imports are looked up, in the order written."""
    if b"sys.path" not in raw:
        return ()
    import ast

    try:
        tree = ast.parse(raw)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return tuple(dict.fromkeys(folder for one in _Texts(path, tree).added() for folder in _inside(one, path, root)))


def _inside(text: str, path: str, root: str) -> Iterator[str]:
    """The folder that a text names, if it is in the project; a relative one may be meant from the file or from the root."""
    starts = ("",) if os.path.isabs(text) else (os.path.dirname(path), root)
    found = {os.path.normpath(os.path.join(start, text)): None for start in starts}
    folders = [one for one in found if (one + os.sep).startswith(os.path.join(root, "")) and os.path.isdir(one)]
    yield from folders if len(folders) == 1 else ()


class _Texts:
    """Expressions of one file that stand for paths; names that are bound once stand for what they are bound to."""

    def __init__(self, path: str, tree: ast.Module) -> None:
        import ast

        self.ast, self.path, self.tree = ast, path, tree
        self.bound: dict[str, ast.expr | None] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(target := node.targets[0], ast.Name):
                self.bound[target.id] = None if target.id in self.bound else node.value
            elif isinstance(node, ast.arg):
                self.bound[node.arg] = None
            elif isinstance(node, ast.For | ast.AugAssign | ast.AnnAssign) and isinstance(node.target, ast.Name):
                self.bound[node.target.id] = None

    def added(self) -> Iterator[str]:
        """What is given to `sys.path.append`, `insert` and `extend`."""
        ast = self.ast
        for node in ast.walk(self.tree):
            func = node.func if isinstance(node, ast.Call) else None
            if not isinstance(node, ast.Call) or not isinstance(func, ast.Attribute) or ast.unparse(func.value) != "sys.path":
                continue
            given = node.args[-1] if node.args and func.attr in ("append", "insert", "extend") else None
            parts = given.elts if isinstance(given, ast.List | ast.Tuple) else [] if given is None else [given]
            yield from (text for part in parts if (text := self.text(part, 0)) is not None)

    def text(self, node: ast.expr, depth: int) -> str | None:
        """The path that an expression is, None where it is not known."""
        ast = self.ast
        if depth > 20:
            return None
        match node:
            case ast.Constant(value=str() as text):
                return text
            case ast.Name(id="__file__"):
                return self.path
            case ast.Name(id=name):
                value = self.bound.get(name)
                return None if value is None else self.text(value, depth + 1)
            case ast.Attribute(attr="pardir"):
                return os.pardir
            case ast.Attribute(value=inner, attr="parent"):
                return self._above(inner, 1, depth)
            case ast.Subscript(value=ast.Attribute(value=inner, attr="parents"), slice=ast.Constant(value=int() as count)) if count >= 0:
                return self._above(inner, count + 1, depth)
            case ast.BinOp(left=left, op=ast.Div() | ast.Add(), right=right):
                parts = [self.text(left, depth + 1), self.text(right, depth + 1)]
                return self._joined(parts, os.sep if isinstance(node.op, ast.Div) else "")
            case ast.JoinedStr(values=values):
                return self._joined([self.text(v.value if isinstance(v, ast.FormattedValue) else v, depth + 1) for v in values], "")
            case ast.Call(func=func, args=args, keywords=[]):
                return self._called(func, args, depth)
        return None

    def _above(self, node: ast.expr, count: int, depth: int) -> str | None:
        text = self.text(node, depth + 1)
        for _ in range(count):
            text = None if text is None else os.path.dirname(text)
        return text

    def _joined(self, parts: list[str | None], between: str) -> str | None:
        known = [part for part in parts if part is not None]
        return between.join(known) if len(known) == len(parts) else None

    def _called(self, func: ast.expr, args: list[ast.expr], depth: int) -> str | None:
        name = func.attr if isinstance(func, self.ast.Attribute) else func.id if isinstance(func, self.ast.Name) else ""
        if name == "join" or name == "joinpath":
            own = [func.value] if name == "joinpath" and isinstance(func, self.ast.Attribute) else []
            return self._joined([self.text(one, depth + 1) for one in (*own, *args)], os.sep)
        if name not in _PATH_FUNCTIONS or len(args) > 1:
            return None
        given = args[0] if args else func.value if isinstance(func, self.ast.Attribute) else None
        text = None if given is None else self.text(given, depth + 1)
        return None if text is None else _PATH_FUNCTIONS[name](text)
