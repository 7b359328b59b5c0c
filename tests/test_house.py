"""What keeps the package easy to find one's way in: small files and functions, one meaning for each type's name."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "bce_lint"
FILES = sorted(PACKAGE.rglob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION = 350, 60
FORBIDDEN = ("manager", "helper", "utils", "processor")


def types_of(tree: ast.Module) -> Iterator[str]:
    """The classes of a file, and the aliases of types at its top."""
    yield from (node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and ast.unparse(node.annotation) == "TypeAlias":
            yield node.target.id
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name[0].isupper() and not name.isupper():
                yield name


def twice(files: dict[str, str]) -> dict[str, list[str]]:
    """The types that stand in several files of some texts."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for file, text in files.items():
        for name in set(types_of(ast.parse(text))):
            found[name].append(file)
    return {name: where for name, where in found.items() if len(where) > 1}


def test_no_type_name_stands_twice() -> None:
    assert twice({str(path.relative_to(PACKAGE)): path.read_text(encoding="utf-8") for path in FILES}) == {}


def test_a_type_that_stands_twice_is_seen() -> None:
    files = {"a.py": "class Row: ...\nKind = Callable[[int], str]", "b.py": "Row: TypeAlias = int", "c.py": "class Kind: ..."}
    assert twice(files) == {"Row": ["a.py", "b.py"], "Kind": ["a.py", "c.py"]}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_keeps_the_budget(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert text.count("\n") <= LONGEST_FILE
    assert [one.name for one in functions if (one.end_lineno or one.lineno) - one.lineno >= LONGEST_FUNCTION] == []
    assert [one.name for one in functions if not one.name.startswith("_") and ast.get_docstring(one) is None] == []
    assert not any(word in path.stem for word in FORBIDDEN)


def test_no_room_has_two_files_of_one_name() -> None:
    for room in {path.parent for path in FILES}:
        names = [path.stem for path in room.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()]
        assert sorted(names) == sorted(set(names))
