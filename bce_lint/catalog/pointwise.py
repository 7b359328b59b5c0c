"""Functions applied to each value, for `torch.*` and `torch.special.*`, and the operators behind them."""

from __future__ import annotations

from math import inf, pi

from bce_lint.catalog.rows import rows
from bce_lint.catalog.schema import Kind, Range, Transfer

POINTWISE: dict[str, Transfer] = {
    **rows("", Transfer(Kind.CLAMP, bounds=("min", "max")), "clamp clip(input, min, max)"),
    **rows("", Transfer(Kind.CLAMP, bounds=("min", None)), "clamp_min(input, min)"),
    **rows("", Transfer(Kind.CLAMP, bounds=(None, "max")), "clamp_max(input, max)"),
    "exp": Transfer(Kind.EXP, params=("input",)),
    "log": Transfer(Kind.LOG, params=("input",)),
    "relu": Transfer(Kind.MONOTONE, Range(0.0, inf, True), params=("input",)),
    **rows("", Transfer(Kind.ROUND), "round(input)\nfloor ceil trunc fix(input)"),
    **rows("", Transfer(Kind.SIGN, Range(-1.0, 1.0, True)), "tanh erf sign sgn(input)"),
    **rows("", Transfer(Kind.SIGN, Range(-pi / 2, pi / 2, True)), "atan arctan(input)"),
    **rows("", Transfer(Kind.SIGN, Range(-inf, inf, True)), "asinh arcsinh sinh(input)"),
    **rows("", Transfer(Kind.BOUNDED, Range(-1.0, 1.0, True)), "sin cos(input)"),
    **rows("", Transfer(Kind.BOUNDED, Range(0.0, 2.0, True)), "erfc(input)"),
    **rows("", Transfer(Kind.BOUNDED, Range(0.0, inf, True)), "abs absolute square exp2(input)"),
    **rows("", Transfer(Kind.BOUNDED, Range(-1.0, inf, True)), "expm1(input)"),
    **rows("", Transfer(Kind.BOUNDED, Range(0.0, inf)), "sqrt rsqrt(input)"),
    **rows(
        "",
        Transfer(Kind.ARITHMETIC),
        """
        log1p log2 log10 reciprocal logit erfinv sinc tan asin arcsin acos arccos frac deg2rad rad2deg
        lgamma digamma i0
        add subtract sub mul multiply div divide true_divide(input, other)
        pow float_power(input, exponent)
        floor_divide remainder fmod maximum minimum fmax fmin atan2 arctan2 hypot copysign logaddexp xlogy(input, other)
        addcmul addcdiv(input, tensor1, tensor2)
        neg negative(input)
        """,
    ),
}
"""Pointwise operations that are both functions of `torch` and tensor methods; the tensor is the first parameter."""

INPLACE_POINTWISE: frozenset[str] = frozenset(
    rows(
        "",
        Transfer(Kind.ARITHMETIC, inplace=True),
        """
        clamp clip clamp_min clamp_max exp log relu round floor ceil trunc fix tanh erf sin cos erfc abs exp2 expm1
        sqrt rsqrt log1p log2 log10 reciprocal atan sinh square asinh logit sinc tan frac neg negative
        """,
    )
)
"""Those of them that torch also offers under a name with `_` that writes the result back, as functions."""

_REDUCED = {
    **rows("", Transfer(Kind.BOUNDED, Range(0.0, inf)), "std var(input, dim)\nnorm(input, p, dim, keepdim)\ndist cdist"),
    **rows("", Transfer(Kind.ARITHMETIC, result="tuple"), "std_mean var_mean(input, dim)"),
    **rows("", Transfer(Kind.BOUNDED, Range(-1.0, 1.0)), "cosine_similarity(x1, x2, dim, eps)"),
    **rows("", Transfer(Kind.BOUNDED, Range(0.0, inf)), "pairwise_distance(x1, x2, p, eps, keepdim)"),
    "rsub": Transfer(Kind.ARITHMETIC, params=("input", "other")),
    "rrelu": Transfer(Kind.SIGN, Range(-inf, inf, True), params=("input", "lower", "upper")),
    "prelu": Transfer(Kind.BOUNDED, Range(-inf, inf, True), params=("input", "weight")),
    "selu": Transfer(Kind.SIGN, Range(-1.7581, inf, True), params=("input",)),
    "celu": Transfer(Kind.SIGN, Range(-1.0, inf, True), params=("input", "alpha")),
    "threshold": Transfer(Kind.ARITHMETIC, params=("input", "threshold", "value")),
    "alpha_dropout": Transfer(Kind.ARITHMETIC, params=("input", "p", "train")),
}

_SPECIAL = {
    "exp2": Transfer(Kind.BOUNDED, Range(0.0, inf, True), params=("input",)),
    "expm1": Transfer(Kind.BOUNDED, Range(-1.0, inf, True), params=("input",)),
    "erf": Transfer(Kind.SIGN, Range(-1.0, 1.0, True), params=("input",)),
    "erfc": Transfer(Kind.BOUNDED, Range(0.0, 2.0, True), params=("input",)),
    "ndtr": Transfer(Kind.BOUNDED, Range(0.0, 1.0, True), params=("input",)),
    "log_ndtr": Transfer(Kind.BOUNDED, Range(-inf, 0.0, True), params=("input",)),
    "round": Transfer(Kind.ROUND, params=("input",)),
    **rows(
        "",
        Transfer(Kind.ARITHMETIC),
        """
        log1p logit erfinv ndtri entr sinc(input)
        logsumexp(input, dim, keepdim)
        xlogy xlog1py(input, other)
        """,
    ),
}

POINTWISE_FUNCTIONS: dict[str, Transfer] = {
    **{f"torch.{name}": row for name, row in POINTWISE.items()},
    **{f"torch.{name}_": row._replace(inplace=True) for name, row in POINTWISE.items() if name in INPLACE_POINTWISE},
    **{f"torch.{name}": row for name, row in _REDUCED.items()},
    **{f"torch.special.{name}": row for name, row in _SPECIAL.items()},
}
"""Pointwise functions by canonical name."""

OPERATORS: dict[str, str] = {
    **dict.fromkeys(("add",), "+"),
    **dict.fromkeys(("sub", "subtract"), "-"),
    **dict.fromkeys(("mul", "multiply"), "*"),
    **dict.fromkeys(("div", "divide", "true_divide"), "/"),
    **dict.fromkeys(("floor_divide",), "//"),
    **dict.fromkeys(("pow", "float_power"), "**"),
    **dict.fromkeys(("remainder",), "%"),
    **dict.fromkeys(("matmul", "mm"), "@"),
    **dict.fromkeys(("eq",), "=="),
    **dict.fromkeys(("ne", "not_equal"), "!="),
    **dict.fromkeys(("lt", "less"), "<"),
    **dict.fromkeys(("le", "less_equal"), "<="),
    **dict.fromkeys(("gt", "greater"), ">"),
    **dict.fromkeys(("ge", "greater_equal"), ">="),
}
"""Functions of `torch` and tensor methods that do what an operator does with their first two operands (`alpha=1`, no `rounding_mode`)."""

UNARY_OPERATORS: dict[str, str] = {"neg": "-", "negative": "-", "positive": "+", "logical_not": "not"}
"""Likewise with one operand; `not` works on each value."""

REVERSED_OPERATORS: dict[str, str] = {"rsub": "-"}
"""Likewise with the operands exchanged: `torch.rsub(p, 1)` is `1 - p`."""
