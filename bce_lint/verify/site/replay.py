"""Slices computed by torch: the operations that the catalogue knows, on given tensors. Nothing of the project is run."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import reduce
from math import prod
from typing import Any, Final

import torch

from bce_lint.analysis.recording.terms import Apply, Group, Input, Key, Known, Named, Term, row_of
from bce_lint.catalog.dtypes import TORCH_DTYPES
from bce_lint.catalog.schema import Kind
from bce_lint.fixes.terms import Unsuitable
from bce_lint.verify.row import LOW
from bce_lint.verify.site.bounds import MOST, TooManyElements
from bce_lint.verify.site.slices import key, quoted

_OPERATORS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv, "%": operator.mod,
    "**": operator.pow, "@": operator.matmul, "&": operator.and_, "|": operator.or_, "^": operator.xor,
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
_UNARY: Final[Mapping[str, Callable[[Any], Any]]] = {"neg": operator.neg, "pos": operator.pos, "invert": operator.invert}
_LOWER: Final = frozenset(name for name, dtype in TORCH_DTYPES.items() if dtype in LOW)
_SEED: Final = 7
_SMALL: Final = 1_000


class Replay:
    """One computation. `given` are the inputs; `high` computes everything in float64, whatever the slice casts to."""

    def __init__(self, given: Mapping[Key, Any], high: bool) -> None:
        self.given, self.high = given, high
        self.dtypes: set[str] = set()
        self.elements = 0
        self._done: dict[int, Any] = {}

    def run(self, term: Term) -> Any:
        """The value of a slice. Raises what torch raises, and `Unsuitable` for an input that is not given."""
        with _defaults(torch.float64 if self.high else torch.float32):
            return self._value(term)

    def _value(self, term: Term) -> Any:
        if id(term) not in self._done:
            found = self._done[id(term)] = self._computed(term)
            if isinstance(found, torch.Tensor):
                self._seen(found)
        return self._done[id(term)]

    def _seen(self, found: torch.Tensor) -> None:
        self.elements += found.numel()
        if self.elements > MOST:
            raise TooManyElements(self.elements, "the computation")
        if found.is_floating_point():
            self.dtypes.add(str(found.dtype).removeprefix("torch."))

    def _bounded(self, term: Apply, args: list[Any], keywords: Mapping[str, Any]) -> None:
        """Raises `Unsuitable` for what would take more memory or time than a trial is worth, or is no operation on tensors."""
        name = term.operation
        if name.startswith("op "):
            if name[3:] not in _OPERATORS and name[3:] not in _UNARY:
                raise Unsuitable(f"`{name[3:]}` is not computed")
            if not any(isinstance(one, torch.Tensor) for one in args) and not all(_is_small(one) for one in args):
                raise Unsuitable(f"{quoted(term.text)} is not computed")
            return
        numbers = [n for one in (*args, *keywords.values()) for n in (one if isinstance(one, list | tuple) else (one,)) if _is_whole(n)]
        row = row_of(name)
        growing = row is not None and "growing" in row.trial
        large = prod(abs(n) for n in numbers if n) if growing else max(map(abs, numbers), default=0)
        if large > MOST:
            raise TooManyElements(large, quoted(term.text))

    def _computed(self, term: Term) -> Any:
        match term:
            case Known():
                return term.value
            case Named():
                return self._dtype(term.name)
            case Input():
                return self._given(term)
            case Group():
                values = [self._value(item) for item in term.items]
                return slice(*values) if term.kind == "slice" else values if term.kind == "list" else tuple(values)
        return self._applied(term)

    def _given(self, term: Input) -> Any:
        found = key(term)
        if found is None or found not in self.given:
            raise Unsuitable(f"`{term.text}` cannot be followed" if term.text else "a value cannot be followed")
        return self.given[found]

    def _dtype(self, name: str) -> Any:
        if self.high and name in _LOWER:
            return torch.float64
        return named(name)

    def _applied(self, term: Apply) -> Any:
        args = [self._value(one) for one in term.args]
        keywords = {name: self._value(value) for name, value in term.keywords}
        self._bounded(term, args, keywords)
        try:
            return self._result(term, args, keywords)
        except TooManyElements as error:
            raise error if error.named else TooManyElements(error.count, quoted(term.text)) from None

    def _result(self, term: Apply, args: list[Any], keywords: dict[str, Any]) -> Any:
        head, _, rest = term.operation.partition(" ")
        if head == "op":
            return _UNARY[rest](args[0]) if rest in _UNARY else reduce(_OPERATORS[rest], args)
        if head == "[]":
            return args[0][args[1]]
        if head == "()":
            return args[0](*args[1:], **keywords)
        if head.startswith("@"):
            return getattr(args[0], head[1:])
        if head.startswith("."):
            return self._method(head, args, keywords)
        made = named(head)(*args, **keywords)
        return made.eval() if isinstance(made, torch.nn.Module) else made

    def _method(self, name: str, args: list[Any], keywords: dict[str, Any]) -> Any:
        row = row_of(name)
        cast = row is not None and row.kind is Kind.KEEP and row.dtype in LOW
        name = ".double" if self.high and cast else name
        owner = args[0].clone() if name.endswith("_") else args[0]  # what is written to is given to others as it was
        return getattr(owner, name[1:])(*args[1:], **keywords)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_small(value: object) -> bool:
    """True if Python's arithmetic with a value stays small."""
    return isinstance(value, float) or (isinstance(value, int) and abs(value) <= _SMALL)


@contextmanager
def _defaults(dtype: torch.dtype) -> Iterator[None]:
    """Random numbers as in every other run, and new tensors in a dtype."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(_SEED)
            yield
    finally:
        torch.set_default_dtype(before)


def named(name: str) -> Any:
    """The object of torch with a canonical name. Raises `Unsuitable` where this torch has none."""
    if not name.startswith("torch."):
        raise Unsuitable(f"`{name}` is not torch's")
    found: Any = torch
    for part in name.split(".")[1:]:
        found = getattr(found, part, None)
        if found is None:
            raise Unsuitable(f"torch {torch.__version__} has no `{name}`")
    return found
