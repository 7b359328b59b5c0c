"""The answers of both revisions to a group of command lines, side by side."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import unified_diff
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks.same.inputs import FINDINGS, FIXES, VERDICTS, WORDS, Group, Run
from benchmarks.same.revisions import REPLAY, Revision

Answer = dict[str, Any]
_DONE: Final = (0, 1)
"""The exit statuses of a run without an error: nothing is found, or something."""


class Difference(NamedTuple):
    """A command line that the revisions answer differently."""

    run: Run
    old: Answer
    new: Answer

    def shown(self, limit: int) -> str:
        """The command line, and what differs as the first lines of a diff."""
        lines = list(self._lines())
        more = [f"… {len(lines) - limit} more lines"] if len(lines) > limit else []
        head = f"{self.run.name} ({self.run.kind}): bce-lint {' '.join(self.run.arguments)}"
        return "\n    ".join((head, *lines[:limit], *more))

    def _lines(self) -> Iterator[str]:
        if self.old == self.new:
            yield f"on both sides {self.old['err']}"
        for part in ("status", "evaluations", "err", "out"):
            old, new = self.old[part], self.new[part]
            if old != new:
                before, after = str(old).splitlines(), str(new).splitlines()
                yield from unified_diff(before, after, f"OLD {part}", f"NEW {part}", n=1, lineterm="")
                if before == after:
                    yield f"{part}: the line ends differ"


class Comparison(NamedTuple):
    """What was compared in a group, counted in the old revision's answers, and where the new one's differ."""

    group: Group
    counts: Counter[str]
    differences: Sequence[Difference]

    def shown(self, limit: int, most: int) -> str:
        """One line, and below it the first differences."""
        verdict = f"{len(self.differences):,} RUNS DIFFER" if self.differences else "the same"
        counts = {"files": self.group.files, "runs": len(self.group.runs), **self.counts}
        head = f"{self.group.name}: {', '.join(f'{number:,} {what}' for what, number in counts.items())}: {verdict}"
        more = [f"… {len(self.differences) - most} more runs"] if len(self.differences) > most else []
        return "\n  ".join((head, *(one.shown(limit) for one in self.differences[:most]), *more))

    def as_json(self) -> dict[str, Any]:
        """Everything that is known of the group."""
        differences = [{"name": d.run.name, "kind": d.run.kind, "old": d.old, "new": d.new} for d in self.differences]
        group = {"group": self.group.name, "files": self.group.files, "runs": len(self.group.runs)}
        return {**group, "counts": self.counts, "differences": differences}


def compared(group: Group, sides: tuple[Revision, Revision], count: bool, scratch: Path) -> Comparison:
    """Gives the command lines of a group to both revisions, which work side by side in a process each."""
    runs = scratch / f"{group.name}.jsonl"
    runs.write_text("".join(f"{json.dumps(_asked(run, count))}\n" for run in group.runs), encoding="utf-8")
    started = [_Process(side, runs, scratch / f"{group.name}-{side.name}") for side in sides]
    old, new = (process.answers() for process in started)
    return paired(group, old, new)


def paired(group: Group, old: Sequence[Answer], new: Sequence[Answer]) -> Comparison:
    """The answers compared; a run without an answer on one side differs, and so does one that ended a process on both."""
    counts, differences = Counter[str](), list[Difference]()
    for index, run in enumerate(group.runs):
        one, two = (answers[index] if index < len(answers) else _NONE for answers in (old, new))
        counts.update(_counted(run, one))
        if one != two or one["status"] is None:
            differences.append(Difference(run, one, two))
    return Comparison(group, counts, differences)


_NONE: Final[Answer] = {"status": None, "out": "", "err": "no answer", "evaluations": None}


def _asked(run: Run, count: bool) -> dict[str, Any]:
    stdin = None if run.stdin is None else str(run.stdin)
    return {"arguments": run.arguments, "cwd": str(run.cwd), "stdin": stdin, "count": count and run.kind == FINDINGS}


class _Process:
    """One revision at work on the runs in a file."""

    def __init__(self, side: Revision, runs: Path, written: Path) -> None:
        self.side, self.written, self.said = side, written.with_suffix(".jsonl"), written.with_suffix(".txt")
        command = [side.python, str(REPLAY), str(runs), str(self.written)]
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(command, env=side.environment, stdout=said, stderr=said)

    def answers(self) -> list[Answer]:
        """What the process wrote until its end; if it died, what it said of that is the answer to the run in which it did."""
        status = self.process.wait()
        lines = self.written.read_text(encoding="utf-8").splitlines(keepends=True) if self.written.exists() else []
        about, *answers = [json.loads(line) for line in lines if line.endswith("\n")] or [self.side.about]
        if about != self.side.about:
            raise SystemExit(f"{self.side.name}: the process imported {about}, not {self.side.about}")
        if status:
            answers.append({**_NONE, "err": f"the process ended with {status}: {self.said.read_text(errors='replace')}"})
        return answers


def _counted(run: Run, answer: Answer) -> Counter[str]:
    """What an answer adds to the counts of its group."""
    counts = Counter[str]()
    if run.kind in (FINDINGS, VERDICTS) and answer["status"] in _DONE:
        findings = json.loads(answer["out"])
        counts[run.kind] = len(findings) if run.kind == FINDINGS else sum(one.get("verification") is not None for one in findings)
    if run.kind == FIXES:
        counts["fixed files"] = sum(line.startswith("+++ ") for line in answer["out"].splitlines())
    if answer["evaluations"] is not None:
        counts["evaluations"] = answer["evaluations"]
    if answer["status"] not in _DONE and run.kind != WORDS:
        counts["runs with an error"] = 1
    return counts
