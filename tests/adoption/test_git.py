"""git is run for `--new-from` alone, and a repository that nobody trusts makes it run nothing, reach nobody and write nowhere else."""

from __future__ import annotations

import os
import zlib
from hashlib import sha1
from pathlib import Path

import pytest

from bce_lint.adoption import git as git_module
from bce_lint.adoption.git import Repository
from bce_lint.adoption.written_tree import scratch, write_tree
from bce_lint.cli import main
from bce_lint.source.text import LARGEST
from tests.adoption.test_new_from import BUG, commit, git, project, write  # noqa: F401  the fixture

HOSTILE = """
[core]
    repositoryformatversion = 1
    fsmonitor = {trap}
    hooksPath = {hooks}
    sshCommand = {trap}
    pager = {trap}
    editor = {trap}
    alternateRefsCommand = {trap}
[diff]
    external = {trap}
[diff "py"]
    textconv = {trap}
    command = {trap}
[filter "py"]
    smudge = {trap}
    clean = {trap}
    process = {trap}
[protocol]
    allow = always
[protocol "ext"]
    allow = always
[protocol "file"]
    allow = always
[remote "origin"]
    url = {url}
    uploadpack = {trap}
    promisor = true
    partialclonefilter = blob:none
[extensions]
    partialClone = origin
[alias]
    rev-parse = !{trap}
    ls-tree = !{trap}
    cat-file = !{trap}
"""


def traps(folder: Path, url: str) -> Path:
    """Settings, hooks and attributes of a repository that all start one program; the file that it would leave behind."""
    sprung, trap, hooks = folder.parent / "sprung", folder.parent / "trap", folder.parent / "hooks"
    trap.write_text(f"#!/bin/sh\ntouch {sprung}\n", encoding="utf-8")
    trap.chmod(0o755)
    hooks.mkdir()
    for name in ("post-checkout", "post-index-change", "reference-transaction", "pre-auto-gc", "post-merge"):
        for place in (hooks, folder / ".git" / "hooks"):
            place.mkdir(exist_ok=True)
            (place / name).write_bytes(trap.read_bytes())
            (place / name).chmod(0o755)
    with (folder / ".git" / "config").open("a", encoding="utf-8") as stream:
        stream.write(HOSTILE.format(trap=trap, hooks=hooks, url=url.format(trap=trap, folder=folder.parent)))
    git_file = folder / ".git" / "info" / "attributes"
    git_file.parent.mkdir(exist_ok=True)
    git_file.write_text("*.py diff=py filter=py\n", encoding="utf-8")
    return sprung


def lose(folder: Path, name: str) -> None:
    """Takes a file's content out of a repository, as a partial clone lacks it."""
    digest = git(folder, "rev-parse", f"HEAD:{name}")
    (folder / ".git" / "objects" / digest[:2] / digest[2:]).unlink()


def test_settings_and_hooks_start_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    commit(project, {"a.py": BUG})
    sprung = traps(project, "ext::{trap}")
    write(project, {"a.py": f"\n{BUG}"})
    assert main(["--new-from", "HEAD", "."]) == 0
    assert not sprung.exists() and capsys.readouterr().err == ""


@pytest.mark.parametrize("url", ["ext::{trap} %S", "{folder}/elsewhere", "file://{folder}/elsewhere", "ssh://example.invalid/a", "trap::a"])
@pytest.mark.parametrize("old", [False, True])
def test_a_content_that_is_not_there_is_not_fetched(
    old: bool,
    url: str,
    project: Path,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if old:  # gits before 2.39.4 and 2.45.1 do not know this variable
        monkeypatch.delitem(git_module._CLOSED, "GIT_NO_LAZY_FETCH")
    commit(project, {"a.py": BUG})
    git(project.parent, "init", "-q", "elsewhere")
    lose(project, "a.py")
    sprung = traps(project, url)
    write(project, {"a.py": f"\n{BUG}"})
    assert main(["--new-from", "HEAD", "."]) == 2
    done = capsys.readouterr()
    assert not sprung.exists() and len(done.err.splitlines()) == 1


def test_the_environment_leads_nowhere(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    commit(project, {"a.py": BUG})
    other = project.parent / "other"
    other.mkdir()
    git(other, "init", "-q")
    commit(other, {"b.py": BUG})
    trace = project.parent / "trace"
    for name, value in (
        ("GIT_DIR", other / ".git"),
        ("GIT_WORK_TREE", other),
        ("GIT_INDEX_FILE", other / ".git" / "index"),
        ("GIT_OBJECT_DIRECTORY", other / ".git" / "objects"),
        ("GIT_CEILING_DIRECTORIES", project),
        ("GIT_TRACE", trace),
    ):
        monkeypatch.setenv(name, str(value))
    write(project, {"a.py": f"\n{BUG}"})
    assert main(["--new-from", "HEAD", "."]) == 0
    assert not trace.exists() and capsys.readouterr().err == ""


def test_a_folder_that_only_looks_like_a_repository_is_none(project: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    commit(project, {"a.py": BUG})
    (project / ".git").rename(project / "moved")
    for one in (project / "moved").iterdir():
        one.rename(project / one.name)
    (project / ".git").mkdir()
    assert main(["--new-from", "HEAD", "a.py"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def entry(mode: str, name: bytes, digest: str) -> bytes:
    """A row of a tree, as git stores it."""
    return mode.encode() + b" " + name + b"\0" + bytes.fromhex(digest)


def stored(folder: Path, kind: str, raw: bytes) -> str:
    """Writes an object that git itself would refuse, and gives its digest."""
    whole = f"{kind} {len(raw)}".encode() + b"\0" + raw
    digest = sha1(whole, usedforsecurity=False).hexdigest()
    path = folder / ".git" / "objects" / digest[:2] / digest[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zlib.compress(whole))
    return digest


@pytest.mark.skipif(os.name == "nt", reason="names that Windows cannot have")
def test_names_and_links_stay_in_the_folder(project: Path) -> None:  # noqa: F811
    blob = stored(project, "blob", b"x = 1\n")
    away, inside, above = (stored(project, "blob", target) for target in (b"/etc", b"plain.py", b"../../away"))
    odd = "späti\n\t\"'$(x).py".encode()
    up = stored(project, "tree", entry("100644", b"up.py", blob))
    git_folder = stored(project, "tree", entry("100644", b"config", blob))
    sub = stored(project, "tree", entry("120000", b"..link.py", above))
    rows = [
        entry("100644", b"-rf.py", blob),
        entry("40000", b"..", up),
        entry("40000", b".GIT", git_folder),
        entry("120000", b"away.py", away),
        entry("160000", b"module", "1" * 40),
        entry("100644", odd, blob),
        entry("100644", b"plain.py", blob),
        entry("40000", b"sub", sub),
        entry("120000", b"within.py", inside),
        entry("100644", b"\xff.py", blob),
    ]
    tree = stored(project, "tree", b"".join(rows))
    revision = git(project, "commit-tree", "-m", "a", tree)
    repository = Repository(str(project))
    with scratch() as folder:
        write_tree(repository, repository.tree(repository.commit(revision)), folder)
        there = {os.fsencode(os.path.relpath(os.path.join(at, name), folder)) for at, _, names in os.walk(folder) for name in names}
        assert there == {b".git", b"-rf.py", b"plain.py", odd, b"within.py", b"\xff.py"}
        assert not Path(folder).parent.joinpath("up.py").exists()


def test_a_git_in_the_repository_is_not_run(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    commit(project, {"a.py": BUG, "bin/git": "#!/bin/sh\ntouch ../sprung\n"})
    (project / "bin" / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{project / 'bin'}{os.pathsep}{os.environ['PATH']}")
    assert main(["--new-from", "HEAD", "."]) == 2
    assert "lies in the repository" in capsys.readouterr().err and not (project.parent / "sprung").exists()


def test_contents_come_a_few_at_a_time_and_the_largest_not_at_all(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    texts = {f"x{number}.py": f"# {number}\n" + "#" * (LARGEST // 5 * 2) + "\n" for number in range(4)}
    (project / "huge.py").write_bytes(b"x = 1\n" * (LARGEST // 6 + 1))
    commit(project, texts)
    asked: list[int] = []
    said = Repository._said

    def _counted(self: Repository, *arguments: str, given: bytes = b"") -> bytes:
        told = said(self, *arguments, given=given)
        asked.append(len(told) if arguments == ("cat-file", "--batch") else 0)
        return told

    monkeypatch.setattr(Repository, "_said", _counted)
    repository = Repository(str(project))
    tree = repository.tree(repository.commit("HEAD"))
    with scratch() as folder:
        write_tree(repository, tree, folder)
        assert {name: Path(folder, name).read_text(encoding="utf-8") for name in texts} == texts
        assert Path(folder, "huge.py").stat().st_size == LARGEST + 1
    assert max(asked) < LARGEST // 5 * 8 and len([one for one in asked if one]) >= 2


def test_what_was_too_large_before_is_not_new(project: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    (project / "huge.py").write_bytes(b"x = 1\n" * (LARGEST // 6 + 1))
    commit(project, {})
    write(project, {"new.py": BUG})
    assert main(["--new-from", "HEAD", "--output-format", "concise", str(project)]) == 1
    told = capsys.readouterr().out
    assert "BCE902" not in told and "new.py" in told
