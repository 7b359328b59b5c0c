"""The intermediate representation: a small, desugared Python whose every node knows its source span.

Spans are offsets in code points into the decoded text (byte order mark excluded). What cannot be
lowered is `Opaque`: its parts are evaluated, its value is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias


class Span(NamedTuple):
    """A half-open range of code points in one file."""

    start: int
    end: int


# --- expressions ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Const:
    """A literal: None, bool, int, float, complex, str, bytes or Ellipsis."""

    span: Span
    value: object


@dataclass(frozen=True, slots=True, eq=False)
class Name:
    """A name that is read or bound."""

    span: Span
    id: str


@dataclass(frozen=True, slots=True, eq=False)
class Attr:
    """`value.name`."""

    span: Span
    value: Expr
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """`value[index]`; several indices are a tuple `Build`."""

    span: Span
    value: Expr
    index: Expr


@dataclass(frozen=True, slots=True, eq=False)
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


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """`func(*args)`."""

    span: Span
    func: Expr
    args: tuple[Arg, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Op:
    """An operator over its operands, in source order.

    Binary: + - * / // % ** @ << >> & | ^ (an unbroken chain of one operator is one n-ary node, folded
    from the left); unary: pos neg invert not; n-ary short circuit: and or; comparison (always two
    operands, a chain becomes `and`): < <= > >= == != in "not in" is "is not"; `format` for f-strings.
    """

    span: Span
    op: str
    operands: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """`then if test else other`."""

    span: Span
    test: Expr
    then: Expr
    other: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Build:
    """A tuple, list or set display; items may be `Star`."""

    span: Span
    kind: str
    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Dict:
    """A dict display; a key of None stands for `**value`."""

    span: Span
    keys: tuple[Expr | None, ...]
    values: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Star:
    """`*value` in a display or an assignment target."""

    span: Span
    value: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Lambda:
    """A lambda; its body is one `Return`."""

    span: Span
    function: Function


class Clause(NamedTuple):
    """`for target in iter if tests…` of a comprehension."""

    target: Expr
    iter: Expr
    tests: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Comp:
    """A comprehension of kind list, set, dict (two elements: key and value) or generator."""

    span: Span
    kind: str
    elements: tuple[Expr, ...]
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Bind:
    """`(name := value)`."""

    span: Span
    name: str
    value: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Yield:
    """`yield value`, or `yield from value` when `delegate`."""

    span: Span
    value: Expr | None
    delegate: bool


@dataclass(frozen=True, slots=True, eq=False)
class Opaque:
    """Something not modelled; `parts` are evaluated for their effects."""

    span: Span
    parts: tuple[Expr, ...] = ()


Expr: TypeAlias = Const | Name | Attr | Item | Slice | Call | Op | Choice | Build | Dict | Star | Lambda | Comp | Bind | Yield | Opaque


# --- statements ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Assign:
    """`a = b = value`, or an annotated assignment with one target."""

    span: Span
    targets: tuple[Expr, ...]
    value: Expr
    annotation: Expr | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Declare:
    """`target: annotation` without a value."""

    span: Span
    target: Expr
    annotation: Expr


@dataclass(frozen=True, slots=True, eq=False)
class AugAssign:
    """`target op= value`; `op` is the binary operator without the equals sign."""

    span: Span
    target: Expr
    op: str
    value: Expr


@dataclass(frozen=True, slots=True, eq=False)
class ExprStmt:
    """An expression evaluated for its effect."""

    span: Span
    value: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Return:
    """`return value`."""

    span: Span
    value: Expr | None


@dataclass(frozen=True, slots=True, eq=False)
class Raise:
    """`raise value`."""

    span: Span
    value: Expr | None


@dataclass(frozen=True, slots=True, eq=False)
class Jump:
    """`break` or `continue`."""

    span: Span
    kind: str


@dataclass(frozen=True, slots=True, eq=False)
class If:
    """`if test: body else: orelse`; `elif` and `match` are nested ones."""

    span: Span
    test: Expr
    body: Body
    orelse: Body


@dataclass(frozen=True, slots=True, eq=False)
class For:
    """`for target in iter`; `size` counts the IR nodes of the body."""

    span: Span
    target: Expr
    iter: Expr
    body: Body
    orelse: Body
    size: int


@dataclass(frozen=True, slots=True, eq=False)
class While:
    """`while test`; `size` counts the IR nodes of the body."""

    span: Span
    test: Expr
    body: Body
    orelse: Body
    size: int


class Handler(NamedTuple):
    """`except type as name: body`."""

    type: Expr | None
    name: str | None
    body: Body


@dataclass(frozen=True, slots=True, eq=False)
class Try:
    """`try` with its handlers, `else` and `finally`."""

    span: Span
    body: Body
    handlers: tuple[Handler, ...]
    orelse: Body
    final: Body


class WithItem(NamedTuple):
    """`context as target`."""

    context: Expr
    target: Expr | None


@dataclass(frozen=True, slots=True, eq=False)
class With:
    """`with items: body`."""

    span: Span
    items: tuple[WithItem, ...]
    body: Body


@dataclass(frozen=True, slots=True, eq=False)
class Delete:
    """`del targets`."""

    span: Span
    targets: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Assert:
    """`assert test`."""

    span: Span
    test: Expr


@dataclass(frozen=True, slots=True, eq=False)
class ImportModule:
    """`import module` (binds its first part) or `import module as bound` (`whole`: binds the module itself)."""

    span: Span
    module: str
    bound: str
    whole: bool


@dataclass(frozen=True, slots=True, eq=False)
class ImportName:
    """`from module import name as bound` with `level` leading dots; `name` is `*` for a star import."""

    span: Span
    module: str
    level: int
    name: str
    bound: str


class Param(NamedTuple):
    """A parameter; kind is `positional` (before /), `normal`, `keyword`, `*` or `**`."""

    name: str
    kind: str
    default: Expr | None
    annotation: Expr | None


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A def or lambda. `bound` holds the names local to it; `span` is the name's (the lambda's own)."""

    span: Span
    name: str
    params: tuple[Param, ...]
    body: Body
    decorators: tuple[Expr, ...] = ()
    bound: frozenset[str] = frozenset()
    globals: frozenset[str] = frozenset()
    nonlocals: frozenset[str] = frozenset()
    is_async: bool = False
    is_generator: bool = False
    returns: Expr | None = None


@dataclass(frozen=True, slots=True, eq=False)
class FunctionDef:
    """A function definition statement."""

    span: Span
    function: Function


@dataclass(frozen=True, slots=True, eq=False)
class ClassDef:
    """A class definition; `bases` includes keywords such as `metaclass=`."""

    span: Span
    name: str
    bases: tuple[Arg, ...]
    body: Body
    decorators: tuple[Expr, ...] = ()
    bound: frozenset[str] = frozenset()


Stmt: TypeAlias = (
    Assign | Declare | AugAssign | ExprStmt | Return | Raise | Jump | If | For | While | Try | With | Delete | Assert
    | ImportModule | ImportName | FunctionDef | ClassDef
)  # fmt: skip
Body: TypeAlias = tuple[Stmt, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """A lowered file."""

    body: Body
    bound: frozenset[str] = field(default_factory=frozenset)
