"""Where the files of a project call what was not resolved, whatever is looked for: each file is gone through once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bce_lint import ir
from bce_lint.catalog.modules import HOOKS
from bce_lint.fixes.children import FETCHING
from bce_lint.fixes.edit import Refusal
from bce_lint.fixes.recorded_project import RecordedProject
from bce_lint.fixes.tree import Node, Tree, constant, is_store, name_of, scope_of

BY_TEXT: Final = frozenset({"getattr", "attrgetter", "methodcaller", "get_submodule"})
HOOKING: Final = HOOKS | {"register_module_forward_hook"}
MODEL_WORDS: Final = frozenset(
    {"model", "net", "network", "module", "classifier", "discriminator", "critic", "pl_module", "lightning_module"}
)
MODEL: Final = re.compile(r"(model|net|network|module|classifier|discriminator|critic)$", re.IGNORECASE)
_MODEL_BYTES: Final = (
    rb"(?:model|net|network|module|classifier|discriminator|critic|callbacks?|hooks?|__call__|def on_\w+|children|modules)\b"
)
"""Words of the files where a module may be called: those by which it goes, and those of callbacks."""


class Openings:
    """The calls and attributes of a project's files that may be those of some module, or of a function that is asked for by text."""

    def __init__(self, project: RecordedProject) -> None:
        self.project = project
        self._imports: dict[str, frozenset[str]] = {}
        self._modules: dict[str, list[Node]] = {}
        self._texts: dict[str, list[Node]] = {}
        self._files: dict[frozenset[str], list[str]] = {}
        self._kept: dict[str, tuple[int, bool]] = {}

    def files(self, met: frozenset[str]) -> Sequence[str]:
        """Those of some files in which a module may be called without having been resolved."""
        if met not in self._files:
            words = self.project.words.matching(_MODEL_BYTES)
            self._files[met] = [path for path in sorted(words & met) if self._may_call(path)]
        return self._files[met]

    def _may_call(self, path: str) -> bool:
        try:
            tree = self.project.tree(path)
        except Refusal:
            return False  # what cannot be read cannot run
        named = (attr for name in MODEL_WORDS for attr in tree.attributes(name))
        fetched = any(tree.attributes(name) for name in FETCHING)
        return fetched or bool(self.modules(tree)) or any(not is_store(tree, one) and not self.is_object(tree, one) for one in named)

    def modules(self, tree: Tree) -> Sequence[Node]:
        """The expressions of a file by which a module may be called, or get a hook: of attributes those with a longer name of a model."""
        if tree.path not in self._modules:
            self._modules[tree.path] = [node for node in tree.of(ir.Call, ir.Attr) if self._may_be_module(tree, node)]
        return self._modules[tree.path]

    def _may_be_module(self, tree: Tree, node: Node) -> bool:
        if isinstance(node, ir.Attr):
            call = tree.parent(node)
            called = isinstance(call, ir.Call) and call.func is node
            return called and MODEL.search(node.name) is not None and not self.is_object(tree, node)
        name = name_of(node)
        if name in HOOKING or name in BY_TEXT:
            return True
        if isinstance(node.func, ir.Name):
            scope = scope_of(tree, node.func, name) if self.is_open(tree, node) else None
            return scope is not None and any(param.name == name for param in scope.params) and not self.is_object(tree, node.func)
        return isinstance(node.func, ir.Item) and isinstance(constant(node.func.index), str) and self.is_open(tree, node)

    def by_text(self, tree: Tree) -> Sequence[Node]:
        """The calls of a file that ask for something by its name as text."""
        if tree.path not in self._texts:
            self._texts[tree.path] = [node for node in tree.of(ir.Call) if name_of(node) in BY_TEXT and not self.is_object(tree, node)]
        return self._texts[tree.path]

    def is_open(self, tree: Tree, call: Node) -> bool:
        """True if a call was not followed, or never reached, so that it may lead anywhere."""
        here = (tree.path, call.span)
        names = self.project.uses.called.get(here, ())
        followed = here in self.project.entering or here in self.project.calls
        return not followed and (not names or any(name == "?" or name.startswith(".") for name in names))

    def is_object(self, tree: Tree, node: Node) -> bool:
        """True if it is known which object an expression is."""
        return bool(self.project.uses.objects.get((tree.path, node.span)))

    def is_imported(self, tree: Tree, name: str) -> bool:
        """True if a file imports a name."""
        if tree.path not in self._imports:
            self._imports[tree.path] = frozenset(node.bound for node in tree.of(ir.ImportName, ir.ImportModule))
        return name in self._imports[tree.path]

    def keeps(self, name: str) -> bool:
        """True if some object of the project keeps something under a name."""
        trees = self.project.having(name)
        known = self._kept.get(name)
        if known is None or (not known[1] and known[0] < len(trees)):
            found = any(is_store(tree, attr) for tree in trees[known[0] if known else 0 :] for attr in tree.attributes(name))
            self._kept[name] = known = (len(trees), found)
        return known[1]
