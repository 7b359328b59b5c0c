"""Calls that are not followed, for who asks later what they might have led to: the function that is called, and what it is given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Final

from bce_lint.analysis.domain.values import ClassV, FunctionV, MethodV, PartialV, Ref, Seq, Table, Value, options
from bce_lint.analysis.state import cells
from bce_lint.analysis.state.answers import FunctionName
from bce_lint.analysis.state.frames import Args

if TYPE_CHECKING:
    from bce_lint.analysis.state.machine import Machine

DEPTH: Final = 3
"""How deep containers are looked into."""


def named(m: Machine, function: FunctionV, args: Args) -> Iterator[FunctionName]:
    """A function that is called and not followed, and the functions and classes among what it is given: it may call them."""
    match args.pos[:1] if function.owner is not None else ():
        case (Ref(what=ClassV() as cls),):
            yield _name(function, cls)
            given = args.pos[1:]
        case _:
            yield _name(function, function.owner)
            given = args.pos
    for one in parts(m, (*given, *args.kw.values())):
        match one:
            case FunctionV():
                yield _name(one, one.owner)
            case (ClassV() as cls) | Ref(what=ClassV() as cls):
                yield FunctionName(cls.path, "", cls.name)


def _name(function: FunctionV, owner: ClassV | None) -> FunctionName:
    """What a function is known by, as a method of a class."""
    name = "" if function.outer else function.node.name
    return FunctionName(function.path, "", name) if owner is None else FunctionName(owner.path, owner.name, name)


def parts(m: Machine, values: Iterable[Value]) -> Iterator[Value]:
    """What some values are or hold, each once."""
    level = (*values,)
    seen: set[int] = set()
    for _ in range(DEPTH + 1):
        below: list[Value] = []
        for option in chain.from_iterable(map(options, level)):
            if id(option) not in seen:
                seen.add(id(option))
                yield option
                below += _held(m, option)
        level = (*below,)


def _held(m: Machine, value: Value) -> list[Value]:
    match value:
        case Ref():
            held = m.state.find((value.address, cells.ITEMS))
            return [] if held is None else [held]
        case Table():
            return [*(one for _, one in value.entries), *([] if value.rest is None else [value.rest])]
        case Seq():
            return [*value]
        case MethodV():
            return [value.receiver, value.function]
        case PartialV():
            return [value.function, *value.args, *(one for _, one in value.keywords)]
    return []
