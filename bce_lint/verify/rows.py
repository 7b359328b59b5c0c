"""Every rewrite that the fixes make, in the order of the rules."""

from __future__ import annotations

from typing import Final

from bce_lint.verify import binary, calls, classes, dtypes_and_shapes, formulas
from bce_lint.verify.row import Row

ROWS: Final[tuple[Row, ...]] = tuple(
    sorted((*binary.ROWS, *classes.ROWS, *calls.ROWS, *dtypes_and_shapes.ROWS, *formulas.ROWS), key=lambda row: row.code)
)
"""All claims."""
