"""Everyone who uses what an activation returns: along names, attributes, containers, returns and arguments.

The walk follows the source, and asks the recorded run which of the expressions it comes by held the value. It stops at whoever
looks at the values; operations that only move values are passed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from enum import Enum
from typing import NamedTuple

from bce_lint import ir
from bce_lint.analysis.flow import Spot
from bce_lint.analysis.sites import LossSite
from bce_lint.catalog.consumers import ACTIVATIONS, FILLING, LAYOUT, LAYOUT_CALLS, MOVING, PICKING, QUIET, RANKING, REPACKING, SELECTING
from bce_lint.fixes.program import Program
from bce_lint.fixes.tree import Node, Tree, is_store

_COMPARISONS = frozenset({"<", "<=", ">", ">="})
_MODEL = re.compile(r"(model|net|network|module|classifier|discriminator|critic)$", re.IGNORECASE)
_INTEGERS = ("int", "long", "bool", "short", "uint8")


class Kind(Enum):
    """What a user does with the values."""

    LOSS = "gives them to a loss as its input"
    ORDER = "looks at their order, or at their layout alone"
    THRESHOLD = "compares them with a constant"
    VALUES = "looks at them"
    CHANGED = "changes them, and hands them on"
    UNSEEN = "may look at them, where that cannot be followed"


_LOOKING = frozenset({Kind.VALUES, Kind.THRESHOLD, Kind.UNSEEN, Kind.CHANGED})


class Use(NamedTuple):
    """A user of the values: the expression that it gets, and for a loss its site."""

    kind: Kind
    tree: Tree
    node: Node
    site: LossSite | None = None


class Trace:
    """The users of one activation's output. `functions` are those that return it, `crossed` whether it left its function.

    With `through`, an activation that is applied to it is passed like an operation that only moves values.
    """

    def __init__(self, program: Program, key: Spot, through: bool = False) -> None:
        self.program, self.key, self.through = program, key, through
        self.moving = MOVING | ACTIVATIONS if through else MOVING
        self.uses: list[Use] = []
        self.functions: set[Spot] = set()
        self.crossed = False
        self.seen: set[int] = set()
        self.joined: list[tuple[Tree, Node]] = []
        self.picked: list[str] = []
        self._inner: dict[Spot, bool] = {}
        self._waiting: list[tuple[Tree, Node]] = []

    @classmethod
    def of(cls, program: Program, key: Spot, through: bool = False) -> Trace:
        """The users of what an activation returns, wherever it is applied."""
        trace = cls(program, key, through)
        trace._start()
        trace._run()
        for function in sorted(trace.functions):
            trace._models(function)
        return trace

    def _run(self) -> None:
        while self._waiting:
            self._follow(*self._waiting.pop())

    def _start(self) -> None:
        for place in sorted(self.program.flow.applied.get(self.key, ())):
            tree = self.program.tree(place[0])
            node = tree.at(place[1], ir.Call)
            if node is None:
                continue
            self._push(tree, node)
            changed = node.args[0].value if node.args else node.func.value if isinstance(node.func, ir.Attr) else None
            if _in_place(node) and isinstance(changed, ir.Name):
                self._names(tree, changed, changed.id)

    def _push(self, tree: Tree, node: Node) -> None:
        if id(node) not in self.seen:
            self.seen.add(id(node))
            self._waiting.append((tree, node))

    def _pass(self, tree: Tree, node: Node, picks: bool) -> None:
        """Goes on behind an operation that moves values, or picks some of them."""
        if picks:
            self.picked.append(tree.source(node.span))
        self._push(tree, node)

    def _use(self, kind: Kind, tree: Tree, node: Node, site: LossSite | None = None) -> None:
        self.uses.append(Use(kind, tree, node, site))

    def _carries(self, tree: Tree, node: Node) -> bool:
        return self.program.carries(tree, node, (self.key,))

    def _values(self, tree: Tree, node: Node) -> None:
        """Someone looks at the values of an expression, or at a container that holds them."""
        parent = tree.parent(node)
        user = parent if not isinstance(parent, ir.Attr) else tree.parent(parent)
        if isinstance(user, ir.Call | ir.Op) and self._carries(tree, user):
            self._use(Kind.CHANGED, tree, node)
        else:
            self._use(Kind.VALUES if self.program.is_whole(tree, node, (self.key,)) else Kind.UNSEEN, tree, node)

    def _follow(self, tree: Tree, node: Node) -> None:
        parent = tree.parent(node)
        if id(node) in tree.shared:
            self._use(Kind.UNSEEN, tree, node)
            return
        match parent:
            case ir.Call():
                self._argument(tree, node, parent)
            case ir.Attr():
                self._attribute(tree, node, parent)
            case ir.Item() if parent.value is node:
                self._item(tree, node, parent)
            case ir.Op():
                self._operator(tree, node, parent)
            case ir.Choice() if parent.test is not node:
                self._push(tree, parent)
            case ir.Build() | ir.Dict() | ir.Star():
                self._push(tree, parent)
            case ir.Comp():
                self._comprehension(tree, node, parent)
            case ir.Bind():
                self._names(tree, parent, parent.name)
                self._push(tree, parent)
            case ir.Assign():
                for target in parent.targets:
                    self._target(tree, target)
            case ir.For() if parent.iter is node:
                self._target(tree, parent.target)
            case ir.Return() | ir.Yield():
                self._returned(tree, parent)
            case ir.ExprStmt() | ir.Delete():
                pass
            case ir.AugAssign() if parent.target is node:
                self._use(Kind.UNSEEN, tree, node)
            case ir.Choice() | ir.Item() | ir.If() | ir.While() | ir.Assert() | ir.AugAssign() | ir.Raise():
                self._values(tree, node)
            case _:
                self._use(Kind.UNSEEN, tree, node)

    def _argument(self, tree: Tree, node: Node, call: ir.Call) -> None:
        here = (tree.path, call.span)
        names: AbstractSet[str] = self.program.flow.called.get(here, frozenset())
        functions = self.program.entering.get(here, ())
        site = next((s for s in self.program.calls.get(here, ()) if s.input_place and s.input_place.span == node.span), None)
        if site is not None:
            self._use(Kind.LOSS, tree, node, site)
        elif functions and not {n for n in names if n != "class" and not n.startswith("instance ")}:
            self.crossed = True
            looks = [self._looks(function) for function in functions]
            if any(looks):
                self._values(tree, node)
        elif names and all(_last(name) in self.moving for name in names):
            self._moved(tree, node, call)
        elif names and names <= LAYOUT_CALLS:
            self._use(Kind.ORDER, tree, node)
        elif names and all(_last(name) in RANKING | SELECTING for name in names):
            self._ranked(tree, node, call, {_last(name) for name in names})
        elif names & FILLING and isinstance(call.func, ir.Attr):
            self._target(tree, call.func.value)
        elif names and names <= REPACKING | {"class"} and self._carries(tree, call):
            self._push(tree, call)
        elif names == {"class"} and (keyword := next((a.keyword for a in call.args if a.value is node), None)):
            self._attributes(keyword)
        else:
            self._values(tree, node)

    def _moved(self, tree: Tree, node: Node, call: ir.Call) -> None:
        if isinstance(node, ir.Build):
            self.joined += ((tree, item) for item in node.items)
        elif _name_of(call) == "where":
            self.joined += ((tree, arg.value) for arg in call.args[1:])
        self._pass(tree, call, _name_of(call) in PICKING)

    def _attribute(self, tree: Tree, node: Node, attr: ir.Attr) -> None:
        call = tree.parent(attr)
        if isinstance(call, ir.Call) and call.func is attr:
            self._method(tree, node, attr.name, call)
        elif attr.name in LAYOUT:
            self._use(Kind.ORDER, tree, node)
        elif attr.name in MOVING or self._carries(tree, attr):
            self._push(tree, attr)
        elif self.program.is_whole(tree, node, (self.key,)):
            self._use(Kind.VALUES, tree, node)

    def _method(self, tree: Tree, node: Node, name: str, call: ir.Call) -> None:
        to_integers = name in ("to", "type") and any(word in tree.source(call.span) for word in _INTEGERS)
        if name in LAYOUT or "." + name in LAYOUT_CALLS:
            self._use(Kind.ORDER, tree, node)
        elif name in self.moving and not to_integers:
            self._pass(tree, call, name in PICKING)
        elif name in RANKING or name in SELECTING:
            self._ranked(tree, node, call, {name})
        elif not self.program.is_whole(tree, node, (self.key,)) and self._carries(tree, call):
            self._push(tree, call)
        else:
            self._values(tree, node)

    def _ranked(self, tree: Tree, node: Node, call: ir.Call, names: set[str]) -> None:
        positions = names <= RANKING or _only_positions(tree, call)
        self._use(Kind.ORDER, tree, node) if positions and self._along(tree, node, call) else self._values(tree, node)

    def _along(self, tree: Tree, node: Node, call: ir.Call) -> bool:
        """Whether an activation keeps the order that a call looks at: a sigmoid always, a softmax along its own dimension."""
        origins = [o for s in self.program.losses.values() for site in s for x in site.input for o in (*x.origin, *x.inner)]
        origin = next((o for o in origins if (o.place.path, o.place.span) == self.key), None)
        if origin is None or "softmax" not in origin.name:
            return origin is not None
        dims = [a.value for a in call.args if a.value is not node and (a.keyword in (None, "dim", "axis"))]
        dim = _constant(dims[-1]) if dims else None
        return dim is not None and (dim == origin.dim or {dim, origin.dim} <= {1, -1})

    def _item(self, tree: Tree, node: Node, item: ir.Item) -> None:
        if is_store(tree, item):
            self._use(Kind.UNSEEN, tree, node)
        elif self._carries(tree, item):
            self._pass(tree, item, self.program.is_whole(tree, node, (self.key,)) and not _of_batch(item.index))
        elif self.program.is_whole(tree, node, (self.key,)) or not self.program.was_run(tree, item):
            self._values(tree, node)

    def _operator(self, tree: Tree, node: Node, op: ir.Op) -> None:
        other = next((o for o in op.operands if o is not node), None)
        if op.op in _COMPARISONS and isinstance(_constant(other), int | float):
            self._use(Kind.THRESHOLD, tree, node)
        elif op.op in ("is", "is not", "and", "or"):
            self._use(Kind.ORDER if op.op.startswith("is") else Kind.UNSEEN, tree, node)
        else:
            self._values(tree, node)

    def _comprehension(self, tree: Tree, node: Node, comp: ir.Comp) -> None:
        clause = next((c for c in comp.clauses if c.iter is node), None)
        if clause is not None:
            self._target(tree, clause.target)
        elif node in comp.elements:
            self._push(tree, comp)
        else:
            self._values(tree, node)

    def _target(self, tree: Tree, target: Node) -> None:
        """The value, or a container that holds it, is bound to a target: whoever reads that has it."""
        match target:
            case ir.Name():
                self._names(tree, target, target.id)
            case ir.Attr():
                self._attributes(target.name)
            case ir.Build() | ir.Star():
                for part in target.items if isinstance(target, ir.Build) else (target.value,):
                    self._target(tree, part)
            case ir.Item():
                self._target(tree, target.value)
            case _:
                self._use(Kind.UNSEEN, tree, target)

    def _attributes(self, name: str) -> None:
        self.crossed = True
        for tree in self.program.trees():
            self._readers(tree, [n for n in tree.nodes if isinstance(n, ir.Attr) and n.name == name and self._started(tree, n)])

    def _started(self, tree: Tree, node: Node) -> bool:
        """Whether the function around an expression was run: the others cannot lead to where the value is made."""
        function = tree.function(node)
        return function is None or (tree.path, function.span) in self.program.flow.started

    def _names(self, tree: Tree, at: Node, name: str) -> None:
        scope = _scope(tree, at, name)
        later = [n for n in tree.nodes if isinstance(n, ir.Name) and n.id == name and _scope(tree, n, name) is scope]
        self._readers(tree, later, at.span.start)

    def _readers(self, tree: Tree, nodes: list[Node], after: int = 0) -> None:
        for node in nodes:
            if is_store(tree, node):
                continue
            if self._carries(tree, node):
                self._push(tree, node)
            elif node.span.start > after and not self.program.was_run(tree, node):
                self._use(Kind.UNSEEN, tree, node)

    def _looks(self, function: Spot) -> bool:
        """Whether a function that gets the values looks at them and hands them to no loss: then it should get what it got before.

        One that does neither, or only hands them on, is passed; of one that does both it cannot be told what it should get.
        """
        if function not in self._inner:
            self._inner[function] = False
            inner = Trace(self.program, self.key, self.through)
            inner._inner = self._inner
            inner._parameters(function)
            inner._run()
            kinds = {use.kind for use in inner.uses}
            self._inner[function] = bool(kinds & _LOOKING) and Kind.LOSS not in kinds
            if not self._inner[function]:
                self._take(inner)
        return self._inner[function]

    def _take(self, inner: Trace) -> None:
        """The users inside a function that is passed are users too; what it looks at besides a loss cannot be changed for one caller."""
        self.uses += (use._replace(kind=Kind.UNSEEN) if use.kind in _LOOKING else use for use in inner.uses)
        self.functions |= inner.functions
        self.seen |= inner.seen
        self.joined += inner.joined
        self.picked += inner.picked

    def _parameters(self, function: Spot) -> None:
        tree = self.program.tree(function[0])
        node = next((n for n in tree.by_span.get(function[1], ()) if isinstance(n, ir.Function)), None)
        for param in node.params if node is not None else ():
            loads = [n for n in tree.nodes if isinstance(n, ir.Name) and n.id == param.name and _scope(tree, n, n.id) is node]
            if any(self._carries(tree, load) for load in loads):
                self._readers(tree, loads)

    def _returned(self, tree: Tree, statement: ir.Return | ir.Yield) -> None:
        function = tree.function(statement)
        if function is None:
            self._use(Kind.UNSEEN, tree, statement)
            return
        self.crossed = True
        here = (tree.path, function.span)
        self.functions.add(here)
        for path, span in sorted(self.program.flow.entered.get(here, ())):
            other = self.program.tree(path)
            node = other.at(span, ir.Call) or other.at(span, ir.Attr)
            if node is not None and self._carries(other, node):
                self._push(other, node)

    def _models(self, function: Spot) -> None:
        """Whoever gets a module whose method returns the value, and is not followed, may call it."""
        tree = self.program.tree(function[0])
        node = next(n for n in tree.by_span[function[1]] if isinstance(n, ir.Function))
        owner = next((n for n in tree.around(node) if isinstance(n, ir.ClassDef | ir.Function)), None)
        if not isinstance(owner, ir.ClassDef):
            return
        for (path, span), classes in sorted(self.program.flow.objects.items()):
            if (tree.path, owner.span) in classes:
                other = self.program.tree(path)
                for one in other.by_span.get(span, ()):
                    if escapes(self.program, other, one):
                        self._use(Kind.UNSEEN, other, one)
        wanted = "?" if node.name in ("forward", "__call__") else "." + node.name
        for path, span in self.program.calls_of(wanted):
            if not self.program.may_meet(path, tree.path):
                continue
            other = self.program.tree(path)
            call = other.at(span, ir.Call)
            if call is not None and _MODEL.search(other.source(call.func.span).removesuffix(wanted)):
                self._use(Kind.UNSEEN, other, call)


def escapes(program: Program, tree: Tree, node: Node) -> bool:
    """Whether an object is given to a callable that was not followed."""
    call = tree.parent(node)
    if not isinstance(call, ir.Call) or call.func is node:
        return False
    here = (tree.path, call.span)
    names: AbstractSet[str] = program.flow.called.get(here, frozenset())
    return here not in program.entering and not (names and all(n in QUIET or n.startswith("container ") for n in names))


def _scope(tree: Tree, node: Node, name: str) -> ir.Function | None:
    functions: Iterator[ir.Function] = (one for one in tree.around(node) if isinstance(one, ir.Function))
    return next((f for f in functions if name in f.bound or any(p.name == name for p in f.params)), None)


def _of_batch(index: Node) -> bool:
    """Whether an index leaves all dimensions but the first whole."""
    rest = index.items[1:] if isinstance(index, ir.Build) and index.kind == "tuple" else ()
    first = index.items[0] if isinstance(index, ir.Build) and index.items else index
    whole = all(isinstance(i, ir.Slice) and i.lower is i.upper is i.step is None for i in rest)
    return whole and not (isinstance(first, ir.Const) and first.value is ...)


def _in_place(call: ir.Call) -> bool:
    return _name_of(call).endswith("_")


def _name_of(call: ir.Call) -> str:
    return call.func.name if isinstance(call.func, ir.Attr) else call.func.id if isinstance(call.func, ir.Name) else ""


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _constant(node: Node | None) -> object:
    if isinstance(node, ir.Op) and node.op == "neg" and isinstance(node.operands[0], ir.Const):
        value = node.operands[0].value
        return -value if isinstance(value, int | float) else None
    return node.value if isinstance(node, ir.Const) else None


def _only_positions(tree: Tree, call: ir.Call) -> bool:
    """Whether only the positions are taken of a call that gives values and positions."""
    parent = tree.parent(call)
    match parent:
        case ir.Item():
            return _constant(parent.index) == 1
        case ir.Attr():
            return parent.name == "indices"
        case ir.Assign(targets=(ir.Build(items=(ir.Name(id="_"), _)),)):
            return True
    return False
