"""Copies of objects: they have cells of their own, so that what is assigned to them does not reach the original."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.analysis.domain.values import TOP, Ref, Seq, Table, Value
from bce_lint.analysis.models.model import Model
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.records import changed

MOST = 1_000
"""How many objects a deep copy goes through."""
EACH = 4
"""How many of them cost as much as an evaluation."""
_COPIED = ("instance", "namespace", "container", "list", "set", "dict")


def shallow(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    """`copy.copy(x)`."""
    value = args.get(0, "x") or TOP
    if type(value) is not Ref or value.kind not in _COPIED:
        return value
    copies = _Copies(m, frame, node.span, False)
    copy = copies.of(value)
    copies.finish()
    return copy


def deep(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    """`copy.deepcopy(x)`: what an object holds is copied, too. It costs fuel, as an evaluation does for every few objects."""
    if m.fuel < 0:
        return TOP
    copies = _Copies(m, frame, node.span, True)
    copy = copies.within(args.get(0, "x") or TOP)
    copies.finish()
    m.fuel -= len(copies.made) // EACH
    return copy


class _Copies:
    """The copies that one call makes, by the address of what they are copied from."""

    def __init__(self, m: Machine, frame: Frame, span: ir.Span, deep: bool) -> None:
        self.m, self.deep = m, deep
        self.key = frame.context, frame.unit.address, span, frame.unrolled_at
        self.made: dict[int, Ref] = {}
        self.waiting: list[tuple[Ref, Ref]] = []

    def of(self, value: Ref) -> Ref:
        """The copy of an object, which `finish` fills."""
        if value.address not in self.made:
            self.m.placed(value.address)
            copy = changed(value, address=self.m.intern(("copy", value.address, *self.key)))
            self.made[value.address] = copy
            self.waiting.append((value, copy))
        return self.made[value.address]

    def finish(self) -> None:
        """Copies what the objects hold, and the objects in that; of too many, nothing is known of what the last hold."""
        while self.waiting:
            value, copy = self.waiting.pop()
            for name in self.m.names(value.address):
                held = self.m.read(value.address, name) or TOP
                if self.deep:
                    held = self.within(held) if len(self.made) < MOST else TOP
                self.m.write(copy.address, name, held)

    def within(self, value: Value) -> Value:
        """A value with copies of the objects in it."""
        if type(value) is Ref and value.kind in _COPIED:
            return self.of(value)
        return value.map(self.within) if type(value) is Seq or type(value) is Table else value


MODELS: dict[str, Model] = {"copy.copy": shallow, "copy.deepcopy": deep}
"""The standard library's copies."""
