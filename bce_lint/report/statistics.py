"""How many findings each rule has, with `--compare` how many of them have each verdict, and what was not analysed completely."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from bce_lint.diagnostic import Diagnostic, Sinks, Unanalysed
from bce_lint.report.paths import shown
from bce_lint.report.run_time import counted, listed
from bce_lint.report.summary import count
from bce_lint.terminal import one_line


class _Row(NamedTuple):
    """A rule, its findings, and what a run says of them."""

    code: str
    name: str
    findings: int
    verdicts: dict[str, int]


def statistics(diagnostics: Iterable[Diagnostic], *, as_text: bool = True) -> str:
    """The rules that have findings, the most frequent first; as lines or as a JSON list."""
    rows = _rows(diagnostics)
    if not as_text:
        import json

        return json.dumps([_json(row) for row in rows], indent=2) + "\n"
    width = max((len(str(row.findings)) for row in rows), default=0)
    return "".join(f"{row.findings:>{width}}\t{one_line(row.code)}\t{one_line(row.name)}{_told(row)}\n" for row in rows)


def visited(sinks: Sinks) -> str:
    """How many of the losses, softmaxes, logarithms and thresholds in the files the analysis came to."""
    if not sinks.total:
        return ""
    return f"losses and other operations that rules look at, analysed: {sinks.visited} of {sinks.total}\n"


def unanalysed(functions: Sequence[Unanalysed]) -> str:
    """How many functions were not analysed completely, and a line for each with its place and the reason."""
    lines = [f"not analysed completely: {count(len(functions), 'function')}\n"]
    lines += [f"    {shown(one.path)}:{_row(one)} {one_line(one.name)} ({one_line(one.reason)})\n" for one in functions]
    return "".join(lines)


def _row(one: Unanalysed) -> str:
    return f"{one.row}" if one.cell is None else f"cell {one.cell}:{one.row}"


def _told(row: _Row) -> str:
    return f"\t{listed(row.verdicts)}" if row.verdicts else ""


def _rows(diagnostics: Iterable[Diagnostic]) -> list[_Row]:
    groups: dict[tuple[str, str], list[Diagnostic]] = {}
    for one in diagnostics:
        groups.setdefault((one.code, one.name), []).append(one)
    rows = [_Row(code, name, len(group), counted(group)) for (code, name), group in groups.items()]
    return sorted(rows, key=lambda row: (-row.findings, row.code, row.name))


def _json(row: _Row) -> dict[str, Any]:
    return {"code": row.code, "name": row.name, "count": row.findings, **({"run_time": row.verdicts} if row.verdicts else {})}
