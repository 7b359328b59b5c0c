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
    Known(
        _NAMES,
        "fix",
        (),
        "no fix leaves a name that says of a value what it no longer is, or changes what may be called as `model`, `net` …",
    ),
    Known(("comments_in_brackets",), "fix", (), "no fix takes a comment away"),
    Known(("semicolons",), "fix", (), "a statement is taken away with its line, if it stands alone there"),
    Known(_VARIABLES, "fix", ("BCE501", "BCE502", "BCE503", "BCE123"), "a formula is rewritten where it is written in one expression"),
    Known(_ELSEWHERE, "comes", ("BCE501",), "that a logarithm is only reported is said by the callers in its own file"),
)

OPEN = {
    (
        "inner_function",
        "BCE205/switched_off_by_a_default",
    ): "what a default switches off is looked at where the parameter is, not where it is handed on",
    ("inner_function", "BCE301/agreement"): "two unknown values are one and the same only in the function that has them",
    ("inner_function", "BCE103/loss_as_attribute"): "a fix does not follow its value through one more function",
    ("inner_function", "BCE122/silent_branch_takes_the_log"): "the same",
    ("inner_function", "BCE401/broadcast_without_warning"): "the same",
    ("else_removed", "BCE401/an_arm_of_its_own"): "a `raise` that follows an `if` is not taken for the other arm",
    ("else_added", "BCE105/option_kept_by_a_trainer"): "what follows an `if` that leaves is not taken for the other arm",
    ("else_added", "registered_in_files_that_nothing_reads"): "the same",
    ("line_breaks", "BCE101/statements_in_one_line"): "a body on the line where brackets at the margin close",
    ("comments_in_brackets", "BCE101/statements_in_one_line"): "the same",
    ("line_breaks", "BCE122/loss_from_registry"): "an element stored by a key at the margin",
    ("line_breaks", "BCE103/lines_at_the_margin"): "the same",
    ("comments_in_brackets", "BCE103/lines_at_the_margin"): "the same",
    ("comments_in_brackets", "BCE122/loss_from_registry"): "the same",
    ("line_breaks", "BCE103/attributes_set_in_one_line"): "a body on the line where brackets at the margin close",
    ("comments_in_brackets", "BCE103/attributes_set_in_one_line"): "the same",
    ("inner_function", "BCE201/silent_at_the_ends"): "what a function inside a method stores on what it is handed counts as thrown away",
    ("result_variable", "BCE502/who_takes_it"): "an element stored by a key is followed where the value is made",
    ("inner_function", "BCE401/sizes_asked"): "a fix does not follow its value through one more function",
    ("argument_variable", "folder_on_the_path"): "a folder in a list in a variable is not seen to be put on the path",
    ("half_elsewhere", "folder_on_the_path"): "a folder is on the path for the file that puts it there",
    ("one_elsewhere", "folder_on_the_path"): "the same",
    ("module_elsewhere", "folder_on_the_path"): "the same",
    ("one_elsewhere", "BCE111/arms_that_nobody_takes_here"): "a variable gets no other name in a file in which its name means more",
    ("half_elsewhere", "BCE502/who_takes_it"): "that a logarithm is only reported is said by the callers in its own file",
    ("result_variable", "BCE101/in_place"): "a fix does not take an operation in place apart from the variable of its result",
    ("result_variable", "BCE103/changed_where_it_is_bound"): "the same",
    ("argument_variable", "BCE103/made_when_it_is_asked_for"): "what a layer of an object gives has a fix where it has a name",
    ("argument_variable", "BCE101/sequential_from_list"): "a list of layers in a variable has no fix",
    ("result_variable", "BCE103/namespaces_copied"): "a namespace in a variable has no fix",
    ("result_variable", "BCE501/silent_not_picked"): "an element stored by a key is followed where the value is made",
    ("result_variable", "recursive_model"): "a recursive call in a variable is not seen to need the activation",
    ("main_function", "BCE403/silent_classes"): "what a module computes may be imported: its fix is unsafe, that of a local value is safe",
    ("definitions", "loaders_of_the_model"): "a fix asks for the runs of a step for any model too, where that comes before its trainer",
    ("late_import", "loaders_of_the_model"): "the same",
    ("late_import", "step_made_by_a_factory"): "a fix does not follow a function that is imported when it is called",
}
"""Differences between a fixture and a rewrite of it that are limits of the linter still, with what they come from."""


def is_known(rewrite: str, one: Difference) -> bool:
    """True if a difference is one that is meant."""
    return any(rewrite in row.rewrites and one.kind == row.kind and (not row.codes or one.code in row.codes) for row in KNOWN)
