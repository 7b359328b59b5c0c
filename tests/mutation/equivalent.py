"""Mutants that are the same program for whoever uses it, each with the reason; the score leaves them out."""

from __future__ import annotations

EQUIVALENT: dict[str, str] = {
    'bce_lint/analysis/recording/describe.py::_object: return (*named, *_content(m, items, _BRACKETS.get(value.kind, "[]"), depth)) -> '
    "return (*named, *_content(m, items, _BRACKETS.get(value.kind, '[]~'), depth))": "the first two characters are taken",
    "bce_lint/fixes/intent.py::Change: CAST_TARGET = \"cast the target\" -> CAST_TARGET = 'cast the target~'":
        "what a member does is said for readers of the file; no value is read",
    "bce_lint/rules/runtime_places.py::: ACTIVATION: Final = \"activation\" -> ACTIVATION: Final = 'activation~'":
        "rules and the witness both use the name; nobody writes the text",
    "bce_lint/rules/runtime_places.py::: WEIGHT: Final = \"weight\" -> WEIGHT: Final = 'weight~'":
        "rules and the witness both use the name; nobody writes the text",
    "bce_lint/analysis/state/cells.py::: DIM: Final = \"$dim\" -> DIM: Final = '$dim~'":
        "a name of a cell, different from all others as before",
    "bce_lint/analysis/project/project.py::: RECURSION = 20_000 -> RECURSION = 20001":
        "a limit far above what is needed: one more is as good",
}  # fmt: skip
"""By the mutant's key, as the report shows it."""
