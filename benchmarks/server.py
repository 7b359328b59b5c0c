"""`python -m benchmarks.server [--edits N] [--seed S] [FOLDER FILE]`: how long a change takes until its diagnostics are there.

A server is started as an editor starts it, and a file of 500 lines of a generated project of more than 400 files is opened (or a file of a
folder that is given). Functions of the file are edited by turns, at seeded places: a comment above one, a statement in its body, also typed
letter by letter, a parameter more, an import more. Told is the time on the clock from the message of a change until the diagnostics of
that version come back, how long the first ones take, and how long the server's processor works for a change, where Linux tells it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import IO, Any, Final, NamedTuple

from benchmarks.edits import KINDS, Lines, places_of
from benchmarks.generate import TRAIN, generate

LINES: Final = 500
_TYPED: Final = "scaled = loss * 2"


class Wire:
    """A server in a process of its own, and the messages to it and from it as they are."""

    def __init__(
        self, *options: str, folder: Path | None = None, env: dict[str, str] | None = None, command: Sequence[str] = ()
    ) -> None:
        command = command or [sys.executable, "-m", "bce_lint", "server", *options]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder, env=env)
        self._number = 0

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.process.kill()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            with suppress(OSError, ValueError):
                self._stream(stream).close()
        self.process.wait()

    def _stream(self, stream: IO[bytes] | None) -> IO[bytes]:
        assert stream is not None, "all three are pipes"
        return stream

    def raw(self, data: bytes) -> None:
        """Sends bytes, whatever they are."""
        stream = self._stream(self.process.stdin)
        stream.write(data)
        stream.flush()

    def send(self, message: object) -> None:
        """Sends a message."""
        body = json.dumps(message).encode()
        self.raw(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def notify(self, method: str, params: object) -> None:
        """Sends a notification."""
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def request(self, method: str, params: object) -> Any:
        """Sends a request, and gives its answer: what is between is passed over."""
        self._number += 1
        self.send({"jsonrpc": "2.0", "id": self._number, "method": method, "params": params})
        while True:
            answer = self.read()
            if answer.get("id") == self._number and "method" not in answer:
                return answer

    def read(self) -> Any:
        """The next message; an empty one where there is none any more."""
        stream, length = self._stream(self.process.stdout), 0
        while line := stream.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        return json.loads(stream.read(length)) if length else {}

    def begin(self, folder: Path, capabilities: object = None, **more: object) -> Any:
        """Says hello, and gives the answer."""
        params = {"processId": os.getpid(), "rootUri": folder.as_uri(), "capabilities": capabilities or {}, **more}
        answer = self.request("initialize", params)
        self.notify("initialized", {})
        return answer

    def open(self, path: Path, text: str, version: int = 1, language: str = "python") -> None:
        """Opens a file."""
        item = {"uri": path.as_uri(), "languageId": language, "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, path: Path, version: int, *changes: object) -> None:
        """Changes a file."""
        self.notify("textDocument/didChange", {"textDocument": {"uri": path.as_uri(), "version": version}, "contentChanges": changes})

    def diagnostics(self, path: Path, version: int | None = None) -> list[Any]:
        """The next diagnostics of a file, of a version of it."""
        while True:
            message = self.read()
            if not message:
                raise EOFError("the server is gone")
            params = message.get("params")
            told = message.get("method") == "textDocument/publishDiagnostics" and params["uri"] == path.as_uri()
            if told and version in (None, params.get("version")):
                found: list[Any] = params["diagnostics"]
                return found


def project(folder: Path) -> Path:
    """Writes the project; its file of 500 lines."""
    generate(folder)
    path = folder / "package_0" / "train.py"
    text, number = TRAIN.format(n=0, loss="BCEWithLogitsLoss"), 0
    functions = text[text.index("def run_epoch") : text.index("def main")]
    while text.count("\n") < LINES:
        number += 1
        text += "\n\n" + functions.replace("run_epoch", f"run_epoch_{number}")
    path.write_text(text, encoding="utf-8")
    return path


class Typist:
    """Changes a text as an editor tells it, and waits for what is said of it."""

    def __init__(self, wire: Wire, path: Path, text: str) -> None:
        self.wire, self.path, self.text, self.version = wire, path, text, 1

    def become(self, text: str) -> float:
        """Has another text, by one change of the lines that differ; gives the seconds until its diagnostics."""
        old, new = self.text.split("\n"), text.split("\n")
        head = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
        tail = next((at for at, (a, b) in enumerate(zip(old[head:][::-1], new[head:][::-1], strict=False)) if a != b), None)
        tail = min(len(old), len(new)) - head if tail is None else tail
        stop, end = len(old) - tail, "\n".join(new[head : len(new) - tail]) + "\n" * (len(new) - tail > head)
        place = {"start": {"line": head, "character": 0}, "end": {"line": stop, "character": 0}}
        self.version, self.text = self.version + 1, text
        start = time.perf_counter()
        self.wire.change(self.path, self.version, {"range": place, "text": end})
        self.wire.diagnostics(self.path, self.version)
        return time.perf_counter() - start


def _processor(process: int) -> float:
    """The seconds of the processor that a process has taken; nothing where the system does not say."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _typed(lines: Lines, at: Any) -> list[str]:
    """The texts that come about while a statement is typed."""
    return ["\n".join([*lines[: at.body], at.indent + _TYPED[:count], *lines[at.body :]]) for count in range(1, len(_TYPED) + 1)]


class Measured(NamedTuple):
    """The seconds until the first diagnostics of a file, until those after each edit, by its kind, and of the processor for a change."""

    first: float
    took: dict[str, list[float]]
    processor: float


def measure(folder: Path, path: Path, edits: int, seed: int) -> Measured:
    """Opens a file of a folder and edits it."""
    rng, text = Random(seed), path.read_text(encoding="utf-8")
    places = list(places_of([path]))
    took: dict[str, list[float]] = {kind: [] for kind in (*KINDS, "letter typed")}
    with Wire(folder=folder) as wire:
        wire.begin(folder)
        start = time.perf_counter()
        wire.open(path, text)
        wire.diagnostics(path, 1)
        first, typist = time.perf_counter() - start, Typist(wire, path, text)
        before = _processor(wire.process.pid)
        for number in range(edits):
            kind, at = list(took)[number % len(took)], rng.choice(places)
            lines = text.split("\n")
            texts = _typed(lines, at) if kind not in KINDS else ["\n".join(KINDS[kind](lines, at))]
            took[kind] += [typist.become(one) for one in texts if one != typist.text]
            typist.become(text)
        return Measured(first, took, (_processor(wire.process.pid) - before) / (typist.version - 1))


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.server", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("file", nargs="?", type=Path, help="a file in the folder, by its path from it")
    parser.add_argument("--edits", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    with TemporaryDirectory() as scratch:
        folder = Path(scratch, "project").resolve() if args.folder is None else args.folder.resolve()
        path = project(folder) if args.folder is None else folder / args.file
        first, took, processor = measure(folder, path, args.edits, args.seed)
        count = sum(1 for _ in folder.rglob("*.py"))
        rows = path.read_text(encoding="utf-8").count("\n")
    print(f"{path.name}: {rows} lines, among {count} files; {args.edits} edits, seed {args.seed}; load {os.getloadavg()[0]:.1f}")
    print(f"  first diagnostics     {1000 * first:7.0f} ms")
    everything = [one for seconds in took.values() for one in seconds]
    for kind, seconds in {**took, "all changes": everything}.items():
        last = sorted(seconds)[max(0, -(-len(seconds) * 95 // 100) - 1)]
        print(f"  {kind:20}  {1000 * median(seconds):7.0f} ms   95 of 100 within {1000 * last:.0f} ms")
    print(f"  processor, a change   {1000 * processor:7.0f} ms   in the mean")


if __name__ == "__main__":
    main()
