"""A new rule touches its file, its fixtures and one line of the registry: done in a copy of the repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from difflib import ndiff
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("bce_lint", "docs/rules", "tests/rules", "tests/compare", "tests/fixtures/rules", "tests/fixtures/projects")
FILES = ("README.md", "pyproject.toml", "tests/conftest.py", "tests/test_fixtures.py", "tests/test_layers.py", "tests/test_readme.py")
CODE, NAME = "BCE299", "label-smoothing-out-of-range"
RULE = '''\
"""A label smoothing that is no share.

## What it does
Reports a `CrossEntropyLoss` or `F.cross_entropy` whose `label_smoothing` lies outside [0, 1].

## Why is this bad?
It raises when the loss is called: `RuntimeError: label_smoothing must be between 0.0 and 1.0`.

## Example
```python
from torch import nn

criterion = nn.CrossEntropyLoss(label_smoothing=10)
```

## Use instead
```python
from torch import nn

criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
```
This is right because a tenth of the target is shared among the classes.

## Fix safety
There is no automatic fix: which share is meant cannot be told.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html>
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.sites import OptionSite, Site
from bce_lint.rules.messages import loss_name
from bce_lint.rules.precedence import Subject
from bce_lint.rules.rule import Finding, Rule
from bce_lint.rules.runtime_places import CONSTRUCTOR, OPTIONS


def check(site: Site) -> Iterator[Finding]:
    """Yields a finding for a label smoothing below 0 or above 1."""
    if isinstance(site, OptionSite):
        for name, value, _ in site.options:
            if name == "label_smoothing" and isinstance(value, int | float) and not 0 <= value <= 1:
                yield Finding(f"{loss_name(site.contract, site.name)} is given `{value!r}` as `{name}`, which is no share")


RULE = Rule("BCE299", "label-smoothing-out-of-range", check, __doc__, subject=Subject.CALL, places=(CONSTRUCTOR, OPTIONS))
'''
LINE = "from bce_lint.rules.checks.label_smoothing_out_of_range import RULE as BCE299"
BUG = "from torch import nn\n\ncriterion = nn.CrossEntropyLoss(label_smoothing=10)  # expect: BCE299\n"
LOOK_ALIKE = "from torch import nn\n\ncriterion = nn.CrossEntropyLoss(label_smoothing=1.0)\n"


def python(folder: Path, *arguments: str, code: int = 0) -> str:
    """What this Python says in a folder that holds a copy of the repository; `code` is what it must end with."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code and done.stderr == "", done.stdout + done.stderr
    return done.stdout


def texts(folder: Path) -> dict[str, str]:
    """The files of a folder by their paths in it."""
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file()}


def added(before: str, after: str) -> list[str]:
    """The lines by which two texts differ, each with what became of it."""
    return [line for line in ndiff(before.splitlines(), after.splitlines()) if not line.startswith(" ")]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    """A copy of the repository with a new rule in it, and its files before that."""
    folder = tmp_path_factory.mktemp("copy") / "repository"
    for part in FOLDERS:
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", Path(__file__).name))
    for part in FILES:
        shutil.copy(ROOT / part, folder / part)
    before = texts(folder)
    registry, fixtures = folder / "bce_lint" / "rules" / "registry.py", folder / "tests" / "fixtures" / "rules" / CODE
    (folder / "bce_lint" / "rules" / "checks" / "label_smoothing_out_of_range.py").write_text(RULE, encoding="utf-8")
    last = "from bce_lint.rules.rule import Rule"
    registry.write_text(registry.read_text(encoding="utf-8").replace(last, f"{LINE}\n{last}"))
    fixtures.mkdir()
    (fixtures / "a_percentage.py").write_text(BUG, encoding="utf-8")
    (fixtures / "silent_everything.py").write_text(LOOK_ALIKE, encoding="utf-8")
    python(folder, "-m", "bce_lint.rules.pages", "docs/rules", "README.md")
    python(folder, "-m", "bce_lint.config.schema")
    yield folder, before


def test_nothing_else_changes(copy: tuple[Path, dict[str, str]]) -> None:
    folder, before = copy
    after = texts(folder)
    assert {path for path in after if path not in before} == {
        "bce_lint/rules/checks/label_smoothing_out_of_range.py",
        f"tests/fixtures/rules/{CODE}/a_percentage.py",
        f"tests/fixtures/rules/{CODE}/silent_everything.py",
        f"docs/rules/{CODE}.md",
    }
    assert {path: added(before[path], after[path]) for path in before if before[path] != after[path]} == {
        "bce_lint/config/bce-lint.schema.json": [f'+         "{word}",' for word in (CODE[:-1], CODE, NAME)],
        "bce_lint/rules/registry.py": [f"+ {LINE}"],
        "docs/rules/README.md": [f"+ | [{CODE}]({CODE}.md) | {NAME} | error | on |"],
        "README.md": [f"+ | {CODE} | {NAME} | error | on |"],
    }


def test_the_rule_is_listed_explained_and_reported(copy: tuple[Path, dict[str, str]]) -> None:
    folder, _ = copy
    listed = [line.split() for line in python(folder, "-m", "bce_lint", "--list-rules").splitlines() if CODE in line]
    assert listed == [[CODE, NAME, "error", "on"]]
    assert python(folder, "-m", "bce_lint", "--explain", NAME).startswith(f"# {NAME} ({CODE})\n\nError, on by default.\n")
    found = python(folder, "-m", "bce_lint", "-q", "--output-format", "concise", f"tests/fixtures/rules/{CODE}", code=1)
    said = "`nn.CrossEntropyLoss` is given `10` as `label_smoothing`, which is no share"
    assert found == f"tests/fixtures/rules/{CODE}/a_percentage.py:3:13: {CODE} {said}\n"


@pytest.mark.long
def test_the_tests_of_the_rules_pass_with_it(copy: tuple[Path, dict[str, str]]) -> None:
    folder, _ = copy
    chosen = f"{CODE} or label_smoothing or test_pages or test_runtime_places or default_codes or rules_are_all"
    tests = ("tests/rules", "tests/test_fixtures.py", "tests/test_readme.py", "tests/test_layers.py")
    said = python(folder, "-m", "pytest", "-p", "no:cacheprovider", "-v", "-k", chosen, *tests)
    assert " failed" not in said and " error" not in said, said
    assert sum(" PASSED " in line and CODE in line for line in said.splitlines()) >= 10, said
