"""Results as a table for people: a line for each claim, and under it what is worth knowing of it."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

from bce_lint.verify import Result, Verdict

_HEAD = ("rule", "claim", "verdict", "value", "gradient", "parts at", "dtype", "rewrite")


def table(results: Sequence[Result], quiet: bool = False) -> str:
    """The table; `value` and `gradient` are the largest differences between before and after."""
    lines = [_HEAD, *map(_cells, results)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD) - 1)]
    texts = ["  ".join((*map(str.ljust, line, widths), line[-1])) for line in lines]
    notes = ["", *(f"        {result.reason.splitlines()[0]}" if result.reason else "" for result in results)]
    shown = "".join(f"{text}\n{note}\n" if note else f"{text}\n" for text, note in zip(texts, notes, strict=True))
    return shown if quiet else f"{shown}{summary(results)}\n"


def as_json(results: Sequence[Result]) -> str:
    """The results as a JSON list; verdicts by name, differences that are not finite as null."""
    return json.dumps([{name: _plain(value) for name, value in asdict(one).items()} for one in results], indent=2) + "\n"


def _plain(value: object) -> object:
    if isinstance(value, Verdict):
        return value.value
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _cells(one: Result) -> tuple[str, ...]:
    rewrite = one.title if one.device in ("cpu", "cuda") else f"{one.title} ({one.device})"
    numbers = map(_number, (one.max_value_difference, one.max_gradient_difference, one.parts_at))
    return one.code, one.claim.value, one.verdict.value, *numbers, one.dtype, rewrite


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def summary(results: Sequence[Result]) -> str:
    """How many claims hold, where they were tried, and what became of the others."""
    others = Counter(one.verdict.value for one in results if not one.holds)
    holding = sum(one.holds for one in results)
    counts = ", ".join((f"{holding} of {len(results)} claims hold", *(f"{count} {verdict}" for verdict, count in sorted(others.items()))))
    places = " and ".join(sorted({one.device.partition(",")[0] for one in results}))
    return f"{counts} (torch {results[0].torch}, {places}, seed {results[0].seed})"
