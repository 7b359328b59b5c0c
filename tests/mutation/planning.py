"""What is run for a mutant: the checks and the tests that reach its line, as many as there is time for."""

from __future__ import annotations

import ast
import re
import zlib
from collections import Counter, defaultdict

from tests.mutation.counting import Lines
from tests.mutation.mutants import Mutant
from tests.mutation.recording import Reached, Record
from tests.mutation.trial import CHECK_SECONDS, TEST_SECONDS, Plan


class Planner:
    """Plans trials from a record."""

    def __init__(self, texts: dict[str, str], record: Record) -> None:
        self.texts, self.record, self.lines = texts, record, Lines(texts)
        self._rows: defaultdict[str, set[int]] = defaultdict(set)
        for path, text in texts.items():
            self._find_names(path, ast.parse(text), 0)
        self._bits = {id(one): zlib.decompress(one.bits) for group in (record.checks, record.tests) for one in group.values()}

    def _find_names(self, path: str, node: ast.AST, line: int) -> None:
        """Finds where names are used: by the first line of the statement."""
        line = node.lineno if isinstance(node, ast.stmt) else line
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if name:
            self._rows[name].add(self.lines.number(path, line))
        for child in ast.iter_child_nodes(node):
            self._find_names(path, child, line)

    def plan(self, mutant: Mutant) -> Plan:
        """The plan for a mutant."""
        numbers = self._numbers(mutant)
        checks, left_checks = self._chosen(self.record.checks, numbers, CHECK_SECONDS)
        tests, left_tests = self._chosen(self.record.tests, numbers, TEST_SECONDS)
        if not checks and not tests and not mutant.line and numbers is not None:
            return self.plan(mutant._replace(names=()))  # a table that only another table names
        return Plan(checks, tests, left_checks + left_tests)

    def _numbers(self, mutant: Mutant) -> int | None:
        """The lines that count, as bits: the mutant's own; for what runs at import, all lines that name what is bound there."""
        if mutant.line:
            return 1 << self.lines.number(mutant.path, mutant.line)
        rows = {number for name in mutant.names for number in self._rows.get(name, ())}
        return sum(1 << number for number in rows) or None

    def _chosen(self, among: dict[str, Reached], numbers: int | None, seconds: float) -> tuple[tuple[str, ...], int]:
        reaching = sorted((one.seconds, name) for name, one in among.items() if self._reaches(one, numbers))
        chosen: list[str] = []
        for cost, name in _mixed(reaching):
            seconds -= cost
            if seconds < 0:
                break
            chosen.append(name)
        return tuple(chosen), len(reaching) - len(chosen)

    def _reaches(self, one: Reached, numbers: int | None) -> bool:
        return numbers is None or bool(int.from_bytes(self._bits[id(one)], "little") & numbers)


def _mixed(costs: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """The cheapest first, but the tenth case of a test costs as much as ten: the cases of one test see much the same."""
    cases: Counter[str] = Counter()
    weighed: list[tuple[float, float, str]] = []
    for cost, name in costs:
        test = re.split(r"[\[ ]", name, maxsplit=1)[0]
        cases[test] += 1
        weighed.append((cost * cases[test], cost, name))
    return [(cost, name) for _, cost, name in sorted(weighed)]
