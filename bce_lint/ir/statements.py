"""The statements of the intermediate representation, functions and modules."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from bce_lint.ir.expressions import Arg, Expr, Span
from bce_lint.records import field, record

if TYPE_CHECKING:
    from bce_lint.ir.packing import Packed


@record(frozen=True, slots=True, eq=False)
class Assign:
    """`a = b = value`, or an annotated assignment with one target."""

    span: Span
    targets: tuple[Expr, ...]
    value: Expr
    annotation: Expr | None = None


@record(frozen=True, slots=True, eq=False)
class Declare:
    """`target: annotation` without a value."""

    span: Span
    target: Expr
    annotation: Expr


@record(frozen=True, slots=True, eq=False)
class AugAssign:
    """`target op= value`; `op` is the binary operator without the equals sign."""

    span: Span
    target: Expr
    op: str
    value: Expr


@record(frozen=True, slots=True, eq=False)
class ExprStmt:
    """An expression evaluated for its effect."""

    span: Span
    value: Expr


@record(frozen=True, slots=True, eq=False)
class Return:
    """`return value`."""

    span: Span
    value: Expr | None


@record(frozen=True, slots=True, eq=False)
class Raise:
    """`raise value`."""

    span: Span
    value: Expr | None


@record(frozen=True, slots=True, eq=False)
class Jump:
    """`break` or `continue`."""

    span: Span
    kind: str


@record(frozen=True, slots=True, eq=False)
class If:
    """`if test: body else: orelse`; `elif` and `match` are nested ones."""

    span: Span
    test: Expr
    body: Body
    orelse: Body


@record(frozen=True, slots=True, eq=False)
class For:
    """`for target in iter`; `size` counts the IR nodes of the body."""

    span: Span
    target: Expr
    iter: Expr
    body: Body
    orelse: Body
    size: int


@record(frozen=True, slots=True, eq=False)
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


@record(frozen=True, slots=True, eq=False)
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


@record(frozen=True, slots=True, eq=False)
class With:
    """`with items: body`."""

    span: Span
    items: tuple[WithItem, ...]
    body: Body


@record(frozen=True, slots=True, eq=False)
class Delete:
    """`del targets`."""

    span: Span
    targets: tuple[Expr, ...]


@record(frozen=True, slots=True, eq=False)
class Assert:
    """`assert test`."""

    span: Span
    test: Expr


@record(frozen=True, slots=True, eq=False)
class ImportModule:
    """`import module` (binds its first part) or `import module as bound` (`whole`: binds the module itself)."""

    span: Span
    module: str
    bound: str
    whole: bool


@record(frozen=True, slots=True, eq=False)
class ImportName:
    """`from module import name as bound` with `level` leading dots; `name` is `*` for a star import."""

    span: Span
    module: str
    level: int
    name: str
    bound: str


class Parameter(NamedTuple):
    """A parameter; kind is `positional` (before /), `normal`, `keyword`, `*` or `**`."""

    name: str
    kind: str
    default: Expr | None
    annotation: Expr | None


class _Packable:
    """What may have its body `packed`: that is no field, and nothing that is shown."""

    __slots__ = ("packed",)
    packed: Packed

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Body:
            """The body, where it was taken away."""
            if name != "body":
                raise AttributeError(name)
            self.packed.open()
            return self.body


@record(frozen=True, slots=True, eq=False)
class Function(_Packable):
    """A def or lambda. `bound` holds the names local to it; `span` is the name's (the lambda's own). Its body may be `packed`."""

    span: Span
    name: str
    params: tuple[Parameter, ...]
    body: Body
    decorators: tuple[Expr, ...] = ()
    bound: frozenset[str] = frozenset()
    globals: frozenset[str] = frozenset()
    nonlocals: frozenset[str] = frozenset()
    is_async: bool = False
    is_generator: bool = False
    returns: Expr | None = None


@record(frozen=True, slots=True, eq=False)
class FunctionDef:
    """A function definition statement."""

    span: Span
    function: Function


@record(frozen=True, slots=True, eq=False)
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


@record(frozen=True, slots=True, eq=False)
class Module:
    """A lowered file."""

    body: Body
    bound: frozenset[str] = field(default_factory=frozenset)
