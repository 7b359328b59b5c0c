"""Which files a command means."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from bce_lint.source.discover import Discovery, discover, excluded


def grow(root: Path, *names: str, **texts: str) -> None:
    """Makes files; a name with a slash at its end is a folder."""
    for name in names:
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("", encoding="utf-8")
    for name, text in texts.items():
        (root / name).write_text(text, encoding="utf-8")


def names(root: Path, found: Discovery) -> list[str]:
    """The files found, relative to `root`."""
    return [file.relative_to(root).as_posix() for file in found.files]


def ignore(folder: Path, text: str) -> None:
    """Writes a .gitignore."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".gitignore").write_text(text, encoding="utf-8")


def test_a_folder_means_its_python_files_and_notebooks_in_order(tmp_path: Path) -> None:
    grow(tmp_path, "b.py", "a.py", "notes.txt", "a/z.py", "a/b/c.py", "b/a.py", "x.pyi", "y.ipynb", "z.PY")
    assert names(tmp_path, discover([tmp_path])) == ["a.py", "b.py", "y.ipynb", "a/z.py", "a/b/c.py", "b/a.py"]


def test_paths_stay_as_they_were_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grow(tmp_path, "a.py", "pkg/b.py")
    monkeypatch.chdir(tmp_path)
    assert [str(file) for file in discover(["."]).files] == ["a.py", os.path.join("pkg", "b.py")]
    assert discover([tmp_path]).files == (tmp_path / "a.py", tmp_path / "pkg" / "b.py")


def test_a_file_named_by_the_command_is_taken_even_if_it_is_ignored(tmp_path: Path) -> None:
    grow(tmp_path, "build/gen.py", ".git/", script="#!/usr/bin/env python3\n")
    ignore(tmp_path, "script\n")
    assert names(tmp_path, discover([tmp_path / "script", tmp_path / "build" / "gen.py"])) == ["script", "build/gen.py"]


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.ipynb", "{}"), ("A.IPYNB", ""), ("a.pyi", ""), ("a.pyw", ""), ("A.PY", ""), ("SConstruct", ""), ("run", "#!/usr/bin/python\n"),
     ("run.in", "#! /opt/pypy3 -O\n"), ("run", "#!/usr/bin/env -S uv run --script\n")],
)  # fmt: skip
def test_a_named_file_is_python_by_its_name_or_its_first_line(tmp_path: Path, name: str, text: str) -> None:
    grow(tmp_path, **{name: text})
    assert names(tmp_path, discover([tmp_path / name])) == [name]


@pytest.mark.parametrize(
    ("name", "text"),
    [("notes.txt", "x = 1\n"), ("data.json", "{}"), ("run", "x = 1\n"),
     ("run", "#!/bin/sh\n# python\n"), ("a.py.orig", ""), ("py", ""), ("README.md", ""), (".py", "")],
)  # fmt: skip
def test_a_named_file_that_is_no_python_is_a_failure(tmp_path: Path, name: str, text: str) -> None:
    grow(tmp_path, "b.py", **{name: text})
    found = discover([tmp_path / name, tmp_path / "b.py"])
    assert names(tmp_path, found) == ["b.py"]
    ((path, reason),) = found.failures
    assert path == str(tmp_path / name)
    assert reason.startswith("not a Python file")


def test_a_link_has_the_name_of_its_target_too(tmp_path: Path) -> None:
    grow(tmp_path, "a.py", "b.txt")
    (tmp_path / "a").symlink_to("a.py")
    (tmp_path / "b.py").symlink_to("b.txt")
    (tmp_path / "c").symlink_to("b.txt")
    found = discover([tmp_path / name for name in ("a", "b.py", "c")])
    assert names(tmp_path, found) == ["a", "b.py"]
    assert len(found.failures) == 1


def test_a_device_is_a_failure(tmp_path: Path) -> None:
    assert discover(["/dev/null"]).failures == (("/dev/null", "neither a file nor a folder"),)


def test_each_file_comes_once(tmp_path: Path) -> None:
    grow(tmp_path, "a.py", "pkg/b.py")
    found = discover([tmp_path / "pkg" / "b.py", tmp_path, tmp_path / "pkg" / ".." / "a.py"])
    assert names(tmp_path, found) == ["pkg/b.py", "a.py"]


@pytest.mark.parametrize("folder", [".venv", "venv", "node_modules", "build", "dist", "__pycache__", ".git", "site-packages", ".tox"])
def test_the_usual_folders_are_left_out_at_any_depth(tmp_path: Path, folder: str) -> None:
    grow(tmp_path, f"{folder}/a.py", f"pkg/{folder}/a.py", "pkg/b.py")
    assert names(tmp_path, discover([tmp_path])) == ["pkg/b.py"]


def test_a_virtual_environment_of_any_name_is_left_out(tmp_path: Path) -> None:
    grow(tmp_path, "a.py", "myenv/pyvenv.cfg", "myenv/lib/b.py")
    assert names(tmp_path, discover([tmp_path])) == ["a.py"]


def test_a_left_out_folder_that_the_command_names_is_read(tmp_path: Path) -> None:
    grow(tmp_path, "build/a.py", "ignored/b.py", "ignored/sub/c.py", ".git/")
    ignore(tmp_path, "ignored/\n")
    assert names(tmp_path, discover([tmp_path / "build", tmp_path / "ignored"])) == ["build/a.py", "ignored/b.py", "ignored/sub/c.py"]
    assert names(tmp_path, discover([tmp_path / "ignored" / "sub"])) == ["ignored/sub/c.py"]


def test_a_missing_path_is_a_failure_and_the_rest_is_found(tmp_path: Path) -> None:
    grow(tmp_path, "a.py")
    found = discover([tmp_path / "no.py", tmp_path, "a\0b"])
    assert names(tmp_path, found) == ["a.py"]
    missing, impossible = found.failures
    assert missing == (str(tmp_path / "no.py"), "No such file or directory")
    assert impossible[0] == "a\0b" and "embedded null" in impossible[1]


def test_dangling_links_and_circles_in_a_folder_are_passed_over(tmp_path: Path) -> None:
    grow(tmp_path, "a.py", "pkg/b.py")
    (tmp_path / "dangling.py").symlink_to(tmp_path / "gone.py")
    (tmp_path / "self.py").symlink_to(tmp_path / "self.py")
    (tmp_path / "pkg" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "linked.py").symlink_to(tmp_path / "a.py")
    os.mkfifo(tmp_path / "pipe.py")
    found = discover([tmp_path])
    assert names(tmp_path, found) == ["a.py", "linked.py", "pkg/b.py"]
    assert found.failures == ()


def test_a_dangling_link_that_the_command_names_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "dangling.py").symlink_to(tmp_path / "gone.py")
    (tmp_path / "self.py").symlink_to(tmp_path / "self.py")
    found = discover([tmp_path / "dangling.py", tmp_path / "self.py"])
    assert found.files == ()
    assert [path for path, _ in found.failures] == [str(tmp_path / "dangling.py"), str(tmp_path / "self.py")]


def test_a_linked_folder_that_the_command_names_is_read(tmp_path: Path) -> None:
    grow(tmp_path, "real/a.py")
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    assert names(tmp_path, discover([tmp_path / "link"])) == ["link/a.py"]


def test_a_deep_folder_is_walked(tmp_path: Path) -> None:
    deep = tmp_path / Path(*["d"] * 300)
    grow(deep, "a.py")
    assert discover([tmp_path]).files == (deep / "a.py",)


def test_a_gitignore_that_is_not_utf8_or_holds_a_bad_pattern_still_works(tmp_path: Path) -> None:
    grow(tmp_path, "a.py", "b.py", "c.py")
    (tmp_path / ".gitignore").write_bytes(b"# caf\xe9\n!\n/\n**/**/[\nb.py\r\n")
    assert names(tmp_path, discover([tmp_path])) == ["a.py", "c.py"]


TREE = (
    "a.py", "b.py", "c.py", "s p.py", "gen/a.py", "gen/keep.py", "gen/deep/x.py", "src/a.py", "src/gen/b.py", "src/b_test.py",
    "src/sub/a.py",
)  # fmt: skip
IGNORES: list[dict[str, str]] = [
    {".": "a.py\n"},
    {".": "/a.py\n"},
    {".": "gen/\n"},
    {".": "/gen/\n"},
    {".": "gen\n!gen/keep.py\n"},
    {".": "gen/*\n!gen/keep.py\n"},
    {".": "*.py\n!b.py\n"},
    {".": "*.py\n", "src": "!*.py\n"},
    {".": "src/**/a.py\n"},
    {".": "**/a.py\n!/src/a.py\n"},
    {".": "*_test.py\n# c.py\n\n\\#x\n", "src": "a.py\n"},
    {"src": "/a.py\n"},
    {"src": "gen/\n", "src/sub": "*\n"},
    {".": "src\n", "src": "!a.py\n"},
    {".": "s\\ p.py\nc.py  \n"},
    {".": "[ab].py\n!src/[!b].py\n"},
    {"exclude": "gen/\nb.py\n", ".": "!b.py\n"},
]


@pytest.mark.parametrize("files", IGNORES, ids=lambda files: repr(files))
def test_ignore_files_mean_what_they_mean_to_git(tmp_path: Path, files: dict[str, str]) -> None:
    grow(tmp_path, *TREE)
    git = ["git", "-c", "core.excludesFile=", "-C", str(tmp_path)]
    subprocess.run([*git, "init", "-q"], check=True)
    for folder, text in files.items():
        if folder == "exclude":
            (tmp_path / ".git" / "info").mkdir(exist_ok=True)
            (tmp_path / ".git" / "info" / "exclude").write_text(text, encoding="utf-8")
        else:
            ignore(tmp_path / folder, text)
    listed = subprocess.run([*git, "ls-files", "-z", "-co", "--exclude-standard", "*.py"], check=True, capture_output=True, text=True)
    expected = sorted(filter(None, listed.stdout.split("\0")))
    assert sorted(names(tmp_path, discover([tmp_path]))) == expected
    below = sorted(name for name in expected if name.startswith("src/"))
    if below:
        assert sorted(names(tmp_path, discover([tmp_path / "src"]))) == below


def test_ignore_files_above_the_repository_do_not_count(tmp_path: Path) -> None:
    grow(tmp_path, "repo/.git/", "repo/a.py", "repo/pkg/b.py", "loose/c.py")
    ignore(tmp_path, "*.py\n")
    assert names(tmp_path, discover([tmp_path / "repo" / "pkg"])) == ["repo/pkg/b.py"]
    assert names(tmp_path, discover([tmp_path / "loose"])) == ["loose/c.py"]


def test_a_repository_inside_a_folder_follows_its_own_ignore_files(tmp_path: Path) -> None:
    grow(tmp_path, ".git/", "a.py", "inner/.git/", "inner/a.py", "inner/b.py")
    ignore(tmp_path, "a.py\n")
    ignore(tmp_path / "inner", "b.py\n")
    assert names(tmp_path, discover([tmp_path])) == ["inner/a.py"]


def test_force_exclude_leaves_out_what_is_ignored_even_when_named(tmp_path: Path) -> None:
    grow(tmp_path, ".git/", "a.py", "gen.py", "build/b.py", "pkg/c.py", "pkg/old/d.py", "env/pyvenv.cfg", "env/lib/e.py", "s.pyw")
    ignore(tmp_path, "gen.py\nold/\n")
    ignore(tmp_path / "pkg" / "old", "!d.py\n")
    paths = [tmp_path / name for name in ("a.py", "gen.py", "build", "build/b.py", "pkg/c.py", "pkg/old/d.py", "env/lib/e.py", "s.pyw")]
    assert names(tmp_path, discover(paths)) == ["a.py", "gen.py", "build/b.py", "pkg/c.py", "pkg/old/d.py", "env/lib/e.py", "s.pyw"]
    assert names(tmp_path, discover(paths, force_exclude=True)) == ["a.py", "pkg/c.py", "s.pyw"]
    assert excluded(tmp_path / "gen.py") and not excluded(tmp_path / "a.py")


def test_force_exclude_says_nothing_of_what_lies_above_the_repository(tmp_path: Path) -> None:
    grow(tmp_path, "build/repo/.git/", "build/repo/a.py", "build/repo/dist/b.py", "build/repo/inner/.git/", "build/repo/inner/a.py")
    ignore(tmp_path, "*.py\n")
    ignore(tmp_path / "build" / "repo", "inner\n")
    repo = tmp_path / "build" / "repo"
    assert names(repo, discover([repo / "a.py", repo / "dist" / "b.py", repo / "inner" / "a.py"], True)) == ["a.py", "inner/a.py"]
    assert names(repo, discover([repo], True)) == ["a.py"]


def test_force_exclude_without_a_repository_begins_at_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grow(tmp_path, "build/here/a.py", "build/here/dist/b.py", "elsewhere/dist/c.py")
    monkeypatch.chdir(tmp_path / "build" / "here")
    paths = ["a.py", os.path.join("dist", "b.py"), os.path.join("..", "..", "elsewhere", "dist", "c.py"), "."]
    assert [file.name for file in discover(paths, force_exclude=True).files] == ["a.py", "c.py"]


def test_force_exclude_still_tells_of_a_missing_path(tmp_path: Path) -> None:
    grow(tmp_path, ".git/")
    assert len(discover([tmp_path / "gone.py", tmp_path / "no" / "such.py", "a\0b"], force_exclude=True).failures) == 3


def test_force_exclude_takes_paths_of_any_depth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    deep = os.path.join(*["d"] * 1500, "a.py")
    assert not excluded(Path(deep))
    assert excluded(Path("venv", deep))


@pytest.mark.parametrize("files", IGNORES, ids=lambda files: repr(files))
def test_force_exclude_leaves_out_what_a_walk_does(tmp_path: Path, files: dict[str, str]) -> None:
    grow(tmp_path, *TREE, ".git/info/")
    for folder, text in files.items():
        (tmp_path / (".git/info/exclude" if folder == "exclude" else f"{folder}/.gitignore")).write_text(text, encoding="utf-8")
    walked = names(tmp_path, discover([tmp_path]))
    assert sorted(names(tmp_path, discover([tmp_path / name for name in TREE], force_exclude=True))) == sorted(walked)
