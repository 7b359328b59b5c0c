"""What the analysis asks of the files of a project together."""

from __future__ import annotations

from functools import cached_property

from bce_lint.analysis.domain.tensor import SourceRange
from bce_lint.analysis.project.attribute_stores import ClassKey
from bce_lint.analysis.project.import_graph import Graph
from bce_lint.analysis.project.project_files import ProjectFiles
from bce_lint.analysis.project.registrations import Registrations
from bce_lint.analysis.project.subclasses import Subclasses
from bce_lint.analysis.project.tensor_words import TensorWords
from bce_lint.analysis.project.walked_files import WalkedFiles
from bce_lint.analysis.state.program import Default


class ProjectQuestions(ProjectFiles):
    """The files under a root, as `state.program.Program` asks for them: by their words, or by what a walk over each has found."""

    graph: Graph
    _registrations: Registrations
    _walked: WalkedFiles

    def default_dtype(self) -> str | None:
        """The dtype of new floating point tensors; None where some file of the project changes it."""
        return None if self._words.default_dtype else "float32"

    def converts(self) -> bool:
        """True if some file of the project may give its modules another dtype."""
        return self._words.converting

    def freezes(self) -> bool:
        """True if some file of the project may keep parameters from being trained."""
        return self._words.freezing

    @cached_property
    def _words(self) -> TensorWords:
        return TensorWords(self.summaries)

    def may_store(self, name: str, classes: frozenset[ClassKey]) -> bool:
        """True if something may give an attribute to an instance of a class; `classes` are it and its bases, by file and place."""
        return self._walked.stores.may_store(name, classes)

    def may_exchange(self, name: str, classes: frozenset[ClassKey]) -> bool:
        """True if something else may store an attribute on an instance of a class; `classes` are it and its bases."""
        return self._walked.exchanges.may_exchange(name, classes)

    def none_has(self, default: Default) -> bool:
        """True if a class is constructed, and never with a parameter of its constructor at its default."""
        return self._walked.constructions.none_has(default)

    def registering(self, names: frozenset[str], key: str | None) -> tuple[str, ...]:
        """The files that may add an entry to what the names stand for, under a key if it is known."""
        return self._registrations.filling(names, key)

    def constructed(self, default: Default) -> SourceRange | None:
        """Where a class is constructed without a parameter of its constructor at its default, in another file if it is in one."""
        return self._walked.constructions.where(default)

    def has_subclass(self, name: str, path: str) -> bool:
        """True if the project may have a class below one of this name in a file."""
        return bool(self.subclasses.of(name, path))

    @cached_property
    def subclasses(self) -> Subclasses:
        """Where classes may stand below others."""
        return Subclasses(self.summaries, self.graph)
