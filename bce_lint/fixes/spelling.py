"""How a file spells torch's names: a callee renamed, a name reached, an import extended or added."""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint import ir
from bce_lint.fixes.edit import Edit, Refusal
from bce_lint.fixes.places import shown
from bce_lint.fixes.tree import Node, Tree, is_store
from bce_lint.ir import Span

_SHORT = {"torch.nn.functional": "F", "torch.nn": "nn", "torch": "torch"}


def renamed(tree: Tree, callee: Node, old: str, new: str) -> tuple[Edit, ...]:
    """Puts another name of the same module in the place of a callee's last name. Raises `Refusal` when it is spelled otherwise."""
    if isinstance(callee, ir.Attr) and callee.name.rstrip("_") == old:
        end = callee.span.end
        return (tree.edit(Span(end - len(callee.name), end), new),)
    if isinstance(callee, ir.Name):
        return _renamed_import(tree, callee, old, new)
    raise Refusal(f"`{tree.source(callee.span)}` does not spell `{old}` out")


def _renamed_import(tree: Tree, callee: ir.Name, old: str, new: str) -> tuple[Edit, ...]:
    found = [one for one in imports(tree) if one.bound == callee.id]
    if not found and callee.id == old and any(one.name == "*" and one.module.startswith("torch") for one in imports(tree)):
        return (tree.edit(callee.span, new),)
    if len(found) != 1 or found[0].name != old:
        raise Refusal(f"`{callee.id}` is not imported from torch under its name")
    imported = found[0]
    known = next((one.bound for one in imports(tree) if one.name == new and one.module == imported.module), None)
    alone = len(tree.names(callee.id)) == 1 and not tree.shares(imported.bound)
    if known is not None:
        return (tree.edit(callee.span, known),)
    _free(tree, new)
    if alone and imported.bound != old:
        return (tree.edit(Span(imported.span.start, imported.span.start + len(old)), new),)
    if alone:
        return (tree.edit(imported.span, new), tree.edit(callee.span, new))
    end = imported.span.end
    return (tree.edit(Span(end, end), f", {new}"), tree.edit(callee.span, new))


def imports(tree: Tree) -> Iterator[ir.ImportName]:
    """The names that a file imports, wherever in it."""
    return iter(tree.of(ir.ImportName))


def _free(tree: Tree, name: str) -> None:
    """Raises `Refusal` when a file uses a name already."""
    taken = any(
        (isinstance(node, ir.ImportName | ir.ImportModule) and node.bound == name)
        or (isinstance(node, ir.Function) and (node.name == name or any(p.name == name for p in node.params)))
        or (isinstance(node, ir.ClassDef) and node.name == name)
        for node in tree.of(ir.ImportName, ir.ImportModule, ir.Function, ir.ClassDef)
    )
    if taken or tree.names(name):
        raise Refusal(f"the name `{name}` is taken in {shown(tree.path)}")


def reached(tree: Tree, qualified: str) -> tuple[str, tuple[Edit, ...]]:
    """How a file can spell a name of torch, and the import that this needs, if any. Raises `Refusal` where names are taken."""
    module, _, last = qualified.rpartition(".")
    for one in imports(tree):
        if one.name == last and one.module == module and not one.level and tree.function(one) is None and not _rebound(tree, one.bound):
            return one.bound, ()
    bound = tree.once(_bound_modules)
    prefix = module
    while prefix:
        if prefix in bound:
            return bound[prefix] + qualified[len(prefix) :], ()
        prefix = prefix.rpartition(".")[0]
    return _imported(tree, module, last)


def _bound_modules(tree: Tree) -> dict[str, str]:
    return {full: name for name, full in _modules(tree)}


def _modules(tree: Tree) -> Iterator[tuple[str, str]]:
    """The torch modules that top-level imports bind, each with its name."""
    for node in tree.module.body:
        if isinstance(node, ir.ImportModule) and node.module.split(".")[0] == "torch":
            name, full = (node.bound, node.module) if node.whole else (node.bound, node.module.split(".")[0])
        elif isinstance(node, ir.ImportName) and not node.level and node.module in ("torch", "torch.nn"):
            name, full = node.bound, f"{node.module}.{node.name}"
        else:
            continue
        if not _rebound(tree, name):
            yield name, full


def _rebound(tree: Tree, name: str) -> bool:
    """True if something else in a file may bind a name."""
    stored = tree.once(_Stored)
    if name not in stored.names:
        stored.names[name] = any(is_store(tree, node) for node in tree.names(name))
    return name in stored.bound or stored.names[name]


class _Stored:
    """The names that functions and classes of a file bind, and those that were asked for: whether something is stored under them."""

    def __init__(self, tree: Tree) -> None:
        self.bound = frozenset[str]().union(*(scope.bound for scope in tree.of(ir.Function, ir.ClassDef)))
        self.names: dict[str, bool] = {}


def _imported(tree: Tree, module: str, last: str) -> tuple[str, tuple[Edit, ...]]:
    short = _SHORT[module]
    _free(tree, short)
    line = "import torch" if module == "torch" else "from torch import nn" if module == "torch.nn" else f"import {module} as F"
    at = _after_imports(tree)
    newline = tree.newline()
    lead = newline if at and tree.text[at - 1] not in "\r\n" else ""
    return f"{short}.{last}", (tree.edit(Span(at, at), f"{lead}{line}{newline}"),)


def _after_imports(tree: Tree) -> int:
    """Where a line can be added below the last torch import at the top level, or below the docstring and `__future__`."""
    at = 0
    for index, node in enumerate(tree.module.body):
        documented = index == 0 and isinstance(node, ir.ExprStmt) and isinstance(node.value, ir.Const)
        names_torch = isinstance(node, ir.ImportModule | ir.ImportName) and node.module.split(".")[0] in ("torch", "__future__")
        if documented or names_torch:
            at = tree.logical_line(node.span.start).end
    return at
