"""The part of scikit-learn from which training code makes labels and weights: the dtypes of what it returns.

Read in scikit-learn 1.7: the weights are float64 whatever they are made of (`class_weight.py`), encoded labels int64 (`_label.py`).
"""

from __future__ import annotations

from typing import Final

from bce_lint.catalog.rows import rows
from bce_lint.catalog.schema import Kind, Transfer

SKLEARN: dict[str, Transfer] = {
    **rows(
        "sklearn.utils.class_weight.",
        Transfer(Kind.ARITHMETIC, dtype="float64"),
        """
        compute_class_weight(class_weight, classes, y)
        compute_sample_weight(class_weight, y)
        """,
    ),
    **rows(
        "sklearn.preprocessing.",
        Transfer(Kind.LABEL, dtype="int64"),
        """
        LabelEncoder.fit_transform LabelEncoder.transform(y)
        """,
    ),
    **rows("sklearn.preprocessing.", Transfer(Kind.ARITHMETIC, dtype="int64"), "MultiLabelBinarizer.fit_transform(y)"),
}
"""Functions, and methods of its objects, by name."""

OBJECTS: Final[frozenset[str]] = frozenset({"sklearn.preprocessing.LabelEncoder", "sklearn.preprocessing.MultiLabelBinarizer"})
"""Classes whose objects are known by the name of the class alone."""
