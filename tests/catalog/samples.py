"""Arguments for the functions and methods of the tables, found by the names of their parameters."""

from __future__ import annotations

from typing import Any

import torch

from bce_lint.catalog.terms import Kind, Transfer
from tests.catalog.probes import reals

INDEX = torch.tensor([[0, 1, 2, 0], [1, 1, 0, 2], [2, 0, 1, 1]])
ONES = torch.ones(3, 4)

PARAMETERS: dict[str, Any] = {
    "dim": 1,
    "dims": (0,),
    "dim0": 0,
    "dim1": 1,
    "axis0": 0,
    "axis1": 1,
    "shape": (-1,),
    "size": (4, 3),
    "sizes": (2, 2),
    "source": 0,
    "destination": 1,
    "shifts": 1,
    "k": 2,
    "k_turns": 1,
    "repeats": 2,
    "index": INDEX,
    "indices": INDEX,
    "mask": INDEX == 0,
    "start": 0,
    "length": 2,
    "start_dim": 0,
    "end_dim": 1,
    "offset": 0,
    "stride": (1, 1),
    "chunks": 2,
    "split_size": 2,
    "split_size_or_sections": 2,
    "indices_or_sections": 1,
    "other": ONES * 2,
    "min": -2.0,
    "max": 3.0,
    "value": 100.0,
    "src": 100.0,
    "values": torch.tensor(100.0),
    "q": 0.5,
    "p": 2.0,
    "end": ONES,
    "weight": 0.5,
    "mat2": torch.ones(4, 2),
    "vec": torch.ones(4),
    "num_samples": 2,
    "dimension": 1,
    "step": 1,
    "storage_offset": 0,
    "nan": 0.0,
    "posinf": 9.0,
    "neginf": -9.0,
    "tensor1": ONES,
    "tensor2": ONES,
    "boundaries": torch.tensor([-1.0, 0.0, 1.0]),
    "test_elements": ONES,
    "kernel_size": 2,
    "output_size": 2,
    "training": False,
    "train": False,
    "upscale_factor": 2,
    "downscale_factor": 2,
    "groups": 2,
    "condition": INDEX == 0,
    "n": 5,
    "low": 0,
    "high": 9,
    "fill_value": 0.5,
    "lambd": 0.5,
    "num_classes": 40,
    "pad": (1, 1),
    "min_val": -2.0,
    "max_val": 3.0,
    "diagonal": 0,
    "size_like": (3, 4),
}

SMALL = {"dropout", "dropout1d", "dropout2d", "dropout3d", "feature_dropout"}
IMAGE_INPUTS = ("pool2d", "conv2d", "conv_transpose2d", "dropout2d", "upsample", "interpolate", "pixel_shuffle", "pixel_unshuffle")
VOLUME_INPUTS = ("pool3d", "conv3d", "conv_transpose3d", "dropout3d")
LINE_INPUTS = ("pool1d", "conv1d", "conv_transpose1d", "dropout1d")


def shape_of(name: str) -> tuple[int, ...]:
    """The shape of the first tensor that `name` takes."""
    if "hsplit" in name or "tensor_split" in name:
        return (3, 4)
    if name.endswith(VOLUME_INPUTS):
        return (2, 4, 6, 6, 6)
    if name.endswith((*IMAGE_INPUTS, "channel_shuffle", "upsample_nearest", "upsample_bilinear", "local_response_norm")):
        return (2, 4, 6, 6)
    if name.endswith((*LINE_INPUTS, "dsplit")):
        return (2, 4, 6)
    if "bmm" in name:
        return (2, 3, 4)
    if name.endswith("unflatten"):
        return (3, 4)
    return (3, 4)


def sample_input(name: str, row: Transfer) -> torch.Tensor:
    """A tensor that `name` takes as its first one."""
    x = reals(*shape_of(name))
    last = name.rpartition(".")[2].rstrip("_")
    if last in {"log", "sqrt", "rsqrt", "log2", "log10", "log1p", "multinomial", "poisson", "acosh", "arccosh", "igamma", "igammac", "mvlgamma"}:
        return x.abs() + 3
    if last in {"bernoulli", "logit", "erfinv", "asin", "acos", "arcsin", "arccos", "atanh", "arctanh", "ndtri"}:
        return x.sigmoid()
    if last in {"exp", "sinh"}:
        return x.clamp(-9, 9)
    if last in {"bincount", "one_hot"} or last.startswith("bitwise") or last in {"gcd", "lcm"}:
        return torch.arange(12)
    if last in {"dot", "inner", "vdot", "ger", "outer"}:
        return reals(4)
    if row.kind is Kind.SCALAR and last in {"item", "is_nonzero"}:
        return reals(1)
    return x
