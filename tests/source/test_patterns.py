"""Ignore patterns against git itself."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from bce_lint.cli import main
from bce_lint.source.discover import discover
from bce_lint.source.patterns import MOST_WILD, Patterns, lines_of

git = pytest.mark.skipif(shutil.which("git") is None, reason="git is the judge")


def verdict(raw: bytes, path: str) -> bool | None:
    """What an ignore file says of a file."""
    return Patterns(lines_of(raw)).verdict(path, False)


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        (b"\xef\xbb\xbfa.py", "a.py"), (b"b.py\r\na.py\r\n", "a.py"), (b"[[:alpha:]].py", "a.py"), (b"[![:upper:]].py", "a.py"),
        (b"[\\]]b.py", "]b.py"), (b"[]]b.py", "]b.py"), (b"[]-a]b.py", "ab.py"), (b"[a-].py", "-.py"), (b"[a\\-c].py", "-.py"),
        (b"[[a].py", "[.py"), (b"[[a-]b.py", "-b.py"), (b"[[:a].py", ":.py"), (b"a.py  ", "a.py"), (b"a.py\\ ", "a.py "),
        (b"a\\\\ ", "a\\"), (b"[a/b].py", "a.py"), (b"pkg\\/a.py", "pkg/a.py"), ("é.py".encode(), "é.py"), (b"??.py", "é.py"),
        (b"\xff.py", "\udcff.py"), (b"a\x0cb.py", "a\x0cb.py"), (b"a\x1cb.py", "a\x1cb.py"), (b"a\xe2\x80\xa8b.py", "a\u2028b.py"),
        (b"a**/b.py", "a/b.py"), (b"[!]a].py", "b.py"), (b"[^a].py", "b.py"), (b"x/**/a.py", "x/a.py"), (b"/**/a.py", "y/x/a.py"),
    ],
)
def test_a_pattern_matches_as_in_git(raw: bytes, path: str) -> None:
    assert verdict(raw, path)


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        (b"[a-c].py\\", "a.py"), (b"[a.py", "[a.py"), (b"[[:none:]].py", "n.py"), (b"[b-a].py", "a.py"), (b"?.py", "é.py"),
        (b"a.py\t", "a.py"), (b"a.py\r\r\n", "a.py"), (b"a.py\\  ", "a.py"), (b"[a/b].py", "x/a.py"), (b"[a/b].py", "/.py"),
        (b"a.py\x0cb.py", "a.py"), (b"#a.py", "#a.py"), (b"\\", "\\"), (b"[[:upper:]].py", "a.py"),
    ],
)
def test_a_pattern_does_not_match_as_in_git(raw: bytes, path: str) -> None:
    assert not verdict(raw, path)


_PIECES = (
    "a", "b", "ab", "*", "**", "?", "[ab]", "[!a]", "[a-c]", "[^b]", "[]a]", "[a-]", "[[:alpha:]]", "[[:digit:]]", "[![:upper:]]", "[\\]]",
    "[b-a]", "[", "\\a", "\\", "\\*", " ", "\\ ", "x", ".py", "*.py", "é", "1", "!", "#", "a*", "[a/b]", "[]-a]", "[--a]", "[!]", "[a", "-",
    "^", "[[:foo:]]", "[[a]", "[a\\-c]", "\\/",
)  # fmt: skip
_WHOLE = ("a", "b", "ab", "x", "**", "*", "*.py", "a.py", "c d")
_ENDS = ("", "", "", "", "", "", " ", "\\ ", "  ", "\t", "\\\\ ", "\r")
_FILES = (
    "a.py", "b.py", "ab.py", "a b.py", "[a].py", "é.py", "a-b.py", "A.py", "1.py", "!a.py", "#a.py", "a\\b.py", "]b.py", "^a.py", "-.py",
)  # fmt: skip
_FOLDERS = ("a", "b", "ab", "x", "c d")


def _pattern(draw: random.Random) -> str:
    count = draw.choice([1, 1, 1, 2, 2, 3])
    parts = ("".join(draw.choices(_PIECES, k=draw.randint(1, 3))) if draw.random() < 0.5 else draw.choice(_WHOLE) for _ in range(count))
    start, end = draw.choice(["", "", "!", "/", "!/"]), draw.choice(["", "", "", "/"])
    return start + "/".join(parts) + end + draw.choice(_ENDS)


def _grow(root: Path, draw: random.Random) -> dict[str, str]:
    """A tree with ignore files; those by their folders."""
    folders = [root]
    for name in draw.sample(_FOLDERS, 3):
        folders += [root / name, *([root / name / draw.choice(_FOLDERS)] if draw.random() < 0.6 else [])]
    said = {}
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        for name in draw.sample(_FILES, 6):
            (folder / name).touch()
        if folder == root or draw.random() < 0.4:
            text = "\ufeff" * (draw.random() < 0.05) + draw.choice(["\n", "\r\n"]).join(_pattern(draw) for _ in range(draw.randint(1, 4)))
            (folder / ".gitignore").write_bytes(text.encode())
            said[str(folder.relative_to(root))] = text
    return said


@git
@pytest.mark.parametrize("seed", [3, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(4, 16))])
def test_a_tree_is_read_as_by_git(tmp_path: Path, seed: int) -> None:
    for count in range(40):
        root = tmp_path / str(count)
        said = _grow(root, random.Random(seed * 1000 + count))
        subprocess.run(["git", "init", "-q", "--template=", str(root)], check=True)
        files = [str(path.relative_to(root)) for path in root.rglob("*.py")]
        command = ["git", "-c", f"core.excludesFile={os.devnull}", "-C", str(root), "check-ignore", "--no-index", "--stdin", "-z"]
        done = subprocess.run(command, input=b"\0".join(map(os.fsencode, files)), capture_output=True, check=False)
        ignored = {os.fsdecode(name) for name in done.stdout.split(b"\0")}
        assert {os.path.relpath(path, root) for path in discover([root]).files} == set(files) - ignored, said
        shutil.rmtree(root)


def test_an_inner_ignore_file_takes_a_folder_in_again(tmp_path: Path) -> None:
    (tmp_path / "b" / "ab").mkdir(parents=True)
    (tmp_path / "b" / "ab" / "a.py").touch()
    (tmp_path / ".gitignore").write_text("/*/*\n")
    assert discover([tmp_path]).files == ()
    (tmp_path / "b" / ".gitignore").write_text("!*/\n")
    assert discover([tmp_path]).files == (tmp_path / "b" / "ab" / "a.py",)


def test_patterns_that_are_not_followed_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "a.py").touch()
    ignore = tmp_path / ".gitignore"
    ignore.write_text("x*\n" * MOST_WILD)
    assert main(["--no-cache", str(tmp_path)]) == 0 and capsys.readouterr().err == ""
    ignore.write_text("x*\n" * (MOST_WILD + 1) + "name\n")
    for folder in (tmp_path, tmp_path / "pkg"):
        assert main(["--no-cache", str(folder)]) == 0
        said = f"{ignore}: of its patterns with wildcards, only the first 5,000 are followed"
        assert capsys.readouterr().err == f"bce-lint: {said}\n"
