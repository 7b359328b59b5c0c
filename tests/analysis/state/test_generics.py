"""Instances of classes as any: what one is does not depend on which was asked for before it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bce_lint.analysis.domain.values import const
from bce_lint.analysis.state.answers import EntryAnswer
from bce_lint.analysis.state.dependencies import Journal
from bce_lint.analysis.state.generics import Built, Generics
from bce_lint.analysis.state.store import State

COUNT = 5


class Graph:
    """Classes whose constructors ask for instances of others; what is built says which were known while it was."""

    def __init__(self, asks: dict[int, list[int]]) -> None:
        self.asks = asks
        self.base, self.below = State(), State()
        self.generics = Generics(self.base, Journal())
        self.built: list[int] = []

    def get(self, address: int, below: State | None = None) -> str:
        """What the instance of a class holds, in words."""
        where = self.below if below is None else below

        def build() -> Built:
            self.built.append(address)
            held = ",".join(self.get(other, where) for other in self.asks[address])
            return Built({(address, "held"): const(f"{address}({held})")}, EntryAnswer())

        cells = self.generics.on(where, address, build).cells
        return str(next((getattr(value, "value", "") for value in cells.values()), f"{address}…"))


graphs = st.fixed_dictionaries({n: st.lists(st.integers(0, COUNT - 1), max_size=3, unique=True) for n in range(COUNT)})


@given(graphs, st.permutations(range(COUNT)))
def test_the_order_in_which_they_are_asked_for_does_not_matter(asks: dict[int, list[int]], order: list[int]) -> None:
    alone = {n: Graph(asks).get(n) for n in range(COUNT)}
    together = Graph(asks)
    assert {n: together.get(n) for n in order} == alone
    assert {n: together.get(n) for n in order} == alone


def test_one_is_built_once_on_a_state_and_again_on_another() -> None:
    graph = Graph({0: [1], 1: [], 2: []})
    graph.get(0)
    graph.get(1)
    assert graph.built == [0, 1]
    other = State()
    graph.get(1, other)
    graph.get(0)
    graph.get(1, other)
    assert graph.built == [0, 1, 1]


def test_on_the_state_that_grows_it_is_known_to_one_entry_point() -> None:
    graph = Graph({0: [], 1: []})
    graph.get(0, graph.base)
    graph.get(0, graph.base)
    assert graph.built == [0]
    graph.generics.start()
    graph.get(0, graph.base)
    assert graph.built == [0, 0]
    graph.get(1)
    graph.generics.start()
    graph.get(1)
    assert graph.built == [0, 0, 1]
