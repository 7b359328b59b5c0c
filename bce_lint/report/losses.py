"""The losses of a project with what is known of them: a table, or JSON; and what is not known, counted by its causes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from bce_lint.diagnostic import POSSIBLE, RIGHT, UNKNOWN, VERDICTS, WRONG, JudgedLoss, Location, ShownAlone, shortened
from bce_lint.report.json import location_row
from bce_lint.report.paths import shown
from bce_lint.terminal import one_line

_HEADINGS: Final = ("place", "loss", "input", "target", "verdict")
_WIDTHS: Final = (40, 36, 28)
"""The most characters of a loss, its input and its target; a place and a verdict are never cut."""


def table(losses: Sequence[JudgedLoss]) -> str:
    """A line for each loss: its place, what it is, what reaches it, and the verdict with its reason."""
    rows = [_HEADINGS, *map(_row, losses)] if losses else []
    widths = [max(map(len, column)) for column in zip(*(row[:-1] for row in rows), strict=True)]
    return "".join("  ".join((*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1])) + "\n" for row in rows)


def summary(losses: Sequence[JudgedLoss]) -> str:
    """How many losses there are, and how many have each verdict."""
    verdicts = Counter(one.verdict for one in losses)
    counts = ", ".join(f"{verdicts[verdict]} {verdict}" for verdict in VERDICTS)
    return f"{len(losses)} {'loss' if len(losses) == 1 else 'losses'}: {counts}"


def statistics(losses: Sequence[JudgedLoss]) -> str:
    """Of how many losses input and target are known, and what keeps the others from it, the most frequent first."""
    lines = [f"{side} known: {count} of {len(losses)}\n" for side, count in _known(losses).items()]
    causes = _causes(losses)
    width = max((len(str(count)) for count in causes.values()), default=0)
    lines += ["unknown because of:\n"] if causes else []
    return "".join((*lines, *(f"{count:>{width}}\t{one_line(cause)}\n" for cause, count in causes.items())))


def beside(found: Sequence[ShownAlone]) -> str:
    """A line for each thing that is no loss and that a file shows alone, where its project does not."""
    return "".join(one_line(f"{_place(one.location)}: {_alone(one)}") + "\n" for one in found)


def as_json(losses: Sequence[JudgedLoss], beside: Sequence[ShownAlone] = ()) -> str:
    """The losses and their counts as one JSON object. Rows and columns count from 1, file names are absolute."""
    verdicts = Counter(one.verdict for one in losses)
    counts = {"losses": len(losses), **{verdict: verdicts[verdict] for verdict in VERDICTS}}
    known = {f"{side}_known": count for side, count in _known(losses).items()}
    others = [{**location_row(one.location), **_alone_object(one)} for one in beside]
    whole = {"losses": [_object(one) for one in losses], "beside": others, "summary": {**counts, **known, "causes": _causes(losses)}}
    return json.dumps(whole, indent=2) + "\n"


def _row(one: JudgedLoss) -> tuple[str, ...]:
    cells = (shortened(one_line(cell), width) for cell, width in zip((one.title, one.input, one.target), _WIDTHS, strict=True))
    return _place(one.location), *cells, one_line(told(one))


def told(one: JudgedLoss) -> str:
    """The verdict and why, and what its file says of it alone; that once, where it is why."""
    alone = one.alone
    if alone is None:
        return _verdict(one)
    said = any(fact.text == one.reason and fact.location == one.reason_location for fact in alone.facts)
    return f"{one.verdict}: {_alone(alone)}" if said else f"{_verdict(one)}; {_alone(alone)}"


def _place(location: Location) -> str:
    return f"{shown(location.path)}:{location.line}:{location.start.column}"


def _alone(one: ShownAlone) -> str:
    """What a file shows alone, and what its project says instead."""
    facts = " and ".join(f"{fact.text}{_at(fact.location)}" for fact in one.facts)
    return f"wrong in this file alone ({', '.join(one.codes)})" + (f": {facts}" if facts else "")


def _verdict(one: JudgedLoss) -> str:
    """The verdict and why."""
    match one.verdict:
        case verdict if verdict == RIGHT:
            return verdict
        case verdict if verdict == WRONG:
            return f"{verdict}: {', '.join(one.codes)}"
        case verdict if verdict == POSSIBLE:
            return f"{verdict}: {', '.join(one.codes)} {one.reason}{_at(one.reason_location)}"
    return f"{UNKNOWN}: {one.reason}{_at(one.reason_location)}"


def _at(location: Location | None) -> str:
    return "" if location is None else f", {shown(location.path)}:{location.line}"


def _known(losses: Sequence[JudgedLoss]) -> dict[str, int]:
    return {"input": sum(one.input_known for one in losses), "target": sum(one.target_known for one in losses)}


def _causes(losses: Sequence[JudgedLoss]) -> dict[str, int]:
    """What keeps losses from being known, the most frequent first."""
    found = Counter(one.cause for one in losses if one.cause)
    return dict(sorted(found.items(), key=lambda entry: (-entry[1], entry[0])))


def _object(one: JudgedLoss) -> dict[str, Any]:
    return {
        **location_row(one.location),
        "loss": one.loss,
        "written": one.written,
        "verdict": one.verdict,
        "codes": list(one.codes),
        "input": {"known": one.input_known, "value": one.input},
        "target": {"known": one.target_known, "value": one.target},
        **dict(_reason(one)),
        **({} if one.alone is None else {"alone": _alone_object(one.alone)}),
    }


def _alone_object(one: ShownAlone) -> dict[str, Any]:
    facts = [{"kind": fact.kind, "message": fact.text, **location_row(fact.location)} for fact in one.facts]
    return {"codes": list(one.codes), "facts": facts}


def _reason(one: JudgedLoss) -> Iterator[tuple[str, Any]]:
    if one.reason:
        place = {} if one.reason_location is None else location_row(one.reason_location)
        yield "reason", {"message": one.reason, "cause": one.cause or None, **place}
