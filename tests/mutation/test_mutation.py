"""The mutation command: its changes are programs, it sees what a test kills and what no test does, and it goes on where it was."""

from __future__ import annotations

import ast
import importlib
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.mutation import fixtures
from tests.mutation.counting import HITS, Lines
from tests.mutation.equivalent import EQUIVALENT
from tests.mutation.mutants import is_another_program, mutants, of_files, sample
from tests.mutation.operators import OPERATORS

pytestmark = pytest.mark.any_python

ROOT = Path(__file__).parents[2]
ROOMS = [ROOT / "bce_lint" / room for room in ("analysis", "fixes", "rules")]
ALL = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for room in ROOMS for path in sorted(room.rglob("*.py"))}
TEXTS = {path: text for path, text in ALL.items() if path.startswith("bce_lint/fixes")}

EACH = [
    ("comparison", "f(a < b)", {"f(a <= b)"}),
    ("comparison", "a is not  None", {"a is  None"}),
    ("comparison", "a not in b", {"a in b"}),
    ("comparison", "(a) == b != c", {"(a) != b != c", "(a) == b == c"}),
    ("boolean", "a and b", {"a or b", "(a)", "(b)"}),
    ("boolean", "a or b or c", {"a and b or c", "a or b and c"}),
    ("boolean", "not a", {"(a)"}),
    ("constant", "f(0)", {"f(1)"}),
    ("constant", "f(1)", {"f(2)", "f(0)"}),
    ("constant", "f('ä', 'b')", {"f('ä~', 'b')", "f('ä', 'b~')"}),
    ("constant", "f(None, True)", {"f(True, True)", "f(None, False)"}),
    ("arithmetic", "a + -b", {"a - -b", "a + (b)"}),
    ("arithmetic", "isinstance(a, b | c)", {"isinstance(a, b)", "isinstance(a, c)"}),
    ("arithmetic", "a //= b", {"a *= b", "a = b"}),
    ("deletion", "f(a)", {"pass"}),
    ("deletion", "a.b = c", {"pass"}),
    ("deletion", "a = c", set[str]()),
    ("deletion", "raise a", {"pass"}),
    ("deletion", "def f(a):\n    a = g(a)\n    b = 1\n    return", {"def f(a):\n    pass\n    b = 1\n    return",
                                                                 "def f(a):\n    a = g(a)\n    b = 1\n    pass"}),
    ("returned", "def f():\n    return a", {"def f():\n    return None"}),
    ("returned", "def f():\n    return False", set[str]()),
    ("condition", "if a: b", {"if True: b", "if False: b"}),
    ("condition", "while a: b", {"while False: b"}),
    ("condition", "[a for a in b if c]", {"[a for a in b if True]", "[a for a in b if False]"}),
    ("condition", "match a:\n    case b if c: d", {"match a:\n    case b if True: d", "match a:\n    case b if False: d"}),
    ("call", "f(a,  b)", {"f(b,  a)"}),
    ("call", "any(a)", {"all(a)"}),
    ("call", "sorted(a)", {"list(a)"}),
    ("element", "{a, b}", {"{b}", "{a}"}),
    ("element", "{a: 1, **b, c: 2}", {"{c: 2}", "{a: 1}"}),
    ("element", "a in (b, c, d)", {"a in (c, d)", "a in (b, d)", "a in (b, c)"}),
    ("element", "a, b, c = d", set[str]()),
    ("slicing", "a[b:c]", {"a[:c]", "a[b:]"}),
    ("constant", "def f(a: 'b') -> 'c':\n    'd'\n    assert 'e'\n    return f'g{h}'", set[str]()),
    ("element", "A = Callable[[b, c], d]", set[str]()),
    ("element", "A = frozenset({b, c})", {"A = frozenset({c})", "A = frozenset({b})"}),
    ("constant", "from __future__ import annotations\nif TYPE_CHECKING:\n    a = 1\n__all__ = ['a']\nb: TypeAlias = 'c'", set[str]()),
]  # fmt: skip


@pytest.mark.parametrize(("operator", "text", "changed"), EACH, ids=[f"{operator}-{text}" for operator, text, _ in EACH])
def test_each_operator(operator: str, text: str, changed: set[str]) -> None:
    assert {one.text(text) for one in mutants("a.py", text) if one.operator == operator} == changed


def test_the_operators_are_all_shown() -> None:
    assert {operator for operator, _, _ in EACH} == set(OPERATORS)


def test_a_sample_is_of_programs_and_spread_over_the_files() -> None:
    chosen = sample(TEXTS, 80, 1)
    assert chosen == sample(TEXTS, 80, 1)
    assert len({(one.path, one.row) for one in chosen}) == len(chosen) == 80
    assert len({one.path for one in chosen}) > 30
    assert len({one.operator for one in chosen}) > len(OPERATORS) / 2
    assert all(is_another_program(one, TEXTS[one.path]) for one in chosen)


def test_the_changes_of_the_package_have_keys_of_their_own() -> None:
    assert [key for key, count in Counter(one.key for one in of_files(TEXTS)).items() if count > 1] == []


def test_what_is_called_equivalent_is_there() -> None:
    """A line that was rewritten is judged anew."""
    paths = {key.partition("::")[0] for key in EQUIVALENT}
    keys = {one.key for one in of_files({path: ALL[path] for path in paths})}
    assert [key for key in EQUIVALENT if key not in keys] == []


def test_lines_that_run_are_counted() -> None:
    text = "def f(a):\n    'words'\n    if a:\n        return 1\n    elif g(a):\n        return 2\n    return 3\ng = lambda b: (\n  b\n)\n"
    lines = Lines({"a.py": text})
    names: dict[str, object] = {HITS: lines.hits}
    exec(compile(lines.read("a.py", text), "a.py", "exec"), names)
    assert lines.taken() == bytes(len(lines.hits) // 8 + 1)
    assert names["f"].__doc__ == "words"
    names["f"](0)  # type: ignore[operator]
    reached = int.from_bytes(lines.taken(), "little")
    assert [row for row in range(11) if reached >> row & 1] == [3, 5, 7, 9]


def test_what_is_run_together_is_run_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module("tests.test_reveal")
    known = fixtures.checks(ROOT)
    runs: list[object] = []
    check = module.engine.check

    def _noted(*given: object) -> object:
        runs.append(given)
        return check(*given)

    monkeypatch.setattr(module.engine, "check", _noted)
    for name in ("test_a_file_reveals_what_it_says", "test_a_call_of_reveal_changes_no_finding"):
        known[f"tests/test_reveal.py::{name}"]()
    assert len(runs) == 2


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """A repository with one function, of which its only test tries one half."""
    (tmp_path / "bce_lint" / "rules").mkdir(parents=True)
    (tmp_path / "bce_lint" / "witness").mkdir()
    (tmp_path / "bce_lint" / "__init__.py").touch()
    (tmp_path / "bce_lint" / "witness" / "pytest_plugin.py").touch()  # pytest asks for the plugin of the installed package
    text = "def larger(a, b):\n    if a < b:\n        return b\n    return a\n\n\ndef unused():\n    return larger(1, 2)\n"
    (tmp_path / "bce_lint" / "rules" / "order.py").write_text(text, encoding="utf-8")
    (tmp_path / "tests").mkdir()
    test = "from bce_lint.rules.order import larger\n\n\ndef test_larger():\n    assert larger(1, 2) == 2\n"
    (tmp_path / "tests" / "test_order.py").write_text(test, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '--import-mode=importlib'\n", encoding="utf-8")
    return tmp_path


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the command on a repository."""
    return subprocess.run(
        [sys.executable, "-m", "tests.mutation", "--root", str(root), *arguments], cwd=ROOT, capture_output=True, text=True,
        timeout=300, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def test_it_tells_the_killed_from_the_survivors_and_goes_on_where_it_was(planted: Path) -> None:
    kept = planted / "kept.jsonl"
    before = {path: path.read_bytes() for path in planted.rglob("*.py")}
    done = run(planted, "--count", "40", "--jobs", "2", "--resume", str(kept))
    assert done.returncode == 1, done.stderr
    rows = {row["key"].partition("::")[2]: row["outcome"] for row in map(json.loads, kept.read_text(encoding="utf-8").splitlines())}
    assert rows["larger: if a < b: -> if False:"] == "test"
    assert rows["larger: return b -> return None"] == "test"
    assert rows["larger: if a < b: -> if a <= b:"] == rows["larger: if a < b: -> if True:"] == "survived"
    assert rows["unused: return larger(1, 2) -> return larger(2, 2)"] == "not covered"
    killed = sum(outcome == "test" for outcome in rows.values())
    assert f"score: {killed} of {len(rows)}, " in done.stdout
    assert "+ if a <= b:\n" in done.stdout and "bce_lint/rules/order.py:2 larger [comparison]" in done.stdout
    assert {path: path.read_bytes() for path in planted.rglob("*.py")} == before
    assert run(planted, "--count", "40", "--resume", str(kept)).stderr == ""
    test = planted / "tests" / "test_order.py"
    test.write_text(test.read_text(encoding="utf-8") + "    assert larger(3, 2) == 3\n", encoding="utf-8")
    again = run(planted, "--resume", str(kept), "--survivors")
    assert "[condition]" not in again.stdout
    ast.parse(test.read_text(encoding="utf-8"))
