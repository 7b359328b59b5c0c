"""Each setting does the same from a file, from `--config` and as an option, and what it says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bce_lint import engine
from bce_lint.cli.configured import settings
from bce_lint.cli.options import parse
from bce_lint.config.settings import BY_KEY, SETTINGS
from tests.config.projects import BUG, JSON, MAYBE, NLL, SAFE, Lint, write

pytestmark = pytest.mark.any_python

PACKAGE = {"a.py": BUG, "nll.py": NLL, "safe.py": SAFE, "build/b.py": BUG, "gen/g.py": BUG, "lib/net/__init__.py": "", "maybe.py": MAYBE}

SAME: dict[str, tuple[str, list[str]]] = {
    "select": ('["BCE2", "log-softmax-before-nll-loss"]', ["--select", "BCE2,log-softmax-before-nll-loss"]),
    "ignore": ('["BCE103"]', ["--ignore", "BCE103"]),
    "extend-select": ('["BCE123"]', ["--extend-select", "BCE123"]),
    "extend-ignore": ('["BCE1"]', ["--extend-ignore", "BCE1"]),
    "per-file-ignores": (
        '{ "gen/" = ["BCE103"], "!a.py" = ["BCE203", "BCE113"] }',
        ["--per-file-ignores", "gen/:BCE103,!a.py:BCE203,BCE113"],
    ),
    "fixable": ('["BCE1"]', ["--fixable", "BCE1"]),
    "unfixable": ('["BCE203"]', ["--unfixable", "BCE203"]),
    "extend-safe-fixes": ('["BCE103"]', ["--extend-safe-fixes", "BCE103"]),
    "extend-unsafe-fixes": ('["BCE203"]', ["--extend-unsafe-fixes", "BCE203"]),
    "exclude": ('["/gen/"]', ["--exclude", "/gen/"]),
    "extend-exclude": ('["g.py"]', ["--extend-exclude", "g.py"]),
    "force-exclude": ("true", ["--force-exclude"]),
    "src": ('["lib", "src"]', ["--src", "lib,src"]),
    "cache-dir": ('"kept"', ["--cache-dir", "kept"]),
    "jobs": ("2", ["-j", "2"]),
    "output-format": ('"concise"', ["--output-format", "concise"]),
    "severity": ('{ BCE1 = "info", BCE103 = "warning" }', ["--severity", "BCE1=info", "--severity", "BCE103=warning"]),
    "report-possible": ("true", ["--possible"]),
    "exit-non-zero-on-possible": ("true", ["--exit-non-zero-on-possible"]),
}


def test_each_setting_is_here() -> None:
    assert list(SAME) == [one.key for one in SETTINGS]


WORDS = [(".",), (".", *JSON), (".", "--diff"), ("build", "gen", *JSON)]
PAIRS = [(key, words) for key in SAME for words in WORDS if (key, words[-2:]) != ("output-format", JSON)]


@pytest.mark.parametrize(("key", "words"), PAIRS)
def test_a_key_and_its_option_do_the_same(root: Path, lint: Lint, key: str, words: Sequence[str]) -> None:
    write(root, PACKAGE)
    value, option = SAME[key]
    said = lint(*words, *option)
    assert said.status in (0, 1), said.err
    assert lint(*words, "--config", f"{key} = {value}") == said
    consent = ["--extend-safe-fixes"] if key == "extend-safe-fixes" else []
    for name, text in (("bce-lint.toml", f"{key} = {value}\n"), ("pyproject.toml", f"[tool.bce-lint]\n{key} = {value}\n")):
        write(root, {name: text})
        assert lint(*words, *consent) == said
        (root / name).unlink()


UNSEEN = ("src", "cache-dir", "jobs", "force-exclude", "exit-non-zero-on-possible")


@pytest.mark.parametrize("key", [key for key in SAME if key not in UNSEEN])
def test_each_key_makes_a_difference(root: Path, lint: Lint, key: str) -> None:
    write(root, PACKAGE)
    words = (".", "--diff") if "fix" in key else (".", "--output-format", "full") if key != "output-format" else (".",)
    before = lint(*words)
    assert lint(*words, "--config", f"{key} = {SAME[key][0]}") != before


def test_force_exclude_leaves_out_what_is_named(root: Path, lint: Lint) -> None:
    write(root, {**PACKAGE, "bce-lint.toml": 'force-exclude = true\nextend-exclude = ["gen"]\n'})
    assert lint("build/b.py", "gen/g.py", "a.py", *JSON).found() == [("a.py", "BCE103")]
    assert len(lint("build/b.py", "gen/g.py", "a.py", "--no-force-exclude", *JSON).found()) == 3


def test_possible_findings_fail_a_run_where_that_is_asked(root: Path, lint: Lint) -> None:
    write(root, {"maybe.py": MAYBE, "bce-lint.toml": "exit-non-zero-on-possible = true\n"})
    assert (lint(".").status, lint("--possible", ".").status) == (0, 1)
    assert lint("--possible", "--no-exit-non-zero-on-possible", ".").status == 0
    write(root, {"pkg/maybe.py": MAYBE, "pkg/bce-lint.toml": "report-possible = true\n"})
    assert [name for name, _ in lint(*JSON).found()] == ["maybe.py"]
    assert lint("--no-possible", ".").status == 0


def test_src_says_where_imports_are_looked_up(root: Path, lint: Lint) -> None:
    net = "import torch\n\n\ndef squash(x):\n    return torch.sigmoid(x)\n"
    train = "from torch import nn\nfrom net import squash\n\n\ndef step(x, y):\n    return nn.BCEWithLogitsLoss()(squash(x), y)\n"
    write(root, {"code/python/net.py": net, "train/train.py": train})
    assert lint("train", *JSON).found() == []
    assert lint("train", "--src", "code/python", *JSON).found() == [("train.py", "BCE103")]
    write(root, {"bce-lint.toml": 'src = ["code/python"]\n'})
    assert lint("train", *JSON).found() == [("train.py", "BCE103")]
    shown = lint("--reveal", "train/train.py:6").out
    assert "Sigmoid" in shown or "sigmoid" in shown
    assert lint("--isolated", "--reveal", "train/train.py:6").out != shown


def test_the_cache_lies_where_the_working_folders_configuration_says(root: Path, lint: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BCE_LINT_NO_CACHE")
    write(root, {"a.py": BUG, "bce-lint.toml": 'cache-dir = "kept"\n', "pkg/bce-lint.toml": 'cache-dir = "other"\n', "pkg/b.py": BUG})
    assert lint("a.py", "pkg").status == 1
    assert sorted(path.parent.name for path in root.rglob(".bce_lint_cache")) == ["kept"]


def test_an_answer_is_one_for_every_format_and_number_of_jobs(root: Path, lint: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BCE_LINT_NO_CACHE")
    write(root, {"a.py": BUG, "bce-lint.toml": 'output-format = "github"\n'})
    found = lint("a.py", *JSON).found()
    with monkeypatch.context() as nothing_runs:
        nothing_runs.delattr(engine, "judge_files")
        assert lint("a.py", "--jobs", "1", "--output-format", "concise").out.startswith("a.py:9:12: ")
        assert lint("a.py", "--exit-non-zero-on-possible", *JSON).found() == found
        write(root, {"bce-lint.toml": "jobs = 1\n"})
        assert lint("a.py", *JSON).found() == found
    assert lint("a.py", "--severity", "BCE103=info", "--output-format", "github").out.startswith("::notice ")


def test_the_format_is_that_of_the_working_folder(root: Path, lint: Lint) -> None:
    files = {"a.py": BUG, "bce-lint.toml": 'output-format = "json"\n', "pkg/bce-lint.toml": 'output-format = "sarif"\n', "pkg/b.py": BUG}
    write(root, files)
    assert [code for _, code in lint(".").found()] == ["BCE103", "BCE103"]
    assert lint(".", "--output-format", "concise").out.startswith("a.py:9:12: ")


def test_severities_are_told_in_every_format_that_has_them(root: Path, lint: Lint) -> None:
    write(root, {"a.py": BUG, "bce-lint.toml": 'severity = { BCE1 = "error", BCE103 = "info" }\n'})
    assert json.loads(lint(*JSON).out)[0]["severity"] == "info"
    assert lint("--output-format", "github").out.startswith("::notice ")
    sarif = json.loads(lint("--output-format", "sarif").out)
    assert sarif["runs"][0]["results"][0]["level"] == "note"
    assert lint("--severity", "BCE103=warning", "--output-format", "github").out.startswith("::warning ")


# --- who wins ------------------------------------------------------------------------------------


def shown(lint: Lint, *words: str) -> dict[str, list[str]]:
    """What `--show-settings` says of each key."""
    lines: dict[str, list[str]] = {}
    for line in lint("--show-settings", *words).out.splitlines():
        key, equals, value = line.partition(" = ")
        if equals and key in BY_KEY:
            lines.setdefault(key, []).append(value)
    return lines


def test_options_go_before_config_and_that_before_the_file(root: Path, lint: Lint) -> None:
    text = 'select = ["BCE1"]\nignore = ["BCE2"]\nseverity = { BCE1 = "info" }\nexclude = ["a"]\n'
    write(root, {"a.py": BUG, "bce-lint.toml": text})
    inline = ["--config", 'select = ["BCE2"]', "--config", 'severity.BCE2 = "info"', "--config", "ignore = ['BCE3']"]
    told = shown(lint, *inline, "--ignore", "BCE4", "--exclude", "b", "--severity", "BCE5=error")
    assert told["select"] == ['["BCE2"]  # --config']
    assert told["ignore"] == ['["BCE3"]  # --config', '["BCE4"]  # the command line']
    assert told["exclude"] == ['["b"]  # the command line']
    assert told["severity"] == [
        '{BCE1 = "info"}  # bce-lint.toml', '{BCE2 = "info"}  # --config', '{BCE5 = "error"}  # the command line',
    ]  # fmt: skip
    assert shown(lint, *inline, "--select", "BCE103")["select"] == ['["BCE103"]  # the command line']


def test_an_option_leaves_rules_out_of_what_the_file_selects(root: Path, lint: Lint) -> None:
    write(root, {"a.py": BUG, "safe.py": SAFE, "bce-lint.toml": 'select = ["BCE103", "BCE203"]\n'})
    assert lint("--ignore", "BCE1", *JSON).found() == [("safe.py", "BCE203")]
    assert lint("--select", "BCE1", *JSON).found() == [("a.py", "BCE103")]


def test_a_list_of_safe_fixes_counts_only_with_the_option(root: Path, lint: Lint) -> None:
    write(root, {"a.py": BUG, "bce-lint.toml": 'extend-safe-fixes = ["BCE103"]\n'})
    done = lint("--fix", ".")
    assert (root / "a.py").read_text(encoding="utf-8") == BUG and done.status == 1
    said = "extend-safe-fixes counts only with --extend-safe-fixes on the command line; fixes left as unsafe: 1"
    assert done.err == f"bce-lint: bce-lint.toml: {said}\n"
    assert "# bce-lint.toml, does not count" in lint("--show-settings").out
    lint("--fix", "--extend-safe-fixes", "BCE104", ".")
    assert (root / "a.py").read_text(encoding="utf-8") == BUG
    assert lint("--fix", "--extend-safe-fixes", ".").status == 0
    assert "sigmoid" not in (root / "a.py").read_text(encoding="utf-8")


def test_a_path_after_the_option_is_no_list_of_rules(root: Path, lint: Lint) -> None:
    write(root, {"a.py": BUG, "b.py": BUG, "bce-lint.toml": 'extend-safe-fixes = ["BCE103"]\n'})
    assert lint("--fix", "--extend-safe-fixes", "a.py").status == 0
    assert (root / "b.py").read_text(encoding="utf-8") == BUG


def test_the_codes_of_json_say_which_fixes_are_safe(root: Path, lint: Lint) -> None:
    write(root, {"a.py": BUG, "safe.py": SAFE})
    words = ("--extend-safe-fixes", "BCE1", "--extend-unsafe-fixes", "BCE203", *JSON)
    assert [one["fix"]["applicability"] for one in json.loads(lint(*words).out)] == ["safe", "unsafe"]


# --- the same for all values ---------------------------------------------------------------------

CODES = ["BCE", "BCE1", "BCE2", "BCE10", "BCE103", "BCE123", "BCE203", "BCE910", "log-softmax-before-nll-loss"]
LISTS = ("select", "ignore", "extend-select", "extend-ignore", "fixable", "unfixable", "extend-unsafe-fixes")
RULES = st.lists(st.sampled_from(CODES), min_size=1, max_size=3)
TABLES = st.dictionaries(st.sampled_from(LISTS), RULES).flatmap(
    lambda lists: st.fixed_dictionaries(
        {key: st.just(value) for key, value in lists.items()},
        optional={"severity": st.dictionaries(st.sampled_from(CODES), st.sampled_from(["error", "warning", "info"]), min_size=1)},
    )
)


def as_options(table: dict[str, list[str] | dict[str, str]]) -> list[str]:
    """Settings as words of a command line."""
    return [
        f"--{key}={','.join(value if isinstance(value, list) else (f'{rule}={level}' for rule, level in value.items()))}"
        for key, value in table.items()
    ]


@given(TABLES)
def test_a_file_and_options_select_the_same(table: dict[str, list[str] | dict[str, str]]) -> None:
    from bce_lint.config.problem import toml

    inline = [word for key, value in table.items() for word in ("--config", f"{key} = {toml(value)}")]
    by_options = settings(parse(["--isolated", *as_options(table)])).here.unnamed
    by_config = settings(parse(["--isolated", *inline])).here.unnamed
    assert by_options == by_config
