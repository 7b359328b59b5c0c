"""`python -m tests.planted --count N --seed S [--keep DIR]`: plants N bugs and says who saw them."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

import torch

from tests.planted.compare import Readers, answered
from tests.planted.known import is_known
from tests.planted.plan import described, numbers, plan_of
from tests.planted.shrink import Collection, Found
from tests.planted.tally import Tally


def main(arguments: list[str] | None = None) -> int:
    """Runs programs, prints the counts and the disagreements; 1 if there is one."""
    options = _parser().parse_args(arguments)
    torch.set_num_threads(1)
    known = 0
    rng, tally, start = random.Random(options.seed), Tally(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        readers = Readers(Path(folder).resolve(), fixes=not options.no_fixes)
        collection = Collection(readers)
        for _ in range(options.count):
            plan = plan_of(rng.randrange)
            for wrong in (True, False):
                answer = answered(readers, plan, plan.wrong if wrong else plan.twin)
                tally.add(plan, answer, wrong)
                for one in answer.disagreements:
                    if is_known(one, described(plan, answer.spec)):
                        known += 1
                    else:
                        collection.add(plan, wrong, one)
    print(tally.shown())
    print(f"\n{tally.programs / (time.monotonic() - start):.1f} programs per second, shrinking included")
    for number, found in enumerate(sorted(collection.found, key=lambda f: -f.times), 1):
        print(_shown(number, found, options.brief))
        if options.keep:
            _keep(Path(options.keep) / f"{number:03}", found)
    print(f"\n{len(collection.found)} distinct disagreements, and {known} known ones (tests/planted/known.py)")
    return 1 if collection.found else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.planted", description=__doc__)
    parser.add_argument("--count", type=int, default=300, help="how many bugs to plant; each has a twin without it")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", metavar="DIR", help="write the program of each disagreement to a folder in DIR")
    parser.add_argument("--no-fixes", action="store_true", help="do not fix the programs and run them again")
    parser.add_argument("--brief", action="store_true", help="do not print the programs")
    return parser


def _shown(number: int, found: Found, brief: bool) -> str:
    which = "with the bug" if found.wrong else "without the bug"
    one = found.disagreement
    where = ", ".join(sorted(found.cases)[:4])
    head = f"\n[{number}] {one.kind} {one.code} ({found.times} times, {which}; {where})"
    head += f"\n{one.detail}\n{found.plan.case}: {numbers(found.plan)}"
    return head if brief else f"{head}\n{found.answer.program.shown()}"


def _keep(folder: Path, found: Found) -> None:
    for path, text in found.answer.program.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
