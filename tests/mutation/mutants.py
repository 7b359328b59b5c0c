"""Mutants: the changes that can be made to some files, and a sample that is spread evenly over files and lines."""

from __future__ import annotations

import ast
import random
from collections import Counter, defaultdict
from functools import cache
from typing import NamedTuple

from tests.mutation.operators import OPERATORS, Change
from tests.mutation.syntax import Source


class Mutant(NamedTuple):
    """One change of one file. `line` is where the statement begins, 0 for what runs at import; `names` what that statement binds."""

    path: str
    function: str
    operator: str
    change: Change
    row: int
    line: int
    names: tuple[str, ...]
    before: str
    after: str
    number: int = 0

    @property
    def key(self) -> str:
        """What stays the same when other lines change."""
        behind = f" ({self.number + 1})" if self.number else ""
        return f"{self.path}::{self.function}{behind}: {self.before} -> {self.after}"

    def text(self, original: str) -> str:
        """The file with the change."""
        return original[: self.change.start] + self.change.new + original[self.change.end :]

    def shown(self) -> str:
        """The change as a diff."""
        lines = [f"- {line}" for line in self.before.split("\n")] + [f"+ {line}" for line in self.after.split("\n")]
        return "\n".join((f"{self.path}:{self.row} {self.function or '(top)'} [{self.operator}]", *lines))


@cache
def mutants(path: str, text: str) -> tuple[Mutant, ...]:
    """All mutants of a file, in the order of the text."""
    source, found = Source(path, text), list[Mutant]()
    for node in source.mutable():
        for name, operator in OPERATORS.items():
            found += [_mutant(source, node, name, one) for one in operator(source, node)]
    found.sort(key=lambda one: (one.change, one.operator))
    kept: list[Mutant] = []
    seen: set[Change] = set()
    numbers: Counter[str] = Counter()
    for one in found:
        if one.change not in seen:
            kept.append(one._replace(number=numbers[one.key]))
            numbers[one.key] += 1
        seen.add(one.change)
    return tuple(kept)


def is_another_program(one: Mutant, original: str) -> bool:
    """True if the file with the change is Python, and not the same as before."""
    try:
        return ast.dump(ast.parse(one.text(original))) != _dump(original)
    except SyntaxError:
        return False


@cache
def _dump(text: str) -> str:
    return ast.dump(ast.parse(text))


def _mutant(source: Source, node: ast.AST, operator: str, change: Change) -> Mutant:
    statement = source.statement(node) if not isinstance(node, ast.Module) else source.tree.body[0]
    around = source.runs_in(node)
    line = 0 if around is None else around.body.lineno if isinstance(around, ast.Lambda) else statement.lineno
    start = source.text.rfind("\n", 0, change.start) + 1
    end = source.text.find("\n", change.end)
    before, after = source.text[start:end], source.text[start : change.start] + change.new + source.text[change.end : end]
    names = {one.id for one in ast.walk(statement) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)} if not line else set()
    names |= {one for one in source.function(node).split(".") if one and not line}
    names |= {statement.name} if not line and isinstance(statement, ast.FunctionDef | ast.ClassDef) else set()
    row = source.text.count("\n", 0, change.start) + 1
    return Mutant(
        source.path, source.function(node), operator, change, row, line, tuple(sorted(names)), _plain(before), _plain(after)
    )  # fmt: skip


def _plain(lines: str) -> str:
    return "\n".join(line.strip() for line in lines.split("\n"))


def of_files(texts: dict[str, str]) -> list[Mutant]:
    """The mutants of several files."""
    return [one for path, text in texts.items() for one in mutants(path, text)]


def sample(texts: dict[str, str], count: int, seed: int) -> list[Mutant]:
    """As many as asked for, spread evenly over the lines: one at most of a line, as long as there are lines; in random order."""
    rng = random.Random(seed)
    by_line: defaultdict[tuple[str, int], list[Mutant]] = defaultdict(list)
    for one in of_files(texts):
        by_line[one.path, one.row].append(one)
    lines = sorted(by_line)
    chosen: list[Mutant] = []
    while lines and len(chosen) < count:
        wanted = min(count - len(chosen), len(lines))
        step, first = len(lines) / wanted, rng.random()
        picked = {lines[min(int((first + at) * step), len(lines) - 1)] for at in range(wanted)}
        for line in sorted(picked):
            chosen += _one_of(by_line[line], texts[line[0]], rng)
        lines = [line for line in lines if by_line[line]]
    rng.shuffle(chosen)
    return chosen


def _one_of(here: list[Mutant], text: str, rng: random.Random) -> list[Mutant]:
    """One of a line's mutants, taken out of them, each operator as likely as the others; none if no change gives another program."""
    while here:
        operator = rng.choice(sorted({one.operator for one in here}))
        one = rng.choice([one for one in here if one.operator == operator])
        here.remove(one)
        if is_another_program(one, text):
            return [one]
    return []
