"""The mode that torch asks before it runs anything: looks each operation up, and marks what it returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

import torch
from torch.overrides import TorchFunctionMode

from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.witness.entries import Entered, Entry, entry_of
from bce_lint.witness.here import Here, Made
from bce_lint.witness.marks import Marks
from bce_lint.witness.places import RuntimePlaces
from bce_lint.witness.sites import BAN, Sites
from bce_lint.witness.transfer import assign, mark_of

_T = TypeVar("_T")
_NOTHING: Final[Mapping[str, Any]] = {}
_ENTRIES: dict[Any, Entry | None] = {}


def known_entry(func: Callable[..., Any]) -> Entry | None:
    """What the catalogue says of a function, looked up once."""
    try:
        return _ENTRIES[func]
    except KeyError:
        return _ENTRIES.setdefault(func, entry_of(func))


class Stop(BaseException):
    """Ends a run that has seen as many losses as it was to see."""


class Mode(TorchFunctionMode):
    """Watches the operations of one thread. It runs every function as it is."""

    def __init__(self, marks: Marks, sites: Sites, places: RuntimePlaces, made: Made, steps: int | None = None) -> None:
        super().__init__()
        self.marks, self.sites, self.places, self.made = marks, sites, places, made
        self.left = steps

    def __torch_function__(
        self, func: Callable[..., Any], types: Sequence[type], args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Runs a function, and notes what it was."""
        entry = known_entry(func)
        kwargs = kwargs or _NOTHING
        if entry is None:
            return func(*args, **kwargs)
        return self._contracted(entry, func, args, kwargs) if entry.contract is not None else self._operation(entry, func, args, kwargs)

    def _operation(self, entry: Entry, func: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        call = Entered(args, kwargs)
        mark = self._guarded(self._before, entry, call)
        shape = _shape(args) if mark is not None and mark.origin else None
        result = func(*args, **kwargs)
        if mark is not None:
            self._guarded(assign, self.marks, entry, mark, call, shape, args[0] if entry.name == "__setitem__" else result)
        return result

    def _before(self, entry: Entry, call: Entered) -> Tensor | None:
        here = Here(self.places, self.made)
        self.sites.before(here, entry, call)
        return mark_of(self.marks, here, entry, call)

    def _contracted(self, entry: Entry, func: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        site = self._guarded(self.sites.before, Here(self.places, self.made), entry, Entered(args, kwargs))
        try:
            result = func(*args, **kwargs)
        except RuntimeError as error:
            if site is not None and BAN in str(error):
                self.sites.banned(site)
            raise
        if self.left is not None and site is not None:
            self.left -= 1
            if self.left <= 0:
                raise Stop
        return result

    def _guarded(self, look: Callable[..., _T], *arguments: Any) -> _T | None:
        """What goes wrong in here is no business of the program that runs."""
        try:
            return look(*arguments)
        except Exception as error:
            name = getattr(look, "__name__", "")
            text = " ".join(str(error).split())
            self.sites.record.note(f"an operation that the witness failed at ({name}: {type(error).__name__}: {text})")
            return None


def _shape(args: Sequence[Any]) -> tuple[int, ...] | None:
    """The shape of the first tensor among some arguments."""
    for one in args:
        first = one[0] if isinstance(one, list | tuple) and one else one
        if isinstance(first, torch.Tensor):
            return tuple(first.shape)
    return None
