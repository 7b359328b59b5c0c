"""`python -m tests.fuzz.worker`: makes and checks one program after the other, in a process that may die of it.

It reads requests from standard input and writes answers to standard output, a line of JSON each. A program is written down before it is
checked, so that it is known if no answer follows.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import os
import signal
import sys
import warnings
from typing import Any, TextIO

os.environ["BCE_LINT_NO_CACHE"] = "1"

from tests.fuzz import memory
from tests.fuzz.checks import check_program
from tests.fuzz.plants import PLANTS
from tests.fuzz.program import WAITING, Program, generator
from tests.fuzz.sources import SOURCES, Unavailable, source_of


def main() -> None:
    """Answers requests until there are no more."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--plant", choices=PLANTS)
    parser.add_argument("folders", nargs="*")
    options = parser.parse_args()
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)  # whatever prints must not be taken for an answer
    warnings.simplefilter("ignore")
    faulthandler.enable()
    faulthandler.register(signal.SIGPROF, chain=True)
    memory.limit()
    if options.plant:
        PLANTS[options.plant]()
    for line in sys.stdin:
        signal.setitimer(signal.ITIMER_PROF, options.seconds)
        faulthandler.dump_traceback_later(options.seconds * WAITING, exit=True)
        _answer(json.loads(line), options.seed, tuple(options.folders), answers)
        faulthandler.cancel_dump_traceback_later()
        signal.setitimer(signal.ITIMER_PROF, 0)


def _answer(request: dict[str, Any], seed: int, folders: tuple[str, ...], answers: TextIO) -> None:
    if "index" in request:
        index = request["index"]
        try:
            program = SOURCES[source_of(index)][1](generator(seed, index), folders)
        except Unavailable as error:
            _say(answers, {"unavailable": str(error)})
            return
        _say(answers, {"program": program.to_json()})
    else:
        program = Program.from_json(request["program"])
    _say(answers, {"failures": check_program(program, request.get("only", ""))})


def _say(answers: TextIO, what: dict[str, Any]) -> None:
    answers.write(json.dumps(what) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
