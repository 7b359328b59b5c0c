"""Why nothing is known of a value: the call, the name or the operation at which knowledge ends.

Each unknown value is copied where it is first met, so that the object itself tells its reason, through variables, containers,
attributes and calls. One that was joined of several is another object: its reason is that of the part which is unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from bce_lint import ir
from bce_lint.analysis.domain.constants import TURNED
from bce_lint.analysis.domain.tensor import Place, Tensor
from bce_lint.analysis.domain.values import BuiltinMethod, ClassV, External, FunctionV, ModuleV, Ref, Unknown, Value, options
from bce_lint.analysis.state.frames import MAX_DEPTH
from bce_lint.ir.bindings import Binding, Bindings, BindingScope
from bce_lint.records import changed

if TYPE_CHECKING:
    from bce_lint.analysis.state.frames import Frame, LoweredFile
    from bce_lint.analysis.state.machine import Machine

_WIDTH: Final = 60
UNSET: Final = "an attribute that nothing sets"
ALTERNATIVES: Final = "alternatives"


class Reason(NamedTuple):
    """Why a value is unknown, and where that began. `cause` is the kind of it, to be counted: a library, or a construct."""

    text: str
    place: Place
    cause: str = ""


class Reasons:
    """The reasons that a run has met. `is_known` says whether something is known of a name outside the project."""

    def __init__(self, is_known: Callable[[str], bool]) -> None:
        self._is_known = is_known
        self._by_object: dict[int, tuple[Value, Reason]] = {}
        self._by_identity: dict[int, Reason] = {}
        self._by_node: dict[ir.Expr, Reason] = {}
        self._by_attribute: dict[tuple[int, str], Reason] = {}
        self._values: dict[ir.Expr, Value] = {}
        self._called: dict[ir.Call, Value] = {}
        self._entered: dict[tuple[str, ir.Span], ir.Function] = {}
        self._bindings: dict[str, Bindings] = {}

    def of(self, value: Value) -> Reason | None:
        """Why a value is unknown, if it is one that was met."""
        known = self._by_object.get(id(value))
        if known is not None:
            return known[1]
        return self._by_identity.get(abs(value.identity)) if type(value) is Unknown and value.identity else None

    def see(self, m: Machine, frame: Frame, node: ir.Expr, value: Value) -> Value:
        """An expression had a value; gives the value that stands for it from here on."""
        self._values[node] = value
        if type(value) is not Unknown or value.kind not in ("", TURNED):
            self._by_node.pop(node, None)
            return value
        reason = self.of(value) or self._find(m, frame, node, value)
        self._by_node[node] = reason
        if value.identity:
            self._by_identity.setdefault(abs(value.identity), reason)
            return value
        if id(value) not in self._by_object:
            value = changed(value)
            self._by_object[id(value)] = (value, reason)
        return value

    def called(self, function: Value, node: ir.Call) -> None:
        """A call reached one alternative of its callee."""
        self._called[node] = function

    def callee(self, node: ir.Expr) -> Value | None:
        """What a call reached last."""
        return self._called.get(node) if isinstance(node, ir.Call) else None

    def entered(self, frame: Frame, function: FunctionV, call: ir.Span | None) -> None:
        """A function of the project was entered."""
        if call is not None:
            self._entered[frame.unit.path, call] = function.node

    def stored(self, frame: Frame, target: ir.Attr | ir.Item, owner: Value) -> None:
        """Something is stored in an attribute: why it is unknown, if it is."""
        value = self._in(frame.unit).stores.get(target)
        reason = self._by_node.get(value) if value is not None else None
        if reason is not None and isinstance(target, ir.Attr):
            self._by_attribute.update({(one.address, target.name): reason for one in options(owner) if type(one) in (Ref, ClassV)})  # type: ignore[union-attr]

    def _in(self, unit: LoweredFile) -> Bindings:
        if unit.path not in self._bindings:
            self._bindings[unit.path] = Bindings(unit.module)
        return self._bindings[unit.path]

    def _find(self, m: Machine, frame: Frame, node: ir.Expr, value: Unknown) -> Reason:
        """Why an expression is unknown whose value was not met before."""
        match node:
            case ir.Name():
                return self._name(m, frame, node, value)
            case ir.Attr():
                return self._known(node.value) or self._attribute(frame, node)
            case ir.Item():
                return self._known(node.value, node.index) or _here(
                    frame, node, f"nothing is known of the item `{_text(frame, node)}`", "an item"
                )
            case ir.Call():
                return self._call(m, frame, node)
            case ir.Op():
                operator = f"nothing is known of the operator `{node.op}` on these values"
                return self._known(*node.operands) or _here(frame, node, operator, f"the operator {node.op}")
            case ir.Choice():
                return self._known(node.then, node.other) or _mixed(frame, node)
            case ir.Bind() | ir.Star():
                return self._known(node.value) or _mixed(frame, node)
            case ir.Yield():
                return _here(frame, node, "what is sent into a generator is not known", "a generator")
            case ir.Opaque():
                return self._known(*node.parts) or _here(frame, node, f"`{_text(frame, node)}` is not followed", "syntax")
        return _mixed(frame, node)

    def _known(self, *nodes: ir.Expr | None) -> Reason | None:
        """The reason of the first of some expressions that was unknown when it was evaluated last."""
        return next((self._by_node[node] for node in nodes if node is not None and node in self._by_node), None)

    def _name(self, m: Machine, frame: Frame, node: ir.Name, value: Unknown) -> Reason:
        found = self._in(frame.unit).scope(frame.function).find(node.id)
        if found is None:
            return _here(frame, node, f"the name `{node.id}` is not bound", "a name that is not bound")
        scope, bindings = found
        param = scope.param(node.id)
        if param is not None and (value.identity or not bindings):
            return _parameter(frame, scope, param, value)
        reasons = (self._bound(frame, node.id, one) for one in bindings)
        reason = next((reason for reason in reasons if reason is not None), None)
        if reason is None and param is not None:
            return _parameter(frame, scope, param, value)
        return reason or _here(frame, node, _differing(m, frame, scope, node.id), ALTERNATIVES)

    def _bound(self, frame: Frame, name: str, binding: Binding) -> Reason | None:
        """Why what a name is bound to in one place is unknown; None where it is known."""
        reason = self._known(binding.value)
        if reason is not None:
            return reason
        place = frame.place(binding.span)
        match binding.how:
            case "element" if binding.value in self._values:
                return Reason(f"nothing is known of the elements of `{_text(frame, binding.value)}`", place, "what a loop goes over")
            case "entered":
                return Reason(f"nothing is known of what `with {_text(frame, binding.value)}` gives", place, "a context")
            case "import":
                return Reason(f"`{name}` is not found where it is imported from", place, "an import that is not found")
            case "caught":
                return Reason(f"`{name}` is an exception that was caught", place, "an exception")
            case "decorated" if not self._is_followed(binding.value):
                return Reason(f"the decorator `{_text(frame, binding.value)}` is not followed", place, self._decorator(binding.value))
        return None

    def _decorator(self, decorator: ir.Expr | None) -> str:
        value = self._values.get(decorator) if decorator is not None else None
        return library(value.name) if type(value) is External else "a decorator"

    def _is_followed(self, decorator: ir.Expr | None) -> bool:
        value = self._values.get(decorator) if decorator is not None else None
        return type(value) is External and self._is_known(value.name)

    def _attribute(self, frame: Frame, node: ir.Attr) -> Reason:
        for owner in options(self._values.get(node.value, Unknown())):
            match owner:
                case Ref() if (owner.address, node.name) in self._by_attribute:
                    return self._by_attribute[owner.address, node.name]
                case Ref(what=ClassV() as cls):
                    return _here(frame, node, f"nothing that was run sets `{node.name}` on an instance of `{cls.name}`", UNSET)
                case ClassV():
                    return _here(frame, node, f"the class `{owner.name}` has no `{node.name}`", UNSET)
                case ModuleV():
                    return _here(frame, node, f"the module `{_text(frame, node.value)}` has no `{node.name}`", UNSET)
        return _here(frame, node, f"nothing is known of the attribute `{_text(frame, node)}`", "an attribute")

    def _call(self, m: Machine, frame: Frame, node: ir.Call) -> Reason:
        owner = node.func.value if isinstance(node.func, ir.Attr) else node.func
        called = self._called.get(node)
        match called:
            case FunctionV():
                return self._function(m, frame, node, called.node)
            case External() if not self._is_known(called.name):
                name = called.name.removeprefix("builtins.")
                outside = ": it lies outside the project" * (name == called.name)
                return _here(frame, node, f"the call of `{name}` is not followed{outside}", library(called.name))
            case BuiltinMethod(receiver=Ref(what=ClassV() as cls)):
                return _here(frame, node, f"nothing is known of the method `{called.name}` of an instance of `{cls.name}`", UNSET)
            case Ref(kind="instance", what=ClassV() as cls):
                entered = self._entered.get((frame.unit.path, node.span))
                if entered is not None:
                    return self._function(m, frame, node, entered)
                return self._limit(m, frame, node, None) or _here(
                    frame, node, f"nothing is known of calling an instance of `{cls.name}`", "the call of an instance"
                )
        reason = self._known(owner, *(arg.value for arg in node.args))
        return reason or _here(frame, node, f"nothing is known of what {_callee(called, _text(frame, node.func))} gives", kind_of(called))

    def _function(self, m: Machine, frame: Frame, node: ir.Call, function: ir.Function) -> Reason:
        """Why a call into the project gave nothing that is known."""
        limit = self._limit(m, frame, node, function)
        if limit is not None:
            return limit
        bindings = next((one for one in self._bindings.values() if function in one.functions), None)
        returns = bindings.functions[function].returns if bindings is not None else []
        return self._known(*returns) or _here(frame, node, f"`{function.name}` returns something else on each path", ALTERNATIVES)

    def _limit(self, m: Machine, frame: Frame, node: ir.Call, function: ir.Function | None) -> Reason | None:
        """The limit that a call was not followed beyond, if it was one."""
        if m.fuel < 0:
            return _here(frame, node, "the fuel of this entry point was spent before", "a budget that was spent")
        if frame.depth >= MAX_DEPTH:
            return _here(frame, node, f"calls are followed {MAX_DEPTH} deep, and this one is deeper", "depth")
        if function is not None and m.stack.count(function) > 1:
            return _here(frame, node, f"the recursion of `{function.name}` is followed two calls deep, and this one is deeper", "recursion")
        return None


def _parameter(frame: Frame, scope: BindingScope, param: ir.Parameter, value: Unknown) -> Reason:
    function = scope.function
    assert function is not None, "only functions have parameters"
    stars = param.kind if param.kind.startswith("*") else ""
    started = value.identity or stars or (frame.function is function and frame.call is None)
    entry = f"the entry point `{function.name}`, and no call of it is known"
    called = f"`{function.name}`, and what a call gives for it is not known"
    cause = "a parameter of an entry point" if started else "a parameter"
    return Reason(f"`{stars}{param.name}` is a parameter of {entry if started else called}", frame.place(function.span), cause)


def _differing(m: Machine, frame: Frame, scope: BindingScope, name: str) -> str:
    """What to say of a name each of whose bindings is known."""
    if scope.function is frame.function and name in frame.bound and m.state.find((frame.address, name)) is None:
        return f"`{name}` is read before it is bound"
    return f"`{name}` is something else on each path or in each round"


def _callee(called: Value | None, text: str) -> str:
    match called:
        case BuiltinMethod(receiver=Tensor()):
            return f"the method `{text}` of a tensor"
        case BuiltinMethod():
            return f"the method `{text}`"
    return f"`{text}`"


def kind_of(called: Value | None) -> str:
    """What was called, to be counted."""
    match called:
        case BuiltinMethod(receiver=Tensor(), name=name):
            return f"the tensor method {name}"
        case BuiltinMethod():
            return "a method of what is not known"
        case External():
            return library(called.name)
    return "a call"


def library(name: str) -> str:
    """The library that a name outside the project belongs to."""
    first = name.partition(".")[0]
    return f"Python's {name.removeprefix('builtins.')}" if first == "builtins" else f"library {first}"


def _mixed(frame: Frame, node: ir.Expr) -> Reason:
    return _here(frame, node, f"`{_text(frame, node)}` is something else on each path", ALTERNATIVES)


def _here(frame: Frame, node: ir.Expr, text: str, cause: str) -> Reason:
    return Reason(text, frame.place(node.span), cause)


def _text(frame: Frame, node: ir.Expr | None) -> str:
    """The source of an expression on one line."""
    text = "" if node is None else " ".join(frame.unit.text[node.span.start : node.span.end].split())
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"
