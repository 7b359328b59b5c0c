"""The lines after the findings: how many there are, how many were mended, and how many could be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from bce_lint.diagnostic import Diagnostic
from bce_lint.report.fixable import applies, hidden
from bce_lint.report.paths import shown
from bce_lint.terminal import one_line

OPTION: Final = "`--unsafe-fixes`"


def found(left: Sequence[Diagnostic], mended: Sequence[Diagnostic]) -> str:
    """How many findings there were, and what became of them."""
    total = len(left) + len(mended)
    if not total:
        return "No findings."
    files = len({one.location.path for one in (*left, *mended)})
    fate = f" ({len(mended)} fixed, {len(left)} left)" if mended else ""
    possible = sum(bool(one.condition) for one in left)
    kind = f", {possible} of them possible" if possible else ""
    return f"Found {count(total, 'finding')} in {count(files, 'file')}{fate}{kind}."


def unshown(possible: int) -> str:
    """How many possible findings are not shown; nothing where there are none."""
    return f"{count(possible, 'possible finding')} {'is' if possible == 1 else 'are'} not shown (`--possible`)." if possible else ""


def fixable(left: Sequence[Diagnostic], unsafe: bool, fixing: bool) -> str:
    """How many findings could be mended, in ruff's words; nothing where none could. When `fixing`, what could be was."""
    ready = 0 if fixing else sum(applies(one, unsafe) for one in left)
    more = sum(hidden(one, unsafe) for one in left)
    rest = f" ({count(more, 'hidden fix')} can be enabled with the {OPTION} option)" if more else ""
    if ready:
        return f"[*] {ready} fixable with the `--fix` option{rest}."
    return f"No fixes available{rest}." if more else ""


def fixed(left: Sequence[Diagnostic], mended: Sequence[Diagnostic], unsafe: bool, *, written: bool) -> str:
    """What a run that reports no findings did, or would do where nothing is `written`; nothing where there is nothing to say."""
    more = sum(hidden(one, unsafe) for one in left)
    if mended:
        rest = f" ({count(more, 'additional fix')} available with {OPTION})" if more else ""
        return f"{'Fixed' if written else 'Would fix'} {count(len(mended), 'finding')}{rest}."
    if more:
        return f"No findings {'' if written else 'would be '}fixed ({count(more, 'fix')} available with {OPTION})."
    return ""


def listing(mended: Sequence[Diagnostic], *, written: bool) -> str:
    """What was mended, or would be, by file and rule, with an empty line before and after; nothing where nothing was."""
    return "\n".join(("", *_listed(mended, written), "", "")) if mended else ""


def _listed(mended: Sequence[Diagnostic], written: bool) -> Iterator[str]:
    yield f"{'Fixed' if written else 'Would fix'} {count(len(mended), 'finding')}:"
    for path in sorted({one.location.path for one in mended}):
        yield f"- {shown(path)}:"
        rules = Counter((one.code, one.name) for one in mended if one.location.path == path)
        width = max(len(str(number)) for number in rules.values())
        yield from (f"    {number:>{width}} x {one_line(code)} ({one_line(name)})" for (code, name), number in sorted(rules.items()))


def count(number: int, noun: str) -> str:
    """`1 fix`, `2 fixes`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}{'es' if noun.endswith('x') else 's'}"
