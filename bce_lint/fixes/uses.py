"""Everyone who uses what an activation returns: along names, attributes, containers, returns and arguments.

The walk follows the source, and asks the recorded run which of the expressions it comes by held the value. It stops at whoever
looks at the values; operations that only move values are passed.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import NamedTuple

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Origin, SourceRange
from bce_lint.analysis.sites import LossSite
from bce_lint.fixes.last_readers import names_of, shows_all
from bce_lint.fixes.meeting import Meeting, Step, Usage, in_place
from bce_lint.fixes.recorded_project import RecordedProject, escapes
from bce_lint.fixes.renaming import NamesMet, Variable
from bce_lint.fixes.tree import Node, Tree, constant, is_store, scope_of
from bce_lint.fixes.unresolved import UnresolvedUses

_LOOKING = frozenset({Usage.VALUES, Usage.THRESHOLD, Usage.UNSEEN, Usage.CHANGED})


class Held(NamedTuple):
    """An expression that holds the values; `whole` is the last one before their dimensions were moved, `order` the dimension of the
    activation behind that, `picked` where classes were picked out; `outer` says that another activation was applied to them since."""

    tree: Tree
    node: Node
    whole: Node | None = None
    picked: str = ""
    outer: bool = False
    order: int | None = None


class User(NamedTuple):
    """A user of the values: the expression that it gets, the one before any dimension was moved, and for a loss its site."""

    kind: Usage
    tree: Tree
    node: Node
    whole: Node | None = None
    picked: str = ""
    outer: bool = False
    site: LossSite | None = None


class UserSearch:
    """The users of one activation's output. `functions` are those that return it, `crossed` whether it left its function."""

    def __init__(self, project: RecordedProject, origin: Origin, through: bool) -> None:
        self.project, self.origin, self.through = project, origin, through
        self.meeting = Meeting(project, origin, through)
        self.key = self.meeting.key
        self.uses: list[User] = []
        self.functions: set[SourceRange] = set()
        self.crossed = False
        self.seen: set[int] = set()
        self.joined: list[tuple[Tree, Node]] = []
        self.displays: list[tuple[Tree, Node, Node]] = []
        self.fields: set[tuple[str, str]] = set()
        self.names = NamesMet()
        self._inner: dict[SourceRange, UserSearch | None] = {}
        self._taken: set[SourceRange] = set()
        self._ways: dict[SourceRange, set[str]] = {}
        self._behind: dict[int, frozenset[Usage]] = {}
        self._waiting: list[Held] = []

    @classmethod
    def of(cls, project: RecordedProject, origin: Origin, through: bool) -> UserSearch:
        """The users of what an activation returns, wherever it is applied."""
        known = project.once(_searches)
        if (origin, through) not in known:
            search = cls(project, origin, through)
            search._start()
            search._run()
            search._models()
            known[origin, through] = search
        return known[origin, through]

    def _part(self) -> UserSearch:
        """A walk of its own that shares what is known of functions and of what lies behind a change."""
        part = UserSearch(self.project, self.origin, self.through)
        part._inner, part._behind = self._inner, self._behind
        return part

    def _start(self) -> None:
        for place in sorted(self.project.uses.applied.get(self.key, ())):
            tree = self.project.tree(place[0])
            node = tree.at(place[1], ir.Call)
            if node is None:
                continue
            self._push(Held(tree, node))
            changed = node.args[0].value if node.args else node.func.value if isinstance(node.func, ir.Attr) else None
            if in_place(node) and isinstance(changed, ir.Name):
                self._names(Held(tree, node), changed)

    def _run(self) -> None:
        while self._waiting:
            held = self._waiting.pop()
            order = self.origin.dim if held.whole is None else held.order
            self._follow(held, self.meeting.step(held.tree, held.node, order))

    def _push(self, held: Held) -> None:
        if id(held.node) not in self.seen:
            self.seen.add(id(held.node))
            self._waiting.append(held)

    def _use(self, kind: Usage, held: Held, site: LossSite | None = None) -> None:
        self.uses.append(User(kind, *held[:5], site=site))

    def _follow(self, held: Held, step: Step) -> None:
        if step.use in (Usage.VALUES, Usage.THRESHOLD, Usage.AGAIN):
            self._values(held, step.use)
        elif step.use is not None:
            self._use(step.use, held, step.site)
        self.joined += ((held.tree, node) for node in step.joined)
        if step.on is not None:
            self._on(held, step)
        turned = step.turned and "softmax" in self.origin.name and self.meeting.is_whole(held.tree, held.node)
        for target in step.bound:
            self._bind(held._replace(whole=held.whole or held.node, order=step.order) if turned else held, target)
        if step.into and any([self._looks(function) for function in step.into]):  # noqa: C419 - all of them are walked
            self._values(held)
        self.crossed |= bool(step.into)
        if step.returned is not None:
            self._returned(held, step.returned)
        if step.field:
            self._attributes(held, step.field)
            self._keep(held, held.node, step.field)

    def _on(self, held: Held, step: Step) -> None:
        node: Node = step.on
        if self.through and self.meeting.repeats(held.tree, held.node, node) and not self._reaches_loss(held.tree, node):
            self._use(Usage.AGAIN, held)
            return
        if isinstance(node, ir.Dict | ir.Build | ir.Call):
            self._displayed(held, node)
        if isinstance(node, ir.Build | ir.Dict | ir.Star) and self._only_looked_at(held.tree, node):
            self._values(held)
            self._given(held.tree, node, "wrapped")
            return
        turned = step.turned and "softmax" in self.origin.name
        whole = held.whole if held.whole is not None or not turned else held.node
        outer = held.outer or (self.through and self.meeting.is_activation(held.tree, node))
        picked = held.tree.source(node.span) if step.picked else held.picked
        self._push(Held(held.tree, node, whole, picked, outer, step.order if turned else held.order))

    def _displayed(self, held: Held, display: ir.Dict | ir.Build | ir.Call) -> None:
        """The values are put into a display, or given to a call that holds them, under a key."""
        match display:
            case ir.Dict():
                keys = [constant(k) for k, value in zip(display.keys, display.values, strict=True) if value is held.node]
            case ir.Call():
                keys = [arg.keyword for arg in display.args if arg.value is held.node and arg.keyword]
            case _:
                keys = []
        for key in keys:
            self._keep(held, held.node, key)
        if keys or isinstance(display, ir.Build):
            self.displays.append((held.tree, display, held.node))

    def _keep(self, held: Held, node: Node, name: object) -> None:
        if not held.outer:
            self.names.keep(held.tree, node, name)

    def _values(self, held: Held, kind: Usage = Usage.VALUES) -> None:
        """Someone looks at the values of an expression, or at a container that holds them."""
        parent = held.tree.parent(held.node)
        user = held.tree.parent(parent) if isinstance(parent, ir.Attr) else parent
        if isinstance(user, ir.Call | ir.Op) and self.project.carries(held.tree, user, (self.key,)) and self._reaches_loss(held.tree, user):
            self._use(Usage.CHANGED, held)
        else:
            inside = held.whole if held.whole is not None else held.node
            self._use(kind if self.meeting.is_whole(held.tree, inside) else Usage.UNSEEN, held)

    def _reaches_loss(self, tree: Tree, user: Node) -> bool:
        """True if what is made of the values goes to a loss."""
        return bool(self.behind(tree, user) & {Usage.LOSS, Usage.CHANGED})

    def _only_looked_at(self, tree: Tree, display: Node) -> bool:
        """True if what is in a display is looked at somewhere, and goes to no loss."""
        kinds = self.behind(tree, display)
        return Usage.LOSS not in kinds and bool(kinds & _LOOKING)

    def behind(self, tree: Tree, node: Node) -> AbstractSet[Usage]:
        """What is done with the values behind an expression; of one that is being walked, nothing yet."""
        if id(node) not in self._behind:
            self._behind[id(node)] = frozenset()
            part = self._part()
            part._push(Held(tree, node))
            part._run()
            self._behind[id(node)] = frozenset(use.kind for use in part.uses)
        return self._behind[id(node)]

    def _bind(self, held: Held, target: Node) -> None:
        """The value, or a container that holds it, is bound to a target: whoever reads that has it."""
        match target:
            case ir.Name():
                self._names(held, target)
            case ir.Attr() if target.name.startswith("_"):
                self._attributes(held, target.name)
                self._keep(held, target, target.name)
            case ir.Build() | ir.Star():
                for part in target.items if isinstance(target, ir.Build) else (target.value,):
                    self._bind(held, part)
            case ir.Item():
                before = len(self._waiting)
                self._bind(held, target.value)
                if len(self._waiting) == before:
                    self._values(held)
            case _:
                self._use(Usage.UNSEEN, held)

    def _names(self, held: Held, at: ir.Name) -> None:
        function = held.tree.function(held.node)
        scope = scope_of(held.tree, held.node, at.id)
        outward = function is not None and at.id in (*function.globals, *function.nonlocals)
        if outward or _in_class(held.tree, held.node) or shows_all(held.tree, function):
            self._use(Usage.UNSEEN, held)
            return
        self.crossed |= scope is None and held.tree.shares(at.id)
        named = names_of(held.tree, at, scope)
        if not held.outer:
            self.names.bind(Variable(held.tree, scope, at.id), at)
        self._readers(held, held.tree, named, at.span.start)

    def _attributes(self, held: Held, name: str) -> None:
        self.crossed = True
        self.fields.add((held.tree.path, name))
        for tree in tuple(self.project.having(name)):
            self._readers(held, tree, [n for n in tree.attributes(name) if self._started(tree, n)])

    def _started(self, tree: Tree, node: Node) -> bool:
        """True if the function around an expression was run: the others cannot lead to where the value is made."""
        function = tree.function(node)
        if function is None:
            return True
        unfinished = self.project.analysed.answer.unfinished
        return (tree.path, function.span) in self.project.uses.started or (tree.path, function.span.start) in unfinished

    def _readers(self, held: Held, tree: Tree, nodes: list[Node], after: int = 0) -> None:
        for node in nodes:
            if is_store(tree, node):
                continue
            if self.meeting.carries(tree, node):
                self._push(held._replace(tree=tree, node=node, whole=held.whole if tree is held.tree else None))
            elif node.span.start > after and not self.project.was_run(tree, node):
                self._use(Usage.UNSEEN, Held(tree, node))

    def _looks(self, function: SourceRange) -> bool:
        """True if a function that gets the values looks at them and hands them to no loss: then it should get what it got before.

        One that does neither, or only hands them on, is passed; of one that does both it cannot be told what it should get.
        """
        if function not in self._inner:
            self._inner[function] = None  # a function that calls itself is passed
            inner = self._part()
            inner._ways = self._ways
            inner._parameters(function)
            inner._run()
            self._inner[function] = inner
        known = self._inner[function]
        kinds = {use.kind for use in known.uses} if known is not None else set()
        looks = bool(kinds & _LOOKING) and Usage.LOSS not in kinds
        if known is not None and not looks and function not in self._taken:
            self._taken.add(function)
            self._take(known)
        return looks

    def _take(self, inner: UserSearch) -> None:
        """The users inside a function that is passed are users too; what it looks at besides a loss cannot be changed for one caller."""
        self.uses += (use._replace(kind=Usage.UNSEEN) if use.kind in _LOOKING else use for use in inner.uses)
        self.functions |= inner.functions
        self.seen |= inner.seen
        self.joined += inner.joined
        self.names.take(inner.names)
        self.fields |= inner.fields

    def _parameters(self, function: SourceRange) -> None:
        tree = self.project.tree(function[0])
        node = tree.function_at(function[1])
        for param in node.params if node is not None else ():
            loads = list(tree.local(param.name, node))
            if any(self.meeting.carries(tree, load) for load in loads):
                self.names.keep(tree, node, param.name)
                self._readers(Held(tree, node), tree, loads)

    def _given(self, tree: Tree, node: Node, how: str) -> None:
        """Notes how a function gives the values out; one that does so in two ways cannot be told apart by its callers."""
        statement = next((one for one in (node, *tree.around(node)) if isinstance(one, ir.Return | ir.Yield | ir.Function)), None)
        function = tree.function(node)
        if isinstance(statement, ir.Return | ir.Yield) and function is not None:
            ways = self._ways.setdefault((tree.path, function.span), set())
            ways.add(how)
            if len(ways) > 1:
                self._use(Usage.UNSEEN, Held(tree, node))

    def _callers(self, tree: Tree, statement: Node) -> list[tuple[Tree, Node]]:
        """The calls that were seen to get the value from a function."""
        function = tree.function(statement)
        places = sorted(self.project.uses.entered.get((tree.path, function.span), ())) if function is not None else []
        trees = [(self.project.tree(path), span) for path, span in places]
        calls = [(other, other.at(span, ir.Call) or other.at(span, ir.Attr)) for other, span in trees]
        return [(other, node) for other, node in calls if node is not None and self.meeting.carries(other, node)]

    def _returned(self, held: Held, statement: Node) -> None:
        function, callers = held.tree.function(statement), self._callers(held.tree, statement)
        self.crossed = True
        if function is None or not callers:
            self._values(held)  # whoever calls it from outside gets what it got before
            return
        self.functions.add((held.tree.path, function.span))
        self._given(held.tree, statement, "raw")
        self._keep(held, statement, function.name)
        for tree, node in callers:
            self._push(Held(tree, node, None, held.picked, held.outer))

    def _models(self) -> None:
        """Whoever gets a module that returns the value, and is not followed, may call it."""
        owners = {owner for function in self.functions if (owner := self._class(function)) is not None}
        for place in self.project.uses.applied.get(self.key, ()):
            owners |= self.project.uses.callees.get(place, set())
        for path, span in self.project.holding(owners):
            tree = self.project.tree(path)
            for node in tree.by_span.get(span, ()):
                if escapes(self.project, tree, node):
                    self._use(Usage.UNSEEN, Held(tree, node))
        unresolved = UnresolvedUses(self.project, self.functions, owners)
        read = [one for path, name in sorted(self.fields) for one in unresolved.reads(path, name)]
        for tree, node in (*unresolved.places(), *read):
            if not self.project.carries(tree, node, (self.key,)):
                self._use(Usage.UNSEEN, Held(tree, node))

    def _class(self, function: SourceRange) -> SourceRange | None:
        tree = self.project.tree(function[0])
        node = tree.function_at(function[1])
        owner = next((n for n in tree.around(node) if isinstance(n, ir.ClassDef | ir.Function)), None)
        return (tree.path, owner.span) if isinstance(owner, ir.ClassDef) else None


def _in_class(tree: Tree, node: Node) -> bool:
    """True if a statement stands in the body of a class, so that what it binds is an attribute."""
    return isinstance(next((one for one in tree.around(node) if isinstance(one, ir.Function | ir.ClassDef)), None), ir.ClassDef)


def _searches(project: RecordedProject) -> dict[tuple[Origin, bool], UserSearch]:
    """The searches that were made in a project: none yet."""
    return {}
