"""What must hold of the fixes of a program: it is still one, nothing else in it changed, nothing came, and nothing is left to do."""

from __future__ import annotations

import ast
import codecs
import os
import re
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from bce_lint import engine
from bce_lint.analysis.project.project import Project
from bce_lint.diagnostic import CRASH
from bce_lint.fix_options import FixOptions
from bce_lint.fixes.outcome import Outcome
from bce_lint.rules.judge import unranked
from bce_lint.rules.registry import BY_CODE
from bce_lint.rules.selection import choose
from bce_lint.source.projects import by_root, project_files
from tests.fuzz.program import Failure, Program

CODES = choose(None, (), ("BCE123",))
_CALLS_MADE = frozenset({"BCE201"})
"""Where a call is made that was none, the loss is computed for the first time, and whatever is wrong with it may be told."""
_END = re.compile(rb"\r\n|\r|\n")


def fixing(program: Program, files: Sequence[Path]) -> Iterator[Failure]:
    """Safe fixes, then unsafe ones; each a second time."""
    for unsafe in (False, True):
        options = FixOptions(unsafe, CODES)
        outcome, _ = engine.fix(files, CODES, options)
        name = "unsafe fix" if unsafe else "safe fix"
        if not outcome.groups:
            continue
        possible = _possible(files)
        for before, after in _written(outcome):
            yield from _same_but_for_the_edits(name, before, after)
        again, _ = engine.fix(files, CODES, options)
        if again.groups:
            yield Failure("disagreement", f"{name}: a second one changes more", "\n".join(map(str, again.applied)))
        now = engine.check(files, CODES, fixes=True).diagnostics
        left = Counter((one.code, one.location) for one in outcome.left)
        if left != Counter((one.code, one.location) for one in now):
            yield Failure(
                "disagreement", f"{name}: what is left is not what is found", f"{sorted(left)}\nand {[(o.code, o.location) for o in now]}"
            )
        brought = {one.code for one in now} - possible
        if brought and not any(one.code in _CALLS_MADE for one in outcome.applied):
            yield Failure("disagreement", f"{name}: brings {', '.join(sorted(brought))}", "\n".join(map(str, outcome.applied)))
        for path, data in program.files.items():
            Path(path).write_bytes(data)


def _possible(files: Sequence[Path]) -> set[str]:
    """The codes that the rules would give of the files as they are, with precedence off."""
    found = {one.code for one in engine.check(files, frozenset(BY_CODE)).diagnostics}
    for root, paths in by_root(engine.shown_paths(files)):
        project = Project(root.path, [*project_files(root, paths), *paths])
        project.run(set(paths))
        found |= {one.rule.code for one in unranked(project.all_sites())}
    return found - {CRASH}


def _written(outcome: Outcome) -> Iterator[tuple[bytes, bytes]]:
    for group in outcome.groups:
        for path, before, after in group:
            if os.path.realpath(path).startswith(os.getcwd()):
                Path(path).write_bytes(after)
            yield before, after


def _same_but_for_the_edits(name: str, before: bytes, after: bytes) -> Iterator[Failure]:
    """Python still, with the mark and the line ends that it had."""
    if _parses(before) and not _parses(after):
        yield Failure("disagreement", f"{name}: no longer Python", after.decode("utf-8", "replace"))
    if before.startswith(codecs.BOM_UTF8) is not after.startswith(codecs.BOM_UTF8):
        yield Failure("disagreement", f"{name}: the byte order mark", repr(after[:80]))
    ends, now = set(_END.findall(before)), set(_END.findall(after))
    if not now <= ends:
        yield Failure("disagreement", f"{name}: other line ends", f"{ends} and {now}")
    if _END.search(before[-1:]) and not _END.search(after[-1:]):
        yield Failure("disagreement", f"{name}: the last line end", repr(after[-80:]))


def _parses(data: bytes) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(data)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True
