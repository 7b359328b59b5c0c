"""Notebooks through every face: formats, fixes, comments, baselines, revisions, the cache, a workspace."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from xml.etree.ElementTree import fromstring

import pytest

import bce_lint
from bce_lint.cli import main
from bce_lint.workspace import Workspace
from tests.notebooks.shapes import BUG, OLD, RIGHT, SETUP, R, code, other, written

MODELS = (
    "import torch\nfrom torch import nn\n\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.fc = nn.Linear(3, 1)\n\n    def forward(self, x):\n        return torch.sigmoid(self.fc(x))\n"
)
USE = "loss = nn.BCEWithLogitsLoss()(Net()(x), y)"
IMPORT = "from models import Net\n" + SETUP
CONCISE = ["--output-format", "concise", "-q"]


class Ran(NamedTuple):
    """What a command came to."""

    status: int
    out: str
    err: str


Runner = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Runner:
    """Runs the command line in a project of its own."""
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)

    def _call(*words: str) -> Ran:
        status = main(list(words))
        return Ran(status, *capfd.readouterr())

    return _call


def put(path: str, *cells: str, **how: Any) -> bytes:
    """Writes a notebook, with text before its code."""
    data = written([other("# a"), *map(code, cells)], **how)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(data)
    return data


def test_lines_name_the_cell(run: Runner) -> None:
    put("a.ipynb", SETUP, BUG)
    assert run(*CONCISE, "a.ipynb") == run(*CONCISE, ".")
    done = run(*CONCISE, ".")
    assert done.status == 1
    assert done.out.startswith("a.ipynb:cell 3:2:8: BCE103 `nn.BCEWithLogitsLoss()` expects logits")
    grouped = run("--output-format", "grouped", "-q", ".").out.splitlines()
    assert grouped[0] == "a.ipynb:" and grouped[1].startswith("  cell 3:2:8 BCE103 ")


def test_frames_draw_the_lines_of_the_cell(run: Runner) -> None:
    put("a.ipynb", SETUP, "%time p = torch.sigmoid(layer(x))", "%matplotlib inline\nloss = nn.BCEWithLogitsLoss()(p, y)")
    out = run("-q", ".").out
    assert " --> a.ipynb:cell 4:2:8\n  |\n1 | %matplotlib inline\n2 | loss = nn.BCEWithLogitsLoss()(p, y)\n  |        ^^" in out
    assert " ::: a.ipynb:cell 3:1:11\n  |\n1 | %time p = torch.sigmoid(layer(x))\n  |           ---" in out
    assert "  - %time p = torch.sigmoid(layer(x))\n1 + %time p = layer(x)\n" in out


def test_json_has_the_cell_of_each_place(run: Runner) -> None:
    put("a.ipynb", SETUP, "p = torch.sigmoid(layer(x))", "\nnn.BCEWithLogitsLoss()(p, y)")
    (row,) = json.loads(run("--output-format", "json", ".").out)
    assert (row["cell"], row["location"], row["noqa_row"]) == (4, {"row": 2, "column": 1}, 2)
    assert [(one["cell"], one["location"]["row"]) for one in (*row["labels"], *row["fix"]["edits"])] == [(3, 1), (3, 1)]
    Path("a.py").write_text(f"{SETUP}\n{BUG}\n", encoding="utf-8")
    (plain,) = json.loads(run("--output-format", "json", "a.py").out)
    assert plain["cell"] is None and "cell" not in plain["labels"][0]


def test_formats_without_cells_have_the_row_of_the_file(run: Runner) -> None:
    data = put("a.ipynb", SETUP, BUG)
    row = next(number for number, line in enumerate(data.decode().splitlines(), 1) if "WithLogits" in line)
    github = run("--output-format", "github", ".").out
    assert f"file=a.ipynb,line={row},col=13," in github and "::a.ipynb:cell 3:2:8: BCE103" in github
    (gitlab,) = json.loads(run("--output-format", "gitlab", ".").out)
    assert gitlab["location"]["positions"]["begin"]["line"] == row
    assert gitlab["description"].startswith("BCE103: cell 3, line 2: `nn.")
    (sarif,) = json.loads(run("--output-format", "sarif", ".").out)["runs"][0]["results"]
    (place,) = sarif["locations"]
    assert place["physicalLocation"]["region"]["startLine"] == row
    assert place["logicalLocations"] == [{"name": "cell 3", "fullyQualifiedName": "cell 3:2", "kind": "module"}]
    assert "fixes" not in sarif and sarif["message"]["text"].startswith("cell 3, line 2: ")
    case = next(fromstring(run("--output-format", "junit", ".").out).iter("testcase"))
    assert (case.get("line"), case[1].text is not None and case[1].text.startswith("cell 3, line 2, col 8, ")) == (str(row), True)
    (rdjson,) = json.loads(run("--output-format", "rdjson", ".").out)["diagnostics"]
    assert (rdjson["location"]["range"]["start"]["line"], "suggestions" in rdjson) == (row, False)


def test_a_diff_is_one_of_the_file(run: Runner) -> None:
    put("a.ipynb", SETUP, OLD)
    done = run("--diff", ".")
    assert '-    "other = nn.MSELoss(size_average=False)' in done.out
    before = Path("a.ipynb").read_bytes()
    subprocess.run(["git", "apply", "-p0"], input=done.out.encode(), check=True)
    after = Path("a.ipynb").read_bytes()
    Path("a.ipynb").write_bytes(before)
    run("--fix", ".")
    assert Path("a.ipynb").read_bytes() == after != before


def test_what_a_fix_writes_is_what_it_gives_back_on_standard_output(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    data = put("a.ipynb", SETUP, OLD, newline="\r\n", indent=2)
    assert run("--fix", "-q", "a.ipynb").status == 0
    fixed = Path("a.ipynb").read_bytes()
    assert fixed == data.replace(b"size_average=False", b'reduction=\\"sum\\"')
    done = subprocess.run(
        [*_program(), "--fix", "-q", "--stdin-filename", "b.ipynb", "-"], input=data, capture_output=True, check=True, env={**os.environ}
    )
    assert done.stdout == fixed


def _program() -> list[str]:
    import sys

    return [sys.executable, "-m", "bce_lint"]


def test_the_project_of_a_notebook(run: Runner) -> None:
    Path("models.py").write_text(MODELS, encoding="utf-8")
    put("nb/a.ipynb", IMPORT, USE)
    put(".ipynb_checkpoints/a.ipynb", IMPORT, USE)
    put(".virtual_documents/a.ipynb", IMPORT, USE)
    assert [line.partition(" BCE103")[0] for line in run(*CONCISE, ".").out.splitlines()] == ["nb/a.ipynb:cell 3:1:8:"]
    assert run(*CONCISE, "models.py").out == ""
    assert run(*CONCISE, "--related", "models.py").out.startswith("nb/a.ipynb:cell 3:1:8: BCE103") if _has("--related") else True
    done = run("--fix", "--unsafe-fixes", ".")
    assert done.status == 0 and "torch.sigmoid" not in Path("models.py").read_text(encoding="utf-8")
    assert run("--exclude", "nb", ".").err.endswith("no Python files under the given paths\n") is False


def _has(option: str) -> bool:
    from bce_lint.cli.options import parser

    return option in parser()._option_string_actions


def test_no_module_imports_a_notebook(run: Runner) -> None:
    put("models.ipynb", MODELS.replace("super().__init__()", "super().__init__()  # a"))
    Path("train.py").write_text("from models import Net\n" + SETUP + "\n" + USE + "\n", encoding="utf-8")
    assert run(*CONCISE, ".").out == ""


def test_comments_silence_and_are_added(run: Runner) -> None:
    put("a.ipynb", SETUP, BUG.replace("  # expect: BCE103", ""), OLD.replace("  # expect: BCE203", ""))
    done = run("--add-noqa", "a.ipynb")
    assert (done.status, done.out) == (0, "Added 2 `# noqa` comments.\n")
    told = json.loads(Path("a.ipynb").read_text(encoding="utf-8"))["cells"]
    assert told[2]["source"][1] == "loss = nn.BCEWithLogitsLoss()(p, y)  # noqa: BCE103\n"
    assert told[3]["source"] == ["other = nn.MSELoss(size_average=False)(layer(x), y)  # noqa: BCE203"]
    assert run(*CONCISE, "a.ipynb") == Ran(0, "", "")
    assert run(*CONCISE, "--extend-select", "BCE910", "a.ipynb") == Ran(0, "", "")


def test_a_baseline_knows_a_finding_that_moves_to_another_cell(run: Runner) -> None:
    put("a.ipynb", SETUP, BUG)
    run("--baseline", "b.json", "--update-baseline", ".")
    put("a.ipynb", SETUP, RIGHT, "print(1)", BUG)
    assert run(*CONCISE, "--baseline", "b.json", ".") == Ran(0, "", "")
    put("a.ipynb", SETUP, BUG, OLD)
    assert "cell 4:1:9: BCE203" in run(*CONCISE, "--baseline", "b.json", ".").out


def test_a_revision_knows_the_findings_of_notebooks(run: Runner) -> None:
    put("a.ipynb", SETUP, BUG)
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.invalid"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "a"]):
        subprocess.run([*git, *words], check=True)
    put("a.ipynb", SETUP, "1", BUG, OLD)
    done = run(*CONCISE, "--new-from", "HEAD", ".")
    assert [line.split(": ")[0] for line in done.out.splitlines()] == ["a.ipynb:cell 5:1:9"]


def test_the_cache_tells_cells(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BCE_LINT_NO_CACHE")
    put("a.ipynb", SETUP, BUG, "x = = 1")
    first = run("-q", ".")
    assert first == run("-q", ".") and "a.ipynb:cell 4:1:5" in first.out
    put("a.ipynb", SETUP, "1", BUG)
    assert "a.ipynb:cell 4:2:8" in run("-q", ".").out


def test_losses_and_values_are_told_by_cell(run: Runner) -> None:
    put("a.ipynb", SETUP, BUG, RIGHT)
    lines = run("--losses", ".").out.splitlines()
    assert [line.split("  ")[0] for line in lines[1:3]] == ["a.ipynb:cell 3:2:8", "a.ipynb:cell 4:1:9"]
    rows = json.loads(run("--losses", "--output-format", "json", ".").out)["losses"]
    assert [row["cell"] for row in rows] == [3, 4]
    for place in ("a.ipynb:3:2:31", "a.ipynb:cell 3:2:31"):
        told = run("--reveal", place).out
        assert told.startswith("a.ipynb:cell 3:2:31: `p`: Tensor: probability (sigmoid)") and "in line 1 of cell 3" in told
    asked = "FILE:CELL:LINE or FILE:CELL:LINE:COLUMN of a notebook"
    assert run("--reveal", "a.ipynb:3").err == f"bce-lint: --reveal takes {asked}, not 'a.ipynb:3'\n"
    assert run("--reveal", "a.ipynb:9:1").err == "bce-lint: a.ipynb has no cell 9 of Python that can be read\n"
    assert run("--reveal", "a.ipynb:3:9").err == "bce-lint: cell 3 of a.ipynb has 3 lines: there is no line 9\n"


def test_a_notebook_for_another_kernel_is_said_and_not_read(run: Runner) -> None:
    put("r.ipynb", "x <- 1", "if (x) { ' }", metadata=R)
    said = "bce-lint: r.ipynb: not read: this notebook is not Python's but for a kernel of R\n"
    assert run(".") == Ran(0, "No findings.\n", said)
    assert run("r.ipynb") == Ran(0, "No findings.\n", said)
    assert run("-q", ".") == Ran(0, "", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1:1: BCE901 not JSON, so no notebook: Expecting value"),
        ('{"cells": [\n', "2:1: BCE901 not JSON, so no notebook: Expecting value"),
        ('{"worksheets": []}', "1:1: BCE901 a notebook of an older format, nbformat 3 or less; "
         "`jupyter nbconvert --to notebook` makes a newer one of it"),
    ],
)  # fmt: skip
def test_a_broken_notebook_is_one_line_and_stays(run: Runner, text: str, said: str) -> None:
    Path("a.ipynb").write_text(text, encoding="utf-8")
    put("b.ipynb", SETUP, OLD)
    done = run("--fix", *CONCISE, ".")
    assert (done.status, done.out, done.err) == (1, f"a.ipynb:{said}\n", "")
    assert Path("a.ipynb").read_text(encoding="utf-8") == text
    assert b"size_average" not in Path("b.ipynb").read_bytes()
    assert run("-q", "a.ipynb").out.startswith("error[BCE901]: not" if "work" not in text else "error[BCE901]: a notebook of an older")


def test_a_notebook_that_is_too_large_is_one_line(run: Runner) -> None:
    with open("a.ipynb", "wb") as stream:
        stream.truncate(200_000_000)
    assert run(*CONCISE, ".") == Ran(1, "a.ipynb:1:1: BCE902 file larger than 64,000,000 bytes\n", "")


def test_the_functions_of_the_package(run: Runner) -> None:
    data = put("a.ipynb", SETUP, OLD)
    for told in (bce_lint.lint_source(data, "a.ipynb"), bce_lint.lint_source(data.decode(), "a.ipynb"), bce_lint.lint_paths(["."])):
        assert [(one.location.cell, one.location.start, one.code) for one in told] == [(3, (1, 9), "BCE203")]
    assert [one.location.cell for one in bce_lint.losses("a.ipynb")] == [3]
    assert bce_lint.fix_source(data.decode(), "a.ipynb").encode() == data.replace(b"size_average=False", b'reduction=\\"sum\\"')


def test_a_workspace_takes_a_notebook_as_it_is_edited(run: Runner) -> None:
    Path("models.py").write_text(MODELS, encoding="utf-8")
    workspace = Workspace(".")

    def _found() -> list[tuple[int | None, int, str]]:
        return [(one.location.cell, one.location.start.row, one.code) for one in workspace.findings("a.ipynb")]

    for cells, expected in [
        ((IMPORT, USE), [(2, 1, "BCE103")]),
        ((IMPORT, "\n" + USE), [(2, 2, "BCE103")]),
        ((IMPORT, "# a", USE), [(3, 1, "BCE103")]),
        ((IMPORT, "x = (", USE), [(2, 1, "BCE901"), (3, 1, "BCE103")]),
        ((IMPORT, "pass", USE), [(3, 1, "BCE103")]),
        ((IMPORT,), []),
    ]:
        data = json.dumps({"cells": [code(cell) for cell in cells], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
        workspace.update("a.ipynb", data)
        assert _found() == expected
        assert [one.location for one in bce_lint.lint_source(data, "a.ipynb")] == [one.location for one in workspace.findings("a.ipynb")]
    workspace.update("a.ipynb", written([code(IMPORT), code(USE)]))
    assert _found() == [(2, 1, "BCE103")]
    workspace.update("models.py", MODELS.replace("torch.sigmoid(self.fc(x))", "self.fc(x)"))
    assert _found() == []
    assert [(one.location.cell, one.verdict) for one in workspace.losses("a.ipynb")] == [(2, "right")]


POOL = (
    IMPORT, SETUP, USE, BUG, OLD, RIGHT, "%time " + USE, "%%bash\nls '", "x = (", "", "  z = 1\n  z", "%run models.py", "p = layer(x)",
    "def step(p):\n    return nn.BCEWithLogitsLoss()(p, y)", "step(torch.sigmoid(layer(x)))", "%%timeit\np = layer(x)", "# noqa: BCE103",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_edits_of_cells_have_the_answers_of_a_first_run(run: Runner, seed: int) -> None:
    random = Random(seed)
    Path("models.py").write_text(MODELS, encoding="utf-8")
    workspace, cells = Workspace(".", extend_select=["BCE910"]), [IMPORT, USE]
    for _ in range(12):
        at = random.randrange(len(cells) + 1)
        cells[at : at + random.randrange(2)] = [random.choice(POOL)]
        del cells[6:]
        models = MODELS if random.random() < 0.7 else MODELS.replace("torch.sigmoid(self.fc(x))", "self.fc(x)")
        data = written([other("# a"), *map(code, cells)], indent=random.choice([None, 1]))
        cold = Workspace(".", extend_select=["BCE910"])
        for one in (workspace, cold):
            one.update("a.ipynb", data)
            one.update("models.py", models)
        assert workspace.findings("a.ipynb") == cold.findings("a.ipynb")
        assert workspace.losses("a.ipynb") == cold.losses("a.ipynb")
        assert workspace.findings("models.py") == cold.findings("models.py")


def test_python_with_the_name_of_a_notebook_is_python(run: Runner) -> None:
    """As jupyterlab-lsp and editors hand it over."""
    put("a.ipynb", SETUP)
    text = f"%matplotlib inline\n{SETUP}\n{OLD}\n"
    (one,) = bce_lint.lint_source(text, "a.ipynb")
    assert (one.location.cell, one.location.start, one.code) == (None, (8, 9), "BCE203")
    assert bce_lint.fix_source(text, "a.ipynb") == text.replace("size_average=False", 'reduction="sum"')
    workspace = Workspace(".")
    workspace.update("a.ipynb", text)
    assert [one.location.start.row for one in workspace.findings("a.ipynb")] == [8]


def test_flake8_is_told_rows_of_the_file(run: Runner) -> None:
    data = put("a.ipynb", SETUP, BUG)
    row = next(number for number, line in enumerate(data.decode().splitlines(), 1) if "WithLogits" in line)
    done = subprocess.run([_program()[0], "-m", "flake8", "--select=BCE", "a.ipynb"], capture_output=True, text=True, check=False)
    assert done.stdout.startswith(f"a.ipynb:{row}:13: BCE103 ") and done.stderr == ""


def test_other_forms_of_notebooks_are_the_python_that_they_are(run: Runner) -> None:
    percent = f"# %% [markdown]\n# a\n# %%\n{SETUP}\n# %%\n{OLD}\n"
    body = "".join(f"    {line}\n" for line in f"{SETUP}\n{OLD}\nreturn".splitlines())
    marimo = f'import marimo\n\napp = marimo.App()\n\n\n@app.cell\ndef _():\n{body}\n\nif __name__ == "__main__":\n    app.run()\n'
    for name, text in (("percent.py", percent), ("marimo_app.py", marimo)):
        row = next(number for number, line in enumerate(text.splitlines(), 1) if "size_average" in line)
        (one,) = bce_lint.lint_source(text, name)
        assert (one.location.start.row, one.location.cell, one.code) == (row, None, "BCE203")
        assert bce_lint.fix_source(text, name) == text.replace("size_average=False", 'reduction="sum"')
