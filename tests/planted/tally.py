"""Counts of what was planted and what was said, by code and by how the programs were written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.planted.compare import Answer
from tests.planted.plan import Plan, described
from tests.planted.witnessed import Rows


@dataclass
class Row:
    """The counts of one reader, for one code or one way to write programs: findings planted, found, and made up."""

    planted: int = 0
    found: int = 0
    extra: int = 0

    @property
    def off(self) -> bool:
        """True if something was missed or made up."""
        return self.found < self.planted or self.extra > 0

    def add(self, planted: Rows, found: Rows) -> None:
        """Counts the findings of a program."""
        self.planted += len(planted)
        self.found += len(planted & found)
        self.extra += len(found - planted)


@dataclass
class Counts:
    """What one reader said. `noisy` are the programs without a bug that have a finding."""

    noisy: int = 0
    codes: dict[str, Row] = field(default_factory=dict)
    ways: dict[tuple[str, str], Row] = field(default_factory=dict)

    def add(self, planted: Rows, found: Rows, ways: Mapping[str, str], wrong: bool) -> None:
        """Counts one program."""
        self.noisy += not wrong and bool(found - planted)
        for code in {row[0] for row in planted | found}:
            own = (frozenset(row for row in rows if row[0] == code) for rows in (planted, found))
            self.codes.setdefault(code, Row()).add(*own)
        for way in ways.items():
            self.ways.setdefault(way, Row()).add(planted, found)

    def shown(self, name: str) -> list[str]:
        """The share that was found, every code, and every way that was not always right."""
        planted, found = sum(r.planted for r in self.codes.values()), sum(r.found for r in self.codes.values())
        share = f"{found / planted:.2%}" if planted else "-"
        return [
            f"{name}: {planted} findings planted, {found} found ({share}), {self.noisy} programs without a bug have a finding",
            *_table([(code, row) for code, row in sorted(self.codes.items())]),
            *_table([(f"{way}: {value}", row) for (way, value), row in sorted(self.ways.items()) if row.off]),
            "",
        ]


@dataclass
class Tally:
    """All counts of a run. `twins` are the programs without a bug."""

    programs: int = 0
    twins: int = 0
    static: Counts = field(default_factory=Counts)
    witness: Counts = field(default_factory=Counts)
    kinds: Counter[str] = field(default_factory=Counter)

    def add(self, plan: Plan, answer: Answer, wrong: bool) -> None:
        """Counts one program."""
        self.programs += 1
        self.twins += not wrong
        self.kinds.update(one.kind for one in answer.disagreements)
        ways = described(plan, answer.spec)
        self.static.add(answer.planted, answer.static, ways, wrong)
        self.witness.add(answer.shown, answer.seen, ways, wrong)

    def shown(self) -> str:
        """The tables."""
        lines = [
            f"{self.programs} programs, {self.twins} of them without a bug",
            *(f"{count} x {kind}" for kind, count in sorted(self.kinds.items())),
            "",
            *self.static.shown("static"),
            *self.witness.shown("witness"),
        ]
        return "\n".join(lines)


def _table(rows: list[tuple[str, Row]]) -> list[str]:
    head = f"{'':50} {'planted':>8} {'found':>8} {'missed':>8} {'extra':>8}"
    return [head, *(f"{name:50} {r.planted:8} {r.found:8} {r.planted - r.found:8} {r.extra:8}" for name, r in rows)]
