"""What a file shows alone, held against what its project shows: a finding that is gone is one for which `--losses` names a fact.

    python -m tests.metamorphic.apart --seed S --count N [FOLDER…]

takes pairs of the tests' programs that know nothing of each other, each as one project; or the folders, each a project. It prints what is
gone, with the facts that are named; 1 where none is, or one of a program that has nothing to do with the other.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bce_lint.engine import check, check_text
from bce_lint.loss_table.table import losses_of
from bce_lint.rules.registry import BY_CODE
from bce_lint.source.discover import discover
from tests.metamorphic.programs import Program, fixtures, planted

CODES = frozenset(code for code, rule in BY_CODE.items() if not rule.witness and not code.startswith("BCE9"))
OF_ALL_FILES = frozenset({"dtype", "gradient"})
"""What a project says of all of its files, whoever imports whom."""


class Named(NamedTuple):
    """A fact that is named, with its kind and its place."""

    kind: str
    path: str
    row: int
    text: str


class Gone(NamedTuple):
    """A finding that a file shows alone and its project does not, and the facts that are named."""

    path: str
    row: int
    code: str
    facts: tuple[Named, ...]

    def told(self) -> str:
        """All of it in a line."""
        said = "; ".join(f"{fact.kind}: {fact.text}, {fact.path}:{fact.row}" for fact in self.facts)
        return f"{self.path}:{self.row}: {self.code}: {said or 'no fact is named'}"

    def is_right(self, sides: bool) -> bool:
        """True if facts are named that may be so: where a project has two `sides`, of all files, or of the one on which the file is."""
        side = self.path.partition("/")[0]
        there = (one.kind in OF_ALL_FILES or one.path.partition("/")[0] == side for one in self.facts)
        return bool(self.facts) and (not sides or all(there))


class Compared(NamedTuple):
    """How many findings the files of a project show alone, and those that it does not show."""

    alone: int
    gone: list[Gone]


def compared(files: Sequence[Path]) -> Compared:
    """What the files of a project show alone, beside what they show in it."""
    shown = check(files, CODES).diagnostics
    together = {(one.location.path, one.location.start) for one in shown}
    labelled = {(label.location.path, label.location.start, one.code) for one in shown for label in one.labels}  # told at a caller
    alone, lost = 0, []
    for file in files:
        for one in check_text(file.read_bytes(), None, CODES).diagnostics:
            alone += one.code in CODES
            place = (str(file), one.location.start)
            if one.code in CODES and place not in together and (*place, one.code) not in labelled:
                lost.append((str(file), one.location.start.row, one.code))
    return Compared(alone, [*_named(files, lost)] if lost else [])


def _named(files: Sequence[Path], lost: Iterable[tuple[str, int, str]]) -> Iterator[Gone]:
    table = losses_of(files, CODES)
    shown = [(one, one.location) for one in table.beside] + [(one.alone, one.location) for one in table.losses if one.alone is not None]
    for path, row, code in lost:
        facts = dict.fromkeys(
            Named(fact.kind, fact.location.path, fact.location.start.row, fact.text)
            for one, place in shown for fact in one.facts
            if code in one.codes and place.path == path and place.start.row <= row <= place.end.row
        )  # fmt: skip
        yield Gone(path, row, code, tuple(facts))


def of_texts(texts: Mapping[str, str]) -> Compared:
    """The same of texts by path, as the files of an otherwise empty project."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        (root / "pyproject.toml").touch()
        for path, text in texts.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8", errors="surrogatepass")
        found = compared([root / path for path in sorted(texts)])
        return Compared(found.alone, [_inside(root, one) for one in found.gone])


def _inside(root: Path, one: Gone) -> Gone:
    """What is gone, with its paths as they are in the project."""
    facts = tuple(fact._replace(path=Path(fact.path).relative_to(root).as_posix()) for fact in one.facts)
    return one._replace(path=Path(one.path).relative_to(root).as_posix(), facts=facts)


def pair(first: Program, second: Program) -> Program:
    """Two programs in folders of one project, of which none imports the other."""
    texts = {f"{side}/{path}": text for side, one in (("left", first), ("right", second)) for path, text in one.texts.items()}
    return Program(f"{first.name} and {second.name}", texts)


def pairs(programs: Sequence[Program], count: int, rng: random.Random) -> Iterator[Program]:
    """Programs in random pairs."""
    return (pair(*rng.sample(programs, 2)) for _ in range(count))


def violations(program: Program, sides: bool = False) -> list[str]:
    """The findings that a project does not show though its files do alone, where no fact is named, or one that cannot be so."""
    return [f"{program.name}: {one.told()}" for one in of_texts(program.texts).gone if not one.is_right(sides)]


def main(arguments: list[str] | None = None) -> int:
    """Prints what is gone, and the counts by the kinds of facts."""
    parser = argparse.ArgumentParser(prog="python -m tests.metamorphic.apart", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="projects; else pairs of the tests' programs")
    parser.add_argument("--count", type=int, default=300, help="how many pairs")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    alone, kinds, wrong = 0, Counter[str](), 0
    for name, found in _projects(options):
        alone += found.alone
        for one in found.gone:
            kinds[" and ".join(sorted({fact.kind for fact in one.facts})) or "no fact"] += 1
            bad = not one.is_right(sides=not options.folders)
            wrong += bad
            print(f"{'VIOLATION ' if bad else ''}{name}: {one.told()}", flush=True)
    print(f"{alone} findings of files alone, {sum(kinds.values())} that the projects do not show, {wrong} of them for no reason")
    print("".join(f"  {count:5} {kind}\n" for kind, count in kinds.most_common()), end="")
    return 1 if wrong else 0


def _projects(options: argparse.Namespace) -> Iterator[tuple[str, Compared]]:
    for folder in options.folders:
        yield folder.name, compared(sorted(discover([folder]).files))
    if not options.folders:
        programs = [*fixtures(), *planted(max(1, options.count // 4), options.seed)]
        for one in pairs(programs, options.count, random.Random(options.seed)):
            yield one.name, of_texts(one.texts)


if __name__ == "__main__":
    sys.exit(main())
