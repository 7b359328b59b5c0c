"""Writes each rule's page from its docstring: `python -m bce_lint.rules.pages docs/rules`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from bce_lint.rules import RULES
from bce_lint.rules.rule import Rule

_HEADING = re.compile(r"^## (.+)\n", re.MULTILINE)
_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def page(rule: Rule) -> str:
    """The page of a rule, in Markdown."""
    state = "on by default" if rule.default else "off by default: select it by its code or name"
    return f"# {rule.name} ({rule.code})\n\n{rule.severity.capitalize()}, {state}.\n\n{rule.doc.strip()}\n"


def sections(rule: Rule) -> dict[str, str]:
    """The text under each heading of a rule's page."""
    parts = _HEADING.split(rule.doc)
    return {title: text.strip() for title, text in zip(parts[1::2], parts[2::2], strict=True)}


def example(rule: Rule, title: str) -> str:
    """The first Python block under a heading, or an empty string."""
    found = _BLOCK.search(sections(rule).get(title, ""))
    return found.group(1) if found else ""


def index() -> str:
    """The list of all rules, in Markdown."""
    rows = [f"| [{rule.code}]({rule.code}.md) | {rule.name} | {'on' if rule.default else 'off'}, {rule.severity} |" for rule in RULES]
    return "\n".join(["# Rules", "", "| code | name | default |", "|---|---|---|", *rows]) + "\n"


def write(folder: Path) -> None:
    """Writes a page for each rule and the index."""
    folder.mkdir(parents=True, exist_ok=True)
    for rule in RULES:
        (folder / f"{rule.code}.md").write_text(page(rule), encoding="utf-8")
    (folder / "README.md").write_text(index(), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
