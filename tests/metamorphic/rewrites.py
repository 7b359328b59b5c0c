"""All rewrites by name."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TypeAlias

from tests.metamorphic import noise, orders, renames, spellings, wraps
from tests.metamorphic.programs import Program, Variant

Rewrite: TypeAlias = Callable[[Program, Random], Variant | None]
"""A program as another one that does the same; None where it does not fit."""


def in_each_file(changes: noise.Changes) -> Rewrite:
    """A rewrite that changes each file for itself; not where comments speak of rows."""

    def _rewrite(program: Program, rng: Random) -> Variant | None:
        return None if noise.silenced(program) else noise.changed(program, changes, rng)

    return _rewrite


_IN_FILES = (
    noise.comments, noise.blank_lines, noise.brackets, noise.trailing_commas, noise.line_breaks, noise.comments_in_brackets,
    noise.quotes, noise.docstrings,
    noise.unused_import, noise.unused_function, noise.pass_statements, noise.dead_assignments, noise.type_annotations, noise.semicolons,
    noise.tabs, wraps.inner_function, wraps.if_true, wraps.try_finally, wraps.loop_of_one, wraps.null_context, wraps.extra_parameter,
    wraps.else_added, renames.import_aliases, spellings.full_names, spellings.keywords, spellings.positions, spellings.torch_methods,
    spellings.torch_functions,
)  # fmt: skip
_WHOLE: tuple[Rewrite, ...] = (
    noise.other_file, noise.line_ends, wraps.main_function, wraps.result_variable, wraps.argument_variable, wraps.inlined_variable,
    wraps.else_removed, orders.definitions, orders.methods, orders.half_elsewhere, orders.one_elsewhere, orders.module_elsewhere,
    orders.late_import, renames.names_neutral, renames.names_odd, renames.names_misleading, renames.some_names,
)  # fmt: skip
REWRITES: dict[str, Rewrite] = {one.__name__: in_each_file(one) for one in _IN_FILES} | {one.__name__: one for one in _WHOLE}
