"""What the code around an expression does with its value: passes it on, binds it, hands it to a function, or looks at it."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from enum import Enum
from typing import NamedTuple

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Origin, SourceRange
from bce_lint.analysis.sites import LossSite
from bce_lint.catalog.consumers import (
    ACTIVATIONS,
    FILLING,
    HOLDING,
    LAYOUT,
    LAYOUT_CALLS,
    MOVING,
    NEUTRAL,
    PICKING,
    RANKING,
    REPACKING,
    SELECTING,
)  # fmt: skip
from bce_lint.fixes.order import behind_index, behind_loop, said_dimension
from bce_lint.fixes.recorded_project import RecordedProject
from bce_lint.fixes.tree import Node, Tree, constant, is_store, name_of, scope_of
from bce_lint.ir import Span

_COMPARISONS = frozenset({"<", "<=", ">", ">="})
_TAKING = frozenset({"index_select", "narrow", "flip"})
"""Operations that give some places along one dimension, and leave all dimensions where they are."""
_INTEGERS = ("int", "long", "bool", "short")
"""Words in the names of the dtypes that hold no fractions."""


class Usage(Enum):
    """What a user does with the values."""

    LOSS = "gives them to a loss as its input"
    ORDER = "looks at their order, or at their layout alone"
    THRESHOLD = "compares them with a constant"
    VALUES = "looks at them"
    AGAIN = "applies the same activation to them once more, and to no loss"
    CHANGED = "changes them on their way to a loss"
    UNSEEN = "may look at them, where that cannot be followed"


class Step(NamedTuple):
    """Where a value goes from an expression: `use` is what is done with it there; it goes `on` in another expression, `into`
    functions by a parameter, to `bound` targets, out by a `returned` statement, or into the attribute called `field`.

    `turned` says that its dimensions may be others behind the step, `order` along which one of them the values are still in the order
    that the activation got, if that is known; `picked` that only some classes may be left, `joined` with
    which expressions it is put together.
    """

    use: Usage | None = None
    on: Node | None = None
    into: tuple[SourceRange, ...] = ()
    bound: tuple[Node, ...] = ()
    returned: Node | None = None
    field: str = ""
    turned: bool = False
    order: int | None = None
    picked: bool = False
    joined: tuple[Node, ...] = ()
    site: LossSite | None = None


class _Losses(NamedTuple):
    """The losses that one argument of a call reaches: all, by the activations that come with it, and the names of them."""

    sites: list[LossSite]
    own: dict[SourceRange, list[LossSite]]
    names: set[str]


class Meeting:
    """Asks for one activation's output; with `through`, activations applied to it are passed like moves."""

    def __init__(self, project: RecordedProject, origin: Origin, through: bool) -> None:
        self.project, self.origin, self.through = project, origin, through
        self.key = origin.place.range
        self.same = frozenset({origin.name, origin.name.replace("_", ""), origin.name.title().replace("_", "")})
        self.moving = MOVING | ACTIVATIONS if through else MOVING

    def carries(self, tree: Tree, node: Node) -> bool:
        """True if an expression's value was, or held, the output; with another activation applied to it, only on the way through those."""
        behind = self.is_whole(tree, node) and self.key not in self.project.uses.latest.get((tree.path, node.span), ())
        return self.project.carries(tree, node, (self.key,)) and (self.through or not behind)

    def is_whole(self, tree: Tree, node: Node) -> bool:
        """True if it was the output itself."""
        return self.project.is_whole(tree, node, (self.key,))

    def is_activation(self, tree: Tree, node: Node) -> bool:
        """True if an expression applies an activation."""
        names = self.project.uses.called.get((tree.path, node.span), set())
        return bool(names) and {_last(name) for name in names} <= ACTIVATIONS

    def repeats(self, tree: Tree, node: Node, call: Node) -> bool:
        """True if a call applies the same activation to an expression once more."""
        names = self.project.uses.called.get((tree.path, call.span), set()) if isinstance(call, ir.Call) else set()
        same = bool(names) and {_last(name) for name in names} <= self.same
        return same and isinstance(call, ir.Call) and self._again(node, call)

    def step(self, tree: Tree, node: Node, order: int | None) -> Step:
        """Where the value of an expression goes next; `order` is the dimension of the activation in it."""
        parent = tree.parent(node)
        if id(node) in tree.shared:
            return Step(Usage.UNSEEN)
        match parent:
            case ir.Call():
                return self._argument(tree, node, parent, order)
            case ir.Attr():
                return self._attribute(tree, node, parent, order)
            case ir.Item() if parent.value is node:
                return self._item(tree, node, parent, order)
            case ir.Op():
                return Step(_compared(node, parent))
            case ir.Choice() if parent.test is not node:
                return Step(on=parent)
            case ir.Build() | ir.Dict() | ir.Star():
                return Step(on=parent)
            case ir.Comp():
                return _comprehension(node, parent, order)
            case ir.Bind():
                return Step(on=parent, bound=(ir.Name(parent.span, parent.name),))
            case ir.Assign():
                return Step(bound=parent.targets)
            case ir.For() if parent.iter is node:
                return Step(bound=(parent.target,), turned=True, order=behind_loop(order))
            case ir.Return() | ir.Yield():
                return Step(returned=parent)
            case ir.ExprStmt() | ir.Delete():
                return Step()
            case ir.AugAssign() if parent.target is node:
                return Step(Usage.UNSEEN)
            case ir.Choice() | ir.Item() | ir.If() | ir.While() | ir.Assert() | ir.AugAssign() | ir.Raise():
                return Step(Usage.VALUES)
        return Step(Usage.UNSEEN)

    def _argument(self, tree: Tree, node: Node, call: ir.Call, order: int | None) -> Step:
        here = (tree.path, call.span)
        names: AbstractSet[str] = self.project.uses.called.get(here, frozenset())
        functions = tuple(self.project.entering.get(here, ()))
        losses = _losses_at(self.project, here).get(node.span)
        last = {_last(name) for name in names}
        if losses is not None:
            site = None if functions else self._one_loss(losses, last)
            return Step(Usage.UNSEEN if site is None else Usage.LOSS, site=site)
        if functions and all(name == "class" or name.startswith("instance ") for name in names):
            return Step(into=functions)
        if names & {"torch.autograd.grad", "torch.autograd.backward"}:
            return Step(Usage.UNSEEN)
        if names and last <= self.moving:
            return _moved(node, call, last, order)
        if names and names <= LAYOUT_CALLS:
            return Step(Usage.ORDER)
        if names and last <= self.same and self._again(node, call):
            return Step(Usage.AGAIN)
        if names and last <= RANKING | SELECTING:
            return self._ranked(tree, node, call, last, order)
        if names & FILLING and isinstance(call.func, ir.Attr):
            return Step(bound=(call.func.value,))
        if names and names <= REPACKING | {"class"} and self.carries(tree, call):
            return Step(on=call, turned=names != {"class"})
        keyword = next((arg.keyword for arg in call.args if arg.value is node), None)
        return Step(field=keyword) if names == {"class"} and keyword else Step(Usage.VALUES)

    def _one_loss(self, losses: _Losses, names: AbstractSet[str]) -> LossSite | None:
        """The loss that the output reaches at a call whose callee may be several, each with values of its own; None if it may be two."""
        own = losses.own.get(self.key) or losses.sites
        alike = all(site.contract == own[0].contract for site in own)
        return own[0] if alike and names <= losses.names else None

    def _attribute(self, tree: Tree, node: Node, attr: ir.Attr, order: int | None) -> Step:
        call = tree.parent(attr)
        if isinstance(call, ir.Call) and call.func is attr:
            return self._method(tree, node, attr.name, call, order)
        if attr.name in LAYOUT:
            return Step(Usage.ORDER)
        if attr.name in HOLDING:
            return Step(Usage.UNSEEN)
        if attr.name in MOVING or self.carries(tree, attr):
            return Step(on=attr, turned=attr.name in MOVING and attr.name not in NEUTRAL)
        return Step(Usage.VALUES) if self.is_whole(tree, node) else Step()

    def _method(self, tree: Tree, node: Node, name: str, call: ir.Call, order: int | None) -> Step:
        to_integers = name in ("to", "type") and any(word in tree.source(call.span) for word in _INTEGERS)
        if name in LAYOUT or "." + name in LAYOUT_CALLS:
            return Step(Usage.ORDER)
        if name in HOLDING:
            return Step(Usage.UNSEEN)
        if name in self.moving and not to_integers:
            return _moved(node, call, {name}, order)
        if name in self.same and self._again(node, call):
            return Step(Usage.AGAIN)
        if name in RANKING or name in SELECTING:
            return self._ranked(tree, node, call, {name}, order)
        if not self.is_whole(tree, node) and self.carries(tree, call):
            return Step(on=call)
        return Step(Usage.VALUES)

    def _ranked(self, tree: Tree, node: Node, call: ir.Call, names: AbstractSet[str], order: int | None) -> Step:
        positions = names <= RANKING or _only_positions(tree, call)
        along = "softmax" not in self.origin.name or _is_same_dimension(said_dimension(node, call)[1], order)
        return Step(Usage.ORDER if positions and along else Usage.VALUES)

    def _again(self, node: Node, call: ir.Call) -> bool:
        """True if the same activation is applied once more: a sigmoid always, a softmax along its own dimension, or where the call says
        none, as a layer's does not."""
        said, dim = said_dimension(node, call)
        return "softmax" not in self.origin.name or not said or _is_same_dimension(dim, self.origin.dim)

    def _item(self, tree: Tree, node: Node, item: ir.Item, order: int | None) -> Step:
        whole = self.is_whole(tree, node)
        if is_store(tree, item):
            return Step(Usage.UNSEEN) if whole else Step()  # a container gets one thing more
        if self.carries(tree, item):
            left = behind_index(tree, item.index, order) if whole else None
            return Step(on=item, turned=whole, order=left, picked=whole and not _of_batch(item.index))
        return Step(Usage.VALUES) if whole or not self.project.was_run(tree, item) else Step()


def _losses_at(project: RecordedProject, call: SourceRange) -> dict[Span, _Losses]:
    """The losses that a call reaches, by the argument; those of all calls are gone through once."""
    found: dict[SourceRange, dict[Span, _Losses]] = project.once(_losses)
    return found.get(call, {})


def _losses(project: RecordedProject) -> dict[SourceRange, dict[Span, _Losses]]:
    found: dict[SourceRange, dict[Span, _Losses]] = {}
    for call, sites in project.calls.items():
        by_argument = found.setdefault(call, {})
        for site in sites:
            if site.input_place:
                losses = by_argument.setdefault(site.input_place.span, _Losses([], {}, set()))
                losses.sites.append(site)
                losses.names.update((site.contract.name, _last(site.contract.functional or "")))
                for key in {origin.place.range for x in site.input for origin in (*x.origin, *x.inner)}:
                    losses.own.setdefault(key, []).append(site)
    return found


def _is_same_dimension(dim: object, order: int | None) -> bool:
    """True if both are one dimension, of two if one is counted from the end."""
    return dim is not None and (dim == order or {dim, order} <= {1, -1})


def _moved(node: Node, call: ir.Call, names: AbstractSet[str], order: int | None) -> Step:
    joined = node.items if isinstance(node, ir.Build) else ()
    if names == {"where"}:
        joined = tuple(arg.value for arg in call.args[1:])
    left = order if names <= _TAKING else None
    return Step(on=call, turned=not names <= NEUTRAL, order=left, picked=not names.isdisjoint(PICKING), joined=joined)


def _compared(node: Node, op: ir.Op) -> Usage:
    other = next((operand for operand in op.operands if operand is not node), None)
    if op.op in _COMPARISONS and isinstance(constant(other), int | float):
        return Usage.THRESHOLD
    if op.op in ("is", "is not"):
        return Usage.ORDER
    return Usage.UNSEEN if op.op in ("and", "or") else Usage.VALUES


def _comprehension(node: Node, comp: ir.Comp, order: int | None) -> Step:
    clause = next((one for one in comp.clauses if one.iter is node), None)
    if clause is not None:
        return Step(bound=(clause.target,), turned=True, order=behind_loop(order))
    return Step(on=comp) if any(one is node for one in comp.elements) else Step(Usage.VALUES)


def _only_positions(tree: Tree, call: Node) -> bool:
    """True if only the positions are taken of a call (or a name for what it gave) that gives values and positions."""
    match parent := tree.parent(call):
        case ir.Item():
            return constant(parent.index) in (1, -1)
        case ir.Attr():
            return parent.name == "indices"
        case ir.Assign(targets=(ir.Build(items=(ir.Name() as values, _)),)):
            return not _loads(tree, values)
        case ir.Assign(targets=(ir.Name() as name,)):
            loads = _loads(tree, name)
            return bool(loads) and all(not isinstance(tree.parent(one), ir.Assign) and _only_positions(tree, one) for one in loads)
    return False


def _loads(tree: Tree, name: ir.Name) -> list[ir.Name]:
    """Who reads a name in the function where it is set; the module's names may be read elsewhere, so they count as read."""
    scope = scope_of(tree, name, name.id)
    if scope is None and name.id != "_" and tree.shares(name.id):
        return [name]
    return [n for n in tree.local(name.id, scope) if not is_store(tree, n)]


def _of_batch(index: Node) -> bool:
    """True if an index leaves all dimensions but the first whole."""
    rest = index.items[1:] if isinstance(index, ir.Build) and index.kind == "tuple" else ()
    first = index.items[0] if isinstance(index, ir.Build) and index.items else index
    whole = all(isinstance(i, ir.Slice) and i.lower is i.upper is i.step is None for i in rest)
    return whole and not (isinstance(first, ir.Const) and first.value is ...)


def _last(name: str) -> str:
    return name.rpartition(".")[2].rpartition(" ")[2]


def in_place(call: ir.Call) -> bool:
    """True if a call changes its tensor in place, by its name."""
    return name_of(call).endswith("_")
