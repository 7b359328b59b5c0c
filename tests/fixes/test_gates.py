"""Each gate holds a bad fix back: whatever a rewrite gets wrong, the files stay as they were."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import pytest

from bce_lint import fix_rounds
from bce_lint.analysis.domain.tensor import Place
from bce_lint.diagnostic import Diagnostic, Edit, Fix, Location, Position
from bce_lint.engine import fix, fix_text
from bce_lint.fix_options import FixOptions
from bce_lint.fixes.apply import MAX_ROUNDS, Checks, Linted, Policy, run
from bce_lint.fixes.edit import SAFE, Refusal
from bce_lint.fixes.gates import check_text, untouched
from bce_lint.fixes.intent import Change, FixIntent
from bce_lint.fixes.kinds import KINDS
from bce_lint.fixes.recorded_project import RecordedProject
from bce_lint.ir import Span
from bce_lint.records import changed
from bce_lint.rules.judge import Judged
from bce_lint.rules.registry import default_codes
from bce_lint.rules.rule import Rule
from bce_lint.source.text import decode
from bce_lint.syntax.parse import against, round_trips

OPTIONS = FixOptions(unsafe=True, fixable=default_codes())
NOT_GIVEN_BACK = "LibCST does not give back the file as it is (a form feed, a lone carriage return, or syntax that it cannot read)"
SWAPPED = """\
import torch
from torch import nn

net = nn.Linear(8, 3)


def step(x, y):
    return nn.CrossEntropyLoss()(y.long(), net(x))
"""


def test_an_integer_of_many_digits_stands_beside_a_fix() -> None:
    for number in ("0x" + "f" * 5000, "-0x" + "f" * 5000, "[0b" + "1" * 20_000 + ", 1]"):
        after, refused = fixed(f"x = {number}\n{SWAPPED}y = f(a={number})\n")
        assert (after, refused) == (f"x = {number}\n{SWAPPED.replace('y.long(), net(x)', 'net(x), y.long()')}y = f(a={number})\n", ())


def test_a_change_of_an_integer_of_many_digits_is_seen() -> None:
    one, two = (f"x = 0x{'f' * 5000}{end}\n" for end in "12")
    assert untouched(one, ast.parse(one), []) != untouched(two, ast.parse(two), [])


def test_names_that_python_cannot_tell_hold_a_fix_back() -> None:
    for bad in ("def g():\n    a = 1\n    global a\n", "nonlocal a\n", "def g(a):\n    nonlocal a\n"):
        after, refused = fixed(SWAPPED + bad)
        assert after == SWAPPED + bad
        assert len(refused) == 1 and "Python cannot tell what the names of the file are: " in refused[0]


def fixed(text: str) -> tuple[str, tuple[str, ...]]:
    """The text after fixing, and what was refused."""
    outcome, _ = fix_text(text.encode(), None, default_codes(), OPTIONS)
    after = outcome.groups[0][0].after.decode() if outcome.groups else text
    return after, outcome.refused


def with_rewrite(monkeypatch: pytest.MonkeyPatch, old: str, new: str) -> None:
    """Makes the fix for swapped arguments replace a piece of text instead."""

    def wrong(project: RecordedProject, intents: Sequence[FixIntent]) -> Fix:
        tree = project.tree(intents[0].site.primary.path)  # type: ignore[union-attr]
        start = tree.text.index(old)
        return Fix(SAFE, "a wrong fix", (tree.edit(Span(start, start + len(old)), new),))

    monkeypatch.setitem(KINDS, Change.SWAP, changed(KINDS[Change.SWAP], build=wrong))


def test_the_right_fix_passes() -> None:
    assert fixed(SWAPPED) == (SWAPPED.replace("(y.long(), net(x))", "(net(x), y.long())"), ())


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("(y.long(), net(x))", "(net(x), y.long()", "the changed text would not parse: "),
        ("(y.long(), net(x))", "(y.long(),  net(x))", "BCE202 would still be there"),
        ("(y.long(), net(x))", "(net(x).softmax(1), y.long())\n\n\nworse = nn.BCELoss(size_average=False)", None),
        ("net = nn.Linear(8, 3)\n", "net = nn.Linear(8, 3)\nother = nn.BCELoss(size_average=False)\n", "BCE202 would still be there"),
    ],
)
def test_a_wrong_fix_is_refused_and_nothing_changes(monkeypatch: pytest.MonkeyPatch, old: str, new: str, reason: str | None) -> None:
    with_rewrite(monkeypatch, old, new)
    after, refused = fixed(SWAPPED)
    if reason is None:
        assert after != SWAPPED  # what a fix brings where it changes the text is for the next round
    else:
        assert after == SWAPPED
        assert len(refused) == 1
        assert reason in refused[0]


SPENT = "def g0(x):\n    return x\n\n\n" + "".join(f"def g{i}(x):\n    return g{i - 1}(g{i - 1}(x))\n\n\n" for i in range(1, 40))
"""Functions that spend every budget."""


@pytest.mark.parametrize(("before", "first"), [("", ""), (SPENT, "    g39(x)\n"), (SPENT, "    squash(net(x))\n    g39(x)\n")])
def test_a_finding_that_appears_elsewhere_is_refused(monkeypatch: pytest.MonkeyPatch, before: str, first: str) -> None:
    text = SWAPPED.replace("net = nn.Linear(8, 3)", "squash = nn.Identity()\nnet = nn.Linear(8, 3)") + (
        f"\n\n{before}def other(x, y):\n{first}    return nn.BCEWithLogitsLoss()(squash(net(x)), y)\n"
    )
    edits = (("(y.long(), net(x))", "(net(x), y.long())"), ("nn.Identity()", "nn.Sigmoid()"))

    def wrong(project: RecordedProject, intents: Sequence[FixIntent]) -> Fix:
        tree = project.tree(intents[0].site.primary.path)  # type: ignore[union-attr]
        found = ((tree.text.index(old), old, new) for old, new in edits)
        return Fix(SAFE, "", tuple(tree.edit(Span(at, at + len(old)), new) for at, old, new in found))

    monkeypatch.setitem(KINDS, Change.SWAP, changed(KINDS[Change.SWAP], build=wrong))
    codes = frozenset({"BCE202", "BCE103"})
    outcome, _ = fix_text(text.encode(), None, codes, FixOptions(True, frozenset({"BCE202"})))
    assert not outcome.groups
    assert [d.code for d in outcome.left] == ["BCE202"]
    assert "would bring BCE103" in outcome.refused[0]


def test_a_form_feed_and_a_lone_carriage_return_are_linted_and_never_fixed() -> None:
    for text in (SWAPPED.replace("def step", "\x0cdef step"), SWAPPED + "x = 1\ry = 2\r"):
        assert not round_trips(text)
        after, refused = fixed(text)
        assert after == text
        assert len(refused) == 1 and refused[0].endswith(NOT_GIVEN_BACK)


@pytest.mark.parametrize(("piece", "most"), [("not ", 700), ("-", 700), ("~", 700), ("lambda: ", 400), ("lambda a=0: ", 200)])
def test_a_text_of_deep_expressions_is_fixed_or_left_with_a_reason(piece: str, most: int) -> None:
    for depth in (50, 150, most):
        text = f"{SWAPPED}z = {piece * depth}y\n"
        after, refused = fixed(text)
        if refused:
            assert after == text and "nested too deeply" in refused[0] and depth > 50
        else:
            assert after == text.replace("(y.long(), net(x))", "(net(x), y.long())")


def test_statements_outside_the_change_may_not_change() -> None:
    before, after = "a = 1\nb = 2\nc = 3\n", "a = 1\nb = 2\nc = 4\n"
    with pytest.raises(Refusal, match=r"^statements outside the change would change$"):
        check_text(source := decode(before.encode(), "x.py"), after, [Edit(source.location(Span(0, 1)), "a")], round_trips, against)


def test_the_end_of_a_text_lies_in_its_last_line() -> None:
    before = "a = 1\nb = 2  # b"
    source = decode(before.encode(), "x.py")
    check_text(source, "a = 1\nb = 2", [Edit(source.location(Span(11, 16)), "")], round_trips, against)


def test_a_text_that_python_does_not_read_is_refused_whatever_else_reads_it() -> None:
    with pytest.raises(Refusal, match=r"^the changed text would not parse$"):
        check_text(decode(b"a = 1\n", "x.py"), "a = (\n", [], round_trips, lambda text: "")


def test_syntax_that_python_does_not_read_before_either_is_let_through() -> None:
    check_text(decode(b"a = (\n", "x.py"), "a = [\n", [], lambda text: True, lambda text: "")


def test_what_an_edit_touches_may_change() -> None:
    before, after = "a = 1\nif a:\n    b = 2\nc = 3\n", "a = 1\nif a:\n    b = f(2)\nc = 3\n"
    check_text(source := decode(before.encode(), "x.py"), after, [Edit(source.location(Span(20, 21)), "f(2)")], round_trips, against)


def test_the_heads_of_blocks_are_compared_too() -> None:
    one, two = (ast.parse(f"for x in {name}:\n    f(x)\n") for name in ("a", "b"))
    assert untouched("for x in a:\n    f(x)\n", one, []) != untouched("for x in b:\n    f(x)\n", two, [])


def test_a_character_that_the_encoding_has_not_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with_rewrite(monkeypatch, "y.long(), net(x)", "net(x), y.long() if '\u03b1' else y.long()")
    data = b"# coding: latin-1\n" + SWAPPED.encode()
    outcome, _ = fix_text(data, None, default_codes(), OPTIONS)
    assert not outcome.groups
    assert len(outcome.refused) == 1


def test_fixing_that_does_not_come_to_an_end_is_told() -> None:
    start = Location("a.py", Position(1, 1), Position(1, 1))
    fix_ = Fix(SAFE, "", (Edit(start, "\n"),))

    def lint(texts: Mapping[str, str]) -> Linted:
        text = texts.get("a.py", "x = 1\n")
        found = Judged(Rule(f"BCE{len(text)}", "", lambda _: iter(()), ""), Place("a.py", Span(0, 0), ""), "", (), fix=fix_)
        shown = partial(Diagnostic, found.rule.code, "", "", start)
        return Linted((found,), (), {"a.py": decode(text.encode(), "a.py")}, lambda _: shown())

    codes = frozenset(f"BCE{n}" for n in range(100))
    fixed_ = run(lint, Policy(SAFE, codes, frozenset({"a.py"})), Checks(round_trips, against))
    assert len(fixed_.applied) == MAX_ROUNDS
    assert "did not come to an end" in fixed_.refused[0]


def test_one_bad_fix_does_not_keep_the_others_back(monkeypatch: pytest.MonkeyPatch) -> None:
    with_rewrite(monkeypatch, "(y.long(), net(x))", "(y.long(),  net(x))")
    text = SWAPPED + "\n\nold = nn.BCELoss(size_average=False)\n"
    after, refused = fixed(text)
    assert after == text.replace("size_average=False", 'reduction="sum"')
    assert len(refused) == 1


def test_a_text_is_asked_once_whether_it_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    with_rewrite(monkeypatch, "(y.long(), net(x))", "(y.long(),  net(x))")
    texts: list[str] = []

    def given_back(text: str) -> bool:
        texts.append(text)
        return True

    monkeypatch.setattr(fix_rounds, "round_trips", given_back)
    fixed(SWAPPED + "\n\nold = nn.BCELoss(size_average=False)\n" * 4)
    assert len(texts) == len(set(texts)) > 0


def test_a_fix_of_two_files_is_made_in_both_or_in_neither(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("import torch\nfrom torch import nn\n\n\nclass Net(nn.Module):\n    def __init__(self):\n"
                                       "        super().__init__()\n        self.fc = nn.Linear(8, 1)\n\n    def forward(self, x):\n"
                                       "        return torch.sigmoid(self.fc(x))\n")  # fmt: skip
    (tmp_path / "train.py").write_text("from torch import nn\nfrom model import Net\n\n\ndef step(x, y):\n"
                                       "    return nn.BCELoss()(Net()(x), y)\n")  # fmt: skip
    files = [tmp_path / "model.py", tmp_path / "train.py"]
    outcome, _ = fix(files, default_codes(), OPTIONS)
    assert [len(group) for group in outcome.groups] == [2]
    for one in files:  # the other file is not selected, so it may not change, and then neither may this one
        outcome, _ = fix([one], default_codes(), OPTIONS)
        assert not outcome.groups
        assert [d.code for d in outcome.left] == (["BCE101"] if one.name == "train.py" else [])


def test_a_builder_that_fails_leaves_its_finding_without_a_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(project: RecordedProject, intents: Sequence[FixIntent]) -> Fix:
        raise ZeroDivisionError("oops")

    monkeypatch.setitem(KINDS, Change.SWAP, changed(KINDS[Change.SWAP], build=broken))
    outcome, _ = fix_text(SWAPPED.encode(), None, default_codes(), OPTIONS)
    (left,) = outcome.left
    assert left.fix is not None
    assert left.fix.applicability == "display-only"
    assert "ZeroDivisionError: oops" in left.fix.message


def test_the_order_of_the_files_does_not_matter(tmp_path: Path) -> None:
    folder = Path(__file__).parents[1] / "fixtures" / "fixes" / "projects" / "BCE101_model_and_training" / "before"
    shutil.copytree(folder, tmp_path / "project")
    files = sorted((tmp_path / "project").rglob("*.py"))
    first, _ = fix(files, default_codes(), OPTIONS)
    second, _ = fix(files[::-1], default_codes(), OPTIONS)
    assert len(first.groups) == 1
    assert {one.path: one.after for one in first.groups[0]} == {one.path: one.after for one in second.groups[0]}


def test_what_a_fix_lets_others_say_of_the_same_loss_is_no_reason_against_it() -> None:
    text = """\
import torch
from torch import nn

unet = nn.Conv2d(3, 1, 1)


def accuracy(result, truth):
    return ((result > 0.5) == truth.bool()).float().mean().item()


def step(images, masks):
    scores = unet(images)
    probabilities = torch.sigmoid(scores)
    loss = nn.BCELoss()(probabilities, masks)
    return loss, accuracy(scores, masks)
"""
    outcome, _ = fix_text(text.encode(), None, default_codes(), FixOptions(unsafe=True, fixable=default_codes()))
    assert outcome.refused == ()
    assert [d.code for d in outcome.applied] == ["BCE101", "BCE601"]
    assert outcome.left == ()  # the threshold was for logits all the time


WEIGHTED = ["F.nll_loss(net(x), y, {})", "nn.NLLLoss({}, ignore_index=3)(net(x), y)", "nn.NLLLoss(weight={}, **options)(net(x), y)"]


@pytest.mark.parametrize("call", WEIGHTED)
def test_a_finding_that_only_its_own_edit_changes_is_still_there(monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    from bce_lint.fixes import calls

    monkeypatch.setitem(calls._CASTS, "float32", ".long()")
    text = f"import torch\nimport torch.nn.functional as F\nfrom torch import nn\nloss = {call.format('torch.tensor([1, 2])')}\n"
    after, refused = fixed(text)
    assert after == text
    assert len(refused) == 1 and refused[0].endswith("BCE304 would still be there")
