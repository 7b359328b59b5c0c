"""The two revisions: their files, the Python that runs them, and proof that it runs them and nothing else."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

REPOSITORY: Final = Path(__file__).resolve().parents[2]
REPLAY: Final = Path(__file__).with_name("replay.py")

# Widths, colours, caches and threads are not to come from outside. Byte code is kept, as an installed package has it.
_FIXED: Final = {"BCE_LINT_NO_CACHE": "1", "COLUMNS": "120", "LC_ALL": "C.UTF-8", "NO_COLOR": "1", "OMP_NUM_THREADS": "1"}
_DROPPED: Final = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "BCE_LINT_CACHE_DIR")


class Revision(NamedTuple):
    """One side: its checkout, how it is run, and what `replay.py` says of it."""

    name: str
    folder: Path
    python: str
    environment: Mapping[str, str]
    about: Mapping[str, str]

    def described(self) -> str:
        """What is run on what, in one line."""
        versions = ", ".join(f"{name} {version}" for name, version in self.about.items() if name != "file" and version)
        return f"{self.name}: {Path(self.about['file']).parent} ({versions})"


def checkout(revision: str, into: Path) -> Path:
    """The files of a git revision, or a folder that is a checkout already."""
    if (Path(revision) / "bce_lint").is_dir():
        return Path(revision).resolve()
    done = subprocess.run(["git", "-C", str(REPOSITORY), "archive", revision], capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(f"{revision}: neither a checkout nor a git revision: {done.stderr.decode(errors='replace').strip()}")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(into, filter="data")
    return into.resolve()


def with_python(name: str, folder: Path, python: str) -> Revision:
    """A checkout in an environment that has its dependencies, though another bce-lint may be installed there."""
    return _checked(name, folder, folder, python, {"PYTHONPATH": str(folder)})


def installed(name: str, folder: Path, extras: Iterable[str], scratch: Path) -> Revision:
    """A checkout installed in a fresh environment, with the versions of its constraints."""
    home = scratch / f"environment-{name}"
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    python = str(home / ("Scripts" if os.name == "nt" else "bin") / "python")
    wanted = str(folder) + (f"[{','.join(extras)}]" if extras else "")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-c", str(folder / "constraints.txt"), wanted]
    subprocess.run(pip, check=True)
    return _checked(name, folder, home.resolve(), python, {})


def _checked(name: str, folder: Path, home: Path, python: str, own: Mapping[str, str]) -> Revision:
    """The revision, if its Python imports bce-lint from below `home`."""
    environment = {**{key: value for key, value in os.environ.items() if key not in _DROPPED}, **_FIXED, **own}
    done = subprocess.run([python, str(REPLAY)], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name}: {python} cannot import it: {done.stderr.strip().splitlines()[-1]}")
    about = json.loads(done.stdout)
    if home not in Path(about["file"]).parents:
        raise SystemExit(f"{name}: {python} imports {about['file']}, which is not below {home}")
    return Revision(name, folder, python, environment, about)
