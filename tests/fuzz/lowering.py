"""The two readers of a text give the same program."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bce_lint.source.text import SourceError, decode
from bce_lint.syntax.magics import without_magics
from bce_lint.syntax.native.statements import lower_native
from bce_lint.syntax.parse import MAX_BYTES, MAX_DEPTH, ParseFailure, TooLarge, lower_full
from bce_lint.syntax.prescan import refusal
from tests.fuzz.program import Failure, Program
from tests.syntax.nodes import plain


@contextmanager
def _room() -> Iterator[None]:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 6_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def read_by_libcst(data: bytes, path: str) -> bool:
    """True if LibCST reads a file, as it is or without its lines of IPython: newer syntax than Python's, and what it lets pass."""
    try:
        text = decode(data, path).text
        with _room():
            for one in (text, without_magics(text)):
                try:
                    lower_full(one)
                    return True
                except (ParseFailure, RecursionError):
                    continue
    except SourceError:
        return False
    return False


def lowering(program: Program, files: Sequence[Path]) -> Iterator[Failure]:
    """Where Python's own reader and LibCST's both read a text, the programs are equal."""
    for path in files:
        try:
            text = decode(program.files[str(path)], str(path)).text
        except SourceError:
            continue
        if refusal(text, MAX_BYTES, MAX_DEPTH):
            continue
        with _room():
            try:
                whole, found = lower_full(text), lower_native(text)
            except (ParseFailure, TooLarge, RecursionError):
                continue
            if found is not None and plain(found) != plain(whole):
                yield Failure("disagreement", "Python's parser and LibCST", f"{path}: {_difference(plain(found), plain(whole))}")


def _difference(one: object, two: object, depth: int = 0) -> str:
    """The smallest part of two trees that differs."""
    if isinstance(one, tuple) and isinstance(two, tuple) and len(one) == len(two) and depth < 500:
        for left, right in zip(one, two, strict=True):
            if left != right:
                return _difference(left, right, depth + 1)
    return f"{str(one)[:300]} and {str(two)[:300]}"
