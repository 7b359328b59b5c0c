"""One table from qualified name to model: each name has one owner, however it is imported."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from itertools import combinations
from types import ModuleType

import pytest

from bce_lint import lint_source
from bce_lint.analysis import models
from bce_lint.analysis.models import registry
from bce_lint.catalog.names import canonical


def ways(name: str) -> dict[str, tuple[str, str]]:
    """The ways to import a name, each as the import and how the name is then written."""
    module, _, last = name.rpartition(".")
    return {
        "module": (f"import {module}", name),
        "alias": (f"import {module} as outside", f"outside.{last}"),
        "name": (f"from {module} import {last}", last),
        "name as": (f"from {module} import {last} as renamed", "renamed"),
        "star": (f"from {module} import *", last),
    }


AUTOCAST = """{line}
from torch import nn

def step(model, x, y):
    with {name}({arguments}):
        return nn.BCELoss()(model(x), y)
"""
NO_GRAD = """{line}
from torch import nn, log, sigmoid

def metric(x):
    with {name}():
        return log(sigmoid(nn.Linear(8, 1)(x)) + 1e-8)
"""
LOADED = "DataLoader({name}(torch.rand(8, 3), labels))"
LOADER = "{name}(TensorDataset(torch.rand(8, 3), labels))"
DATA = """{line}
import torch
from torch import nn
from torch.utils.data import {other}

def train(model):
    labels = torch.zeros(8, dtype=torch.int64)
    for x, y in {expression}:
        nn.BCEWithLogitsLoss()(nn.Linear(3, 1)(x)[:, 0], y)
"""
TRAINER = """{line}
import lightning
from torch import nn

class Model(lightning.LightningModule):
    def training_step(self, batch, index):
        x, y = batch
        return nn.BCELoss()(self.net(x), y)

{name}(accelerator="gpu", precision="16-mixed").fit(Model())
"""
WRAPPER = """{line}
import torch
from torch import nn

model = {name}(nn.Sequential(nn.Linear(8, 1), nn.Sigmoid()){arguments})

def step(x, y):
    return nn.BCEWithLogitsLoss()(model(x), y)
"""
PROGRAMS = [
    ("torch.autocast", AUTOCAST, {"arguments": '"cuda"'}, ["BCE102"]),
    ("torch.amp.autocast", AUTOCAST, {"arguments": '"cuda"'}, ["BCE102"]),
    ("torch.cuda.amp.autocast", AUTOCAST, {"arguments": ""}, ["BCE102"]),
    ("torch.cpu.amp.autocast", AUTOCAST, {"arguments": ""}, []),
    ("torch.no_grad", NO_GRAD, {}, []),
    ("torch.inference_mode", NO_GRAD, {}, []),
    ("torch.enable_grad", NO_GRAD, {}, ["BCE502"]),
    ("torch.utils.data.DataLoader", DATA, {"other": "TensorDataset", "expression": LOADER}, ["BCE301"]),
    ("torch.utils.data.TensorDataset", DATA, {"other": "DataLoader", "expression": LOADED}, ["BCE301"]),
    ("lightning.Trainer", TRAINER, {}, ["BCE102"]),
    ("lightning.pytorch.Trainer", TRAINER, {}, ["BCE102"]),
    ("pytorch_lightning.Trainer", TRAINER, {}, ["BCE102"]),
    ("torch.nn.DataParallel", WRAPPER, {"arguments": ""}, ["BCE103"]),
    ("torch.nn.parallel.DistributedDataParallel", WRAPPER, {"arguments": ""}, ["BCE103"]),
    ("torch.compile", WRAPPER, {"arguments": ""}, ["BCE103"]),
    ("torch.jit.script", WRAPPER, {"arguments": ""}, ["BCE103"]),
    ("torch.optim.swa_utils.AveragedModel", WRAPPER, {"arguments": ""}, ["BCE103"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "program", "parts", "codes"), PROGRAMS, ids=[name for name, *_ in PROGRAMS])
@pytest.mark.parametrize("way", ["module", "alias", "name", "name as", "star"])
def test_a_name_means_the_same_however_it_is_imported(way: str, name: str, program: str, parts: dict[str, str], codes: list[str]) -> None:
    line, written = ways(name)[way]
    filled = {key: text.format(name=written) for key, text in parts.items()}
    assert [one.code for one in lint_source(program.format(line=line, name=written, **filled))] == codes


@pytest.mark.parametrize(("one", "other"), list(combinations(registry.OWNERS, 2)), ids=lambda owner: owner.__name__.rpartition(".")[2])
def test_no_name_has_two_owners(one: ModuleType, other: ModuleType) -> None:
    assert one.MODELS.keys() & other.MODELS.keys() == set()


def test_every_file_that_has_models_is_an_owner() -> None:
    files = {import_module(f"{models.__name__}.{found.name}") for found in pkgutil.iter_modules(models.__path__)} - {registry}
    assert {file for file in files if hasattr(file, "MODELS")} == set(registry.OWNERS)


def test_every_model_is_found_under_its_name() -> None:
    assert [name for name in registry.MODELS if canonical(name) != name] == []
    assert len(registry.MODELS) == sum(len(owner.MODELS) for owner in registry.OWNERS)


@pytest.mark.parametrize("name", ["torch.sigmoid", "torch.float16", "torch.nn.BCELoss", "torch.autocast", "functools.partial"])
def test_known_names(name: str) -> None:
    assert registry.is_known(name)


@pytest.mark.parametrize("name", ["torch.nonsense", "print", "mypackage.sigmoid", ""])
def test_names_of_which_nothing_is_known(name: str) -> None:
    assert not registry.is_known(name)
