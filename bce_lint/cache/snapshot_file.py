"""The file that holds the state of a project, from which another process goes on: signed, and read by what makes records alone."""

from __future__ import annotations

import json
import re
import zlib
from contextlib import suppress
from time import process_time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from bce_lint.analysis.project.snapshots import ProjectSnapshot
    from bce_lint.cache.shelf import Shelf
    from bce_lint.source.projects import ImportFolders

LARGEST: Final = 1 << 28
"""How many bytes the file may have."""
KEPT: Final = 2
"""How many there may be of a project: of its parts, or by different versions of this program."""
_NAME: Final = re.compile(r"[0-9a-f]{32}\.state")
_LEFT: Final = re.compile(r"[0-9a-f]{32}\.(?:state|spent)\.[0-9]+")
"""What a process is writing, or has left that was killed."""
_MOST_SPENT: Final = 3600.0
"""Seconds: what is said to be more is no more."""
_SPENT: Final = re.compile(r"[0-9a-f]{32}\.spent")
_SIGNED: Final = 32
"""How many letters a signature has."""


class Stored(NamedTuple):
    """A state, where settings had the imports of each folder looked up, and how many seconds it took to write."""

    snapshot: ProjectSnapshot
    imports: dict[str, tuple[str, ...] | None]
    cost: float

    def holds(self, imports: ImportFolders) -> bool:
        """True if imports are looked up where they were."""
        return all(imports(folder) == known for folder, known in self.imports.items())


def read(shelf: Shelf, name: str) -> Stored | None:
    """The state that was kept under a name; None where there is none, or none of ours."""
    with suppress(OSError), shelf.inside() as inside:
        whole = inside.content(f"{name}.state", LARGEST, used=True)
        signed, packed = whole[:_SIGNED], whole[_SIGNED:]
        if packed and signed == shelf.sign(name.encode(), packed):
            with suppress(ValueError, TypeError, zlib.error):
                return _unpacked(packed)
    return None


def write(shelf: Shelf, name: str, stored: Stored) -> float:
    """Keeps a state under a name, in place of the one before; how many seconds that took, together with what it had taken so far. Raises
    OSError where that is not possible."""
    start = process_time()
    compressed = _compressed(stored)
    cost = stored.cost + process_time() - start
    packed = f"{cost:.3f}\n".encode() + compressed
    if len(packed) >= LARGEST:
        return cost
    with shelf.inside(make=True) as inside:
        inside.replace(f"{name}.state", shelf.sign(name.encode(), packed) + packed)
        for other in (f"{name}.spent", *inside.oldest(_NAME, KEPT), *inside.oldest(_LEFT, KEPT), *inside.oldest(_SPENT, KEPT)):
            inside.remove(other)
    return cost


def spent(shelf: Shelf, name: str) -> float:
    """How many seconds runs have spent on what has changed since a state was kept. It is not signed: what depends on it is when the next
    one is kept."""
    with suppress(OSError, ValueError), shelf.inside() as inside:
        return min(max(float(inside.content(f"{name}.spent", 32)), 0.0), _MOST_SPENT)
    return 0.0


def spend(shelf: Shelf, name: str, seconds: float) -> None:
    """Notes how many seconds they have spent, if that is possible."""
    with suppress(OSError), shelf.inside(make=True) as inside:
        inside.replace(f"{name}.spent", f"{seconds:.3f}".encode())


def _compressed(stored: Stored) -> bytes:
    snapshot = stored.snapshot
    header: list[Any] = [snapshot.constants, snapshot.files, stored.imports]
    return zlib.compress(json.dumps(header).encode() + b"\n" + snapshot.data, 1)


def _unpacked(packed: bytes) -> Stored:
    """What was packed. Raises ValueError, TypeError or zlib.error where it is none of ours."""
    from bce_lint.analysis.project.snapshots import ProjectSnapshot

    cost, _, compressed = packed.partition(b"\n")
    header, _, data = zlib.decompress(compressed).partition(b"\n")
    constants, files, imports = json.loads(header)
    named = [(str(module), str(name)) for module, name in constants]
    contents = [(str(path), str(digest)) for path, digest in files]
    folders = {str(folder): None if found is None else tuple(map(str, found)) for folder, found in imports.items()}
    return Stored(ProjectSnapshot(named, contents, data), folders, float(cost))
