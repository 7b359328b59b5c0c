"""A run in figures."""

from __future__ import annotations

from collections import Counter

from tests.fuzz.driver import Found, Plan, Tally
from tests.fuzz.program import KINDS
from tests.fuzz.sources import SOURCES

_LONGEST = 1500


def shown(plan: Plan, tally: Tally) -> str:
    """Programs by source, failures by kind, and each failure with its smallest program."""
    lines = [f"{name:24} {tally.programs[name]:7} programs" for name in SOURCES]
    lines += [f"{times:6} times {reason}" for reason, times in tally.unavailable.most_common()]
    lines += _failure_lines(plan, tally)
    programs = sum(tally.programs.values())
    minutes = tally.seconds / 60
    lines.append(
        f"\n{programs} programs in {minutes:.1f} minutes with seed {plan.seed}; the next one is number {tally.next_index} (--start)"
    )
    kinds: Counter[str] = Counter()
    for found in tally.found.values():
        kinds[found.failure.kind] += 1
    lines.append(", ".join(f"{kind}: {kinds[kind]}" for kind in KINDS))
    return "\n".join(lines)


def _failure_lines(plan: Plan, tally: Tally) -> list[str]:
    ordered = sorted(tally.found.values(), key=lambda found: (KINDS.index(found.failure.kind), -found.times))
    return [_failure(plan, number, found) for number, found in enumerate(ordered, 1)]


def _failure(plan: Plan, number: int, found: Found) -> str:
    again = f"--seed {plan.seed} --start {found.index} --count 1"
    head = f"\n[{number}] {found.failure.kind}: {found.failure.where} ({found.times} times; {again})"
    detail = found.failure.detail.strip()[-_LONGEST:]
    files = "\n".join(f"# --- {path}\n{data.decode('utf-8', 'backslashreplace')[:_LONGEST]}" for path, data in found.smallest.files.items())
    return f"{head}\n{detail}\n{files}"
