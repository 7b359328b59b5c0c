"""Where in the user's source something happens: the innermost frame that is neither torch's nor ours."""

from __future__ import annotations

import ast
import linecache
import os
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final

import torch

import bce_lint
from bce_lint.analysis.domain.tensor import Place
from bce_lint.ir import Span
from bce_lint.records import changed
from bce_lint.source.documents import decode
from bce_lint.source.text import SourceError, SourceText

_OPTIMIZED: Final = 1
_VARARGS: Final = 4
_SNAPSHOTS: Final = sys.version_info < (3, 13)
MAX_CALLERS: Final = 8


class Owner(Enum):
    """Whose a file is."""

    TORCH = "torch"
    MODULE = "torch's modules"
    CONTAINER = "torch's containers of modules"
    INTERNAL = "parts of torch that compute for themselves"
    HIDDEN = "bce-lint or the standard library"
    INSTALLED = "another installed package"
    USER = "the user"


def _folder(path: str | None) -> str:
    return os.path.join(os.path.dirname(os.path.abspath(path or "")), "")


_TORCH: Final = _folder(torch.__file__)
_OURS: Final = _folder(bce_lint.__file__)
_STANDARD: Final = os.path.join(sysconfig.get_paths()["stdlib"], "")
_INTERNAL: Final = tuple(os.path.join(_TORCH, name, "") for name in ("distributions", "optim"))
_MODULES: Final = os.path.join(_TORCH, "nn", "modules", "")
_CONTAINER: Final = os.path.join(_MODULES, "container.py")
_OWNERS: dict[str, Owner] = {}


def owner_of(filename: str) -> Owner:
    """Whose file a code object is from."""
    known = _OWNERS.get(filename)
    if known is None:
        known = _OWNERS[filename] = _owner(filename)
    return known


def _owner(filename: str) -> Owner:
    if filename.startswith(_TORCH):
        return _part_of_torch(filename)
    if filename.startswith((_OURS, "<frozen ", "<__array_function__")):
        return Owner.HIDDEN
    if f"{os.sep}site-packages{os.sep}" in filename or f"{os.sep}dist-packages{os.sep}" in filename:
        return Owner.INSTALLED
    return Owner.HIDDEN if filename.startswith(_STANDARD) else Owner.USER


def _part_of_torch(filename: str) -> Owner:
    if filename == _CONTAINER:
        return Owner.CONTAINER
    if filename.startswith(_INTERNAL):
        return Owner.INTERNAL
    return Owner.MODULE if filename.startswith(_MODULES) else Owner.TORCH


@dataclass(slots=True)
class Look:
    """What the stack says of an operation: the frame that asked for it, and that of the module of torch that ran it, if one did.

    `inside` says that the module ran in a container; `internal` that torch asked for its own purposes.
    """

    frame: FrameType | None
    forward: FrameType | None = None
    inside: bool = False
    internal: bool = False

    @property
    def module(self) -> Any:
        """The module of torch that ran the operation."""
        if self.forward is None:
            return None
        local = _locals(self.forward)
        found = local.get("self")
        _forget(local)
        return found


def look(start: FrameType | None) -> Look:
    """Walks out to the frame that asked for an operation."""
    found = Look(None)
    frame = start
    while frame is not None:
        code = frame.f_code
        owner = _OWNERS.get(code.co_filename) or owner_of(code.co_filename)
        if owner is Owner.USER or owner is Owner.INSTALLED:
            break
        if owner is Owner.INTERNAL:
            found.internal = True
        elif owner is Owner.CONTAINER:
            found.inside = found.inside or code.co_name == "forward"
        elif owner is Owner.MODULE and found.forward is None and not found.inside and code.co_name == "forward":
            found.forward = frame
        frame = frame.f_back
    found.frame = frame
    return found


def _locals(frame: FrameType) -> Any:
    return frame.f_locals


def _forget(local: Any) -> None:
    """Before Python 3.13 a frame keeps the snapshot of its variables, and so the tensors in it."""
    if _SNAPSHOTS:
        local.clear()


def handed(frame: FrameType, value: object) -> bool:
    """True if a value is merely a parameter of a function that hands it on."""
    code = frame.f_code
    count = code.co_argcount + code.co_kwonlyargcount
    several = bool(code.co_flags & _VARARGS)
    if not code.co_flags & _OPTIMIZED or not count + several:
        return False
    stored = _stored(code)
    local = _locals(frame)
    try:
        if any(local.get(name) is value for name in code.co_varnames[:count] if name not in stored):
            return True
        return several and any(one is value for one in local.get(code.co_varnames[count], ()))
    finally:
        _forget(local)


_STORES: dict[int, tuple[CodeType, frozenset[str]]] = {}


def _stored(code: CodeType) -> frozenset[str]:
    """The variables that a function assigns to."""
    known = _STORES.get(id(code))
    if known is None:
        import dis

        names = frozenset(i.argval for i in dis.get_instructions(code) if i.opname in ("STORE_FAST", "STORE_DEREF"))
        known = _STORES[id(code)] = (code, names)
    return known[1]


def outward(frame: FrameType) -> FrameType | None:
    """The next frame outside that is the user's or another package's."""
    return look(frame.f_back).frame


def callers(frame: FrameType, base: int = 0) -> Iterator[FrameType]:
    """The frames of the user's own files around a frame, from the inside out: up to a module's own code, or where watching began."""
    count = 0
    while frame.f_code.co_name != "<module>" and id(frame) != base and count < MAX_CALLERS:
        outer = frame.f_back
        if outer is None:
            return
        frame = outer
        if owner_of(frame.f_code.co_filename) is Owner.USER:
            count += 1
            yield frame


class RuntimePlaces:
    """The places of instructions, and the texts that they are in."""

    def __init__(self, base: FrameType | None = None) -> None:
        self.sources: dict[str, SourceText] = {}
        self.ran: dict[Place, int] = {}
        """The operations that gave a tensor its domain, with how often each ran."""
        # A number, not the frame: that would keep its variables alive.
        self.base = id(base) if base is not None else 0
        self._known: dict[tuple[int, int, bool], tuple[CodeType, Place]] = {}

    def of(self, frame: FrameType, whole: bool = False) -> Place:
        """The call that a frame is at; its text is the callee's, or all of it."""
        key = (id(frame.f_code), frame.f_lasti, whole)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = (frame.f_code, self._place(frame, whole))
        return known[1]

    def _place(self, frame: FrameType, whole: bool) -> Place:
        path = _path(frame.f_code.co_filename)
        positions = _positions(frame)
        source = self._source(path, frame, positions[1])
        span = _span(source, *positions)
        text = source.text[span.start : span.end]
        return Place(path, span, text if whole else callee(text))

    def _source(self, path: str, frame: FrameType, rows: int) -> SourceText:
        """The text of a file with at least so many lines: code without a text has lines all the same."""
        source = self.sources.get(path) or _read(path, frame)
        if (missing := rows - len(source.lines)) > 0:
            source = changed(source, text=source.text + "\n" * missing)
        self.sources[path] = source
        return source


def _path(filename: str) -> str:
    return filename if filename.startswith("<") else os.path.abspath(filename)


def _read(path: str, frame: FrameType) -> SourceText:
    try:
        return decode(Path(path).read_bytes(), path)
    except (OSError, SourceError):
        lines = linecache.getlines(frame.f_code.co_filename, frame.f_globals)
    text = "".join(lines)
    return SourceText(path, text.encode("utf-8", "replace"), text, "utf-8", False)


def _span(source: SourceText, start: int, end: int, left: int | None, right: int | None) -> Span:
    """The text of an instruction; the whole line where Python does not say more."""
    if left is None or right is None:
        line = source.lines[start - 1]
        return Span(source.offset(start, len(line) - len(line.lstrip()) + 1), source.offset(start, len(line.rstrip()) + 1))
    return Span(source.offset(start, _column(source, start, left)), source.offset(end, _column(source, end, right)))


def _positions(frame: FrameType) -> tuple[int, int, int | None, int | None]:
    line = frame.f_lineno or frame.f_code.co_firstlineno
    if sys.version_info >= (3, 11) and frame.f_lasti >= 0:
        found = next(islice(frame.f_code.co_positions(), frame.f_lasti // 2, None), None)
        if found is not None and found[0] is not None and found[1] is not None:
            return found[0], found[1], found[2], found[3]
    return line, line, None, None


def _column(source: SourceText, row: int, byte: int) -> int:
    """Python counts the columns of an instruction in bytes of UTF-8."""
    return len(source.lines[row - 1].encode("utf-8", "surrogatepass")[:byte].decode("utf-8", "ignore")) + 1


def callee(text: str) -> str:
    """What is called in the text of a call; the text itself where it is no call."""
    # Brackets around it let the text go over several lines.
    inside = f"({text})"
    try:
        node = ast.parse(inside, mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        return text
    return ast.get_source_segment(inside, node.func) or text if isinstance(node, ast.Call) else text
