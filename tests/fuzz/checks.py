"""What must hold of any program: the linter answers, within its bounds, the same every time and through every face."""

from __future__ import annotations

import ast
import os
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from bce_lint import engine
from bce_lint.analysis.project.project import Project
from bce_lint.cache import Cache
from bce_lint.cli.reveal import reveal
from bce_lint.diagnostic import CRASH, TOO_LARGE, UNREADABLE, Diagnostic
from bce_lint.lint_result import LintResult
from bce_lint.report import FORMATS
from bce_lint.report.statistics import statistics
from bce_lint.report.told import Told
from bce_lint.rules.selection import choose
from tests.fuzz.fixing import fixing
from tests.fuzz.flake8_rows import flake8_rows
from tests.fuzz.lowering import lowering
from tests.fuzz.memory import peak, reset_peak
from tests.fuzz.program import BUG, BUG_LINE, Failure, Program

CODES = choose(None, (), ("BCE123",))
SECONDS, SECONDS_PER_BYTE = 2.0, 20e-6
"""CPU time that a lint may take: so much, and so much for each byte."""
FIX_SHARE = 6
"""A fix lints again and again: so many times the time of a lint."""
MEGABYTES = 300
"""What one program may add to the process."""


class _Slow(NamedTuple):
    seconds: float
    allowed: float


def check_program(program: Program, only: str = "") -> list[Failure]:
    """Everything that is wrong with the linter's answers about a program, each once; by one of the checks, if it is named."""
    reset_peak()
    before = peak()
    found: dict[tuple[str, str], Failure] = {}
    with tempfile.TemporaryDirectory(prefix="fuzz") as folder, _inside(os.path.realpath(folder)) as here:
        files = _write(here, program)
        for check in (_linted, _syntax, _faces, fixing, lowering):
            if only in ("", check.__name__):
                for one in _failures(check, program, files):
                    found.setdefault(one[:2], one._replace(check=check.__name__))
    engine._PROJECTS.clear()
    if peak() - before > MEGABYTES * 2**20:
        found["memory", "peak"] = Failure("memory", "peak", f"{(peak() - before) >> 20} MB more than before")
    return list(found.values())


def _failures(check: Callable[[Program, Sequence[Path]], Iterator[Failure]], program: Program, files: Sequence[Path]) -> Iterator[Failure]:
    try:
        yield from check(program, files)
    except MemoryError:
        yield Failure("memory", check.__name__.strip("_"), traceback.format_exc())
    except Exception as error:
        yield Failure("crash", crashed_at(error), traceback.format_exc())


def crashed_at(error: BaseException) -> str:
    """The kind of an exception and the innermost place of the package, to tell one crash from another."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "bce_lint" in frame.filename]
    place = f"{Path(frames[-1].filename).name}: {frames[-1].name}" if frames else "outside"
    return f"{type(error).__name__} in {place}"


@contextmanager
def _inside(folder: str) -> Iterator[str]:
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield folder
    finally:
        os.chdir(before)


def _write(folder: str, program: Program) -> list[Path]:
    Path("pyproject.toml").touch()
    for path, data in program.files.items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(data)
    return [Path(path) for path in sorted(program.files)]


def lint(files: Sequence[Path], cache: Cache | None = None) -> LintResult:
    """A lint of some files with the fixes that it shows."""
    return engine.check(files, CODES, fixes=True, cache=cache)


def timed(action: Callable[[], object], allowed: float) -> _Slow | None:
    """How long an action took where that was too long both times that it was asked for."""
    least = float("inf")
    for _ in range(2):
        start = time.process_time()
        action()
        least = min(least, time.process_time() - start)
        if least <= allowed:
            return None
    return _Slow(least, allowed)


def _allowed(program: Program) -> float:
    return SECONDS + SECONDS_PER_BYTE * sum(map(len, program.files.values()))


def _linted(program: Program, files: Sequence[Path]) -> Iterator[Failure]:
    """Findings without a crash, in time; the same the second time, and out of the cache."""
    results: list[LintResult] = []
    if slow := timed(lambda: results.append(engine.check(files, CODES)), _allowed(program)):
        yield Failure("hang", "lint", f"{slow.seconds:.1f} s of CPU time, {slow.allowed:.1f} s allowed")
    if slow := timed(lambda: results.append(lint(files)), FIX_SHARE * _allowed(program)):
        yield Failure("hang", "lint with fixes", f"{slow.seconds:.1f} s of CPU time, {slow.allowed:.1f} s allowed")
    found = results[-1].diagnostics
    yield from crashes(found, files)
    if program.sure and not _has_the_bug(found, program):
        yield Failure("disagreement", "the certain finding is lost", f"BCE103 is not among {_shown(found)}")
    for other in (lint(files), *(lint(files, Cache(os.path.join(os.getcwd(), "kept"))) for _ in range(2)), lint(files[::-1])):
        if other.diagnostics != found:
            yield Failure("disagreement", "linted again", f"{_shown(found)}\nand then\n{_shown(other.diagnostics)}")
    without = [(one.code, one.location, one.message) for one in results[0].diagnostics]
    if without != [(one.code, one.location, one.message) for one in found]:
        yield Failure("disagreement", "with and without fixes", f"{_shown(results[0].diagnostics)}\nand\n{_shown(found)}")
    yield from _formats(results[-1])


def _has_the_bug(found: Sequence[Diagnostic], program: Program) -> bool:
    (data,) = program.files.values()
    text = data.decode("utf-8", "replace")
    lines = text.split("\n")
    spoilt = BUG not in text or any(one.code in (UNREADABLE, TOO_LARGE) for one in found)
    return spoilt or any(one.code == "BCE103" and BUG_LINE in lines[one.location.start.row - 1] for one in found)


def crashes(found: Sequence[Diagnostic], files: Sequence[Path]) -> Iterator[Failure]:
    """The failures of the analysis that findings tell of, each with where it was."""
    if not any(one.code == CRASH for one in found):
        return
    caught: list[BaseException] = []

    def _loud(self: Project, path: str, start: int, name: str, action: Callable[[], object], below: object) -> object:
        try:
            return action()
        except Exception as error:
            caught.append(error)
            return None

    with patch.object(Project, "_guarded", _loud):
        engine.check(files, CODES)
    for error in caught:
        yield Failure("crash", f"{CRASH} {crashed_at(error)}", "".join(traceback.format_exception(error)))
    for one in found:
        if one.code == CRASH and not any(type(error).__name__ in one.message for error in caught):
            yield Failure("crash", f"{CRASH} {one.message[:200]}", one.message)


def _formats(result: LintResult) -> Iterator[Failure]:
    for name, format_ in FORMATS.items():
        text = format_(Told(result.diagnostics, result.sources, True))
        if name == "concise" and text.count("\n") != len(result.diagnostics):
            yield Failure("disagreement", "concise: a line each", text)
    statistics(result.diagnostics, as_text=True)


def accepted(data: bytes) -> bool | None:
    """True if Python's parser takes some bytes for a program; None where it gives up."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(data)
        except (SyntaxError, ValueError):
            return False
        except (RecursionError, MemoryError):
            return None
    return True


def _syntax(program: Program, files: Sequence[Path]) -> Iterator[Failure]:
    """A file is called unreadable if neither Python's parser nor LibCST reads it, and only then."""
    from tests.fuzz.lowering import read_by_libcst

    found = {(os.path.normpath(one.location.path), one.code) for one in engine.check(files, CODES).diagnostics}
    for path in files:
        data, name = program.files[str(path)], os.path.normpath(path)
        told, large = (name, UNREADABLE) in found, (name, TOO_LARGE) in found
        python = accepted(data)
        if python and told:
            yield Failure("disagreement", "BCE901 for a text that Python reads", repr(data[:300]))
        elif python is False and not told and not large and not read_by_libcst(data, str(path)):
            yield Failure("disagreement", "no BCE901 for a text that nobody reads", repr(data[:300]))


def _faces(program: Program, files: Sequence[Path]) -> Iterator[Failure]:
    """flake8's rows and those of standard input are those of the command line; what is known of a line can be asked for."""
    found = engine.check(files, CODES).diagnostics
    for path in files:
        rows = flake8_rows(str(path), ("BCE123",))
        if rows is not None:
            ours = sorted(
                (one.location.start.row, one.location.start.column - 1, one.code)
                for one in engine.check([path], CODES).diagnostics
                if os.path.normpath(one.location.path) == os.path.normpath(path)
            )
            if sorted(rows) != ours:
                yield Failure("disagreement", "flake8 and the command line", f"{path}: {sorted(rows)} and {ours}")
    if len(files) == 1:
        alone = engine.check_text(program.files[str(files[0])], None, CODES).diagnostics
        if _codes(alone) != _codes(found) and b"program" not in program.files[str(files[0])]:
            yield Failure("disagreement", "standard input and the file", f"{_shown(alone)}\nand\n{_shown(found)}")
    yield from _revealed(program, files)


def _revealed(program: Program, files: Sequence[Path]) -> Iterator[Failure]:
    path = files[0]
    rows = program.files[str(path)].count(b"\n") + 1
    for place in (f"{path}:{rows}", f"{path}:{max(rows // 2, 1)}", f"ir:{path}:step", f"ir:{path}:f"):
        try:
            reveal(place, [])
        except ValueError as error:
            if "revealed.py" not in crashed_at(error) and "reveal.py" not in crashed_at(error):
                yield Failure("crash", f"reveal: {crashed_at(error)}", traceback.format_exc())


def _codes(found: Sequence[Diagnostic]) -> Counter[tuple[str, object]]:
    return Counter((one.code, one.location.start) for one in found)


def _shown(found: Sequence[Diagnostic]) -> str:
    return "\n".join(f"  {one.location.path}:{one.location.start} {one.code} {one.message[:150]}" for one in found) or "  nothing"
