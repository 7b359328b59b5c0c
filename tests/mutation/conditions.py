"""`python -m tests.mutation.conditions [PATHS]`: the conditions that no fixture and no near test sees both true and false.

A mutant that negates such a condition, or takes it away, must survive. One run finds them all, where mutants take seconds each. Of `<`
and its kin it is also told when the two sides were never equal: `<=` in its place would survive.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import operator
import os
import pickle
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mutation import fixtures, loading
from tests.mutation.__main__ import ROOMS, ROOT, _texts
from tests.mutation.recording import FOLDER, NEAR, PYTEST, environment

SEEN = "__seen__"
ORDERED: dict[type[ast.cmpop], str] = {ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge"}


class Seen:
    """What each condition was: `outcomes` has them by the number of its place."""

    def __init__(self) -> None:
        self.places: list[tuple[str, int, str]] = []
        self.outcomes: dict[int, set[bool]] = {}
        self.equal: dict[int, bool] = {}

    def truth(self, number: int, value: object) -> object:
        """Notes whether a value counts as true, and hands it on."""
        self.outcomes[number].add(bool(value))
        return value

    def order(self, number: int, kind: str, left: object, right: object) -> object:
        """Compares, and notes whether the two are equal."""
        if left == right:
            self.equal[number] = True
        return getattr(operator, kind)(left, right)

    def read(self, path: str, text: str) -> ast.Module:
        """A file whose conditions are noted."""
        return ast.fix_missing_locations(_Noted(self, path).visit(ast.parse(text)))  # type: ignore[no-any-return]

    def place(self, path: str, node: ast.AST, what: str = "") -> int:
        """A new place's number."""
        number = len(self.places)
        self.places.append((path, getattr(node, "lineno", 0), what or ast.unparse(node)))
        return number

    def notes(self) -> Iterator[tuple[tuple[str, int, str], set[str]]]:
        """Each place with what was noted of it."""
        for at, place in enumerate(self.places):
            equal = {"equal"} if self.equal.get(at) else set()
            yield place, {str(one) for one in self.outcomes[at]} if at in self.outcomes else {"order", *equal}


class _Noted(ast.NodeTransformer):
    def __init__(self, seen: Seen, path: str) -> None:
        self.seen, self.path = seen, path

    def _wrapped(self, node: ast.expr) -> ast.expr:
        number = self.seen.place(self.path, node)
        self.seen.outcomes[number] = set()
        inside: ast.expr = self.visit(node)
        return ast.copy_location(
            ast.Call(ast.Attribute(ast.Name(SEEN, ast.Load()), "truth", ast.Load()), [ast.Constant(number), inside], []), node
        )

    def _test(self, node: ast.expr) -> ast.expr:
        """A condition: of one that is made of others, those are noted."""
        if not isinstance(node, ast.BoolOp):
            return self._wrapped(node)
        node.values = [self._test(one) for one in node.values]
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        """Notes each operand of what is asked for as a value: what the last one is, is nobody's condition."""
        node.values = [*(self._test(one) for one in node.values[:-1]), self.visit(node.values[-1])]
        return node

    def visit_Assert(self, node: ast.Assert) -> ast.Assert:
        """Leaves an assertion alone, as mutants do."""
        return node

    def visit_If(self, node: ast.If) -> ast.If:
        """Notes the condition of a statement."""
        node.test = self._test(node.test)
        node.body = [self.visit(one) for one in node.body]
        node.orelse = [self.visit(one) for one in node.orelse]
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.IfExp:
        """Notes the condition of an expression."""
        node.test, node.body, node.orelse = self._test(node.test), self.visit(node.body), self.visit(node.orelse)
        return node

    def visit_While(self, node: ast.While) -> ast.While:
        """Notes the condition of a loop."""
        node.test = self._test(node.test)
        node.body = [self.visit(one) for one in node.body]
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.comprehension:
        """Notes what a comprehension asks."""
        node.target, node.iter = self.visit(node.target), self.visit(node.iter)
        node.ifs = [self._test(one) for one in node.ifs]
        return node

    def visit_match_case(self, node: ast.match_case) -> ast.match_case:
        """Notes a guard."""
        node.guard = node.guard and self._test(node.guard)
        node.body = [self.visit(one) for one in node.body]
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """Notes whether the sides of an order were equal."""
        what = ast.unparse(node)
        self.generic_visit(node)
        if len(node.ops) != 1 or type(node.ops[0]) not in ORDERED:
            return node
        number = self.seen.place(self.path, node, what)
        self.seen.equal[number] = False
        kind = ast.Constant(ORDERED[type(node.ops[0])])
        function = ast.Attribute(ast.Name(SEEN, ast.Load()), "order", ast.Load())
        return ast.copy_location(ast.Call(function, [ast.Constant(number), kind, node.left, node.comparators[0]], []), node)


def main(arguments: list[str] | None = None) -> int:
    """Prints the conditions by file and line; 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation.conditions", description=__doc__)
    parser.add_argument("paths", nargs="*", metavar="PATHS", help="the files and folders to tell of, from the repository's root")
    parser.add_argument("--jobs", type=int, default=1, help="how many processes (default: 1)")
    options = parser.parse_args(arguments)
    parts = [ROOT / FOLDER / f"conditions.{number}" for number in range(options.jobs)]
    parts[0].parent.mkdir(exist_ok=True)
    children = [_child(part, number, options.jobs) for number, part in enumerate(parts)]
    ended = [os.waitpid(child, 0)[1] for child in children]
    if any(ended):
        raise SystemExit("the conditions could not be noted")
    found: defaultdict[tuple[str, int, str], set[str]] = defaultdict(set)
    for part in parts:
        for place, notes in pickle.loads(part.read_bytes()):
            found[place] |= notes
        part.unlink()
    wanted = _texts(ROOT, options.paths or ROOMS)
    for place in sorted(found):
        if place[0] in wanted and (told := told_of(found[place])):
            print(f"{place[0]}:{place[1]}: {told}: {place[2]}")
    return 0


def told_of(notes: set[str]) -> str:
    """What is to be told of a place's notes, if anything."""
    if "order" in notes:
        return "" if "equal" in notes else "never equal"
    return "" if {"True", "False"} <= notes else "always true" if "True" in notes else "always false" if "False" in notes else "never asked"


def _child(part: Path, number: int, jobs: int) -> int:
    child = os.fork()
    if not child:
        status = 1
        os.dup2(os.open(os.devnull, os.O_RDWR), 1)
        try:
            part.write_bytes(pickle.dumps(list(_watched(number, jobs))))
            status = 0
        finally:
            os._exit(status)
    return child


def _watched(number: int, jobs: int) -> Iterator[tuple[tuple[str, int, str], set[str]]]:
    """What one process sees: every so-manieth check and file."""
    environment(ROOT)
    seen, texts = Seen(), _texts(ROOT, ROOMS)
    files = loading.ChangedFiles(ROOT, set(texts), seen.read, {SEEN: seen})
    loading.install(files)
    checks = fixtures.checks(ROOT)
    loading.import_all(files)
    for name in sorted(checks)[number::jobs]:
        if "_torch.py" not in name:
            with contextlib.suppress(Exception):
                checks[name]()
    tests = [str(file.relative_to(ROOT)) for folder in NEAR for file in sorted((ROOT / folder).rglob("test_*.py"))]
    tests = [name for name in tests if not name.endswith("_torch.py") and name not in fixtures.FILES]
    pytest.main([*PYTEST, "-m", "not long and not torch", "--rootdir", str(ROOT), *tests[number::jobs]])
    yield from seen.notes()


if __name__ == "__main__":
    sys.exit(main())
