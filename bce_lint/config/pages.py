"""Writes the table of settings into a page: `python -m bce_lint.config.pages docs/configuration.md`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from bce_lint.config.settings import SETTINGS, SettingRow

BEGIN: Final = "<!-- The settings, written by `python -m bce_lint.config.pages docs/configuration.md` -->\n\n"
END: Final = "\n<!-- The end of the settings -->\n"


def table() -> str:
    """All settings, in Markdown, each with an example that can be pasted."""
    rows = [f"| `{one.key}` | {one.kind.allowed} | {one.about} | {_default(one)} |" for one in SETTINGS]
    return "\n".join(["| key | takes | what it does | default |", "|---|---|---|---|", *rows]) + "\n"


def _default(one: SettingRow) -> str:
    return one.default if one.default_in_words else f"`{one.default}`"


def examples() -> str:
    """A configuration that has every setting, as TOML."""
    return "".join(f"{one.key} = {one.example}\n" for one in SETTINGS)


def with_table(page: str) -> str:
    """A page with the table and the example between its marks. Raises `ValueError` where they are not in it."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"the page has no table between {BEGIN.strip()} and {END.strip()}")
    return f"{before}{begin}{table()}\nAll of them, with an example each:\n\n```toml\n[tool.bce-lint]\n{examples()}```\n{end}{after}"


if __name__ == "__main__":
    for name in sys.argv[1:]:
        Path(name).write_text(with_table(Path(name).read_text(encoding="utf-8")), encoding="utf-8")
