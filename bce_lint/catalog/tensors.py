"""Functions on tensors, of every namespace, and tensor methods: what each does to domain, range and dtype.

`FUNCTIONS` and `METHODS` collect the tables of this package; a `dim` given by NumPy's names counts (`names.KEYWORD_ALIASES`).
"""

from __future__ import annotations

from typing import Final

from bce_lint.catalog.factories import FACTORY_FUNCTIONS
from bce_lint.catalog.functional import FUNCTIONAL
from bce_lint.catalog.methods import METHODS
from bce_lint.catalog.numpy import NUMPY
from bce_lint.catalog.pointwise import POINTWISE_FUNCTIONS
from bce_lint.catalog.rows import rows
from bce_lint.catalog.schema import REAL, Kind, Transfer

__all__ = ["FUNCTIONS", "METHODS", "PARAMETER"]

PARAMETER: Final = "torch.nn.Parameter"
"""What makes a parameter: a product of matrices with one is a layer's output."""

_VALUES = ("values", "indices")

_VIEWS = {
    **rows(
        "torch.",
        Transfer(Kind.KEEP),
        """
        reshape(input, shape)
        squeeze unsqueeze(input, dim)
        flatten(input, start_dim, end_dim)
        unflatten(input, dim, sizes)
        ravel t clone detach positive conj resolve_conj resolve_neg fliplr flipud(input)
        permute(input, dims)
        transpose swapdims(input, dim0, dim1)
        swapaxes(input, axis0, axis1)
        movedim moveaxis(input, source, destination)
        atleast_1d atleast_2d atleast_3d
        broadcast_to(input, size)
        flip(input, dims)
        roll(input, shifts, dims)
        rot90(input, k, dims)
        tile(input, dims)
        repeat_interleave(input, repeats, dim)
        nan_to_num(input, nan, posinf, neginf)
        dropout feature_dropout(input, p, train)
        pixel_shuffle(input, upscale_factor)
        pixel_unshuffle(input, downscale_factor)
        channel_shuffle(input, groups)
        as_tensor(data, dtype, device)
        asarray(obj)
        from_numpy(ndarray)
        """,
    ),
    **rows(
        "torch.",
        Transfer(Kind.SELECT),
        """
        index_select gather(input, dim, index)
        take(input, index)
        take_along_dim(input, indices, dim)
        masked_select(input, mask)
        narrow(input, dim, start, length)
        select(input, dim, index)
        diagonal(input, offset, dim1, dim2)
        as_strided(input, size, stride, storage_offset)
        amax amin(input, dim, keepdim)
        msort(input)
        unique(input, sorted, return_inverse, return_counts, dim)
        max_pool1d max_pool2d max_pool3d(input, kernel_size, stride, padding, dilation, ceil_mode)
        """,
    ),
    **rows(
        "torch.",
        Transfer(Kind.SELECT, result="tuple"),
        """
        chunk(input, chunks, dim)
        split(tensor, split_size_or_sections, dim)
        unbind(input, dim)
        tensor_split(input, sections, dim)
        hsplit vsplit dsplit(input, sections)
        """,
    ),
    **rows("torch.", Transfer(Kind.SELECT, result="namedtuple-if-dim", fields=_VALUES), "max min(input, dim, keepdim)"),
    **rows(
        "torch.",
        Transfer(Kind.SELECT, result="namedtuple", fields=_VALUES),
        """
        topk(input, k, dim, largest, sorted)
        sort(input, dim, descending)
        kthvalue(input, k, dim, keepdim)
        mode(input, dim, keepdim)
        cummax cummin(input, dim)
        """,
    ),
    "torch.aminmax": Transfer(Kind.SELECT, result="namedtuple", params=("input", "*", "dim", "keepdim"), fields=("min", "max")),
}

_JOINS = {
    **rows("torch.", Transfer(Kind.JOIN), "cat concat concatenate stack(tensors, dim)"),
    **rows("torch.", Transfer(Kind.JOIN), "hstack vstack dstack row_stack column_stack(tensors)"),
    "torch.nn.utils.rnn.pad_sequence": Transfer(Kind.JOIN, params=("sequences", "batch_first", "padding_value", "padding_side")),
    "torch.where": Transfer(Kind.MASK, params=("condition", "input", "other")),
    **rows(
        "torch.",
        Transfer(Kind.FILL),
        """
        masked_fill(input, mask, value)
        masked_scatter(input, mask, source)
        index_fill(input, dim, index, value)
        index_copy(input, dim, index, source)
        index_put(input, indices, values)
        scatter(input, dim, index, src)
        """,
    ),
}

_REDUCTIONS = {
    **rows("torch.", Transfer(Kind.MEAN), "mean nanmean(input, dim, keepdim)\nquantile nanquantile(input, q, dim, keepdim)"),
    **rows("torch.", Transfer(Kind.MEAN, result="namedtuple-if-dim", fields=_VALUES), "median nanmedian(input, dim, keepdim)"),
    **rows("torch.", Transfer(Kind.MEAN), "avg_pool1d(input, kernel_size, stride, padding)\nadaptive_avg_pool1d(input, output_size)"),
    **rows(
        "torch.",
        Transfer(Kind.ARITHMETIC),
        """
        sum nansum prod logsumexp(input, dim, keepdim)
        cumsum cumprod logcumsumexp diff(input, dim)
        trace tril triu diag diag_embed
        block_diag cross cov corrcoef
        lerp(input, end, weight)
        """,
    ),
    **rows(
        "torch.",
        Transfer(Kind.MATMUL),
        """
        matmul inner vdot(input, other)
        outer ger(input, vec2)
        dot(input, tensor)
        mm bmm(input, mat2)
        mv(input, vec)
        einsum(equation, operands)
        tensordot(a, b, dims)
        addmm(input, mat1, mat2)
        addmv(input, mat, vec)
        addr(input, vec1, vec2)
        addbmm baddbmm(input, batch1, batch2)
        chain_matmul linalg.multi_dot linalg.matmul
        """,
    ),
    **rows(
        "torch.",
        Transfer(Kind.LOGITS, REAL),
        "conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d(input, weight, bias, stride, padding)",
    ),
    **rows(
        "torch.",
        Transfer(Kind.BOUNDED, REAL),
        "layer_norm(input, normalized_shape, weight, bias)\ngroup_norm(input, num_groups, weight, bias)",
    ),
}

_LABELS = {
    **rows(
        "torch.",
        Transfer(Kind.LABEL, dtype="int64"),
        """
        argmax argmin(input, dim, keepdim)
        argsort(input, dim, descending)
        nonzero argwhere(input)
        bucketize(input, boundaries)
        searchsorted(sorted_sequence, input)
        multinomial(input, num_samples, replacement)
        bincount(input, weights, minlength)
        count_nonzero(input, dim)
        """,
    ),
    **rows(
        "torch.",
        Transfer(Kind.BOOL, dtype="bool"),
        """
        eq ne lt le gt ge not_equal less less_equal greater greater_equal(input, other)
        isnan isinf isfinite isposinf isneginf isreal signbit logical_not(input)
        isclose logical_and logical_or logical_xor(input, other)
        isin(elements, test_elements)
        any all(input, dim, keepdim)
        """,
    ),
    **rows("torch.", Transfer(Kind.SCALAR), "numel is_tensor is_floating_point is_nonzero\nequal allclose(input, other)"),
}

_ELSEWHERE = {
    **rows(
        "torch.linalg.",
        Transfer(Kind.BOUNDED, REAL._replace(low=0.0, tight=False)),
        "norm vector_norm matrix_norm(input, ord, dim, keepdim)",
    ),
    **rows("torch.linalg.", Transfer(Kind.ARITHMETIC), "inv pinv det solve"),
    PARAMETER: Transfer(Kind.PARAMETER, REAL, params=("data", "requires_grad")),
    "torch.nn.utils.rnn.pack_padded_sequence": Transfer(Kind.KEEP, params=("input", "lengths", "batch_first", "enforce_sorted")),
    "torch.nn.utils.rnn.pad_packed_sequence": Transfer(
        Kind.KEEP,
        result="tuple",
        params=("sequence", "batch_first", "padding_value", "total_length"),
        fields=("values", "indices"),
    ),
    "einops.rearrange": Transfer(Kind.KEEP, params=("tensor", "pattern")),
    "einops.repeat": Transfer(Kind.KEEP, params=("tensor", "pattern")),
    "einops.reduce": Transfer(Kind.ARITHMETIC, params=("tensor", "pattern", "reduction")),
    "einops.einsum": Transfer(Kind.MATMUL),
    **rows("torch_scatter.", Transfer(Kind.ARITHMETIC), "scatter scatter_add scatter_sum scatter_mean scatter_mul(src, index, dim)"),
}

FUNCTIONS: dict[str, Transfer] = {
    **_VIEWS,
    **_JOINS,
    **_REDUCTIONS,
    **_LABELS,
    **_ELSEWHERE,
    **POINTWISE_FUNCTIONS,
    **FUNCTIONAL,
    **FACTORY_FUNCTIONS,
    **NUMPY,
}
"""Functions by canonical name."""
