"""`--baseline` and `--update-baseline`: what a project began with is not told, by whatever path and settings it is asked for."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bce_lint import engine
from bce_lint.cli import main
from bce_lint.fixes.plan import Planner
from bce_lint.rules.judge import Judged
from tests.test_cli_progress import start

BUG = "import torch\nfrom torch import nn\n\n\ndef step(x, y):\n    return nn.BCEWithLogitsLoss()(torch.sigmoid(x), y)\n"
OTHER = BUG.replace("def step", "def other")
TWICE = f"{BUG}\n\ndef again(x):\n    return torch.log(torch.sigmoid(x))\n"
FILES = {"a.py": BUG, "pack/z.py": BUG}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two files with a finding each; the working folder."""
    folder = tmp_path / "project"
    (folder / "pack").mkdir(parents=True)
    (folder / "pyproject.toml").touch()
    write(folder, FILES)
    monkeypatch.chdir(folder)
    return folder


def write(folder: Path, files: dict[str, str]) -> None:
    """Writes files by their paths."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def update(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Writes the baseline, and gives what the command says."""
    assert main(["--baseline", "known.json", "--update-baseline", *(arguments or (".",))]) == 0
    return capsys.readouterr().out


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """The files of the findings that are not in the baseline."""
    main(["--baseline", "known.json", *arguments, "--output-format", "json"])
    return [Path(one["filename"]).name for one in json.loads(capsys.readouterr().out)]


def entries(folder: Path) -> list[dict[str, str]]:
    """What the baseline lists."""
    found: list[dict[str, str]] = json.loads((folder / "known.json").read_text(encoding="utf-8"))["findings"]
    return found


def test_what_was_there_is_not_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert update(capsys) == "Baseline known.json: 2 findings (2 new, 0 gone).\n"
    assert [(one["path"], one["code"], one["where"]) for one in entries(project)] == [
        ("a.py", "BCE103", "step"),
        ("pack/z.py", "BCE103", "step"),
    ]
    for arguments in ([], ["."], ["a.py"], [str(project)], ["pack", "a.py"]):
        assert told(capsys, *arguments) == []
    write(project, {"a.py": f"# above\n\n{BUG}", "new.py": BUG})
    assert told(capsys, ".") == ["new.py"]


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files of the findings that fixes were planned for."""
    asked: list[str] = []
    fix = Planner.fix

    def _fix(self: Planner, one: Judged, silent: Any) -> Any:
        asked.append(Path(one.place.path).name)
        return fix(self, one, silent)

    monkeypatch.setattr(Planner, "fix", _fix)
    return asked


@pytest.mark.parametrize("cached", [False, True])
def test_fixes_are_planned_for_what_is_new(
    cached: bool, project: Path, planned: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if cached:
        monkeypatch.delenv("BCE_LINT_NO_CACHE")
    update(capsys)
    assert told(capsys, ".") == []
    assert told(capsys, "--fix", "--unsafe-fixes", ".") == []
    assert planned == []
    write(project, {"new.py": BUG})
    main(["--baseline", "known.json", "."])
    assert "(1 hidden fix " in capsys.readouterr().out
    assert planned == ["new.py"]
    main(["."])
    assert "(3 hidden fixes " in capsys.readouterr().out
    assert planned[1:] == ["a.py", "new.py", "z.py"]
    main(["--baseline", "known.json", "--fix", "--unsafe-fixes", "."])
    assert planned[4:] == ["new.py"]
    assert [(project / name).read_text() == BUG for name in ("a.py", "pack/z.py", "new.py")] == [True, True, False]


def test_what_is_known_by_its_name_alone_is_planned_for(project: Path, planned: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    update(capsys)
    (project / "pack" / "z.py").rename(project / "z.py")
    assert told(capsys, ".") == []
    assert planned == ["z.py"]


def test_an_answer_without_fixes_is_one_where_all_is_known(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BCE_LINT_NO_CACHE")
    update(capsys)
    with monkeypatch.context() as nothing_runs:
        nothing_runs.delattr(engine, "judge_files")
        assert told(capsys, ".") == []
    write(project, {"known.json": json.dumps({"version": 1, "findings": entries(project)[:1]})})
    main(["--baseline", "known.json", "."])
    assert "(1 hidden fix " in capsys.readouterr().out
    with monkeypatch.context() as nothing_runs:
        nothing_runs.delattr(engine, "judge_files")
        assert update(capsys) == "Baseline known.json: 2 findings (1 new, 0 gone).\n"


def test_all_fixes_that_are_known_answer_for_some(
    project: Path, planned: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BCE_LINT_NO_CACHE")
    main(["."])
    assert planned == ["a.py", "z.py"]
    update(capsys)
    write(project, {"known.json": json.dumps({"version": 1, "findings": entries(project)[:1]})})
    main(["--baseline", "known.json", "."])
    assert "Found 1 finding in 1 file.\nNo fixes available (1 hidden fix " in capsys.readouterr().out
    assert planned[2:] == []


def test_one_entry_stands_for_one_finding(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    update(capsys)
    write(project, {"a.py": BUG.replace("    return", "    loss =") + BUG.splitlines()[-1] + "\n"})
    assert told(capsys, "a.py") == ["a.py"]


def test_it_outlives_the_name_of_a_folder(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    update(capsys)
    (project / "pack").rename(project / "package")
    assert told(capsys, ".") == []
    write(project, {"pack/z.py": BUG})
    assert told(capsys, ".") == ["z.py"]


def test_what_is_gone_is_said_and_forgotten(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    update(capsys)
    write(project, {"a.py": "x = 1\n"})
    assert main(["--baseline", "known.json", "pack"]) == 0
    assert "gone" not in capsys.readouterr().out
    assert main(["--baseline", "known.json", "."]) == 0
    assert "1 finding of the baseline is gone: `--update-baseline` forgets it." in capsys.readouterr().out
    assert update(capsys, "pack") == "Baseline known.json: 2 findings (0 new, 0 gone).\n"
    assert update(capsys) == "Baseline known.json: 1 finding (0 new, 1 gone).\n"


@pytest.mark.parametrize("settings", ['ignore = ["BCE103"]', 'per-file-ignores = {"a.py" = ["BCE1"]}', 'select = ["BCE2"]'])
def test_a_rule_that_a_file_does_not_select_is_kept(settings: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    update(capsys)
    before = entries(project)
    write(project, {"bce-lint.toml": f"{settings}\n"})
    assert main(["--baseline", "known.json", "."]) == 0
    assert "gone" not in capsys.readouterr().out
    assert update(capsys) == "Baseline known.json: 2 findings (0 new, 0 gone).\n"
    assert entries(project) == before


def test_the_nearest_settings_decide_for_each_file(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    update(capsys)
    write(project, {"pack/bce-lint.toml": 'ignore = ["BCE103"]\n', "a.py": "x = 1\n", "pack/z.py": "x = 1\n"})
    assert update(capsys) == "Baseline known.json: 1 finding (0 new, 1 gone).\n"
    assert [one["path"] for one in entries(project)] == ["pack/z.py"]


def test_an_excluded_file_is_kept(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    update(capsys)
    write(project, {"bce-lint.toml": 'extend-exclude = ["pack"]\n'})
    assert update(capsys) == "Baseline known.json: 2 findings (0 new, 0 gone).\n"


@pytest.mark.usefixtures("stopped")
@pytest.mark.parametrize("arguments", [["--baseline", "known.json", "--update-baseline"], ["--add-noqa"], ["--add-noqa=known"]])
def test_what_is_stopped_writes_nothing(arguments: list[str], project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*arguments, "."]) == 130
    assert not (project / "known.json").exists()
    assert {name: (project / name).read_text(encoding="utf-8") for name in FILES} == FILES
    assert capsys.readouterr().err.startswith("bce-lint: interrupted: ")


@pytest.mark.usefixtures("stopped")
def test_a_baseline_that_is_there_outlives_an_interrupt(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "known.json").write_text('{"version": 1, "findings": []}', encoding="utf-8")
    assert main(["--baseline", "known.json", "--update-baseline", "."]) == 130
    assert entries(project) == []
    assert "gone" not in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--baseline", "known.json", "--update-baseline"], ["--add-noqa"]])
def test_a_process_that_is_stopped_writes_nothing(arguments: list[str], project: Path) -> None:
    with start(project, "60", "--no-cache", *arguments, ".", stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"in z.py\n"
        process.send_signal(signal.SIGINT)
        process.communicate()
    assert process.returncode == 130
    assert sorted(os.listdir(project)) == ["a.py", "pack", "pyproject.toml"]
    assert {name: (project / name).read_text(encoding="utf-8") for name in FILES} == FILES


def test_every_format_has_the_fingerprint_of_the_baseline(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, {"a.py": TWICE})
    update(capsys)
    known = {(one["path"], one["code"], one["fingerprint"]) for one in entries(project)}

    def printed(form: str) -> Any:
        """What a format says of the project."""
        main(["--output-format", form, "."])
        return json.loads(capsys.readouterr().out)

    assert {(os.path.relpath(one["filename"]), one["code"], one["fingerprint"]) for one in printed("json")} == known
    results = printed("sarif")["runs"][0]["results"]
    assert sorted(one["partialFingerprints"]["bceLint/v1"] for one in results) == sorted(one[2] for one in known)
    gitlab = printed("gitlab")
    assert len({one["fingerprint"] for one in gitlab}) == len(known) == len(gitlab)
    write(project, {"a.py": f"# above\n\n{TWICE}"})
    assert [one["fingerprint"] for one in printed("gitlab")] == [one["fingerprint"] for one in gitlab]


NO_BASELINES = ("", "[]", "{", '{"version": 2, "findings": []}', '{"version": 1, "findings": [{"path": 1}]}', "[" * 9_999)


@pytest.mark.parametrize("text", NO_BASELINES)
def test_a_file_that_is_no_baseline_is_left_alone(text: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "known.json").write_text(text, encoding="utf-8")
    for arguments in ([], ["--update-baseline"]):
        assert main(["--baseline", "known.json", *arguments, "."]) == 2
        done = capsys.readouterr()
        assert done.out == "" and len(done.err.splitlines()) == 1 and "known.json" in done.err
    assert (project / "known.json").read_text(encoding="utf-8") == text
