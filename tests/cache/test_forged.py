"""A cache that came with a repository: whatever it holds, it neither hides a finding nor prints what it likes."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bce_lint.cache import FOLDER, Cache, shelf
from bce_lint.cache.key import Signer
from bce_lint.diagnostic import Diagnostic
from bce_lint.engine import check
from bce_lint.rules.registry import default_codes
from bce_lint.source.discover import discover

NET = "import torch\n\n\ndef squash(x):\n    return torch.sigmoid(x)\n"
TRAIN = """\
from torch import nn
from net import squash

layer = nn.Linear(4, 1)


def step(x, y):
    return nn.BCEWithLogitsLoss()(squash(layer(x)), y)
"""
OURS, THEIRS = Signer(b"our own key"), Signer(b"the key of somebody else")
NOTHING, LIE = b"[[],{},[],[],[0,0],0]", b'[[["BCE103","n","\\u001b[2Jlie",["train.py",1,1,1,2],"error",[],null,""]],{},[],[],[0,0],0]'


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one finding; the current folder."""
    made = tmp_path / "project"
    made.mkdir()
    for name, text in {"pyproject.toml": "", "net.py": NET, "train.py": TRAIN}.items():
        (made / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(made)
    return made


def lint(key: Signer | None = OURS) -> tuple[Diagnostic, ...]:
    """Lints the current folder, with a cache where there is a key."""
    return check(discover((".",)).files, default_codes(), fixes=True, cache=None if key is None else Cache(key=key)).diagnostics


def answers(root: Path) -> Path:
    """The file with the answers."""
    (path,) = (root / FOLDER).rglob("*.answers")
    return path


def resigned(path: Path, answer: bytes, key: Signer) -> bytes:
    """The line of a file with another answer, signed with a key."""
    question = path.read_bytes().split(b" ")[0]
    made = shelf.Shelf(str(path.parents[1]), path.parent.name, path.stem, key).signature(question, answer)
    return question + b" " + made + b" " + answer + b"\n"


@pytest.mark.parametrize("answer", [NOTHING, LIE], ids=["nothing", "a lie"])
def test_what_our_key_signs_would_be_believed(root: Path, answer: bytes) -> None:
    lint()
    answers(root).write_bytes(resigned(answers(root), answer, OURS))
    assert [one.message for one in lint()] == (["\x1b[2Jlie"] if answer == LIE else [])


@pytest.mark.parametrize("answer", [NOTHING, LIE], ids=["nothing", "a lie"])
@pytest.mark.parametrize("key", [THEIRS, Signer(b"\0"), Signer(b"our own ke")], ids=["another", "zero", "shorter"])
def test_what_another_key_signs_is_a_miss(root: Path, answer: bytes, key: Signer) -> None:
    plain = lint(None)
    lint()
    answers(root).write_bytes(resigned(answers(root), answer, key))
    assert lint() == plain == lint()


def test_the_answers_of_another_user_are_a_miss(root: Path) -> None:
    plain = lint(None)
    lint(THEIRS)
    theirs = answers(root).read_bytes()
    assert lint() == plain
    assert answers(root).read_bytes().startswith(theirs)


def unsigned(line: bytes) -> bytes:
    """An answer without a signature."""
    return line.split(b" ")[0] + b"  " + NOTHING + b"\n"


def another_answer(line: bytes) -> bytes:
    """Another answer under the signature of the right one."""
    return b" ".join((*line.split(b" ")[:2], NOTHING)) + b"\n"


def longer(line: bytes) -> bytes:
    """Something behind the answer."""
    return line.rstrip(b"\n") + b" \n"


@pytest.mark.parametrize("forge", [unsigned, another_answer, longer], ids=lambda forge: forge.__name__)
def test_a_forged_line_is_a_miss(root: Path, forge: Callable[[bytes], bytes]) -> None:
    plain = lint(None)
    lint()
    answers(root).write_bytes(forge(answers(root).read_bytes()))
    assert lint() == plain


def test_a_question_of_another_answer_is_a_miss(root: Path) -> None:
    plain = lint(None)
    lint()
    (root / "train.py").write_text(TRAIN.replace("squash(layer(x))", "layer(x)"), encoding="utf-8")
    assert lint() == ()
    (clean,) = (path for path in (root / FOLDER).rglob("*.answers") if b"BCE103" not in path.read_bytes())
    (root / "train.py").write_text(TRAIN, encoding="utf-8")
    (found,) = (path for path in (root / FOLDER).rglob("*.answers") if b"BCE103" in path.read_bytes())
    shutil.copy(clean, found)  # the answer of an older state under the name of this one
    assert lint() == plain


def test_the_answers_of_another_project_are_a_miss(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = lint(None)
    other = root.parent / "other"
    shutil.copytree(root, other)
    (other / "train.py").write_text("", encoding="utf-8")
    monkeypatch.chdir(other)
    assert lint() == ()
    monkeypatch.chdir(root)
    lint()
    for path in (other / FOLDER).rglob("*.answers"):
        shutil.copy(path, answers(root))
    assert lint() == plain
    shutil.rmtree(root / FOLDER)
    shutil.copytree(other / FOLDER, root / FOLDER)
    assert lint() == plain


VICTIM = b"not yours\n"


def a_link(path: Path, victim: Path) -> None:
    """A link in place of the file."""
    path.unlink()
    path.symlink_to(victim)


def a_hard_link(path: Path, victim: Path) -> None:
    """Another name of a file in place of the file."""
    path.unlink()
    os.link(victim, path)


def a_linked_folder(path: Path, victim: Path) -> None:
    """A link in place of the project's folder of the cache."""
    shutil.rmtree(path.parent)
    (victim.parent / path.name).write_bytes(VICTIM)
    path.parent.symlink_to(victim.parent)


def a_linked_cache(path: Path, victim: Path) -> None:
    """A link in place of the whole cache."""
    shutil.rmtree(path.parents[1])
    path.parents[1].symlink_to(victim.parent)


def a_folder(path: Path, _: Path) -> None:
    """A folder in place of the file."""
    path.unlink()
    path.mkdir()


def a_pipe(path: Path, _: Path) -> None:
    """A pipe in place of the file."""
    path.unlink()
    os.mkfifo(path)


def a_file_for_the_cache(path: Path, _: Path) -> None:
    """A file in place of the whole cache."""
    shutil.rmtree(path.parents[1])
    path.parents[1].write_bytes(VICTIM)


def links_beside(path: Path, victim: Path) -> None:
    """Links in place of the files that keep version control out."""
    path.unlink()
    for number, name in enumerate((".gitignore", ".hgignore", "CACHEDIR.TAG")):
        (path.parents[1] / name).unlink()
        if number:
            os.link(victim, path.parents[1] / name)
        else:
            (path.parents[1] / name).symlink_to(victim)


PLACES = [a_link, a_hard_link, a_linked_folder, a_linked_cache, a_folder, a_pipe, a_file_for_the_cache, links_beside]


@pytest.mark.parametrize("put", PLACES, ids=lambda put: put.__name__)
@pytest.mark.parametrize("content", [VICTIM, None], ids=["foreign", "answers"])
def test_what_stands_in_its_place_is_neither_read_nor_written(root: Path, put: Callable[[Path, Path], None], content: bytes | None) -> None:
    plain = lint(None)
    lint()
    path = answers(root)
    (root.parent / "theirs").mkdir()
    victim = root.parent / "theirs" / "victim"
    victim.write_bytes(resigned(path, NOTHING, OURS) if content is None else content)
    before = victim.read_bytes()
    put(path, victim)
    listed = sorted((root.parent / "theirs").iterdir())
    assert lint() == lint() == plain
    assert victim.read_bytes() == before
    assert sorted((root.parent / "theirs").iterdir()) == listed
    assert all(other.read_bytes() in (before, VICTIM) for other in listed)


FLOODS = {"ends": b"\n" * shelf.LIMIT, "lines": b"x y\n" * (shelf.LIMIT // 4), "zeros": b"\0" * shelf.LIMIT}


@pytest.mark.parametrize("content", FLOODS.values(), ids=FLOODS)
def test_many_lines_cost_little_and_make_room(root: Path, content: bytes) -> None:
    plain = lint(None)
    lint()
    answers(root).write_bytes(content)
    start = time.process_time()
    kept = shelf.Shelf(str(root / FOLDER), answers(root).parent.name, answers(root).stem, OURS)
    assert len(kept._lines) <= 1 and time.process_time() - start < 2
    assert lint() == plain == lint()
    if content[:1] != b"\0":
        assert answers(root).stat().st_size < 100_000


def test_a_key_is_not_kept_beside_what_it_signs(root: Path) -> None:
    lint()
    text = b"".join(path.read_bytes() for path in (root / FOLDER).rglob("*") if path.is_file())
    assert OURS.secret not in text and OURS.secret.hex().encode() not in text
