"""What is run for a mutant: the checks and the tests that reach its line, as many as there is time for."""

from __future__ import annotations

import ast
import re
import zlib
from collections import Counter, defaultdict
from pathlib import Path

from tests.mutation.counting import Lines
from tests.mutation.mutants import Mutant
from tests.mutation.recording import Reached, Record
from tests.mutation.trial import CHECK_SECONDS, TEST_SECONDS, Plan


class Planner:
    """Plans trials from a record."""

    def __init__(self, root: Path, texts: dict[str, str], record: Record) -> None:
        self.root, self.texts, self.record, self.lines = root, texts, record, Lines(texts)
        self._rows: defaultdict[str, set[int]] = defaultdict(set)
        for path, text in texts.items():
            self._find_names(path, ast.parse(text), 0)
        reached = [one for group in (record.checks, record.tests) for one in group.values()]
        self._bits = {id(one): int.from_bytes(zlib.decompress(one.bits), "little") for one in reached}
        self._counts = {key: max(1, bits.bit_count()) for key, bits in self._bits.items()}
        self._said: dict[str, str] = {}

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
        checks, left_checks = self._chosen(self.record.checks, mutant, numbers, CHECK_SECONDS)
        tests, left_tests = self._chosen(self.record.tests, mutant, numbers, TEST_SECONDS)
        if not checks and not tests and not mutant.line and numbers is not None:
            return self.plan(mutant._replace(names=()))  # a table that only another table names
        return Plan(checks, tests, left_checks + left_tests)

    def _numbers(self, mutant: Mutant) -> int | None:
        """The lines that count, as bits: the mutant's own; for what runs at import, all lines that name what is bound there."""
        if mutant.line:
            return 1 << self.lines.number(mutant.path, mutant.line)
        rows = {number for name in mutant.names for number in self._rows.get(name, ())}
        return sum(1 << number for number in rows) or None

    def _chosen(self, among: dict[str, Reached], mutant: Mutant, numbers: int | None, seconds: float) -> tuple[tuple[str, ...], int]:
        reaching = {name: one for name, one in among.items() if numbers is None or self._bits[id(one)] & numbers}
        words = self._words(mutant)
        order = _mixed([(one.seconds, self._distance(one, mutant), name) for name, one in reaching.items()])
        order.sort(key=lambda name: not words or not any(word in self._text(name) for word in words))
        chosen: list[str] = []
        for name in order:
            seconds -= reaching[name].seconds
            if seconds < 0:
                break
            chosen.append(name)
        return tuple(chosen), len(reaching) - len(chosen)

    def _distance(self, one: Reached, mutant: Mutant) -> float:
        """How little of what it reaches is in the mutant's file: what is about something else seldom looks at the difference."""
        bits, first = self._bits[id(one)], self.lines.first[mutant.path]
        here = bits >> first & (1 << self.texts[mutant.path].count("\n") + 2) - 1
        return self._counts[id(one)] / (here.bit_count() + 1)

    def _words(self, mutant: Mutant) -> set[str]:
        """What a check writes that looks at a row of a table: the texts in the row; or the name of what is bound."""
        if mutant.line:
            return set()
        change = self.texts[mutant.path][mutant.change.start : mutant.change.end]
        texts = {word for word in re.findall(r"""["']([^"']+)["']""", change or mutant.before) if len(word) > 2 or not word.isalnum()}
        return texts or {name for name in mutant.names if name.isupper() and len(name) > 2}

    def _text(self, name: str) -> str:
        """What a check or a test says; of a fixture that is looked at alone, the fixture."""
        test, _, case = name.partition(" ")
        file = f"tests/fixtures/rules/{case.replace('-', '/', 1)}.py" if test == "alone" else name.partition("::")[0]
        if file not in self._said:
            path = self.root / file
            self._said[file] = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
        return self._said[file]


def _mixed(costs: list[tuple[float, float, str]]) -> list[str]:
    """The cheap and near first, but the tenth case of a test costs as much as ten: the cases of one test see much the same."""
    cases: Counter[str] = Counter()
    weighed: list[tuple[float, str]] = []
    for cost, distance, name in sorted(costs, key=lambda one: one[0] * one[1]):
        test = re.split(r"[\[ ]", name, maxsplit=1)[0]
        cases[test] += 1
        weighed.append((cost * distance * cases[test], name))
    return [name for _, name in sorted(weighed)]
