"""Which files a command means: the files it names, and the Python files and notebooks of the folders it names.

In a folder, `.gitignore` files (of the folder, of those below it and of those above it up to the repository's root)
and `.git/info/exclude` are followed, the usual build and environment folders are left out, and links to folders are not
followed. What the command names itself is always taken if it is Python by its name or its first line, a folder that is
ignored as well; unless it says that the ignore rules hold for what it names, too.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from bce_lint.source.exclusion import Excluding, Exclusion, below, built_in
from bce_lint.source.patterns import MOST_WILD, Patterns, lines_of
from bce_lint.source.text import is_handed, read

_SUFFIXES: Final = frozenset((".py", ".pyi", ".pyw", ".pyt", ".gyp", ".gypi", ".ipynb"))
_WALKED: Final = (".py", ".ipynb")
"""What a walk takes."""
_NAMES: Final = frozenset(("sconscript", "sconstruct", "wscript"))
_SHEBANG: Final = re.compile(rb"#!.*\b(?:i?python|pypy|uv run\b)")
_LONGEST: Final = 4_000_000
"""Bytes beyond which an ignore file is not read."""
_CUT: Final = f"of its patterns with wildcards, only the first {MOST_WILD:,} are followed"
_LINE: Final = 256
"""Bytes in which the first line of a script says what runs it."""


class Discovery(NamedTuple):
    """The files found, in order and each once, and the paths that could not be read, with the reason."""

    files: tuple[Path, ...]
    failures: tuple[tuple[str, str], ...]
    unread: tuple[tuple[str, str], ...] = ()
    """The ignore files that are not followed to their end, with the reason."""


class _Ignores(NamedTuple):
    """The patterns of one ignore file, relative to `base`."""

    base: str
    patterns: Patterns
    file: str
    problem: str = ""


_Known: TypeAlias = dict[Path, tuple[_Ignores, ...] | None]
"""The ignore files that hold inside a folder; None for a folder that is left out."""


def discover(
    paths: Iterable[str | os.PathLike[str]],
    force_exclude: bool | Callable[[str], bool] = False,
    excluding: Excluding = built_in,
) -> Discovery:
    """Resolves the paths of a command to files: what they name, and what a walk of the folders among them finds, but for what
    `excluding` leaves out. With `force_exclude`, of some paths or of all, what is named is left out as well where it is ignored."""
    files: dict[str, Path] = {}
    failures: list[tuple[str, str]] = []
    unread: dict[tuple[str, str], None] = {}
    known: _Known = {}
    for path in map(Path, paths):
        try:
            forced = force_exclude(os.path.abspath(path)) if callable(force_exclude) else force_exclude
            if forced and excluded(path, known, excluding):
                continue
            found = _walk(path, _outer_ignores(path), failures, unread, excluding) if path.is_dir() else (_named(path),)
            for file in found:
                files.setdefault(os.path.abspath(file), file)
        except (OSError, ValueError) as error:
            failures.append((str(path), _reason(error)))
    return Discovery(tuple(files.values()), tuple(failures), tuple(unread))


def excluded(path: Path, known: _Known | None = None, excluding: Excluding = built_in) -> bool:
    """True if a walk of the repository that holds a path, or without one of the current folder, would leave it out, or settings do.

    `known` keeps what was learned of folders, for the next path.
    """
    full = Path(os.path.abspath(path))
    if excluding(str(full.parent)).names(str(full)):
        return True
    root = next((folder for folder in (full, *full.parents) if (folder / ".git").exists()), None) or Path.cwd()
    above, known = list(full.parents), {} if known is None else known
    if root not in above:
        return False
    ignores: tuple[_Ignores, ...] = ()
    for folder in reversed(above[: above.index(root) + 1]):
        if folder not in known:
            closed = folder != root and _left_out(str(folder), True, ignores, excluding(str(folder.parent)))
            known[folder] = None if closed else _ignores_in(folder, _marks(folder), ignores)
        inside = known[folder]
        if inside is None:
            return True
        ignores = inside
    return _left_out(str(full), full.is_dir(), ignores, excluding(str(full.parent)))


def _named(path: Path) -> Path:
    """A file that the command names. Raises OSError where there is none, and ValueError where it is no Python."""
    mode = path.stat().st_mode
    if stat.S_ISFIFO(mode) and is_handed(str(path)):
        return path
    if not stat.S_ISREG(mode):  # a pipe would be waited for
        piped = "; `bce-lint - < PIPE` reads what is written to one" if stat.S_ISFIFO(mode) else ""
        raise OSError(errno.EINVAL, f"neither a file nor a folder{piped}")
    if reason := foreign(path):
        raise ValueError(reason)
    return path


def foreign(path: Path) -> str:
    """Why a file is taken for no Python, and what to do; nothing where it is Python by its name or its first line."""
    names = {path.name.lower(), os.path.basename(os.path.realpath(path)).lower()}
    if any(os.path.splitext(name)[1] in _SUFFIXES or name in _NAMES for name in names) or _is_script(path):
        return ""
    return "not a Python file, by its name or a first line such as `#!/usr/bin/env python`; `bce-lint - < FILE` lints it all the same"


def _is_script(path: Path) -> bool:
    """True if the first line of a file says that Python runs it, or where it cannot be read, which is told elsewhere."""
    try:
        with path.open("rb") as stream:
            return _SHEBANG.match(stream.read(_LINE)) is not None
    except OSError:
        return True


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _walk(
    folder: Path,
    ignores: tuple[_Ignores, ...],
    failures: list[tuple[str, str]],
    unread: dict[tuple[str, str], None],
    excluding: Excluding,
) -> Iterator[Path]:
    """The Python files and notebooks under `folder`, those of a folder before those of its subfolders. Iterative: depth is the disk's."""
    pending = [(folder, ignores)]
    unread.update(_cut(ignores))
    while pending:
        here, outer = pending.pop()
        try:
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError as error:
            failures.append((str(here), _reason(error)))
            continue
        inner = _ignores_in(here, {entry.name for entry in entries}, outer)
        unread.update(_cut(inner[-1:]))
        exclusion = excluding(os.path.abspath(here))
        kept = [entry for entry in entries if _wanted(entry, inner, exclusion)]
        yield from (here / entry.name for entry in kept if not _is_folder(entry))
        pending.extend((here / entry.name, inner) for entry in reversed(kept) if _is_folder(entry))


def _cut(ignores: Iterable[_Ignores]) -> dict[tuple[str, str], None]:
    """The ignore files that are not followed to their end."""
    return {(one.file, one.problem): None for one in ignores if one.problem}


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)


def _wanted(entry: os.DirEntry[str], ignores: tuple[_Ignores, ...], exclusion: Exclusion) -> bool:
    """True if a walk takes an entry: a folder to enter or a file to read."""
    folder = _is_folder(entry)
    if not folder and not (entry.name.endswith(_WALKED) and _is_file(entry)):
        return False
    return not _left_out(entry.path, folder, ignores, exclusion)


def _left_out(path: str, folder: bool, ignores: tuple[_Ignores, ...], exclusion: Exclusion) -> bool:
    """True if the name of a file or folder, settings, or an ignore file keep a walk out of it."""
    if exclusion.patterns and exclusion.verdict(os.path.abspath(path), folder):
        return True
    if folder and (os.path.basename(path) in exclusion.folders or os.path.exists(os.path.join(path, "pyvenv.cfg"))):
        return True
    return bool(ignores) and _ignored(path, folder, ignores)


def _is_file(entry: os.DirEntry[str]) -> bool:
    """True if an entry, or what it links to, is a regular file; a dangling link or a circle of links is not."""
    try:
        return entry.is_file()
    except OSError:
        return False


def _ignored(path: str, folder: bool, ignores: tuple[_Ignores, ...]) -> bool:
    """True if the innermost ignore file with an opinion on `path` leaves it out; the folders that it lies in are not."""
    full = os.path.abspath(path)
    for one in reversed(ignores):
        verdict = one.patterns.verdict(below(full, one.base), folder)
        if verdict is not None:
            return verdict
    return False


def _marks(folder: Path) -> set[str]:
    """The names in a folder that `_ignores_in` asks for."""
    return {name for name in (".git", ".gitignore") if (folder / name).exists()}


def _ignores_in(folder: Path, names: set[str], outer: tuple[_Ignores, ...]) -> tuple[_Ignores, ...]:
    """The ignore files that hold inside `folder`: the outer ones and its own. A repository's root starts afresh."""
    if ".git" in names:
        outer = _read(folder / ".git" / "info" / "exclude", folder)
    return outer + _read(folder / ".gitignore", folder) if ".gitignore" in names else outer


def _read(file: Path, base: Path) -> tuple[_Ignores, ...]:
    """The patterns of one file; none where it cannot be read, or is larger than any that somebody wrote."""
    try:
        raw = read(str(file), _LONGEST)
    except OSError as error:
        return (_Ignores(os.path.abspath(base), Patterns(()), str(file), _reason(error)),) if error.errno == errno.EFBIG else ()
    patterns = Patterns(lines_of(raw))
    return (_Ignores(os.path.abspath(base), patterns, str(file), _CUT if patterns.cut else ""),)


def _outer_ignores(folder: Path) -> tuple[_Ignores, ...]:
    """The ignore files above `folder` up to its repository's root, without those that leave out `folder` itself."""
    here = Path(os.path.abspath(folder))
    if (here / ".git").exists():
        return ()
    parents = list(here.parents)
    root = next((index for index, parent in enumerate(parents) if (parent / ".git").exists()), None)
    if root is None:
        return ()
    ignores: tuple[_Ignores, ...] = ()
    for parent in reversed(parents[: root + 1]):
        ignores = _ignores_in(parent, _marks(parent), ignores)
    return tuple(one for one in ignores if not one.patterns.cover(below(str(here), one.base)))
