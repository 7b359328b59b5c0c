"""What is done with the layers of a module that are fetched by `children()` and its kin: counted, initialised, or called."""

from __future__ import annotations

from typing import Final

from bce_lint import ir
from bce_lint.catalog.consumers import FILLING, QUIET_BUILTINS
from bce_lint.fixes.tree import Node, Tree, is_store, name_of, scope_of

FETCHING: Final = ("children", "named_children", "modules", "named_modules", "_modules")
"""Methods and attributes of a module that give its layers."""

_PASSING: Final = frozenset({"list", "tuple", "enumerate", "zip", "reversed", "dict", "iter", "next", "sorted", "items", "values"})
_ASKING: Final = frozenset(name.rpartition(".")[2] for name in QUIET_BUILTINS) | {"len", "hasattr", "id"}
_KEEPING: Final = frozenset(last.lstrip(".") for last in FILLING) | {"Sequential", "ModuleList", "add_module"}
_CALLED: Final = frozenset({"forward", "__call__"})


def may_be_called(tree: Tree, fetched: Node, beside: bool = False) -> bool:
    """True if a layer that is fetched by an expression may be called, or is kept where that cannot be seen.

    A layer is the last of several that a loop has at a time, behind its name or number, unless others stand `beside` it.
    """
    parent = tree.parent(fetched)
    match parent:
        case ir.Call() if name_of(parent) in _ASKING:
            return False
        case ir.Call() if (parent.func is fetched and isinstance(fetched, ir.Attr)) or name_of(parent) in _PASSING:
            return may_be_called(tree, parent, beside or name_of(parent) == "zip")
        case ir.Attr():
            return parent.name in _PASSING and may_be_called(tree, parent, beside)
        case ir.For() if parent.iter is fetched:
            return any(_called(tree, name) for name in _names(parent.target, beside))
        case ir.Comp():
            targets = [clause.target for clause in parent.clauses if clause.iter is fetched]
            return any(_called(tree, name) for target in targets for name in _names(target, beside))
        case ir.ExprStmt() | ir.Op() | ir.If() | ir.While():
            return False
    return True


def _names(target: Node, beside: bool) -> list[ir.Name]:
    if isinstance(target, ir.Build):
        return [name for item in target.items[0 if beside else -1 :] for name in _names(item, beside)]
    return [target] if isinstance(target, ir.Name) else []


def _called(tree: Tree, target: ir.Name) -> bool:
    scope = scope_of(tree, target, target.id)
    names = (name for name in tree.local(target.id, scope) if not is_store(tree, name))
    return any(_goes_on(tree, name) for name in names)


def _goes_on(tree: Tree, name: ir.Name) -> bool:
    """True if a layer is called by a name, or kept by it."""
    parent = tree.parent(name)
    match parent:
        case ir.Call():
            return parent.func is name or name_of(parent) in _KEEPING
        case ir.Attr():
            return parent.name in _CALLED
    return isinstance(parent, ir.Assign | ir.Return | ir.Yield | ir.Dict | ir.Build | ir.Comp | ir.Star)
