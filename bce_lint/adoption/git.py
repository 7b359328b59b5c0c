"""What git knows of a revision. git is run for this alone, without a shell, and so that no configuration of the repository makes it run
another program or talk to anybody."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from bce_lint.source.text import LARGEST

_SETTINGS: Final = ("core.fsmonitor=false", f"core.hooksPath={os.devnull}", "safe.bareRepository=explicit")
"""What would start a program otherwise, a watcher of files and hooks; and no folder with the files of a repository passes for one."""
_OPTIONS: Final = ("--no-pager", "--no-optional-locks", "--no-replace-objects")
_KEPT: Final = ("GIT_CONFIG", "GIT_EXEC_PATH")
"""The beginnings of git's variables that count: the user's settings, and where git lies. The others lead a hook into another repository,
or make git write and run what it would not."""
_CLOSED: Final = {"GIT_ALLOW_PROTOCOL": "", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
"""The ways to a server are shut for an object that is not there. A setting does not do: that of one protocol goes before that of all."""
_AT_ONCE: Final = 500


class TreeEntry(NamedTuple):
    """A file or a link of a revision."""

    mode: str
    digest: str

    @property
    def is_link(self) -> bool:
        """True for a symbolic link."""
        return self.mode == "120000"


class Repository:
    """A git repository, by the folder of its working tree. Raises `ValueError`, with one line, where git cannot tell what is asked."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        program = shutil.which("git")
        if program is None:
            raise ValueError("--new-from needs git, which is not installed")
        if os.path.realpath(program).startswith(os.path.join(os.path.realpath(folder), "")):
            raise ValueError(f"--new-from needs git, and the first one on the PATH lies in the repository: {program}")
        self._program = os.path.abspath(program)

    def commit(self, revision: str) -> str:
        """The commit that a revision names."""
        if not revision or revision.startswith("-") or not revision.isprintable():
            raise ValueError(f"--new-from takes a revision of git, such as HEAD or main, not {revision!r}")
        prefix, _, shallow = self._said("rev-parse", "--show-prefix", "--is-shallow-repository").decode().partition("\n")
        if prefix:
            raise ValueError(f"--new-from: {self.folder} is not a git repository")
        done = self._run("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        if done.returncode:
            lost = "; this clone is shallow, and `git fetch --unshallow` brings what is missing" if shallow.strip() == "true" else ""
            raise ValueError(f"--new-from {revision}: no such commit in {self.folder}{lost}")
        return done.stdout.decode().strip()

    def tree(self, commit: str) -> dict[str, TreeEntry]:
        """The files and links of a commit by path, with forward slashes, without those that no working tree can have."""
        found = {}
        for line in self._said("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0"):
            about, _, name = line.partition(b"\t")
            mode, _, rest = about.decode("ascii").partition(" ")
            path = os.fsdecode(name)
            if rest.startswith("blob ") and _is_plain(path):
                found[path] = TreeEntry(mode, rest.removeprefix("blob "))
        return found

    def contents(self, digests: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """The contents of files by digest, some at a time; None for one that is larger than what is read of a file."""
        wanted = sorted(set(digests))
        some: list[tuple[str, int]] = []
        for digest, size in zip(wanted, self._sizes(wanted), strict=True):
            if size > LARGEST:
                yield digest, None
                continue
            some.append((digest, size))
            if sum(one for _, one in some) > LARGEST or len(some) == _AT_ONCE:
                yield from self._together(some)
                some = []
        yield from self._together(some)

    def _sizes(self, digests: Sequence[str]) -> Iterator[int]:
        told = self._said("cat-file", "--batch-check", given="".join(f"{one}\n" for one in digests).encode())
        for line in told.splitlines():
            _, kind, *size = line.split()
            if kind != b"blob":
                raise ValueError(f"--new-from: this clone of {self.folder} lacks files of that commit; `git fetch --refetch` gets them")
            yield int(size[0])

    def _together(self, some: Sequence[tuple[str, int]]) -> Iterator[tuple[str, bytes]]:
        if not some:
            return
        told = self._said("cat-file", "--batch", given="".join(f"{digest}\n" for digest, _ in some).encode())
        at = 0
        for digest, size in some:
            start = told.index(b"\n", at) + 1
            yield digest, told[start : start + size]
            at = start + size + 1

    def _said(self, *arguments: str, given: bytes = b"") -> bytes:
        done = self._run(*arguments, given=given)
        if done.returncode:
            reason = next(iter(done.stderr.decode("utf-8", "replace").splitlines()), f"exit status {done.returncode}")
            raise ValueError(f"--new-from: git cannot read {self.folder}: {reason}")
        return done.stdout

    def _run(self, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        settings = [part for one in _SETTINGS for part in ("-c", one)]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name.startswith(_KEPT)}
        environment = {**kept, **_CLOSED}
        command: Sequence[str] = (self._program, *_OPTIONS, *settings, *arguments)
        try:
            return subprocess.run(command, cwd=self.folder, env=environment, input=given, capture_output=True, check=False)
        except OSError as error:
            raise ValueError(f"--new-from: git cannot be started: {error.strerror or error}") from None


def repository_of(path: str) -> str | None:
    """The folder of the git repository that a path lies in."""
    here = os.path.abspath(path)
    while not os.path.exists(os.path.join(here, ".git")):
        above = os.path.dirname(here)
        if above == here:
            return None
        here = above
    return here


def _is_plain(path: str) -> bool:
    """True for a path that stays below its folder on every system, and does not reach into a repository's own files."""
    parts = path.split("/")
    foreign = os.name == "nt" and any(char in path for char in "\\:")
    return not foreign and not any(part in ("", ".", "..") or part.lower() == ".git" for part in parts)
