"""All that is said of the fixtures, to the letter: `python -m tests.told` writes it anew, and the difference is to be read.

Beside a finding's place and message these are its labels and what its fix, or the advice in its place, says. Each folder's file holds
what is said of the files in it, each looked at alone with the folder's rule (or those that the fixture names).
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

from bce_lint.diagnostic import Diagnostic, Location
from bce_lint.engine import check_text
from tests.fixes.test_fix_fixtures import CASES, codes_of
from tests.test_fixtures import FILES, enabled

FIXTURES = Path(__file__).parent / "fixtures"
TOLD = FIXTURES / "told"
PATHS = [*FILES, *CASES]


def named(path: Path) -> str:
    """A fixture's name, from the folder of all."""
    return path.relative_to(FIXTURES).as_posix()


def said(path: Path) -> list[str]:
    """The lines that are said of a fixture now."""
    codes = enabled(path.parent, [path]) if path in set(FILES) else codes_of(path)
    found = check_text(path.read_bytes(), None, codes, fixes=True).diagnostics
    return [line for one in found for line in _lines(one)]


def _lines(one: Diagnostic) -> list[str]:
    lines = [f"{_place(one.location)} {one.code} {one.severity}: {one.message}"]
    lines += [f"  {_place(label.location)} {label.message}" for label in one.labels]
    if one.fix is not None:
        lines.append(f"  {one.fix.applicability}: {one.fix.message}")
    return [line.replace("\n", "\\n") for line in lines]


def _place(place: Location) -> str:
    return f"{place.start.row}:{place.start.column}-{place.end.row}:{place.end.column}"


def file_of(path: Path) -> Path:
    """The file that holds what is said of a fixture."""
    return TOLD / path.parent.parent.name / f"{path.parent.name}.txt"


@cache
def written(file: Path) -> dict[str, list[str]]:
    """What such a file holds, by fixture."""
    parts = f"\n{file.read_text(encoding='utf-8')}".split("\n== ")[1:] if file.exists() else []
    return {part.partition("\n")[0]: part.splitlines()[1:] for part in parts}


def main() -> int:
    """Writes all files."""
    texts: dict[Path, str] = {}
    for path in PATHS:
        if lines := said(path):
            texts[file_of(path)] = texts.get(file_of(path), "") + "\n".join((f"== {named(path)}", *lines, ""))
    for file, text in texts.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
