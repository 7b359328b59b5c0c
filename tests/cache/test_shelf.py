"""Damage: whatever happens to the file, an answer is right or there is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bce_lint.cache import answers
from bce_lint.cache.shelf import Shelf
from bce_lint.diagnostic import Diagnostic, Edit, Fix, Label, Location, Position

KNOWN = {f"{number:032x}": f'[["answer {number}"],{{}}]' for number in range(5)}

positions = st.builds(Position, st.integers(1, 9_999), st.integers(1, 9_999))
locations = st.builds(Location, st.text(), positions, positions)
fixes = st.builds(Fix, st.sampled_from(["safe", "unsafe", "display-only"]), st.text(), st.tuples(st.builds(Edit, locations, st.text())))
labels = st.lists(st.builds(Label, st.text(), locations), max_size=3).map(tuple)
diagnostics = st.builds(Diagnostic, st.text(), st.text(), st.text(), locations, st.text(), labels, st.none() | fixes)


@given(st.lists(diagnostics, max_size=3), st.dictionaries(st.text(), st.text(), max_size=2))
def test_an_answer_comes_back_as_it_was(found: list[Diagnostic], outside: dict[str, str]) -> None:
    text = answers.encode(found, outside)
    assert "\n" not in text
    assert answers.decode(text) == (tuple(found), outside)


NONE_OF_OURS = ["", "{}", "[]", "[1,2,3]", "[[1],{}]", '[[["a"]],{}]', '[[["a","b","c",["p",1],"e",[],null]],{}]', "[[],[1]]"]


@pytest.mark.parametrize("text", NONE_OF_OURS)
def test_what_is_no_answer_is_refused(text: str) -> None:
    with pytest.raises((ValueError, TypeError, KeyError, IndexError)):
        answers.decode(text)


def filled(folder: Path) -> Path:
    """A file with all the known answers."""
    one = Shelf(str(folder), "state")
    for question, answer in KNOWN.items():
        one.put(question, answer)
    return folder / "state.answers"


def test_answers_come_back(tmp_path: Path) -> None:
    filled(tmp_path / "deep" / "down")
    again = Shelf(str(tmp_path / "deep" / "down"), "state")
    assert {question: again.get(question) for question in KNOWN} == KNOWN
    assert again.get("f" * 32) is None


def test_the_last_answer_counts(tmp_path: Path) -> None:
    filled(tmp_path)
    Shelf(str(tmp_path), "state").put("0" * 32, "new")
    assert Shelf(str(tmp_path), "state").get("0" * 32) == "new"


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_damage_is_a_miss(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = filled(tmp_path_factory.mktemp("shelf"))
    content = bytearray(path.read_bytes())
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 80)))
    content[start:end] = data.draw(st.binary(max_size=8))
    path.write_bytes(content)
    kept = Shelf(str(path.parent), "state")
    assert all(kept.get(question) in (answer, None) for question, answer in KNOWN.items())
    kept.put("f" * 32, "more")
    kept.put("e" * 32, "and more")
    assert Shelf(str(path.parent), "state").get("e" * 32) == "and more"
