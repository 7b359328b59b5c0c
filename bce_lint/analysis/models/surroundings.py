"""Where an expression stands in its function, and where names are read: asked for of few expressions, so found when asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from bce_lint import ir
from bce_lint.analysis.state.frames import Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.ir.walk import AnyNode, below, children


@lru_cache(maxsize=64)
def parents_in(scope: AnyNode) -> dict[int, AnyNode]:
    """What each node of a function or a module stands in."""
    found: dict[int, AnyNode] = {}
    waiting = [scope]
    while waiting:
        node = waiting.pop()
        for child in children(node):
            found.setdefault(id(child), node)
            waiting.append(child)
    return found


@lru_cache(maxsize=64)
def names_in(scope: AnyNode) -> dict[str, list[ir.Name]]:
    """Where each name of a function or a module stands."""
    found: dict[str, list[ir.Name]] = {}
    waiting = [scope]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ir.Name):
            found.setdefault(node.id, []).append(node)
        waiting += children(node)
    return found


@lru_cache(maxsize=64)
def imports_of(module: ir.Module) -> dict[str, str]:
    """The qualified names that the imports at the top of a module bind."""
    found = {}
    for node in module.body:
        if isinstance(node, ir.ImportModule):
            found[node.bound] = node.module if node.whole else node.module.split(".")[0]
        elif isinstance(node, ir.ImportName) and not node.level:
            found[node.bound] = f"{node.module}.{node.name}"
    return found


def scope_of(frame: Frame) -> AnyNode:
    """The function or the module that a frame runs."""
    return frame.function if frame.function is not None else frame.unit.latest


@lru_cache(maxsize=64)
def calls_in(scope: AnyNode) -> Mapping[ir.Span, list[ir.Call]]:
    """The calls in a function or a module, by their places."""
    found: dict[ir.Span, list[ir.Call]] = {}
    for node in nodes_in(scope):
        if isinstance(node, ir.Call):
            found.setdefault(node.span, []).append(node)
    return found


@lru_cache(maxsize=64)
def nodes_in(scope: AnyNode) -> tuple[AnyNode, ...]:
    """All nodes of a function or a module."""
    return tuple(below(scope))


@lru_cache(maxsize=64)
def lambdas_in(scope: AnyNode) -> Mapping[int, ir.Lambda]:
    """The expressions that make functions in a function or a module, by the function."""
    return {id(one.function): one for one in nodes_in(scope) if isinstance(one, ir.Lambda)}


def lambda_of(around: Frame, function: ir.Function) -> ir.Lambda | None:
    """The expression that makes a function, in the function around it."""
    return lambdas_in(scope_of(around)).get(id(function))


def stores_of(m: Machine, frame: Frame, name: str) -> list[AnyNode]:
    """What binds a name, by its occurrences."""
    parents = parents_in(scope_of(frame))
    return [parents.get(id(one)) for one in _named(m, frame, name) if is_store(parents, one)]


def reads_of(m: Machine, frame: Frame, name: str) -> Iterator[ir.Name]:
    """Where a name is read."""
    parents = parents_in(scope_of(frame))
    return (one for one in _named(m, frame, name) if not is_store(parents, one))


def _named(m: Machine, frame: Frame, name: str) -> Sequence[ir.Name]:
    """Where a name stands; a module's may stand in any of its functions, too."""
    unit = frame.unit
    if frame.function is None and unit.edited is not None:
        m.journal.current.asked["text", unit.path] = unit.text
    return names_in(scope_of(frame)).get(name, ())


def is_store(parents: dict[int, AnyNode], node: AnyNode) -> bool:
    """True if an expression is written to, not read."""
    child, parent = node, parents.get(id(node))
    while isinstance(parent, ir.Build | ir.Star):
        child, parent = parent, parents.get(id(parent))
    match parent:
        case ir.Assign():
            return child in parent.targets
        case ir.For() | ir.AugAssign() | ir.Declare():
            return parent.target is child
        case ir.With() | ir.Comp():
            return any(one.target is child for one in (parent.items if isinstance(parent, ir.With) else parent.clauses))
        case ir.Delete():
            return True
    return False


def around(parents: dict[int, AnyNode], node: AnyNode, scope: AnyNode) -> Iterator[AnyNode]:
    """The nodes around one, from the inside, within a function or a module."""
    found = parents.get(id(node))
    while found is not None and found is not scope:
        yield found
        found = parents.get(id(found))


def qualified(frame: Frame, func: AnyNode) -> str:
    """The qualified name of a callee that is a builtin, or spelled by what the file imports; else empty."""
    names: list[str] = []
    while isinstance(func, ir.Attr):
        names.insert(0, func.name)
        func = func.value
    if not isinstance(func, ir.Name) or (frame.function is not None and func.id in frame.function.bound):
        return ""
    imported = imports_of(frame.unit.module)
    if func.id in imported:
        return ".".join((imported[func.id], *names))
    return f"builtins.{func.id}" if not names and func.id not in frame.unit.module.bound else ""


BY_NODE = (parents_in, names_in, calls_in, nodes_in, lambdas_in)
"""What is remembered of nodes: to be forgotten where they are made anew."""
