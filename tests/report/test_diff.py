"""Diffs: a patch tool makes of the old bytes exactly the new ones."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bce_lint.report.diff import UNENDED, diff, readable

TOOLS = {"git": ["git", "apply", "-p0", "--whitespace=nowarn"], "patch": ["patch", "-p0", "-s", "--no-backup-if-mismatch", "--posix"]}
LONG = "".join(f"line {number}\n" for number in range(40))
CHANGES: dict[str, tuple[bytes, bytes]] = {
    "plain": (b"a\nb\nc\nd\ne\n", b"a\nb\nC\nd\ne\n"),
    "two hunks": (LONG.encode(), LONG.replace("line 3\n", "three\n").replace("line 30\n", "").encode()),
    "first and last line": (b"a\nb\n", b"A\nB\n"),
    "lines added": (b"import a\n", b"import a\nimport b\nimport c\n"),
    "crlf": (b"a\r\nb\r\nc\r\n", b"a\r\nB\r\nc\r\n"),
    "mixed line ends": (b"a\r\nb\nc\rd\r\ne\n", b"a\r\nb\nc\rD\r\ne\n"),
    "no final newline": (b"a\nb", b"a\nB"),
    "no final newline before a change": (b"a\nb\nc", b"A\nb\nc"),
    "final newline added": (b"a\nb", b"a\nb\n"),
    "final newline removed": (b"a\nb\n", b"a\nb"),
    "byte order mark": (b"\xef\xbb\xbfa\nb\n", b"\xef\xbb\xbfA\nb\n"),
    "latin-1": (b"# coding: latin-1\nx = '\xe9'\ny = 1\n", b"# coding: latin-1\nx = '\xe9'\ny = '\xe8'\n"),
    "shift-jis": (b"# coding: shift-jis\nx = '\x95\x5c'\ny = 1\n", b"# coding: shift-jis\nx = '\x95\x5c'\ny = 2\n"),
    "not text at all": (b"\xff\xfe\x00\na\n", b"\xff\xfe\x00\nb\n"),
    "form feed, tab and emoji": ("a\n\x0c\n\tb = '\U0001f600'\nc\n".encode(), "a\n\x0c\n\tb = '\U0001f600'\nC\n".encode()),
    "separators that are no line ends": ("a = '\u2028\x85\x1c'\nb\n".encode(), "a = '\u2028\x85\x1c'\nc\n".encode()),
    "lines that look like a header": (b"--- a\n+++ b\n@@ -1 +1 @@\nc\n", b"--- a\n+++ b\n@@ -1 +1 @@\nd\n"),
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def apply(tool: str, patch: bytes, folder: Path) -> None:
    """Applies a patch in a folder; no file may be refused and no hunk moved."""
    done = subprocess.run(TOOLS[tool], input=patch, cwd=folder, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize(("before", "after"), CHANGES.values(), ids=CHANGES)
def test_a_patch_tool_applies_it(here: Path, tool: str, before: bytes, after: bytes) -> None:
    (here / "a.py").write_bytes(before)
    apply(tool, diff("a.py", before, after), here)
    assert (here / "a.py").read_bytes() == after


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("name", ["b c.py", "pkg/d.py", "caf\u00e9.py", 'say "no".py', "back\\slash.py", "tab\there.py", "a b/c d.py"])
def test_a_patch_tool_finds_the_file(here: Path, tool: str, name: str) -> None:
    (here / name).parent.mkdir(exist_ok=True)
    (here / name).write_bytes(b"a\nb\n")
    apply(tool, diff(name, b"a\nb\n", b"a\nc\n"), here)
    assert (here / name).read_bytes() == b"a\nc\n"


@pytest.mark.parametrize("tool", TOOLS)
def test_the_diffs_of_several_files_are_one_patch(here: Path, tool: str) -> None:
    files = {f"file {number}.py": change for number, change in enumerate(CHANGES.values())}
    for name, (before, _) in files.items():
        (here / name).write_bytes(before)
    apply(tool, b"".join(diff(name, *change) for name, change in files.items()), here)
    assert {name: (here / name).read_bytes() for name in files} == {name: after for name, (_, after) in files.items()}


def test_it_looks_as_ruffs_does(here: Path) -> None:
    assert diff("a.py", b"1\n2\n3\n4\n5\n6\n7\n8\n", b"1\n2\n3\n4\nfive\n6\n7\n8").decode() == (
        "--- a.py\n+++ a.py\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n-8\n+8\n\\ No newline at end of file\n"
    )


def test_paths_are_shown_as_in_the_findings(here: Path) -> None:
    assert diff(str(here / "pkg" / "a.py"), b"a\n", b"b\n").startswith(b"--- pkg/a.py\n+++ pkg/a.py\n")
    assert diff(os.fsdecode(b"caf\xe9.py"), b"a\n", b"b\n").startswith(b"--- caf\xe9.py\n")


def test_nothing_changed_is_nothing_shown() -> None:
    assert diff("a.py", b"a\n", b"a\n") == b""
    assert readable("a.py", b"a\n", b"a\n") == ""


def test_a_person_reads_text() -> None:
    before = b"# coding: latin-1\r\nx = '\xe9'\r\ny = 1\r\n"
    after = before.replace(b"y = 1", b"y = '\x1b[31m\x07'")
    assert readable("caf\u00e9.py", before, after) == (
        "--- caf\u00e9.py\n+++ caf\u00e9.py\n@@ -1,3 +1,3 @@\n # coding: latin-1\n x = '\u00e9'\n-y = 1\n+y = '\\x1b[31m\\x07'\n"
    )


def test_what_cannot_be_decoded_is_still_shown() -> None:
    assert readable("a.py", b"\xff\n", b"a\n").endswith("-\\xff\n+a\n")


TEXT = st.text(alphabet="ab\r\n\t\x0c\u00e9", max_size=40).map(lambda text: text.encode("utf-8"))


@given(TEXT, TEXT)
def test_any_two_texts(before: bytes, after: bytes) -> None:
    assert patched(before, diff("a.py", before, after)) == after


def patched(before: bytes, patch: bytes) -> bytes:
    """What a patch makes of a text, if the lines that it takes away are there."""
    old, new, at = lines(before), list[bytes](), 0
    for line in lines(patch.replace(UNENDED, b"\0\n"))[2:]:
        if hunk := re.match(rb"@@ -(\d+)(?:,(\d+))? ", line):
            first = int(hunk[1]) - (hunk[2] != b"0")
            new, at = new + old[at:first], first
            continue
        text = line[1:].replace(b"\0\n", b"")
        if line[:1] in b" -":
            assert old[at] == text
            at += 1
        if line[:1] in b" +":
            new.append(text)
    return b"".join(new + old[at:])


def lines(text: bytes) -> list[bytes]:
    """The lines that a patch tool sees, with their ends."""
    return re.findall(rb"[^\n]*\n|[^\n]+", text)
