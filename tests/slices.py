"""What verification takes of each fix, to the letter: the computation before, what the kind of fix makes of it, and the one afterwards.

`python -m tests.slices` writes it anew, and the difference is to be read, as with `tests.told`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bce_lint.analysis.recording.terms import Apply, Group, Input, Known, Named, Term
from bce_lint.engine import check_text
from bce_lint.fixes.kinds import kind_of
from bce_lint.fixes.terms import Unsuitable
from tests.fixes.test_fix_fixtures import FIXED, codes_of
from tests.told import FIXTURES, named

if TYPE_CHECKING:
    from bce_lint.analysis.project.project import Project
    from bce_lint.fixes.intent import FixIntent
    from bce_lint.rules.judge import Judged

SLICES = FIXTURES / "told" / "slices"


def shown(term: Term) -> str:
    """A term as text."""
    match term:
        case Known():
            return repr(term.value)
        case Named():
            return term.name
        case Input():
            return f"<{term.text}>"
        case Group():
            return f"{term.kind}({', '.join(map(shown, term.items))})"
        case Apply():
            keywords = [f"{name}={shown(value)}" for name, value in term.keywords]
            return f"{term.operation}({', '.join([*map(shown, term.args), *keywords])})"
    raise AssertionError(term)


class _Taken:
    """Stands in the place of a verifier, and takes down what that would compute."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, project: Project, told: list[Judged]) -> list[Judged]:
        from bce_lint.verify.site import _speaking
        from bce_lint.verify.site.before_after import After, Before, Wanted, batches, questions

        fixes = [Wanted(_speaking(one), one.fix.edits) for one in told if one.fix is not None and one.fix.edits]
        before = Before(project, fixes) if fixes else None
        for batch in batches(fixes, before.roots) if before is not None else ():
            assert before is not None
            after = After(before, [fixes[i] for i in batch], [before.roots[i] for i in batch])
            for number in batch:
                self.lines.append(f"{fixes[number].intent.change.name} {before.reasons.get(number, '')}".rstrip())
                try:
                    intent = fixes[number].intent
                    for one in questions(before, after, fixes[number], before.roots[number]):
                        self.lines += [f"  {shown(one.before)}", f"  {_expected(one.before, intent)}", f"  {shown(one.after)}"]
                except Unsuitable as reason:
                    self.lines.append(f"  {reason}")
        return told


def _expected(before: Term, intent: FixIntent) -> str:
    expected = kind_of(intent).expected
    try:
        return "-" if expected is None else shown(expected(before, intent))
    except Unsuitable as reason:
        return str(reason)


def said(path: Path) -> list[str]:
    """The lines that are said of a fixture now."""
    taken = _Taken()
    check_text(path.read_bytes(), None, codes_of(path), fixes=True, inspect=taken)
    return [line.replace("\n", "\\n") for line in taken.lines]


def file_of(path: Path) -> Path:
    """The file that holds what is said of a fixture."""
    return SLICES / f"{path.parent.name}.txt"


def main() -> int:
    """Writes all files."""
    texts: dict[Path, str] = {}
    for path in FIXED:
        if lines := said(path):
            texts[file_of(path)] = texts.get(file_of(path), "") + "\n".join((f"== {named(path)}", *lines, ""))
    for file, text in texts.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
