"""Runs the analysis of a project in this process, and counts what it does."""

from __future__ import annotations

import cProfile
import gc
import signal
import sys
import tempfile
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from operator import attrgetter
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, NamedTuple
from unittest.mock import patch

from bce_lint import engine
from bce_lint.analysis.domain import values
from bce_lint.analysis.interpreter import calls, expressions, loops, statements
from bce_lint.analysis.models import registry
from bce_lint.analysis.project import index
from bce_lint.analysis.project.project import Project
from bce_lint.analysis.state import store
from bce_lint.fix_options import FixOptions
from bce_lint.rules.selection import choose
from bce_lint.syntax import parse
from tests.hostile.programs import Program

COUNTED: Mapping[str, tuple[Callable[..., Any], ...]] = {
    "evaluations": (expressions.evaluate,),
    "statement lists": (statements.run,),
    "calls entered": (calls.call_function,),
    "calls modelled": (registry.call,),
    "loop rounds": (loops._once,),
    "values joined": (values.join,),
    "states joined": (store.merge,),
    "cells joined": (store._join,),
    "look-ups": (store.State.find,),
    "names looked up": (expressions.lookup,),
    "files scanned": (index.scan,),
    "files parsed": (parse.lower,),
    "modules loaded": (Project.load,),
}
"""What is counted by name: how often some functions are entered."""
SIZED: Mapping[str, tuple[type[Any] | ModuleType, str, Callable[..., int]]] = {
    "elements of sequences": (values.Seq, "__post_init__", lambda made: len(made.prefix) + len(made.suffix)),
    "entries of tables": (values.Table, "__post_init__", lambda made: len(made.entries)),
    "alternatives of values": (values.Union, "__post_init__", lambda made: len(made.options)),
    "cells carried": (store, "apply_delta", lambda base, written: len(written)),
    "layers of the store": (store.State, "__init__", lambda made, parent=None: 1 + getattr(parent, "depth", 0)),
}
"""What is counted by size: how large the things are that some functions make, from what they are given."""
STEPS = "steps"
"""Everything: the calls of functions, and of those in C."""
NAMES = (*COUNTED, *SIZED, STEPS)
"""All that is counted."""


FIRST = "return nn.BCEWithLogitsLoss()(x.sigmoid(), y)"
"""A line with a finding that has a fix."""
MOST_STEPS = 3_000_000
"""A run that takes more is ended: it is over every bound, and would hang the test."""


class EndlessRun(BaseException):
    """A run took more steps than any may take; no handler of the analysis catches it."""


class Measured(NamedTuple):
    """The findings of a run by file, row and code, its counts, and what was not analysed completely."""

    found: frozenset[tuple[str, int, str]]
    counts: Counter[str]
    unanalysed: tuple[str, ...]

    def lost(self, program: Program, codes: frozenset[str] = frozenset({"BCE103"})) -> frozenset[tuple[str, int]]:
        """The marked lines of a program in which nothing was found, or not what must be."""
        return program.marked - {(name, row) for name, row, code in self.found if code in codes}

    @property
    def failures(self) -> frozenset[tuple[str, int, str]]:
        """What was said of the analysis itself."""
        return frozenset(one for one in self.found if one[2].startswith("BCE9"))


def measure(program: Program, fixes: bool = False) -> Measured:
    """Lints the files of a program; `fixes` has the fixes of its findings planned, too."""
    return _measured(program, lambda paths: _check(paths, fixes))


def measure_fix(program: Program, unsafe: bool = False) -> tuple[Measured, Counter[str]]:
    """Applies the fixes of a program, without writing them, and lints what is left; how often each code was fixed."""
    fixed: Counter[str] = Counter()

    def _run(paths: list[Path]) -> tuple[frozenset[tuple[str, int, str]], tuple[str, ...]]:
        left, applied = fix(paths, unsafe)
        fixed.update(applied)
        return left, ()

    return _measured(program, _run), fixed


def fix(paths: list[Path], unsafe: bool) -> tuple[frozenset[tuple[str, int, str]], list[str]]:
    """Applies the fixes of some files, without writing them: what is left by file, row and code, and the codes of what was fixed."""
    codes = choose(None, [], [])
    outcome, _ = engine.fix(paths, codes, FixOptions(unsafe, codes))
    left = frozenset((Path(d.location.path).name, d.location.start.row, d.code) for d in outcome.left)
    return left, [one.code for one in outcome.applied]


def _check(paths: list[Path], fixes: bool) -> tuple[frozenset[tuple[str, int, str]], tuple[str, ...]]:
    result = engine.check(paths, choose(None, [], []), fixes)
    found = frozenset((Path(d.location.path).name, d.location.start.row, d.code) for d in result.diagnostics)
    return found, tuple(f"{one.name}: {one.reason}" for one in result.unanalysed)


def _measured(program: Program, run: Callable[[list[Path]], tuple[frozenset[tuple[str, int, str]], tuple[str, ...]]]) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        paths = written(program, Path(folder))
        with counting() as counts:
            found, unanalysed = run(paths)
    return Measured(found, counts, unanalysed)


def written(program: Program, folder: Path) -> list[Path]:
    """Writes the files of a program into a folder that is a project of its own; the paths of its Python files."""
    (folder / "pyproject.toml").write_text("", encoding="utf-8")
    for name, text in program.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return sorted(folder / name for name in program.files if name.endswith(".py"))


@contextmanager
def counting() -> Iterator[Counter[str]]:
    """Counts what happens in the block, by name. Raises `EndlessRun` in the block when it is too much."""
    _imported()
    counts: Counter[str] = Counter()
    profiler = cProfile.Profile()
    with _uncollected(), _sizes() as sizes, _ended_when(lambda: _steps(profiler) > MOST_STEPS):
        profiler.enable()
        try:
            yield counts
        finally:
            profiler.disable()
    entered = Counter({one.code: one.callcount for one in profiler.getstats() if isinstance(one.code, CodeType)})
    counts.update(sizes)
    counts[STEPS] = _steps(profiler)
    for name, functions in COUNTED.items():
        counts[name] = sum(entered[function.__code__] for function in functions)
    DETAILS.clear()
    DETAILS.update({f"{code.co_filename.rpartition('bce_lint')[2]}:{code.co_name}": count for code, count in entered.items()})
    if counts[STEPS] > MOST_STEPS:
        raise EndlessRun(f"more than {MOST_STEPS} steps")


def _steps(profiler: cProfile.Profile) -> int:
    return sum(map(attrgetter("callcount"), profiler.getstats()))


@cache
def _imported() -> None:
    """Imports what is imported late and reads what is read once: no count depends on which program is the first of a process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "first.py")
        path.write_text(f"from torch import nn\n\n\ndef loss(x, y):\n    {FIRST}\n", encoding="utf-8")
        measured, _ = _check([path], True)
    assert measured


@contextmanager
def _uncollected() -> Iterator[None]:
    """Collects no garbage, as the command line does not: other libraries have functions called by each collection, which count."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


@contextmanager
def _ended_when(is_over: Callable[[], bool]) -> Iterator[None]:
    """Looks a few times a second whether it is too much: a run that never ends is ended, and no count depends on when."""

    def _look(*_: object) -> None:
        if is_over():
            raise EndlessRun(f"more than {MOST_STEPS} steps")

    if sys.platform == "win32":
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _look)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0.25, 0.25)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@contextmanager
def _sizes() -> Iterator[Counter[str]]:
    """Adds up how large the things are that are made in the block."""
    found: Counter[str] = Counter()
    with ExitStack() as stack:
        for name, (owner, function, size) in SIZED.items():
            noted = _noting(vars(owner)[function], found, name, size)
            for place in (owner, *_users(function, vars(owner)[function])):
                stack.enter_context(patch.object(place, function, noted))
        yield found


def _noting(function: Callable[..., Any], found: Counter[str], name: str, size: Callable[..., int]) -> Callable[..., Any]:
    def _noted(*args: Any) -> Any:
        found[name] += size(*args)
        return function(*args)

    return _noted


def _users(name: str, function: Callable[..., Any]) -> list[ModuleType]:
    """The modules of the package that imported a function by its name."""
    return [one for key, one in sys.modules.items() if key.startswith("bce_lint.") and vars(one).get(name) is function]


DETAILS: Counter[str] = Counter()
"""How often each function was entered in the last run: look here when a test fails."""


@contextmanager
def highest() -> Iterator[list[int]]:
    """The most bytes that Python held at once in the block, beyond what it held before; it takes several times as long."""
    found: list[int] = []
    tracemalloc.start()
    try:
        yield found
    finally:
        found.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
