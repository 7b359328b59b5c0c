"""Differences that are meant: where a name, a line or a file is a documented signal. All others are bugs of the linter or of a rewrite."""

from __future__ import annotations

from typing import NamedTuple

from tests.metamorphic.verdicts import Difference


class Known(NamedTuple):
    """Differences of a kind (about a code, or about any) that some rewrites make, and why they are right."""

    rewrites: tuple[str, ...]
    kind: str
    codes: tuple[str, ...]
    reason: str


_NAMES = ("names_neutral", "names_odd", "names_misleading", "some_names")
_VARIABLES = ("result_variable", "argument_variable", "inlined_variable")
_ELSEWHERE = ("half_elsewhere", "one_elsewhere", "module_elsewhere", "late_import")

KNOWN = (
    Known(_NAMES, "fix", (), "no fix leaves a name that says of a value what it no longer is, or changes what may be called as `model`, `net` …"),
    Known(("comments_in_brackets",), "fix", (), "no fix takes a comment away"),
    Known(("semicolons",), "fix", (), "a statement is taken away with its line, if it stands alone there"),
    Known(_VARIABLES, "fix", ("BCE501", "BCE502", "BCE503", "BCE123"), "a formula is rewritten where it is written in one expression"),
    Known(_ELSEWHERE, "comes", ("BCE501",), "that a logarithm is only reported is said by the callers in its own file"),
)


def is_known(rewrite: str, one: Difference) -> bool:
    """True if a difference is one that is meant."""
    return any(rewrite in row.rewrites and one.kind == row.kind and (not row.codes or one.code in row.codes) for row in KNOWN)
