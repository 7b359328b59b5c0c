"""Arguments for the functions and methods of the tables: by parameter name, unless a function asks for its own."""

from __future__ import annotations

from typing import Any

import torch

from tests.catalog.probes import reals

GRID = (3, 4)
ONES = torch.ones(GRID)
ROWS = torch.tensor([0, 2])
INDEX = torch.tensor([[0, 1, 2, 0], [1, 1, 0, 2], [2, 0, 1, 1]])
HUNDREDS = torch.full(GRID, 100.0)
BATCH = torch.ones(2, 4, 5)

PARAMETERS: dict[str, Any] = {
    "dim": 1,
    "keepdim": True,
    "input": None,
    "dim0": 0,
    "dim1": 1,
    "axis0": 0,
    "axis1": 1,
    "shape": (-1,),
    "chunks": 2,
    "split_size": 2,
    "sections": 1,
    "other": ONES * 2,
    "exponent": 2.0,
    "min": -2.0,
    "max": 3.0,
    "min_val": -2.0,
    "max_val": 3.0,
    "mask": INDEX == 0,
    "condition": INDEX == 0,
    "index": INDEX,
    "indices": INDEX,
    "q": 0.5,
    "end": ONES,
    "mat2": torch.ones(4, 2),
    "vec": torch.ones(4),
    "vec2": torch.ones(4),
    "tensor": torch.ones(4),
    "tensor1": ONES,
    "tensor2": ONES,
    "start_dim": 0,
    "end_dim": 1,
    "nan": 0.0,
    "kernel_size": 2,
    "train": False,
    "training": False,
    "upscale_factor": 2,
    "downscale_factor": 2,
    "groups": 2,
    "data": [[1.0, 2.0]],
    "fill_value": 0.5,
    "values": ONES,
    "tensors": (reals(*GRID), ONES),
    "boundaries": torch.tensor([-1.0, 0.0, 1.0]),
}
"""Values by the name of the parameter; a parameter that is not here is left to its default."""

_POOL2D = {"input": reals(2, 4, 6, 6), "output_size": 2}
_NORM = {"weight": torch.ones(4), "bias": torch.zeros(4)}
_STATISTICS = {"running_mean": torch.zeros(4), "running_var": torch.ones(4)}
_SCATTERED = {"dim": 1, "index": INDEX, "source": HUNDREDS, "src": HUNDREDS}
_FULL = {"input": reals(*GRID)}


def _image(*shape: int, **arguments: Any) -> dict[str, Any]:
    return {"input": reals(2, 4, *shape), **arguments}


CASES: dict[str, dict[str, Any]] = {
    # views
    "permute": {"dims": (1, 0)},
    "broadcast_to": {"size": (2, *GRID)},
    "expand": {"size": (2, *GRID)},
    "expand_as": {"other": torch.ones(2, *GRID)},
    "rot90": {"k": 1, "dims": (0, 1)},
    "tile": {"dims": (2, 1)},
    "repeat": {"repeats": (2, 1)},
    "repeat_interleave": {"repeats": 2, "dim": 1},
    "flip": {"dims": (0,)},
    "roll": {"shifts": 1, "dims": 0},
    "movedim": {"source": 0, "destination": 1},
    "moveaxis": {"source": 0, "destination": 1},
    "unflatten": {"dim": 1, "sizes": (2, 2)},
    "view": {"size": (4, 3)},
    "as_tensor": {"data": reals(*GRID)},
    "asarray": {"obj": reals(*GRID)},
    "from_numpy": {},
    "type": {"dtype": torch.float64},
    "to": {"device": "cpu", "dtype": torch.float64},
    "squeeze": {"input": reals(3, 1, 4), "dim": 1},
    "transpose": {"dim0": 0, "dim1": 1},
    "channel_shuffle": _image(6, 6, groups=2),
    "pixel_shuffle": _image(6, 6, upscale_factor=2),
    "pixel_unshuffle": _image(6, 6, downscale_factor=2),
    "dropout": {"p": 0.5, "train": False, "training": False},
    "feature_dropout": {"p": 0.5, "train": False},
    "alpha_dropout": {"p": 0.5, "train": False, "training": False},
    "dropout1d": _image(6, training=False),
    "dropout2d": _image(6, 6, training=False),
    "dropout3d": _image(6, 6, 6, training=False),
    "pack_padded_sequence": {"lengths": torch.tensor([4, 4, 4]), "batch_first": True},
    # parts
    "index_select": {"dim": 0, "index": ROWS},
    "select": {"dim": 0, "index": 1},
    "narrow": {"dim": 0, "start": 0, "length": 2},
    "diagonal": {"offset": 1, "dim1": 0, "dim2": 1},
    "as_strided": {"size": (2, 2), "stride": (1, 2), "storage_offset": 1},
    "unfold": {"dimension": 1, "size": 2, "step": 1},
    "split": {"split_size": 2, "split_size_or_sections": 2, "tensor": reals(*GRID), "dim": 1},
    "dsplit": {"input": reals(2, 3, 4), "sections": 2},
    "hsplit": {"sections": 2},
    "vsplit": {"sections": 3},
    "topk": {"k": 2, "dim": 1},
    "kthvalue": {"k": 2, "dim": 1},
    # joins and fills
    "masked_fill": {"mask": INDEX == 0, "value": 100.0},
    "masked_scatter": {"mask": INDEX == 0, "source": HUNDREDS},
    "index_fill": {"dim": 0, "index": ROWS, "value": 100.0},
    "index_copy": {"dim": 0, "index": ROWS, "source": HUNDREDS[:2]},
    "index_put": {"indices": (ROWS, ROWS), "values": torch.tensor(100.0)},
    "scatter": {"dim": 0, "index": torch.zeros(1, 4, dtype=torch.int64), "src": HUNDREDS},
    "pad_sequence": {"sequences": (reals(*GRID), ONES), "tensors": (ONES,)},
    # reductions and products
    "addmm": {"input": torch.ones(2, 2), "mat1": torch.ones(2, 3), "mat2": torch.ones(3, 2)},
    "addmv": {"input": torch.ones(3), "mat": ONES, "vec": torch.ones(4)},
    "addr": {"input": ONES, "vec1": torch.ones(3), "vec2": torch.ones(4)},
    "addbmm": {"input": torch.ones(3, 5), "batch1": torch.ones(2, 3, 4), "batch2": BATCH},
    "baddbmm": {"input": torch.ones(2, 3, 5), "batch1": torch.ones(2, 3, 4), "batch2": BATCH},
    "bmm": {"input": reals(2, 3, 4), "mat2": BATCH},
    "matmul": {"input": reals(*GRID), "other": torch.ones(4, 2)},
    "outer": {"input": reals(4), "vec2": torch.ones(4)},
    "ger": {"input": reals(4), "vec2": torch.ones(4)},
    "dot": {"input": reals(4), "tensor": torch.ones(4)},
    "vdot": {"input": reals(4), "other": torch.ones(4)},
    "einsum": {"equation": "ij->i", "operands": reals(*GRID)},
    "tensordot": {"a": reals(*GRID), "b": torch.ones(4, 2), "dims": 1},
    "chain_matmul": {"more": (torch.ones(4, 2),)},
    "multi_dot": {"tensors": (reals(*GRID), torch.ones(4, 2))},
    "lerp": {"end": ONES, "weight": 0.5},
    "index_add": {"dim": 0, "index": ROWS, "source": ONES[:2]},
    "scatter_add": _SCATTERED | {"dim": 0},
    "scatter_reduce": _SCATTERED | {"dim": 0, "reduce": "sum"},
    "cross": {"input": reals(4, 3), "other": torch.ones(4, 3)},
    "dist": {"other": ONES},
    "cdist": {"x2": ONES},
    "inv": {"input": torch.eye(3)},
    "det": {"input": torch.eye(3)},
    "solve": {"input": torch.eye(3), "B": torch.ones(3)},
    "pdist": {"input": reals(*GRID), "p": 2.0},
    "cosine_similarity": {"x1": reals(*GRID), "x2": ONES},
    "pairwise_distance": {"x1": reals(*GRID), "x2": ONES},
    "prelu": {"weight": torch.tensor(0.25)},
    "threshold": {"threshold": 0.1, "value": 0.5},
    "searchsorted": {"sorted_sequence": torch.arange(5.0), "input": reals(3)},
    "isin": {"elements": reals(*GRID), "test_elements": ONES},
    "multinomial": {"input": reals(*GRID).abs(), "num_samples": 2},
    "bincount": {"input": torch.arange(5)},
    "equal": {"other": ONES},
    "allclose": {"other": ONES},
    "one_hot": {"input": torch.arange(5), "num_classes": 7},
    "item": {"input": reals(1)},
    "is_nonzero": {"input": reals(1)},
    # layers as functions
    "linear": {"weight": torch.ones(2, 4), "bias": torch.ones(2)},
    "bilinear": {"input1": ONES, "input2": ONES, "weight": torch.ones(2, 4, 4), "bias": torch.ones(2)},
    "embedding": {"input": torch.arange(3), "weight": ONES},
    "embedding_bag": {"input": INDEX, "weight": ONES},
    **{f"conv{n}d": _image(*[6] * n, weight=torch.ones(2, 4, *[2] * n), groups=1) for n in (1, 2, 3)},
    **{f"conv_transpose{n}d": _image(*[6] * n, weight=torch.ones(4, 2, *[2] * n), groups=1) for n in (1, 2, 3)},
    "batch_norm": {**_STATISTICS, "training": False},
    "instance_norm": {**_image(6, 6), **_STATISTICS},
    "layer_norm": {"normalized_shape": (4,), **_NORM},
    "rms_norm": {"normalized_shape": (4,), "weight": torch.ones(4)},
    "group_norm": {"num_groups": 2, **_NORM},
    **{f"{how}_pool{n}d": _image(*[6] * n, kernel_size=2) for how in ("max", "avg") for n in (1, 2, 3)},
    **{f"adaptive_{how}_pool{n}d": _image(*[6] * n, output_size=2) for how in ("max", "avg") for n in (1, 2, 3)},
    **{f"lp_pool{n}d": {"input": reals(2, 4, *[6] * n).abs(), "norm_type": 2, "kernel_size": 2} for n in (1, 2, 3)},
    "fractional_max_pool2d": _image(6, 6, kernel_size=2, output_size=3),
    "fractional_max_pool3d": _image(6, 6, 6, kernel_size=2, output_size=3),
    "max_unpool1d": _image(3, indices=torch.arange(0, 6, 2).expand(2, 4, 3), kernel_size=2),
    "max_unpool2d": _image(2, 2, indices=torch.arange(0, 16, 4).reshape(2, 2).expand(2, 4, 2, 2), kernel_size=2),
    "max_unpool3d": _image(1, 1, 1, indices=torch.zeros(2, 4, 1, 1, 1, dtype=torch.int64), kernel_size=2),
    "interpolate": _image(6, 6, size=9, mode="bilinear"),
    "upsample": _image(6, 6, size=9, mode="bilinear"),
    "upsample_bilinear": _image(6, 6, size=9),
    "upsample_nearest": _image(6, 6, size=9),
    "grid_sample": _image(6, 6, grid=torch.zeros(2, 3, 3, 2), align_corners=False),
    "affine_grid": {"theta": torch.ones(2, 2, 3), "size": (2, 1, 3, 3), "align_corners": False},
    "matrix_norm": {"dim": (0, 1)},
    "pad": {"pad": (1, 1), "mode": "constant", "value": 0.0},
    "fold": {"input": reals(1, 4, 4), "output_size": (3, 3), "kernel_size": 2},
    "torch.nn.functional.unfold": _image(6, 6, kernel_size=2),
    "local_response_norm": _image(6, 6, size=2),
    "scaled_dot_product_attention": {"query": ONES, "key": ONES, "value": ONES},
    "normalize": {"p": 2.0, "dim": 0},
    "multi_head_attention_forward": {},
    # factories
    "zeros": {"size": (50,)},
    "ones": {"size": (50,)},
    "rand": {"size": (500,)},
    "randn": {"size": (500,)},
    "empty": {"size": (5,)},
    "normal": {"mean": 0.0, "std": 1.0, "size": (500,)},
    "eye": {"n": 5},
    "linspace": {"start": 0, "end": 1, "steps": 5},
    "logspace": {"start": 0, "end": 1, "steps": 5},
    "full": {"size": (5,), "fill_value": 0.5},
    "scalar_tensor": {"s": 0.5},
    "randint": {"low": 0, "high": 9, "size": (5,)},
    "randint_like": {"low": 0, "high": 9},
    "randperm": {"n": 5},
    "arange": {"start": 0, "end": 5, "step": 1},
    "bernoulli": {"input": torch.full((500,), 0.5)},
    "rand_like": {"input": torch.zeros(500)},
    "randn_like": {"input": torch.zeros(500)},
    "new_zeros": {"size": (5,)},
    "new_ones": {"size": (5,)},
    "new_empty": {"size": (5,)},
    "new_full": {"size": (5,), "fill_value": 0.5},
    "fill": {"value": 0.5},
    "uniform": {"input": torch.zeros(500), "from": 2.0, "to": 3.0},
    "exponential": {"input": torch.zeros(5000), "lambd": 0.5},
    "Parameter": {"data": ONES},
    # the rest
    "copy": {"other": ONES},
    "register_hook": {"input": torch.ones(2, requires_grad=True), "more": (lambda grad: None,)},
    "backward": {"input": torch.ones((), requires_grad=True) * 1},
    "retain_grad": {"input": torch.ones(2, requires_grad=True) * 1},
    "apply": {"more": (lambda v: v,)},
    "map": {"more": (ONES, lambda a, b: a)},
    "map2": {"more": (ONES, ONES, lambda a, b, c: a)},
    "polygamma": {"more": (1,)},
    "mvlgamma": {"input": reals(*GRID).abs() + 3, "more": (1,)},
    "geometric": {"more": (0.5,)},
    "renorm": {"more": (2, 0, 1.0)},
    "index_reduce": {"more": (0, ROWS, ONES[:2], "prod")},
    "put": {"more": (ROWS, torch.ones(2))},
    "fill_diagonal": {"more": (0.5,)},
    "resize": {"more": ((4, 3),)},
    "resize_as": {"more": (ONES,)},
    "set": {"more": (ONES,)},
    "heaviside": {"values": ONES},
    **{
        f"bitwise_{name}": {"input": torch.arange(5), "other": torch.arange(5)}
        for name in ("and", "or", "xor", "left_shift", "right_shift")
    },
    "float_power": {"input": reals(*GRID).double()},
    "bitwise_not": {"input": torch.arange(5)},
    "gcd": {"input": torch.arange(5), "other": torch.arange(5)},
    "lcm": {"input": torch.arange(5), "other": torch.arange(5)},
}
"""Values for functions and methods by their last name without a trailing `_`, or by their whole name.

`more` are positional ones without a name.
"""

POSITIVE = frozenset(
    {"log", "sqrt", "rsqrt", "log2", "log10", "log1p", "poisson", "acosh", "arccosh", "igamma", "igammac", "lgamma", "digamma"}
)
UNIT_INPUTS = frozenset({"logit", "erfinv", "asin", "acos", "arcsin", "arccos", "atanh", "arctanh", "ndtri"})


def default_input(name: str) -> torch.Tensor:
    """A matrix of reals, where `name` is defined for them."""
    x = reals(*GRID)
    if name in POSITIVE:
        return x.abs() + 1
    if name in UNIT_INPUTS:
        return x.sigmoid()
    return x.clamp(-9, 9) if name in {"exp", "sinh"} else x
