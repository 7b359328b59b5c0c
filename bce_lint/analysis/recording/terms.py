"""How values were computed, as terms: what a run of the interpreter can write down of a tensor so that torch can compute it again.

A term names operations of torch alone, and constants. What the project's own code does is gone from it, but for the values that
could not be followed: each of these is an `Input`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from bce_lint.analysis.domain.tensor import SourceRange
from bce_lint.analysis.domain.values import Value
from bce_lint.catalog import tensors
from bce_lint.catalog.schema import Transfer
from bce_lint.records import record

Key: TypeAlias = tuple[SourceRange, str]
"""What tells one value from another: where it comes from, and its text."""


@record(frozen=True, slots=True)
class Known:
    """A constant of Python."""

    value: object


@record(frozen=True, slots=True)
class Named:
    """Something of torch by its canonical name: a dtype, for the most part."""

    name: str


@record(frozen=True, slots=True)
class Input:
    """A value that was not followed, from an expression at `spot`. `value` is what is known of it."""

    spot: SourceRange
    text: str
    value: Value


@record(frozen=True, slots=True)
class Group:
    """Several values; `kind` is tuple, list, slice (lower, upper, step) or chain (modules, one after the other)."""

    kind: str
    items: tuple[Term, ...]


@record(frozen=True, slots=True, eq=False)
class Apply:
    """An operation and its arguments, at `spot`. `value` is what is known of the result.

    `operation` is a canonical name (`torch.sigmoid`), `.name` for a method and
    `@name` for an attribute (their object is the first argument), `op +` for an
    operator, `[]` for an item, or `()` for a module that is called (the module is the first argument).
    """

    operation: str
    args: tuple[Term, ...]
    keywords: tuple[tuple[str, Term], ...]
    spot: SourceRange
    text: str
    value: Value


Term: TypeAlias = Known | Named | Input | Group | Apply


def parts(term: Term) -> tuple[Term, ...]:
    """The terms directly below one."""
    match term:
        case Group():
            return term.items
        case Apply():
            return (*term.args, *(value for _, value in term.keywords))
    return ()


def row_of(operation: str) -> Transfer | None:
    """What the catalogue says of an operation on tensors."""
    if operation.startswith("."):
        return tensors.METHODS.get(operation[1:])
    return tensors.ATTRIBUTES.get(operation[1:]) if operation.startswith("@") else tensors.FUNCTIONS.get(operation)


def is_view(operation: str) -> bool:
    """True if an operation may give another view of the same storage."""
    row = row_of(operation)
    return operation == "[]" or (row is not None and row.may_share)


def walk(term: Term) -> Iterator[Term]:
    """A term and all below it, each once."""
    seen: set[int] = set()
    waiting = [term]
    while waiting:
        one = waiting.pop()
        if id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting.extend(reversed(parts(one)))
