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
        view(size) | shape=view use=moved receiver=tensor traits=sized,linear
        view_as(other) | shape=as_other use=moved receiver=itself
        reshape_as expand_as(other) | shape=as_other use=moved
        expand(size) | shape=expand use=moved traits=growing,sized
        repeat(repeats) | use=moved traits=growing
        type_as(other) | shape=same dtype_rule=cast use=kept
        to(device, dtype, non_blocking, copy) | shape=same dtype_rule=cast use=kept receiver=itself traits=recast
        type(dtype, non_blocking) | shape=same dtype_rule=cast use=kept traits=recast
        contiguous | shape=same use=kept receiver=itself
        pin_memory | shape=same use=kept traits=stay
        share_memory_ | shape=same traits=stay
        requires_grad_ | shape=same use=kept gradient=set traits=stay
        detach_ | shape=same use=kept gradient=cut
        to_dense
        """,
    ),
    **rows("", Transfer(Kind.KEEP, device="cuda", shape="same", use="kept"), "cuda(device, non_blocking) | receiver=itself traits=stay"),
    **rows("", Transfer(Kind.KEEP, device="xpu", use="kept"), "xpu(device, non_blocking)"),
    **rows("", Transfer(Kind.KEEP, device="cpu", shape="same"), "cpu | use=kept receiver=itself traits=stay\nnumpy | gradient=cut"),
    **rows("", Transfer(Kind.KEEP, device="cpu"), "__array__ | gradient=cut"),
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
        resize_ resize_as_ set_ | shape=resized
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
        size dim nelement | use=layout traits=size
        ndimension | traits=size
        get_device | use=layout
        item tolist stride element_size data_ptr is_contiguous is_complex is_signed __len__
        """,
    ),
    **rows("", Transfer(Kind.NONE), "backward register_hook retain_grad"),
    **_WRITES,
    **FACTORY_METHODS,
}
"""Methods that no function of the tables is; their rows have no parameter for the tensor."""

_DIFFERENT: dict[str, dict[str, Any]] = {
    "split": {"params": ("split_size", "dim")},
    "numel": {"use": "layout", "traits": ("size",)},
    **{name: {"use": ""} for name in ("t_", "transpose_", "swapdims_", "swapaxes_")},
}
"""Where methods differ from the functions that they are: fields by method."""

_WRITTEN_KINDS = {Kind.MATMUL: Kind.ARITHMETIC}
"""A product that is added to a tensor leaves there what it was, changed."""


def _without_tensor(row: Transfer) -> tuple[str, ...]:
    return tuple(p for p in row.params if p != "input") if "input" in row.params else row.params[1:]


def _written(row: Transfer) -> Transfer:
    """The row of a form that writes back: into a tensor, and in the dtype that this has."""
    return row._replace(kind=_WRITTEN_KINDS.get(row.kind, row.kind), dtype=None, inplace=True, also=(), operator="", receiver="")


def methods(functions: Mapping[str, Transfer]) -> dict[str, Transfer]:
    """The methods of rows: of functions of `torch`, and those that write back of methods."""
    found: dict[str, Transfer] = {}
    for name, row in functions.items():
        if row.also:
            bare = name.removeprefix("torch.")
            method = row._replace(params=_without_tensor(row), also=()) if bare != name else row
            if "method" in row.also:
                found[bare] = method
            if "method_" in row.also:
                found[f"{bare}_"] = _written(method)
    for name, fields in _DIFFERENT.items():
        if name in found:
            found[name] = found[name]._replace(**fields)
    return found


def written_functions(functions: Mapping[str, Transfer]) -> dict[str, Transfer]:
    """The functions that write back of those functions that have one."""
    return {f"{name}_": _written(row) for name, row in functions.items() if "function_" in row.also}
