"""The gate of bindings: no name, attribute or element that is read loses what binds it."""

from __future__ import annotations

import ast
import builtins
import os
import symtable
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from bce_lint.fixes.edit import Refusal
from bce_lint.fixes.readings import Readers, Readings
from bce_lint.source.trees import parsed

_Scope: TypeAlias = tuple[tuple[str, str, int], ...]
_Resolved: TypeAlias = dict[tuple[_Scope, str], _Scope]
_Symbols: TypeAlias = dict[str, symtable.Symbol]
_NOWHERE: _Scope = (("", "", 0),)


def check_bindings(before: Mapping[str, str], after: Mapping[str, str], readers: Readers) -> None:
    """Raises `Refusal` when something that is read would lose its binding.

    `before` and `after` are the files that change; `readers` knows all files of the project as they would be.
    """
    for path, text in after.items():
        old, new = parsed(before[path]), parsed(text)
        if old is None or new is None:
            continue  # syntax newer than the Python that runs
        top, changed_top = _table(before[path]), _table(text)
        _check_names(_resolved(top), _resolved(changed_top), new, path, readers)
        _check_exported(_bound(top) - _bound(changed_top), text, path, readers)
        stored, left = Readings(old), Readings(new)
        for owner, name in sorted(stored.stored - left.stored):
            _refuse_first(readers.attribute(name, owner), name, readers)
        _check_elements(stored, left, readers)


def _check_elements(before: Readings, after: Readings, readers: Readers) -> None:
    """The elements that a container keeps are those that are read."""
    for name, counts in before.elements.items():
        now, own = after.elements.get(name, []), name.removesuffix(".append")
        if sum(now) < sum(counts):
            for one in {own, *after.unpacked.get(own, ())} - {""}:
                _refuse_first(readers.elements(one, min(now, default=0) if own == name else None), f"{one}[...]", readers)


def _refuse_first(places: Iterator[tuple[str, int]], name: str, readers: Readers) -> None:
    for path, row in places:
        raise Refusal(f"`{name}`, read at {os.path.basename(path)}:{readers.line(path, row)}, would lose its binding")


def _check_names(old: _Resolved, new: _Resolved, tree: ast.Module, path: str, readers: Readers) -> None:
    """Each name that is read must be bound in the scope where it was bound before."""
    stars = any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in tree.body)
    for (scope, name), where in new.items():
        was = old.get((scope, name))
        if was == where or (was is None and (where != _NOWHERE or stars or hasattr(builtins, name))):
            continue
        row = next((node.lineno for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name), 1)
        _refuse_first(iter([(path, row)]), name, readers)


def _resolved(top: symtable.SymbolTable) -> _Resolved:
    """For each scope and each name that is read in it: the scope that binds it."""
    found: _Resolved = {}
    bound = _bound(top) | _declared_global(top)
    waiting: list[tuple[symtable.SymbolTable, _Scope, Sequence[tuple[_Symbols, _Scope]]]] = [(top, (), ())]
    while waiting:
        table, scope, around = waiting.pop()
        symbols = _symbols(table)
        for name, symbol in symbols.items():
            if symbol.is_referenced():
                found[scope, name] = _binding_scope(symbol, scope, around, bound)
        inside = (*around, (symbols, scope)) if table.get_type() == "function" else around
        seen: dict[tuple[str, str], int] = {}
        for child in table.get_children():
            kind = (str(child.get_type()), child.get_name())
            seen[kind] = number = seen.get(kind, 0) + 1
            waiting.append((child, (*scope, (*kind, number)), inside))
    return found


def _table(text: str) -> symtable.SymbolTable:
    """Python's table of the names of a text that it parses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return symtable.symtable(text, "", "exec")
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise Refusal(f"Python cannot tell what the names of the file are: {error}") from None


def _symbols(table: symtable.SymbolTable) -> _Symbols:
    """The names of a table. Its own look-up goes through all that is defined in it for each of them."""
    top = table.get_type() == "module"
    return {name: symtable.Symbol(name, flags, module_scope=top) for name, flags in vars(table)["_table"].symbols.items()}


def _binding_scope(symbol: symtable.Symbol, scope: _Scope, around: Sequence[tuple[_Symbols, _Scope]], bound: set[str]) -> _Scope:
    """The scope that binds a name that is read in one, given the functions around that."""
    if scope and symbol.is_local():
        return scope
    if symbol.is_free():
        for symbols, outer in reversed(around):
            own = symbols.get(symbol.get_name())
            if own is not None and own.is_local():
                return outer
    return () if symbol.get_name() in bound else _NOWHERE


def _bound(top: symtable.SymbolTable) -> set[str]:
    """The names that a module binds; what it defines counts as assigned."""
    return {name for name, symbol in _symbols(top).items() if symbol.is_assigned() or symbol.is_imported()}


def _declared_global(top: symtable.SymbolTable) -> set[str]:
    found: set[str] = set()
    waiting = list(top.get_children())
    while waiting:
        table = waiting.pop()
        waiting.extend(table.get_children())
        found.update(name for name, symbol in _symbols(table).items() if symbol.is_declared_global() and symbol.is_assigned())
    return found


def _check_exported(gone: set[str], after: str, path: str, readers: Readers) -> None:
    """Names of a module that go may not be taken from it by others, nor be listed in it."""
    for name in sorted(gone):
        for other, found in readers.holding(name):
            if other == path:
                rows = [one.row for one in found.read.get(name, ())] if found is not None else [1]
                listed = "__all__" in after and rows
                _refuse_first(iter([(other, rows[0])] if listed else ()), name, readers)
            elif row := _takes(parsed(readers.texts[other]), name, _module_name(path)):
                _refuse_first(iter([(other, row)]), name, readers)


def _module_name(path: str) -> str:
    folder, name = os.path.split(path)
    return os.path.basename(folder) if name == "__init__.py" else name.removesuffix(".py")


def _takes(tree: ast.Module | None, name: str, module: str) -> int:
    """The row in which a file takes a name from a module, by import or as an attribute; 0 for none."""
    if tree is None:
        return 1
    stars = False
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            fits = (node.module or "").rpartition(".")[2] in (module, "")
            stars |= fits and node.names[0].name == "*"
            if fits and any(one.name == name for one in node.names):
                return node.lineno
        elif isinstance(node, ast.Attribute) and node.attr == name and isinstance(node.value, ast.Name | ast.Attribute):
            end = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
            if end == module or _imported_as(tree, end, module):
                return node.lineno
        elif isinstance(node, ast.Name) and node.id == name and stars:
            return node.lineno
    return 0


def _imported_as(tree: ast.Module, name: str, module: str) -> bool:
    """True if a name stands for a module: `import package.module as name`."""
    aliases = (one for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom) for one in node.names)
    return any(one.asname == name and one.name.rpartition(".")[2] == module for one in aliases)
