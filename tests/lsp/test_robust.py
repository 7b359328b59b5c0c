"""What a client or a disk may do to the server: it answers, or it goes, without a traceback and without a process that stays."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from benchmarks.server import Wire
from tests.lsp.client import OPTION, ROOT
from tests.small_project import TRAIN

ENV = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
SOON = 60


def ended(wire: Wire) -> tuple[int, str]:
    """The exit status of a server that ends by itself, and what it said to people."""
    _, err = wire.process.communicate(timeout=SOON)
    return wire.process.returncode, err.decode()


def lives(wire: Wire, folder: Path) -> None:
    """The server still finds what there is to be found."""
    wire.open(folder / "alive.py", OPTION)
    assert [one["code"] for one in wire.diagnostics(folder / "alive.py")] == ["BCE203"]


def test_shutdown_and_exit(folder: Path) -> None:
    with Wire(folder=folder, env=ENV) as wire:
        assert wire.begin(folder)["result"]["serverInfo"]["name"] == "bce-lint"
        assert wire.request("shutdown", None)["result"] is None
        wire.notify("exit", None)
        assert ended(wire) == (0, "")


def test_exit_without_shutdown(folder: Path) -> None:
    with Wire(folder=folder, env=ENV) as wire:
        wire.begin(folder)
        wire.notify("exit", None)
        assert ended(wire) == (1, "")


@pytest.mark.parametrize("open_file", [False, True])
def test_a_client_that_dies(folder: Path, open_file: bool) -> None:
    with Wire(folder=folder, env=ENV) as wire:
        wire.begin(folder)
        if open_file:  # it dies in the middle of the analysis
            wire.open(folder / "train.py", TRAIN)
        assert wire.process.stdin is not None
        wire.process.stdin.close()
        assert wire.process.wait(SOON) == 1
        assert wire.process.stderr is not None and wire.process.stderr.read() == b""


def test_a_client_that_reads_no_more(folder: Path) -> None:
    with Wire(folder=folder, env=ENV) as wire:
        wire.begin(folder)
        assert wire.process.stdout is not None and wire.process.stderr is not None
        wire.process.stdout.close()
        wire.open(folder / "train.py", TRAIN)
        assert wire.process.wait(SOON) == 1
        assert b"Traceback" not in wire.process.stderr.read()


@pytest.mark.skipif(os.name != "posix", reason="asks the system for a process by its number")
def test_a_parent_that_is_gone(folder: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with Wire(folder=folder, env=ENV) as wire:
        wire.begin(folder, processId=parent.pid)
        parent.communicate(b"\n")
        assert wire.process.wait(SOON) == 1


MALFORMED = {
    "no JSON": b"Content-Length: 5\r\n\r\nhello",
    "no message": b"Content-Length: 2\r\n\r\n[]",
    "a number": b"Content-Length: 1\r\n\r\n1",
    "no version": b'Content-Length: 17\r\n\r\n{"method": "foo"}',
    "no length": b"Hello: 1\r\n\r\n",
    "not UTF-8": b"Content-Length: 4\r\n\r\n\xff\xfe\xfd\xfc",
    "deeply nested": b"Content-Length: 200000\r\n\r\n" + b"[" * 200_000,
}


@pytest.mark.any_python
@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_message(folder: Path, data: bytes) -> None:
    with Wire(folder=folder, env=ENV) as wire:
        wire.begin(folder)
        wire.raw(data)
        lives(wire, folder)
        wire.request("shutdown", None)
        wire.notify("exit", None)
        status, err = ended(wire)
        assert status == 0 and "Traceback" not in err


STRANGE = {
    "an unknown method": ("textDocument/nothing", {}, -32601),
    "no parameters": ("textDocument/hover", None, -32602),
    "other parameters": ("textDocument/codeAction", {"textDocument": 1}, -32602),
    "an action of somebody else": ("codeAction/resolve", {"title": "x"}, -32602),
    "an action of nothing": ("codeAction/resolve", {"title": "x", "data": {"do": "fix"}}, -32602),
    "a command": ("workspace/executeCommand", {"command": "rm"}, -32602),
}


@pytest.mark.any_python
@pytest.mark.parametrize(("method", "params", "code"), STRANGE.values(), ids=STRANGE)
def test_requests_that_cannot_be_followed_are_answered(folder: Path, method: str, params: object, code: int) -> None:
    with Wire(folder=folder, env=ENV) as wire:
        wire.begin(folder)
        assert wire.request(method, params)["error"]["code"] == code
        wire.notify("textDocument/nothing", {})
        wire.notify("$/nothing", {})
        wire.notify("textDocument/didChange", {"textDocument": {"uri": "file:///x.py", "version": 1}, "contentChanges": []})
        wire.notify("textDocument/didClose", {"textDocument": {"uri": "file:///x.py"}})
        wire.notify("textDocument/didOpen", {})
        lives(wire, folder)
        wire.request("shutdown", None)
        wire.notify("exit", None)
        status, err = ended(wire)
        assert status == 0 and "Traceback" not in err


def test_ranges_that_are_not_in_the_text(folder: Path) -> None:
    with Wire(folder=folder, env=ENV) as wire:
        wire.begin(folder)
        path = folder / "option.py"
        wire.open(path, OPTION)
        wire.diagnostics(path, 1)
        far = {"start": {"line": 1000, "character": 5}, "end": {"line": 2000, "character": 0}}
        wire.change(path, 2, {"range": far, "text": "x = 1\n"})
        assert [one["code"] for one in wire.diagnostics(path, 2)] == ["BCE203"]
        backwards = {"start": {"line": 2, "character": 900}, "end": {"line": 1, "character": 0}}
        wire.change(path, 3, {"range": backwards, "text": ""})
        wire.diagnostics(path, 3)
        answer = wire.request("textDocument/hover", {"textDocument": {"uri": path.as_uri()}, "position": {"line": 999, "character": 999}})
        assert answer["result"] is None


def test_a_large_text(folder: Path) -> None:
    text = OPTION + "x = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n" * 58_000
    assert len(text) > 2_000_000
    with Wire(folder=folder, env=ENV) as wire:
        wire.begin(folder)
        path = folder / "large.py"
        wire.open(path, text)
        assert [one["code"] for one in wire.diagnostics(path)] == ["BCE902"]
        wire.change(path, 2, {"range": {"start": {"line": 3, "character": 0}, "end": {"line": 60_000, "character": 0}}, "text": ""})
        assert [one["code"] for one in wire.diagnostics(path, 2)] == ["BCE203"]


def test_a_file_and_a_folder_that_vanish(folder: Path) -> None:
    with Wire(folder=folder, env=ENV) as wire:
        wire.begin(folder)
        wire.open(folder / "train.py", TRAIN)
        assert [one["code"] for one in wire.diagnostics(folder / "train.py")] == ["BCE103"]
        for name in ("models.py", "train.py", "pyproject.toml"):
            (folder / name).unlink()
        folder.rmdir()
        gone = [{"uri": (folder / name).as_uri(), "type": 3} for name in ("models.py", "train.py", "pyproject.toml")]
        wire.notify("workspace/didChangeWatchedFiles", {"changes": gone})
        wire.change(folder / "train.py", 2, {"text": TRAIN + "\n"})
        assert wire.diagnostics(folder / "train.py", 2) == []
        wire.request("shutdown", None)
        wire.notify("exit", None)
        status, err = ended(wire)
        assert status == 0 and "Traceback" not in err


def test_requests_are_answered_while_an_analysis_runs(folder: Path) -> None:
    body = "".join(f"    x = torch.sigmoid(x) if x.sum() > {number} else nn.Linear(4, 4)(x)\n" for number in range(400))
    text = "import torch\nfrom torch import nn\n\n\ndef step(x, y):\n" + body + "    return nn.BCEWithLogitsLoss()(x, y)\n"
    with Wire(folder=folder, env=ENV) as wire:
        wire.begin(folder)
        path = folder / "long.py"
        for version in range(1, 20):
            if version == 1:
                wire.open(path, text)
            else:
                wire.change(path, version, {"text": text + "\n" * version})
        start = time.perf_counter()
        assert "error" in wire.request("textDocument/nothing", {})
        answered = time.perf_counter() - start
        wire.diagnostics(path, 19)
        assert answered < max(time.perf_counter() - start, 1.0)


def test_a_request_that_is_cancelled(folder: Path) -> None:
    with Wire(folder=folder, env=ENV) as wire:
        wire.begin(folder)
        wire.open(folder / "train.py", TRAIN)
        about = {"textDocument": {"uri": (folder / "train.py").as_uri()}, "position": {"line": 5, "character": 20}}
        for number in range(100, 110):
            wire.send({"jsonrpc": "2.0", "id": number, "method": "textDocument/hover", "params": about})
        for number in range(101, 110):
            wire.notify("$/cancelRequest", {"id": number})
        answers: dict[int, Any] = {}
        while len(answers) < 10:
            message = wire.read()
            if message.get("id") in range(100, 110):
                answers[message["id"]] = message
        codes = [answers[number].get("error", {}).get("code") for number in range(100, 110)]
        assert codes[0] is None and set(codes[1:]) <= {None, -32800} and -32800 in codes
        lives(wire, folder)


def test_ending_by_a_signal(folder: Path) -> None:
    with Wire(folder=folder, env=ENV) as wire:
        wire.begin(folder)
        wire.process.send_signal(signal.SIGTERM)
        assert wire.process.wait(SOON) in (-signal.SIGTERM, 1, 143)


def test_a_log(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    log = tmp_path_factory.mktemp("log") / "server.log"
    with Wire("--log", str(log), "-vv", folder=folder, env=ENV) as wire:
        wire.begin(folder)
        wire.open(folder / "train.py", TRAIN)
        wire.diagnostics(folder / "train.py")
        wire.request("shutdown", None)
        wire.notify("exit", None)
        assert ended(wire) == (0, "")
    assert "textDocument/didOpen" in log.read_text(encoding="utf-8")


def server(*words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Runs the command with nobody to speak to."""
    command = [sys.executable, "-m", "bce_lint", "server", *words]
    return subprocess.run(command, input="", capture_output=True, text=True, timeout=SOON, check=False, env=env or ENV)


def test_the_command_line(tmp_path: Path) -> None:
    told = server("--help")
    assert told.returncode == 0 and "usage: bce-lint server" in told.stdout
    assert server("--stdio").returncode == 1
    assert server("--port", "1").returncode == 2
    unwritten = server("--log", str(tmp_path / "no" / "log"))
    assert (unwritten.returncode, unwritten.stdout, unwritten.stderr.count("\n")) == (2, "", 1)


def test_without_the_extra_a_line_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['pygls'] = None\n", encoding="utf-8")
    told = server(env={**ENV, "PYTHONPATH": os.pathsep.join([str(tmp_path), ENV["PYTHONPATH"]])})
    assert (told.returncode, told.stdout, told.stderr.count("\n")) == (2, "", 1)
    assert "pip install pygls" in told.stderr


def test_nothing_but_the_server_needs_pygls(folder: Path) -> None:
    program = (
        "import json, sys\nfrom bce_lint.cli import main\nmain(['-q', '.'])\n"
        "print(json.dumps([name for name in sys.modules if name.startswith(('pygls', 'lsprotocol', 'bce_lint.lsp', 'asyncio'))]))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, timeout=SOON, check=True, env=ENV)
    assert json.loads(done.stdout.splitlines()[-1]) == []
