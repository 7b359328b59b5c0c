"""Every layer, container and wrapper against the installed torch."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import torch
from torch import nn

from bce_lint.catalog import activations, layers, losses, wrappers
from bce_lint.catalog.schema import Kind, Range
from tests.catalog.kinds import check, first, reaches
from tests.catalog.probes import reals, resolve

pytestmark = [
    pytest.mark.torch,
    pytest.mark.filterwarnings("ignore:Lazy modules are a new feature:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*nested_tensor:UserWarning"),
]

SIZE = 6
ARGUMENTS: dict[str, Any] = {
    "in_features": SIZE,
    "in1_features": SIZE,
    "in2_features": SIZE,
    "out_features": SIZE,
    "num_features": SIZE,
    "num_channels": SIZE,
    "normalized_shape": SIZE,
    "num_groups": 2,
    "in_channels": SIZE,
    "out_channels": SIZE,
    "kernel_size": 2,
    "num_embeddings": 9,
    "embedding_dim": SIZE,
    "d_model": SIZE,
    "embed_dim": SIZE,
    "nhead": 2,
    "num_heads": 2,
    "input_size": SIZE,
    "hidden_size": SIZE,
    "output_size": 2,
    "unflattened_size": (2, 3),
    "upscale_factor": 2,
    "downscale_factor": 2,
    "groups": 2,
    "padding": 1,
    "size": SIZE,
    "value": 0.5,
    "threshold": 0.1,
    "norm_type": 2,
    "num_layers": 1,
    "dim": 1,
}
ALWAYS = {"d_model", "nhead"}
OVERRIDES: dict[str, dict[str, Any]] = {
    "TransformerEncoder": {"encoder_layer": nn.TransformerEncoderLayer(SIZE, 2, batch_first=True), "num_layers": 1},
    "TransformerDecoder": {"decoder_layer": nn.TransformerDecoderLayer(SIZE, 2, batch_first=True), "num_layers": 1},
    "Fold": {"output_size": (3, 3), "kernel_size": 2},
    "FractionalMaxPool2d": {"kernel_size": 2, "output_size": 3},
    "FractionalMaxPool3d": {"kernel_size": 2, "output_size": 3},
}
SHAPES: dict[str, tuple[int, ...]] = {
    "1d": (8, SIZE, SIZE),
    "2d": (8, SIZE, SIZE, SIZE),
    "3d": (8, SIZE, SIZE, SIZE, SIZE),
    "PixelShuffle": (2, 8, SIZE, SIZE),
    "PixelUnshuffle": (2, 8, SIZE, SIZE),
    "ChannelShuffle": (2, 8, SIZE, SIZE),
    "LocalResponseNorm": (2, SIZE, SIZE),
    "Unfold": (2, 2, SIZE, SIZE),
    "Fold": (1, 4, 4),
    "Upsample": (2, 3, 4, 4),
    "RNN": (3, 4, SIZE),
    "LSTM": (3, 4, SIZE),
    "GRU": (3, 4, SIZE),
}
TWO_INPUTS = {"Bilinear", "CosineSimilarity", "PairwiseDistance", "Transformer", "TransformerDecoder", "TransformerDecoderLayer"}


def _name(qualname: str) -> str:
    return qualname.rpartition(".")[2]


def build(qualname: str) -> nn.Module:
    """The layer with small sizes, in evaluation mode."""
    name, cls = _name(qualname), resolve(qualname)
    if name == "SyncBatchNorm":
        return nn.BatchNorm1d(SIZE).eval()
    required = {
        n: ARGUMENTS[n] for n, p in inspect.signature(cls).parameters.items() if n in ARGUMENTS and (n in ALWAYS or p.default is p.empty)
    }
    if name in {"RNN", "LSTM", "GRU"}:
        return cls(SIZE, SIZE).eval()  # type: ignore[no-any-return]
    if name.startswith("Transformer") and name.endswith("Layer"):
        required["batch_first"] = True
    if name.startswith("Upsampl"):
        required["size"] = SIZE
    return cls(**OVERRIDES.get(name, required)).eval()  # type: ignore[no-any-return]


def arguments(qualname: str) -> tuple[torch.Tensor, ...]:
    """What the layer is called with, the input first."""
    name = _name(qualname)
    shape = SHAPES.get(name) or next((s for end, s in SHAPES.items() if name.endswith(end)), (64, SIZE))
    if name.startswith("Upsampling"):
        shape = SHAPES["Upsample"]
    if name.startswith(("Transformer", "MultiheadAttention")):
        shape = (3, 4, SIZE)
    if name.startswith("Dropout") and name != "Dropout":
        shape = SHAPES[name[-2:]]
    x = reals(*shape)
    if name.startswith("Embedding"):
        return (torch.arange(8).reshape(2, 4),)
    if name == "MultiheadAttention":
        return (x, x, x)
    if name.startswith("MaxUnpool"):
        pool = getattr(nn, name.replace("Unpool", "Pool"))(2, return_indices=True)
        return pool(x)  # type: ignore[no-any-return]
    return (x, x.flip(0)) if name in TWO_INPUTS else (x,)


@pytest.mark.parametrize("qualname", layers.LAYERS)
def test_layer(qualname: str) -> None:
    row, inputs = layers.LAYERS[qualname], arguments(qualname)
    module = build(qualname)
    found = module(*inputs)
    check(row, inputs[0], found, {})
    y = first(row, found)
    if row.kind in {Kind.BOUNDED, Kind.SIGN} and row.range.tight:
        assert reaches(y, row.range) or reaches(first(row, module(inputs[0] * 100)), row.range)
    if row.kind in {Kind.LOGITS, Kind.RECURRENT}:
        assert list(module.parameters())


SIGNS = [q for q, row in layers.LAYERS.items() if row.kind is Kind.SIGN]


@pytest.mark.parametrize("qualname", SIGNS)
def test_sign_is_kept(qualname: str) -> None:
    module, x = build(qualname), torch.linspace(0.0, 30.0, 301)
    assert float(module(x).min()) >= 0
    assert float(module(-x).max()) <= 0


@pytest.mark.parametrize("qualname", [q for q, row in layers.LAYERS.items() if row.kind is Kind.LOGITS])
def test_logits_have_no_bound(qualname: str) -> None:
    """With parameters a thousand times as large the outputs leave every interval, in both directions."""
    module, inputs = build(qualname), arguments(qualname)
    module(*inputs)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 1000)
    y = first(layers.LAYERS[qualname], module(*inputs))
    assert reaches(y, Range())


@pytest.mark.parametrize("qualname", [q for q, row in layers.LAYERS.items() if row.kind is Kind.RECURRENT])
def test_recurrent_features_keep_their_bound(qualname: str) -> None:
    row, module, inputs = layers.LAYERS[qualname], build(qualname), arguments(qualname)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.mul_(1000)
    y = first(row, module(*inputs))
    assert float(y.min()) >= row.range.low
    assert float(y.max()) <= row.range.high


@pytest.mark.parametrize("qualname", [q for q, row in layers.LAYERS.items() if row.params])
def test_constructor_parameters(qualname: str) -> None:
    found = list(inspect.signature(resolve(qualname)).parameters)
    if found == ["args", "kwargs"]:
        found = ["input_size", "hidden_size", "num_layers", "bias", "batch_first", "dropout", "bidirectional"]
        if qualname.endswith("RNN"):
            found.insert(3, "nonlinearity")
        if qualname.endswith("LSTM"):
            found.append("proj_size")
        assert resolve(qualname)(*[4, 4, 1])
    row = layers.LAYERS[qualname]
    assert found[: len(row.params)] == list(row.params)


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-3.0, 0.5)])
def test_hardtanh_takes_its_bounds_from_its_parameters(low: float, high: float) -> None:
    row = layers.LAYERS["torch.nn.Hardtanh"]
    assert row.bounds == ("min_val", "max_val")
    y = nn.Hardtanh(min_val=low, max_val=high)(reals(200))
    assert (float(y.min()), float(y.max())) == (low, high)


def test_every_module_is_known() -> None:
    named = {f"torch.nn.{n}" for n in dir(nn) if isinstance(getattr(nn, n), type) and issubclass(getattr(nn, n), nn.Module)}
    abstract = {"torch.nn.Module", "torch.nn.Container", "torch.nn.RNNBase", "torch.nn.RNNCellBase"}
    known = {*layers.LAYERS, *wrappers.CONTAINERS, *wrappers.WRAPPERS, *losses.MODULES, *activations.MODULES}
    assert named - abstract == {name for name in named if name in known}


def test_containers() -> None:
    for name, how in wrappers.CONTAINERS.items():
        container = resolve(name)()
        assert (how == "dict") == hasattr(container, "keys")
        assert (how == "sequential") == isinstance(container, nn.Sequential)


@pytest.mark.parametrize("name", [w for w in wrappers.WRAPPERS if w.startswith(("torch.", "copy."))])
def test_wrappers_exist(name: str) -> None:
    assert callable(resolve(name))


@pytest.mark.parametrize(
    "name",
    [
        "torch.nn.DataParallel",
        "torch.nn.SyncBatchNorm.convert_sync_batchnorm",
        "torch.fx.symbolic_trace",
        "torch.nn.utils.parametrizations.weight_norm",
        "torch.optim.swa_utils.AveragedModel",
        "copy.copy",
        "copy.deepcopy",
    ],
)
def test_wrappers_compute_as_what_they_wrap(name: str) -> None:
    module, x = nn.Linear(3, 3).eval(), torch.randn(2, 3)
    expected = module(x)
    found = resolve(name)(module).eval()(x)
    assert torch.allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("name", sorted(wrappers.MODULE_SELF_METHODS))
def test_methods_that_return_the_module(name: str) -> None:
    module = nn.Linear(2, 2)
    arguments = {"to": ("cpu",), "to_empty": (), "type": (torch.float32,), "apply": (lambda m: None,)}.get(name, ())
    if name in {"cuda", "xpu", "ipu", "mtia"}:
        module = nn.ReLU()  # type: ignore[assignment]
    keywords = {"device": "cpu"} if name == "to_empty" else {}
    assert getattr(module, name)(*arguments, **keywords) is module
