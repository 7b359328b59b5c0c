"""What a run says of a finding, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from bce_lint.diagnostic import Diagnostic, RunTime
from bce_lint.terminal import flowing


def said(one: RunTime) -> str:
    """What a run says of a finding, on one line."""
    return flowing(f"{one.verdict}{_seen(one)}" + (f": {why}" if (why := _why(one)) else ""))


def _seen(one: RunTime) -> str:
    if one.calls and one.count:
        return f" in {one.count} of {_times(one.calls)}"
    if one.count:
        return f" ({'once' if one.count == 1 else f'{one.count} times'})"
    return f" in {_times(one.calls)}" if one.calls and not one.reason else ""


def _why(one: RunTime) -> str:
    reached = [f"{text}{f' ({count} times)' if count > 1 and len(one.reached) > 1 else ''}" for text, count in one.reached]
    parts = [one.reason, f"the loss got {', or '.join(reached)}" if reached else ""]
    parts.append(f"run time says {', '.join(one.codes)}" if one.codes else "")
    return "; ".join(filter(None, parts))


def _times(number: int) -> str:
    return "1 call" if number == 1 else f"{number} calls"


def counted(diagnostics: Iterable[Diagnostic]) -> dict[str, int]:
    """How many findings have each verdict, the most frequent first; findings that were not held against a run have none."""
    counts = Counter(one.run_time.verdict for one in diagnostics if one.run_time is not None)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """The verdicts of all findings on one line; nothing where there are none."""
    counts = counted(diagnostics)
    return f"Run time: {listed(counts)}." if counts else ""


def listed(counts: dict[str, int]) -> str:
    """`2 confirmed, 1 not executed`."""
    return flowing(", ".join(f"{count} {verdict}" for verdict, count in counts.items()))


def as_row(one: RunTime) -> dict[str, Any]:
    """The JSON of what a run says."""
    reached = [{"what": text, "count": count} for text, count in one.reached]
    return {
        "verdict": one.verdict,
        "reason": one.reason,
        "count": one.count,
        "calls": one.calls,
        "reached": reached,
        "codes": list(one.codes),
    }
