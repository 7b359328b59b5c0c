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
    """All that was found out: the fixtures' checks, and the tests by their node's name."""

    checks: dict[str, Reached]
    tests: dict[str, Reached]


def environment(root: Path) -> None:
    """Lets tests run in this process: in the repository, without caches, and the same each time."""
    os.chdir(root)
    os.environ["BCE_LINT_NO_CACHE"] = "1"
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(root / FOLDER / "hypothesis")


def recorded(root: Path, texts: dict[str, str]) -> Record:
    """The record of the files as they are now: the kept one, or a new one."""
    path = root / FOLDER / f"{_digest(root)}.pickle"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        (path.parent / ".gitignore").write_text("*\n", encoding="utf-8")
        _in_a_child(root, texts, path)
    record: Record = pickle.loads(path.read_bytes())
    return record


def _digest(root: Path) -> str:
    """Names the state of the package and of its tests."""
    found = hashlib.sha256(sys.version.encode())
    for folder in (loading.PACKAGE, "tests"):
        for path in sorted((root / folder).rglob("*.py")):
            if "mutation" not in path.parts:
                found.update(str(path.relative_to(root)).encode() + path.read_bytes())
    return found.hexdigest()[:16]


def _in_a_child(root: Path, texts: dict[str, str], path: Path) -> None:
    child = os.fork()
    if not child:
        status = 1
        try:
            record = _record(root, texts)
            temporary = path.with_suffix(".new")
            temporary.write_bytes(pickle.dumps(record))
            temporary.rename(path)
            status = 0
        finally:
            os._exit(status)
    if os.waitpid(child, 0)[1]:
        raise SystemExit("the tests could not be recorded")


def _record(root: Path, texts: dict[str, str]) -> Record:
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
    ignored = [f"--ignore={name}" for name in (*fixtures.FILES, "tests/mutation") if (root / name).exists()]
    status = pytest.main([*PYTEST, *ignored, "--rootdir", str(root), str(root / "tests")], plugins=[recorder])
    assert status in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED), status
    return Record(checks, recorder.tests)


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
