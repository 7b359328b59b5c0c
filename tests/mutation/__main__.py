"""`python -m tests.mutation --count N --seed S [--jobs J] [--resume FILE] [PATHS]`: changes the package and sees whether a test notices.

Each mutant is one change of one file under `bce_lint/analysis`, `fixes` or `rules`, or under PATHS. It runs the fixtures and the tests
that reach its line, the cheapest first, for 20 seconds of processor time at most; the first failure ends it. Nothing is written but a
folder for what was recorded, `.mutation_cache`. Documentation, annotations, imports, assertions and formatted texts are not mutated.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import hypothesis  # noqa: F401 - what all mutants need is imported once, before the processes part
import libcst  # noqa: F401
import pytest  # noqa: F401

from tests.mutation.mutants import Mutant, of_files, sample
from tests.mutation.planning import Planner
from tests.mutation.recording import recorded
from tests.mutation.results import Results
from tests.mutation.trial import Trial, Verdict

ROOT = Path(__file__).parents[2]
ROOMS = ("bce_lint/analysis", "bce_lint/fixes", "bce_lint/rules")
PAUSE = 0.02


def main(arguments: list[str] | None = None) -> int:
    """Tries the mutants and prints the report; 1 if one survived that is not known to be equivalent."""
    options = _parser().parse_args(arguments)
    root = options.root.resolve()
    texts = _texts(root, ROOMS)
    wanted = _texts(root, options.paths) if options.paths else texts
    results = Results(options.resume)
    chosen = sample(wanted, options.count, options.seed)
    if options.survivors:
        chosen = [one for one in of_files(wanted) if one.key in results.verdicts and not results.verdicts[one.key].killed]
    waiting = [one for one in chosen if options.survivors or one.key not in results.verdicts]
    if waiting:
        record = recorded(root, texts, options.jobs, options.near)
        if any("_torch.py" in name for name in (*record.checks, *record.tests)):
            import torch

            torch.set_num_threads(1)
        planner = Planner(root, texts, record)
        start = time.monotonic()
        _try_all(root, waiting, planner, results, options.jobs)
        print(f"{len(waiting)} mutants in {time.monotonic() - start:.0f} s", file=sys.stderr)
    report = results.report(chosen)
    print(report)
    return 1 if "survived: " in report or "not covered: " in report else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("paths", nargs="*", metavar="PATHS", help="files and folders to mutate, from the repository's root")
    parser.add_argument("--count", type=int, default=300, help="how many mutants (default: 300)")
    parser.add_argument("--seed", type=int, default=0, help="which ones (default: 0)")
    parser.add_argument("--jobs", type=int, default=1, help="how many at a time (default: 1)")
    parser.add_argument("--resume", type=Path, metavar="FILE", help="keep the verdicts in FILE, and try only those that it has none for")
    parser.add_argument("--survivors", action="store_true", help="try those again that survived according to FILE")
    parser.add_argument("--near", action="store_true", help="of the tests take those alone that are quick and beside the changed files")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    return parser


def _texts(root: Path, paths: tuple[str, ...] | list[str]) -> dict[str, str]:
    files = [file for path in paths for file in ([root / path] if (root / path).is_file() else sorted((root / path).rglob("*.py")))]
    return {str(file.resolve().relative_to(root)): file.read_text(encoding="utf-8") for file in files}


def _try_all(root: Path, waiting: list[Mutant], planner: Planner, results: Results, jobs: int) -> None:
    running: list[Trial] = []
    for number, mutant in enumerate(waiting, 1):
        plan = planner.plan(mutant)
        if not plan.checks and not plan.tests:
            results.add(mutant, Verdict("not covered"))
            continue
        running.append(Trial(root, mutant, planner.texts[mutant.path], plan))
        while len(running) >= jobs:
            running = _still_running(running, results)
        if number % 20 == 0:
            print(f"{number} of {len(waiting)}", file=sys.stderr, flush=True)
    while running:
        running = _still_running(running, results)


def _still_running(running: list[Trial], results: Results) -> list[Trial]:
    left: list[Trial] = []
    for one in running:
        verdict = one.ended()
        if verdict is None:
            left.append(one)
        else:
            results.add(one.mutant, verdict)
    if len(left) == len(running):
        time.sleep(PAUSE)
    return left


if __name__ == "__main__":
    sys.exit(main())
