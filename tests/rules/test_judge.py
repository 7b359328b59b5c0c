"""Who speaks at a place, what is merged, and what happens when a rule fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

import bce_lint.rules.judge as mechanism
from bce_lint.analysis.domain.tensor import Origin, Place, Tensor
from bce_lint.analysis.sites import ChoiceSite, ConstructorSite, LossSite, OptionSite, Site, UndecidedArm
from bce_lint.catalog import losses
from bce_lint.catalog.schema import Domain
from bce_lint.fixes.intent import Change
from bce_lint.ir import Span
from bce_lint.rules.judge import MAX_LABELS, Judged, judge
from bce_lint.rules.registry import BY_CODE, default_codes
from bce_lint.rules.rule import Finding, Rule

BCE = losses.MODULES["torch.nn.BCELoss"]
LOGITS_BCE = losses.MODULES["torch.nn.BCEWithLogitsLoss"]


def place(start: int, path: str = "train.py") -> Place:
    return Place(path, Span(start, start + 5), "p")


def sigmoid(at: int) -> Tensor:
    return Tensor(Domain.PROBABILITY, origin=(Origin("sigmoid", Domain.PROBABILITY, place(at, "net.py")),), model=True)


def site(*values: Tensor, at: int = 0) -> LossSite:
    return LossSite(BCE, "criterion", place(at), place(at), (), values, ())


def told(*sites: Site) -> list[str]:
    return [judged.rule.code for judged in judge(sites, default_codes())]


LOGITS = Tensor(Domain.LOGITS, origin=(Origin("Linear", Domain.LOGITS, place(70, "net.py")),), model=True)
TWICE = replace(sigmoid(10), inner=sigmoid(20).origin)
INTEGERS = Tensor(dtype="int64")


@pytest.mark.parametrize(
    ("sites", "expected"),
    [
        pytest.param([site(sigmoid(10))], ["BCE101"], id="alone"),
        pytest.param([site(TWICE)], ["BCE107"], id="twice before redundant"),
        pytest.param([replace(site(sigmoid(10)), autocast="on")], ["BCE102"], id="autocast before redundant"),
        pytest.param([replace(site(TWICE), autocast="on")], ["BCE102"], id="autocast before twice"),
        pytest.param([replace(site(LOGITS), autocast="on")], ["BCE102"], id="autocast before range"),
        pytest.param([replace(site(LOGITS), rival=(LOGITS_BCE, place(90)))], ["BCE106"], id="conflict before range"),
        pytest.param([replace(site(LOGITS), rival=(LOGITS_BCE, place(90)), autocast="on")], ["BCE106"], id="conflict before autocast"),
        pytest.param([site(sigmoid(10)), site(LOGITS)], ["BCE105"], id="two callers, the worse one"),
        pytest.param([site(sigmoid(10)), site(LOGITS, at=300)], ["BCE101", "BCE105"], id="two places"),
        pytest.param([replace(site(sigmoid(10)), target=(INTEGERS,))], ["BCE101", "BCE301"], id="the target is another matter"),
        pytest.param([replace(site(INTEGERS), target=(sigmoid(10),), autocast="on")], ["BCE202"], id="swapped before autocast"),
        pytest.param(
            [replace(site(INTEGERS), target=(sigmoid(10),)), replace(site(sigmoid(10)), target=(INTEGERS,))],
            ["BCE202"],
            id="swapped hides the target's dtype",
        ),
        pytest.param(
            [ConstructorSite(BCE, "nn.BCELoss", place(0), "it is given a tensor"), replace(site(sigmoid(10)), target=(INTEGERS,))],
            ["BCE201"],
            id="the constructor speaks alone",
        ),
        pytest.param(
            [site(sigmoid(10)), OptionSite(BCE, "F.binary_cross_entropy", place(0), (("reduce", False, place(0)),), True)],
            ["BCE101", "BCE203"],
            id="options are another matter",
        ),
    ],
)
def test_who_speaks(sites: list[Site], expected: list[str]) -> None:
    assert told(*sites) == expected


def test_paths_to_one_call_are_one_finding_with_the_labels_of_all() -> None:
    (found,) = judge([site(sigmoid(40)), site(sigmoid(20)), site(sigmoid(40))], default_codes())
    assert found.labels == (("sigmoid applied here", place(20, "net.py")), ("sigmoid applied here", place(40, "net.py")))


def test_the_order_of_sites_changes_nothing() -> None:
    sites = [site(sigmoid(40)), site(LOGITS, at=100), site(sigmoid(20), sigmoid(60))]
    assert judge(sites, default_codes()) == judge(sites[::-1], default_codes())


def test_labels_are_few_and_never_the_place_itself() -> None:
    (found,) = judge([replace(site(*map(sigmoid, range(100, 400, 10))), caller=place(0))], default_codes())
    assert len(found.labels) == MAX_LABELS
    assert all(label_place != found.place for _, label_place in found.labels)


def test_selection_does_not_change_who_speaks() -> None:
    under_autocast = replace(site(sigmoid(10)), autocast="on")
    assert judge([under_autocast], frozenset({"BCE101"})) == []


def test_findings_are_sorted() -> None:
    places = [judged.place.span.start for judged in judge([site(sigmoid(1), at=9), site(sigmoid(1), at=3)], default_codes())]
    assert places == [3, 9]


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        pytest.param([[site(sigmoid(10))], [site(sigmoid(20))]], ["BCE101"], id="agreed"),
        pytest.param([[site(sigmoid(10))], [replace(site(sigmoid(10)), autocast="on")]], ["BCE101"], id="agreed but for one"),
        pytest.param([[site(sigmoid(10))], [site(LOGITS)]], [], id="not agreed"),
        pytest.param([[site(sigmoid(10))], []], [], id="one says nothing"),
        pytest.param([[site(sigmoid(10))], [site(sigmoid(10), at=99)]], [], id="at two places"),
        pytest.param([], [], id="no choice"),
    ],
)
def test_choices_must_agree(choices: list[list[Site]], expected: list[str]) -> None:
    assert told(ChoiceSite(tuple(map(tuple, choices)))) == expected


def test_the_labels_of_all_choices_are_kept() -> None:
    (found,) = judge([ChoiceSite(((site(sigmoid(10)),), (site(sigmoid(20)),)))], default_codes())
    assert [place.span.start for _, place in found.labels] == [10, 20]


def _fails(site: Site) -> Iterator[Finding]:
    if isinstance(site, LossSite):
        raise LookupError("no such\nthing")
    yield Finding("seen", place=place(77))


def test_a_rule_that_fails_is_reported_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mechanism, "RULES", (Rule("BCE999", "bad", _fails, "doc"), BY_CODE["BCE101"]))
    option = OptionSite(BCE, "nn.BCELoss", place(5), (), False)
    found = judge([site(sigmoid(10)), option], frozenset({"BCE101", "BCE900", "BCE999"}))
    assert found == [
        Judged(BY_CODE["BCE101"], place(0), found[0].message, (("sigmoid applied here", place(10, "net.py")),), found[0].intents),
        Judged(BY_CODE["BCE900"], place(0), "internal error in the rule bad (BCE999): LookupError: no such thing", ()),
        Judged(found[2].rule, place(77), "seen", ()),
    ]
    assert [fix.change for fix in found[0].intents] == [Change.FUSE]
    failed = judge([ChoiceSite(((site(sigmoid(10)),), (option,)))], frozenset({"BCE900", "BCE999"}))
    assert [judged.rule.code for judged in failed] == ["BCE900"]


WIDE, NARROW = Tensor(shape=(4, 3)), Tensor(shape=(4,))
OUTER, INNER = UndecidedArm((place(100).range,), True), UndecidedArm((place(200).range,), True)


def other(arm: UndecidedArm) -> UndecidedArm:
    return arm._replace(taken=not arm.taken)


def shaped(at: int, *arms: UndecidedArm) -> LossSite:
    return LossSite(LOGITS_BCE, "criterion", place(at), place(at), (), (WIDE,), (NARROW,), arms=arms)


def test_a_shape_is_wrong_where_every_arm_is() -> None:
    assert told(shaped(0)) == ["BCE401"]
    assert told(shaped(0, OUTER)) == []
    assert told(shaped(0, OUTER), shaped(10, other(OUTER))) == ["BCE401"] * 2
    assert told(shaped(0, OUTER), shaped(10)) == ["BCE401"]
    assert told(shaped(0, OUTER), shaped(10, other(INNER))) == []


def test_an_arm_is_wrong_where_all_arms_in_it_are() -> None:
    within = [shaped(10, other(OUTER), INNER), shaped(20, other(OUTER), other(INNER))]
    assert told(shaped(0, OUTER), within[0]) == []
    assert told(*within) == []
    assert told(shaped(0, OUTER), *within) == ["BCE401"] * 3


def test_other_rules_ask_no_arms() -> None:
    assert told(replace(site(sigmoid(1)), contract=LOGITS_BCE, arms=(OUTER,))) == ["BCE103"]
