"""What the catalog says of modules, asked of the installed torch."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

torch = pytest.importorskip("torch")

from bce_lint.catalog.modules import NO_MODULES, TENSORS, is_module  # noqa: E402
from bce_lint.catalog.names import canonical  # noqa: E402


def _classes() -> Iterator[tuple[str, type]]:
    files = ["torch.nn", *(one.name for one in pkgutil.walk_packages(torch.nn.__path__, "torch.nn."))]
    for file in files:
        try:
            found = vars(importlib.import_module(file))
        except (ImportError, AttributeError, RuntimeError):
            continue  # for other machines
        for name, value in found.items():
            if isinstance(value, type) and value.__module__.startswith("torch.nn"):
                yield canonical(f"{file}.{name}"), value


def test_classes_of_torch_nn_are_told_apart() -> None:
    """A class is a module where the table says so, and none where it says so."""
    classes = list(_classes())
    told = {name for name, value in classes if is_module(name) not in (None, issubclass(value, torch.nn.Module))}
    assert not told
    layers = {name for name, value in classes if name.count(".") == 2 and issubclass(value, torch.nn.Module)}
    assert {name for name in layers if not is_module(name)} == set()


def test_tensors_are_tensors() -> None:
    """The classes of tensors, and the others that are no modules."""
    assert all(issubclass(dict(_classes(), **{"torch.Tensor": torch.Tensor})[name], torch.Tensor) for name in TENSORS)
    assert not any(issubclass(value, torch.Tensor) for name, value in _classes() if name in NO_MODULES - TENSORS)
