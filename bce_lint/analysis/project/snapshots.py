"""A state of a project as bytes, from which a later process goes on as if it had found it out itself.

Constants of the package stand in the bytes by their names, since some are told by which object they are, and the contents of files by
their digests: a file that is another by then is one that has changed. What is read makes records of the analysis, and runs nothing.
"""

from __future__ import annotations

import copyreg
import gc
import pickle
import struct
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from io import BytesIO
from types import MethodType
from typing import Any, Final, NamedTuple

from bce_lint.analysis.project.project import Project
from bce_lint.analysis.project.project_files import ProjectFiles
from bce_lint.analysis.state.dependencies import Dependencies
from bce_lint.analysis.state.machine import Machine
from bce_lint.analysis.state.star_graph import StarGraph
from bce_lint.analysis.state.store import State
from bce_lint.ir.recursion import room, stack_depth
from bce_lint.source.projects import ImportFolders

_NAMED: Final = ("bce_lint.analysis.", "bce_lint.ir.")
"""Where the constants stand that are told by which object they are."""
_DEEP: Final = 2_000
"""How deep the recursion goes: a state in which something nests deeper is not kept."""
_ROOMS: Final = ("bce_lint.analysis.", "bce_lint.ir.", "bce_lint.catalog.", "bce_lint.source.", "bce_lint.diagnostic")
"""Where the classes stand of which something may be made."""
_KEPT: Final[Mapping[type[Any], tuple[str, ...]]] = {
    Project: (
        "root", "_worked_on", "import_folders", "_modules", "_sound", "summaries", "texts", "_editions", "_imports", "_units",
        "stays", "_registrations", "graph", "reachability", "_words_known", "machine", "memos", "_walked", "_visits",
    ),
    Machine: (
        "_interned", "_keys", "numbered", "any_of", "summaries", "own_tables", "layers", "resolution_orders", "outcomes", "stars", "base",
    ),
    StarGraph: ("_run",),
    State: ("_written",),
    Dependencies: tuple(name for name in Dependencies.__slots__ if name != "_seen"),
}  # fmt: skip
"""What a later state asks of an earlier one; the rest goes by the identity of objects, or is found out anew."""


class ProjectSnapshot(NamedTuple):
    """The bytes, the constants that they name, and the files whose contents they leave out, each with its digest."""

    constants: Sequence[tuple[str, str]]
    files: Sequence[tuple[str, str]]
    data: bytes


def taken(project: Project, digest: Callable[[bytes], str]) -> ProjectSnapshot | None:
    """A project that stays as bytes; None where something in it nests too deep, and of another kind of project."""
    if type(project) is not Project:
        return None
    constants = _constants()
    contents = {id(one.raw): (path, one.raw) for path, one in project.summaries.items() if len(one.raw) > 1}  # shorter ones are shared
    given = _given(project.import_folders, [*constants.values()], [raw for _, raw in contents.values()])
    stream = BytesIO()
    pickler = pickle.Pickler(stream, 5)
    pickler.memo = {id(one): (number, one) for number, one in enumerate(given)}
    special: dict[type[Any], Callable[[Any], Any]] = {MethodType: _reduced_method, **dict.fromkeys(_KEPT, _reduced)}
    pickler.dispatch_table = copyreg.dispatch_table | special
    try:
        with room(stack_depth() + _DEEP):
            pickler.dump(project)
    except RecursionError:
        return None
    files = tuple((path, digest(raw)) for path, raw in contents.values())
    return ProjectSnapshot(tuple(constants), files, stream.getvalue()[2:])


def restored(snapshot: ProjectSnapshot, imports: ImportFolders, read: Callable[[str, str], bytes | None]) -> Project:
    """The project of a snapshot; `read` gives the content of a file if it has this digest. What there is by then is not looked through for
    garbage any more, until somebody calls `gc.unfreeze`. Raises what `pickle` raises, ImportError,
    AttributeError or LookupError for bytes that are none of these."""
    constants = [_constant(module, name) for module, name in snapshot.constants]
    contents = [_content(path, digest, read) for path, digest in snapshot.files]
    given = _given(imports, constants, contents)
    begin = b"\x80\x05" + b"".join(b"J%bQ\x940" % struct.pack("<i", number) for number in range(len(given)))
    reader = _Reader(BytesIO(begin + snapshot.data))
    reader.given = given
    with room(stack_depth() + _DEEP):
        project = reader.load()
        gc.freeze()  # most of it stays: to look through it for garbage takes as long as to read it
    if type(project) is not Project:
        raise LookupError("no project")
    vars(project).update(sources={}, problems={}, _decoded={}, _parsed=[], _open_files=None, interrupted=False, others=[])
    return project


def _content(path: str, digest: str, read: Callable[[str, str], bytes | None]) -> bytes:
    """What a file has; of one that has changed, what no file has."""
    found = read(path, digest)
    return f"\0{digest} {path}".encode("utf-8", "surrogatepass") if found is None else found


def _given(imports: ImportFolders, constants: Sequence[Any], contents: Sequence[bytes]) -> list[Any]:
    """What the bytes refer to by its number."""
    return [ProjectFiles.resolve, imports, *constants, *contents]


def _constants() -> dict[tuple[str, str], Any]:
    """The constants of the package by module and name, each once."""
    found: dict[int, tuple[tuple[str, str], Any]] = {}
    for module in sorted(name for name in sys.modules if name.startswith(_NAMED)):
        for name, one in vars(sys.modules[module]).items():
            if type(one).__module__.startswith("bce_lint."):
                found.setdefault(id(one), ((module, name), one))
    return dict(found.values())


def _constant(module: str, name: str) -> Any:
    """A constant of the package. Raises LookupError for a name of another one."""
    if not module.startswith(_NAMED):
        raise LookupError(module)
    return getattr(import_module(module), name)


def _reduced(one: Any) -> Any:
    """What is kept of an object, as `pickle` asks for it."""
    kept = {name: getattr(one, name) for name in _KEPT[type(one)] if hasattr(one, name)}
    return copyreg.__newobj__, (type(one),), (None, kept)  # type: ignore[attr-defined]


def _reduced_method(method: MethodType) -> Any:
    return bound_method, (method.__self__, method.__name__)


def bound_method(owner: Any, name: str) -> Any:
    """A method of an object of the analysis, by its name."""
    if not type(owner).__module__.startswith(_ROOMS) or not callable(getattr(type(owner), name, None)):
        raise LookupError(name)
    return getattr(owner, name)


_NAMES: Final[Mapping[tuple[str, str], Any]] = {
    **{("builtins", name): one for name, one in (("Ellipsis", ...), ("complex", complex), ("list", list), ("set", set))},
    **{("collections", one.__name__): one for one in (Counter, defaultdict)},
    ("functools", "partial"): partial,
    (__name__, "bound_method"): bound_method,
}
"""What may be named beside the classes of the analysis."""


class _Reader(pickle.Unpickler):
    """Makes what a snapshot holds, and nothing else."""

    given: Sequence[Any] = ()

    def persistent_load(self, number: int) -> Any:
        """What stands outside of the bytes."""
        return self.given[number]

    def find_class(self, module: str, name: str) -> Any:
        """A class of the analysis, by its name. Raises LookupError for anything else."""
        found = _NAMES.get((module, name))
        if found is None and module.startswith(_ROOMS):
            found = vars(import_module(module)).get(name)
            if not isinstance(found, type) or found.__module__ != module:
                found = None
        if found is None:
            raise LookupError(f"{module}.{name}")
        return found
