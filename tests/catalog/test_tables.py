"""The tables agree with one another; nothing here needs torch."""

from __future__ import annotations

from itertools import combinations

import pytest

from bce_lint.catalog import activations, contexts, dtypes, layers, losses, tensors, wrappers
from bce_lint.catalog.names import ALIASES, canonical
from bce_lint.catalog.schema import QUESTIONS, REQUIRED, Contract, Covered, Kind, Range, Transfer

CALLABLES: dict[str, set[str]] = {
    "loss modules": set(losses.MODULES),
    "loss functions": set(losses.FUNCTIONS),
    "activation modules": set(activations.MODULES),
    "activation functions": set(activations.FUNCTIONS),
    "layers": set(layers.LAYERS),
    "containers": set(wrappers.CONTAINERS),
    "wrappers": set(wrappers.WRAPPERS),
    "functions": set(tensors.FUNCTIONS),
    "autocast": set(contexts.AUTOCAST),
    "precisions": set(contexts.PRECISIONS),
    "argument trainers": set(contexts.ARGUMENT_TRAINERS),
}
TRANSFERS: dict[str, Transfer] = {**layers.LAYERS, **tensors.FUNCTIONS, **{f".{name}": row for name, row in tensors.METHODS.items()}}


@pytest.mark.parametrize(("one", "other"), list(combinations(CALLABLES, 2)))
def test_no_name_stands_in_two_tables(one: str, other: str) -> None:
    assert CALLABLES[one] & CALLABLES[other] == set()


@pytest.mark.parametrize("table", CALLABLES)
def test_names_are_canonical(table: str) -> None:
    assert [name for name in CALLABLES[table] if canonical(name) != name] == []


def test_a_method_is_an_activation_or_a_transfer() -> None:
    assert set(activations.METHODS) & set(tensors.METHODS) == set()


def test_prepare_methods_are_of_known_classes() -> None:
    assert set(wrappers.PREPARE_METHODS) <= set(contexts.PRECISIONS)
    assert {how for methods in wrappers.PREPARE_METHODS.values() for how in methods.values()} == {"first", "each"}


@pytest.mark.parametrize("alias", ALIASES)
def test_aliases_lead_to_a_fixed_point(alias: str) -> None:
    name = alias + "Thing" if alias.endswith(".") else alias
    assert canonical(name) != name
    assert canonical(canonical(name)) == canonical(name)


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("torch.nn.modules.loss.BCELoss", "torch.nn.BCELoss"),
        ("torch.nn.modules.BCELoss", "torch.nn.BCELoss"),
        ("torch.nn.parallel.distributed.DistributedDataParallel", "torch.nn.parallel.DistributedDataParallel"),
        ("torch.nn.parallel.data_parallel.DataParallel", "torch.nn.DataParallel"),
        ("torch.amp.autocast_mode.autocast", "torch.autocast"),
        ("torchvision.ops.focal_loss.sigmoid_focal_loss", "torchvision.ops.sigmoid_focal_loss"),
        ("pytorch_lightning.Trainer", "lightning.Trainer"),
        ("lightning.pytorch.trainer.trainer.Trainer", "lightning.Trainer"),
        ("lightning_fabric.Fabric", "lightning.Fabric"),
        ("lightning.fabric.fabric.Fabric", "lightning.Fabric"),
        ("accelerate.accelerator.Accelerator", "accelerate.Accelerator"),
        ("torch.nn.functional.softmax", "torch.nn.functional.softmax"),
        ("torch.nn.modules", "torch.nn.modules"),
        ("mine.torch.nn.modules.loss.BCELoss", "mine.torch.nn.modules.loss.BCELoss"),
        ("x", "x"),
    ],
)
def test_canonical(written: str, known: str) -> None:
    assert canonical(written) == known


def test_losses_fuse_into_known_classes() -> None:
    names = {contract.name for contract in losses.MODULES.values()}
    assert {c.fused_with for c in losses.CONTRACTS if c.fused_with} <= names


@pytest.mark.parametrize("contract", losses.CONTRACTS, ids=lambda c: f"{c.name}-{c.functional}")
def test_contracts_are_complete(contract: Contract) -> None:
    assert contract.module or contract.functional
    assert (contract.module is None) == (contract.init is None)
    assert (contract.functional is None) == (contract.function is None)
    assert contract.autocast in {"banned", "float32", "any"}
    if contract.module is not None:
        assert contract.module == f"torch.nn.{contract.name}"
    for params in (contract.init, contract.function):
        kinds = [p.positional for p in params or ()]
        assert kinds == sorted(kinds, reverse=True), "keyword-only parameters come last"
        defaults = [p.default == REQUIRED for p in params or () if p.positional]
        assert defaults == sorted(defaults, reverse=True), "required parameters come first"


def test_only_bce_loss_is_banned() -> None:
    assert [c.name for c in losses.CONTRACTS if c.autocast == "banned"] == ["BCELoss"]


@pytest.mark.parametrize("name", TRANSFERS)
def test_transfers_are_well_formed(name: str) -> None:
    row = TRANSFERS[name]
    assert row.range.low <= row.range.high
    assert row.result in {"tensor", "tuple", "namedtuple", "namedtuple-if-dim", *QUESTIONS}
    assert row.dtype is None or row.dtype in dtypes.DTYPES.values()
    assert len(set(row.params)) == len(row.params)
    assert row.kind is not Kind.ACTIVATION
    assert (not row.fields) or row.result != "tensor"
    assert row.inplace <= name.endswith("_")
    for bound in row.bounds or ():
        assert bound is None or bound in row.params


def test_operators_name_functions_of_torch_and_methods() -> None:
    for name in (*tensors.OPERATORS, *tensors.UNARY_OPERATORS):
        assert f"torch.{name}" in tensors.FUNCTIONS
        assert name in tensors.METHODS
    assert all(f"torch.{name}" in tensors.FUNCTIONS for name in tensors.REVERSED_OPERATORS)


def test_trainers() -> None:
    assert contexts.PRECISIONS["lightning.Trainer"].scope is Covered.STEPS
    assert all(p.scope is Covered.FORWARD for name, p in contexts.PRECISIONS.items() if name != "lightning.Trainer")
    assert 16 in contexts.PRECISIONS["lightning.Trainer"].options["precision"]
    assert 32 not in contexts.PRECISIONS["lightning.Trainer"].options["precision"]
    assert "no" not in contexts.PRECISIONS["accelerate.Accelerator"].options["mixed_precision"]


def test_activation_ranges_fit_their_domains() -> None:
    for activation in activations.FUNCTIONS.values():
        logarithm = activation.domain.name.startswith("LOG_")
        assert activation.range == (Range(float("-inf"), 0.0, True) if logarithm else Range(0.0, 1.0, True))
        assert activation.params[0].default == REQUIRED
        assert activation.dim is None or activation.dim in {p.name for p in activation.params}
