"""Which rules run: codes, code prefixes and names, the more exact one winning as in ruff."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from bce_lint.rules.precedence import Subject
from bce_lint.rules.registry import RULES, default_codes, resolve

LONG: Final = 80
"""A word beyond this length is none that was meant to name a rule: it is cut where it is told, and likened to none."""
CLOSE: Final = (0.65, 0)
ALWAYS: Final = frozenset(rule.code for rule in RULES if rule.subject is Subject.ANALYSIS)
"""What tells that a file was not analysed: reported whatever is selected, unless ignored."""


class Layer(NamedTuple):
    """What one source of settings, a file or the command line, says of which rules run."""

    select: Sequence[str] | None = None
    ignore: Sequence[str] = ()
    extend_select: Sequence[str] = ()


def choose(select: Sequence[str] | None, ignore: Sequence[str], extend_select: Sequence[str]) -> frozenset[str]:
    """The codes that run. `None` selects the default ones. Raises `ValueError` for a selector that names no rule.

    Selectors apply from the broadest to the most exact (`BCE1`, then `BCE12`, then `BCE123` or a name); of two equally
    broad ones the ignored wins.
    """
    return layered([Layer(select, ignore, extend_select)])


def layered(layers: Iterable[Layer], usual: frozenset[str] | None = None) -> frozenset[str]:
    """The codes that run by several layers, each over those before it: one that selects begins anew. `usual` ones run, or the default
    ones, where none selects."""
    chosen = ALWAYS | default_codes() if usual is None else usual
    for layer in layers:
        chosen = ALWAYS if layer.select is not None else chosen
        taken = [(breadth(one), codes(one), True) for one in (*(layer.select or ()), *layer.extend_select)]
        left_out = [(breadth(one), codes(one), False) for one in layer.ignore]
        for _, group, wanted in sorted(taken + left_out, key=lambda rule: (rule[0], not rule[2])):
            chosen = chosen | group if wanted else chosen - group
    return chosen


def breadth(selector: str) -> int:
    """How exact a selector is: the length of its prefix; a name is as exact as a whole code."""
    return len(selector) if selector.startswith("BCE") else len("BCE000")


def codes(selector: str) -> frozenset[str]:
    """The codes that a code, a prefix or a name stands for. Raises `ValueError` for one that names no rule."""
    try:
        return resolve(selector)
    except KeyError:
        near = nearest(selector) if len(selector) <= LONG else ""
        raise ValueError(f"no rule is called {_cut(selector)!r}{near}") from None


def _cut(selector: str) -> str:
    return selector if len(selector) <= LONG else f"{selector[: LONG - 1]}…"


def nearest(selector: str) -> str:
    """`; did you mean BCE103?`, or nothing where no rule is close."""
    keys = [key for rule in RULES for key in (rule.code, rule.name)]
    likeness, _, best = max((_likeness(selector, key), _same_start(selector, key), key) for key in keys)
    return f"; did you mean {best}?" if likeness >= CLOSE else ""


def _likeness(typed: str, known: str) -> tuple[float, int]:
    """How alike two words are; of equally alike ones, that with more letters in their place is meant."""
    typed, known = typed.lower(), known.lower()
    from difflib import SequenceMatcher  # only a word that names no rule needs it

    return SequenceMatcher(None, typed, known).ratio(), sum(a == b for a, b in zip(typed, known, strict=False))


def _same_start(typed: str, known: str) -> int:
    """With how many letters of one word another begins."""
    return [*(a == b for a, b in zip(typed, known, strict=False)), False].index(False)


def split(values: Iterable[str]) -> list[str]:
    """Selectors out of comma-separated values."""
    return [part.strip() for value in values for part in value.split(",") if part.strip()]
