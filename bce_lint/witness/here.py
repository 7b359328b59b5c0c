"""The operation that is being looked at: where it is, worked out only when somebody asks."""

from __future__ import annotations

import sys
import weakref
from typing import Any

import torch

from bce_lint.analysis.domain.tensor import Place
from bce_lint.ir import Span
from bce_lint.witness.places import Look, RuntimePlaces, look

NOWHERE = Place("<unknown>", Span(0, 0))


class Made:
    """Where the modules of torch were constructed."""

    def __init__(self) -> None:
        self._places: weakref.WeakKeyDictionary[torch.nn.Module, Place] = weakref.WeakKeyDictionary()

    def note(self, module: torch.nn.Module, place: Place) -> None:
        """Remembers a module for as long as it lives."""
        self._places[module] = place

    def where(self, module: Any) -> Place | None:
        """Where a module was constructed, if that was seen."""
        return self._places.get(module) if isinstance(module, torch.nn.Module) else None


class Here:
    """The place of one operation."""

    __slots__ = ("_look", "_place", "made", "places")

    def __init__(self, places: RuntimePlaces, made: Made) -> None:
        self.places, self.made = places, made
        self._look: Look | None = None
        self._place: Place | None = None

    def look(self) -> Look:
        """What the stack says."""
        if self._look is None:
            self._look = look(sys._getframe(1))
        return self._look

    def place(self, whole: bool = False) -> Place:
        """The call in the user's source."""
        if self._place is None or whole:
            found = self.look()
            place = NOWHERE if found.frame is None else self.places.of(found.frame, whole)
            if whole:
                return place
            self._place = place
        return self._place

    def origin(self) -> Place:
        """What is named as the operation: the call, or for a module in a container where that module was made."""
        found = self.look()
        inner = self.made.where(found.module) if found.inside else None
        place = inner or self.place()
        self.places.ran[place] = self.places.ran.get(place, 0) + 1
        return place
