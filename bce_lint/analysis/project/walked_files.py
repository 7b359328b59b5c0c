"""What is found out by walks over all files of a project: who stores attributes, who exchanges them, who constructs classes."""

from __future__ import annotations

from functools import cached_property

from bce_lint.analysis.project.attribute_stores import AttributeStores
from bce_lint.analysis.project.constructions import Constructions
from bce_lint.analysis.project.exchanges import Exchanges
from bce_lint.analysis.project.import_graph import Graph
from bce_lint.analysis.project.open_files import ReadFile


class WalkedFiles:
    """Each is found out when it is asked for. `read` walks over a file; `before` has walked over another state of
    the project: of files that are as they were, what it knows is taken over."""

    def __init__(self, graph: Graph, read: ReadFile, before: WalkedFiles | None = None) -> None:
        self._graph, self._read = graph, read
        found = {} if before is None else {**before._before, **before.__dict__}
        self._before: dict[str, object] = {name: found[name] for name in ("stores", "exchanges", "constructions") if name in found}

    @cached_property
    def stores(self) -> AttributeStores:
        """Who gives objects attributes."""
        made, before = AttributeStores(self._graph.files, self._read), self._before.pop("stores", None)
        if isinstance(before, AttributeStores):
            made.go_on(before)
        return made

    @cached_property
    def exchanges(self) -> Exchanges:
        """Who stores attributes on instances otherwise than their own methods do."""
        made, before = Exchanges(self._graph, self._read), self._before.pop("exchanges", None)
        if isinstance(before, Exchanges):
            made.go_on(before)
        return made

    @cached_property
    def constructions(self) -> Constructions:
        """Who constructs classes, and with what."""
        made, before = Constructions(self._graph.files, self._read, self._graph.resolve), self._before.pop("constructions", None)
        if isinstance(before, Constructions):
            made.go_on(before)
        return made
