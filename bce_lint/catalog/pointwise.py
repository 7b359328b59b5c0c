"""Functions applied to each value, of `torch` and `torch.special`."""

from __future__ import annotations

from math import inf, pi

from bce_lint.catalog.rows import METHOD, WRITTEN, WRITTEN_METHOD, rows
from bce_lint.catalog.schema import COSINE, Kind, Range, Transfer

_BOUNDED = {
    **rows("torch.", Transfer(Kind.CLAMP, bounds=("min", "max"), also=WRITTEN, receiver="tensor"), "clamp(input, min, max)"),
    **rows("torch.", Transfer(Kind.CLAMP, bounds=("min", "max"), also=WRITTEN), "clip(input, min, max)"),
    **rows("torch.", Transfer(Kind.CLAMP, bounds=("min", None), also=WRITTEN, receiver="tensor"), "clamp_min(input, min)"),
    **rows("torch.", Transfer(Kind.CLAMP, bounds=(None, "max"), also=WRITTEN, receiver="tensor"), "clamp_max(input, max)"),
    **rows("torch.", Transfer(Kind.EXP, also=WRITTEN, receiver="tensor"), "exp(input)"),
    **rows("torch.", Transfer(Kind.LOG, also=WRITTEN, receiver="tensor-if-bare"), "log(input)"),
    **rows("torch.", Transfer(Kind.MONOTONE, Range(0.0, inf, True), also=WRITTEN), "relu(input)"),
    **rows(
        "torch.",
        Transfer(Kind.ROUND, also=WRITTEN),
        """
        round(input) | use=nearest
        floor ceil trunc fix(input)
        """,
    ),
    **rows(
        "torch.",
        Transfer(Kind.SIGN, Range(-1.0, 1.0, True)),
        """
        tanh erf(input) | also=method,method_,function_
        sign sgn(input) | also=method,method_
        """,
    ),
    **rows(
        "torch.",
        Transfer(Kind.SIGN, Range(-pi / 2, pi / 2, True)),
        """
        atan(input) | also=method,method_,function_
        arctan(input) | also=method,method_
        """,
    ),
    **rows(
        "torch.",
        Transfer(Kind.SIGN, Range(-inf, inf, True)),
        """
        asinh sinh(input) | also=method,method_,function_
        arcsinh(input) | also=method,method_
        """,
    ),
    **rows("torch.", Transfer(Kind.BOUNDED, Range(-1.0, 1.0, True), shape="same", also=WRITTEN), "sin cos(input)"),
    **rows("torch.", Transfer(Kind.BOUNDED, Range(0.0, 2.0, True), shape="same", also=WRITTEN), "erfc(input)"),
    **rows("torch.", Transfer(Kind.BOUNDED, Range(0.0, inf, True), shape="same", also=WRITTEN), "abs square exp2(input)"),
    **rows("torch.", Transfer(Kind.BOUNDED, Range(0.0, inf, True), also=WRITTEN_METHOD), "absolute(input)"),
    **rows("torch.", Transfer(Kind.BOUNDED, Range(-1.0, inf, True), shape="same", also=WRITTEN), "expm1(input)"),
    **rows(
        "torch.",
        Transfer(Kind.BOUNDED, Range(0.0, inf), also=WRITTEN),
        """
        sqrt(input) | shape=same
        rsqrt(input)
        """,
    ),
}

_ARITHMETIC = {
    **rows(
        "torch.",
        Transfer(Kind.ARITHMETIC, also=WRITTEN),
        """
        log1p(input) | shape=same use=log1p
        log2 log10 reciprocal(input) | shape=same
        neg negative(input) | shape=same operator=neg
        logit sinc tan frac(input)
        """,
    ),
    **rows(
        "torch.",
        Transfer(Kind.ARITHMETIC, also=WRITTEN_METHOD),
        """
        erfinv asin arcsin acos arccos deg2rad rad2deg lgamma digamma i0(input)
        add(input, other) | operator=+ trial=pair
        sub(input, other) | operator=- trial=pair
        subtract(input, other) | operator=-
        mul(input, other) | operator=* trial=pair
        multiply(input, other) | operator=*
        div(input, other) | operator=/ trial=pair
        divide true_divide(input, other) | operator=/
        floor_divide(input, other) | operator=//
        remainder(input, other) | operator=%
        pow(input, exponent) | operator=**
        float_power(input, exponent) | operator=** dtype=float64
        fmod atan2 arctan2 hypot copysign xlogy(input, other)
        addcmul addcdiv(input, tensor1, tensor2)
        """,
    ),
    **rows(
        "torch.",
        Transfer(Kind.ARITHMETIC, also=METHOD),
        """
        maximum minimum(input, other) | trial=pair
        fmax fmin logaddexp(input, other)
        """,
    ),
}

_PLAIN = {
    **rows("torch.", Transfer(Kind.BOUNDED, COSINE, use="cosine"), "cosine_similarity(x1, x2, dim, eps)"),
    **rows("torch.", Transfer(Kind.BOUNDED, Range(0.0, inf)), "pairwise_distance(x1, x2, p, eps, keepdim)"),
    **rows("torch.", Transfer(Kind.ARITHMETIC), "rsub(input, other) | operator=r-"),
    **rows("torch.", Transfer(Kind.SIGN, Range(-inf, inf, True)), "rrelu(input, lower, upper)"),
    **rows("torch.", Transfer(Kind.BOUNDED, Range(-inf, inf, True)), "prelu(input, weight)"),
    **rows("torch.", Transfer(Kind.SIGN, Range(-1.7581, inf, True)), "selu(input)"),
    **rows("torch.", Transfer(Kind.SIGN, Range(-1.0, inf, True)), "celu(input, alpha)"),
    **rows(
        "torch.",
        Transfer(Kind.ARITHMETIC),
        """
        threshold(input, threshold, value)
        alpha_dropout(input, p, train)
        """,
    ),
}

_SPECIAL = {
    **rows("torch.special.", Transfer(Kind.BOUNDED, Range(0.0, inf, True), shape="same"), "exp2(input)"),
    **rows("torch.special.", Transfer(Kind.BOUNDED, Range(-1.0, inf, True), shape="same"), "expm1(input)"),
    **rows("torch.special.", Transfer(Kind.SIGN, Range(-1.0, 1.0, True)), "erf(input)"),
    **rows("torch.special.", Transfer(Kind.BOUNDED, Range(0.0, 2.0, True), shape="same"), "erfc(input)"),
    **rows("torch.special.", Transfer(Kind.BOUNDED, Range(0.0, 1.0, True)), "ndtr(input)"),
    **rows("torch.special.", Transfer(Kind.BOUNDED, Range(-inf, 0.0, True)), "log_ndtr(input)"),
    **rows("torch.special.", Transfer(Kind.ROUND), "round(input) | use=nearest"),
    **rows(
        "torch.special.",
        Transfer(Kind.ARITHMETIC),
        """
        log1p(input) | shape=same use=log1p
        logit erfinv ndtri entr sinc(input)
        logsumexp(input, dim, keepdim) | shape=reduce use=logsumexp
        xlogy xlog1py(input, other)
        """,
    ),
}

POINTWISE: dict[str, Transfer] = {**_BOUNDED, **_ARITHMETIC, **_PLAIN, **_SPECIAL}
"""Pointwise functions by canonical name."""
