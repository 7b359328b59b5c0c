"""Damage: whatever happens to the file, an answer is right or there is none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bce_lint.cache import answers, shelf
from bce_lint.cache.key import Signer
from bce_lint.cache.shelf import Shelf
from bce_lint.diagnostic import Diagnostic, Edit, Fix, Label, Location, Position, Unanalysed

STATE = "0" * 32
KEY = Signer(b"a key")
KNOWN = {f"{number:032x}": f'[["answer {number}"],{{}}]' for number in range(5)}

positions = st.builds(Position, st.integers(1, 9_999), st.integers(1, 9_999))
locations = st.builds(Location, st.text(), positions, positions)
fixes = st.builds(Fix, st.sampled_from(["safe", "unsafe", "display-only"]), st.text(), st.tuples(st.builds(Edit, locations, st.text())))
labels = st.lists(st.builds(Label, st.text(), locations), max_size=3).map(tuple)
functions = st.lists(st.builds(Unanalysed, st.text(), st.integers(1, 9_999), st.text(), st.text()), max_size=2)
diagnostics = st.builds(Diagnostic, st.text(), st.text(), st.text(), locations, st.text(), labels, st.none() | fixes)


@given(st.lists(diagnostics, max_size=3), st.dictionaries(st.text(), st.text(), max_size=2), functions)
def test_an_answer_comes_back_as_it_was(found: list[Diagnostic], outside: dict[str, str], left: list[Unanalysed]) -> None:
    answer = answers.Answer(tuple(found), outside, ("a.py",), tuple(left))
    text = answers.encode(answer)
    assert "\n" not in text
    assert answers.decode(text) == answer


NONE_OF_OURS = [
    "", "{}", "[]", "[1,2,3]", "[[1],{}]", '[[["a"]],{}]', '[[["a","b","c",["p",1],"e",[],null]],{}]', "[[],[1]]", "[[],{},[]]",
    "[[],{},[],[1]]",
]  # fmt: skip


@pytest.mark.parametrize("text", NONE_OF_OURS)
def test_what_is_no_answer_is_refused(text: str) -> None:
    with pytest.raises((ValueError, TypeError, KeyError, IndexError)):
        answers.decode(text)


def filled(folder: Path) -> Path:
    """A file with all the known answers."""
    one = Shelf(str(folder), "project", STATE, KEY)
    for question, answer in KNOWN.items():
        one.put(question, answer)
    return folder / "project" / f"{STATE}.answers"


def test_answers_come_back(tmp_path: Path) -> None:
    filled(tmp_path / "deep" / "down")
    again = Shelf(str(tmp_path / "deep" / "down"), "project", STATE, KEY)
    assert {question: again.get(question) for question in KNOWN} == KNOWN
    assert again.get("f" * 32) is None


def test_the_last_answer_counts(tmp_path: Path) -> None:
    filled(tmp_path)
    Shelf(str(tmp_path), "project", STATE, KEY).put("0" * 32, "new")
    assert Shelf(str(tmp_path), "project", STATE, KEY).get("0" * 32) == "new"


def got(kept: Shelf, question: str) -> str | None:
    """An answer, None where it is no text."""
    try:
        return kept.get(question)
    except ValueError:
        return None


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_damage_is_a_miss(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = filled(tmp_path_factory.mktemp("shelf"))
    content = bytearray(path.read_bytes())
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 80)))
    content[start:end] = data.draw(st.binary(max_size=8))
    path.write_bytes(content)
    kept = Shelf(str(path.parents[1]), "project", STATE, KEY)
    assert all(got(kept, question) in (answer, None) for question, answer in KNOWN.items())
    kept.put("f" * 32, "more")
    kept.put("e" * 32, "and more")
    assert Shelf(str(path.parents[1]), "project", STATE, KEY).get("e" * 32) == "and more"


def test_what_is_no_file_of_ours_is_not_read(tmp_path: Path) -> None:
    path = filled(tmp_path)
    path.unlink()
    os.mkfifo(path)
    assert Shelf(str(tmp_path), "project", STATE, KEY).get("0" * 32) is None
    path.unlink()
    with path.open("wb") as stream:
        stream.truncate(shelf.LIMIT + 1)
    large = Shelf(str(tmp_path), "project", STATE, KEY)
    assert large.get("0" * 32) is None
    large.put("0" * 32, "new")
    assert Shelf(str(tmp_path), "project", STATE, KEY).get("0" * 32) == "new"


def test_links_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "ours").symlink_to(tmp_path / "theirs")
    one = Shelf(str(tmp_path / "ours"), "project", STATE, KEY)
    one.put("0" * 32, "answer")
    assert one.get("0" * 32) == "answer"
    assert list((tmp_path / "theirs").iterdir()) == []
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / ".gitignore").symlink_to(tmp_path / "victim")
    Shelf(str(tmp_path / "cache"), "project", STATE, KEY).put("0" * 32, "answer")
    assert not (tmp_path / "victim").exists()
    assert (tmp_path / "cache" / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_a_file_beside_that_was_cut_off_is_made_whole(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_bytes(b"")
    filled(tmp_path)
    assert (tmp_path / ".gitignore").read_bytes() == b"*\n"
