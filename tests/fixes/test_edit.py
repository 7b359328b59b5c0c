"""Edits: what lies outside them stays, and those that meet are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bce_lint.diagnostic import Edit
from bce_lint.fixes.edit import Refusal, changed, meet, moved, spans, tidy
from bce_lint.ir import Span
from bce_lint.source.text import SourceText, decode

TEXTS = st.text(alphabet="ab(\n\r\té\U0001d6fc", max_size=40)


def source_of(text: str) -> SourceText:
    """A text as it is read from a file."""
    return decode(text.encode(), "a.py")


def edit(source: SourceText, start: int, end: int, content: str) -> Edit:
    """An edit by offsets."""
    return Edit(source.location(Span(start, end)), content)


@st.composite
def texts_with_edits(draw: st.DrawFn) -> tuple[SourceText, list[Edit]]:
    """A text and edits of it that do not meet."""
    source = source_of(draw(TEXTS))
    cuts = sorted(draw(st.sets(st.integers(0, len(source.text)), max_size=8)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return source, [edit(source, start, end, draw(TEXTS)) for start, end in pairs]


@given(TEXTS)
def test_no_edits_are_the_identity(text: str) -> None:
    assert changed(source_of(text), ()) == text


@given(TEXTS, st.data())
def test_offsets_become_rows_and_columns_and_offsets_again(text: str, data: st.DataObject) -> None:
    source = source_of(text)
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    assert source.span(source.location(Span(start, end))) == (start, end)


@given(texts_with_edits())
def test_what_lies_outside_the_edits_stays_byte_for_byte(case: tuple[SourceText, list[Edit]]) -> None:
    source, edits = case
    after = changed(source, edits)
    kept_before, kept_after, at, there = [], [], 0, 0
    for (old, one), new in zip(spans(source, edits), moved(source, edits), strict=True):
        assert after[new.start : new.end] == one.content
        kept_before.append(source.text[at : old.start])
        kept_after.append(after[there : new.start])
        at, there = old.end, new.end
    assert [*kept_before, source.text[at:]] == [*kept_after, after[there:]]


@given(texts_with_edits())
def test_the_order_in_which_edits_are_given_does_not_matter(case: tuple[SourceText, list[Edit]]) -> None:
    source, edits = case
    assert changed(source, edits[::-1]) == changed(source, edits)


@given(texts_with_edits())
def test_tidy_keeps_edits_that_do_not_meet_and_drops_repetitions(case: tuple[SourceText, list[Edit]]) -> None:
    _, edits = case
    assert sorted(tidy([*edits, *edits])) == sorted(set(edits))


LINE = source_of("f(x, y, z)\n")


def test_edits_that_share_text_are_refused() -> None:
    with pytest.raises(Refusal, match=r"^its changes would overlap$"):
        tidy([edit(LINE, 0, 5, "x"), edit(LINE, 3, 8, "y")])


def test_an_edit_inside_a_deletion_goes_with_it() -> None:
    whole = edit(LINE, 0, 9, "")
    assert tidy([edit(LINE, 3, 5, "y"), whole]) == (whole,)


@pytest.mark.parametrize(
    ("a", "b", "together"), [((0, 3), (3, 5), False), ((0, 4), (3, 5), True), ((2, 2), (2, 2), True), ((2, 2), (2, 5), True)]
)
def test_which_changes_meet(a: tuple[int, int], b: tuple[int, int], together: bool) -> None:
    first, second = (LINE.location(Span(*span)) for span in (a, b))
    assert meet(first, second) is meet(second, first) is together
    assert not meet(first, second._replace(path="b.py"))
