"""Names that say what a value no longer is: after a fix, `probs` must not hold logits.

A local variable gets another name, everywhere in its function. What others may know by its name (a parameter, an attribute, a key,
a function) is for a person to rename.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from bce_lint import ir
from bce_lint.fixes.edit import Edit, Refusal
from bce_lint.fixes.places import row
from bce_lint.fixes.tree import Node, Tree, is_store, scope_of
from bce_lint.ir import Span

_WORDS: Final = {
    "prob": "logit",
    "probs": "logits",
    "proba": "logits",
    "probas": "logits",
    "probability": "logit",
    "probabilities": "logits",
    "sigmoid": "logits",
    "softmax": "logits",
    "logprob": "logit",
    "logprobs": "logits",
    "logp": "logits",
    "logsoftmax": "logits",
    "logsigmoid": "logits",
}
"""Words for what an activation returns, each with the word for what it gets."""
_BEFORE: Final = frozenset({"logit", "logits", "pre", "raw", "before", "input", "in"})
"""Words that say that the activation is still to come."""
_WHOLE: Final = {"p_hat": "logits", "phat": "logits", "log_pred": "logits", "log_preds": "logits"}


class Variable(NamedTuple):
    """A name in a scope; the scope of the module is None."""

    tree: Tree
    scope: ir.Function | None
    name: str


class NamesMet:
    """The names under which a walk has met some values, as far as they say that an activation was applied.

    `bound` are variables, each with the targets where the values are put into it; `kept` what others may know by its name: an
    attribute, a key, a parameter or a function, each with its place.
    """

    def __init__(self) -> None:
        self.bound: dict[Variable, list[Node]] = {}
        self.kept: list[tuple[Tree, Node, str]] = []

    def bind(self, variable: Variable, target: Node) -> None:
        """The values are put into a variable."""
        if promises(variable.name):
            self.bound.setdefault(variable, []).append(target)

    def keep(self, tree: Tree, node: Node, name: object) -> None:
        """The values are kept under a name that is no variable's."""
        if isinstance(name, str) and promises(name):
            self.kept.append((tree, node, name))

    def take(self, other: NamesMet) -> None:
        """The names that another walk has met are met too."""
        for variable, targets in other.bound.items():
            self.bound.setdefault(variable, []).extend(targets)
        self.kept += other.kept


def promises(name: str) -> bool:
    """True if a name says that its value went through an activation."""
    words = {word.lower() for word in name.split("_")}
    return name in _WHOLE or (not words.isdisjoint(_WORDS) and words.isdisjoint(_BEFORE))


def instead(name: str, logarithm: bool) -> str:
    """The name for what a variable holds once the activation is gone, or once the logarithm stands in its place."""
    words = name.split("_")
    if logarithm:
        at = next((i for i, word in enumerate(words) if word.lower() in _WORDS), 0)
        return "_".join((*words[:at], "log", *words[at:]))
    if name in _WHOLE:
        return _WHOLE[name]
    kept = [w for w, after in zip(words, [*words[1:], ""], strict=True) if not (w.lower() == "log" and after.lower() in _WORDS)]
    found = [_WORDS.get(word.lower(), word) for word in kept]
    return "_".join(word for word, before in zip(found, ["", *found], strict=False) if word != before)


def renamed(met: Sequence[NamesMet], same: frozenset[Variable], edits: Sequence[Edit], logarithm: bool) -> list[Edit]:
    """The edits of a fix, and those that give variables whose values change another name; the values of `same` stay what they were.

    Raises `Refusal` where a name must stay that would promise what is no longer so.
    """
    names = NamesMet()
    for one in met:
        names.take(one)
    kept = [(tree, node, name) for tree, node, name in names.kept if not (logarithm and _says_log(name))]
    for tree, node, name in kept[:1]:
        raise Refusal(_promise(tree, node.span.start, name))
    found = list(edits)
    for variable, targets in names.bound.items():
        if variable not in same and not (logarithm and _says_log(variable.name)):
            if not _all_hold(variable, targets):
                raise Refusal(_promise(variable.tree, targets[0].span.start, variable.name))
            found = _renamed(variable, found, instead(variable.name, logarithm))
    return found


def _says_log(name: str) -> bool:
    return name.lower().startswith("log") or "_log" in name.lower()


def _promise(tree: Tree, offset: int, name: str) -> str:
    return f"`{name}` at {row(tree, offset)} would no longer be what its name says: give it another name first"


def _renamed(variable: Variable, edits: list[Edit], new: str) -> list[Edit]:
    tree, name = variable.tree, variable.name
    spans = [Span(node.span.start, node.span.start + len(name)) for node in _occurrences(variable)]
    _may_change(variable, spans, new)
    found = []
    for edit in edits:
        outer = tree.file.span(edit.location) if edit.location.path == tree.path else Span(0, 0)
        inside = [span for span in spans if outer.start <= span.start and span.end <= outer.end]
        found.append(_carried(edit, name, new, len(inside)) if inside else edit)
        spans = [span for span in spans if span not in inside]
    return found + [tree.edit(span, new) for span in spans]


def _carried(edit: Edit, name: str, new: str, count: int) -> Edit:
    """An edit whose new text has some of the names in it."""
    content, replaced = re.subn(rf"(?<![\w.]){re.escape(name)}\b", new, edit.content)
    if replaced != count and edit.content.strip() not in ("", "pass"):
        raise Refusal(f"`{name}` would no longer be what its name says: name it `{new}` first")
    return edit._replace(content=content)


def _occurrences(variable: Variable) -> list[Node]:
    tree, scope, name = variable
    walrus = [n for n in tree.of(ir.Bind) if n.name == name and scope_of(tree, n, name) is scope]
    return [*tree.local(name, scope), *walrus]


def _may_change(variable: Variable, spans: list[Span], new: str) -> None:
    """Raises `Refusal` for a name that others may know, or that cannot be another."""
    tree, scope, name = variable
    written = all(tree.source(span) == name for span in spans)
    other = name in tree.once(_bound_otherwise)
    known = tree.shares(name) if scope is None else any(param.name == name for param in scope.params)
    if known or other or not written or is_taken(variable, new):
        raise Refusal(_promise(tree, min(spans).start, name))


def _bound_otherwise(tree: Tree) -> frozenset[str]:
    """The names of a file that something else than an assignment binds, or that functions share."""
    found: set[str] = set()
    for node in tree.of(ir.ImportName, ir.ImportModule, ir.ClassDef, ir.Function, ir.Try):
        match node:
            case ir.ImportName() | ir.ImportModule():
                found.add(node.bound)
            case ir.Try():
                found.update(handler.name for handler in node.handlers if handler.name)
            case ir.Function():
                found.update((node.name, *node.globals, *node.nonlocals))
            case _:
                found.add(node.name)
    return frozenset(found)


def is_taken(variable: Variable, name: str) -> bool:
    """True if a name stands in the function of a variable already, or in the file of one that is no function's."""
    return re.search(rf"\b{re.escape(name)}\b", _text(variable)) is not None


def _text(variable: Variable) -> str:
    """The text in which another name must not stand yet: that of the function, or of the file."""
    tree, scope, _ = variable
    if scope is None:
        return tree.text
    inside = tree.extent(scope) or scope.span
    return tree.text[min(scope.span.start, inside.start) : max(scope.span.end, inside.end)]


def _all_hold(variable: Variable, bound: Iterable[Node]) -> bool:
    """True if a variable is set nowhere but at some targets."""
    tree, scope, name = variable
    targets = {id(node) for node in bound}
    stores = [n for n in tree.local(name, scope) if is_store(tree, n)]
    return all(id(node) in targets for node in stores)
