"""Tensor methods: those that functions of `torch` are too, made from the functions' rows, and those that stand alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bce_lint.catalog.factories import FACTORY_METHODS
from bce_lint.catalog.rows import rows
from bce_lint.catalog.schema import Kind, Transfer

_KEEPS = {
    **rows(
        "",
        Transfer(Kind.KEEP),
        """
        view(size) | shape=view use=moved receiver=tensor trial=open_sizes linear
        view_as(other) | shape=as_other use=moved receiver=itself
        reshape_as expand_as(other) | shape=as_other use=moved
        expand(size) | shape=expand use=moved trial=growing,open_sizes
        repeat(repeats) | use=moved trial=growing
        type_as(other) | shape=same dtype_rule=cast use=kept
        to(device, dtype, non_blocking, copy) | shape=same dtype_rule=cast use=kept receiver=itself trial=recast
        type(dtype, non_blocking) | shape=same dtype_rule=cast use=kept trial=recast
        contiguous | shape=same use=kept receiver=itself
        pin_memory | shape=same use=kept trial=identity
        share_memory_ | shape=same trial=identity
        requires_grad_ | shape=same use=kept gradient=set trial=identity
        detach_ | shape=same use=kept gradient=stopped
        to_dense
        """,
    ),
    **rows("", Transfer(Kind.KEEP, shape="same", use="kept"), "cuda(device, non_blocking) | receiver=itself trial=identity"),
    **rows("", Transfer(Kind.KEEP, use="kept"), "xpu(device, non_blocking)"),
    **rows(
        "",
        Transfer(Kind.KEEP, shape="same"),
        """
        cpu | use=kept receiver=itself trial=identity
        numpy | gradient=none
        """,
    ),
    **rows("", Transfer(Kind.KEEP, gradient="none"), "__array__"),
    **rows(
        "",
        Transfer(Kind.KEEP, shape="same"),
        """
        float | dtype=float32 use=kept receiver=tensor
        double | dtype=float64 use=kept receiver=tensor
        half | dtype=float16 use=kept receiver=tensor
        bfloat16 | dtype=bfloat16 use=kept
        long | dtype=int64 receiver=tensor
        int | dtype=int32 receiver=tensor
        short | dtype=int16 receiver=tensor
        char | dtype=int8
        byte | dtype=uint8 receiver=tensor
        bool | dtype=bool receiver=tensor
        """,
    ),
}

_WRITES = {
    **rows(
        "",
        Transfer(Kind.ARITHMETIC, inplace=True),
        """
        heaviside_(values)
        copy_(other)
        acosh_ atanh_ cosh_ arccosh_ arctanh_ conj_physical_ bitwise_not_ apply_ map_ map2_ cauchy_ geometric_ log_normal_
        nextafter_ ldexp_ igamma_ igammac_ gcd_ lcm_(other)
        bitwise_and_ bitwise_or_ bitwise_xor_ bitwise_left_shift_ bitwise_right_shift_(other)
        mvlgamma_ polygamma_ renorm_ index_reduce_ put_ fill_diagonal_
        resize_(size) | shape=resized_to receiver=tensor
        resize_as_(the_template) | shape=resized_as
        set_ | shape=resized
        """,
    ),
}

OWN: dict[str, Transfer] = {
    **_KEEPS,
    **rows("", Transfer(Kind.SELECT), "unfold(dimension, size, step)"),
    **rows(
        "",
        Transfer(Kind.ARITHMETIC, also=("method_",)),
        """
        index_add(dim, index, source)
        scatter_add(dim, index, src)
        scatter_reduce(dim, index, src, reduce)
        """,
    ),
    **rows(
        "",
        Transfer(Kind.SCALAR),
        """
        size | result=sizes use=layout trial=counts_dims
        dim | result=rank use=layout trial=counts_dims
        nelement | result=count use=layout trial=counts_dims
        ndimension | result=rank trial=counts_dims
        get_device | use=layout
        is_complex | result=complex
        item tolist stride element_size data_ptr is_contiguous is_signed __len__
        """,
    ),
    **rows("", Transfer(Kind.NONE), "backward register_hook retain_grad"),
    **_WRITES,
    **FACTORY_METHODS,
}
"""Methods that no function of the tables is; their rows have no parameter for the tensor."""

ATTRIBUTES: dict[str, Transfer] = {
    **rows(
        "",
        Transfer(Kind.KEEP, shape="t"),
        """
        T mT | use=moved
        H mH
        """,
    ),
    **rows(
        "",
        Transfer(Kind.KEEP, shape="same"),
        """
        data | use=kept
        real
        """,
    ),
}
"""Attributes that are the tensor once more, or its transpose."""

DIFFERENT: dict[str, dict[str, Any]] = {
    "split": {"params": ("split_size", "dim")},
    "numel": {"use": "layout", "trial": ("counts_dims",)},
    **{name: {"use": ""} for name in ("t_", "transpose_", "swapdims_", "swapaxes_")},
}
"""Where methods differ from the functions that they are: fields by method."""


def methods(functions: Mapping[str, Transfer]) -> dict[str, Transfer]:
    """The methods of rows: of functions of `torch`, and those that write back of methods."""
    found: dict[str, Transfer] = {}
    for name, row in functions.items():
        if row.also:
            bare = name.removeprefix("torch.")
            params = _without_tensor(row.params) if bare != name else row.params
            if "method" in row.also:
                found[bare] = row._replace(params=params, also=())
            if "method_" in row.also:
                found[bare + "_"] = written(row, params)
    for name, fields in DIFFERENT.items():
        if name in found:
            found[name] = found[name]._replace(**fields)
    return found


def _without_tensor(params: tuple[str, ...]) -> tuple[str, ...]:
    """The parameters but for the tensor: `input`, where a function has it behind another one, else the first."""
    at = params.index("input") if "input" in params[1:] else 0
    return params[:at] + params[at + 1 :]


def written(row: Transfer, params: tuple[str, ...]) -> Transfer:
    """The row of a form that writes back: into a tensor, and in the dtype that this has."""
    kind = Kind.ARITHMETIC if row.kind is Kind.MATMUL else row.kind  # a product is added to what the tensor was
    return row._replace(kind=kind, dtype=None, inplace=True, params=params, also=(), operator="", receiver="")
