"""The bodies of a file's functions in little memory, until one of them is asked for."""

from __future__ import annotations

import copyreg
import pickle
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any, Final

from bce_lint.ir import expressions, statements
from bce_lint.ir.recursion import room, stack_depth
from bce_lint.ir.statements import Body, ClassDef, Function, FunctionDef, Module
from bce_lint.ir.walk import blocks_in

_DEEP: Final = 2_000
"""How deep the recursion goes in which bodies are packed: those that nest deeper stay as they are."""


_KNOWN: Final = {
    **{("builtins", name): one for name, one in (("Ellipsis", ...), ("complex", complex))},
    **{(one.__module__, name): one for module in (expressions, statements) for name, one in vars(module).items() if isinstance(one, type)},
}
"""What may be made of what is packed: nodes, and constants of kinds that are no part of the format."""


class _Nodes(pickle.Unpickler):
    """Makes nodes and constants, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        """A kind of nodes."""
        return _KNOWN[module, name]


class Packed:
    """The bodies of the functions of a module, but for those inside others. `opened` is told each time that they are made anew: what was
    made before is another object then, so they may go only where nothing holds a part of one. `inner` are the functions and classes
    inside them, while they are open."""

    __slots__ = ("_data", "_functions", "inner", "is_open", "opened")

    def __init__(self, functions: list[Function], data: bytes, opened: Callable[[Packed], None]) -> None:
        self._functions, self._data, self.opened = functions, data, opened
        self.inner: list[Function | ClassDef] = []
        self.is_open = True

    def __reduce__(self) -> tuple[object, ...]:
        """What is kept of them: they are not open where they are read back, and nobody is told."""
        return Packed, ([], self._data, stays_open), (None, {"_functions": self._functions, "is_open": False})

    @property
    def size(self) -> int:
        """How many bytes they are."""
        return len(self._data)

    def open(self) -> None:
        """Gives each function its body."""
        bodies, self.inner = _Nodes(BytesIO(zlib.decompress(self._data))).load()
        for function, body in zip(self._functions, bodies, strict=True):
            object.__setattr__(function, "body", body)
        self.is_open = True
        self.opened(self)

    def close(self) -> None:
        """Takes the bodies away: who asks for one has them made anew."""
        if self.is_open:
            self.is_open = False
            self.inner = []
            for function in self._functions:
                object.__delattr__(function, "body")


def stays_open(_: Packed) -> None:
    """Nobody takes the bodies away again."""


def inner_one(held: Packed, number: int) -> Function | ClassDef:
    """A function or a class inside some bodies, which are opened for it."""
    if not held.is_open:
        held.open()
    return held.inner[number]


def packed(module: Module, opened: Callable[[Packed], None]) -> Packed | None:
    """The bodies of a module's functions, open; None where they nest too deep, or there are none."""
    functions = [*_functions(module.body)]
    if not functions or any(hasattr(function, "packed") for function in functions):
        return None
    inner: list[Function | ClassDef] = []

    def _noted(one: Function | ClassDef) -> Any:
        inner.append(one)
        return one.__reduce_ex__(pickle.HIGHEST_PROTOCOL)

    stream = BytesIO()
    pickler = pickle.Pickler(stream, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = copyreg.dispatch_table | {Function: _noted, ClassDef: _noted}
    try:
        with room(stack_depth() + _DEEP):
            pickler.dump(([function.body for function in functions], inner))
    except RecursionError:
        return None
    made = Packed(functions, zlib.compress(stream.getvalue(), 1), opened)
    made.inner = inner
    for function in functions:
        object.__setattr__(function, "packed", made)
    return made


def held_by(module: Module) -> Packed | None:
    """What the bodies of a module's functions are packed in, if they are."""
    first = next(_functions(module.body), None)
    return None if first is None else getattr(first, "packed", None)


def _functions(body: Body) -> Iterator[Function]:
    for statement in body:
        if isinstance(statement, FunctionDef):
            yield statement.function
        else:
            for block in blocks_in(statement):
                yield from _functions(block)
