"""`python -m tests.editors [EDITOR ...]`: drives editors with `bce-lint server`, each in a project of its own, without a display.

neovim and emacs need Debian's packages `neovim`, `emacs-nox` and `elpa-eglot`; jupyterlab and vscode need `chromium`, a package index and
(vscode) Node.js 20 with npm and its registry: what they need besides is installed into `--keep FOLDER`, or a folder that is removed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from tests.editors import project

ROOT: Final = Path(__file__).parents[2]
HERE: Final = Path(__file__).parent
SERVER: Final = [sys.executable, "-m", "bce_lint", "server"]
FIX: Final = [sys.executable, "-m", "bce_lint", "--fix", "--unsafe-fixes", "."]
CODE_SERVER: Final = "code-server@4.100.3"


class Place:
    """Where an editor is driven: a folder of its own, one for what is installed, and one for pictures."""

    def __init__(self, folder: Path, kept: Path, pictures: Path) -> None:
        self.folder, self.kept, self.pictures = folder, kept, pictures

    def run(self, *command: str | Path, cwd: Path, **environment: str) -> None:
        """Runs a program, which must not fail."""
        subprocess.run(
            list(map(str, command)), cwd=cwd, check=True, timeout=900,
            env={**os.environ, "PYTHONPATH": str(ROOT), "BCE_LINT_NO_CACHE": "1", **environment},
        )  # fmt: skip

    def python(self, *packages: str) -> Path:
        """The Python of an environment that has some packages."""
        python = self.kept / "python" / "bin" / "python"
        if not python.exists():
            self.run(sys.executable, "-m", "venv", self.kept / "python", cwd=self.kept)
        self.run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages, cwd=self.kept)
        return python


def in_a_terminal(place: Place, *command: str) -> None:
    """Drives an editor that needs no browser."""
    folder = place.folder / "project"
    project.make(folder)
    place.run(*command, cwd=folder, BCE_LINT_SERVER=json.dumps(SERVER), BCE_LINT_TYPED=project.TYPED)
    project.compare(folder)


def neovim(place: Place) -> None:
    """Neovim's own client."""
    in_a_terminal(place, "nvim", "--headless", "--clean", "-c", f"luafile {HERE / 'neovim.lua'}")


def emacs(place: Place) -> None:
    """Emacs, with eglot."""
    in_a_terminal(place, "emacs", "--batch", "--no-init-file", "-l", str(HERE / "emacs.el"))


def jupyterlab(place: Place) -> None:
    """JupyterLab, with jupyterlab-lsp."""
    python = place.python("jupyterlab>=4", "jupyterlab-lsp>=5", "playwright")
    place.run(python, "-m", "tests.editors.jupyterlab", place.folder, place.pictures, json.dumps(SERVER), json.dumps(FIX), cwd=ROOT)


def vscode(place: Place) -> None:
    """VS Code in the build that npm has, with the extension of this repository."""
    python, code = place.python("playwright"), place.kept / "node_modules" / "code-server" / "lib" / "vscode"
    if not (code / "node_modules").exists():
        place.run("npm", "install", "--ignore-scripts", "--no-save", "--prefix", place.kept, CODE_SERVER, cwd=place.kept)
        place.run("npm", "install", "--ignore-scripts", "--omit=dev", cwd=code)
    ignored = shutil.ignore_patterns("node_modules", "out", "*.vsix")
    extension = Path(shutil.copytree(ROOT / "editors" / "vscode", place.folder / "extension", ignore=ignored))
    place.run("npm", "ci", "--ignore-scripts", cwd=extension)
    place.run("npm", "run", "--silent", "package", cwd=extension)
    package = extension / "bce-lint.vsix"
    place.run(python, "-m", "tests.editors.vscode", place.folder, place.pictures, code, package, sys.executable, cwd=ROOT)


EDITORS: Final[Mapping[str, Callable[[Place], None]]] = {one.__name__: one for one in (neovim, emacs, jupyterlab, vscode)}


def main(arguments: list[str] | None = None) -> int:
    """Drives the editors that are named, else all; 1 if one of them did not do what it should."""
    parser = argparse.ArgumentParser(prog="python -m tests.editors", description=__doc__)
    parser.add_argument("editors", nargs="*", metavar="EDITOR", help=f"one of {', '.join(EDITORS)}; all, if none is named")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where what is installed stays for the next run")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="where the pictures of the browsers go")
    options = parser.parse_args(arguments)
    if unknown := set(options.editors) - EDITORS.keys():
        parser.error(f"no editor that is driven here: {', '.join(sorted(unknown))}")
    failed = []
    with tempfile.TemporaryDirectory(prefix="bce-lint-editors-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        kept, pictures = (one.resolve() if one is not None else folder for one in (options.keep, options.pictures))
        for made in (kept, pictures):
            made.mkdir(parents=True, exist_ok=True)
        for name in options.editors or EDITORS:
            (folder / name).mkdir()
            try:
                EDITORS[name](Place(folder / name, kept, pictures))
            except (subprocess.SubprocessError, AssertionError, OSError) as error:
                failed.append(name)
                print(f"== {name}: failed: {error}", flush=True)
            else:
                print(f"== {name}: passed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
