"""What a class asks for None, or asks whether it is set: parameters of its methods, its attributes, and what it gives to such ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Final, TypeAlias

from bce_lint import ir
from bce_lint.fixes.tree import Node, Tree, is_own, name_of
from bce_lint.ir.walk import children

_Subject: TypeAlias = tuple[int, str]
"""A name by the function that it stands in, or an attribute of `self` by none."""
_Slot: TypeAlias = tuple[str, int | str]
"""What a function of a name gets by position, or by keyword."""

_OWN: Final = 0


class AskedForNone:
    """The classes of a file that were asked about, with what each of them asks for None."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._found: dict[int, frozenset[_Subject]] = {}

    def asks(self, owner: ir.ClassDef, function: ir.Function, name: str, attributes: Iterable[str]) -> bool:
        """True if a class asks for a parameter of one of its functions, or for one of some attributes."""
        if id(owner) not in self._found:
            self._found[id(owner)] = frozenset(_ClassCode(self.tree, owner).asked())
        found = self._found[id(owner)]
        return (id(function), name) in found or any((_OWN, one) in found for one in attributes)


class _ClassCode:
    """The code of a class: what it asks for itself, what its functions get, and what its calls give."""

    def __init__(self, tree: Tree, owner: ir.ClassDef) -> None:
        self.tree = tree
        self._asked: dict[_Subject, None] = {}
        self._gets: dict[_Subject, list[_Slot]] = {}
        self._given: dict[_Slot, list[tuple[_Subject, int]]] = {}
        for node in _inside(owner):
            match node:
                case ir.Op(op="is" | "is not") if isinstance(node.operands[1], ir.Const) and node.operands[1].value is None:
                    self._asked.update(dict.fromkeys(self._subjects(node.operands[0])))
                case ir.If() | ir.Choice():
                    self._asked.update(dict.fromkeys(self._subjects(node.test)))
                case ir.Function():
                    for name, slot in _parameters(node):
                        self._gets.setdefault((id(node), name), []).append(slot)
                case ir.Call():
                    self._give(node)

    def _subjects(self, node: Node) -> Iterator[_Subject]:
        if isinstance(node, ir.Name) and (function := self.tree.function(node)) is not None:
            yield id(function), node.id
        elif isinstance(node, ir.Attr) and is_own(node):
            yield _OWN, node.name

    def _give(self, call: ir.Call) -> None:
        positional = takewhile(lambda arg: not arg.stars, (arg for arg in call.args if arg.keyword is None))
        given: list[tuple[int | str, ir.Arg]] = [*enumerate(positional)]
        given += [(arg.keyword, arg) for arg in call.args if arg.keyword is not None]
        for slot, arg in given:
            for subject in self._subjects(arg.value):
                self._given.setdefault((name_of(call), slot), []).append((subject, id(self.tree.function(arg.value))))

    def asked(self) -> list[_Subject]:
        """What is asked for None, and what is given to it; what a function gives to one of its own name is another class's."""
        found, seen = list(self._asked), set(self._asked)
        for subject in found:  # grows
            for slot in self._gets.get(subject, ()):
                givers = self._given.pop(slot, [])
                own = [giver for giver in givers if giver[1] == subject[0]]
                if own:
                    self._given[slot] = own  # for another function of the name
                for giver, function in givers:
                    if function != subject[0] and giver not in seen:
                        seen.add(giver)
                        found.append(giver)
        return found


def _inside(owner: ir.ClassDef) -> Iterator[Node]:
    """The nodes of a class, each once."""
    waiting: list[Node] = [owner]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            waiting += children(node)


def _parameters(function: ir.Function) -> Iterator[tuple[str, _Slot]]:
    """The parameters of a function, each with how a call gives it."""
    bound = function.params[1:] if function.params and function.params[0].name in ("self", "cls") else function.params
    for index, param in enumerate(bound):
        yield param.name, (function.name, param.name)
        if param.kind != "keyword":
            yield param.name, (function.name, index)
