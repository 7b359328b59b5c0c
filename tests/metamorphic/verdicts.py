"""What bce-lint says of a program, at its old places, and where two answers differ."""

from __future__ import annotations

import tempfile
import traceback
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from bce_lint.analysis.project.project import Project
from bce_lint.diagnostic import Diagnostic
from bce_lint.engine import judge_files
from bce_lint.rules.registry import BY_CODE
from tests.metamorphic.programs import Program, Variant, unchanged

_CODES = frozenset(code for code, rule in BY_CODE.items() if not rule.witness)


class Verdict(NamedTuple):
    """One finding: its code, where it begins in the old text, its severity, and what kind of fix it has."""

    code: str
    path: str
    offset: int
    severity: str
    fix: str


class Difference(NamedTuple):
    """A finding on one side only, or with another fix: `kind` is lost, comes, fix or crash."""

    kind: str
    code: str
    detail: str


def findings(files: Mapping[str, bytes]) -> tuple[Diagnostic, ...]:
    """What is found in the files of a project, with the fixes."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        for path, data in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)
        shown = {str(root / path): path for path in files}
        return judge_files(Project(str(root), shown), sorted(shown), shown, _CODES, fixes=True).diagnostics


def verdicts(variant: Variant) -> Counter[Verdict]:
    """What is found in a rewritten program, each at its old place."""
    found: Counter[Verdict] = Counter()
    for one in findings({path: variant.data(path) for path in variant.files}):
        path = one.location.path
        lines = variant.text(path).split("\n")
        row, column = one.location.start
        offset = sum(len(line) + 1 for line in lines[: row - 1]) + column - 1
        place = variant.origin(path, offset)
        found[Verdict(one.code, place.path, place.offset, one.severity, one.fix.applicability if one.fix else "none")] += 1
    return found


def of_program(program: Program) -> Counter[Verdict]:
    """What is found in a program as it is."""
    return verdicts(Variant(unchanged(program)))


def differences(program: Program, before: Counter[Verdict], variant: Variant) -> list[Difference]:
    """Where the findings after a rewrite are not those before it."""
    try:
        after = verdicts(variant)
    except Exception:
        return [Difference("crash", "", traceback.format_exc(limit=-3))]
    lost, come = list((before - after).elements()), list((after - before).elements())
    found = []
    for new in [one for one in come if one.path == "new"]:  # told at the call that the rewrite brought, where value and loss meet
        if old := next((one for one in lost if one.code == new.code), None):
            come.remove(new)
            lost.remove(old)
    for old in list(lost):
        if same := [new for new in come if new[:4] == old[:4]]:
            found.append(Difference("fix", old.code, f"{shown(program, old)}: {old.fix} -> {same[0].fix}"))
            lost.remove(old)
            come.remove(same[0])
    found += [Difference("lost", one.code, shown(program, one)) for one in lost]
    return found + [Difference("comes", one.code, shown(program, one)) for one in come]


def shown(program: Program, one: Verdict) -> str:
    """A finding's file and row in the old program."""
    if one.path == "new":
        return "in new text"
    text = program.texts[one.path]
    row = text.count("\n", 0, one.offset) + 1
    return f"{one.path}:{row}: {text.splitlines()[row - 1].strip()[:110]}"
