"""Finds PyTorch losses that do not fit the values that reach them, without running the code.

`lint_source`, `fix_source`, `lint_paths` and `losses` are the library, and the classes are what they return.
`reveal` stands in the code that is linted.
"""

from bce_lint.diagnostic import (
    Diagnostic,
    Edit,
    Fix,
    JudgedLoss,
    Label,
    Location,
    Position,
    ProjectFact,
    RunTime,
    ShownAlone,
    Verdict,
    Verification,
)
from bce_lint.library import fix_source, lint_paths, lint_source, losses, reveal

__all__ = [
    "Diagnostic",
    "Edit",
    "Fix",
    "JudgedLoss",
    "Label",
    "Location",
    "Position",
    "ProjectFact",
    "RunTime",
    "ShownAlone",
    "Verdict",
    "Verification",
    "__version__",
    "fix_source",
    "lint_paths",
    "lint_source",
    "losses",
    "reveal",
]

__version__ = "0.1.0"
