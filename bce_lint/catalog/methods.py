"""Tensor methods; `params` leave the tensor itself out. A trailing `_` writes the result back."""

from __future__ import annotations

from math import inf

from bce_lint.catalog.factories import FACTORY_METHODS
from bce_lint.catalog.pointwise import INPLACE_POINTWISE, POINTWISE
from bce_lint.catalog.rows import rows
from bce_lint.catalog.schema import Kind, Range, Transfer

_VALUES = ("values", "indices")
_KEEP = Transfer(Kind.KEEP)
_CASTS = {
    "float": "float32",
    "double": "float64",
    "half": "float16",
    "bfloat16": "bfloat16",
    "long": "int64",
    "int": "int32",
    "short": "int16",
    "char": "int8",
    "byte": "uint8",
    "bool": "bool",
}

_KEEPS = {
    **rows(
        "",
        _KEEP,
        """
        view(size)
        view_as reshape_as expand_as type_as(other)
        reshape(shape)
        expand(size)
        repeat(repeats)
        tile permute flip(dims)
        squeeze unsqueeze(dim)
        flatten(start_dim, end_dim)
        unflatten(dim, sizes)
        ravel t clone detach contiguous positive conj resolve_conj fliplr flipud
        transpose swapdims(dim0, dim1)
        swapaxes(axis0, axis1)
        movedim moveaxis(source, destination)
        broadcast_to(size)
        roll(shifts, dims)
        rot90(k, dims)
        repeat_interleave(repeats, dim)
        nan_to_num(nan, posinf, neginf)
        to(device, dtype, non_blocking, copy)
        type(dtype, non_blocking)
        pin_memory share_memory_ requires_grad_ detach_ to_dense
        """,
    ),
    **rows(
        "",
        _KEEP._replace(inplace=True),
        "squeeze_ unsqueeze_(dim)\ntranspose_ swapdims_(dim0, dim1)\nswapaxes_(axis0, axis1)\nnan_to_num_(nan, posinf, neginf)\nt_",
    ),
    "cuda": Transfer(Kind.KEEP, params=("device", "non_blocking"), device="cuda"),
    "xpu": Transfer(Kind.KEEP, params=("device", "non_blocking"), device="xpu"),
    "cpu": Transfer(Kind.KEEP, device="cpu"),
    "numpy": Transfer(Kind.KEEP, device="cpu"),
    "__array__": Transfer(Kind.KEEP, device="cpu"),
    **{name: Transfer(Kind.KEEP, dtype=dtype) for name, dtype in _CASTS.items()},
}

_PARTS = {
    **rows(
        "",
        Transfer(Kind.SELECT),
        """
        index_select gather select(dim, index)
        take(index)
        take_along_dim(indices, dim)
        masked_select(mask)
        narrow(dim, start, length)
        diagonal(offset, dim1, dim2)
        unfold(dimension, size, step)
        as_strided(size, stride, storage_offset)
        amax amin(dim, keepdim)
        msort unique
        """,
    ),
    **rows(
        "",
        Transfer(Kind.SELECT, result="tuple"),
        "chunk(chunks, dim)\nsplit(split_size, dim)\nunbind(dim)\ntensor_split(sections, dim)\nhsplit vsplit dsplit(sections)",
    ),
    **rows("", Transfer(Kind.SELECT, result="namedtuple-if-dim", fields=_VALUES), "max min(dim, keepdim)"),
    **rows(
        "",
        Transfer(Kind.SELECT, result="namedtuple", fields=_VALUES),
        """
        topk(k, dim, largest, sorted)
        sort(dim, descending)
        kthvalue(k, dim, keepdim)
        mode(dim, keepdim)
        cummax cummin(dim)
        """,
    ),
    "aminmax": Transfer(Kind.SELECT, result="namedtuple", params=("*", "dim", "keepdim"), fields=("min", "max")),
    "where": Transfer(Kind.MASK, params=("condition", "other")),
}

_FILLS = """
masked_fill(mask, value)
masked_scatter(mask, source)
index_fill(dim, index, value)
index_copy(dim, index, source)
index_put(indices, values)
scatter(dim, index, src)
"""

_REDUCTIONS = {
    **rows("", Transfer(Kind.MEAN), "mean nanmean(dim, keepdim)\nquantile nanquantile(q, dim, keepdim)"),
    **rows("", Transfer(Kind.MEAN, result="namedtuple-if-dim", fields=_VALUES), "median nanmedian(dim, keepdim)"),
    **rows(
        "",
        Transfer(Kind.ARITHMETIC),
        """
        sum nansum prod logsumexp(dim, keepdim)
        cumsum cumprod logcumsumexp diff(dim)
        trace tril triu diag diag_embed
        lerp(end, weight)
        index_add(dim, index, source)
        scatter_add(dim, index, src)
        scatter_reduce(dim, index, src, reduce)
        """,
    ),
    **rows(
        "",
        Transfer(Kind.MATMUL),
        "matmul inner(other)\ndot(tensor)\nouter(vec2)\nmm bmm(mat2)\nmv(vec)\naddmm(mat1, mat2)\nbaddbmm addbmm(batch1, batch2)",
    ),
    **rows("", Transfer(Kind.BOUNDED, Range(0.0, inf)), "norm(p, dim, keepdim)\nstd var(dim)\ndist(other)"),
    **rows(
        "",
        Transfer(Kind.LABEL, dtype="int64"),
        """
        argmax argmin(dim, keepdim)
        argsort(dim, descending)
        nonzero argwhere
        multinomial(num_samples, replacement)
        bincount(weights, minlength)
        count_nonzero(dim)
        """,
    ),
    **rows(
        "",
        Transfer(Kind.BOOL, dtype="bool"),
        """
        eq ne lt le gt ge not_equal less less_equal greater greater_equal isclose(other)
        isnan isinf isfinite isposinf isneginf isreal signbit logical_not
        logical_and logical_or logical_xor(other)
        any all(dim, keepdim)
        """,
    ),
    **rows(
        "",
        Transfer(Kind.SCALAR),
        "item tolist size stride dim ndimension nelement numel element_size get_device data_ptr is_contiguous "
        "is_floating_point is_complex is_signed __len__",
    ),
    **rows("", Transfer(Kind.SCALAR), "equal allclose(other)"),
    **rows("", Transfer(Kind.NONE), "backward register_hook retain_grad"),
}

_WRITES = {
    **rows(
        "",
        Transfer(Kind.ARITHMETIC, inplace=True),
        """
        add_ sub_ mul_ multiply_ div_ divide_ true_divide_ floor_divide_ remainder_ fmod_ atan2_(other)
        pow_ float_power_(exponent)
        addcmul_ addcdiv_(tensor1, tensor2)
        addmm_(mat1, mat2)
        addmv_(mat, vec)
        addr_(vec1, vec2)
        heaviside_(values)
        baddbmm_ addbmm_(batch1, batch2)
        lerp_(end, weight)
        index_add_(dim, index, source)
        scatter_add_(dim, index, src)
        scatter_reduce_(dim, index, src, reduce)
        cumsum_ cumprod_(dim)
        tril_ triu_(diagonal)
        copy_(other)
        erfinv_ sign_ sgn_ acos_ acosh_ asin_ atanh_ cosh_ arccos_ arccosh_ arcsin_ arcsinh_ arctan_ arctanh_ digamma_ lgamma_ i0_
        deg2rad_ rad2deg_ conj_physical_ bitwise_not_ apply_ map_ map2_ cauchy_ geometric_ log_normal_
        subtract_ copysign_ hypot_ xlogy_ nextafter_ ldexp_ igamma_ igammac_ gcd_ lcm_ arctan2_(other)
        bitwise_and_ bitwise_or_ bitwise_xor_ bitwise_left_shift_ bitwise_right_shift_(other)
        mvlgamma_ polygamma_ renorm_ index_reduce_ put_ fill_diagonal_
        as_strided_(size, stride, storage_offset)
        resize_ resize_as_ set_
        """,
    ),
    "absolute_": Transfer(Kind.BOUNDED, Range(0.0, inf, True), inplace=True),
    **rows(
        "",
        Transfer(Kind.BOOL, inplace=True),
        """
        eq_ ne_ lt_ le_ gt_ ge_ not_equal_ less_ less_equal_ greater_ greater_equal_ logical_and_ logical_or_ logical_xor_(other)
        logical_not_
        """,
    ),
}


def _without_tensor(row: Transfer) -> Transfer:
    return row._replace(params=row.params[1:])


METHODS: dict[str, Transfer] = {
    **{name: _without_tensor(row) for name, row in POINTWISE.items()},
    **{f"{name}_": _without_tensor(row)._replace(inplace=True) for name, row in POINTWISE.items() if name in INPLACE_POINTWISE},
    **_KEEPS,
    **_PARTS,
    **rows("", Transfer(Kind.FILL), _FILLS),
    **rows("", Transfer(Kind.FILL, inplace=True), _FILLS.replace("(", "_(")),
    **_REDUCTIONS,
    **_WRITES,
    **FACTORY_METHODS,
}
"""Tensor methods by name."""
