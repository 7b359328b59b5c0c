"""Worker processes from outside: they are asked, and it is told what they died of."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any, NamedTuple

from tests.fuzz.program import WAITING, Failure, Program

ROOT = Path(__file__).parents[2]
_FRAME = re.compile(r'File ".*?/([^/"]+)", line \d+ in (\S+)')
_OWN = re.compile(r'File "[^"]*bce_lint/[^"]*?([^/"]+)", line \d+ in (\S+)')
ASKED = 400
"""A worker is replaced after so many programs, so that what one left behind does not weigh on the next."""


class Answer(NamedTuple):
    """What came of one program: the program if it could be made, and what went wrong with it."""

    program: Program | None
    failures: tuple[Failure, ...] = ()
    unavailable: str = ""


class Worker:
    """One process at a time; a new one after each death."""

    def __init__(self, seed: int, seconds: float, folders: tuple[str, ...] = (), plant: str | None = None) -> None:
        self._command = [sys.executable, "-m", "tests.fuzz.worker", "--seed", str(seed), "--seconds", str(seconds)]
        self._command += ["--plant", plant] if plant else []
        self._command += ["--", *folders]
        self._seconds = seconds
        self._process: subprocess.Popen[str] | None = None
        self._asked = 0

    def made(self, index: int) -> Answer:
        """What comes of the program of a number."""
        return self._ask({"index": index}, None)

    def checked(self, program: Program, only: str = "") -> Answer:
        """What comes of a program, by all checks or only one."""
        return self._ask({"program": program.to_json(), "only": only}, program)

    def close(self) -> None:
        """Ends the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()
            self._log.close()

    def _started(self) -> subprocess.Popen[str]:
        if self._process is not None and self._asked >= ASKED:
            self.close()
        if self._process is None:
            self._asked = 0
            self._log = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 (it lives as long as the process)
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True, encoding="ascii"
            )
        self._asked += 1
        return self._process

    def _ask(self, request: dict[str, Any], program: Program | None) -> Answer:
        process = self._started()
        assert process.stdin is not None and process.stdout is not None
        # The worker ends itself, and says where it was; this is for one that cannot.
        ended = threading.Event()

        def _end() -> None:
            ended.set()
            process.kill()

        watch = threading.Timer(self._seconds * WAITING + 15, _end)
        watch.start()
        try:
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
            while line := process.stdout.readline():
                said = json.loads(line)
                if "program" in said:
                    program = Program.from_json(said["program"])
                elif "unavailable" in said:
                    return Answer(None, (), said["unavailable"])
                else:
                    return Answer(program, tuple(Failure(*one) for one in said["failures"]))
        except BrokenPipeError:
            pass
        finally:
            watch.cancel()
        return self._died(process, program, ended.is_set())

    def _died(self, process: subprocess.Popen[str], program: Program | None, ended: bool) -> Answer:
        status = process.wait()
        self._log.seek(0)
        log = self._log.read()[-20_000:]
        self.close()
        if program is None:
            return Answer(None, (), f"the source ended the process: {_where(log)}" if "File " in log else log[-2000:])
        hangs = ended or status == -signal.SIGPROF or "Timeout (" in log
        kind = "hang" if hangs else "memory" if status == -9 or "MemoryError" in log else "crash"
        fatal = re.search(r"Fatal Python error: (.*)", log)
        return Answer(program, (Failure(kind, f"{fatal[1] + ' in ' if fatal else ''}{_where(log)}", log),))


def _where(log: str) -> str:
    found = _OWN.search(log) or _FRAME.search(log)
    return f"{found[1]}: {found[2]}" if found else "an unknown place"
