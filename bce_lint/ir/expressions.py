"""The expressions of the intermediate representation."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from bce_lint.records import record

if TYPE_CHECKING:
    from bce_lint.ir.statements import Function


class Span(NamedTuple):
    """A half-open range of code points in one file."""

    start: int
    end: int


MAX_BITS = 1_000
"""The largest whole numbers that are constants: any of these is a float as well, and has fewer digits than Python prints."""


@record(frozen=True, slots=True, eq=False)
class Const:
    """A literal: None, bool, int of at most `MAX_BITS`, float, complex, str, bytes or Ellipsis."""

    span: Span
    value: object


@record(frozen=True, slots=True, eq=False)
class Name:
    """A name that is read or bound."""

    span: Span
    id: str


@record(frozen=True, slots=True, eq=False)
class Attr:
    """`value.name`."""

    span: Span
    value: Expr
    name: str


@record(frozen=True, slots=True, eq=False)
class Item:
    """`value[index]`; several indices are a tuple `Build`."""

    span: Span
    value: Expr
    index: Expr


@record(frozen=True, slots=True, eq=False)
class Slice:
    """`lower:upper:step` inside an index."""

    span: Span
    lower: Expr | None
    upper: Expr | None
    step: Expr | None


class Arg(NamedTuple):
    """One argument of a call: `value`, `keyword=value`, `*value` (stars 1) or `**value` (stars 2)."""

    value: Expr
    keyword: str | None = None
    stars: int = 0


@record(frozen=True, slots=True, eq=False)
class Call:
    """`func(*args)`."""

    span: Span
    func: Expr
    args: tuple[Arg, ...]


@record(frozen=True, slots=True, eq=False)
class Op:
    """An operator over its operands, in source order.

    Binary: + - * / // % ** @ << >> & | ^ (an unbroken chain of one operator is one n-ary node, folded
    from the left); unary: pos neg invert not; n-ary short circuit: and or; comparison (always two
    operands, a chain becomes `and`): < <= > >= == != in "not in" is "is not"; `format` for f-strings.
    """

    span: Span
    op: str
    operands: tuple[Expr, ...]


@record(frozen=True, slots=True, eq=False)
class Choice:
    """`then if test else other`."""

    span: Span
    test: Expr
    then: Expr
    other: Expr


@record(frozen=True, slots=True, eq=False)
class Build:
    """A tuple, list or set display; items may be `Star`."""

    span: Span
    kind: str
    items: tuple[Expr, ...]


@record(frozen=True, slots=True, eq=False)
class Dict:
    """A dict display; a key of None stands for `**value`."""

    span: Span
    keys: tuple[Expr | None, ...]
    values: tuple[Expr, ...]


@record(frozen=True, slots=True, eq=False)
class Star:
    """`*value` in a display or an assignment target."""

    span: Span
    value: Expr


@record(frozen=True, slots=True, eq=False)
class Lambda:
    """A lambda; its body is one `Return`."""

    span: Span
    function: Function


class Clause(NamedTuple):
    """`for target in iter if tests…` of a comprehension."""

    target: Expr
    iter: Expr
    tests: tuple[Expr, ...]


@record(frozen=True, slots=True, eq=False)
class Comp:
    """A comprehension of kind list, set, dict (two elements: key and value) or generator."""

    span: Span
    kind: str
    elements: tuple[Expr, ...]
    clauses: tuple[Clause, ...]


@record(frozen=True, slots=True, eq=False)
class Bind:
    """`(name := value)`."""

    span: Span
    name: str
    value: Expr


@record(frozen=True, slots=True, eq=False)
class Yield:
    """`yield value`, or `yield from value` when `delegate`."""

    span: Span
    value: Expr | None
    delegate: bool


@record(frozen=True, slots=True, eq=False)
class Opaque:
    """Something not modelled; `parts` are evaluated for their effects."""

    span: Span
    parts: tuple[Expr, ...] = ()


Expr: TypeAlias = Const | Name | Attr | Item | Slice | Call | Op | Choice | Build | Dict | Star | Lambda | Comp | Bind | Yield | Opaque
