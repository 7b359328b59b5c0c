"""`python -m benchmarks.many [--workers N | --scheduler ADDRESS] OUT`: lints many projects with dask.distributed.

The folders of the projects come from standard input, a line each. Each project's findings come into a file of their own in OUT, whole or
not at all. A project that has its file is not analysed again: what was stopped goes on where it is started again.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

AHEAD = 4
"""How many projects for each worker the scheduler knows of: a million tasks at once would fill its memory."""


def result(out: str, project: str) -> Path:
    """The file of a project's findings."""
    return Path(out, quote(project, safe="") + ".json")


def lint(out: str, project: str) -> None:
    """Lints a project, in a worker, and writes down what was found, or why it could not be linted. A worker that dies on the way leaves
    no file, and the scheduler has another one do it."""
    file = result(out, project)
    if file.exists():
        return
    from bce_lint import __version__, lint_paths

    begun, error, rows = time.thread_time(), "", list[list[object]]()
    try:
        rows = [[one.location.path, *one.location.start, one.code, one.message] for one in lint_paths([project])]
    except Exception as problem:
        error = f"{type(problem).__name__}: {problem}"
    told = {
        "project": project, "version": __version__, "process": os.getpid(), "seconds": round(time.thread_time() - begun, 3),
        "error": error, "findings": rows,
    }  # fmt: skip
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    part.write_text(json.dumps(told), encoding="utf-8")
    part.replace(file)


def run(client: Any, out: str, projects: Iterable[str]) -> list[str]:
    """Has the workers of a cluster lint projects, some ahead of what they are at; gives those that came to nothing, a line each."""
    from dask.distributed import as_completed

    todo = (one for one in projects if not result(out, one).exists())
    names: dict[str, str] = {}

    def _next(count: int) -> list[Any]:
        made = [(client.submit(lint, out, one, pure=False), one) for one in islice(todo, count)]
        names.update((future.key, one) for future, one in made)
        return [future for future, _ in made]

    failed = []
    waiting = as_completed(_next(AHEAD * max(1, len(client.nthreads()))))
    for future in waiting:
        project = names.pop(future.key)
        if future.status != "finished":
            failed.append(f"{project}: {future.exception()!r}")
        for another in _next(1):
            waiting.add(another)
    return failed


def main() -> None:
    """Starts workers here, or finds a cluster, and lints."""
    from dask.distributed import Client, LocalCluster

    parser = argparse.ArgumentParser(prog="python -m benchmarks.many", description=__doc__)
    parser.add_argument("out", metavar="OUT")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--workers", type=int, default=os.cpu_count(), help="processes to start on this machine")
    where.add_argument("--scheduler", metavar="ADDRESS", help="the scheduler of a cluster whose workers see the projects and OUT")
    args = parser.parse_args()
    os.makedirs(args.out, exist_ok=True)
    here = None if args.scheduler else LocalCluster(n_workers=args.workers, threads_per_worker=1, dashboard_address=None)
    with Client(args.scheduler or here) as client:
        failed = run(client, os.path.abspath(args.out), (line.rstrip("\n") for line in sys.stdin))
    if here is not None:
        with suppress(TimeoutError):
            here.close()
    sys.exit("\n".join(failed) or 0)


if __name__ == "__main__":
    main()
