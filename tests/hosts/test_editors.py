"""Editors: python-lsp-server, which most of them can start, shows what flake8 and its plugin find, and notebooks go through nbqa."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.editors.page import settings_with
from tests.hosts.programs import BUG, MODELS, ROOT, TRAIN, done, program, run, write
from tests.test_readme import README

pytestmark = pytest.mark.long

OF_THE_TREE: Final = {"PYTHONPATH": str(ROOT)}
PATIENCE: Final = 60.0
PYLSP: Final = settings_with("pylsp")


class Server:
    """A language server on standard input and output, with a folder as its workspace."""

    def __init__(self, folder: Path) -> None:
        path = os.pathsep.join((sysconfig.get_path("scripts"), os.environ.get("PATH", "")))
        self.process = subprocess.Popen(
            [program("pylsp")], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={**os.environ, **OF_THE_TREE, "PATH": path, "BCE_LINT_NO_CACHE": ""},
        )  # fmt: skip
        self.folder, self.number = folder, 0
        self.messages: queue.Queue[dict[str, Any]] = queue.Queue()
        threading.Thread(target=self.listen, daemon=True).start()
        self.ask("initialize", {"processId": None, "rootUri": folder.as_uri(), "capabilities": {}})
        self.tell("initialized", {})
        self.tell("workspace/didChangeConfiguration", {"settings": PYLSP})

    def listen(self) -> None:
        """Reads what the server says until it ends."""
        stream = self.process.stdout
        assert stream is not None
        while line := stream.readline():
            length = int(line.split(b":")[1]) if line.lower().startswith(b"content-length") else None
            while line.strip():
                line = stream.readline()
                length = int(line.split(b":")[1]) if line.lower().startswith(b"content-length") else length
            assert length is not None
            self.messages.put(json.loads(stream.read(length)))

    def send(self, message: dict[str, Any]) -> None:
        """Sends one message."""
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self.process.stdin.flush()

    def tell(self, method: str, parameters: dict[str, Any]) -> None:
        """Sends a notification."""
        self.send({"method": method, "params": parameters})

    def ask(self, method: str, parameters: Any) -> dict[str, Any]:
        """Sends a request and waits for the answer."""
        self.number += 1
        self.send({"id": self.number, "method": method, "params": parameters})
        return self.wait(lambda message: message.get("id") == self.number and "method" not in message)

    def wait(self, wanted: Any) -> dict[str, Any]:
        """The next message that is wanted."""
        until = time.monotonic() + PATIENCE
        while True:
            message = self.messages.get(timeout=max(0.0, until - time.monotonic()))
            if wanted(message):
                return message

    def open(self, name: str, text: str) -> list[dict[str, Any]]:
        """Opens a file in the editor, with a text that need not be the saved one, and gives its diagnostics."""
        document = {"uri": (self.folder / name).as_uri(), "languageId": "python", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        return self.diagnostics(name)

    def change(self, name: str, text: str, version: int) -> list[dict[str, Any]]:
        """Changes the text in the editor, and gives the diagnostics of the new one."""
        document = {"uri": (self.folder / name).as_uri(), "version": version}
        self.tell("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})
        return self.diagnostics(name)

    def diagnostics(self, name: str) -> list[dict[str, Any]]:
        """What the server publishes next of a file."""
        uri = (self.folder / name).as_uri()
        found = self.wait(lambda one: one.get("method") == "textDocument/publishDiagnostics" and one["params"]["uri"] == uri)
        diagnostics: list[dict[str, Any]] = found["params"]["diagnostics"]
        return diagnostics

    def close(self) -> None:
        """Ends the server."""
        self.ask("shutdown", None)
        self.tell("exit", {})
        assert self.process.wait(timeout=PATIENCE) == 0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server in a project of two files."""
    write(tmp_path, {"pyproject.toml": "", "models.py": MODELS, "train.py": TRAIN})
    server = Server(tmp_path)
    try:
        yield server
        server.close()
    finally:
        server.process.kill()
        server.process.communicate()


def test_an_editor_shows_a_bug_of_two_files_where_it_is(server: Server) -> None:
    (one,) = server.open("train.py", TRAIN)
    assert (one["code"], one["source"]) == ("BCE103", "flake8")
    assert one["range"]["start"] == {"line": 7, "character": 11}
    assert "(sigmoid applied here: models.py:11)" in one["message"]
    assert server.open("models.py", MODELS) == []


def test_an_editor_shows_what_is_not_saved(server: Server) -> None:
    right = TRAIN.replace("BCEWithLogitsLoss", "BCELoss")
    assert [one["code"] for one in server.open("train.py", right)] == ["BCE101"]
    (one,) = server.change("train.py", f"# one line more\n{TRAIN}", 2)
    assert (one["code"], one["range"]["start"]) == ("BCE103", {"line": 8, "character": 11})
    assert server.change("train.py", TRAIN.replace("Net()(x)", "Net().fc(x)"), 3) == []
    assert (server.folder / "train.py").read_text(encoding="utf-8") == TRAIN


def test_an_editor_shows_what_another_file_has_become(server: Server) -> None:
    """pylsp starts flake8 anew for each text: what is kept in between is the cache's."""
    assert [one["code"] for one in server.open("train.py", TRAIN)] == ["BCE103"]
    write(server.folder, {"models.py": MODELS.replace("torch.sigmoid(self.fc(x))", "self.fc(x)")})
    assert server.change("train.py", TRAIN, 2) == []
    write(server.folder, {"models.py": MODELS})
    assert [one["code"] for one in server.change("train.py", TRAIN, 3)] == ["BCE103"]
    assert sum(one.is_file() for one in (server.folder / ".bce_lint_cache").rglob("*")) > 2


# --- the flake8 extension of VS Code ----------------------------------------------------------------

AS_THE_EXTENSION_CALLS: Final = '''\
import contextlib, io, json, os, runpy, sys

for line in sys.stdin:
    arguments, folder, text = json.loads(line)
    os.chdir(folder)
    sys.argv = ["flake8", "--format='%(row)d,%(col)d,%(code).1s,%(code)s:%(text)s'", *arguments]
    before, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO((text or "").encode()), encoding="utf-8", newline="\\n")
    said = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(said):
        runpy.run_module("flake8", run_name="__main__")
    said.flush()
    sys.stdin = before
    print(json.dumps(said.buffer.getvalue().decode().splitlines()), flush=True)
'''
"""Microsoft's extension calls flake8 as a module, again and again in one process, with the path of a saved file, and with a cell's text."""


class Extension:
    """The process in which the extension calls flake8."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-c", AS_THE_EXTENSION_CALLS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, **OF_THE_TREE},
        )  # fmt: skip

    def lint(self, *arguments: str, text: str | None = None) -> list[str]:
        """The places and codes that flake8 prints."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps([["--select=BCE", *arguments], str(self.folder), text]) + "\n")
        self.process.stdin.flush()
        return [one.strip("'").partition(":")[0] for one in json.loads(self.process.stdout.readline())]


@pytest.fixture
def extension(tmp_path: Path) -> Iterator[Extension]:
    """The extension in a project of two files."""
    write(tmp_path, {"pyproject.toml": "", "models.py": MODELS, "train.py": TRAIN})
    extension = Extension(tmp_path)
    yield extension
    extension.process.communicate()
    assert extension.process.returncode == 0


def test_flake8_in_one_process_sees_what_was_saved_in_between(extension: Extension) -> None:
    train = str(extension.folder / "train.py")
    assert extension.lint(train) == ["8,12,B,BCE103"]
    write(extension.folder, {"models.py": MODELS.replace("torch.sigmoid(self.fc(x))", "self.fc(x)")})
    assert extension.lint(train) == []
    write(extension.folder, {"train.py": f"# one line more\n{TRAIN}", "models.py": MODELS})
    assert extension.lint(train) == ["9,12,B,BCE103"]


def test_flake8_in_one_process_follows_the_configuration(extension: Extension) -> None:
    train = str(extension.folder / "train.py")
    assert extension.lint(train) == ["8,12,B,BCE103"]
    write(extension.folder, {"pyproject.toml": '[tool.bce-lint]\nignore = ["BCE103"]\n'})
    assert extension.lint(train) == []


def test_a_cell_that_flake8_is_handed_is_python(extension: Extension) -> None:
    path = extension.folder / "notebook.ipynb"
    notebook(path, TRAIN)
    cell = ("--stdin-display-name", str(path), "-")
    assert extension.lint(*cell, text=TRAIN) == ["8,12,B,BCE103"]
    (place,) = extension.lint(str(path))  # all cells, at the row of the file
    row, _, _, code = place.split(",")
    assert code == "BCE103" and "criterion(Net()(x), y)" in path.read_text(encoding="utf-8").splitlines()[int(row) - 1]


# --- notebooks -----------------------------------------------------------------------------------


def notebook(path: Path, *cells: str) -> None:
    """Writes a notebook with some cells of code."""
    code: dict[str, Any] = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    rows = [{**code, "id": f"cell{number}", "source": text.splitlines(True)} for number, text in enumerate(cells)]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    data = {"cells": rows, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def cells_of(path: Path) -> list[str]:
    """The texts of the cells of a notebook."""
    return ["".join(cell["source"]) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]


USE: Final = "criterion = nn.BCEWithLogitsLoss()\nloss = criterion(Net()(x), y)"
OLD: Final = "import torch.nn.functional as F\n\nother = F.cross_entropy(x, y, size_average=False)"


def nbqa(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs one of README's commands in a folder whose notebook imports a model from the file beside it."""
    assert command in README
    write(folder, {"pyproject.toml": "", "models.py": MODELS})
    notebook(folder / "notebook.ipynb", "%matplotlib inline\nfrom models import Net\nfrom torch import nn\n", USE, OLD)
    return run(*command.split(), cwd=folder, **OF_THE_TREE)


def test_findings_of_a_notebook_are_told_by_cell(tmp_path: Path) -> None:
    ran = nbqa("nbqa bce_lint notebook.ipynb --output-format concise", tmp_path)
    assert (ran.returncode, ran.stderr) == (1, "")
    first, second, *_ = ran.stdout.splitlines()
    assert first.startswith("notebook.ipynb:cell_2:2:8: BCE103 ")
    assert second.startswith("notebook.ipynb:cell_3:3:9: BCE203 ")


def test_a_notebook_is_fixed_in_place(tmp_path: Path) -> None:
    ran = nbqa("nbqa bce_lint notebook.ipynb --fix", tmp_path)
    assert ran.returncode == 1
    assert cells_of(tmp_path / "notebook.ipynb")[1:] == [USE, OLD.replace("size_average=False", 'reduction="sum"')]
    assert cells_of(tmp_path / "notebook.ipynb")[0].startswith("%matplotlib inline\n")


def test_the_fixes_of_a_notebook_can_be_looked_at_first(tmp_path: Path) -> None:
    ran = nbqa("nbqa bce_lint notebook.ipynb --fix --nbqa-diff", tmp_path)
    assert 'other = F.cross_entropy(x, y, reduction="sum")' in ran.stdout
    assert cells_of(tmp_path / "notebook.ipynb")[1:] == [USE, OLD]


def test_what_is_right_in_a_notebook_passes(tmp_path: Path) -> None:
    notebook(tmp_path / "notebook.ipynb", BUG.replace("torch.sigmoid(layer(x))", "layer(x)"))
    assert done(run("nbqa", "bce_lint", "notebook.ipynb", cwd=tmp_path, **OF_THE_TREE)) == "No findings.\n"
