"""Two configurations in one run, and configurations beside the cache, a baseline, a revision and the formats."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.config.projects import BUG, JSON, NLL, SAFE, Lint, write

SIDES = {
    "one/bce-lint.toml": 'ignore = ["BCE103"]\nextend-select = ["BCE123"]\nper-file-ignores = { "quiet/" = ["BCE"] }\n',
    "two/pyproject.toml": '[tool.bce-lint]\nunfixable = ["BCE203"]\n[tool.bce-lint.severity]\nBCE1 = "info"\nBCE103 = "warning"\n',
    "one/a.py": BUG, "one/nll.py": NLL, "one/safe.py": SAFE, "one/quiet/nll.py": NLL,
    "two/b.py": BUG, "two/nll.py": NLL, "two/safe.py": SAFE, "two/quiet/c.py": BUG,
}  # fmt: skip


def places(lint: Lint, root: Path, *words: str) -> list[tuple[str, str]]:
    """The paths and codes of the findings."""
    return [(str(Path(one["filename"]).relative_to(root)), one["code"]) for one in json.loads(lint(*words, *JSON).out)]


def git(root: Path, *words: str) -> None:
    """Runs git."""
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false", *words]
    subprocess.run(command, cwd=root, check=True, capture_output=True, timeout=60)


def test_each_file_has_the_rules_of_its_own(root: Path, lint: Lint) -> None:
    write(root, SIDES)
    assert places(lint, root) == [
        ("one/nll.py", "BCE123"), ("one/safe.py", "BCE203"),
        ("two/b.py", "BCE103"), ("two/quiet/c.py", "BCE103"), ("two/safe.py", "BCE203"),
    ]  # fmt: skip


def test_each_file_has_severities_and_fixes_of_its_own(root: Path, lint: Lint) -> None:
    write(root, SIDES)
    found = {Path(one["filename"]).parent.name + "/" + one["code"]: one for one in json.loads(lint(*JSON).out)}
    assert found["two/BCE103"]["severity"] == "warning"
    assert found["one/BCE203"]["fix"] is not None and found["two/BCE203"]["fix"] is None
    lint("--fix", ".")
    assert "size_average" not in (root / "one/safe.py").read_text(encoding="utf-8")
    assert "size_average" in (root / "two/safe.py").read_text(encoding="utf-8")


def test_a_finding_is_told_by_the_file_that_its_place_lies_in(root: Path, lint: Lint) -> None:
    net = "import torch\n\n\ndef squash(x):\n    return torch.sigmoid(x)\n"
    train = "from torch import nn\nfrom models.net import squash\n\n\ndef step(x, y):\n    return nn.BCEWithLogitsLoss()(squash(x), y)\n"
    files = {"models/__init__.py": "", "models/net.py": net, "models/bce-lint.toml": 'ignore = ["BCE1"]\n', "train.py": train}
    write(root, files)
    assert places(lint, root) == [("train.py", "BCE103")]
    (root / "models/bce-lint.toml").rename(root / "bce-lint.toml")
    assert places(lint, root) == []


def test_an_ignored_rule_lets_no_other_speak(root: Path, lint: Lint) -> None:
    write(root, {"a.py": BUG, "bce-lint.toml": 'select = ["BCE"]\nignore = ["BCE103"]\n'})
    assert places(lint, root) == []


@pytest.mark.parametrize("name", ["bce-lint.toml", "sub/bce-lint.toml"])
def test_an_answer_that_is_kept_holds_for_its_configuration(
    root: Path, lint: Lint, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv("BCE_LINT_NO_CACHE")
    write(root, {"sub/a.py": BUG, "b.py": SAFE})
    plain = places(lint, root)
    assert plain == [("b.py", "BCE203"), ("sub/a.py", "BCE103")] and (root / ".bce_lint_cache").is_dir()
    write(root, {name: 'ignore = ["BCE103"]\n'})
    assert places(lint, root) == plain[:1] == places(lint, root)
    write(root, {name: '[severity]\nBCE103 = "info"\n'})
    told = {one["code"]: one["severity"] for one in json.loads(lint(*JSON).out)}
    assert told["BCE103"] == "info"
    write(root, {name: 'per-file-ignores = { "a.py" = ["BCE103"] }\n'})
    assert places(lint, root) == plain[:1]
    (root / name).unlink()
    assert places(lint, root) == plain
    assert places(lint, root, "--isolated", "--ignore", "BCE203") == plain[1:]


def test_an_answer_that_is_kept_holds_for_its_src(root: Path, lint: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BCE_LINT_NO_CACHE")
    net = "import torch\n\n\ndef squash(x):\n    return torch.sigmoid(x)\n"
    train = "from torch import nn\nfrom net import squash\n\n\ndef step(x, y):\n    return nn.BCEWithLogitsLoss()(squash(x), y)\n"
    write(root, {"code/python/net.py": net, "train/train.py": train})
    assert places(lint, root) == []
    write(root, {"bce-lint.toml": 'src = ["code/python"]\n'})
    assert places(lint, root) == [("train/train.py", "BCE103")] == places(lint, root)
    (root / "bce-lint.toml").unlink()
    assert places(lint, root) == []


def test_a_baseline_holds_what_the_configuration_tells(root: Path, lint: Lint) -> None:
    write(root, SIDES)
    assert lint("--baseline", "known.json", "--update-baseline").status == 0
    assert places(lint, root, "--baseline", "known.json") == []
    write(root, {"two/new.py": BUG, "one/new.py": BUG})
    assert places(lint, root, "--baseline", "known.json") == [("two/new.py", "BCE103")]
    write(root, {"one/bce-lint.toml": ""})
    assert places(lint, root, "--baseline", "known.json") == [("one/a.py", "BCE103"), ("one/new.py", "BCE103"), ("two/new.py", "BCE103")]


def test_a_finding_that_is_ignored_now_is_not_gone_from_a_baseline(root: Path, lint: Lint) -> None:
    write(root, {"a.py": BUG})
    lint("--baseline", "known.json", "--update-baseline")
    write(root, {"bce-lint.toml": 'ignore = ["BCE103"]\n'})
    assert "gone" not in "".join(map(str, lint("--baseline", "known.json", ".")))
    (root / "bce-lint.toml").unlink()
    assert places(lint, root, "--baseline", "known.json") == []


def test_a_revision_is_linted_under_the_configuration_of_today(root: Path, lint: Lint) -> None:
    (root / ".git").rmdir()
    write(root, {"a.py": BUG, "nll.py": NLL, "bce-lint.toml": 'select = ["BCE2"]\n'})
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "a"]):
        git(root, *words)
    write(root, {"bce-lint.toml": 'select = ["BCE103", "BCE123"]\n', "b.py": BUG})
    assert len(places(lint, root)) == 3
    assert places(lint, root, "--new-from", "HEAD") == [("b.py", "BCE103")]


def test_a_revision_is_linted_with_the_folders_of_today(root: Path, lint: Lint) -> None:
    (root / ".git").rmdir()
    net = "import torch\n\n\ndef squash(x):\n    return torch.sigmoid(x)\n"
    train = "from torch import nn\nfrom net import squash\n\n\ndef step(x, y):\n    return nn.BCEWithLogitsLoss()(squash(x), y)\n"
    write(root, {"code/python/net.py": net, "train/train.py": train})
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "a"]):
        git(root, *words)
    write(root, {"bce-lint.toml": 'src = ["code/python"]\n', "train/more.py": train})
    assert places(lint, root, "--new-from", "HEAD") == [("train/more.py", "BCE103")]


def test_a_format_from_a_file_does_not_go_with_statistics_either(root: Path, lint: Lint) -> None:
    write(root, {"a.py": BUG, "bce-lint.toml": 'output-format = "sarif"\n'})
    done = lint("--statistics")
    assert done == (2, "", lint("--statistics", "--output-format", "sarif").err) and done.err.count("\n") == 1
    assert lint("--statistics", "--output-format", "full").status == 1
