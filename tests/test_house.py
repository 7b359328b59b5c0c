"""What keeps the package easy to find one's way in: small files and functions, one meaning for each type's name."""

from __future__ import annotations

import ast
import re
import statistics
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.any_python

PACKAGE = Path(__file__).parents[1] / "bce_lint"
FILES = sorted(PACKAGE.rglob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION = 350, 60
MIDDLE_FILE, MIDDLE_FUNCTION, LONG_FUNCTION = 100, 8, 30
_CAMEL = re.compile(r"_?(?:[A-Z][a-z0-9]+)+")
FORBIDDEN = ("manager", "helper", "utils", "processor")


def types_of(tree: ast.Module) -> Iterator[str]:
    """The classes of a file, and the aliases of types at its top."""
    yield from (node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and ast.unparse(node.annotation) == "TypeAlias":
            yield node.target.id
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and _CAMEL.fullmatch(node.targets[0].id):
            yield node.targets[0].id


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
    files = {"a.py": "class Row: ...\nKind = Callable[[int], str]", "b.py": "Row: TypeAlias = int", "c.py": "Kind = A | B\nKIND = 1"}
    assert twice(files) == {"Row": ["a.py", "b.py"], "Kind": ["a.py", "c.py"]}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_keeps_the_budget(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert text.count("\n") <= LONGEST_FILE
    assert [one.name for one in functions if (one.end_lineno or one.lineno) - one.lineno >= LONGEST_FUNCTION] == []
    assert [one.name for one in functions if not one.name.startswith("_") and ast.get_docstring(one) is None] == []
    assert not any(word in path.stem for word in FORBIDDEN)


def test_the_package_keeps_the_budget() -> None:
    texts = [path.read_text(encoding="utf-8") for path in FILES]
    sizes = [node.end_lineno - node.lineno + 1 for text in texts for node in ast.walk(ast.parse(text))
             if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None]  # fmt: skip
    assert statistics.median(text.count("\n") for text in texts) <= MIDDLE_FILE
    assert statistics.median(sizes) <= MIDDLE_FUNCTION
    assert sorted(sizes)[len(sizes) * 9 // 10] <= LONG_FUNCTION


def test_every_module_and_public_class_says_what_it_is() -> None:
    trees = {str(path.relative_to(PACKAGE)): ast.parse(path.read_text(encoding="utf-8")) for path in FILES}
    assert [file for file, tree in trees.items() if ast.get_docstring(tree) is None] == []
    classes = [(file, node) for file, tree in trees.items() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    assert [(file, one.name) for file, one in classes if not one.name.startswith("_") and ast.get_docstring(one) is None] == []


def test_no_room_has_two_files_of_one_name() -> None:
    """The two readers of `syntax/` are twins: what one does with a tree of LibCST, the other does with one of Python's."""
    stems: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for path in FILES:
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        room = "/".join(parts[:2]) if parts[0] in ("analysis", "syntax") else parts[0]
        if len(parts) > 1 and parts[-1] != "__init__":
            stems[room, parts[-1]].append(str(path))
    assert {key: files for key, files in stems.items() if len(files) > 1} == {}
