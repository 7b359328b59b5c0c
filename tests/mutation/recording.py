"""Which check and which test reaches which lines: found out once, and kept beside the repository's other caches."""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
import time
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.mutation import fixtures, loading
from tests.mutation.counting import HITS, Lines

FOLDER = ".mutation_cache"
PYTEST = ("-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-W", "ignore", "--hypothesis-seed=0", "--no-header")


class Reached(NamedTuple):
    """What a check or a test costs in seconds, and the lines that it reaches."""

    seconds: float
    bits: bytes


class Record(NamedTuple):
    """All that was found out: the fixtures' checks, and the tests by their node's name; `files` says of which state of their files."""

    checks: dict[str, Reached]
    tests: dict[str, Reached]
    files: dict[str, str]


def environment(root: Path) -> None:
    """Lets tests run in this process: in the repository, without caches, and the same each time."""
    os.chdir(root)
    os.environ["BCE_LINT_NO_CACHE"] = "1"
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(root / FOLDER / "hypothesis")


def recorded(root: Path, texts: dict[str, str]) -> Record:
    """The record of the files as they are now: of the same package, the tests of files that did not change are kept."""
    path = root / FOLDER / f"{_digest(root, sorted((root / loading.PACKAGE).rglob('*.py')))}.pickle"
    known: Record = pickle.loads(path.read_bytes()) if path.exists() else Record({}, {}, {})
    tests = [file for file in (root / "tests").rglob("test_*.py") if not {"mutation", "fixtures"} & {*file.relative_to(root).parts}]
    files = {str(file.relative_to(root)): _digest(root, [file]) for file in tests}
    files["fixtures"] = _digest(root, sorted((root / "tests" / "fixtures").rglob("*.py")))
    if known.files != files:
        path.parent.mkdir(exist_ok=True)
        (path.parent / ".gitignore").write_text("*\n", encoding="utf-8")
        _in_a_child(root, texts, path, known, files)
        known = pickle.loads(path.read_bytes())
    return known


def _digest(root: Path, files: list[Path]) -> str:
    """Names the state of some files."""
    found = hashlib.sha256(sys.version.encode())
    for path in files:
        found.update(str(path.relative_to(root)).encode() + path.read_bytes())
    return found.hexdigest()[:16]


def _in_a_child(root: Path, texts: dict[str, str], path: Path, known: Record, files: dict[str, str]) -> None:
    child = os.fork()
    if not child:
        status = 1
        try:
            record = _record(root, texts, known, files)
            temporary = path.with_suffix(".new")
            temporary.write_bytes(pickle.dumps(record))
            temporary.rename(path)
            status = 0
        finally:
            os._exit(status)
    if os.waitpid(child, 0)[1]:
        raise SystemExit("the tests could not be recorded")


def _record(root: Path, texts: dict[str, str], before: Record, now: dict[str, str]) -> Record:
    environment(root)
    lines = Lines(texts)
    files = loading.ChangedFiles(root, set(texts), lines.read, {HITS: lines.hits})
    loading.install(files)
    checks: dict[str, Reached] = {}
    known = fixtures.checks(root)
    loading.import_all(files)
    for name, check in known.items():
        lines.taken()
        start = time.process_time()
        try:
            check()
        except Exception:
            continue  # what fails without a change says nothing about one
        checks[name] = Reached(time.process_time() - start, zlib.compress(lines.taken()))
    recorder = _Recorder(lines)
    kept = {name: one for name, one in before.tests.items() if before.files.get(file := name.partition("::")[0]) == now.get(file)}
    changed = sorted(name for name in now if before.files.get(name) != now[name] and name not in (*fixtures.FILES, "fixtures"))
    if changed:
        status = pytest.main([*PYTEST, "--rootdir", str(root), *changed], plugins=[recorder])
        assert status in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED), status
    return Record(checks, kept | recorder.tests, now)


class _Recorder:
    """Takes down each test that passes."""

    def __init__(self, lines: Lines) -> None:
        self.lines, self.tests = lines, dict[str, Reached]()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        """Runs a test with its fixtures."""
        self.passed = True
        self.lines.taken()
        start = time.process_time()
        result = yield
        if self.passed:
            self.tests[item.nodeid] = Reached(time.process_time() - start, zlib.compress(self.lines.taken()))
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test that failed, or was skipped, is not one that notices."""
        self.passed = self.passed and report.outcome == "passed"
