"""What `--explain` and `--list-rules` print."""

from __future__ import annotations

from collections.abc import Sequence

from bce_lint.rules.pages import page
from bce_lint.rules.registry import RULES
from bce_lint.rules.rule import Rule
from bce_lint.rules.selection import nearest


def explain(selector: str) -> str:
    """The page of the rule with this code or name, in whichever case; of the beginning of codes (`BCE1`), the list of its rules.

    Raises `ValueError` where there is none.
    """
    for rule in RULES:
        if selector.lower() in (rule.code.lower(), rule.name):
            return page(rule)
    if alike := [rule for rule in RULES if selector and rule.code.startswith(selector.upper())]:
        return listing(alike)
    raise ValueError(f"no rule is called {selector!r}{nearest(selector)}")


def listing(rules: Sequence[Rule] = RULES) -> str:
    """A line for each rule: its code, its name, its severity and whether it is on (`witness`: at run time only)."""
    width = max(len(rule.name) for rule in rules)
    return "".join(f"{rule.code}  {rule.name:{width}}  {rule.severity:7}  {rule.state}\n" for rule in rules)
