"""The measurements, each a whole process, so that start-up counts as it does for a user."""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

# An installed package has its byte code: without it, each start compiles the package anew.
ENVIRONMENT: Final = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

FLAKE8: Final = """
import importlib.metadata as metadata, sys
found = list(metadata.distributions())
metadata.distributions = lambda **_: [one for one in found if sys.argv[1] == "with" or one.metadata["Name"] != "bce-lint"]
from flake8.main.cli import main
sys.exit(main(["--isolated", "-j1", "-q", "--exit-zero", *sys.argv[2:]]))
"""

_PARSE: Final = """
import json, libcst, sys, time
from bce_lint.source.text import decode
texts = [decode(open(path, "rb").read(), path).text for path in json.load(sys.stdin)]
start = time.perf_counter()
for text in texts:
    libcst.parse_module(text)
print(time.perf_counter() - start)
"""

_PARSED: Final = """
import json, sys
from pathlib import Path
from bce_lint.engine import check
from bce_lint.rules.selection import choose
json.dump(list(check([Path(path) for path in json.load(sys.stdin)], choose(None, (), ())).parsed), sys.stdout)
"""


class Times(NamedTuple):
    """Seconds, the shortest of several runs each, and what was measured: `again` and `plugin_again` found everything in the cache."""

    files: int
    lines: int
    parsed: int
    bce_lint: float
    again: float
    parse: float
    flake8: float
    plugin: float
    plugin_again: float


def measure(folder: Path, repeat: int) -> Times:
    """Measures one folder. The runs of each kind alternate, so that a busy moment does not favour one of them."""
    if not _installed():
        raise SystemExit("bce-lint is not installed in this environment, so flake8 would not load it: pip install -e .")
    files = files_of(folder)
    parsed = json.loads(_python(_PARSED, given=files))
    with tempfile.TemporaryDirectory() as kept:
        _round(folder, files, [], kept)
        rounds = [_round(folder, files, parsed, kept) for _ in range(repeat)]
    lines = sum(Path(file).read_bytes().count(b"\n") for file in files)
    return Times(len(files), lines, len(parsed), *(min(column) for column in zip(*rounds, strict=True)))


def _round(folder: Path, files: Sequence[str], parsed: Sequence[str], kept: str) -> tuple[float, ...]:
    lint = [sys.executable, "-m", "bce_lint", "--isolated", "--exit-zero", "-q", str(folder)]
    flake8 = [sys.executable, "-c", FLAKE8]
    return (
        seconds([*lint, "--no-cache"]),
        seconds([*lint, "--cache-dir", kept]),
        float(_python(_PARSE, given=parsed)),
        seconds([*flake8, "without", *files]),
        seconds([*flake8, "with", "--bce-no-cache", *files]),
        seconds([*flake8, "with", "--bce-cache-dir", kept, *files]),
    )


def _installed() -> bool:
    return any(one.metadata["Name"] == "bce-lint" for one in importlib.metadata.distributions())


def files_of(folder: Path) -> list[str]:
    """The files of a folder that bce-lint looks at."""
    from bce_lint.source.discover import discover

    return [str(file) for file in discover([folder]).files]


def _python(program: str, given: Sequence[str]) -> str:
    command, text = [sys.executable, "-c", program], json.dumps(list(given))
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True, env=ENVIRONMENT).stdout


def seconds(command: Sequence[str]) -> float:
    """How long a command takes."""
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=ENVIRONMENT)
    return time.perf_counter() - start
