"""Where things stand in the texts of files, of which the analysis knows other places: those of files that somebody works on."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Final, TypeVar

from bce_lint.analysis.domain.tensor import Place, PlacedDtype, PlacedSize
from bce_lint.analysis.state.edited_file import EditedFile
from bce_lint.ir import Span
from bce_lint.records import changed, names_of

T = TypeVar("T")
_ROOMS: Final = ("bce_lint.analysis.domain.", "bce_lint.analysis.sites")
"""Where the records are made in which places stand."""


class RealPlaces:
    """Turns the places that the analysis knows into those in the texts. `worked_on` are the files in which these differ, and `file` says of
    each what it is."""

    def __init__(self, worked_on: Collection[str], file: Callable[[str], EditedFile | None]) -> None:
        self._worked_on, self._file = worked_on, file
        self._files: dict[str, EditedFile | None] = {}
        self._moved: dict[int, tuple[Any, Any]] = {}
        """What was turned, by the identity of what it was before."""

    def span(self, path: str, span: Span) -> Span:
        """A span of a file."""
        if path not in self._files:
            self._files[path] = self._file(path) if path in self._worked_on else None
        edited = self._files[path]
        return span if edited is None else edited.real(span)

    def of(self, one: T) -> T:
        """A value, a site, or a list of some, with all places that are in it."""
        how = (_WAYS.get(type(one)) or _way(type(one))) if self._worked_on else None
        if how is None:
            return one
        known = self._moved.get(id(one))
        if known is None:
            known = self._moved[id(one)] = one, how(self, one)
        found: T = known[1]
        return found


_Way = Callable[[RealPlaces, Any], Any]


def _place(places: RealPlaces, one: Place) -> Place:
    span = places.span(one.path, one.span)
    return one if span is one.span else one._replace(span=span)


def _tuple(places: RealPlaces, one: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(one) == 2 and type(one[1]) is Span:
        span = places.span(one[0], one[1])
        return one if span is one[1] else (one[0], span)
    made = tuple([places.of(part) for part in one])
    return made if any(new is not old for new, old in zip(made, one, strict=True)) else one


def _named_tuple(places: RealPlaces, one: Any) -> Any:
    made = [places.of(part) for part in one]
    return type(one)(*made) if any(new is not old for new, old in zip(made, one, strict=True)) else one


def _frozenset(places: RealPlaces, one: frozenset[Any]) -> frozenset[Any]:
    made = [(part, places.of(part)) for part in one]
    return frozenset([new for _, new in made]) if any(new is not old for old, new in made) else one


def _record(places: RealPlaces, one: Any) -> Any:
    pairs = ((name, getattr(one, name)) for name in names_of(type(one)))
    made = {name: new for name, old in pairs if (new := places.of(old)) is not old}
    return changed(one, **made) if made else one


def _list(places: RealPlaces, one: list[Any]) -> list[Any]:
    return [places.of(part) for part in one]


def _placed(places: RealPlaces, one: PlacedDtype | PlacedSize) -> PlacedDtype | PlacedSize:
    place = places.of(one.place)
    if place is one.place:
        return one
    made = type(one)(one)
    made.place = place
    return made


_WAYS: Final[dict[type[Any], _Way | None]] = {
    Place: _place, tuple: _tuple, frozenset: _frozenset, list: _list, PlacedDtype: _placed, Span: None,
}  # fmt: skip


def _way(kind: type[Any]) -> _Way | None:
    """How values of a kind are turned; None for what holds no places."""
    if kind not in _WAYS:
        own = kind.__module__.startswith(_ROOMS)
        named = own and issubclass(kind, tuple)
        _WAYS[kind] = _placed if issubclass(kind, PlacedSize) else _named_tuple if named else _record if own and names_of(kind) else None
    return _WAYS[kind]
