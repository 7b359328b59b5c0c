"""The import statements at the top of a file: what they bind, and which lines hold nothing else."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from bce_lint.analysis.project.index import FileSummary
from bce_lint.source.trees import parsed

BoundNames: TypeAlias = Mapping[str, str]
"""The names that import statements bind, each with what it is: of several things all of them, in order."""


def bound_names(tree: ast.Module) -> BoundNames:
    """The names that the import statements at the top of a file bind, star imports apart."""
    found: dict[str, str] = {}
    for statement in tree.body:
        for name, what in _bound_by(statement):
            before = found.get(name, what)
            found[name] = what if before == what else f"{before}, {what}"
    return found


def _bound_by(statement: ast.stmt) -> Iterable[tuple[str, str]]:
    if isinstance(statement, ast.Import):
        named = [(one.asname, one.name) if one.asname else (one.name.split(".")[0], one.name.split(".")[0]) for one in statement.names]
        return [(name, f"module {what}") for name, what in named]
    if isinstance(statement, ast.ImportFrom):
        source = "." * statement.level + (statement.module or "")
        return [(one.asname or one.name, f"{one.name} of {source}") for one in statement.names if one.name != "*"]
    return ()


def are_imports(lines: Sequence[str]) -> bool:
    """True if some whole lines hold import statements that bind names, comments, and nothing else."""
    tree = parsed("".join(lines)) if all(line.endswith(("\n", "\r")) for line in lines) else None
    return tree is not None and all(isinstance(one, ast.Import) or (isinstance(one, ast.ImportFrom) and _binds(one)) for one in tree.body)


def _binds(one: ast.ImportFrom) -> bool:
    return one.module != "__future__" and all(alias.name != "*" for alias in one.names)


def rows_of(tree: ast.Module) -> list[tuple[int, int]]:
    """The rows (from 0) of the import statements at the top of a file that stand alone there, each up to the one behind it."""
    imports = [(one.lineno - 1, one.end_lineno or 0) for one in tree.body if isinstance(one, ast.Import | ast.ImportFrom)]
    others = [one for one in tree.body if not isinstance(one, ast.Import | ast.ImportFrom)]
    shared = {row for one in others for row in (one.lineno, one.end_lineno)}
    return [rows for rows in imports if rows[0] + 1 not in shared and rows[1] not in shared]


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
