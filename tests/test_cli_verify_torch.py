"""`bce-lint --verify`: the table, and the exit statuses."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from bce_lint import verify
from bce_lint.cli import main
from bce_lint.verify import Verdict
from bce_lint.verify.rows import ROWS

pytestmark = pytest.mark.torch

ROOT = Path(__file__).parents[1]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of a command line."""
    try:
        status = main(arguments)
    except SystemExit as stop:
        status = int(str(stop.code))
    return status, *capsys.readouterr()


def test_a_table_of_one_rule(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "--verify", "--select", "BCE102,class-called-as-function")
    assert (status, err) == (0, "")
    head, *lines = out.splitlines()
    assert head.split() == ["rule", "claim", "verdict", "value", "gradient", "parts", "at", "dtype", "rewrite"]
    assert [line[:6] for line in lines if not line.startswith(" ")] == ["BCE102", *["BCE201"] * 4, "5 of 5"]
    assert lines[0].endswith("under CUDA autocast (cpu, simulated CUDA autocast)")
    assert lines[1].startswith(
        "        RuntimeError: torch.nn.functional.binary_cross_entropy and torch.nn.BCELoss are unsafe to autocast."
    )
    assert lines[-1] == f"5 of 5 claims hold (torch {torch.__version__}, cpu, seed 0)"


def test_numbers_of_a_rewrite(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "check", "--verify", "--select", "BCE101", "-q", "--device", "cpu")
    table = [re.split(r" {2,}", line) for line in out.splitlines() if line.startswith("BCE101")]
    parts = [("26.21", "float64"), ("12.43", "float32"), ("6.367", "float16"), ("5.125", "bfloat16")]
    assert [tuple(line[5:7]) for line in table] == parts
    assert "claims hold" not in out


def test_all_rules_with_a_rewrite_are_in_it_unless_ignored(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "--verify", "--ignore", "BCE1", "--extend-select", "BCE123")
    found = {line[:6] for line in out.splitlines() if line.startswith("BCE")}
    assert (status, found) == (0, {row.code for row in ROWS if row.code[3] != "1"} | {"BCE123"})


def test_a_contradiction_is_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [replace(row, claim=Verdict.EQUIVALENT) for row in ROWS if row.code == "BCE112"]
    monkeypatch.setattr(verify, "ROWS", rows)
    status, out, err = run(capsys, "--verify")
    assert (status, err) == (1, "")
    assert out.splitlines()[1].startswith("BCE112  equivalent  contradicted")
    assert out.splitlines()[2].startswith("        grid: values 15.")
    assert "\n0 of 2 claims hold, 2 contradicted (" in out


def test_what_could_not_be_tried_is_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch._C, "_IncludeDispatchKeyGuard")
    status, out, _ = run(capsys, "--verify", "--select", "BCE102")
    assert status == 1
    assert "0 of 1 claims hold, 1 not verifiable (" in out


def test_a_gpu_that_is_not_there(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    expected = f"bce-lint: torch {torch.__version__} sees no CUDA device; use --device cpu, or auto\n"
    assert run(capsys, "--verify", "--device", "cuda") == (2, "", expected)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--verify --fix", "--fix --verify needs a path; --verify alone checks the rewrites of the rules"),
        ("--verify --diff", "--fix --verify needs a path; --verify alone checks the rewrites of the rules"),
        ("--verify --statistics", "--verify and --statistics do not go together: what was verified is said of each finding"),
        ("--verify train.py --plot pictures", "--plot draws the rewrites of the rules: give it without a path"),
        ("--verify --select BCE403", "the selected rules make no rewrite that could be verified"),
        ("--verify --select BCE999", "no rule is called 'BCE999'"),
        ("--device cpu", "--device goes with --verify"),
    ],
)
def test_usage_errors_are_one_line(capsys: pytest.CaptureFixture[str], arguments: str, message: str) -> None:
    status, out, err = run(capsys, *arguments.split())
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"bce-lint: {message}")


def test_without_torch_it_says_how_to_install_it(tmp_path: Path) -> None:
    program = "import sys\nsys.modules['torch'] = None\nfrom bce_lint.cli import main\nsys.exit(main(['--verify']))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("bce-lint: --verify needs PyTorch (")
    assert done.stderr.endswith("; install it with `pip install torch`\n")


def test_the_rules_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "--verify", "--select", "BCE113", "--output-format", "json")
    rows = json.loads(out)
    assert (status, {row["code"] for row in rows}) == (0, {"BCE113"})
    assert [(row["claim"], row["verdict"]) for row in rows[:2]] == [("equivalent", "equivalent"), ("no worse", "no worse")]


SOURCE = """\
import torch
import torch.nn.functional as F


def masked(x, y, mask):
    p = torch.sigmoid(x.masked_fill(mask, float("-inf")))
    return F.binary_cross_entropy(p, y)


def plain(x, y):
    return F.binary_cross_entropy(torch.sigmoid(x), y)


def unknown(loss, x, y):
    return loss(torch.sigmoid(x), y)
"""


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with a fix that holds, and one that would turn the loss into NaN."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "train.py"
    path.write_text(SOURCE, encoding="utf-8")
    return path


def test_each_fix_is_told_of(capsys: pytest.CaptureFixture[str], source: Path) -> None:
    status, out, err = run(capsys, "--verify", "train.py")
    said = [line.strip() for line in out.splitlines() if "verified (" in line or "contradicted (" in line or "withheld" in line]
    assert (status, err, len(said)) == (1, "", 3)
    assert said[0].startswith("help: display-only: withheld: it does not do what it claims (values ")
    assert said[1].startswith("contradicted (cpu, float64): values ")
    assert re.fullmatch(r"verified \(cpu, float64\): equivalent; values \S+ and gradients \S+ apart", said[2])


def test_each_fix_as_json(capsys: pytest.CaptureFixture[str], source: Path) -> None:
    _, out, _ = run(capsys, "--verify", "train.py", "--output-format", "json")
    first, second = (row["verification"] for row in json.loads(out))
    assert (first["verdict"], first["max_value_difference"]) == ("contradicted", None)
    assert set(second) == {"verdict", "reason", "device", "dtype", "max_value_difference", "max_gradient_difference", "seed"}
    assert (second["verdict"], second["device"], second["dtype"], second["seed"]) == ("equivalent", "cpu", "float64", 0)
    assert 0 <= second["max_value_difference"] < 1e-7
    _, out, _ = run(capsys, "train.py", "--output-format", "json")
    assert all("verification" not in row for row in json.loads(out))


def test_a_fix_that_is_contradicted_is_withheld(capsys: pytest.CaptureFixture[str], source: Path) -> None:
    status, out, _ = run(capsys, "--fix", "--unsafe-fixes", "--verify", "train.py")
    assert status == 1
    assert source.read_text(encoding="utf-8") == SOURCE.replace(
        "F.binary_cross_entropy(torch.sigmoid(x), y)", "F.binary_cross_entropy_with_logits(x, y)"
    )
    assert "withheld: it does not do what it claims" in out
    assert "Found 2 findings in 1 file (1 fixed, 1 left).\n" in out
    status, _, _ = run(capsys, "--fix", "--unsafe-fixes", "train.py")
    assert (status, "F.binary_cross_entropy(" in source.read_text(encoding="utf-8")) == (0, False)


def test_standard_input_is_verified(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, source: Path
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(SOURCE.encode())))
    status, out, _ = run(capsys, "--verify", "-")
    assert (status, out.count("verified (cpu"), out.count("contradicted (cpu")) == (1, 1, 1)


def test_a_gpu_that_is_not_there_stops_before_linting(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, source: Path
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    status, out, err = run(capsys, "--verify", "--device", "cuda", "train.py")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "sees no CUDA device" in err


def test_a_path_without_torch(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SOURCE, encoding="utf-8")
    program = "import sys\nsys.modules['torch'] = None\nfrom bce_lint.cli import main\nsys.exit(main(sys.argv[1:]))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))}

    def start(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", program, *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False)

    done = start("--verify", "train.py")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.endswith("; install it with `pip install torch`\n")
    assert (start("train.py").returncode, start("--fix", "train.py").returncode) == (1, 1)
