"""The names a scope binds, gathered while its body is lowered."""

from __future__ import annotations

from bce_lint import ir


class Scope:
    """A module, class or function under construction."""

    __slots__ = ("bound", "generator", "globals", "matches", "nonlocals")

    def __init__(self) -> None:
        self.bound: set[str] = set()
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()
        self.generator = False
        self.matches = 0
        """How many `match` statements have a name in it for what they look at."""

    def local(self) -> frozenset[str]:
        """The names local to the scope."""
        return frozenset(self.bound - self.globals - self.nonlocals)

    def bind(self, target: ir.Expr) -> None:
        """Notes the names that an assignment target binds."""
        if isinstance(target, ir.Name):
            self.bound.add(target.id)
        elif isinstance(target, ir.Build):
            for item in target.items:
                self.bind(item)
        elif isinstance(target, ir.Star):
            self.bind(target.value)
