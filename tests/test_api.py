"""The package for Python: its names are what it promises, it costs next to nothing to import, and its types hold."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import subprocess
import sys
import types
from pathlib import Path
from typing import get_type_hints

import bce_lint
from bce_lint import diagnostic, library
from tests.test_readme import blocks

ROOT = Path(__file__).parents[1]
PATH = {**os.environ, "PYTHONPATH": str(ROOT)}
BUG = """\
import torch
from torch import nn

layer = nn.Linear(4, 1)


def step(x, y):
    return nn.BCEWithLogitsLoss()(torch.sigmoid(layer(x)), y)
"""


def test_the_public_names_are_the_api() -> None:
    public = {name for name, value in vars(bce_lint).items() if not name.startswith("_") and not isinstance(value, types.ModuleType)}
    assert public == set(bce_lint.__all__) - {"__version__"}
    assert len(bce_lint.__all__) == len(set(bce_lint.__all__))


def named(kind: type) -> set[type]:
    """The classes of the package that the fields of a class are made of, at whatever depth."""
    found: set[type] = set()
    waiting = [kind]
    while waiting:
        one = waiting.pop()
        if one.__module__ == diagnostic.__name__ and one not in found:
            found.add(one)
            waiting += [part for hint in get_type_hints(one).values() for part in parts(hint)]
    return found


def parts(hint: object) -> list[type]:
    """The classes in a hint."""
    inner = [part for argument in getattr(hint, "__args__", ()) for part in parts(argument)]
    return [*inner, *([hint] if isinstance(hint, type) else [])]


def test_what_a_finding_is_made_of_is_exported() -> None:
    made_of = named(diagnostic.Diagnostic)
    assert {kind.__name__ for kind in made_of} >= {"Diagnostic", "Fix", "Label", "Location", "Verification"}
    exported = {value for name in bce_lint.__all__ if isinstance(value := getattr(bce_lint, name), type)}
    assert exported == made_of | named(bce_lint.JudgedLoss) | {bce_lint.Verdict}
    assert {one.value for one in bce_lint.Verdict} >= {"equivalent", "contradicted"}
    assert "verdict" in {field.name for field in dataclasses.fields(bce_lint.Verification)}


def test_an_import_is_cheap() -> None:
    seen = "before = set(sys.modules); import bce_lint; print(json.dumps(sorted(set(sys.modules) - before)))"
    program = f"from __future__ import annotations; import enum, json, operator, sys, typing; {seen}"
    done = subprocess.run([sys.executable, "-c", program], env=PATH, capture_output=True, text=True, timeout=120, check=True)
    assert json.loads(done.stdout) == ["bce_lint", "bce_lint.diagnostic", "bce_lint.library", "bce_lint.records"]


def test_each_function_says_what_it_does() -> None:
    functions = [value for name in bce_lint.__all__ if isinstance(value := getattr(bce_lint, name), types.FunctionType)]
    assert {one.__module__ for one in functions} == {library.__name__}
    assert all(one.__doc__ for one in functions)


def test_the_types_of_what_is_returned() -> None:
    (one,) = bce_lint.lint_source(BUG)
    assert type(one) is bce_lint.Diagnostic and type(one.location) is bce_lint.Location and type(one.labels[0]) is bce_lint.Label


def in_a_project(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "train.py").write_text(BUG, encoding="utf-8")


def test_the_example_of_readme_runs(tmp_path: Path) -> None:
    in_a_project(tmp_path)
    (example,) = blocks("py")
    done = subprocess.run([sys.executable, "-c", example], cwd=tmp_path, env=PATH, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{Path('src') / 'train.py'}:8: BCE103 ")


USES = """

def told(findings: tuple[bce_lint.Diagnostic, ...]) -> list[tuple[str, int, str | None]]:
    rows: list[tuple[str, int, str | None]] = []
    for one in findings:
        place: bce_lint.Location = one.location
        start: bce_lint.Position = place.start
        labels: tuple[bce_lint.Label, ...] = one.labels
        fix: bce_lint.Fix | None = one.fix
        edits: tuple[bce_lint.Edit, ...] = () if fix is None else fix.edits
        verification: bce_lint.Verification | None = one.verification
        run_time: bce_lint.RunTime | None = one.run_time
        equal = verification is not None and bce_lint.Verdict(verification.verdict) is bce_lint.Verdict.EQUIVALENT
        rows.append((place.path, start.row, fix.applicability if fix is not None and (edits or labels or run_time or equal) else None))
    return rows


text: str = bce_lint.fix_source("x = 1")
data: bytes = bce_lint.fix_source(b"x = 1", "a.py", unsafe=True, select=["BCE1"], extend_select=["BCE123"])
number: int = bce_lint.reveal(1)
rows = told(bce_lint.lint_source(data, "a.py"))
"""
WRONG = {
    "bce_lint.lint_paths('src', select='BCE1', extend=1)": "call-arg",
    "bce_lint.fix_source(1)": "type-var",
    "bce_lint.lint_source('')[0].place": "attr-defined",
    "bce_lint.Sequence": "attr-defined",
}


def test_a_program_that_uses_the_api_is_typed(tmp_path: Path) -> None:
    (example,) = blocks("py")
    wrong = "".join(f"{line}  # type: ignore[{code}]\n" for line, code in WRONG.items())
    (tmp_path / "uses.py").write_text(example + USES + wrong, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--warn-unused-ignores", "--config-file=", "uses.py"]
    environment = {**PATH, "MYPYPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_what_an_error_says_to_install_is_no_name_that_nobody_has_registered() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "bce_lint").rglob("*.py")]
    told = {name for text in texts for name in re.findall(r"install it with `pip install ([^`]+)`", text)}
    assert told == {"torch", "matplotlib", "shtab", "pygls"}
