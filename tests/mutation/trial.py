"""One mutant's trial, in a process of its own: the checks that reach its line, then the tests; the first failure ends it."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.mutation import fixtures, loading, recording
from tests.mutation.mutants import Mutant

SECONDS = 20
CHECK_SECONDS, TEST_SECONDS = 10.0, 6.0
MEMORY = 4 << 30
WAIT = 15


class Plan(NamedTuple):
    """What is to be run, in this order, and how many checks and tests that reach the line there was no time for."""

    checks: tuple[str, ...]
    tests: tuple[str, ...]
    left_out: int = 0


class Verdict(NamedTuple):
    """What came of a mutant: killed by a `fixture`, a `test`, a `timeout` or a `crash`; `survived`, or `not covered`."""

    outcome: str
    by: str = ""
    left_out: int = 0

    @property
    def killed(self) -> bool:
        """True if something noticed."""
        return self.outcome not in ("survived", "not covered")


class Trial:
    """A mutant under trial."""

    def __init__(self, root: Path, mutant: Mutant, text: str, plan: Plan) -> None:
        self.root, self.mutant, self.text, self.plan = root, mutant, text, plan
        self.started = time.monotonic()
        sys.stdout.flush()
        self.reading, writing = os.pipe()
        self.process = os.fork()
        if not self.process:
            os.close(self.reading)
            self._child(writing)
        os.close(writing)

    def ended(self) -> Verdict | None:
        """The verdict, once there is one."""
        done, status = os.waitpid(self.process, os.WNOHANG)
        if not done:
            if time.monotonic() - self.started < SECONDS * WAIT:
                return None
            os.killpg(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
            status = signal.SIGXCPU
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process, signal.SIGKILL)
        with open(self.reading, encoding="utf-8") as stream:
            told = stream.read()
        if told:
            outcome, by = json.loads(told)
            return Verdict(outcome, by, self.plan.left_out)
        ended = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        return Verdict("timeout" if ended == signal.SIGXCPU else "crash", left_out=self.plan.left_out)

    def _child(self, writing: int) -> None:
        try:
            os.setsid()
            resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, resource.RLIM_INFINITY))
            resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            quiet = os.open(os.devnull, os.O_RDWR)
            for number in range(3):
                os.dup2(quiet, number)
            outcome = self._tried()
            os.write(writing, json.dumps(outcome).encode())
        finally:
            os._exit(0)

    def _tried(self) -> tuple[str, str]:
        recording.environment(self.root)
        changed = self.mutant.text(self.text)
        files = loading.ChangedFiles(self.root, {self.mutant.path}, lambda _path, _text: changed)
        loading.install(files)
        try:
            known = fixtures.checks(self.root)
            loading.import_all(files)
        except BaseException as error:
            return "fixture", f"import: {type(error).__name__}"
        for name in self.plan.checks:
            try:
                known[name]()
            except BaseException as error:
                return "fixture", f"{name}: {type(error).__name__}"
        return self._tested() if self.plan.tests else ("survived", "")

    def _tested(self) -> tuple[str, str]:
        chosen = _Chosen(self.plan.tests)
        files = sorted({name.partition("::")[0] for name in self.plan.tests})
        status = pytest.main([*recording.PYTEST, "-x", "--rootdir", str(self.root), *files], plugins=[chosen])
        return ("survived", "") if status in (0, 5) else ("test", chosen.failed or f"pytest ended with {int(status)}")


class _Chosen:
    """Runs the tests that were chosen, those of a file together, the cheapest first."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.order = {name: at for at, name in enumerate(names)}
        self.failed, self.started = "", time.process_time()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leaves the others out. The time that pytest took to collect is not the mutant's."""
        limit = int(SECONDS + time.process_time() - self.started)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))
        chosen = [one for one in items if one.nodeid in self.order]
        first: dict[str, int] = {}
        for one in sorted(chosen, key=lambda item: self.order[item.nodeid]):
            first.setdefault(one.nodeid.partition("::")[0], len(first))
        items[:] = sorted(chosen, key=lambda item: (first[item.nodeid.partition("::")[0]], self.order[item.nodeid]))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keeps what failed."""
        if report.failed:
            self.failed = report.nodeid
