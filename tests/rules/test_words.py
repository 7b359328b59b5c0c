"""The words of findings and selectors at their boundaries: what is quoted, which label is said, what a mistyped name is close to."""

from __future__ import annotations

import pytest

from bce_lint.analysis.domain.tensor import Assumed, Origin, Place, Tensor
from bce_lint.analysis.sites import LossSite
from bce_lint.catalog import losses
from bce_lint.catalog.schema import Domain
from bce_lint.ir import Span
from bce_lint.records import changed
from bce_lint.rules import messages, pages, selection
from bce_lint.rules.judge import MAX_LABELS, Judged, _labels
from bce_lint.rules.registry import BY_CODE

BCE = losses.MODULES["torch.nn.BCELoss"]
RULE = BY_CODE["BCE101"]


def place(start: int, path: str = "a.py", text: str = "") -> Place:
    return Place(path, Span(start, start + 5), text)


@pytest.mark.parametrize(
    ("text", "quoted"),
    [("a", "`a`"), ("a\n  b", "`a b`"), ("a" * 60, f"`{'a' * 60}`"), ("a" * 61, f"`{'a' * 59}…`"), ("", "``")],
)
def test_source_in_a_message(text: str, quoted: str) -> None:
    assert messages.quoted(text) == quoted


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("nn.BCELoss", "`nn.BCELoss`"), ("F.binary_cross_entropy", "`F.binary_cross_entropy`"), ("criterion", "`criterion` (`BCELoss`)"),
        ("BCELoss()", "`BCELoss()`"), ("self.loss.BCELoss(x)", "`self.loss.BCELoss(x)`"), ("nn.BCELo…", "`nn.BCELo…`"),
        ("nn.BCEx…", "`nn.BCEx…` (`BCELoss`)"), ("nn.BCELo", "`nn.BCELo` (`BCELoss`)"),
    ],
)  # fmt: skip
def test_a_loss_by_its_name(written: str, named: str) -> None:
    assert messages.loss_name(BCE, written) == named
    assert messages.loss(LossSite(BCE, written, place(0), place(0), (), (), ())) == named


@pytest.mark.parametrize(
    ("domain", "word"),
    [
        (Domain.LOGITS, "logits made here"), (Domain.PROBABILITY, f"{Domain.PROBABILITY.value} applied here"),
        (Domain.CATEGORICAL, f"{Domain.CATEGORICAL.value} applied here"), (Domain.UNKNOWN, "`op` applied here"),
        (Domain.LOG_PROBABILITY, f"{Domain.LOG_PROBABILITY.value} applied here"),
        (Domain.LOG_CATEGORICAL, f"{Domain.LOG_CATEGORICAL.value} applied here"), (Domain.LABEL, "`op` applied here"),
    ],
)  # fmt: skip
def test_a_label_for_what_made_a_value(domain: Domain, word: str) -> None:
    made = Tensor(domain, origin=(Origin("op", domain, place(9)),))
    assert messages.origins((made,)) == ((word, place(9)),)


def test_what_a_loss_was_given() -> None:
    named, bare = Origin("op", Domain.LOGITS, place(9, text="x.op()")), Origin("op", Domain.LOGITS, place(9))
    assert messages.source(named, "it") == "the output of `x.op()`"
    assert messages.source(bare, "it") == "the output of `op`"
    assert messages.source(None, "it") == "it"
    site = LossSite(BCE, "loss", place(0), place(0), (), (Tensor(origin=(named,)),), ())
    assert messages.got(site, "it") == "the output of `x.op()`"
    assert messages.got(changed(site, input=()), "it") == messages.got(changed(site, input=(Tensor(),)), "it") == "it"


def test_the_way_to_a_loss() -> None:
    site = LossSite(BCE, "loss", place(0), place(0), (), (), ())
    assert messages.way(site) == ()
    assert messages.way(changed(site, call=place(20))) == ((messages.COMPUTED, place(20)),)
    assert messages.way(changed(site, made=place(7))) == ()
    assert messages.way(changed(site, made=place(7, "b.py"))) == (("`BCELoss` made here", place(7, "b.py")),)
    assert messages.way(changed(site, path=(place(0), place(30), place(20)), call=place(20))) == (
        (messages.HANDED_ON, place(30)), (messages.COMPUTED, place(20)),
    )  # fmt: skip
    assert messages.way(changed(site, caller=place(40))) == ((messages.CALLED_FROM, place(40)),)
    target = changed(site, target_place=place(50), target=(Tensor(Domain.LOGITS, origin=(Origin("op", Domain.LOGITS, place(9)),)),))
    assert messages.target_labels(target) == ((messages.LOGITS_MADE, place(9)), (messages.TARGET_GIVEN, place(50)))
    assert messages.target_labels(site) == messages.input_labels(site) == ()


def test_sizes_that_are_defaults() -> None:
    size = Assumed.at(3, place(4, text="classes"))
    assert messages.assumed(Tensor(shape=(2, size)), Tensor(shape=(size, size)), Tensor()) == (
        ("`classes` is 3 where the constructor is not given another", place(4, text="classes")),
    )
    assert messages.assumed(Tensor(shape=(2, None))) == ()


def test_labels_of_one_finding_are_said_once_and_not_at_its_own_place() -> None:
    here = Judged(RULE, place(0), "m", (("a", place(0)), ("a", place(1)), ("b", place(1)), ("a", place(1, text="x"))))
    assert _labels([here, here]) == (("a", place(1)), ("b", place(1)))
    many = Judged(RULE, place(0), "m", tuple(("a", place(at)) for at in range(1, 40)))
    assert _labels([many]) == tuple(("a", place(at)) for at in range(1, MAX_LABELS + 1))


def test_how_exact_a_selector_is() -> None:
    assert [selection.breadth(one) for one in ("BCE", "BCE1", "BCE10", "BCE101", RULE.name)] == [3, 4, 5, 6, 6]
    assert selection.split(["BCE1, BCE2", ",", " x ", ""]) == ["BCE1", "BCE2", "x"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("BC101", "; did you mean BCE101?"), ("bce101", "; did you mean BCE101?"),
     (RULE.name[:-1], f"; did you mean {RULE.name}?"), ("words", ""), ("", "")],
)  # fmt: skip
def test_what_a_mistyped_selector_is_close_to(typed: str, meant: str) -> None:
    assert selection.nearest(typed) == meant
    with pytest.raises(ValueError, match="no rule is called"):
        selection.codes(typed)


def test_how_alike_two_words_are() -> None:
    assert selection._likeness("BCE", "bce") == (1.0, 3)
    assert selection._likeness("abc", "xyz") == (0.0, 0)
    assert selection._likeness("abcd", "abxx") == (0.5, 2)
    assert selection._likeness("ab", "xab") == (0.8, 0)


def test_a_readme_without_its_marks() -> None:
    begin, end = pages.BEGIN, pages.END
    assert pages.with_table(f"a{begin}old{end}z") == f"a{begin}{pages.table()}{end}z"
    for readme in ("", begin, f"{begin}old", f"old{end}", f"{end}old{begin}"):
        with pytest.raises(ValueError, match=r"the README has no table between <!-- The rules, .* and <!-- The end of the rules -->"):
            pages.with_table(readme)
    assert begin.endswith("README.md` -->\n\n") and end == "\n<!-- The end of the rules -->\n"
