"""Runs in the process of one revision: it gives command lines to that revision's `main` and writes down the answers.

`python replay.py` says which bce-lint is imported, as JSON. `python replay.py RUNS ANSWERS` reads a run in each line and writes what came
of it. It uses nothing but what all revisions have: `bce_lint.cli.main`, and for `count` the function `evaluate` of the analysis.
"""

from __future__ import annotations

import contextlib
import cProfile
import importlib.metadata
import io
import json
import os
import platform
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

CRASHED = -1
"""The exit status of a run that raised an exception."""


def about() -> dict[str, str]:
    """Where bce-lint comes from, and the versions of what it runs on; PyTorch's is empty where there is none."""
    import bce_lint

    return {
        "file": str(Path(bce_lint.__file__).resolve()),
        "bce-lint": bce_lint.__version__,
        "Python": platform.python_version(),
        "LibCST": importlib.metadata.version("libcst"),
        "PyTorch": importlib.metadata.version("torch") if find_spec("torch") else "",
    }


def answer(arguments: list[str], cwd: str, stdin: str | None = None, count: bool = False) -> dict[str, Any]:
    """The exit status of a command line, its output and errors, and if asked for how many expressions were evaluated."""
    os.chdir(cwd)
    kept, (out, err) = sys.stdin, (io.BytesIO(), io.BytesIO())
    given = io.BytesIO(b"" if stdin is None else Path(stdin).read_bytes())
    streams = [io.TextIOWrapper(stream, encoding="utf-8", write_through=True) for stream in (given, out, err)]
    try:
        sys.stdin = streams[0]
        with contextlib.redirect_stdout(streams[1]), contextlib.redirect_stderr(streams[2]):
            status, evaluations = _run(arguments, count)
    finally:
        sys.stdin = kept
    said, errors = (stream.getvalue().decode("utf-8", "surrogateescape") for stream in (out, err))
    errors = errors.replace(sys.prefix, "ENVIRONMENT")  # libraries warn by the path of their files, and each side has its own
    return {"status": status, "out": said, "err": errors, "evaluations": evaluations}


def _run(arguments: list[str], count: bool) -> tuple[int, int | None]:
    from bce_lint.cli import main

    profile = cProfile.Profile(builtins=False) if count else None
    try:
        with profile or contextlib.nullcontext():
            status = main(arguments)
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else CRASHED
    except Exception as error:
        status = CRASHED
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
    return status, None if profile is None else _evaluations(profile)


def _evaluations(profile: cProfile.Profile) -> int:
    """The calls of the analysis' `evaluate`, each a step of its budget, wherever below the analysis its module lies."""
    calls = ((entry.code, entry.callcount) for entry in profile.getstats() if not isinstance(entry.code, str))
    return sum(count for code, count in calls if code.co_name == "evaluate" and _is_evaluator(code.co_filename))


def _is_evaluator(file: str) -> bool:
    path = Path(file)
    return path.name == "expressions.py" and "/bce_lint/analysis/" in path.as_posix()


def main() -> None:
    """Says what is imported, or runs what is asked for."""
    sys.path.pop(0)  # the folder of this file, whose modules nobody else is to import
    if len(sys.argv) == 1:
        print(json.dumps(about()))
        return
    with open(sys.argv[1], encoding="utf-8") as runs, open(sys.argv[2], "w", encoding="utf-8") as answers:
        for line in (about(), *(answer(**json.loads(run)) for run in runs)):
            print(json.dumps(line), file=answers, flush=True)


if __name__ == "__main__":
    main()
