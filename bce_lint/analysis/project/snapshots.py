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
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from importlib import import_module
from io import BytesIO
from types import MethodType
from typing import Any, Final, NamedTuple, TypeAlias

from bce_lint.analysis.project.index import FileSummary
from bce_lint.analysis.project.project import Project
from bce_lint.analysis.project.project_files import RESOLVING, ProjectFiles
from bce_lint.analysis.project.reachability import ANSWERS, Reachability
from bce_lint.analysis.state.dependencies import Dependencies
from bce_lint.analysis.state.machine import Machine
from bce_lint.analysis.state.star_graph import StarGraph
from bce_lint.analysis.state.store import State
from bce_lint.ir.packing import Packed, held_by, inner_one, packed, stays_open
from bce_lint.ir.recursion import room, stack_depth
from bce_lint.ir.statements import ClassDef, Function
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
        "_interned", "_keys", "numbered", "any_of", "summaries", "own_tables", "layers", "outcomes", "stars", "base",
    ),
    StarGraph: ("_run",),
    State: ("_written",),
    Dependencies: tuple(name for name in Dependencies.__slots__ if name != "_seen"),
}  # fmt: skip
"""What a later state asks of an earlier one; the rest goes by the identity of objects, or is found out anew."""


_HEADER: Final = (*(name for name in Function.__slots__ if name != "body"), "packed")
"""What is kept of a function whose body stands apart."""


class ProjectSnapshot(NamedTuple):
    """The bytes, the constants that they name, and the files whose contents they leave out, each with its digest."""

    constants: Sequence[tuple[str, str]]
    files: Sequence[tuple[str, str]]
    data: bytes


_Reduced: TypeAlias = Callable[[Any], Any]
"""What is kept of an object of some type, as `pickle` asks for it."""


def taken(project: Project, digest: Callable[[bytes], str]) -> ProjectSnapshot | None:
    """A project that stays as bytes; None where something in it nests too deep, and of another kind of project."""
    if type(project) is not Project:
        return None
    constants = _constants()
    contents = {id(one.raw): (path, one.raw) for path, one in project.summaries.items() if len(one.raw) > 1}  # shorter ones are shared
    given = _given(project.import_folders, [*constants.values()], [raw for _, raw in contents.values()])
    try:
        with room(stack_depth() + _DEEP):
            inner = partial(_reduced_definition, _packed_bodies(project))
            special = {Reachability: partial(_reduced_searches, project, given), **dict.fromkeys((Function, ClassDef), inner)}
            data = _dumped(project, given, special)
    except RecursionError:
        return None
    files = tuple((path, digest(raw)) for path, raw in contents.values())
    return ProjectSnapshot(tuple(constants), files, data)


def _packed_bodies(project: Project) -> dict[int, tuple[Packed, int]]:
    """Packs the bodies of the functions in the files of a project, which stay open; where each function and class inside them stands, by
    its identity."""
    found: dict[int, tuple[Packed, int]] = {}
    for module in project.modules():
        held = packed(module, stays_open) or held_by(module)
        if held is not None:
            found.update({id(one): (held, number) for number, one in enumerate(held.inner)})
    return found


def _dumped(one: object, given: Sequence[Any], special: Mapping[type[Any], _Reduced]) -> bytes:
    """An object as bytes that refer to what is given by its number; `special` says what is kept of objects of some types."""
    stream = BytesIO()
    pickler = pickle.Pickler(stream, 5)
    pickler.memo = {id(known): (number, known) for number, known in enumerate(given)}
    kept: dict[type[Any], _Reduced] = {
        **dict.fromkeys(_KEPT, _reduced), Project: partial(_reduced_project, one), MethodType: _reduced_method,
        FileSummary: _reduced_summary, **special,
    }  # fmt: skip
    pickler.dispatch_table = copyreg.dispatch_table | kept
    pickler.dump(one)
    return stream.getvalue()[2:]


def _loaded(data: bytes, given: Sequence[Any]) -> Any:
    """The object that some bytes are."""
    begin = b"\x80\x05" + b"".join(b"J%bQ\x940" % struct.pack("<i", number) for number in range(len(given)))
    reader = _Reader(BytesIO(begin + data))
    reader.given = given
    return reader.load()


class Searches:
    """What the searches of a project have found out, as bytes until somebody asks."""

    __slots__ = ("_data", "_found", "_given", "_summaries")

    _found: Mapping[str, Any] | None
    _given: Sequence[Any]
    _summaries: Mapping[str, FileSummary]

    def __init__(self, data: bytes) -> None:
        self._data = data

    def of(self, project: Project, given: Sequence[Any]) -> None:
        """From now on they are those of a project that was read back, with what was given for it."""
        self._summaries, self._given, self._found = project.summaries, _beside(project, project.reachability, given), None

    def __call__(self) -> Mapping[str, Any]:
        """The tables of the searches; the statements of files are theirs."""
        found = self._found
        if found is None:
            with room(stack_depth() + _DEEP):
                found, blocks = _loaded(zlib.decompress(self._data), self._given)
            self._found = found
            for path, known in blocks.items():
                self._summaries[path].blocks = self._summaries[path].blocks or known
        return found


def _beside(project: Project, reachability: Reachability, given: Sequence[Any]) -> list[Any]:
    """What the bytes of the searches refer to by its number."""
    return [*given, reachability, reachability.graph, *project.summaries.values()]


def _reduced_searches(project: Project, given: Sequence[Any], one: Reachability) -> Any:
    """What is kept of what leads to losses: what was found out on the way stands apart."""
    blocks = {path: summary.blocks for path, summary in project.summaries.items() if summary.blocks is not None}
    known: dict[type[Any], _Reduced] = {Reachability: lambda _: (itself, (one,))}  # another is that of an earlier state
    dumped = _dumped((one.tables, blocks), _beside(project, one, given), known)
    searches = Searches(zlib.compress(dumped, 1))
    return copyreg.__newobj__, (Reachability,), {**{name: getattr(one, name) for name in ANSWERS}, "unread": searches}  # type: ignore[attr-defined]


def restored(snapshot: ProjectSnapshot, imports: ImportFolders, read: Callable[[str, str], bytes | None]) -> Project:
    """The project of a snapshot; `read` gives the content of a file if it has this digest. What there is by then is not looked through for
    garbage any more, until somebody calls `gc.unfreeze`. Raises what `pickle` raises, ImportError,
    AttributeError or LookupError for bytes that are none of these."""
    constants = [_constant(module, name) for module, name in snapshot.constants]
    contents = [_content(path, digest, read) for path, digest in snapshot.files]
    given = _given(imports, constants, contents)
    with room(stack_depth() + _DEEP):
        project = _loaded(snapshot.data, given)
        gc.freeze()  # most of it stays: to look through it for garbage takes as long as to read it
    if type(project) is not Project or type(project.reachability.unread) is not Searches:
        raise LookupError("no project")
    project.reachability.unread.of(project, given)
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
    return _with(one, _KEPT[type(one)])


def _with(one: Any, names: Iterable[str]) -> Any:
    """An object with some of the attributes that it has."""
    kept = {name: getattr(one, name) for name in names if hasattr(one, name)}
    return copyreg.__newobj__, (type(one),), (None, kept)  # type: ignore[attr-defined]


def _reduced_project(whole: object, one: Project) -> Any:
    """What is kept of a project; of an earlier state of it, what says what imports name."""
    return _with(one, _KEPT[Project] if one is whole else RESOLVING)


def _reduced_summary(one: FileSummary) -> Any:
    """What is kept of a file, without its statements, which can be made again where there is code."""
    kept = {name: getattr(one, name) for name in FileSummary.__slots__}
    return copyreg.__newobj__, (FileSummary,), (None, kept | ({"blocks": None} if one.data else {}))  # type: ignore[attr-defined]


def _reduced_definition(inner: Mapping[int, tuple[Packed, int]], one: Function | ClassDef) -> Any:
    """What is kept of a function or a class: one inside a packed body is looked up there, and a body that is packed stands apart."""
    if id(one) in inner:
        return inner_one, inner[id(one)]
    return _with(one, _HEADER) if hasattr(one, "packed") else one.__reduce_ex__(5)


def _reduced_method(method: MethodType) -> Any:
    return bound_method, (method.__self__, method.__name__)


def itself(one: object) -> object:
    """What it is given."""
    return one


def bound_method(owner: Any, name: str) -> Any:
    """A method of an object of the analysis, by its name."""
    if not type(owner).__module__.startswith(_ROOMS) or not callable(getattr(type(owner), name, None)):
        raise LookupError(name)
    return getattr(owner, name)


_NAMES: Final[Mapping[tuple[str, str], Any]] = {
    **{("builtins", name): one for name, one in (("Ellipsis", ...), ("complex", complex), ("list", list), ("set", set))},
    **{("collections", one.__name__): one for one in (Counter, defaultdict)},
    ("functools", "partial"): partial,
    **{(one.__module__, one.__name__): one for one in (bound_method, itself, inner_one, stays_open)},
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
