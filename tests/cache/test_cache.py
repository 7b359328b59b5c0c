"""What is kept between runs: an answer is right, or there is none."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bce_lint import engine
from bce_lint.analysis.project import project
from bce_lint.cache import FOLDER, Cache, cache, shelf, state
from bce_lint.cache.key import find_key
from bce_lint.diagnostic import Diagnostic
from bce_lint.engine import check, check_text
from bce_lint.lint_result import LintResult
from bce_lint.rules.registry import default_codes
from bce_lint.source.discover import discover

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
NET = "import torch\n\n\ndef squash(x):\n    return torch.sigmoid(x)\n"
TRAIN = """\
from torch import nn
from net import squash

layer = nn.Linear(4, 1)


def step(x, y):
    return nn.BCEWithLogitsLoss()(squash(layer(x)), y)
"""
NETWORK = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 1)

    def forward(self, x):
        return torch.sigmoid(self.layer(x))
"""
FIXED = NET.replace("torch.sigmoid(x)", "x")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of two files whose finding needs both; the current folder."""
    for name, text in {"pyproject.toml": "", "net.py": NET, "train.py": TRAIN}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def analysed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The roots of the projects that are analysed from here on."""
    seen: list[str] = []

    class Watched(project.Project):
        def run(self, paths: object) -> None:
            seen.append(self.root)
            super().run(paths)  # type: ignore[arg-type]

    monkeypatch.setattr(project, "Project", Watched)
    monkeypatch.setattr(engine, "_PROJECTS", {})
    yield seen


def lint(kept: Cache | None, *paths: str, fixes: bool = True, related: bool = False) -> LintResult:
    """Lints paths, all by default."""
    return check(discover(paths or (".",)).files, default_codes(), fixes=fixes, cache=kept, related=related)


def codes(result: LintResult) -> list[str]:
    """The codes found."""
    return [one.code for one in result.diagnostics]


def told(result: LintResult) -> tuple[tuple[Diagnostic, ...], dict[str, bytes]]:
    """All that a user sees of a result."""
    return result.diagnostics, {path: text.data for path, text in result.sources.items()}


def test_what_has_not_changed_is_not_analysed_again(root: Path, analysed: list[str]) -> None:
    first = lint(Cache())
    assert codes(first) == ["BCE103"]
    count = len(analysed)
    again = lint(Cache())
    assert (told(again), len(analysed)) == (told(first), count)
    assert again.diagnostics[0].fix is not None


def write(path: Path, text: str) -> None:
    """Writes a file, and the folder that it is in."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def append(name: str, text: str) -> Callable[[Path], object]:
    """A change that adds to a file."""
    return lambda root: (root / name).write_text((root / name).read_text(encoding="utf-8") + text, encoding="utf-8")


CHANGES: dict[str, Callable[[Path], object]] = {
    "the file": append("train.py", "\n"),
    "a file that it imports": lambda root: (root / "net.py").write_text(FIXED, encoding="utf-8"),
    "a new file": lambda root: (root / "other.py").write_text("", encoding="utf-8"),
    "a file gone": lambda root: (root / "net.py").unlink(),
    "a file renamed": lambda root: (root / "net.py").rename(root / "nets.py"),
    "an ignore file": lambda root: (root / ".gitignore").write_text("net.py\n", encoding="utf-8"),
    "a folder that hides a file": lambda root: write(root / "net" / "__init__.py", FIXED),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_analysed(root: Path, analysed: list[str], change: Callable[[Path], object]) -> None:
    lint(Cache())
    change(root)
    count = len(analysed)
    found = lint(Cache())
    assert len(analysed) > count
    assert told(found) == told(lint(None))


@pytest.mark.parametrize("change", ["content", "gone", "shadowed"])
def test_files_outside_the_project_count_where_they_were_read(root: Path, change: str) -> None:
    (root / ".gitignore").write_text("build\n", encoding="utf-8")
    (root / "build").mkdir()
    (root / "net.py").rename(root / "build" / "net.py")
    (root / "train.py").write_text(TRAIN.replace("from net", "from build.net"), encoding="utf-8")
    assert codes(lint(Cache())) == ["BCE103"]
    if change == "content":
        (root / "build" / "net.py").write_text(FIXED, encoding="utf-8")
    elif change == "gone":
        (root / "build" / "net.py").unlink()
    else:
        write(root / "build" / "net" / "__init__.py", FIXED)
    assert codes(lint(Cache())) == []


def test_a_question_is_more_than_its_files(root: Path, analysed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Cache()
    lint(kept)
    assert lint(kept, fixes=False).diagnostics[0].fix is None
    assert codes(check([Path("train.py"), Path("net.py")], frozenset({"BCE101"}), cache=kept)) == []
    assert [one.location.path for one in lint(kept, str(root)).diagnostics] == [str(root / "train.py")]
    (root / "sub").mkdir()
    monkeypatch.chdir(root / "sub")
    assert lint(kept, "../net.py").diagnostics == ()
    assert lint(kept, "../net.py", related=True).diagnostics[0].location.path == str(root / "train.py")


def test_another_program_has_other_answers(root: Path, analysed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    lint(Cache())
    count = len(analysed)
    monkeypatch.setattr(state, "program", lambda: "another")
    lint(Cache())
    assert len(analysed) > count


def test_the_program_is_known_by_its_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "bce_lint", tmp_path / "bce_lint", ignore=shutil.ignore_patterns("__pycache__"))
    ours = state.program()
    monkeypatch.setattr(state, "__file__", str(tmp_path / "bce_lint" / "cache" / "state.py"))
    copied = state.program.__wrapped__
    assert copied() == ours
    append("bce_lint/rules/rule.py", "\n")(tmp_path)
    assert copied() != ours


def test_a_pipe_is_read_once(root: Path) -> None:
    (root / "both.py").write_text(NET + TRAIN.replace("from net import squash\n", ""), encoding="utf-8")
    command = f"{shlex.quote(sys.executable)} -m bce_lint --output-format concise --cache-dir kept <(cat both.py)"
    (shown,) = outputs(run("-c", f"import subprocess; subprocess.run(['bash', '-c', {command!r}])", cwd=root))
    assert b"BCE103" in shown


def test_a_pipe_with_a_name_is_refused_and_kept_as_nothing(root: Path) -> None:
    os.mkfifo(root / "pipe.py")
    command = f"{shlex.quote(sys.executable)} -m bce_lint --output-format concise --cache-dir kept pipe.py 2>&1"
    (shown,) = outputs(run("-c", f"import subprocess; subprocess.run(['bash', '-c', {command!r}])", cwd=root))
    assert b"neither a file nor a folder; `bce-lint - < PIPE` reads what is written to one" in shown and b"BCE" not in shown
    assert not (root / "kept").exists()


@pytest.mark.any_python
def test_every_project_has_the_same_findings_with_and_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(FIXTURES / "projects", tmp_path / "projects")
    monkeypatch.chdir(tmp_path)
    files = discover(["projects"]).files
    wanted = default_codes() | {"BCE123"}
    plain = check(files, wanted, fixes=True)
    cold, warm = (check(files, wanted, fixes=True, cache=Cache(str(tmp_path / "kept"))) for _ in range(2))
    assert len(plain.diagnostics) > 20
    assert told(cold) == told(plain) == told(warm)
    assert cold.parsed and not warm.parsed
    for file in files:
        alone = [check_text(file.read_bytes(), str(file), wanted, cache=kept) for kept in (None, Cache("kept"), Cache("kept"))]
        assert told(alone[0]) == told(alone[1]) == told(alone[2])


def test_what_only_the_plan_of_a_fix_has_read_counts(root: Path) -> None:
    (root / ".gitignore").write_text("gen/\n", encoding="utf-8")
    show = root / "gen" / "show.py"
    write(root / "gen" / "__init__.py", "")
    write(show, "def show(p, y):\n    return 1\n")
    write(root / "net.py", NETWORK)
    write(root / "train.py", "from torch import nn\nfrom net import Net\n\n\ndef step(x, y):\n    net = Net()\n"
          "    return nn.BCEWithLogitsLoss()(net(x), y)\n")  # fmt: skip
    write(root / "serve.py", "from net import Net\nfrom gen.show import show\n\n\ndef serve(x, y):\n    net = Net()\n"
          "    return show(net(x), y)\n")  # fmt: skip
    first = lint(Cache())
    assert told(first) == told(lint(Cache())) == told(lint(None))
    write(show, "from torch.nn import functional as F\n\n\ndef show(p, y):\n    return F.binary_cross_entropy(p, y)\n")
    assert told(lint(Cache())) == told(lint(None)) != told(first)


def test_a_file_that_changes_meanwhile_is_not_kept_as_it_is_now(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / ".gitignore").write_text("gen\n", encoding="utf-8")
    write(root / "gen" / "net.py", NET)
    (root / "net.py").unlink()
    (root / "train.py").write_text(TRAIN.replace("from net", "from gen.net"), encoding="utf-8")
    judge = engine.judge_files

    def slow(*arguments: Any, **keywords: Any) -> LintResult:
        found = judge(*arguments, **keywords)
        write(root / "gen" / "net.py", FIXED)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(engine, "judge_files", slow)
        assert codes(lint(Cache())) == ["BCE103"]
    assert codes(lint(Cache())) == codes(lint(None)) == []


def test_an_ignored_file_is_no_part_of_the_project_of_the_next(root: Path) -> None:
    (root / ".gitignore").write_text("train.py\n", encoding="utf-8")
    (root / "net.py").write_text(NET + "\n\ndef loss(x, y):\n    return nn.BCEWithLogitsLoss()(x, y)\n", encoding="utf-8")
    orders = [("train.py", "net.py"), ("net.py", "train.py"), ("train.py", "net.py")]
    found = [{n: told(check_text((root / n).read_bytes(), n, default_codes(), cache=kept)) for n in order}
             for order in orders for kept in (None, Cache())]  # fmt: skip
    assert all(one == found[0] for one in found)


def test_a_text_is_read_where_the_analysis_reads_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("a", "b/c"):
        (root / folder).mkdir(parents=True)
    (root / "a" / "link").symlink_to(root / "b" / "c")
    for name in ("net.py", "train.py", "pyproject.toml"):
        (root / name).rename(root / "a" / name)
    write(root / "b" / "train.py", "# another\n" * 20)
    path = "a/link/../train.py"
    assert told(lint(None, path)) == told(lint(Cache(), path)) == told(lint(Cache(), path))


def test_a_program_without_files_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BCE_LINT_NO_CACHE")
    assert cache() is not None
    monkeypatch.setattr("bce_lint.cache.program", lambda: None)
    assert cache() is None


def signed(path: Path, question: bytes, answer: bytes) -> bytes:
    """A line that the user's own key has signed."""
    kept = shelf.Shelf(str(path.parents[1]), path.parent.name, path.stem, find_key())
    return question + b" " + kept.signature(question, answer) + b" " + answer + b"\n"


@pytest.mark.parametrize("text", ["\xff", "[" * 100_000, "[]", '[[],{"a\\u0000b":"z"},[],[]]', '[[],{},["\\u0000"],[]]'])
def test_an_answer_that_is_none_is_a_miss(root: Path, text: str) -> None:
    lint(Cache())
    (path,) = (root / FOLDER).rglob("*.answers")
    name = path.read_bytes().split(b" ")[0]
    path.write_bytes(signed(path, name, text.encode("latin-1")))
    assert told(lint(Cache())) == told(lint(None))


def test_a_file_that_is_no_text_is_shown_from_the_cache_too(root: Path, analysed: list[str]) -> None:
    (root / "bad.py").write_bytes(b"x = 1\n# caf\xe9\n")
    first = lint(Cache())
    assert codes(first) == ["BCE901", "BCE103"] and first.sources["bad.py"].text == "x = 1\n# caf\\xe9\n"
    count = len(analysed)
    again = lint(Cache())
    assert (told(again), len(analysed)) == (told(first), count)


def test_a_folder_that_is_only_read_still_answers(root: Path, analysed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    lint(Cache())
    count = len(analysed)

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "utime", refuse)
    lint(Cache())
    assert len(analysed) == count


def test_many_projects_without_a_marker_keep_theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, analysed: list[str]) -> None:
    for number in range(shelf.KEPT + 4):
        write(tmp_path / f"p{number}" / "net.py", NET)
        write(tmp_path / f"p{number}" / "train.py", TRAIN)
    monkeypatch.chdir(tmp_path)
    first = lint(Cache())
    count = len(analysed)
    assert told(lint(Cache())) == told(first)
    assert len(analysed) == count


def test_a_text_that_is_not_on_the_disk_is_not_kept(root: Path) -> None:
    kept = Cache()
    text = TRAIN.replace("squash(layer(x))", "layer(x)")
    assert codes(check_text(text.encode(), "train.py", default_codes(), cache=kept)) == []
    assert not (root / FOLDER).exists()
    assert codes(check_text(TRAIN.encode(), "train.py", default_codes(), cache=kept)) == ["BCE103"]
    assert codes(check_text(text.encode(), "train.py", default_codes(), cache=Cache())) == []


def test_what_was_inspected_is_not_kept(root: Path) -> None:
    check([Path("train.py")], default_codes(), fixes=True, inspect=lambda _, findings: findings, cache=Cache())
    check_text(TRAIN.encode(), "train.py", default_codes(), fixes=True, inspect=lambda _, findings: findings, cache=Cache())
    assert not (root / FOLDER).exists()


def test_what_is_wrong_with_a_file_that_no_loss_needs_is_kept(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in {"bad.py": b"def f(:\n", "wide.py": "x = 1\n".encode("utf-16"), "good.py": b"x = 1\n"}.items():
        (root / name).write_bytes(text)
    cold = lint(Cache())
    assert sorted(codes(cold)) == ["BCE103", "BCE901", "BCE901"]
    assert sorted(Path(path).name for path in cold.parsed) == ["net.py", "train.py"]
    assert told(lint(None)) == told(cold)

    def fail(_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("bce_lint.analysis.project.project_files.is_python", fail)
    assert told(lint(Cache())) == told(cold)


def test_a_failure_of_the_analysis_is_not_kept(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError("gone")

    with monkeypatch.context() as patch:
        patch.setattr("bce_lint.analysis.interpreter.entry_points.run_candidate", fail)
        assert set(codes(lint(Cache()))) == {"BCE900"}
    assert codes(lint(Cache())) == ["BCE103"]


def test_files_without_a_project_are_kept_where_the_command_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here" / "scripts").mkdir(parents=True)
    (tmp_path / "there").mkdir()
    for name in ("here/scripts", "there"):
        (tmp_path / name / "net.py").write_text(NET, encoding="utf-8")
        (tmp_path / name / "train.py").write_text(TRAIN, encoding="utf-8")
    monkeypatch.chdir(tmp_path / "here")
    assert codes(lint(Cache(), ".", "../there")) == ["BCE103", "BCE103"]
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob(FOLDER)) == [f"here/{FOLDER}"]


def test_a_folder_of_answers_is_left_out_of_backups_and_version_control(root: Path) -> None:
    lint(Cache())
    assert (root / FOLDER / ".gitignore").read_text(encoding="utf-8") == "*\n"
    assert (root / FOLDER / "CACHEDIR.TAG").read_text(encoding="utf-8").startswith("Signature: 8a477f597d28d172789f06886806bc55\n")


def test_old_states_make_room(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "KEPT", 3)
    for number in range(6):
        (root / "other.py").write_text(f"x = {number}\n", encoding="utf-8")
        lint(Cache())
        (root / FOLDER / "student.answers").touch()
        for age, path in enumerate((root / FOLDER).rglob("*.answers")):
            os.utime(path, ns=(age, age))
    assert len(list((root / FOLDER).rglob("*.answers"))) == 3 + 1


@pytest.mark.parametrize("way", ["a file in its place", "no permission"])
def test_a_folder_that_cannot_be_written_costs_nothing_else(root: Path, way: str) -> None:
    if way == "no permission" and os.geteuid() == 0:
        (root / FOLDER).symlink_to("/proc/nowhere")
    elif way == "no permission":
        (root / FOLDER).mkdir(mode=0o500)
    else:
        (root / FOLDER).write_text("", encoding="utf-8")
    assert codes(lint(Cache())) == codes(lint(Cache())) == ["BCE103"]


@pytest.mark.parametrize("put", ["a file", "a pipe", "a link", "a link below", "a folder below", "a second name"])
def test_why_a_folder_is_not_written_is_said_to_who_asks(
    root: Path, put: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from bce_lint.cli import main

    monkeypatch.delenv("BCE_LINT_NO_CACHE", raising=False)
    (root / "own").mkdir()
    place = root / FOLDER
    if put == "a file":
        place.write_text("", encoding="utf-8")
    elif put == "a pipe":
        os.mkfifo(place)
    elif put == "a link":
        place.symlink_to("own")
    else:
        assert main(["-v", "."]) == 1 and FOLDER not in capsys.readouterr().err
        (answers,) = place.rglob("*.answers")
        answers.unlink()
        if put == "a link below":
            answers.symlink_to(root / "own" / "x")
        elif put == "a folder below":
            answers.mkdir()
        else:
            (root / "own" / "x").touch()
            os.link(root / "own" / "x", answers)
    before = [(path.name, path.stat().st_size) for path in (root / "own").iterdir()]
    for option, told in (("-v", 1), ("--statistics", 0)):
        assert main([option, "."]) == 1
        assert capsys.readouterr().err.count(f"bce-lint: findings are not kept in {FOLDER}: ") == told
    assert [(path.name, path.stat().st_size) for path in (root / "own").iterdir()] == before


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.Popen[bytes]:
    """Starts the command line with a cache."""
    env = {name: value for name, value in os.environ.items() if name != "BCE_LINT_NO_CACHE"}
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    command = [sys.executable, *(arguments or ("-m", "bce_lint", "."))]
    return subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, env={**env, "PYTHONPATH": path, **environment})


def outputs(*processes: subprocess.Popen[bytes]) -> set[bytes]:
    """What some processes print."""
    return {process.communicate(timeout=120)[0] for process in processes}


def test_processes_may_share_a_folder(root: Path) -> None:
    (alone,) = outputs(run("-m", "bce_lint", "--no-cache", ".", cwd=root))
    assert b"BCE103" in alone and not (root / FOLDER).exists()
    assert outputs(*(run(cwd=root) for _ in range(4))) == {alone}
    assert outputs(*(run(cwd=root) for _ in range(2))) == {alone}
    (kept,) = (root / FOLDER).rglob("*.answers")
    assert {line.count(b" ") >= 2 for line in kept.read_bytes().splitlines()} == {True}


def test_options_and_the_environment_choose(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    one, two = tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("two")
    outputs(run("-m", "bce_lint", "-n", ".", cwd=root), run(cwd=root, BCE_LINT_NO_CACHE="1"))
    outputs(run("-m", "bce_lint", "--cache-dir", str(one), ".", cwd=root), run(cwd=root, BCE_LINT_CACHE_DIR=str(two)))
    assert not (root / FOLDER).exists()
    assert [len(list(folder.rglob("*.answers"))) for folder in (one, two)] == [1, 1]
    assert cache(off=True) is None


def test_flake8_keeps_its_findings_too(root: Path) -> None:
    (root / "crlf.py").write_bytes(TRAIN.replace("\n", "\r\n").encode())
    plain = ("-m", "flake8", "--isolated", "--select=BCE", "-j1")
    (alone,) = outputs(run(*plain, "--bce-no-cache", ".", cwd=root))
    assert alone.count(b"BCE103") == 2 and not (root / FOLDER).exists()
    assert outputs(run(*plain, ".", cwd=root)) == outputs(run(*plain, "-j2", ".", cwd=root)) == {alone}
    (kept,) = (root / FOLDER).rglob("*.answers")
    assert len(kept.read_bytes().splitlines()) == 3
    outputs(run(*plain, "--bce-cache-dir", "elsewhere", ".", cwd=root))
    assert len(list((root / "elsewhere").rglob("*.answers"))) == 1


def test_a_kept_answer_needs_no_analysis(root: Path) -> None:
    program = (
        "import sys\nsys.argv[1:] = ['--isolated', '--select=BCE', '-j1', '.']\nfrom flake8.main.cli import main\n"
        "main()\nknown = 'bce_lint.analysis.project.project', 'bce_lint.syntax', 'libcst'\nprint(sorted({*known} & {*sys.modules}))\n"
    )
    outputs(run("-c", program, cwd=root))
    (again,) = outputs(run("-c", program, cwd=root))
    assert b"BCE103" in again and again.splitlines()[-1] == b"[]"
