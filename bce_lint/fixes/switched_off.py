"""An activation that the caller of a class has chosen, switched off where it was chosen: `UNet(activation="sigmoid")`.

The class's own code says what it takes for no activation: None where it asks for None, a word where it compares with one, else
`nn.Identity` where a module is called as it is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from bce_lint import ir
from bce_lint.analysis.domain.tensor import SourceRange
from bce_lint.fixes.asked_for_none import AskedForNone
from bce_lint.fixes.class_lines import ClassLines, stores
from bce_lint.fixes.edit import Edit, Refusal
from bce_lint.fixes.places import at_row, listed
from bce_lint.fixes.recorded_project import RecordedProject
from bce_lint.fixes.spelling import reached
from bce_lint.fixes.tree import Node, Tree, constant, is_own, name_of, scope_of
from bce_lint.ir.walk import below

_NOTHING: Final = ("none", "None", "identity", "Identity", "linear", "Linear", "no", "raw")
_LAYERS: Final = frozenset({"Sigmoid", "Softmax", "LogSoftmax", "LogSigmoid", "sigmoid", "softmax", "log_softmax", "logsigmoid"})
_MAX_WAY = 8
_SHORT = 2


class ActivationChoice(NamedTuple):
    """A parameter that decides about an activation: its function and class, and where the activation is applied."""

    tree: Tree
    function: ir.Function
    name: str
    owner: ir.ClassDef
    applied: Node
    applying: Tree


class _Source(NamedTuple):
    """Where the value of a parameter is given: an argument, or a call that leaves it to the default, which it would have to name."""

    tree: Tree
    value: Node
    call: ir.Call | None = None
    keyword: str = ""


def choice_of(project: RecordedProject, key: SourceRange) -> ActivationChoice | None:
    """The parameter of a constructor that an activation was chosen by; None for one that is always applied."""
    tree, call = project.call(key)
    owner = next((one for one in tree.around(call) if isinstance(one, ir.ClassDef)), None)
    names = set(_deciding(tree, call))
    if owner is None or not names:
        return None
    for other, one in project.once(ClassLines).line(tree, owner):
        for store in (attr for name in sorted(names) for attr in stores(other, one, name)):
            function = other.function(store)
            if function is None:
                continue
            for param in function.params[1:]:
                if any(_mentions(node, param.name) for node in _shaping(other, store, function)):
                    return ActivationChoice(other, function, param.name, one, call, tree)
    return None


def _deciding(tree: Tree, call: ir.Call) -> Iterator[str]:
    """The attributes of the instance that decide whether an activation is applied: its own, and those asked for around it."""
    if isinstance(call.func, ir.Attr) and is_own(call.func):
        yield call.func.name
    for around in tree.around(call):
        if isinstance(around, ir.Choice) or (isinstance(around, ir.If) and _is_short(tree, around, call)):
            yield from (node.name for node in below(around.test) if isinstance(node, ir.Attr) and is_own(node))
        if isinstance(around, ir.Function):
            return


def _is_short(tree: Tree, test: ir.If, call: ir.Call) -> bool:
    """True if the arm of a test does little beside applying an activation: one that trains is no choice of an activation."""
    around = (call, *tree.around(call))
    arm = next((arm for arm in (test.body, test.orelse) if any(statement in around for statement in arm)), ())
    if len(arm) == 1 and isinstance(arm[0], ir.If):
        return _is_short(tree, arm[0], call)
    return len(arm) <= _SHORT


def _shaping(tree: Tree, store: Node, function: ir.Function) -> Iterator[Node]:
    """What an attribute is set to, and the conditions under which it is."""
    statement = tree.statement(store)
    if isinstance(statement, ir.Assign):
        yield statement.value
    for around in tree.around(statement):
        if around is function:
            return
        if isinstance(around, ir.If):
            yield around.test


def _mentions(node: Node, name: str) -> bool:
    return any(isinstance(one, ir.Name) and one.id == name for one in below(node))


def switched_off(project: RecordedProject, choice: ActivationChoice, others: bool) -> tuple[list[Edit], str]:
    """The edits that give another value where an activation is chosen, and what they say.

    Raises `Refusal` where several have chosen it and `others` than a loss want it: which of them, cannot be told.
    """
    sources = list(_sources(project, choice.tree, choice.function, choice.name, _MAX_WAY))
    chosen = [source for source in sources if not _is_off(source.value)]
    if not chosen:
        raise Refusal(f"`{choice.name}` of {at_row(choice.tree, choice.function)} chooses the activation, and no caller was seen")
    if len(chosen) > 1 and others:
        where = listed(at_row(source.tree, source.call or source.value) for source in chosen)
        raise Refusal(f"`{choice.name}` chooses the activation at {where}, and not only the loss wants it: leave it out for the loss alone")
    edits, said = [], ""
    for source in chosen:
        if not _is_written_out(source.value):
            raise Refusal(f"`{choice.name}` chooses the activation, and is not written out at {at_row(source.tree, source.value)}")
        text, more = _off(choice, source)
        edits += [_given(source, text), *more]
        said = f"{source.keyword or choice.name}={text}"
    return edits, f"Say `{said}`"


def _is_written_out(value: Node) -> bool:
    """True if a value says by itself which activation is meant."""
    return _class_name(value) in _LAYERS or isinstance(constant(value), str | bool)


def _is_off(value: Node) -> bool:
    if isinstance(value, ir.Const):
        return value.value is None or value.value is False or value.value in _NOTHING
    callee = value.func if isinstance(value, ir.Call) else value
    return isinstance(callee, ir.Attr | ir.Name) and (callee.name if isinstance(callee, ir.Attr) else callee.id) == "Identity"


def _sources(project: RecordedProject, tree: Tree, function: ir.Function, name: str, left: int) -> Iterator[_Source]:
    """Where the callers of a function have its parameter from."""
    calls = sorted(project.uses.entered.get((tree.path, function.span), ()))
    param = next(one for one in function.params if one.name == name)
    if not left or not calls:
        raise Refusal(f"`{name}` of {at_row(tree, function)} chooses the activation: give it none where that is called")
    for path, span in calls:
        caller = project.tree(path)
        call = caller.at(span, ir.Call)
        if call is None or any(arg.stars for arg in call.args):
            raise Refusal(f"`{name}` chooses the activation, and is not written out at {at_row(caller, call or caller.module)}")
        value = argument_of(function, param, call)
        if value is None:
            if param.default is None:
                continue
            yield _Source(caller, param.default, call, name)
            continue
        scope = scope_of(caller, value, value.id) if isinstance(value, ir.Name) else None
        if isinstance(value, ir.Name) and scope is not None and any(one.name == value.id for one in scope.params):
            yield from _sources(project, caller, scope, value.id, left - 1)
        else:
            yield _Source(caller, value, None, name)


def argument_of(function: ir.Function, param: ir.Parameter, call: ir.Call) -> Node | None:
    """What a call gives for a parameter; None where it leaves it to its default."""
    named = next((arg.value for arg in call.args if arg.keyword == param.name), None)
    if named is not None or param.kind == "keyword":
        return named
    bound = function.params[1:] if function.params and function.params[0].name in ("self", "cls") else function.params
    at = next((i for i, one in enumerate(bound) if one is param), -1)
    positional = [arg.value for arg in call.args if arg.keyword is None]
    return positional[at] if 0 <= at < len(positional) else None


def _off(choice: ActivationChoice, source: _Source) -> tuple[str, list[Edit]]:
    """What the class takes for no activation in the place of a value, as source, and the import that this needs."""
    value = constant(source.value)
    if value is True:
        return "False", []
    if _takes_none(choice) or _passed_over(choice):
        return "None", []
    text = choice.tree.source(_extent(choice))
    words = [word for word in _NOTHING if re.search(rf"""["']{word}["']""", text)]
    if isinstance(value, str) and words:
        return _quoted(source, words[0]), []
    if isinstance(value, str) and value[:1].isupper() and re.search(r"\bgetattr\(", text):
        return _quoted(source, "Identity"), []
    if isinstance(source.value, ir.Call | ir.Attr) and _class_name(source.value)[:1].isupper():
        name, imports = reached(source.tree, "torch.nn.Identity")
        return name + ("()" if isinstance(source.value, ir.Call) else ""), list(imports)
    raise Refusal(
        f"`{choice.name}` of {at_row(choice.tree, choice.function)} chooses the activation, and has no value that means none: "
        f"let it take None, and give that at {at_row(source.tree, source.call or source.value)}"
    )


def _class_name(value: Node) -> str:
    if isinstance(value, ir.Call):
        return name_of(value)
    return value.name if isinstance(value, ir.Attr) else value.id if isinstance(value, ir.Name) else ""


def _extent(choice: ActivationChoice) -> ir.Span:
    found = choice.tree.extent(choice.owner)
    assert found is not None, "a class has a body"
    return found


def _takes_none(choice: ActivationChoice) -> bool:
    """True if the class asks whether the parameter, or an attribute that decides about the activation, is None, or is set at all."""
    deciding = _deciding(choice.applying, choice.applied)
    return choice.tree.once(AskedForNone).asks(choice.owner, choice.function, choice.name, deciding)


def _passed_over(choice: ActivationChoice) -> bool:
    """True if the activation is applied only where a comparison says so, and nothing happens otherwise."""
    around = next((one for one in choice.applying.around(choice.applied) if isinstance(one, ir.If | ir.Choice | ir.Function)), None)
    return isinstance(around, ir.If) and not around.orelse and isinstance(around.test, ir.Op) and around.test.op == "=="


def _quoted(source: _Source, word: str) -> str:
    quote = source.tree.source(source.value.span)[:1] if source.call is None else '"'
    return f"'{word}'" if quote == "'" else f'"{word}"'


def _given(source: _Source, text: str) -> Edit:
    """The edit that gives a value: in the place of another, or by a keyword that was left to its default."""
    tree, call = source.tree, source.call
    if call is None:
        return tree.edit(source.value.span, text)
    if not call.args:
        inside = tree.inside(call)
        return tree.edit(ir.Span(inside.start, inside.start), f"{source.keyword}={text}")
    end = tree.whole(call, call.args[-1]).end
    return tree.edit(ir.Span(end, end), f", {source.keyword}={text}")
