"""Calls that are not followed, for who asks later what they might have led to: the function that is called, and what it is given."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Final

from bce_lint.analysis.domain.values import ClassV, FunctionV, MethodV, PartialV, Ref, Seq, Table, Value, options
from bce_lint.analysis.state import cells
from bce_lint.analysis.state.answers import FunctionName
from bce_lint.analysis.state.frames import Args

if TYPE_CHECKING:
    from bce_lint.analysis.state.machine import Machine

DEPTH: Final = 3
"""How deep what is given is looked into."""


def named(m: Machine, function: FunctionV, args: Args) -> Iterator[FunctionName]:
    """A function that is called and not followed, and the functions and classes among what it is given: it may call them."""
    receiver = args.pos[0] if function.owner is not None and args.pos else None
    own = isinstance(receiver, Ref) and isinstance(receiver.what, ClassV)
    yield _name(function, receiver.what if isinstance(receiver, Ref) and isinstance(receiver.what, ClassV) else function.owner)
    level = [*args.pos[own:], *args.kw.values()]
    for _ in range(DEPTH):
        below: list[Value] = []
        for option in chain.from_iterable(map(options, level)):
            match option:
                case FunctionV():
                    yield _name(option, option.owner)
                case ClassV() | Ref(what=ClassV()):
                    cls = option if isinstance(option, ClassV) else option.what
                    assert isinstance(cls, ClassV)
                    yield FunctionName(cls.path, "", cls.name)
                case Ref():
                    below += [one for one in (m.state.find((option.address, cells.ITEMS)),) if one is not None]
                case MethodV():
                    below += (option.receiver, option.function)
                case PartialV():
                    below += (option.function, *option.args, *(one for _, one in option.keywords))
                case Table():
                    below += [one for one in (*(one for _, one in option.entries), option.rest) if one is not None]
                case Seq():
                    below += option
        level = below


def _name(function: FunctionV, owner: ClassV | None) -> FunctionName:
    """What a function is known by, as a method of a class."""
    name = "" if function.outer else function.node.name
    return FunctionName(function.path, "", name) if owner is None else FunctionName(owner.path, owner.name, name)
