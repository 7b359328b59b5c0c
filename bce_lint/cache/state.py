"""What findings depend on: the contents of a project, the names in its folders, this program, and the Python that runs it."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from hashlib import blake2b
from importlib.util import find_spec
from typing import TYPE_CHECKING

from bce_lint.source.projects import entries

if TYPE_CHECKING:
    from bce_lint.analysis.project import Project

_MISSING = "-"


class State:
    """The files of a project by the digests of their contents."""

    def __init__(self, root: str, contents: Iterable[tuple[str, bytes]]) -> None:
        self.root = root
        self.digests = {path: _digest(raw) for path, raw in contents}
        self.folders = frozenset(_folders(root, self.digests))

    def has(self, path: str, raw: bytes) -> bool:
        """Whether a file of the project has this content."""
        return self.digests.get(path) == _digest(raw)

    @cached_property
    def key(self) -> str:
        """One digest of it all."""
        whole = blake2b(program().encode(), digest_size=16)
        for part in (self.root, *(text for path in sorted(self.digests) for text in (path, self.digests[path]))):
            whole.update(_bytes(part) + b"\0")
        for folder in sorted(self.folders):
            whole.update(_bytes(folder) + b"\0" + _listing(folder).encode() + b"\0")
        return whole.hexdigest()


def read(files: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Files with their contents, without those that cannot be read, and without pipes, whose content is gone once it was read."""
    for path in files:
        try:
            if stat.S_ISREG(os.stat(path).st_mode):
                with open(path, "rb") as stream:
                    yield path, stream.read()
        except OSError:
            continue


def _folders(root: str, files: Iterable[str]) -> Iterator[str]:
    """The folders that imports of a project are looked up in: those of its files and the ones above them up to its root, and `src`."""
    yield root
    yield os.path.join(root, "src")
    waiting = {os.path.dirname(path) for path in files}
    while waiting:
        folder = waiting.pop()
        yield folder
        if len(folder) > len(root) and (above := os.path.dirname(folder)) != folder:
            waiting.add(above)


def outside(state: State, project: Project) -> dict[str, str]:
    """What an analysis has read that is no part of the state: ignored files that something imports, and the folders they are in."""
    read = {*project.sources, *project.problems} - state.digests.keys()
    return {path: _now(path) for path in sorted(read | (project.listed() - state.folders))}


def same(path: str, digest: str) -> bool:
    """Whether a file or folder is what it was."""
    return _now(path) == digest


def _now(path: str) -> str:
    if os.path.isdir(path):
        return _listing(path)
    return next((_digest(raw) for _, raw in read((path,))), _MISSING)


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")


def _digest(raw: bytes) -> str:
    return blake2b(raw, digest_size=16).hexdigest()


def _listing(folder: str) -> str:
    """The names in a folder that an import could mean."""
    try:
        names = sorted(name for name in entries(folder) if name.removesuffix(".py").isidentifier() and name != "__pycache__")
    except OSError:
        return _MISSING
    return _digest(_bytes("/".join(names)))


@cache
def program() -> str:
    """This program by the text that it consists of, the Python that runs it, and the LibCST beside it.

    Not by its version alone, which stays while somebody works on it, nor by times, which a new installation changes.
    """
    parser = find_spec("libcst")
    beside = os.path.dirname(parser.origin) if parser is not None and parser.origin is not None else ""
    known = (os.path.join(beside, "_version.py"), *sorted(_modules(os.path.dirname(os.path.dirname(__file__)))))
    return repr((sys.version, [(os.path.basename(path), _digest(raw)) for path, raw in read(known)]))


def _modules(folder: str) -> Iterator[str]:
    """The Python files of a folder and those below it."""
    with os.scandir(folder) as found:
        for entry in found:
            if entry.name.endswith(".py"):
                yield entry.path
            elif entry.is_dir() and entry.name != "__pycache__":
                yield from _modules(entry.path)
