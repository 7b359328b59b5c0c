"""Configuration, baseline, comments, fixes and formats where they meet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bce_lint import engine
from bce_lint.cli import main
from bce_lint.lint_result import Interrupted, LintResult
from tests.adoption.test_new_from import git

BUG = "import torch.nn.functional as F\n\n\ndef step(x, y):\n    return F.binary_cross_entropy_with_logits(x.sigmoid(), y)\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that is the working folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").touch()
    return tmp_path


def test_a_link_to_a_file_that_gets_comments_gets_them_with_it(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "a.py").write_text(BUG)
    (here / "link.py").symlink_to("a.py")
    (here / "first.py").symlink_to("z.py")
    (here / "z.py").write_text(BUG)
    assert main([".", "--add-noqa", "--diff"]) == 0
    assert "Would add 2 `# noqa` comments." in "".join(capsys.readouterr())
    assert main([".", "--add-noqa"]) == 0
    assert capsys.readouterr() == ("Added 2 `# noqa` comments.\n", "")
    assert (here / "z.py").read_text().count("# noqa") == (here / "a.py").read_text().count("# noqa") == 1
    assert (here / "link.py").is_symlink()
    assert main(["."]) == 0


def entries(file: Path) -> list[tuple[str, str]]:
    """The path and the code of each entry of a baseline."""
    return [(one["path"], one["code"]) for one in json.loads(file.read_text())["findings"]]


def test_the_baseline_keeps_what_it_says_of_a_file_that_could_not_be_analysed(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "a.py").write_text(BUG)
    update = [".", "--baseline", "base.json", "--update-baseline"]
    assert main(update) == 0
    (here / "a.py").write_text("def f(:\n" + BUG)
    capsys.readouterr()
    assert main([".", "--baseline", "base.json"]) == 1
    assert "gone" not in capsys.readouterr().out
    assert main(update) == 0
    assert entries(here / "base.json") == [("a.py", "BCE103"), ("a.py", "BCE901")]
    (here / "a.py").write_text(BUG)
    assert main([".", "--baseline", "base.json"]) == 0
    assert "1 finding of the baseline is gone" in capsys.readouterr().out
    assert main(update) == 0
    assert entries(here / "base.json") == [("a.py", "BCE103")]


def test_sarif_says_that_a_run_was_stopped(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "a.py").write_text(BUG)
    (here / "b.py").write_text(BUG)

    def stopped(*_: object, **__: object) -> None:
        raise Interrupted(LintResult((), {}))

    monkeypatch.setattr(engine, "check", stopped)
    assert main([".", "--output-format", "sarif", "-o", "out.sarif"]) == 130
    (invocation,) = json.loads((here / "out.sarif").read_text())["runs"][0]["invocations"]
    assert not invocation["executionSuccessful"]
    assert "interrupted" in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_the_files_of_a_revision_go_by_their_names_of_today(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "a.py").write_text(BUG)
    git(here, "init", "-q")
    git(here, "add", "a.py", "pyproject.toml")
    git(here, "commit", "-q", "-m", "a")
    (here / "b.py").write_text(BUG)
    assert main(["--new-from", "HEAD", "-v", "--no-cache", "."]) == 1
    times = [line for line in capsys.readouterr().err.splitlines() if " s " in line]
    assert " s in 2 files" in times[0] and sorted(line.split()[-1] for line in times[1:]) == ["a.py", "b.py"]


@pytest.mark.parametrize("words", [["--baseline", "kept.json", "--update-baseline"], ["-o", "kept.json"]], ids=["baseline", "output"])
def test_a_file_that_is_written_is_none_that_is_read_only_and_no_other_end_of_a_link(
    here: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "a.py").write_text("import torch\n")
    kept, outside = here / "kept.json", here.parent / "outside.json"
    kept.write_text('{"version": 1, "findings": []}')
    kept.chmod(0o444)
    assert main([*words, "."]) == 2
    assert capsys.readouterr().err == "bce-lint: kept.json: read-only\n"
    kept.unlink()
    kept.symlink_to(outside)
    assert main([*words, "."]) == 0
    assert kept.is_file() and not kept.is_symlink() and not outside.exists()
    assert [one.name for one in here.iterdir() if "tmp" in one.name] == []


@pytest.mark.parametrize("option", ["--baseline", "--output-file", "--new-from"])
def test_an_empty_value_is_told_with_its_option(here: Path, option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([option, "", "."]) == 2
    assert option in capsys.readouterr().err
