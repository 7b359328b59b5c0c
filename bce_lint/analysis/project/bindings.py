"""The statements at the top of a file that bind names and do nothing else: what they bind, and which lines hold them."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Final, NamedTuple, TypeAlias

from bce_lint.analysis.project.function_lines import first_row
from bce_lint.analysis.project.index import FileSummary
from bce_lint.source.trees import parsed

BoundNames: TypeAlias = Mapping[str, str]
"""The names that statements bind, each with what it is: of several things all of them, in order."""
_Statements: TypeAlias = Sequence[ast.stmt]
_DEFINITIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_SLIDES: Final = 32
"""By how many rows at most statements are moved up that could as well stand there."""


class Replacement(NamedTuple):
    """Statements at the top of a file in place of others: the rows from which and up to which they stand, before (`old`) and after
    (`new`), and the tree after."""

    first: int
    old: int
    new: int
    tree: ast.Module
    gone: _Statements
    come: _Statements


def replacement(before: Sequence[str], after: Sequence[str], rows: tuple[int, int, int]) -> Replacement | None:
    """The statements that stand where two texts differ, in the rows from one on; None where some of them do more than to bind names."""
    old_tree, tree = parsed("".join(before)), parsed("".join(after))
    if old_tree is None or tree is None:
        return None
    first, old, new = _aligned(old_tree.body, tree.body, before, after, rows) or _widened(old_tree.body, tree.body, rows)
    gone, come = _within(old_tree.body, first, old), _within(tree.body, first, new)
    return Replacement(first, old, new, tree, gone, come) if all(map(_only_binds, (*gone, *come))) else None


def _aligned(
    gone: _Statements, come: _Statements, before: Sequence[str], after: Sequence[str], rows: tuple[int, int, int]
) -> tuple[int, int, int] | None:
    """The rows of what differs, moved up past lines that are alike where whole statements stand there."""
    first, old, new = rows
    for _ in range(_SLIDES):
        if not any(_straddling(gone, first, old)) and not any(_straddling(come, first, new)):
            return first, old, new
        if not first or first not in (old, new) or before[first - 1] != (after[new - 1] if first == old else before[old - 1]):
            return None
        first, old, new = first - 1, old - 1, new - 1
    return None


def _widened(gone: _Statements, come: _Statements, rows: tuple[int, int, int]) -> tuple[int, int, int]:
    """The rows of what differs, with the statements in which they lie."""
    first, old, new = rows
    while True:
        mine, theirs = [*_straddling(gone, first, old)], [*_straddling(come, first, new)]
        if not mine and not theirs:
            return first, old, new
        first = min([first, *(low for low, _ in (*mine, *theirs))])
        more = max([0, *(high - old for _, high in mine), *(high - new for _, high in theirs)])
        old, new = old + more, new + more


def _straddling(statements: _Statements, low: int, high: int) -> Iterator[tuple[int, int]]:
    """The rows of the statements that stand in some rows in part."""
    for one in statements:
        start, end = _rows(one)
        if start < high and low < end and not low <= start < end <= high:
            yield start, end


def _within(statements: _Statements, low: int, high: int) -> list[ast.stmt]:
    return [one for one in statements if low <= _rows(one)[0] < high]


def _rows(one: ast.stmt) -> tuple[int, int]:
    return first_row(one) - 1, one.end_lineno or 0


def _only_binds(one: ast.stmt) -> bool:
    """True if a statement binds names of the module, and what it binds is all that it does to names outside of functions."""
    if isinstance(one, ast.Import):
        return True
    if isinstance(one, ast.ImportFrom):
        return one.module != "__future__" and all(alias.name != "*" for alias in one.names)
    if not isinstance(one, _DEFINITIONS) and not assigned(one):
        return False
    return not any(isinstance(node, ast.Global | ast.NamedExpr) for node in ast.walk(one))


def assigned(one: ast.stmt) -> list[str]:
    """The names to which a statement gives a value, if that is all that it does."""
    targets = one.targets if isinstance(one, ast.Assign) else [one.target] if isinstance(one, ast.AnnAssign) and one.value else []
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    return names if len(names) == len(targets) else []


def defined(statements: Iterable[ast.stmt]) -> set[str]:
    """The names of functions and classes that some statements define."""
    return {one.name for one in statements if isinstance(one, _DEFINITIONS)}


def bound_names(tree: ast.Module, lines: Sequence[str], starts: Sequence[int]) -> BoundNames:
    """The names that imports at the top of a file bind, star imports apart, and those to which statements there give a value; which it
    is depends on where they stand, by the numbers of their lines."""
    found: dict[str, str] = {}
    for statement in tree.body:
        for name, what in _bound_by(statement, lines, starts):
            before = found.get(name, what)
            found[name] = what if before == what else f"{before}, {what}"
    return found


def _bound_by(statement: ast.stmt, lines: Sequence[str], starts: Sequence[int]) -> Iterable[tuple[str, str]]:
    if isinstance(statement, ast.Import):
        named = [(one.asname, one.name) if one.asname else (one.name.split(".")[0], one.name.split(".")[0]) for one in statement.names]
        return [(name, f"module {what}") for name, what in named]
    if isinstance(statement, ast.ImportFrom):
        source = "." * statement.level + (statement.module or "")
        return [(one.asname or one.name, f"{one.name} of {source}") for one in statement.names if one.name != "*"]
    first, stop = _rows(statement)
    return [(name, f"{starts[first]}: {''.join(lines[first:stop])}") for name in assigned(statement)]


def differing(one: BoundNames, other: BoundNames) -> dict[str, str]:
    """The names that are bound otherwise than before, each with what it is now: nothing where it is none."""
    return {name: one.get(name, "") for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


def read_in(statements: Iterable[ast.stmt], rows: Set[int]) -> set[object]:
    """The names that some statements read, or have as a text, but for those in some rows."""
    nodes = [node for one in statements for node in ast.walk(one) if isinstance(node, ast.expr) and node.lineno - 1 not in rows]
    names = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    return names | {node.value for node in nodes if isinstance(node, ast.Constant)}


def rows_of_imports(tree: ast.Module) -> Iterator[int]:
    """The rows (from 0) of the import statements at the top of a file that stand alone there."""
    imports = [_rows(one) for one in tree.body if isinstance(one, ast.Import | ast.ImportFrom)]
    shared = {row for one in tree.body if not isinstance(one, ast.Import | ast.ImportFrom) for row in (one.lineno - 1, one.end_lineno or 0)}
    for low, high in imports:
        if low not in shared and high not in shared:
            yield from range(low, high)


def may_see(summary: FileSummary, names: Iterable[str], path: str) -> bool:
    """True if a file may see some names at the top of another one: as an attribute, by its name in a text, or by an import."""
    folder, file = os.path.split(path)
    module = os.path.basename(folder) if file == "__init__.py" else file.partition(".")[0]
    for one in summary.imports:
        if any(name in names or (name == "*" and one.module.rpartition(".")[2] in ("", module)) for name, _ in one.names):
            return True
    form = rb"(?:\.[\s\\]*|['\"])(?:%s)(?![\w\x80-\xff])" % b"|".join(re.escape(name.encode()) for name in names)
    return re.search(form, summary.text) is not None


def has_stars(text: str) -> bool:
    """True if a text may have a star import."""
    return re.search(r"\bimport[\s\\(]*\*", text) is not None


def mention(text: str, names: Iterable[str]) -> list[str]:
    """Those of some names that stand in a text, in order."""
    return [name for name in sorted(names) if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)]
