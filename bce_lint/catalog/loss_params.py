"""The parameters that many losses share (`size_average` and `reduce` are the deprecated ones)."""

from __future__ import annotations

from bce_lint.catalog.schema import REQUIRED, Param

INPUT = Param("input", REQUIRED, tensor=True)
TARGET = Param("target", REQUIRED, tensor=True)
INPUT1 = Param("input1", REQUIRED, tensor=True)
INPUT2 = Param("input2", REQUIRED, tensor=True)
TRIPLET = (
    Param("anchor", REQUIRED, tensor=True),
    Param("positive", REQUIRED, tensor=True),
    Param("negative", REQUIRED, tensor=True),
)
WEIGHT = Param("weight", None, tensor=True)
SIZE_AVERAGE = Param("size_average", None)
REDUCE = Param("reduce", None)
REDUCTION = Param("reduction", "mean")
IGNORE_INDEX = Param("ignore_index", -100)
LEGACY = (SIZE_AVERAGE, REDUCE, REDUCTION)
