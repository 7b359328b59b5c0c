"""Functions on tensors, of every namespace, and tensor methods: what each does to domain, range and dtype.

`FUNCTIONS` and `METHODS` collect the tables of this package; a `dim` given by NumPy's names counts (`names.NUMPY_KEYWORDS`).
"""

from __future__ import annotations

from typing import Final

from bce_lint.catalog.factories import FACTORY_FUNCTIONS
from bce_lint.catalog.functional import FUNCTIONAL
from bce_lint.catalog.methods import ATTRIBUTES, OWN, methods, written
from bce_lint.catalog.numpy import NUMPY
from bce_lint.catalog.pointwise import POINTWISE
from bce_lint.catalog.reductions import REDUCTIONS, VALUES
from bce_lint.catalog.rows import METHOD, WRITTEN_METHOD, rows
from bce_lint.catalog.schema import REAL, UNARY, Kind, Transfer
from bce_lint.catalog.sklearn import SKLEARN

__all__ = ["ATTRIBUTES", "FUNCTIONS", "METHODS", "OPERATORS", "PARAMETER", "REVERSED_OPERATORS", "UNARY_OPERATORS"]

PARAMETER: Final = "torch.nn.Parameter"
"""What makes a parameter: a product of matrices with one is a layer's output."""

_VIEWS = {
    **rows(
        "torch.",
        Transfer(Kind.KEEP, also=METHOD, use="moved"),
        """
        reshape(input, shape) | shape=view receiver=tensor trial=open_sizes linear
        squeeze(input, dim) | shape=squeeze also=method,method_ receiver=itself linear
        unsqueeze(input, dim) | shape=unsqueeze also=method,method_ receiver=tensor
        flatten(input, start_dim, end_dim) | shape=flatten receiver=tensor linear
        unflatten(input, dim, sizes) | shape=moved
        ravel(input) | shape=ravel
        t(input) | shape=t also=method,method_
        permute(input, dims) | shape=permute
        transpose swapdims(input, dim0, dim1) | shape=transpose also=method,method_
        swapaxes(input, axis0, axis1) | shape=transpose also=method,method_
        movedim moveaxis(input, source, destination) | shape=moved
        broadcast_to(input, size) | shape=expand trial=growing
        fliplr flipud(input) | shape=same
        flip(input, dims) | shape=same
        roll(input, shifts, dims) | shape=same
        rot90(input, k, dims)
        tile(input, dims) | trial=growing
        repeat_interleave(input, repeats, dim) | trial=growing
        """,
    ),
    **rows("torch.", Transfer(Kind.KEEP, use="moved"), "atleast_1d atleast_2d atleast_3d"),
    **rows(
        "torch.",
        Transfer(Kind.KEEP, also=METHOD),
        """
        clone(input) | shape=same use=kept receiver=itself
        detach(input) | shape=same use=kept receiver=itself gradient=stopped
        positive(input) | shape=same operator=pos
        conj(input) | shape=same
        resolve_conj(input)
        nan_to_num(input, nan, posinf, neginf) | shape=same also=method,method_
        """,
    ),
    **rows(
        "torch.",
        Transfer(Kind.KEEP),
        """
        resolve_neg(input)
        dropout(input, p, train) | shape=same use=scaled
        feature_dropout(input, p, train) | use=scaled
        pixel_shuffle(input, upscale_factor)
        pixel_unshuffle(input, downscale_factor)
        channel_shuffle(input, groups)
        as_tensor(data, dtype, device) | shape=same
        asarray(obj) | shape=same
        from_numpy(ndarray) | shape=same gradient=none
        """,
    ),
}

_PARTS = {
    **rows(
        "torch.",
        Transfer(Kind.SELECT, also=METHOD),
        """
        index_select(input, dim, index) | shape=index use=picked
        gather(input, dim, index) | use=picked
        take(input, index)
        take_along_dim(input, indices, dim) | use=picked
        masked_select(input, mask) | use=picked
        narrow(input, dim, start, length) | shape=narrow use=picked
        select(input, dim, index) | shape=select use=picked
        diagonal(input, offset, dim1, dim2)
        as_strided(input, size, stride, storage_offset) | shape=resized also=method,method_
        amax amin(input, dim, keepdim) | shape=reduce
        msort(input)
        unique(input, sorted, return_inverse, return_counts, dim)
        """,
    ),
    **rows(
        "torch.",
        Transfer(Kind.SELECT, result="tuple", also=METHOD),
        """
        chunk(input, chunks, dim) | shape=pieces use=picked
        split(tensor, split_size_or_sections, dim) | shape=pieces use=picked
        unbind(input, dim) | shape=unbind use=picked
        tensor_split(input, sections, dim) | shape=pieces
        hsplit vsplit dsplit(input, sections)
        """,
    ),
    **rows(
        "torch.",
        Transfer(Kind.SELECT, result="namedtuple-if-dim", fields=VALUES, also=METHOD),
        "max min(input, dim, keepdim) | shape=reduce use=selected",
    ),
    **rows(
        "torch.",
        Transfer(Kind.SELECT, result="namedtuple", fields=VALUES, also=METHOD),
        """
        topk(input, k, dim, largest, sorted) | shape=topk use=selected
        sort(input, dim, descending) | shape=same use=selected
        kthvalue(input, k, dim, keepdim) | use=selected
        mode(input, dim, keepdim) | use=selected
        cummax cummin(input, dim)
        """,
    ),
    **rows("torch.", Transfer(Kind.SELECT, result="namedtuple", fields=("min", "max"), also=METHOD), "aminmax(input)"),
    **rows(
        "torch.",
        Transfer(Kind.SELECT),
        """
        max_pool1d(input, kernel_size, stride, padding, dilation, ceil_mode) | shape=max_pool1
        max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode) | shape=max_pool2
        max_pool3d(input, kernel_size, stride, padding, dilation, ceil_mode) | shape=max_pool3
        """,
    ),
}

_JOINS = {
    **rows("torch.", Transfer(Kind.JOIN, shape="cat", use="moved"), "cat concat concatenate(tensors, dim)"),
    **rows("torch.", Transfer(Kind.JOIN, shape="stack", use="moved"), "stack(tensors, dim)"),
    **rows(
        "torch.",
        Transfer(Kind.JOIN),
        """
        hstack vstack(tensors) | use=moved
        dstack row_stack column_stack(tensors)
        """,
    ),
    "torch.nn.utils.rnn.pad_sequence": Transfer(Kind.JOIN, params=("sequences", "batch_first", "padding_value", "padding_side")),
    **rows("torch.", Transfer(Kind.MASK, also=METHOD, use="moved"), "where(condition, input, other) | trial=choice"),
    **rows(
        "torch.",
        Transfer(Kind.FILL, also=WRITTEN_METHOD),
        """
        masked_fill(input, mask, value) | trial=masked
        masked_scatter(input, mask, source)
        index_fill(input, dim, index, value)
        index_copy(input, dim, index, source)
        index_put(input, indices, values)
        scatter(input, dim, index, src)
        """,
    ),
}

_LABELS = {
    **rows(
        "torch.",
        Transfer(Kind.LABEL, dtype="int64", also=METHOD),
        """
        argmax argmin(input, dim, keepdim) | shape=reduce use=ranked receiver=tensor
        argsort(input, dim, descending) | shape=same use=ranked
        nonzero argwhere(input)
        multinomial(input, num_samples, replacement) | trial=random
        bincount(input, weights, minlength) | shape=row dtype_rule=counts
        count_nonzero(input, dim)
        """,
    ),
    **rows(
        "torch.",
        Transfer(Kind.LABEL, dtype="int64"),
        """
        bucketize(input, boundaries)
        searchsorted(sorted_sequence, input)
        """,
    ),
    **rows(
        "torch.",
        Transfer(Kind.BOOL, dtype="bool", also=METHOD),
        """
        isnan isinf isfinite isposinf isneginf isreal signbit(input)
        isclose(input, other)
        any all(input, dim, keepdim) | shape=reduce
        """,
    ),
    **rows(
        "torch.",
        Transfer(Kind.BOOL, dtype="bool", also=WRITTEN_METHOD),
        """
        eq(input, other) | operator=== receiver=tensor
        ne(input, other) | operator=!= receiver=tensor
        lt(input, other) | operator=< receiver=tensor
        le(input, other) | operator=<= receiver=tensor
        gt(input, other) | operator=> receiver=tensor
        ge(input, other) | operator=>= receiver=tensor
        not_equal(input, other) | operator=!=
        less(input, other) | operator=<
        less_equal(input, other) | operator=<=
        greater(input, other) | operator=>
        greater_equal(input, other) | operator=>=
        logical_not(input) | operator=not
        logical_and logical_or logical_xor(input, other)
        """,
    ),
    **rows("torch.", Transfer(Kind.BOOL, dtype="bool"), "isin(elements, test_elements)"),
    **rows(
        "torch.",
        Transfer(Kind.SCALAR, also=METHOD),
        """
        numel(input) | result=count
        is_floating_point(input) | result=floating
        equal allclose(input, other)
        """,
    ),
    **rows(
        "torch.",
        Transfer(Kind.SCALAR),
        """
        is_tensor | use=layout
        is_nonzero
        """,
    ),
}

_ELSEWHERE = {
    **rows(
        "torch.linalg.",
        Transfer(Kind.BOUNDED, REAL._replace(low=0.0, tight=False)),
        """
        norm(input, ord, dim, keepdim) | shape=norm
        vector_norm matrix_norm(input, ord, dim, keepdim)
        """,
    ),
    **rows("torch.linalg.", Transfer(Kind.ARITHMETIC), "inv pinv det solve"),
    PARAMETER: Transfer(Kind.PARAMETER, REAL, params=("data", "requires_grad"), shape="same", gradient="set"),
    "torch.nn.utils.rnn.pack_padded_sequence": Transfer(Kind.KEEP, params=("input", "lengths", "batch_first", "enforce_sorted")),
    "torch.nn.utils.rnn.pad_packed_sequence": Transfer(
        Kind.KEEP,
        result="tuple",
        params=("sequence", "batch_first", "padding_value", "total_length"),
        fields=("values", "indices"),
    ),
    "einops.rearrange": Transfer(Kind.KEEP, params=("tensor", "pattern")),
    "einops.repeat": Transfer(Kind.KEEP, params=("tensor", "pattern"), use="moved"),
    "einops.reduce": Transfer(Kind.ARITHMETIC, params=("tensor", "pattern", "reduction")),
    "einops.einsum": Transfer(Kind.MATMUL),
    **rows("torch_scatter.", Transfer(Kind.ARITHMETIC), "scatter scatter_add scatter_sum scatter_mean scatter_mul(src, index, dim)"),
}

_ONCE: dict[str, Transfer] = {
    **_VIEWS,
    **_PARTS,
    **_JOINS,
    **REDUCTIONS,
    **_LABELS,
    **_ELSEWHERE,
    **POINTWISE,
    **FUNCTIONAL,
    **FACTORY_FUNCTIONS,
    **NUMPY,
    **SKLEARN,
}

FUNCTIONS: dict[str, Transfer] = {
    **_ONCE,
    **{f"{name}_": written(row, row.params) for name, row in POINTWISE.items() if "function_" in row.also},
}
"""Functions by canonical name."""

METHODS: dict[str, Transfer] = {**methods(_ONCE), **OWN, **methods(OWN)}
"""Tensor methods by name; `params` leave the tensor itself out. A trailing `_` writes the result back."""

_NAMED = {name.removeprefix("torch."): row for name, row in _ONCE.items() if row.operator and not name.startswith("numpy.")}

OPERATORS: dict[str, str] = {name: row.operator for name, row in _NAMED.items() if row.operator not in UNARY and row.operator[0] != "r"}
"""Functions of `torch` and tensor methods that do what an operator does with their first two operands."""

UNARY_OPERATORS: dict[str, str] = {name: row.operator for name, row in _NAMED.items() if row.operator in UNARY}
"""Likewise with one operand."""

REVERSED_OPERATORS: dict[str, str] = {name: row.operator[1:] for name, row in _NAMED.items() if row.operator[0] == "r"}
"""Likewise with the operands exchanged."""
