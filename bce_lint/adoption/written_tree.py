"""Files of a revision in a folder of their own, which is removed again."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from bce_lint.adoption.git import Repository, TreeEntry
from bce_lint.source.text import largest

_LONGEST_LINK: Final = 4_096


class WrittenTree(NamedTuple):
    """A folder that holds files of a revision, and the folder of the repository in which they lie."""

    folder: str
    repository: str

    def today(self, path: str) -> str:
        """The path in the repository of one in the folder."""
        return _moved(path, self.folder, self.repository)

    def then(self, path: str) -> str:
        """The path in the folder of one in the repository."""
        return _moved(path, self.repository, self.folder)


def _moved(path: str, folder: str, to: str) -> str:
    """A path below a folder as one below another; a path that lies elsewhere stays."""
    return to + path[len(folder) :] if path == folder or path.startswith(os.path.join(folder, "")) else path


def write_tree(repository: Repository, tree: Mapping[str, TreeEntry], folder: str) -> None:
    """Writes files below a folder; links last, so that nothing is written through one, and only those that stay inside."""
    Path(folder, ".git").touch()
    where: dict[str, list[str]] = {}
    for path, entry in tree.items():
        where.setdefault(entry.digest, []).append(path)
    links: list[tuple[str, bytes]] = []
    for digest, raw in repository.contents(where):
        for path in where[digest]:
            full = os.path.join(folder, path)
            if tree[path].is_link:
                links.append((full, raw or b""))
                continue
            with suppress(OSError):  # a name that this system cannot have
                os.makedirs(os.path.dirname(full), exist_ok=True)
                with open(full, "xb") as stream:
                    if raw is None:
                        stream.truncate(largest(path) + 1)  # too large as it was, and takes no room
                    else:
                        stream.write(raw)
    _link(links, folder)


def _link(links: Iterable[tuple[str, bytes]], folder: str) -> None:
    made = []
    for full, target in links:
        if 0 < len(target) <= _LONGEST_LINK and not os.path.isabs(os.fsdecode(target)):
            with suppress(OSError, ValueError):
                os.makedirs(os.path.dirname(full), exist_ok=True)
                os.symlink(os.fsdecode(target), full)
                made.append(full)
    inside = os.path.join(folder, "")
    for full in [one for one in made if not os.path.realpath(one).startswith(inside)]:
        os.unlink(full)


@contextmanager
def scratch() -> Iterator[str]:
    """A folder that is gone afterwards, whatever ends the work, a request to end this program among it."""
    ending = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM)) if ending else None
    try:
        with TemporaryDirectory(prefix="bce-lint-") as folder:
            yield os.path.realpath(folder)
    finally:
        if ending:
            signal.signal(signal.SIGTERM, before or signal.SIG_DFL)
