"""What came of the mutants: a file with a line for each, from which a run that was broken off goes on, and the report."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from tests.mutation.equivalent import EQUIVALENT
from tests.mutation.mutants import Mutant
from tests.mutation.trial import Verdict


class Results:
    """The verdicts by the mutants' keys; without a path they are not kept."""

    def __init__(self, path: Path | None) -> None:
        self.path, self.verdicts = path, dict[str, Verdict]()
        if path is not None and path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                self.verdicts[row["key"]] = Verdict(row["outcome"], row["by"], row["left_out"])

    def add(self, mutant: Mutant, verdict: Verdict) -> None:
        """Keeps a verdict; a later one counts."""
        self.verdicts[mutant.key] = verdict
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps({"key": mutant.key, "operator": mutant.operator, **verdict._asdict()}) + "\n")

    def report(self, mutants: list[Mutant]) -> str:
        """The survivors, and the counts."""
        known = [(one, self.verdicts[one.key]) for one in mutants if one.key in self.verdicts]
        alive = [(one, verdict) for one, verdict in known if not verdict.killed]
        same = [one for one, _ in alive if one.key in EQUIVALENT]
        lines = [_survivor(one, verdict) for one, verdict in alive if one.key not in EQUIVALENT]
        lines += [f"equivalent: {one.shown()}\n  {EQUIVALENT[one.key]}\n" for one in same]
        counts = Counter(verdict.outcome for _, verdict in known)
        killed, counted = sum(verdict.killed for _, verdict in known), len(known) - len(same)
        told = ", ".join(f"{count} {outcome}" for outcome, count in counts.most_common())
        return "\n".join((
            *lines,
            f"{len(known)} mutants, {len(same)} of them equivalent: {told}",
            f"score: {killed} of {counted}, {100 * killed / max(1, counted):.1f} %",
        ))  # fmt: skip


def _survivor(mutant: Mutant, verdict: Verdict) -> str:
    left = f", {verdict.left_out} that reach it left out" if verdict.left_out else ""
    return f"{verdict.outcome}{left}: {mutant.shown()}\n"
