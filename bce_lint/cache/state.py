"""What findings depend on: the contents of a project, the names in its folders, this program, and the Python that runs it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from hashlib import blake2b
from importlib.util import find_spec
from typing import TYPE_CHECKING

from bce_lint.source.projects import ImportFolders, entries, usual
from bce_lint.source.text import content

if TYPE_CHECKING:
    from bce_lint.analysis.project.project import Project

_MISSING = "-"
"""The digest of a file that is not there."""


class ProjectState:
    """The files of a project by the digests of their contents, and its folders by the names in them, as they were when `listed`;
    `imports` says where settings have the imports of a folder looked up."""

    def __init__(
        self,
        root: str,
        contents: Iterable[tuple[str, bytes]],
        listed: Mapping[str, frozenset[str]] | None = None,
        imports: ImportFolders = usual,
    ) -> None:
        self.root = root
        self.imports = imports
        self.digests: dict[str, str] = {}
        self.size = 0
        for path, raw in contents:
            self.digests[path] = digest(raw)
            self.size += len(raw)
        names = {folder: entries(folder) for folder in _folders(root, self.digests)}
        self.folders = {**names, **{folder: found for folder, found in (listed or {}).items() if folder in names}}

    def has(self, path: str, raw: bytes) -> bool:
        """True if a file of the project has this content."""
        return self.digests.get(path) == digest(raw)

    @cached_property
    def key(self) -> str:
        """One digest of it all."""
        whole = blake2b((program() or "").encode(), digest_size=16)
        for part in (self.root, *(text for path in sorted(self.digests) for text in (path, self.digests[path]))):
            whole.update(_bytes(part) + b"\0")
        for folder in sorted(self.folders):
            whole.update(_bytes(folder) + b"\0" + _listing(self.folders[folder], self.imports(folder)).encode() + b"\0")
        return whole.hexdigest()


def read(files: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Files with their contents, without those that have none to be read again."""
    return ((path, raw) for path in files if (raw := content(path)) is not None)


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


def outside(state: ProjectState, project: Project) -> dict[str, str]:
    """What an analysis has read that is no part of the state: ignored files that something imports, and the folders they are in."""
    found = {path: digest(data) for path, data in project.texts_read().items() if path not in state.digests}
    beside = ((folder, names) for folder, names in project.listed().items() if folder not in state.folders)
    return {**found, **{folder: _listing(names, state.imports(folder)) for folder, names in beside}}


def same(path: str, known: str, seen: dict[str, str], imports: ImportFolders = usual) -> bool:
    """True if a file or folder is what it was; `seen` keeps what was looked at before."""
    if path not in seen:
        raw = content(path)
        seen[path] = _listing(entries(path), imports(path)) if os.path.isdir(path) else _MISSING if raw is None else digest(raw)
    return seen[path] == known


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")


def digest(raw: bytes) -> str:
    """A digest of some bytes, in 32 letters."""
    return blake2b(raw, digest_size=16).hexdigest()


def _listing(names: frozenset[str], imports: tuple[str, ...] | None) -> str:
    """A digest of the names in a folder that an import could mean, and of where settings have its imports looked up."""
    known = sorted(name for name in names if name.removesuffix(".py").isidentifier() and name != "__pycache__")
    return digest(_bytes("/".join(known) if imports is None else "\0".join(("/".join(known), *imports))))


@cache
def program() -> str | None:
    """This program by the text that it consists of, the Python that runs it, and the LibCST beside it; None where it has no files.

    Not by its version alone, which stays while somebody works on it, nor by times, which a new installation changes.
    """
    parser = find_spec("libcst")
    beside = os.path.dirname(parser.origin) if parser is not None and parser.origin is not None else ""
    try:
        known = (os.path.join(beside, "_version.py"), *sorted(_modules(os.path.dirname(os.path.dirname(__file__)))))
    except OSError:
        return None
    texts = [(os.path.basename(path), digest(raw)) for path, raw in read(known)]
    return repr((sys.version, texts)) if "state.py" in dict(texts) else None


def _modules(folder: str) -> Iterator[str]:
    """The Python files of a folder and those below it."""
    with os.scandir(folder) as found:
        for entry in found:
            if entry.name.endswith(".py"):
                yield entry.path
            elif entry.is_dir() and entry.name != "__pycache__":
                yield from _modules(entry.path)
