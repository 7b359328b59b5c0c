"""What a mutation does: each operator gives the changes that it can make at one node, as a span of the text and what replaces it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from tests.mutation.syntax import Source


class Change(NamedTuple):
    """The text from `start` to `end` becomes `new`."""

    start: int
    end: int
    new: str


Operator = Callable[[Source, ast.AST], Iterator[Change]]

COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="), ast.LtE: ("<=", "<"), ast.Gt: (">", ">="), ast.GtE: (">=", ">"), ast.Eq: ("==", "!="), ast.NotEq: ("!=", "=="),
    ast.In: ("in", "not in"), ast.NotIn: (r"not\s+in", "in"), ast.Is: ("is", "is not"), ast.IsNot: (r"is\s+not", "is"),
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "+"), ast.Div: ("/", "*"), ast.FloorDiv: ("//", "*"), ast.Mod: ("%", "+"),
    ast.Pow: ("**", "*"), ast.BitAnd: ("&", "|"), ast.BitOr: ("|", "&"), ast.LShift: ("<<", ">>"), ast.RShift: (">>", "<<"),
}  # fmt: skip
EXCHANGED = {"any": "all", "all": "any", "min": "max", "max": "min", "sorted": "list"}
TYPE_TESTS = ("isinstance", "issubclass")


def _between(source: Source, left: ast.expr, right: ast.expr, old: str, new: str) -> Iterator[Change]:
    """Exchanges an operator between two expressions."""
    start, end = source.span(left)[1], source.span(right)[0]
    pattern = rf"\b{old}\b" if old[0].isalpha() else re.escape(old)
    if match := re.search(pattern, source.text[start:end]):
        yield Change(start + match.start(), start + match.end(), new)


def _replaced(source: Source, node: ast.expr | ast.stmt, new: str) -> Change:
    return Change(*source.span(node), new)


def comparison(source: Source, node: ast.AST) -> Iterator[Change]:
    """`<` becomes `<=`, `in` becomes `not in`, and so on."""
    if isinstance(node, ast.Compare):
        for left, operator, right in zip([node.left, *node.comparators], node.ops, node.comparators, strict=False):
            yield from _between(source, left, right, *COMPARISONS[type(operator)])


def boolean(source: Source, node: ast.AST) -> Iterator[Change]:
    """`and` becomes `or`, an operand goes, `not` goes."""
    if isinstance(node, ast.BoolOp):
        old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in zip(node.values, node.values[1:], strict=False):
            yield from _between(source, left, right, old, new)
        whole = source.span(node)
        if len(node.values) == 2:
            yield from (Change(*whole, f"({source.of(one)})") for one in node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield _replaced(source, node, f"({source.of(node.operand)})")


def constant(source: Source, node: ast.AST) -> Iterator[Change]:
    """Numbers grow by one, 0 and 1 change places, truth values are turned round, texts get a letter more."""
    if not isinstance(node, ast.Constant) or node.value is ...:
        return
    value = node.value
    news: list[object]
    if value is None:
        news = [] if isinstance(source.parents[node], ast.Return) else [True]
    elif isinstance(value, bool):
        news = [not value]
    elif isinstance(value, int):
        news = [value + 1, *([1 - value] if value == 1 else [])]
    elif isinstance(value, float | complex):
        news = [value + 1]
    elif isinstance(value, str):
        news = [f"{value}~"]
    else:
        news = [value + b"~"]
    yield from (_replaced(source, node, repr(new)) for new in news)


def arithmetic(source: Source, node: ast.AST) -> Iterator[Change]:
    """`+` becomes `-`, `&` becomes `|`, and so on; a type test's `A | B` loses one side; a minus goes."""
    if isinstance(node, ast.BinOp):
        parent = source.parents[node]
        if isinstance(node.op, ast.BitOr) and isinstance(parent, ast.Call) and ast.unparse(parent.func) in TYPE_TESTS:
            yield from (_replaced(source, node, source.of(one)) for one in (node.left, node.right))
        elif type(node.op) in ARITHMETIC:
            yield from _between(source, node.left, node.right, *ARITHMETIC[type(node.op)])
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield _replaced(source, node, f"({source.of(node.operand)})")
    elif isinstance(node, ast.AugAssign) and type(node.op) in ARITHMETIC:
        old, new = ARITHMETIC[type(node.op)]
        start, end = source.span(node.target)[1], source.span(node.value)[0]
        at = source.text.index(f"{old}=", start, end)
        yield from (Change(at, at + len(old) + 1, one) for one in (f"{new}=", "="))


def deletion(source: Source, node: ast.AST) -> Iterator[Change]:
    """A call, an assignment, a raise, an early `return`, `continue` or `break` goes."""
    if isinstance(node, ast.stmt) and _may_go(source, node):
        yield _replaced(source, node, "pass")


def _may_go(source: Source, node: ast.stmt) -> bool:
    """True if a statement can go. What is assigned to must be there without it: else the first test that comes by sees a `NameError`."""
    if isinstance(node, ast.Return):
        return node.value is None
    if not isinstance(node, ast.Assign | ast.AnnAssign):
        return isinstance(node, ast.Expr | ast.Raise | ast.Continue | ast.Break | ast.Delete | ast.AugAssign)
    if node.value is None:
        return False
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    if isinstance(target, ast.Attribute | ast.Subscript):
        return True
    around = source.runs_in(node)
    if not isinstance(target, ast.Name) or not isinstance(around, ast.FunctionDef):
        return False
    stored = [one for one in ast.walk(around) if isinstance(one, ast.Name) and one.id == target.id and isinstance(one.ctx, ast.Store)]
    arguments = [one.arg for one in ast.walk(around.args) if isinstance(one, ast.arg)]
    return len(stored) > 1 or target.id in arguments


def returned(source: Source, node: ast.AST) -> Iterator[Change]:
    """What is returned becomes None, where it is not as good as None to most callers."""
    if isinstance(node, ast.Return) and node.value is not None and not (isinstance(node.value, ast.Constant) and not node.value.value):
        yield _replaced(source, node.value, "None")


def condition(source: Source, node: ast.AST) -> Iterator[Change]:
    """A condition holds always, or never."""
    if isinstance(node, ast.If | ast.IfExp):
        yield from (_replaced(source, node.test, one) for one in ("True", "False"))
    elif isinstance(node, ast.While):
        yield _replaced(source, node.test, "False")
    elif isinstance(node, ast.comprehension):
        yield from (_replaced(source, test, one) for test in node.ifs for one in ("True", "False"))
    elif isinstance(node, ast.match_case) and node.guard is not None:
        yield from (_replaced(source, node.guard, one) for one in ("True", "False"))


def call(source: Source, node: ast.AST) -> Iterator[Change]:
    """Two arguments change places; `any` becomes `all`, `min` becomes `max`, `sorted` does not sort."""
    if not isinstance(node, ast.Call):
        return
    if len(node.args) == 2 and not node.keywords and not any(isinstance(one, ast.Starred) for one in node.args):
        first, second = node.args
        if source.of(first) != source.of(second) and ast.unparse(node.func) not in (*TYPE_TESTS, "getattr", "cast"):
            (start, middle), (behind, end) = source.span(first), source.span(second)
            yield Change(start, end, f"{source.of(second)}{source.text[middle:behind]}{source.of(first)}")
    if isinstance(node.func, ast.Name) and node.func.id in EXCHANGED and not (node.func.id == "sorted" and node.keywords):
        yield _replaced(source, node.func, EXCHANGED[node.func.id])


def element(source: Source, node: ast.AST) -> Iterator[Change]:
    """A set, a list, a dict or a tuple of a table loses one element."""
    if isinstance(node, ast.Dict):
        pairs = [(key, value) for key, value in zip(node.keys, node.values, strict=True) if key is not None]
        starts = [source.span(key)[0] for key, _ in pairs]
        ends = [source.span(value)[1] for _, value in pairs]
    elif _is_table(source, node):
        assert isinstance(node, ast.Set | ast.List | ast.Tuple)
        starts, ends = [source.span(one)[0] for one in node.elts], [source.span(one)[1] for one in node.elts]
    else:
        return
    if len(starts) < 2:
        return
    for at in range(len(starts)):
        start, end = (starts[at], starts[at + 1]) if at + 1 < len(starts) else (ends[at - 1], ends[at])
        if len(starts) > 2 or not isinstance(node, ast.Tuple):
            yield Change(start, end, "")


def _is_table(source: Source, node: ast.AST) -> bool:
    if isinstance(node, ast.Set):
        return True
    if isinstance(node, ast.List):
        return isinstance(node.ctx, ast.Load)
    if not isinstance(node, ast.Tuple) or not isinstance(node.ctx, ast.Load):
        return False
    parent = source.parents[node]
    return isinstance(parent, ast.Compare | ast.Starred) or (isinstance(parent, ast.Call) and len(parent.args) == 1)


def slicing(source: Source, node: ast.AST) -> Iterator[Change]:
    """A slice loses a bound."""
    if isinstance(node, ast.Slice):
        yield from (_replaced(source, bound, "") for bound in (node.lower, node.upper) if bound is not None)


OPERATORS: dict[str, Operator] = {
    one.__name__: one for one in (comparison, boolean, constant, arithmetic, deletion, returned, condition, call, element, slicing)
}
