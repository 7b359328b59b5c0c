"""Files that no linter should read to their end, and patterns that no matcher should try all ways of."""

from __future__ import annotations

import fnmatch
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bce_lint.cli.main import main
from bce_lint.source import patterns
from bce_lint.source.text import LARGEST, content, read

BUG = "import torch\nimport torch.nn as nn\n\ndef step(x, y):\n    return nn.BCEWithLogitsLoss()(torch.sigmoid(x), y)\n"
unix = pytest.mark.skipif(sys.platform == "win32", reason="no pipes in folders there")


def _sparse(path: Path, size: int = 3 * 1024**3) -> None:
    with path.open("wb") as stream:
        stream.truncate(size)


def _project(folder: Path, text: str = BUG) -> Path:
    (folder / "pyproject.toml").touch()
    (folder / "train.py").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", ["big.py", "pyproject.toml", ".gitignore", "setup.cfg"])
def test_a_file_of_three_gigabytes_is_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    folder = _project(tmp_path, f"from big import nothing\n{BUG}")
    _sparse(folder / name)
    assert main(["--no-cache", "--output-format=concise", str(folder)]) == 1
    said, told = capsys.readouterr()
    assert "BCE103" in said
    assert told == (f"bce-lint: {folder / name}: file larger than 4,000,000 bytes\n" if name == ".gitignore" else "")
    assert said.count("BCE902 file larger than") == (name == "big.py")


def test_a_file_that_is_too_large_is_told_apart_from_none(tmp_path: Path) -> None:
    _sparse(tmp_path / "a.py", LARGEST + 1)
    assert content(str(tmp_path / "a.py")) is None
    with pytest.raises(OSError, match="larger than"):
        read(str(tmp_path / "a.py"))


@unix
def test_a_pipe_that_is_named_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    assert main(["--no-cache", str(tmp_path / "pipe.py")]) == 2
    assert "neither a file nor a folder" in capsys.readouterr().err


@unix
@pytest.mark.parametrize("name", ["pipe.py", "pyproject.toml", ".gitignore"])
def test_a_pipe_in_a_project_is_passed_over(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    (tmp_path / "setup.py").touch()
    os.mkfifo(tmp_path / name)
    (tmp_path / "train.py").write_text(f"from pipe import nothing\n{BUG}", encoding="utf-8")
    assert main(["--no-cache", "--output-format=concise", str(tmp_path)]) == 1
    assert "BCE103" in capsys.readouterr().out


@unix
def test_a_link_to_a_device_is_passed_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = _project(tmp_path)
    (folder / ".gitignore").symlink_to("/dev/zero")
    (folder / "zero.py").symlink_to("/dev/zero")
    assert main(["--no-cache", "--output-format=concise", str(folder)]) == 1
    assert "BCE103" in capsys.readouterr().out


@pytest.mark.skipif(not os.path.exists("/proc/self/environ"), reason="no such files there")
def test_a_link_to_a_file_of_the_system_is_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = _project(tmp_path, f"from own import nothing\n{BUG}")
    (folder / "own.py").symlink_to("/proc/self/environ")
    (folder / "empty.py").touch()
    assert main(["--no-cache", "--output-format=concise", str(folder)]) == 1
    out = capsys.readouterr().out
    assert "BCE103" in out and "own.py:1:1: BCE901 cannot be read: not a file" in out and "empty.py" not in out


@unix
@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "large"])
def test_a_report_that_is_no_file_or_too_large_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    folder, run = _project(tmp_path), tmp_path / "run.json"
    if kind == "pipe":
        os.mkfifo(run)
    elif kind == "device":
        run.symlink_to("/dev/zero")
    elif kind == "folder":
        run.mkdir()
    else:
        _sparse(run)
    assert main(["--no-cache", "--compare", str(run), str(folder)]) == 2
    out, err = capsys.readouterr()
    reason = {"large": "file larger than 64,000,000 bytes", "folder": "Is a directory"}.get(kind, "not a file")
    assert (out, err) == ("", f"bce-lint: {run}: {reason}\n")


def _steps(pattern: str, name: str, monkeypatch: pytest.MonkeyPatch) -> int:
    count, fits = 0, patterns._fits

    def _counted(token: patterns.Token, letter: str) -> bool:
        nonlocal count
        count += 1
        return fits(token, letter)

    monkeypatch.setattr(patterns, "_fits", _counted)
    patterns.Patterns([pattern]).verdict(name, False)
    return count


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("a*" * 25 + "b", "a" * 200), ("*a" * 25 + "?b", "a" * 200), ("*" * 200 + "b", "a" * 200),
        ("**/a*" * 25 + "/b", "/".join(["a" * 20] * 60)),
    ],
)
def test_a_pattern_of_many_stars_takes_the_product_of_two_lengths(pattern: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _steps(pattern, name, monkeypatch) <= 4 * (len(pattern) + 1) * (len(name) + 1)


@settings(deadline=None)
@given(st.text("ab*?", min_size=1, max_size=8), st.text("ab", min_size=1, max_size=8))
def test_a_name_matches_as_python_says(pattern: str, name: str) -> None:
    parsed = patterns.parsed(pattern)
    if parsed is None or None in parsed.parts[1:]:
        return
    assert patterns.matches(parsed.parts, [name]) is fnmatch.fnmatchcase(name, pattern)


def test_two_stars_at_the_end_of_folders_are_folders() -> None:
    known = patterns.Patterns(["a/**/"])
    assert [known.verdict(path, False) for path in ("a/a", "a/b/c", "b/a/c/d")] == [None, None, None]
    assert known.verdict("a/b", True)  # what stands below is not asked


def test_a_hundred_thousand_names_are_looked_up_at_once() -> None:
    known = patterns.Patterns([f"name{number}" for number in range(100_000)])
    assert known.verdict("folder/name99999", False)
    assert known.verdict("folder/name", False) is None
    assert not known._wild
