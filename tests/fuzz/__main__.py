"""`python -m tests.fuzz --minutes N --seed S`: tries the linter on programs that nobody would write.

Each program is linted and fixed through every face in a process of its own. The same seed gives the same programs, each from its number
alone: `--start N` goes on where a run ended, `--start N --count 1` runs one again. Exit status 1 if anything went wrong.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from functools import partial
from pathlib import Path

from tests.fuzz.driver import Plan, run
from tests.fuzz.report import shown


def main(arguments: list[str] | None = None) -> int:
    """Runs programs and prints what came of them; 1 if one failed."""
    options = _parser().parse_args(arguments)
    keep = Path(options.keep or tempfile.mkdtemp(prefix="bce-lint-fuzz-"))
    minutes = 1.0 if options.minutes is None and options.count is None else options.minutes
    plan = Plan(
        options.seed,
        options.start,
        options.count,
        minutes,
        options.jobs,
        options.patience,
        options.shrinking,
        keep,
        tuple(str(Path(folder).resolve()) for folder in options.folders),
    )
    print(f"what fails is kept in {keep}", flush=True)
    tally = run(plan, partial(print, flush=True))
    print(shown(plan, tally).encode(sys.stdout.encoding or "utf-8", "backslashreplace").decode(sys.stdout.encoding or "utf-8"))
    return 1 if tally.found else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", metavar="FOLDER", help="more real files to begin with")
    parser.add_argument("--minutes", type=float, help="how long (default: 1, unless --count is given)")
    parser.add_argument("--count", type=int, help="how many programs at most")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start", type=int, default=0, metavar="N", help="the number of the first program")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes at a time")
    parser.add_argument("--patience", type=float, default=60, metavar="SECONDS", help="a program that takes more CPU time hangs")
    parser.add_argument(
        "--shrinking", type=float, default=30, metavar="SECONDS", help="how long to look for the smallest form of a failure"
    )
    parser.add_argument("--keep", metavar="DIR", help="where programs that fail are written (default: a temporary folder)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
