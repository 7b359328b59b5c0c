"""Sequences of unknown length allow whatever Python makes of each of the lists that they stand for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bce_lint.analysis.domain import sequences
from bce_lint.analysis.domain.values import Seq, Value, const, join_all, options
from tests.analysis.domain.test_values import _fits, _lengthened, above

LETTERS = st.sampled_from([const(letter) for letter in "abcdef"])
ends = st.lists(LETTERS, max_size=3).map(tuple)
seqs = st.one_of(st.builds(Seq, ends), st.builds(Seq, ends, LETTERS, ends))
places = st.integers(-9, 9)
bounds = st.one_of(st.none(), places)
extras = st.integers(0, 6)


@given(seqs, extras, places)
def test_what_stands_at_a_place(seq: Seq, extra: int, index: int) -> None:
    items = _lengthened(seq, extra)
    found = join_all(sequences.standing(seq, index))
    if -len(items) <= index < len(items):
        assert found is not None and above(found, items[index])
    elif seq.exact:
        assert found is None


@given(seqs, extras, bounds, bounds, st.sampled_from([None, 1, 2, -1, -2]))
def test_a_slice(seq: Seq, extra: int, low: int | None, high: int | None, step: int | None) -> None:
    assert _fits(sequences.cut(seq, low, high, step), _lengthened(seq, extra)[low:high:step])


@given(seqs, extras, places, LETTERS)
def test_an_element_is_inserted(seq: Seq, extra: int, index: int, value: Value) -> None:
    items = list(_lengthened(seq, extra))
    items.insert(index, value)
    assert _fits(sequences.inserted(seq, index, value), tuple(items))


@given(seqs, extras, places)
def test_an_element_is_removed(seq: Seq, extra: int, index: int) -> None:
    items = list(_lengthened(seq, extra))
    left = sequences.removed(seq, index)
    if -len(items) <= index < len(items):
        del items[index]
        assert left is not None and _fits(left, tuple(items))
    else:
        assert left is None or not seq.exact


@given(seqs, extras)
def test_the_other_way_round(seq: Seq, extra: int) -> None:
    assert _fits(sequences.backwards(seq), _lengthened(seq, extra)[::-1])
    assert sequences.backwards(sequences.backwards(seq)) == seq


@given(seqs, extras, st.one_of(st.none(), st.integers(-1, 4)), st.integers(0, 4))
def test_several_times(seq: Seq, extra: int, times: int | None, any_number: int) -> None:
    found = sequences.several(seq, times, 4)
    assert _fits(found, _lengthened(seq, extra) * (any_number if times is None else times))


@given(seqs)
def test_what_is_known_stays_known(seq: Seq) -> None:
    assert [len(options(join_all(sequences.standing(seq, i)) or const(0))) for i in range(len(seq.prefix))] == [1] * len(seq.prefix)
    assert sequences.cut(seq, None, None, None) == seq
    assert sequences.removed(sequences.inserted(seq, 0, const("x")), 0) == seq
