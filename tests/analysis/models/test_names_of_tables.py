"""The names in the tables of models are names that Python has, and some fixture of `reveal` uses each."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from pydoc import locate

import pytest

from bce_lint.analysis.models import (
    attribute_functions,
    autocast,
    builtins,
    class_questions,
    collections,
    copies,
    devices,
    iterators,
    methods,
    namespaces,
    trainers,
)
from bce_lint.catalog import activations, contexts, names, python, wrappers
from bce_lint.catalog.tensors import METHODS

pytestmark = pytest.mark.any_python

FIXTURES = sorted(path for folder in ("reveal", "reveal_alone", "rules", "projects")
                  for path in (Path(__file__).parents[2] / "fixtures" / folder).rglob("*.py"))  # fmt: skip
OURS = ("bce_lint.identity", "bce_lint.reveal")
OUTSIDE = ("alive_progress", "rich", "tqdm", "pytest", "torch")
OWN = {name: owner.__name__ for owner in (attribute_functions, builtins, copies, devices, iterators, namespaces) for name in owner.MODELS}


def imported(tree: ast.Module) -> dict[str, str]:
    """What the imports of a file bind."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update({one.asname or one.name.split(".")[0]: one.name if one.asname else one.name.split(".")[0] for one in node.names})
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.update({one.asname or one.name: f"{node.module}.{one.name}" for one in node.names})
    return found


def used(path: Path) -> Iterator[str]:
    """The qualified names that a file uses."""
    try:
        tree = ast.parse(path.read_bytes())
    except SyntaxError:
        return
    bound = imported(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            first, _, rest = ast.unparse(node).partition(".")
            if first.isidentifier():
                yield names.canonical(".".join([bound.get(first, f"builtins.{first}"), *([rest] if rest else [])]))


@pytest.fixture(scope="module")
def in_fixtures() -> set[str]:
    return {name for path in FIXTURES for name in used(path)}


@pytest.mark.parametrize("name", sorted(name for name in OWN if name not in OURS and not name.startswith(OUTSIDE)))
def test_python_has_the_name(name: str) -> None:
    assert locate(name) is not None


def test_a_fixture_uses_each_name(in_fixtures: set[str]) -> None:
    assert [name for name in OWN if name not in in_fixtures and name != OURS[0]] == []


@pytest.mark.parametrize("name", sorted(methods._LIST))
def test_methods_of_lists_and_sets(name: str) -> None:
    assert any(hasattr(kind, name) for kind in (list, set, deque))


@pytest.mark.parametrize("name", sorted(methods._DICT))
def test_methods_of_dicts(name: str) -> None:
    assert hasattr(dict, name)


@pytest.mark.parametrize("name", sorted(methods._READING))
def test_methods_that_only_read(name: str) -> None:
    """Each leaves what it is asked of as it was."""
    kinds = [kind for kind in (list, dict, set) if hasattr(kind, name)]
    assert kinds
    for kind in kinds:
        value = kind({1: 1})
        of_set = ({1},) if kind is set and name != "__contains__" else (0 if kind is list else 1,)
        given = () if name in ("keys", "__len__", "union") else of_set
        before = repr(value)
        if not (kind is list and name == "index"):
            getattr(value, name)(*given)
        assert repr(value) == before


@pytest.mark.parametrize("name", sorted(collections.MODELS))
def test_methods_of_dicts_and_lists_on_their_classes(name: str) -> None:
    assert callable(locate(name))


def test_methods_of_parsers() -> None:
    from argparse import ArgumentParser

    assert {name for name in dir(ArgumentParser) if name.startswith("parse_")} == methods._PARSERS


def test_types_of_python() -> None:
    import builtins as python_types

    for name, kinds in class_questions._PYTHON_TYPES.items():
        kind = getattr(python_types, name)
        assert kinds == tuple(one for one in ("int", "float", "str", "bool") if issubclass(getattr(python_types, one), kind)) or not kinds
        assert kinds or not any(issubclass(getattr(python_types, one), kind) for one in ("int", "float", "str", "bool"))


def test_what_trainers_feed_is_what_they_run() -> None:
    assert {step for _, step in trainers._FED} <= {*contexts.STEP_METHODS}
    assert {name for name, _ in trainers._FED} == {"fit", "validate", "test"}


def test_each_way_has_its_row() -> None:
    assert {*trainers.MODELS} == {*contexts.PRECISIONS, *wrappers.PREPARE_METHODS, *contexts.ARGUMENT_TRAINERS}
    grads = contexts.NO_GRADIENT | contexts.GRADIENT | contexts.GRADIENT_BY_MODE
    assert {*autocast.MODELS} - {"contextlib.nullcontext"} == grads | contexts.AUTOCAST.keys()
    assert all("enabled" in {param.name for param in row.params} for row in contexts.AUTOCAST.values())
    assert {*namespaces.MODELS} == python.NAMESPACES | {"builtins.vars"}


def test_activations_have_the_dimension_that_they_run_over() -> None:
    for table in (activations.MODULES, activations.FUNCTIONS, activations.METHODS):
        for row in table.values():
            for params in (row.params, *([row.init] if row.init is not None else [])):
                assert row.dim is None or row.dim in {param.name for param in params}


def test_a_name_of_a_method_is_a_row_or_an_activation() -> None:
    assert activations.INPLACE & METHODS.keys() == set()
    assert activations.INPLACE - activations.METHODS.keys() - activations.FUNCTIONS.keys() == set()
