"""`python -m tests.metamorphic --seed S --count N [FOLDER…]`: rewrites programs, and says where the findings change."""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.metamorphic.known import KNOWN, Known, is_known
from tests.metamorphic.programs import Further, Program, Variant, fixtures, of_folders, planted
from tests.metamorphic.rewrites import REWRITES
from tests.metamorphic.verdicts import Difference, Verdict, differences, of_program

TOGETHER = 8
"""How many rewrites are made together."""


class Outcome(NamedTuple):
    """One program after one rewrite, and what is said otherwise of it."""

    program: Program
    rewrite: str
    variant: Variant
    differences: list[Difference]


def outcomes(program: Program, names: Iterable[str], seed: int, before: Counter[Verdict] | None = None) -> Iterator[Outcome]:
    """Each rewrite of a program that changes it; `before` is what is said of the program as it is, where that is known."""
    before = of_program(program) if before is None else before
    for name in names:
        variant = rewritten(program, name, seed)
        if variant is not None:
            yield Outcome(program, name, variant, broken(program, variant) or differences(program, before, variant))


def screened(program: Program, names: Iterable[str], seed: int) -> Iterator[Outcome]:
    """The rewrites of a program that change what is said of it otherwise than is meant. Those that may make the same difference, if any,
    are made together, some at a time, in an order of the program's own; one by one only where that changes more. A crash counts even where
    it takes several."""
    before = of_program(program)
    for some in _together(names, random.Random(f"{seed} {program.name}")):
        variant = one_after_the_other(program, some, seed)
        if variant is None:
            continue
        found = broken(program, variant) or [one for one in differences(program, before, variant) if not is_known(some[0], one)]
        if crashed := [one for one in found if one.kind == "crash"]:
            yield Outcome(program, ", ".join(some), variant, crashed)
        if found:
            yield from outcomes(program, some, seed, before)


def _together(names: Iterable[str], rng: random.Random) -> Iterator[list[str]]:
    """Rewrites that are made together: those of which the same differences are known, each at most once."""
    groups: defaultdict[frozenset[Known], list[str]] = defaultdict(list)
    for name in names:
        groups[frozenset(row for row in KNOWN if name in row.rewrites)].append(name)
    for group in groups.values():
        rng.shuffle(group)
        yield from (group[at : at + TOGETHER] for at in range(0, len(group), TOGETHER))


def one_after_the_other(program: Program, names: Iterable[str], seed: int) -> Variant | None:
    """A program after all of some rewrites, None where they leave it as it is."""
    made: Variant | None = None
    for name in names:
        texts = program.texts if made is None else {path: made.text(path) for path in made.files}
        variant = rewritten(Program(program.name, texts), name, seed)
        if variant is not None:
            made = variant if made is None else Further(made, variant)
    return made


def rewritten(program: Program, name: str, seed: int) -> Variant | None:
    """A program after a rewrite, None where that leaves it as it is."""
    variant = REWRITES[name](program, random.Random(f"{seed} {name} {program.name}"))
    if variant is None or (variant.newline == "\n" and {path: variant.text(path) for path in variant.files} == program.texts):
        return None
    return variant


def broken(program: Program, variant: Variant) -> list[Difference]:
    """What is no Python after a rewrite, though it was before."""
    found = []
    for path in variant.files:
        if path in program.files or path not in program.texts:
            try:
                compile(variant.text(path), path, "exec", dont_inherit=True)
            except SyntaxError as error:
                found.append(Difference("broken", "", f"{path}:{error.lineno}: {error.msg}: {error.text}"))
    return found


def main(arguments: list[str] | None = None) -> int:
    """Prints the differences and the counts; 1 if there is a difference."""
    options = _parser().parse_args(arguments)
    rng = random.Random(options.seed)
    programs = of_folders(options.folders, options.count, rng) if options.folders else _own(options.count, options.seed, rng)
    names = [name for name in REWRITES if name in (options.only or REWRITES)]
    runs, found, known = Counter[str](), Counter[tuple[str, str]](), 0
    for program in programs:
        for outcome in outcomes(program, names, options.seed):
            runs[outcome.rewrite] += 1
            new = [one for one in outcome.differences if not is_known(outcome.rewrite, one)]
            known += len(outcome.differences) - len(new)
            for one in new:
                found[outcome.rewrite, one.kind] += 1
                print(f"{outcome.rewrite}: {one.kind} {one.code} in {program.name}: {one.detail}", flush=True)
            if new and options.keep:
                _keep(Path(options.keep) / outcome.rewrite / program.name.replace("/", "_").replace(" ", "_"), outcome.variant)
    counts = f"{len(programs)} programs, {sum(runs.values())} rewritten programs, {sum(found.values())} differences"
    print(f"\n{counts}, and {known} that are meant (tests/metamorphic/known.py)")
    for name in names:
        told = ", ".join(f"{count} {kind}" for (rewrite, kind), count in sorted(found.items()) if rewrite == name)
        print(f"  {name:20} {runs[name]:5} {told}")
    return 1 if found else 0


def _keep(folder: Path, variant: Variant) -> None:
    for path in variant.files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(variant.data(path))


def _own(count: int, seed: int, rng: random.Random) -> list[Program]:
    programs = [*fixtures(), *planted(max(1, count // 4), seed)]
    return rng.sample(programs, count) if count < len(programs) else programs


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.metamorphic", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="where files are taken from; else from the tests")
    parser.add_argument("--count", type=int, default=300, help="how many programs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", action="append", metavar="REWRITE", help="only this rewrite; may be given again")
    parser.add_argument("--keep", metavar="DIR", help="write the rewritten programs that differ to folders in DIR")
    return parser


if __name__ == "__main__":
    sys.exit(main())
