"""README: what its examples show is what bce-lint says, and its commands work."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from bce_lint import engine
from bce_lint.rules.registry import RULES
from bce_lint.rules.selection import choose
from tests.compare.reports import report, write

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"  # (BCE\d{3})$", re.MULTILINE)


def blocks(language: str) -> list[str]:
    """README's fenced blocks of one language."""
    return [text for kind, text in BLOCK.findall(README) if kind == language]


def shell(command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Runs a command as a shell would, with this Python's bce-lint."""
    start = f'bce-lint() {{ {shlex.quote(sys.executable)} -m bce_lint "$@"; }}\n'
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return subprocess.run(
        ["bash", "-c", start + command], cwd=cwd, capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip


@pytest.mark.parametrize("text", blocks("python"), ids=lambda text: "-".join(MARK.findall(text)) or "noqa")
def test_an_example_is_reported_where_it_says(text: str) -> None:
    expected = [(row, mark[1]) for row, line in enumerate(text.splitlines(), 1) if (mark := MARK.search(line))]
    found = engine.check_text(text.encode("utf-8"), None, choose(None, (), ())).diagnostics
    assert [(one.location.start.row, one.code) for one in found] == expected


def test_every_example_of_what_it_finds_marks_a_line() -> None:
    assert sum(bool(MARK.search(text)) for text in blocks("python")) == len(blocks("python")) - 1


@pytest.mark.any_python
def test_the_output_shown_is_the_output() -> None:
    (shown,) = blocks("text")
    done = shell("bce-lint examples/", ROOT)
    assert done.returncode == 1
    assert shown.startswith("error[BCE103]: ")
    assert shown in done.stdout


@pytest.mark.any_python
def test_what_is_revealed_is_what_is_shown() -> None:
    (shown,) = blocks("console")
    command, _, output = shown.removeprefix("$ ").partition("\n")
    done = shell(command, ROOT)
    assert (done.returncode, done.stdout, done.stderr) == (0, output, "")


@pytest.mark.any_python
def test_the_examples_have_findings_in_both_files() -> None:
    done = shell("bce-lint --output-format concise examples/", ROOT)
    found = {(line.split(":")[0], line.split()[1]) for line in done.stdout.splitlines()[:-1]}
    assert {code for path, code in found if path == "examples/models.py"} == {"BCE201", "BCE205"}
    assert {code for path, code in found if path == "examples/train.py"} == {"BCE102", "BCE103", "BCE111", "BCE121", "BCE203", "BCE301"}


def commands() -> list[str]:
    """The command lines that README shows, without those that install."""
    return [line.split("  #")[0].strip() for text in blocks("sh") for line in text.splitlines() if "pip install" not in line]


@pytest.mark.any_python
@pytest.mark.parametrize("command", commands())
def test_a_command_works(tmp_path: Path, command: str) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "net.py").write_text("import torch\n", encoding="utf-8")
    (tmp_path / "train.py").write_text("import torch.nn.functional as F\n\nloss = F.nll_loss(F.log_softmax(x, 1), y)\n", encoding="utf-8")
    write(tmp_path / "witness.json", report())
    (tmp_path / "bce-lint-baseline.json").write_text('{"version": 1, "findings": []}\n', encoding="utf-8")
    if "--new-from" in command:
        for words in ("init -q -b main", "add train.py src", "commit -q -m a", "update-ref refs/remotes/origin/main HEAD"):
            who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
            subprocess.run(["git", *who, *words.split()], cwd=tmp_path, timeout=120, check=True)
    done = shell(command, tmp_path)
    told = r"not analysed completely: 0 functions\ntime: \d+\.\d\d s in 1 file, .+\n    \d+\.\d\d s train.py\n" if " -v " in command else ""
    assert re.fullmatch(told, done.stderr)
    assert done.returncode == (1 if "BCE123" in command or "BCE1," in command else 0)


def test_the_rules_are_all_listed() -> None:
    rows = re.findall(r"^\| (BCE\d{3}) \| ([\w-]+) \| (\w+) \| (on|off|witness) \|$", README, re.MULTILINE)
    assert rows == [(rule.code, rule.name, rule.severity, rule.state) for rule in RULES]


def test_the_flake8_configuration_works(tmp_path: Path) -> None:
    (tmp_path / "tox.ini").write_text(blocks("ini")[0], encoding="utf-8")
    (tmp_path / "a.py").write_text("import torch.nn.functional as F\n\nloss = F.nll_loss(F.log_softmax(x, 1), y)\n", encoding="utf-8")
    done = subprocess.run([sys.executable, "-m", "flake8", "a.py"], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert ": BCE123 " in done.stdout


def configured() -> str:
    """The example of a configuration."""
    (table,) = (text for text in blocks("toml") if text.startswith("[tool.bce-lint]\n"))
    return table


@pytest.mark.parametrize("name", ["pyproject.toml", "bce-lint.toml"])
def test_the_configuration_works(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(configured() if name == "pyproject.toml" else configured().partition("\n")[2], encoding="utf-8")
    loss = "import torch.nn.functional as F\n\nloss = F.nll_loss(F.log_softmax(x, 1), y)\n"
    for folder in ("src", "tests", "third_party"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.py").write_text(loss, encoding="utf-8")
    done = shell("bce-lint --output-format concise -q .", tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["src/a.py"] and "BCE123" in done.stdout


def hooks(text: str) -> list[dict[str, str]]:
    """The `key: value` lines of each hook of a small YAML file."""
    return [dict(line.strip().split(": ", 1) for line in f"id: {hook}".splitlines() if ": " in line) for hook in text.split("- id: ")[1:]]


def test_the_hooks_are_those_that_the_repository_offers() -> None:
    lint, fix = hooks((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    (shown,) = hooks(blocks("yaml")[0])
    assert shown["id"] == lint["id"] == "bce-lint"
    assert fix["id"] == "bce-lint-fix" and "`bce-lint-fix`" in README
    assert (lint["entry"], fix["entry"]) == ("bce-lint check --force-exclude", "bce-lint check --fix --force-exclude")
    assert (lint["types_or"], fix["types_or"]) == ("[python, pyi, jupyter]", "[python, jupyter]")
    assert all((hook["language"], hook["require_serial"]) == ("python", "true") for hook in (lint, fix))


def test_the_continuous_integration_runs_the_test_command_of_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    installs = [line for text in blocks("sh") for line in text.splitlines() if line.startswith("pip install")]
    assert len(installs) == 2
    assert "readme_command 1" in script and "readme_command 2" in script
