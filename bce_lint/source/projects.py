"""Which project a file belongs to, and the Python files of a project."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

MARKERS: Final = ("pyproject.toml", ".git", ".hg", "setup.py", "setup.cfg", "requirements.txt", "environment.yml", "tox.ini")
"""What lies in the folder that a project spans."""


class Root(NamedTuple):
    """The folder that a project spans; `marked` when a project file says so, else only what is near belongs to it."""

    path: str
    marked: bool


ImportFolders: TypeAlias = Callable[[str], "tuple[str, ...] | None"]
"""The folders in which the imports of the files in a folder are looked up, besides that folder and its packages; None for the project's
root and the `src` in it."""


def usual(folder: str) -> None:
    """No folders but the usual ones."""


def root_of(path: str) -> Root:
    """The project of a file: the nearest folder with a marker, else the one above the file's outermost package."""
    return _root(os.path.dirname(path))


def look_again() -> None:
    """Has the projects of files found out anew, as markers came or went."""
    _root.cache_clear()


@lru_cache(maxsize=4096)
def _root(folder: str) -> Root:
    outermost = folder
    while os.path.exists(os.path.join(outermost, "__init__.py")) and os.path.dirname(outermost) != outermost:
        outermost = os.path.dirname(outermost)
    here = outermost
    while True:
        if any(os.path.exists(os.path.join(here, marker)) for marker in MARKERS):
            return Root(here, True)
        parent = os.path.dirname(here)
        if parent == here:
            return Root(outermost, False)
        here = parent


def by_root(paths: Iterable[str]) -> list[tuple[Root, list[str]]]:
    """Files by the project that they belong to."""
    roots: dict[Root, list[str]] = {}
    for path in paths:
        roots.setdefault(root_of(path), []).append(path)
    return sorted(roots.items())


def leading_out(root: Root, paths: Iterable[str], named: Iterable[str] = ()) -> frozenset[str]:
    """The files of a project that are links out of it, or lie behind one, unless they are below a path that was named."""
    known: dict[str, str] = {}

    def _real(path: str) -> str:
        folder, name = os.path.split(path)
        if folder not in known:
            known[folder] = os.path.realpath(folder)
        here = os.path.join(known[folder], name)
        return os.path.realpath(here) if os.path.islink(here) else here

    inside = tuple(os.path.join(os.path.realpath(base), "") for base in (root.path, *named))
    return frozenset(path for path in paths if not (_real(path) + os.sep).startswith(inside))


def package_of(root: Root, path: str) -> str:
    """The folder that tells the files of one project from those beside it: where no marker makes them one, a package's."""
    return "" if root.marked else os.path.dirname(os.path.relpath(path, root.path)).partition(os.sep)[0]


def project_files(root: Root, paths: Iterable[str], imports: ImportFolders = usual) -> list[str]:
    """The Python files of a project, ignored and built ones apart, and those of folders beside it that imports are looked up in; without
    a marker, the neighbours of the given files."""
    paths = list(paths)
    wanted = {one for folder in {os.path.dirname(path) for path in paths} for one in imports(folder) or ()}
    beyond = [one for one in sorted(wanted) if not (one + os.sep).startswith(os.path.join(root.path, "")) and os.path.isdir(one)]
    own = _own_files(root, paths)
    if not beyond:
        return own
    from bce_lint.source.discover import discover

    return [*own, *(os.path.abspath(file) for file in discover(beyond).files)]


def _own_files(root: Root, paths: Iterable[str]) -> list[str]:
    from bce_lint.source.discover import discover

    if root.marked:
        return [os.path.abspath(file) for file in discover([root.path]).files]
    packages = {package_of(root, path) for path in paths} - {""}
    folders = [folder for name in sorted(packages) if os.path.isfile(os.path.join(folder := os.path.join(root.path, name), "__init__.py"))]
    names = sorted(os.listdir(root.path)) if os.path.isdir(root.path) else []
    beside = [path for name in names if name.endswith((".py", ".ipynb")) and os.path.isfile(path := os.path.join(root.path, name))]
    return [*beside, *(os.path.abspath(file) for file in discover(folders).files)]


def entries(folder: str) -> frozenset[str]:
    """The names in a folder that imports can mean, none where it cannot be read: its subfolders, and its modules.

    A module is never a pipe, on which a read would wait for ever.
    """
    try:
        with os.scandir(folder) as found:
            return frozenset(entry.name for entry in found if (entry.is_file() if entry.name.endswith(".py") else entry.is_dir()))
    except OSError:
        return frozenset()
