"""Runs families at their full size, each in a process of its own, and says what each takes and what is wrong with it."""

from __future__ import annotations

import gc
import importlib
import json
import pkgutil
import resource
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import tests.hostile
from tests.hostile.families import Family
from tests.hostile.measure import _check, fix, written

SECONDS, MEGABYTES = 2.0, 300
LIMIT = 20
MEMORY = 2 << 30


def all_families() -> dict[str, Family]:
    """The families of all tables, by name: each file here that has a `FAMILIES`."""
    found: dict[str, Family] = {}
    for one in pkgutil.iter_modules(tests.hostile.__path__):
        if not one.name.startswith(("__", "test_")):
            table = getattr(importlib.import_module(f"tests.hostile.{one.name}"), "FAMILIES", {})
            found |= {f"{one.name}: {name}": family for name, family in table.items()}
    return found


def one(name: str, size: int, how: str) -> None:
    """Runs a family at a size, and writes down what it took."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    gc.disable()  # as the command line does
    family = all_families()[name]
    program = family.make(size or family.full)
    with tempfile.TemporaryDirectory() as folder:
        paths = written(program, Path(folder))
        before = time.process_time()
        if how == "check":
            found, unanalysed = _check(paths, False)
        elif how == "fixes":
            found, unanalysed = _check(paths, True)
        else:
            found, unanalysed = fix(paths, how == "unsafe")[0], ()
        took = time.process_time() - before
    told = {file for file, _, code in found if code == "BCE902"}
    lost = program.marked - {(file, row) for file, row, code in found if code in family.codes}
    lost = frozenset((file, row) for file, row in lost if file not in told and how in ("check", "fixes"))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    failed = sorted({code for _, _, code in found if code in ("BCE900", "BCE901")})
    print(json.dumps({"seconds": took, "memory": memory, "lost": sorted(lost)[:4], "failed": failed, "unanalysed": unanalysed[:2]}))


def main(arguments: list[str]) -> int:
    """A line for each family; with `--over` only for those over the bounds. `--size N`, `--how check|fixes|fix|unsafe`."""
    options = dict(pairwise(arguments))
    how, size = options.get("--how", "check"), options.get("--size", "0")
    families = all_families()
    given = [name for name in arguments if name in families or name.endswith("*")]
    names = [name for name in families if not given or name in given or any(g.endswith("*") and name.startswith(g[:-1]) for g in given)]
    over = 0
    for name in names:
        command = [sys.executable, "-c", f"from tests.hostile.__main__ import one; one({name!r}, {int(size)}, {how!r})"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=False)
        except subprocess.TimeoutExpired:
            print(f"OVER {name}: more than {LIMIT} s", flush=True)
            over += 1
            continue
        if done.returncode:
            print(f"OVER {name}: {done.returncode} {done.stderr.strip()[-200:]!r}", flush=True)
            over += 1
            continue
        row = json.loads(done.stdout)
        bad = row["seconds"] > SECONDS or row["memory"] > MEGABYTES or row["lost"] or row["failed"]
        over += bool(bad)
        said = "OVER" if bad else "ok  "
        if bad or "--over" not in arguments:
            rest = {key: row[key] for key in ("lost", "failed", "unanalysed") if row[key]}
            print(f"{said} {name}: {row['seconds']:.2f} s, {row['memory']:.0f} MB {rest or ''}", flush=True)
    return over > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
