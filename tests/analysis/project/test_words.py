"""Words in comments and docstrings change nothing: not what is found, not in what order."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bce_lint.catalog import activations, layers, losses
from bce_lint.diagnostic import Diagnostic
from bce_lint.engine import check
from bce_lint.rules.registry import BY_CODE
from tests.test_fixtures import FIXTURES

pytestmark = pytest.mark.any_python

NAMES = sorted(
    name.rpartition(".")[2]
    for table in (losses.MODULES, losses.FUNCTIONS, activations.MODULES, activations.FUNCTIONS, layers.LAYERS)
    for name in table
)
FOLDERS = sorted(path for kind in ("rules", "projects") for path in (FIXTURES / kind).iterdir() if path.is_dir())


def spoken(tree: ast.Module) -> list[str]:
    """Lines of text that say all that code might: the names of the catalogue, those of a file, imports, classes, calls."""
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    own |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    classes = [node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return [
        *(" ".join(words) for words in (NAMES, sorted(own))),
        "from torch.nn import *",
        "import torch.nn.functional as F, models, losses, net, model, train",
        *(f"class Sub{name}({name}):" for name in classes[:5]),
        *(f"    {name}(1, num_classes=10)" for name in classes[:5]),
        "    self.loss = F.cross_entropy(torch.sigmoid(x), y) if x.log() > 0.5 else 1 - x.log()",
        "torch.set_default_dtype(torch.float64)",
        *(f"setattr(self, '{name}', 1)" for name in sorted(own)[:3]),
    ]


def bodies(tree: ast.Module) -> Iterator[tuple[int, int]]:
    """Where a docstring may be put: the row that it goes before, and its column."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.body:
            first = node.body[0]
            row = min([first.lineno, *(d.lineno for d in getattr(first, "decorator_list", ()))])
            header = 0 if isinstance(node, ast.Module) else node.lineno
            documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            future = isinstance(first, ast.ImportFrom) and first.module == "__future__"
            if row > header and not documented and not future:
                yield row, first.col_offset


def with_text(source: str) -> tuple[str, list[int]]:
    """The source with docstrings and comments, and for each of its rows the one that it had before."""
    tree = ast.parse(source)
    lines, text = source.split("\n"), spoken(tree)
    before: dict[int, list[str]] = {}
    for row, column in bodies(tree):
        indent = " " * column
        said = [f'{indent}"""{text[0]}', *text[1:], f'{indent}"""', f"{indent}'{max(text[1].split(), default='x')}'"]
        said += [f"{indent}# {line}" for line in text[1:]]
        before[row] = said
    after, rows = list[str](), [0]
    for row, line in enumerate(lines, 1):
        for added in before.get(row, ()):
            after.append(added)
            rows.append(0)
        after.append(line)
        rows.append(row)
    return "\n".join(after), rows


def told(diagnostics: tuple[Diagnostic, ...], root: Path, rows: dict[Path, list[int]]) -> list[tuple[object, ...]]:
    """What is found, by the rows of the original."""

    def _place(path: str, row: int) -> tuple[str, int]:
        file = Path(path).absolute().relative_to(root)
        return str(file), rows[file][row] if file in rows else row

    return [
        (d.code, d.message, *_place(d.location.path, d.location.start.row), d.location.start.column,
         tuple((label.message, *_place(label.location.path, label.location.start.row)) for label in d.labels))
        for d in diagnostics
    ]  # fmt: skip


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}-{folder.name}")
def test_text_changes_no_finding(folder: Path, tmp_path: Path) -> None:
    plain, spoken_of = tmp_path / "plain", tmp_path / "text"
    rows: dict[Path, list[int]] = {}
    shutil.copytree(folder, plain)
    shutil.copytree(folder, spoken_of)
    for root in (plain, spoken_of):
        (root / "pyproject.toml").touch()
    for path in spoken_of.rglob("*.py"):
        text, rows[path.relative_to(spoken_of)] = with_text(path.read_text(encoding="utf-8-sig"))
        path.write_text(text, encoding="utf-8")
    codes = frozenset(BY_CODE)
    before, after = (check(sorted(root.rglob("*.py")), codes).diagnostics for root in (plain, spoken_of))
    assert told(after, spoken_of, rows) == told(before, plain, {})
