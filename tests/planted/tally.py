"""Counts of what was planted and what was said, by code and by how the programs were written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.planted.compare import Answer
from tests.planted.plan import Plan, described


@dataclass
class Row:
    """The counts of one code, or of one way to write programs."""

    planted: int = 0
    found: int = 0
    extra: int = 0

    @property
    def off(self) -> bool:
        """Whether something was missed or made up."""
        return self.found < self.planted or self.extra > 0


@dataclass
class Tally:
    """All counts of a run. `twins` are the programs without a bug, `noisy` those of them with a finding."""

    programs: int = 0
    twins: int = 0
    noisy: int = 0
    codes: dict[str, Row] = field(default_factory=dict)
    ways: dict[tuple[str, str], Row] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)

    def add(self, plan: Plan, answer: Answer, wrong: bool) -> None:
        """Counts one program."""
        self.programs += 1
        self.kinds.update(one.kind for one in answer.disagreements)
        extra = answer.static - answer.planted
        if not wrong:
            self.twins += 1
            self.noisy += bool(extra)
        for code, _, _ in answer.planted | extra:
            self.codes.setdefault(code, Row())
        for row in answer.planted:
            self.codes[row[0]].planted += 1
            self.codes[row[0]].found += row in answer.static
        for row in extra:
            self.codes[row[0]].extra += 1
        for way in described(plan, answer.spec).items():
            counts = self.ways.setdefault(way, Row())
            counts.planted += len(answer.planted)
            counts.found += len(answer.planted & answer.static)
            counts.extra += len(extra)

    def shown(self) -> str:
        """The tables: every code, and every way that was not always right."""
        planted, found = sum(r.planted for r in self.codes.values()), sum(r.found for r in self.codes.values())
        share = f"{found / planted:.2%}" if planted else "-"
        lines = [
            f"{self.programs} programs, {self.twins} of them without a bug; {self.noisy} of those have a finding",
            f"{planted} findings planted, {found} found ({share})",
            *(f"{count} x {kind}" for kind, count in sorted(self.kinds.items())),
            "",
            *_table([(code, row) for code, row in sorted(self.codes.items())]),
            "",
            *_table([(f"{name}: {value}", row) for (name, value), row in sorted(self.ways.items()) if row.off]),
        ]
        return "\n".join(lines)


def _table(rows: list[tuple[str, Row]]) -> list[str]:
    head = f"{'':50} {'planted':>8} {'found':>8} {'missed':>8} {'extra':>8}"
    return [head, *(f"{name:50} {r.planted:8} {r.found:8} {r.planted - r.found:8} {r.extra:8}" for name, r in rows)]
