"""One row says what an operation does: it stands once, its words are known to the rooms that read them, and no room lists names anew."""

from __future__ import annotations

import ast
import re
import runpy
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import bce_lint
import bce_lint.analysis.interpreter.entry_points
from bce_lint.analysis.models import concatenation, layer_shapes, shape_rules
from bce_lint.catalog import layers, tensors
from bce_lint.catalog import methods as method_rows
from bce_lint.catalog import rows as notation
from bce_lint.catalog.numpy import NUMPY_METHODS
from bce_lint.catalog.rows import rows
from bce_lint.catalog.schema import Kind, Transfer

pytestmark = pytest.mark.any_python

PACKAGE = Path(bce_lint.__file__).parent
TABLES = ("factories", "functional", "layers", "methods", "numpy", "pointwise", "reductions", "sklearn", "tensors")
OPERATIONS: dict[str, Transfer] = {
    **tensors.FUNCTIONS,
    **{f".{name}": row for name, row in (tensors.METHODS | NUMPY_METHODS).items()},
    **{f"@{name}": row for name, row in tensors.ATTRIBUTES.items()},
}
EVERYTHING = {**OPERATIONS, **layers.LAYERS}
NEW = {Kind.FACTORY, Kind.LABEL}


def written_down(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each name stands in the tables as they are written; those of functions begin with their module."""
    found: Counter[str] = Counter()

    def _noted(prefix: str, transfer: Transfer, signatures: str) -> dict[str, Transfer]:
        made = rows(prefix, transfer, signatures)
        names = [name for line in signatures.splitlines() for name in line.partition("|")[0].partition("(")[0].split()]
        found.update(prefix + name for name in names)
        return made

    monkeypatch.setattr(notation, "rows", _noted)
    for table in TABLES:
        path = PACKAGE / "catalog" / f"{table}.py"
        runpy.run_path(str(path))
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            pairs = zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ()
            found.update(str(key.value) for key, value in pairs if isinstance(key, ast.Constant) and isinstance(value, ast.Call))
    return found


def test_no_operation_stands_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    found = written_down(monkeypatch)
    assert {"torch.squeeze", "view", "torch.nn.Tanh", "torch.nn.functional.linear"} < set(found)
    assert [name for name, times in found.items() if times > 1] == []


def test_a_method_that_a_function_is_too_has_no_row_of_its_own() -> None:
    made = method_rows.methods(tensors.FUNCTIONS)
    assert made.keys() & method_rows.OWN.keys() == set()
    assert {f"torch.{name}" for name in method_rows.OWN} & tensors.FUNCTIONS.keys() == set()
    assert made.keys() | method_rows.OWN.keys() < tensors.METHODS.keys()


@pytest.mark.parametrize("name", [name for name, row in tensors.FUNCTIONS.items() if row.also])
def test_methods_are_their_functions_without_the_tensor(name: str) -> None:
    row, bare = tensors.FUNCTIONS[name], name.removeprefix("torch.")
    assert set(row.also) <= {"method", "method_", "function_"}
    if "method" in row.also and bare not in method_rows.DIFFERENT:
        params = tensors.METHODS[bare].params
        assert len(params) == max(len(row.params) - 1, 0)
        assert tensors.METHODS[bare] == row._replace(params=params, also=())
    for form, table in (("method_", tensors.METHODS), ("function_", tensors.FUNCTIONS)):
        key = f"{name}_" if form == "function_" else f"{bare}_"
        assert (form in row.also) == (key in table and key not in method_rows.OWN)
        assert form not in row.also or (table[key].inplace and table[key].dtype is None)


def test_every_rule_for_a_shape_is_known_and_used() -> None:
    assert shape_rules.CHANGES.keys() & shape_rules.CREATIONS.keys() == set()
    known = {*shape_rules.CHANGES, *shape_rules.CREATIONS, *concatenation.RULES}
    assert {row.shape for row in OPERATIONS.values()} == known
    assert {row.shape for row in layers.LAYERS.values()} - {""} == {*layer_shapes.RULES, layer_shapes.FLAT}


@pytest.mark.parametrize("name", [name for name, row in OPERATIONS.items() if row.shape])
def test_a_rule_is_one_for_its_kind(name: str) -> None:
    row = OPERATIONS[name]
    assert (row.shape in shape_rules.CREATIONS) <= (row.kind in NEW)
    assert (row.shape in concatenation.RULES) <= (row.kind is Kind.JOIN)
    assert row.kind not in {Kind.FILL, Kind.MATMUL, Kind.MASK}, "nobody asks for the shape of these"


def words_of(field: str) -> set[str]:
    """The words that rows have in a field."""
    values = [getattr(row, field) for row in EVERYTHING.values()]
    return {word for value in values for word in ([value] if isinstance(value, str) else value) if word}


@pytest.mark.parametrize("field", Transfer._fields)
def test_every_field_has_its_line_in_order(field: str) -> None:
    lines = [line.strip() for line in (Transfer.__doc__ or "").splitlines() if line.strip().startswith("- ")]
    assert lines[Transfer._fields.index(field)].startswith(f"- `{field}`")
    assert len(lines) == len(Transfer._fields)


@pytest.mark.parametrize("field", ["result", "fields", "also", "dtype_rule", "use", "gradient", "receiver", "trial"])
def test_every_word_of_a_row_is_explained(field: str) -> None:
    assert words_of(field)
    assert [word for word in words_of(field) if f"`{word}`" not in (Transfer.__doc__ or "")] == []


@cache
def comparisons() -> list[list[ast.expr]]:
    """The sides of all comparisons in the package."""
    nodes = (node for path in PACKAGE.rglob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    return [[node.left, *node.comparators] for node in nodes if isinstance(node, ast.Compare)]


def compared(field: str) -> set[str]:
    """The words that code compares with a field of a row, or looks for in it (a variable that holds the field bears its name)."""
    found: set[str] = set()
    for sides in comparisons():
        if any(getattr(side, "attr", getattr(side, "id", "")) == field for side in sides):
            found.update(side.value for side in sides if isinstance(side, ast.Constant) and isinstance(side.value, str))
    return found


@pytest.mark.parametrize("field", ["also", "dtype_rule", "use", "gradient", "receiver", "trial"])
def test_every_word_of_a_row_is_read_somewhere(field: str) -> None:
    assert words_of(field) - compared(field) == set()


def test_rows_reads_signatures() -> None:
    row = Transfer(Kind.KEEP)
    assert rows("m.", row, "\n  a b(x, y)\n  c\n") == {
        "m.a": row._replace(params=("x", "y")),
        "m.b": row._replace(params=("x", "y")),
        "m.c": row,
    }


@pytest.mark.parametrize("line", ["foo(input,dim)", "foo(input", "foo input)", "foo(input) shape=same", "foo |", "(input)", "foo()"])
def test_a_line_that_is_no_row_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="no row of an operation: " + re.escape(repr(line))):
        rows("m.", Transfer(Kind.KEEP), f"a(x)\n  {line}\n")


@pytest.mark.parametrize("field", ["shapes", "kind", "params", "range", "linear"])
def test_a_field_that_no_line_may_set_is_refused(field: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"'{field}=same': 'a(x) | use=kept {field}=same'")):
        rows("m.", Transfer(Kind.KEEP), f"a(x) | use=kept {field}=same")


def test_a_field_with_words_needs_one() -> None:
    with pytest.raises(ValueError, match="'shape'"):
        rows("m.", Transfer(Kind.KEEP), "a(x) | shape linear")


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ("operator===", {"operator": "=="}),
        ("shape=view use=moved", {"shape": "view", "use": "moved"}),
        ("linear", {"linear": True}),
        ("also=method,method_ dtype=bool", {"also": ("method", "method_"), "dtype": "bool"}),
    ],
)
def test_a_line_sets_fields(words: str, fields: dict[str, Any]) -> None:
    row = Transfer(Kind.KEEP, shape="same")
    assert rows("m.", row, f"a(x, y) | {words}") == {"m.a": row._replace(params=("x", "y"), **fields)}


def naming(word: str) -> set[str]:
    """The files with a word in a string that is no docstring."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        if word in (text := path.read_text("utf-8")):
            tree = ast.parse(text)
            prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
            strings = (n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in prose)
            words = {one for string in strings for one in string.replace("(", " ").replace(".", " ").replace("|", " ").split()}
            found |= {path.relative_to(PACKAGE).as_posix()} if word in words else set()
    return found


def test_few_files_name_an_operation() -> None:
    """Beside the tables: the rules of shapes and of moved dimensions, and what fixes write and verification says of that."""
    writing = {"fixes/calls.py", "verify/dtypes_and_shapes.py", "fixes/expected.py"}
    ruled = {"analysis/models/shape_rules.py", "analysis/models/moved_dims.py"}
    assert naming("squeeze") == {"catalog/tensors.py", "catalog/numpy.py"} | ruled | writing
    assert naming("masked_fill") == {"catalog/tensors.py", "fixes/locality.py"}
