"""The part of NumPy from which training code makes its tensors: factories, labels, views.

NumPy's default floating dtype is float64, its default integer int64 (int32 before NumPy 2 on Windows).
"""

from __future__ import annotations

from typing import Final

from bce_lint.catalog.rows import rows
from bce_lint.catalog.schema import ANY, REAL, UNIT, Kind, Range, Transfer

NUMPY: dict[str, Transfer] = {
    **rows("numpy.", Transfer(Kind.FACTORY, Range(0.0, 0.0, True), dtype="float64", shape="size"), "zeros(shape, dtype)"),
    **rows("numpy.", Transfer(Kind.FACTORY, Range(1.0, 1.0, True), dtype="float64", shape="size"), "ones(shape, dtype)"),
    **rows(
        "numpy.",
        Transfer(Kind.FACTORY, UNIT, dtype="float64"),
        """
        eye(N, M, k, dtype) | shape=eye
        random.rand | shape=sizes
        random.random random.random_sample | shape=size
        """,
    ),
    **rows(
        "numpy.",
        Transfer(Kind.FACTORY, REAL, dtype="float64"),
        """
        random.randn | shape=sizes
        random.normal(loc, scale, size) | shape=size_third
        """,
    ),
    **rows(
        "numpy.",
        Transfer(Kind.FACTORY, ANY, dtype="float64"),
        """
        empty(shape, dtype) | shape=size
        linspace(start, stop, num, endpoint, retstep, dtype) | shape=row
        """,
    ),
    **rows(
        "numpy.",
        Transfer(Kind.FACTORY, UNIT, dtype="float64", bounds=("low", "high"), shape="size_third"),
        "random.uniform(low, high, size)",
    ),
    **rows(
        "numpy.",
        Transfer(Kind.FACTORY, ANY),
        """
        array(object, dtype)
        full(shape, fill_value, dtype) | shape=size dtype_rule=fill
        """,
    ),
    **rows("numpy.", Transfer(Kind.FACTORY, Range(0.0, 0.0, True), shape="same", dtype_rule="like"), "zeros_like(a, dtype)"),
    **rows("numpy.", Transfer(Kind.FACTORY, Range(1.0, 1.0, True), shape="same", dtype_rule="like"), "ones_like(a, dtype)"),
    **rows(
        "numpy.",
        Transfer(Kind.LABEL, dtype="int64"),
        """
        random.randint(low, high, size, dtype) | shape=randint
        argmax argmin(a, axis) | shape=reduce use=ranked
        argsort(a, axis) | shape=same use=ranked
        """,
    ),
    **rows(
        "numpy.",
        Transfer(Kind.KEEP),
        """
        asarray ascontiguousarray(a, dtype) | shape=same
        reshape(a, shape) | shape=view use=moved
        squeeze(a, axis) | shape=squeeze use=moved
        expand_dims(a, axis)
        transpose(a, axes) | shape=transpose use=moved
        """,
    ),
    **rows(
        "numpy.",
        Transfer(Kind.JOIN, use="moved"),
        """
        concatenate(arrays, axis)
        stack(arrays, axis)
        vstack hstack(tup)
        """,
    ),
    **rows(
        "numpy.random.Generator.",
        Transfer(Kind.FACTORY, ANY, dtype="float64"),
        """
        random(size) | shape=size
        standard_normal(size) | shape=size
        normal(loc, scale, size) | shape=size_third
        uniform(low, high, size) | shape=size_third
        """,
    ),
    **rows("numpy.random.Generator.", Transfer(Kind.LABEL, dtype="int64"), "integers(low, high, size, dtype) | shape=randint"),
    **rows("numpy.", Transfer(Kind.ARITHMETIC, dtype="int64"), "bincount(x, weights, minlength) | dtype_rule=counts"),
    **rows("numpy.", Transfer(Kind.CLAMP, bounds=("a_min", "a_max")), "clip(a, a_min, a_max)"),
    **rows("numpy.", Transfer(Kind.MASK, use="moved"), "where(condition, x, y)"),
    **rows(
        "numpy.",
        Transfer(Kind.ROUND),
        """
        round around(a, decimals) | use=nearest
        rint(x) | use=nearest
        floor ceil trunc fix(x)
        """,
    ),
    **rows(
        "numpy.",
        Transfer(Kind.BOOL, dtype="bool"),
        """
        greater(x1, x2) | operator=>
        greater_equal(x1, x2) | operator=>=
        less(x1, x2) | operator=<
        less_equal(x1, x2) | operator=<=
        equal(x1, x2) | operator===
        not_equal(x1, x2) | operator=!=
        """,
    ),
    **rows("numpy.", Transfer(Kind.EXP), "exp(x)"),
    **rows("numpy.", Transfer(Kind.LOG), "log(x)"),
    **rows("numpy.", Transfer(Kind.SIGN, Range(-1.0, 1.0, True)), "tanh(x)"),
    **rows(
        "numpy.",
        Transfer(Kind.MEAN, shape="reduce"),
        """
        mean(a, axis, dtype) | use=summed
        median(a, axis) | use=selected
        """,
    ),
    **rows(
        "numpy.",
        Transfer(Kind.SELECT),
        """
        max min(a, axis) | shape=reduce use=selected
        amax amin(a, axis) | shape=reduce
        sort(a, axis) | shape=same use=selected
        unique(ar)
        """,
    ),
    **rows(
        "numpy.",
        Transfer(Kind.ARITHMETIC),
        """
        sum(a, axis, dtype) | shape=reduce use=summed
        prod(a, axis, dtype) | shape=reduce
        sqrt log1p log2 log10 | shape=same
        power dot matmul
        """,
    ),
}
"""NumPy functions by name; an array counts as a tensor without gradient."""

SEVERAL: Final[frozenset[str]] = frozenset({"numpy.unique"})
"""What returns several arrays where its options ask for them."""

NUMPY_OBJECTS: Final[dict[str, str]] = {
    "numpy.random.default_rng": "numpy.random.Generator",
    "numpy.random.Generator": "numpy.random.Generator",
    "numpy.random.RandomState": "numpy.random",
}
"""What makes an object of NumPy, and the name below which its methods are listed."""

FLOATING: Final[frozenset[str]] = frozenset({"sqrt", "exp", "log", "log1p", "log2", "log10", "tanh", "mean", "median"})
"""What computes in float64 with integers."""

WIDENED: Final[frozenset[str]] = frozenset({"sum", "prod"})
"""What computes in int64 with the narrower integers."""

NUMPY_METHODS: dict[str, Transfer] = {"astype": Transfer(Kind.KEEP, params=("dtype",), shape="same")}
"""Methods that arrays have and tensors lack."""
