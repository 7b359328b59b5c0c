"""Terms of the values that a run meets: asked for by verification, which computes some of them again.

Every value that an expression makes is copied, so that the object itself tells where it was made, through variables, containers,
attributes and calls. A value that was joined of several, or comes from outside, has no maker and is an `Input`.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from bce_lint import ir
from bce_lint.analysis.domain.tensor import SourceRange, Tensor
from bce_lint.analysis.domain.values import TOP, BuiltinMethod, Constant, External, MethodV, PartialV, Ref, Seq, Union, Unknown, Value
from bce_lint.analysis.recording.terms import Apply, Group, Input, Key, Known, Named, Term, is_view
from bce_lint.analysis.recording.uses import UseRecorder
from bce_lint.analysis.state import cells
from bce_lint.catalog.names import canonical
from bce_lint.records import changed

if TYPE_CHECKING:
    from bce_lint.analysis.state.frames import Args, Frame
    from bce_lint.analysis.state.machine import Machine

Chain: TypeAlias = tuple[SourceRange, ...]
RECENT = 100_000
MANY = 24
DEPTH = 6
_MODULES = frozenset({"layer", "activation", "loss", "container"})
_FORWARDING = (PartialV, MethodV)


class _Called(NamedTuple):
    function: Value
    args: Args
    items: Term | None


class ProvenanceRecorder(UseRecorder):
    """A recording of how the values of some expressions (`wanted`) were computed: `found` gives each term that one had.

    `written` names the values whose storage something changes, with the places of the changes: who sees such a value anywhere
    else may see it before or after.
    """

    learns_once = False

    def __init__(self, targets: frozenset[str], wanted: frozenset[SourceRange]) -> None:
        super().__init__(targets)
        self.wanted = wanted
        self.found: defaultdict[SourceRange, dict[Chain, Term]] = defaultdict(dict)
        self.constructed: dict[SourceRange, Term] = {}
        self.written: defaultdict[Key, set[SourceRange]] = defaultdict(set)
        self._stored: dict[SourceRange, ir.Span] = {}
        self._terms: dict[int, tuple[Value, Term]] = {}
        self._modules: dict[int, Term] = {}
        self._recent: OrderedDict[tuple[int, int], tuple[Frame, Value]] = OrderedDict()
        self._later: dict[int, tuple[Value, Value]] = {}
        self._bindings: dict[tuple[int, str], tuple[Frame, ir.Span]] = {}
        self._calls: dict[tuple[int, int], tuple[ir.Call, list[_Called]]] = {}

    def note(self, m: Machine, frame: Frame, node: ir.Expr, value: Value) -> Value:
        """An expression had a value; gives the value that stands for it from here on."""
        term = self._made(m, frame, node, value)
        value = self._kept(value, term)
        self._remember(frame, node, value)
        here = (frame.unit.path, node.span)
        if here in self.wanted and not m.suppress_sites and m.fuel >= 0:
            known, chain = self.found[here], chain_of(frame)
            if chain in known or len(known) < MANY:
                known[chain] = term
        return value

    def augmented(self, m: Machine, frame: Frame, node: ir.AugAssign, old: Value, new: Value) -> Value:
        """`target op= value` gave a new value."""
        value = self._latest(m, frame, node.value)
        spot = (frame.unit.path, node.span)
        self._write(self.term(m, old), spot)
        return self._kept(new, Apply(f"op {node.op}", (self.term(m, old), value), (), spot, _text(frame, node.span), new))

    def bound(self, frame: Frame, target: ir.Name) -> None:
        """A name is bound to another value."""
        self._bindings[(id(frame), target.id)] = (frame, target.span)

    def stored(self, m: Machine, frame: Frame, target: ir.Attr | ir.Item, owner: Value) -> None:
        """Something is stored in an attribute or an item."""
        if isinstance(target, ir.Item) or target.name in ("data", "grad"):
            self._write(self.term(m, owner), (frame.unit.path, target.span))
        known = self.term(m, owner)
        if isinstance(known, Input):
            self._stored[known.spot] = target.span

    def _write(self, term: Term, spot: SourceRange) -> None:
        """The storage of a value changes, and with it all that the value is a view of."""
        while isinstance(term, Input | Apply):
            self.written[term.spot, term.text].add(spot)
            viewed = isinstance(term, Apply) and term.args and is_view(term.operation)
            term = term.args[0] if isinstance(term, Apply) and viewed else Known(None)

    def _writes(self, m: Machine, frame: Frame, function: Value, args: Args, node: ir.Call) -> None:
        """Notes what a call changes in place."""
        spot = (frame.unit.path, node.span)
        match function:
            case BuiltinMethod(name=name) if (name.endswith("_") and not name.endswith("__")) or name == "register_hook":
                self._write(self.term(m, function.receiver), spot)
            case External(name=name) if name.startswith("torch.") and (name.endswith("_") or "._foreach" in name or _is_inplace(args)):
                for one in args.pos[:1]:
                    first = self.term(m, one)
                    for term in first.items if isinstance(first, Group) else (first,):
                        self._write(term, spot)
        if "out" in args.kw:
            self._write(self.term(m, args.kw["out"]), spot)

    def same(self, old: Value, new: Value) -> None:
        """A value goes on as another object."""
        if id(old) in self._terms:
            self._terms[id(new)] = (new, self._terms[id(old)][1])
        else:  # what an operation writes before its value is known here
            self._later[id(old)] = (old, new)

    def call(self, m: Machine, frame: Frame, function: Value, args: Args, node: ir.Call) -> None:
        """A call reached one alternative of its callee."""
        items = m.read(function.address, cells.ITEMS) if type(function) is Ref and function.kind == "container" else None
        chain = Group("chain", tuple(self.term(m, item) for item in items)) if type(items) is Seq and items.exact else None
        self._calls.setdefault((id(frame), id(node)), (node, []))[1].append(_Called(function, args, chain))
        self._writes(m, frame, function, args, node)

    def enter(self, frame: Frame, function: object, call: ir.Span | None) -> None:
        """Functions are followed: what they return keeps its maker."""

    def cut(self, m: Machine, function: object, args: Args) -> None:
        """What a call gives that was not followed has no maker."""

    def apply(self, frame: Frame, origin: object, node: ir.Call) -> None:
        """An activation that is applied is a call like others."""

    def term(self, m: Machine, value: Value) -> Term:
        """How a value was computed, as far as it is known."""
        return self._term(m, value, DEPTH, {})

    def _term(self, m: Machine, value: Value, depth: int, groups: dict[tuple[int, int], Term]) -> Term:
        """The same; `groups` are the terms of the sequences that were met on the way, at each depth."""
        if id(value) in self._terms:
            return self._terms[id(value)][1]
        match value:
            case Constant():
                return Known(value.value)
            case External():
                return Named(canonical(value.name))
            case Seq(rest=None) if depth:
                return self._group(m, "tuple", value, depth, groups)
            case Ref(kind="list") if depth and type(items := m.read(value.address, cells.ITEMS)) is Seq and items.exact:
                return self._group(m, "list", items, depth, groups)
            case Ref() if value.address in self._modules:
                return self._modules[value.address]
        return Input(("", ir.Span(0, 0)), "", value)

    def _group(self, m: Machine, kind: str, items: Seq, depth: int, groups: dict[tuple[int, int], Term]) -> Term:
        key = (id(items), depth)
        if key not in groups:
            groups[key] = Group(kind, tuple(self._term(m, item, depth - 1, groups) for item in items.prefix))
        return groups[key]

    def _kept(self, value: Value, term: Term) -> Value:
        """The value as an object of its own, if its term is to be found again."""
        known = self._terms.get(id(value))
        if known is not None and known[1] is term:
            return value
        if type(value) is Seq and value.exact and isinstance(term, Apply):
            return changed(value, prefix=tuple(self._element(item, term, i) for i, item in enumerate(value.prefix)))
        if type(value) not in (Tensor, Unknown, Union):
            return value
        if value is not TOP:  # what an operation wrote elsewhere is this object itself
            self._terms.setdefault(id(value), (value, term))
            if id(value) in self._later:
                written = self._later.pop(id(value))[1]
                self._terms[id(written)] = (written, term)
        value = copy(value)
        self._terms[id(value)] = (value, term)
        return value

    def _element(self, item: Value, term: Apply, index: int) -> Value:
        text = f"{term.text}[{index}]"
        return self._kept(item, replace(term, operation="[]", args=(term, Known(index)), keywords=(), text=text, value=item))

    def _remember(self, frame: Frame, node: ir.Expr, value: Value) -> None:
        key = (id(frame), id(node))
        self._recent[key] = (frame, value)
        self._recent.move_to_end(key)
        if len(self._recent) > RECENT:
            self._recent.popitem(last=False)

    def _latest(self, m: Machine, frame: Frame, node: ir.Expr) -> Term:
        """The term of an expression that was evaluated just now."""
        if isinstance(node, ir.Slice):
            bounds = (node.lower, node.upper, node.step)
            return Group("slice", tuple(Known(None) if one is None else self._latest(m, frame, one) for one in bounds))
        if isinstance(node, ir.Build) and node.kind == "tuple":
            return Group("tuple", tuple(self._latest(m, frame, item) for item in node.items))
        known = self._recent.get((id(frame), id(node)))
        return self.term(m, known[1]) if known is not None and known[0] is frame else self._input(frame, node.span, Unknown())

    def _input(self, frame: Frame, span: ir.Span, value: Value) -> Input:
        return Input((frame.unit.path, span), _text(frame, span), value)

    def _made(self, m: Machine, frame: Frame, node: ir.Expr, value: Value) -> Term:
        """The term of what an expression gave: of an operation of torch, of a value known before, or else an input."""
        spot, text = (frame.unit.path, node.span), _text(frame, node.span)
        picked = isinstance(node, ir.Item) or (isinstance(node, ir.Call) and self._is_outside(frame, node))
        match node:
            case ir.Call():
                found = self._applied(m, frame, node, value)
                if found is not None:
                    return found
            case ir.Op() if node.op not in ("and", "or", "format", "not", "is", "is not", "in", "not in"):
                operands = tuple(self._latest(m, frame, one) for one in node.operands)
                if type(value) is not Constant:
                    return Apply(f"op {node.op}", operands, (), spot, text, value)
            case ir.Item() if self._is_tensor(frame, node.value, sure=_of_tensor(node.index)):
                owner, index = self._latest(m, frame, node.value), self._latest(m, frame, node.index)
                return Apply("[]", (owner, index), (), spot, text, value)
            case ir.Attr() if self._is_tensor(frame, node.value) and id(value) not in self._terms and type(value) is not BuiltinMethod:
                return Apply(f"@{node.name}", (self._latest(m, frame, node.value),), (), spot, text, value)
        known = self.term(m, value) if id(value) in self._terms or type(value) in (Constant, External, Seq, Ref) else None
        if isinstance(known, Input) and picked:
            known = None  # what is known of one item of a container is known of all: each is an input of its own
        if known is not None:
            return known
        return self._named(m, frame, node, value) if isinstance(node, ir.Name) else self._part(m, frame, node, value)

    def _part(self, m: Machine, frame: Frame, node: ir.Expr, value: Value) -> Term:
        """An attribute or a constant item of a value that was not followed: the same each time, until something is stored there."""
        fixed = isinstance(node, ir.Attr) or (isinstance(node, ir.Item) and isinstance(node.index, ir.Const))
        owner = self._latest(m, frame, node.value) if isinstance(node, ir.Attr | ir.Item) and fixed else None
        if isinstance(owner, Input) and owner.spot[0] and owner.spot not in self._stored:
            return Input(owner.spot, _text(frame, node.span), value)
        return self._input(frame, node.span, value)

    def _named(self, m: Machine, frame: Frame, node: ir.Name, value: Value) -> Term:
        """What a name holds that was not followed, from where it was bound; each reading of it is the same input."""
        known = self._bindings.get((id(frame), node.id))
        span = known[1] if known is not None and known[0] is frame else frame.function.span if frame.function is not None else node.span
        return Input((frame.unit.path, span), node.id, value)

    def _is_tensor(self, frame: Frame, node: ir.Expr, sure: bool = False) -> bool:
        """True if an expression was a tensor, or `sure` says that it must have been one."""
        known = self._recent.get((id(frame), id(node)))
        if known is None or known[0] is not frame or id(known[1]) not in self._terms:
            return False
        made = self._terms[id(known[1])][1]
        computed = isinstance(made, Apply) and made.operation.startswith(("op ", "torch."))
        return type(known[1]) is Tensor or (type(known[1]) is Unknown and (sure or computed))

    def _is_outside(self, frame: Frame, node: ir.Call) -> bool:
        """True if a call went to nothing of the project."""
        calls = self._calls.get((id(frame), id(node)), (node, []))[1]
        return all(type(one.function) in (External, BuiltinMethod, Unknown) for one in calls)

    def _applied(self, m: Machine, frame: Frame, node: ir.Call, value: Value) -> Term | None:
        """The term of a call that was not followed into the project; None for others."""
        calls = self._calls.pop((id(frame), id(node)), (node, []))[1]
        spot, text = (frame.unit.path, node.span), _text(frame, node.span)
        if len(calls) > 1 and isinstance(node.func, ir.Attr) and all(type(one.function) is BuiltinMethod for one in calls):
            owner = self._latest(m, frame, node.func.value)  # one of several values, the method is the same
            own = calls[-1].args
            named = tuple((name, self.term(m, one)) for name, one in own.kw.items())
            return Apply(f".{node.func.name}", (owner, *(self.term(m, one) for one in own.pos)), named, spot, text, value)
        if not calls or any(one.function != calls[-1].function for one in calls[:-1] if type(one.function) not in _FORWARDING):
            return None
        function, args, chain = calls[-1]
        given = tuple(self.term(m, one) for one in args.pos)
        keywords = tuple((name, self.term(m, one)) for name, one in args.kw.items())
        if args.open:
            return None
        match function:
            case External() if canonical(function.name).startswith("torch.") and not self._passes(value, args):
                made = Apply(canonical(function.name), given, keywords, spot, text, value)
                if type(value) is Ref:
                    self._modules[value.address] = self.constructed[spot] = made
                return made
            case BuiltinMethod() if type(function.receiver) in (Tensor, Unknown):
                return Apply(f".{function.name}", (self.term(m, function.receiver), *given), keywords, spot, text, value)
            case Ref() if function.kind in _MODULES:
                module = chain or self._modules.get(function.address)
                return None if module is None else Apply("()", (module, *given), keywords, spot, text, value)
        return None

    def _passes(self, value: Value, args: Args) -> bool:
        """True if a call from outside gives back an object that it was given: a wrapped model."""
        return type(value) is Ref and any(type(one) is Ref and one.address == value.address for one in (*args.pos, *args.kw.values()))


def chain_of(frame: Frame) -> Chain:
    """The calls that led into a frame, outermost first."""
    found: list[SourceRange] = []
    scope: Frame | None = frame
    while scope is not None:
        if scope.parent is not None and scope.call is not None:
            found.append((scope.parent.unit.path, scope.call))
        scope = scope.parent
    return tuple(reversed(found))


def _is_inplace(args: Args) -> bool:
    known = args.kw.get("inplace")
    return type(known) is Constant and known.value is True


def _of_tensor(index: ir.Expr) -> bool:
    """True if only an array has an item of this index: `[:, 1]`, `[..., 0]`, `[None]`."""
    items = index.items if isinstance(index, ir.Build) else (index,)
    marks = (isinstance(one, ir.Slice) or (isinstance(one, ir.Const) and (one.value is None or one.value is ...)) for one in items)
    return any(marks) and (isinstance(index, ir.Build) or not isinstance(index, ir.Slice))


def _text(frame: Frame, span: ir.Span) -> str:
    return " ".join(frame.unit.text[span.start : span.end].split())
