"""Along which dimension the order of a softmax's input is still that of its output, once rows or some of the classes are taken."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.catalog.names import NUMPY_KEYWORDS
from bce_lint.fixes.tree import Node, Tree, constant, is_store, name_of

_NUMBERS = frozenset({"int", "len", "item", "min", "max", "round", "randrange", "tolist"})


def said_dimension(node: Node, call: ir.Call) -> tuple[bool, object]:
    """Whether a call of a value says a dimension, and the constant that it is."""
    dims = [
        arg.value
        for arg in call.args
        if arg.value is not node and (arg.keyword is None or NUMPY_KEYWORDS.get(arg.keyword, arg.keyword) == "dim")
    ]
    return bool(dims), constant(dims[-1]) if dims else None


def behind_index(tree: Tree, index: Node, dim: int | None) -> int | None:
    """Where a dimension is behind an index that leaves it, whole or in part; None where it does not, or where that cannot be told.

    Each place along the dimension has the same normalization, so that some of them are in the order of all.
    """
    items = index.items if isinstance(index, ir.Build) and index.kind == "tuple" else (index,)
    if dim is None or sum(_gathers(tree, item) for item in items) > 1 or any(isinstance(item, ir.Star) for item in items):
        return None
    return _from_the_front(tree, items, dim) if dim >= 0 else _from_the_back(tree, items, dim)


def behind_loop(dim: int | None) -> int | None:
    """Where a dimension is in what a loop over the first one gives."""
    return None if dim is None or dim == 0 else dim - (dim > 0)


def _from_the_front(tree: Tree, items: tuple[Node, ...], dim: int) -> int | None:
    left = dim
    added = 0
    for item in items:
        if isinstance(item, ir.Const) and item.value is None:
            added += 1
            continue
        if _is_ellipsis(item):
            return left + added if item is items[-1] else None
        number = _is_number(tree, item)
        if left == 0:
            return None if number else added
        left, added = left - 1, added + (not number)
    return left + added


def _from_the_back(tree: Tree, items: tuple[Node, ...], dim: int) -> int | None:
    """The last dimension is left, unless a number or a new dimension behind the first one may stand there."""
    picked = any(_is_number(tree, item) or _is_none(item) for item in items[1:])
    return None if picked or dim != -1 else dim


def _is_none(item: Node) -> bool:
    return isinstance(item, ir.Const) and item.value is None


def _is_ellipsis(item: Node) -> bool:
    return isinstance(item, ir.Const) and item.value is ...


def _gathers(tree: Tree, item: Node) -> bool:
    """True if an index is a tensor or a list."""
    return not (isinstance(item, ir.Slice) or _is_none(item) or _is_ellipsis(item) or isinstance(constant(item), int))


def _is_number(tree: Tree, item: Node, seen: frozenset[str] = frozenset()) -> bool:
    """True if an index may be a number: one is written out, counted, or gone through in a loop."""
    match item:
        case ir.Const():
            return isinstance(item.value, int)
        case ir.Op():
            return all(_is_number(tree, one, seen) for one in item.operands)
        case ir.Call():
            return name_of(item) in _NUMBERS
        case ir.Name() if item.id not in seen:
            function = tree.function(item)
            stores = [n for n in tree.names(item.id) if is_store(tree, n) and tree.function(n) is function]
            return any(_sets_number(tree, store, seen | {item.id}) for store in stores)
    return False


def _sets_number(tree: Tree, store: ir.Name, seen: frozenset[str]) -> bool:
    """True if a variable may be set to a number: by an assignment of one, by a loop as its only target, or as the count of one."""
    parent = tree.parent(store)
    counted = isinstance(parent, ir.Build) and parent.items[0] is store
    around = tree.parent(parent) if counted else parent
    match around:
        case ir.Assign():
            return not counted and _is_number(tree, around.value, seen)
        case ir.For():
            return not counted or (isinstance(around.iter, ir.Call) and name_of(around.iter) == "enumerate")
        case ir.Comp():
            return True
    return False
