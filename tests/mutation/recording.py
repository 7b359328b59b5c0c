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
NEAR = ("tests/analysis/", "tests/fixes/", "tests/rules/", "tests/syntax/")
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


def recorded(root: Path, texts: dict[str, str], jobs: int = 1, near: bool = False) -> Record:
    """The record of the files as they are now: of the same package, the tests of files that did not change are kept."""
    kind = "-near" if near else ""
    path = root / FOLDER / f"{_digest(root, sorted((root / loading.PACKAGE).rglob('*.py')))}{kind}.pickle"
    known: Record = pickle.loads(path.read_bytes()) if path.exists() else Record({}, {}, {})
    tests = [file for file in (root / "tests").rglob("test_*.py") if not {"mutation", "fixtures"} & {*file.relative_to(root).parts}]
    files = {str(file.relative_to(root)): _digest(root, [file]) for file in tests}
    if near:
        files = {name: digest for name, digest in files.items() if name.startswith(NEAR) and not name.endswith("_torch.py")}
    files["fixtures"] = _digest(root, sorted((root / "tests" / "fixtures").rglob("*.py")))
    if known.files != files:
        path.parent.mkdir(exist_ok=True)
        (path.parent / ".gitignore").write_text("*\n", encoding="utf-8")
        _in_children(Task(root, texts, known, files, near), path, jobs)
        known = pickle.loads(path.read_bytes())
    return known


def _digest(root: Path, files: list[Path]) -> str:
    """Names the state of some files."""
    found = hashlib.sha256(sys.version.encode())
    for path in files:
        found.update(str(path.relative_to(root)).encode() + path.read_bytes())
    return found.hexdigest()[:16]


class Task(NamedTuple):
    """What is to be recorded: `before` is what is known of another state of the tests, `now` the state of today."""

    root: Path
    texts: dict[str, str]
    before: Record
    now: dict[str, str]
    near: bool


def _in_children(task: Task, path: Path, jobs: int) -> None:
    """Records in as many processes, each of which takes every so-manieth check and file."""
    children = [_child(task, path, number, jobs) for number in range(jobs)]
    if any(os.waitpid(child, 0)[1] for child in children):
        raise SystemExit("the tests could not be recorded")
    parts = [path.with_suffix(f".{number}") for number in range(jobs)]
    records: list[Record] = [pickle.loads(part.read_bytes()) for part in parts]
    checks = {name: one for record in records for name, one in record.checks.items()}
    tests = {name: one for record in records for name, one in record.tests.items()}
    path.with_suffix(".new").write_bytes(pickle.dumps(Record(checks, tests, task.now)))
    path.with_suffix(".new").rename(path)
    for part in parts:
        part.unlink()


def _child(task: Task, path: Path, number: int, jobs: int) -> int:
    child = os.fork()
    if not child:
        status = 1
        try:
            path.with_suffix(f".{number}").write_bytes(pickle.dumps(_record(task, number, jobs)))
            status = 0
        finally:
            os._exit(status)
    return child


def _record(task: Task, number: int, jobs: int) -> Record:
    environment(task.root)
    lines = Lines(task.texts)
    files = loading.ChangedFiles(task.root, set(task.texts), lines.read, {HITS: lines.hits})
    loading.install(files)
    before, now = task.before, task.now
    same = all(before.files.get(file) == now.get(file) for file in ("fixtures", *fixtures.FILES))
    checks = dict(before.checks) if same else {}
    known = {} if same else fixtures.checks(task.root)
    loading.import_all(files)
    for name in sorted(known)[number::jobs]:
        if task.near and "_torch.py" in name:
            continue
        lines.taken()
        start = time.process_time()
        try:
            known[name]()
        except Exception:
            continue  # what fails without a change says nothing about one
        checks[name] = Reached(time.process_time() - start, zlib.compress(lines.taken()))
    recorder = _Recorder(lines)
    kept = {name: one for name, one in before.tests.items() if before.files.get(file := name.partition("::")[0]) == now.get(file)}
    changed = sorted(name for name in now if before.files.get(name) != now[name] and name not in (*fixtures.FILES, "fixtures"))
    if changed[number::jobs]:
        marks = ("-m", "not long and not torch") if task.near else ()
        status = pytest.main([*PYTEST, *marks, "--rootdir", str(task.root), *changed[number::jobs]], plugins=[recorder])
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
