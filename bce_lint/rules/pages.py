"""Writes each rule's page from its docstring, and the table of rules in a README: `python -m bce_lint.rules.pages docs/rules README.md`.

A page shows the pictures that `bce-lint --verify --plot docs/rules/pictures --select …` drew of its rule.
"""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bce_lint.rules.registry import RULES
from bce_lint.rules.rule import Rule

_HEADING = re.compile(r"^## (.+)\n", re.MULTILINE)
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_REFERENCES = "## References\n"
_STATES = {
    "on": "on by default",
    "off": "off by default: select it by its code or name",
    "witness": "reported by `bce_lint.witness` only: it speaks of values, which are there at run time",
}
BEGIN: Final = "<!-- The rules, written by `python -m bce_lint.rules.pages docs/rules README.md` -->\n\n"
END: Final = "\n<!-- The end of the rules -->\n"
_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def page(rule: Rule, pictures: Mapping[str, str] | None = None) -> str:
    """The page of a rule, in Markdown, with pictures (their addresses and titles) at the end of its numbers."""
    state = _STATES[rule.state]
    shown = "".join(f"![{title}]({address})\n\n" for address, title in (pictures or {}).items())
    doc = rule.doc.strip().replace(_REFERENCES, f"{shown}{_REFERENCES}")
    return f"# {rule.name} ({rule.code})\n\n{rule.severity.capitalize()}, {state}.\n\n{doc}\n"


def pictures(folder: Path, rule: Rule) -> dict[str, str]:
    """The pictures of a rule under a folder of pages, by their address, with their titles."""
    found = sorted((folder / "pictures").glob(f"{rule.code}*.svg"))
    return {f"pictures/{path.name}": _title(path.read_text(encoding="utf-8")) for path in found}


def _title(picture: str) -> str:
    found = _TITLE.search(picture)
    return html.unescape(found.group(1)) if found else ""


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
    rows = [f"| [{rule.code}]({rule.code}.md) | {rule.name} | {rule.severity} | {rule.state} |" for rule in RULES]
    return "\n".join(["# Rules", "", "| code | name | severity | default |", "|---|---|---|---|", *rows]) + "\n"


def table() -> str:
    """The table of all rules for a README, in Markdown."""
    rows = [f"| {rule.code} | {rule.name} | {rule.severity} | {rule.state} |" for rule in RULES]
    return "\n".join(["| code | name | severity | default |", "|---|---|---|---|", *rows]) + "\n"


def with_table(readme: str) -> str:
    """A README with the table between its two marks. Raises `ValueError` where they are not in it."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"the README has no table between {BEGIN.strip()} and {END.strip()}")
    return f"{before}{begin}{table()}{end}{after}"


def write(folder: Path, readme: Path | None = None) -> None:
    """Writes a page for each rule, with the pictures that are there, the index, and the table in a README."""
    folder.mkdir(parents=True, exist_ok=True)
    for rule in RULES:
        (folder / f"{rule.code}.md").write_text(page(rule, pictures(folder, rule)), encoding="utf-8")
    (folder / "README.md").write_text(index(), encoding="utf-8")
    if readme is not None:
        readme.write_text(with_table(readme.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write(*map(Path, sys.argv[1:3]))
