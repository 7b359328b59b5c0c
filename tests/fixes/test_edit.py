"""Edits: what lies outside them stays, and those that meet are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bce_lint.fixes.edit import Edit, Refusal, changed, meet, tidy
from bce_lint.fixes.gates import moved
from bce_lint.ir import Span

TEXTS = st.text(alphabet="ab(\n\r\té\U0001d6fc", max_size=40)


@st.composite
def texts_with_edits(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    """A text and edits of it that do not meet."""
    text = draw(TEXTS)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return text, [Edit("a.py", Span(start, end), draw(TEXTS)) for start, end in pairs]


@given(TEXTS)
def test_no_edits_are_the_identity(text: str) -> None:
    assert changed(text, ()) == text


@given(texts_with_edits())
def test_what_lies_outside_the_edits_stays_byte_for_byte(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    after = changed(text, edits)
    kept_before, kept_after, at, there = [], [], 0, 0
    for edit, new in zip(edits, moved(edits), strict=True):
        assert after[new.start : new.end] == edit.text
        kept_before.append(text[at : edit.span.start])
        kept_after.append(after[there : new.start])
        at, there = edit.span.end, new.end
    assert [*kept_before, text[at:]] == [*kept_after, after[there:]]


@given(texts_with_edits())
def test_the_order_in_which_edits_are_given_does_not_matter(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    assert changed(text, edits[::-1]) == changed(text, edits)


@given(texts_with_edits())
def test_tidy_keeps_edits_that_do_not_meet_and_drops_repetitions(case: tuple[str, list[Edit]]) -> None:
    _, edits = case
    assert sorted(tidy([*edits, *edits])) == sorted(set(edits))


def test_edits_that_share_text_are_refused() -> None:
    with pytest.raises(Refusal, match="overlap"):
        tidy([Edit("a.py", Span(0, 5), "x"), Edit("a.py", Span(3, 8), "y")])


def test_an_edit_inside_a_deletion_goes_with_it() -> None:
    whole = Edit("a.py", Span(0, 9), "")
    assert tidy([Edit("a.py", Span(3, 5), "y"), whole]) == (whole,)


@pytest.mark.parametrize(
    ("a", "b", "together"), [((0, 3), (3, 5), False), ((0, 4), (3, 5), True), ((2, 2), (2, 2), True), ((2, 2), (2, 5), True)]
)
def test_which_changes_meet(a: tuple[int, int], b: tuple[int, int], together: bool) -> None:
    assert meet(Span(*a), Span(*b)) is meet(Span(*b), Span(*a)) is together
