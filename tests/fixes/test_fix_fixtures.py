"""Every fix fixture becomes exactly what lies beside it: `<case>.fixed.py`, or itself where there is none.

The first line of a case says what may be expected of it: `# safe` (the fix is made without asking), `# unsafe`, `# mixed` (what the
safe fixes alone give lies in `<case>.safe.py`), or, where nothing is to be changed, `# silent` (nothing is found either). Behind it,
`select: ` names other codes than the folder's, and `brings: ` those that only show once the others are mended.

That the texts come out to the letter is seen on every Python; what else is held of them is what no version of Python changes.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from bce_lint.analysis.project.project import Project
from bce_lint.diagnostic import DISPLAY_ONLY, Diagnostic, Fix
from bce_lint.engine import check, check_text, fix, fix_text
from bce_lint.fix_options import FixOptions
from bce_lint.fixes.intent import Change
from bce_lint.fixes.outcome import Outcome
from bce_lint.rules.judge import Judged
from bce_lint.rules.registry import BY_CODE, default_codes

FIXTURES = Path(__file__).parents[1] / "fixtures"
FIXES = FIXTURES / "fixes"
CASES = sorted(p for p in FIXES.glob("BCE*/*.py") if not p.name.endswith((".fixed.py", ".safe.py")))
FIXED = [path for path in CASES if path.with_suffix(".fixed.py").exists()]
KEPT = [path for path in CASES if path not in FIXED]
PROJECTS = sorted((FIXES / "projects").iterdir())
RULES = sorted((FIXTURES / "rules").rglob("*.py"))
FIXABLE = (
    *(101, 102, 103, 104, 105, 107, 111, 112, 113, 121, 122, 123, 131, 132, 133),
    *(201, 202, 203, 204, 205, 301, 302, 303, 304, 401, 501, 502, 503, 601),
)
VERBS = ("Cast", "Compare", "Construct", "Exchange", "Give", "Remove", "Round", "Say", "Squeeze", "Use")
SAID = {
    Change.DROP: ("BCE103/comprehension", "Remove the sigmoid"),
    Change.DROP_INNER: ("BCE107/nested", "Remove the first of the two, `F.softmax`, and keep `F.log_softmax`"),
    Change.FUSE: ("BCE101/awaited", "Use `BCEWithLogitsLoss` on the logits"),
    Change.RETYPE: ("BCE122/functional", "Use `CrossEntropyLoss`"),
    Change.LOGARITHM: ("BCE121/functional", "Use `log_softmax`"),
    Change.LOG_TARGET: ("BCE133/functional", "Say `log_target=True`"),
    Change.CALL: ("BCE201/nested", "Construct `nn.MSELoss`, then call it; `F.mse_loss(...)` is the same as a function"),
    Change.SWAP: ("BCE202/functional", "Exchange input and target"),
    Change.REDUCTION: ("BCE203/single_quotes", "Say `reduction='mean'`"),
    Change.CAST_TARGET: ("BCE301/expressions", "Cast the target with `.float()`"),
    Change.CAST_WEIGHT: ("BCE304/float64", "Cast the weight with `.float()`"),
    Change.DIMENSION: ("BCE205/functions", "Say `dim=1`"),
    Change.SHAPE: ("BCE401/target_column", "Squeeze the target's last dimension"),
    Change.LOG: ("BCE502/with_eps", "Use `logsigmoid`"),
    Change.FORMULA: ("BCE503/plain", "Use `binary_cross_entropy`"),
    Change.THRESHOLD: ("BCE601/comparisons", "Compare with the same threshold on logits"),
    Change.NONE: (
        "BCE102/left_unknown_input",
        "run it in `torch.autocast(..., enabled=False)`, on `.float()` of its input and target",
    ),
}
"""A case of each kind of fix, and what its fix says to the letter."""


def named(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


def codes_of(path: Path, word: str = "select") -> frozenset[str]:
    found = re.search(rf"{word}: (BCE\d+(?:, BCE\d+)*)", path.read_text(encoding="utf-8").partition("\n")[0])
    return frozenset(found.group(1).split(", ")) if found else frozenset({path.parent.name} if word == "select" else ())


def trust(path: Path) -> str:
    return path.read_text(encoding="utf-8").partition("\n")[0][2:].partition(";")[0]


@cache
def fixed(data: bytes, codes: frozenset[str], unsafe: bool = True) -> tuple[Outcome, bytes]:
    outcome, _ = fix_text(data, None, codes, FixOptions(unsafe, codes))
    files = [file for group in outcome.groups for file in group]
    assert len(files) <= 1
    return outcome, files[0].after if files else data


@cache
def told(data: bytes, codes: frozenset[str]) -> tuple[Diagnostic, ...]:
    return check_text(data, None, codes).diagnostics


def found(data: bytes, codes: frozenset[str] | None = None) -> Counter[str]:
    return Counter(d.code for d in told(data, codes if codes is not None else default_codes()))


@pytest.mark.parametrize("path", FIXED, ids=named)
def test_the_fixed_text(path: Path) -> None:
    outcome, after = fixed(path.read_bytes(), codes_of(path))
    assert after.decode() == path.with_suffix(".fixed.py").read_text(encoding="utf-8")
    assert not outcome.refused


@pytest.mark.parametrize("path", KEPT, ids=named)
def test_what_is_left_alone(path: Path) -> None:
    data = path.read_bytes()
    outcome, after = fixed(data, codes_of(path))
    assert after.decode() == data.decode()
    assert not outcome.refused
    assert bool(found(data, codes_of(path))) == (trust(path) != "silent")


@pytest.mark.any_python
@pytest.mark.parametrize("path", FIXED, ids=named)
def test_safe_fixes_alone(path: Path) -> None:
    assert trust(path) in ("safe", "unsafe", "mixed")
    expected = {"safe": path.with_suffix(".fixed.py"), "unsafe": path, "mixed": path.with_suffix(".safe.py")}[trust(path)]
    outcome, after = fixed(path.read_bytes(), codes_of(path), unsafe=False)
    assert after.decode() == expected.read_text(encoding="utf-8")
    assert not outcome.refused


@pytest.mark.any_python
@pytest.mark.parametrize("path", FIXED, ids=named)
def test_the_expected_text_is_clean_and_stays(path: Path) -> None:
    before, after = path.read_bytes(), path.with_suffix(".fixed.py").read_bytes()
    compile(after, path.name, "exec")
    assert not found(after, codes_of(path))
    assert found(after).keys() <= found(before).keys() | codes_of(path, "brings")
    assert fixed(after, codes_of(path)) == (Outcome((), (), (), ()), after)


@cache
def asked(path: Path) -> list[tuple[Change, Fix]]:
    """The fixes of a case, each with the kind that its rule asks for."""
    seen: list[tuple[Change, Fix]] = []

    def inspect(project: Project, judged: list[Judged]) -> list[Judged]:
        seen.extend((one.intents[0].change, one.fix) for one in judged if one.fix is not None)
        return judged

    check_text(path.read_bytes(), None, codes_of(path), fixes=True, inspect=inspect)
    return seen


@pytest.mark.any_python
@pytest.mark.parametrize("path", CASES, ids=named)
def test_a_fix_says_what_to_do(path: Path) -> None:
    for change, one in asked(path):
        if one.applicability == DISPLAY_ONLY:
            assert one.message.startswith("no fix by machine: ") is (change is not Change.NONE)
        else:
            assert one.message.startswith(tuple(f"{verb} " for verb in VERBS))


@pytest.mark.parametrize("change", Change, ids=lambda change: change.name)
def test_the_message_of_each_kind(change: Change) -> None:
    case, message = SAID[change]
    assert message in [fix.message for kind, fix in asked(FIXES / f"{case}.py") if kind is change]


@pytest.mark.any_python
@pytest.mark.parametrize("path", CASES, ids=named)
def test_all_codes_at_once(path: Path) -> None:
    codes = default_codes() | codes_of(path)
    outcome, after = fixed(path.read_bytes(), codes)
    compile(after, path.name, "exec")
    assert not outcome.refused
    assert fixed(after, codes)[1] == after


def texts(root: Path) -> dict[str, str]:
    return {str(p.relative_to(root)): p.read_text(encoding="utf-8") for p in sorted(root.rglob("*.py"))}


def fixed_project(root: Path, codes: frozenset[str], unsafe: bool = True) -> Outcome:
    outcome, _ = fix(sorted(root.rglob("*.py")), codes, FixOptions(unsafe, codes))
    for group in outcome.groups:
        for file in group:
            Path(file.path).write_bytes(file.after)
    return outcome


def copied(project: Path, tmp_path: Path) -> tuple[Path, frozenset[str]]:
    root = tmp_path / "project"
    shutil.copytree(project / "before", root)
    (root / "pyproject.toml").touch()
    return root, frozenset({project.name.partition("_")[0]})


@pytest.mark.any_python
@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.name)
def test_a_project(project: Path, tmp_path: Path) -> None:
    root, codes = copied(project, tmp_path)
    before = {d.code for d in check(sorted(root.rglob("*.py")), default_codes()).diagnostics}
    assert before & codes
    assert not fixed_project(root, codes, unsafe=False).groups
    outcome = fixed_project(root, codes)
    after = texts(project / "after")
    assert texts(root) == after
    assert not outcome.refused
    assert len(outcome.groups) == (after != texts(project / "before"))
    for name, text in after.items():
        compile(text, name, "exec")
    assert not fixed_project(root, codes).groups
    left = {d.code for d in check(sorted(root.rglob("*.py")), default_codes()).diagnostics}
    assert left <= (before if "_left_" in project.name else before - codes)


@pytest.mark.any_python
@pytest.mark.parametrize("project", [p for p in PROJECTS if "_left_" not in p.name], ids=lambda path: path.name)
def test_a_fix_needs_all_its_files(project: Path, tmp_path: Path) -> None:
    root, codes = copied(project, tmp_path)
    changed = [name for name, text in texts(project / "after").items() if (root / name).read_text(encoding="utf-8") != text]
    for name in changed if len(changed) > 1 else ():
        others = [p for p in sorted(root.rglob("*.py")) if p != root / name]
        assert not fix(others, codes, FixOptions(True, codes))[0].groups


@pytest.mark.any_python
@pytest.mark.parametrize("path", RULES, ids=named)
def test_fixing_a_rule_fixture(path: Path) -> None:
    codes = default_codes()
    data = path.read_bytes()
    outcome, after = fixed(data, codes)
    compile(after, path.name, "exec")
    assert not outcome.refused
    assert not fixed(after, codes)[0].groups
    before = {d.code for d in told(data, codes)}
    changed = rows_changed(data, after)
    for one in told(after, codes):
        rows = {one.location.start.row, *(label.location.start.row for label in one.labels)}
        assert one.code in before or rows & changed, one


def rows_changed(before: bytes, after: bytes) -> set[int]:
    lines = set(before.decode().split("\n"))
    return {row for row, line in enumerate(after.decode().split("\n"), 1) if line not in lines}


@pytest.mark.parametrize("code", [f"BCE{number}" for number in FIXABLE])
def test_each_fixable_rule_has_cases(code: str) -> None:
    assert code in BY_CODE
    assert sum(path.parent.name == code for path in FIXED) >= 2
