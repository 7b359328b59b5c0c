"""The instances of classes as any that are known: what building one on top of a state leaves depends on nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from bce_lint.analysis.domain.values import Value
from bce_lint.analysis.state.answers import EntryAnswer
from bce_lint.analysis.state.store import Cell, State


class Built(NamedTuple):
    """The cells that an instance as any has, and what building it met."""

    cells: Mapping[Cell, Value]
    answer: EntryAnswer


class Generics:
    """The instances built on top of one state. One that is asked for while it is being built has no cells yet: what was built with that is
    kept for the building alone, so that it does not matter which one was asked for first."""

    def __init__(self) -> None:
        self._below: State | None = None
        self._known: dict[int, Built] = {}
        self._local: dict[int, tuple[Built, int]] = {}
        self._building: list[int] = []
        self._lowest = 0

    def on(self, below: State, address: int, build: Callable[[], Built]) -> Built:
        """The instance at an address on top of a state, which `build` makes."""
        if below is not self._below:
            self._below, self._known, self._local, self._building = below, {}, {}, []
        if address in self._known:
            return self._known[address]
        if address in self._building:
            self._lowest = min(self._lowest, self._building.index(address))
            return Built({}, EntryAnswer())
        if address in self._local:
            found, lowest = self._local[address]
            self._lowest = min(self._lowest, lowest)
            return found
        return self._keep(address, build)

    def _keep(self, address: int, build: Callable[[], Built]) -> Built:
        depth, outside, building = len(self._building), self._lowest, self._building
        building.append(address)
        self._lowest = depth
        try:
            built = build()
        finally:
            building.pop()
        lowest, self._lowest = self._lowest, min(outside, self._lowest)
        if building is self._building:
            if lowest >= depth:
                self._known[address] = built
            else:
                self._local[address] = built, lowest
            if not building:
                self._local.clear()
        return built
