"""Functions of `torch` that give sums, means, norms and products of a tensor's values."""

from __future__ import annotations

from math import inf

from bce_lint.catalog.rows import METHOD, rows
from bce_lint.catalog.schema import REAL, Kind, Range, Transfer

VALUES = ("values", "indices")
"""The parts of what gives values and where they stand."""

REDUCTIONS: dict[str, Transfer] = {
    **rows(
        "torch.",
        Transfer(Kind.MEAN, also=METHOD),
        """
        mean(input, dim, keepdim) | shape=reduce use=summed linear
        nanmean(input, dim, keepdim) | shape=reduce linear
        quantile nanquantile(input, q, dim, keepdim)
        """,
    ),
    **rows(
        "torch.",
        Transfer(Kind.MEAN, result="namedtuple-if-dim", fields=VALUES, also=METHOD),
        """
        median(input, dim, keepdim) | shape=reduce use=selected
        nanmedian(input, dim, keepdim)
        """,
    ),
    **rows(
        "torch.",
        Transfer(Kind.MEAN),
        """
        avg_pool1d(input, kernel_size, stride, padding)
        adaptive_avg_pool1d(input, output_size)
        """,
    ),
    **rows(
        "torch.",
        Transfer(Kind.ARITHMETIC, also=METHOD),
        """
        sum(input, dim, keepdim) | shape=reduce use=summed linear
        nansum(input, dim, keepdim) | shape=reduce linear
        prod(input, dim, keepdim) | shape=reduce
        logsumexp(input, dim, keepdim) | shape=reduce use=logsumexp
        cumsum cumprod(input, dim) | shape=same also=method,method_
        logcumsumexp diff(input, dim)
        trace(input)
        tril triu(input, diagonal) | also=method,method_
        diag diag_embed(input)
        lerp(input, end, weight) | also=method,method_
        """,
    ),
    **rows("torch.", Transfer(Kind.ARITHMETIC), "block_diag cross cov corrcoef"),
    **rows(
        "torch.",
        Transfer(Kind.BOUNDED, Range(0.0, inf), shape="norm", also=METHOD),
        """
        std var(input, dim)
        norm(input, p, dim, keepdim)
        """,
    ),
    **rows(
        "torch.",
        Transfer(Kind.BOUNDED, Range(0.0, inf)),
        """
        dist(input, other) | also=method
        cdist
        """,
    ),
    **rows("torch.", Transfer(Kind.ARITHMETIC, result="tuple"), "std_mean var_mean(input, dim)"),
    **rows(
        "torch.",
        Transfer(Kind.MATMUL),
        """
        matmul(input, other) | also=method operator=@
        inner(input, other) | also=method
        vdot(input, other)
        outer(input, vec2) | also=method
        ger(input, vec2)
        dot(input, tensor) | also=method
        mm(input, mat2) | also=method operator=@
        bmm(input, mat2) | also=method operator=@
        mv(input, vec) | also=method
        einsum(equation, operands)
        tensordot(a, b, dims)
        addmm(input, mat1, mat2) | also=method,method_
        addmv(input, mat, vec) | also=method_
        addr(input, vec1, vec2) | also=method_
        addbmm baddbmm(input, batch1, batch2) | also=method,method_
        chain_matmul linalg.multi_dot linalg.matmul
        """,
    ),
    **rows(
        "torch.",
        Transfer(Kind.LOGITS, REAL),
        """
        conv1d(input, weight, bias, stride, padding) | shape=conv1
        conv2d(input, weight, bias, stride, padding) | shape=conv2
        conv3d(input, weight, bias, stride, padding) | shape=conv3
        conv_transpose1d conv_transpose2d conv_transpose3d(input, weight, bias, stride, padding)
        """,
    ),
    **rows(
        "torch.",
        Transfer(Kind.BOUNDED, REAL),
        """
        layer_norm(input, normalized_shape, weight, bias) | shape=same
        group_norm(input, num_groups, weight, bias)
        """,
    ),
}
"""Sums, means, norms and products by canonical name."""
