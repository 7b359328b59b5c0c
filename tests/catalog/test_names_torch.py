"""Names, operators and keyword spellings against the installed torch."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
import torch

from bce_lint.catalog import modules
from bce_lint.catalog.names import KEYWORD_ALIASES, TORCH_ALIASES, canonical
from bce_lint.catalog.tensors import OPERATORS, REVERSED_OPERATORS, UNARY_OPERATORS
from tests.catalog.calls import TORCH_ROWS
from tests.catalog.probes import fails, reals, resolve
from tests.catalog.test_tables import CALLABLES

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore:.*deprecated:FutureWarning")]

TORCH_NAMES = sorted({name for table in CALLABLES.values() for name in table if name.startswith("torch.")})


@pytest.mark.parametrize("name", TORCH_NAMES)
def test_names_exist(name: str) -> None:
    assert callable(resolve(name))


@pytest.mark.parametrize("alias", [alias for alias in TORCH_ALIASES if not alias.endswith(".")])
def test_aliases_are_the_same_object(alias: str) -> None:
    space, _, name = alias.rpartition(".")
    assert getattr(import_module(space), name) is resolve(canonical(alias))


@pytest.mark.parametrize("alias", [alias for alias in TORCH_ALIASES if alias.endswith(".")])
def test_aliased_name_spaces_hold_the_same_objects(alias: str) -> None:
    """Whatever both sides have under one name is one object, and they have something in common."""
    space = import_module(alias[:-1])
    shared = 0
    for name in getattr(space, "__all__", None) or dir(space):
        target = canonical(alias + name)
        if not name.startswith("_") and target.startswith("torch.") and fails(lambda target=target: resolve(target)) is None:  # type: ignore[misc]
            assert resolve(target) is getattr(space, name)
            shared += 1
    assert shared


@pytest.mark.parametrize("name", OPERATORS)
def test_operators(name: str) -> None:
    a, b = reals(3, 3).abs() + 1, reals(3, 3).flip(0).abs() + 1
    if name == "bmm":
        a, b = a[None], b[None]
    expected: torch.Tensor = eval(f"a {OPERATORS[name]} b", {"a": a, "b": b})
    assert torch.allclose(resolve(f"torch.{name}")(a, b).float(), expected.float())
    assert torch.allclose(getattr(a, name)(b).float(), expected.float())


def test_unary_and_reversed_operators() -> None:
    a, b = reals(3, 3), reals(3, 3).flip(0)
    assert {name for name, sign in UNARY_OPERATORS.items() if torch.equal(resolve(f"torch.{name}")(a), -a)} == {"neg", "negative"}
    assert torch.equal(torch.positive(a), a)
    assert torch.equal(torch.logical_not(a > 0), ~(a > 0))
    assert REVERSED_OPERATORS == {"rsub": "-"}
    assert torch.equal(torch.rsub(a, b), b - a)


@pytest.mark.parametrize(("alias", "name"), KEYWORD_ALIASES.items())
def test_numpy_names_of_parameters(alias: str, name: str) -> None:
    x = reals(3, 4)
    if name == "other":
        assert torch.equal(torch.add(x, **{alias: x}), x + x)  # type: ignore[call-overload]
        return
    arguments: dict[str, Any] = {"input": x, "dim": 1, "keepdim": True}
    arguments[alias] = arguments.pop(name)
    assert torch.equal(torch.sum(**arguments), x.sum(1, True))


def test_functions_written_in_python_take_no_numpy_names() -> None:
    assert fails(lambda: torch.nn.functional.softmax(reals(3, 4), axis=1))  # type: ignore[call-arg]


def test_all_rows_resolve() -> None:
    assert [name for name in TORCH_ROWS if not callable(resolve(name))] == []


def test_the_attributes_of_a_module_are_all_listed() -> None:
    attributes = {*dir(torch.nn.Module()), *torch.nn.Module.__annotations__}
    assert {name for name in attributes if not (name.startswith("__") and name.endswith("__"))} <= modules.MODULE_ATTRIBUTES
