"""The fixes of one file as a LibCST codemod: `python -m libcst.tool codemod -x bce_lint.codemod.FixLossesCommand PATH`."""

from __future__ import annotations

from argparse import ArgumentParser

import libcst as cst
from libcst.codemod import CodemodCommand, CodemodContext


class FixLossesCommand(CodemodCommand):
    """Applies the fixes that lie in one file, as `bce-lint --isolated --fix` does: no configuration is read. Other files are read, never
    changed."""

    DESCRIPTION = "Fixes PyTorch losses that do not fit the values that reach them."

    def __init__(self, context: CodemodContext, unsafe_fixes: bool = False) -> None:
        super().__init__(context)
        self.unsafe_fixes = unsafe_fixes

    @staticmethod
    def add_args(arg_parser: ArgumentParser) -> None:
        """The option of the command."""
        arg_parser.add_argument("--unsafe-fixes", action="store_true", help="apply unsafe fixes too: values change")

    def transform_module_impl(self, tree: cst.Module) -> cst.Module:
        """The module with its fixes; a fix that a gate refuses is told as a warning."""
        from bce_lint.engine import fix_text
        from bce_lint.fix_options import FixOptions
        from bce_lint.rules.selection import choose

        codes = choose(None, (), ())
        outcome, _ = fix_text(tree.bytes, self.context.filename, codes, FixOptions(self.unsafe_fixes, codes))
        for line in outcome.refused:
            self.warn(line)
        for group in outcome.groups:
            for changed in group:
                return cst.parse_module(changed.after, tree.config_for_parsing)
        return tree
