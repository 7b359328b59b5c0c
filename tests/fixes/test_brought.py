"""A fix brings no finding: for each kind of fix and each rule that can meet, and where builders really meet other rules."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from bce_lint.analysis.project.project import Project
from bce_lint.diagnostic import Edit, Fix
from bce_lint.engine import check_text, fix_text
from bce_lint.findings import heard
from bce_lint.fix_options import FixOptions
from bce_lint.fixes.brought import Ground, Heard, Rewrite
from bce_lint.fixes.edit import changed as rewritten
from bce_lint.fixes.intent import Change, FixIntent
from bce_lint.fixes.kinds import KINDS
from bce_lint.fixes.recorded_project import RecordedProject
from bce_lint.ir import Span
from bce_lint.records import changed
from bce_lint.rules.by_file import selection
from bce_lint.rules.judge import Judged
from bce_lint.rules.pages import example
from bce_lint.rules.precedence import Subject
from bce_lint.rules.registry import RULES, default_codes
from bce_lint.rules.rule import Rule
from bce_lint.source.text import SourceText, decode
from tests.fixes.test_fix_fixtures import FIXES, SAID, asked

pytestmark = pytest.mark.any_python

CODES = default_codes()
SPEAKING = [rule for rule in RULES if rule.default and not rule.witness and rule.subject is not Subject.ANALYSIS]
SMALLER = {
    Change.CAST_TARGET: "BCE301/integers",
    Change.DIMENSION: "BCE205/raises_without_one",
    Change.THRESHOLD: "BCE601/array_rounded",
}
"""Cases with one fix, or a few, of those kinds of which `SAID` has one with many: each is planned anew, and tried, for every rule."""
CASES: dict[Change, Path] = {
    change: FIXES / f"{SMALLER.get(change, case)}.py" for change, (case, _) in SAID.items() if change is not Change.NONE
}
PAIRS = [
    pytest.param(change, rule, id=f"{change.name}-{rule.code}")
    for change, path in CASES.items()
    for rule in SPEAKING
    if rule.code != path.parent.name
]


def fixed(text: str, codes: frozenset[str] = CODES, fixable: frozenset[str] = CODES, unsafe: bool = True) -> tuple[str, tuple[str, ...]]:
    """The text after fixing, and what was refused."""
    outcome, _ = fix_text(text.encode(), None, codes, FixOptions(unsafe, fixable))
    return outcome.groups[0][0].after.decode() if outcome.groups else text, outcome.refused


def test_each_kind_has_a_case_that_is_fixed() -> None:
    for change, path in CASES.items():
        assert any(kind is change and fix.edits for kind, fix in asked(path))


@cache
def reporting(after: str, rule: Rule) -> str:
    """The example of a rule as it reports the rule behind a text: in a function of its own, or else as it stands."""
    shown = example(rule, "Example")
    found = (f"\n\ndef appended():\n{textwrap.indent(shown, '    ')}", f"\n\n{shown}")
    return next(one for one in found if any(d.code == rule.code for d in check_text((after + one).encode(), None, CODES).diagnostics))


def appended(right: Fix, text: str, rule: Rule) -> str:
    """The same behind a fixed text; each fix is planned anew in each round."""
    return reporting(rewritten(decode(text.encode(), "x.py"), right.edits), rule)


@pytest.mark.parametrize(("change", "rule"), PAIRS)
def test_no_kind_of_fix_may_bring_what_a_rule_says(change: Change, rule: Rule, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fix of each kind that writes the example of each other rule, too."""
    path, kind = CASES[change], KINDS[change]
    text, code = path.read_text(encoding="utf-8"), path.parent.name

    def wrong(project: RecordedProject, intents: Sequence[FixIntent]) -> Fix:
        right = kind.build(project, intents)
        tree = project.tree(right.edits[0].location.path)
        end = len(tree.text)
        return changed(right, edits=(*right.edits, tree.edit(Span(end, end), appended(right, tree.text, rule))))

    monkeypatch.setitem(KINDS, change, changed(kind, build=wrong))
    after, refused = fixed(text, CODES | {code}, frozenset({code}))
    assert after == text
    assert refused
    assert [line for line in refused if f"would bring {rule.code}" not in line] == []


HEAD = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n\n"


LABELS_FIRST = "def f(x):\n    y = torch.tensor([1, 0])\n    return F.cross_entropy(y, nn.Linear(8, 3)(x).softmax(1))\n"


def case(text: str, codes: str, outcome: str, name: str) -> object:
    return pytest.param(HEAD + text, frozenset(codes.split()), outcome, id=name)


MET = [
    case("def f(x):\n    p = F.softmax(x)\n    return p, torch.log(p)\n", "BCE501", "kept", "LOG-BCE205"),
    case(
        "def f(p, y):\n    with torch.autocast('cuda'):\n        p = torch.sigmoid(p).cuda().clamp(0, 1)\n"
        "        return -(y * torch.log(p) + (1 - y) * torch.log(1 - p))\n",
        "BCE503", "kept", "FORMULA-BCE102",
    ),
    case(
        "def f(z, y):\n    p = z.sigmoid()\n    return -(y * p.log() + (1 - y) * (1 - p).log())\n",
        "BCE503 BCE101", "mended", "FORMULA-BCE101-that-is-mended",
    ),
    case("def f(x):\n    y = torch.tensor([[1], [0]])\n    return F.binary_cross_entropy(y, torch.sigmoid(nn.Linear(8, 1)(x)))\n", "BCE202",
         "kept", "SWAP-BCE101-and-BCE301"),
    case(LABELS_FIRST, "BCE202", "kept", "SWAP-BCE111"),
    case(LABELS_FIRST, "BCE202 BCE111", "mended", "SWAP-BCE111-that-is-mended"),
    case("def f(x, y):\n    return F.nll_loss(nn.Linear(8, 1)(x), y)\n", "BCE122", "kept", "RETYPE-BCE402"),
    case("def f(x, y):\n    return F.binary_cross_entropy(torch.sigmoid(F.softmax(x, 1)), y)\n", "BCE101", "kept", "FUSE-BCE104"),
    case("def f(x, y):\n    return F.nll_loss(F.softmax(F.softmax(x, 1), 1), y)\n", "BCE121", "kept", "LOGARITHM-BCE107"),
    case("def f(x, y):\n    return F.binary_cross_entropy_with_logits(F.softmax(torch.sigmoid(x), 1), y)\n", "BCE104", "fixed",
         "DROP-what-the-activation-hid"),
    case("def f():\n    x = torch.randn(4, 8)\n    return nn.Softmax(x)\n", "BCE201", "fixed", "CALL-what-comes-out-at-the-call"),
    case("def f(x, y):\n    return nn.BCEWithLogitsLoss(torch.sigmoid(x), y)\n", "BCE201", "fixed", "CALL-BCE103-at-the-call"),
    case("def h(p, y):\n    return nn.BCELoss(p, y)\n\n\ndef f(z, y):\n    with torch.autocast('cuda'):\n"
         "        return h(torch.sigmoid(nn.Linear(8, 1).cuda()(z)), y)\n", "BCE201", "fixed", "CALL-BCE102-at-the-caller"),
    case("def f(z, y):\n    return F.binary_cross_entropy(torch.sigmoid(torch.sigmoid(z)), y)\n", "BCE107", "fixed", "DROP_INNER-BCE101"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "codes", "outcome"), MET)
def test_where_builders_meet_other_rules(text: str, codes: frozenset[str], outcome: str) -> None:
    """What would be brought is refused or not offered, or it is mended, or it was hidden there."""
    after, refused = fixed(text, codes, codes)
    assert (after == text) is (outcome == "kept")
    assert all("would bring" in line for line in refused)
    found = check_text(after.encode(), None, CODES).diagnostics
    assert not (found and outcome == "mended")


def test_what_is_brought_counts_whatever_is_selected_or_silenced() -> None:
    after, refused = fixed(HEAD + LABELS_FIRST.replace("))\n", "))  # noqa: BCE111\n"), frozenset({"BCE202"}), frozenset({"BCE202"}))
    assert after.endswith("# noqa: BCE111\n")
    assert "would bring BCE111" in refused[0]


def test_a_finding_in_a_file_that_was_not_given_counts_too(tmp_path: Path) -> None:
    from bce_lint.engine import fix

    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "score.py").write_text("import torch\n\n\ndef score(z):\n    return torch.sigmoid(z)\n\n\ndef loss(z, y):\n"
                                       "    return torch.nn.functional.binary_cross_entropy_with_logits(score(z), y)\n")  # fmt: skip
    (tmp_path / "other.py").write_text("import torch\nfrom score import score\n\nnet = torch.nn.Linear(8, 1)\n\n\ndef loss(x, y):\n"
                                       "    return torch.nn.functional.binary_cross_entropy(score(net(x)), y)\n")  # fmt: skip
    outcome, _ = fix([tmp_path / "score.py"], CODES, FixOptions(True, CODES))
    assert not outcome.groups


def listened(text: str) -> tuple[Heard, dict[str, SourceText]]:
    project = Project("/", (), {"/x.py": text.encode()})
    project.run({"/x.py"})
    return heard(project, selection(CODES)), {"/x.py": decode(text.encode(), "/x.py")}


def brought(before: str, *edits: tuple[str, str]) -> list[str]:
    """The codes that some exchanged words of a text bring."""
    found, sources = listened(before)
    source = sources["/x.py"]
    written = [Edit(source.location(Span(at := before.index(old), at + len(old))), new) for old, new in edits]
    after = before
    for old, new in edits:
        after = after.replace(old, new, 1)
    then, texts = listened(after)
    mended: list[Judged] = []
    return [one.rule.code for one in Ground.of(found, sources).rewritten(Rewrite.of(sources, {"/x.py": written}), mended, then, texts)[1]]


ONE = HEAD + "def f(x, y):\n    return F.softmax(x), y\n"


@pytest.mark.parametrize(
    ("text", "edits", "codes"),
    [
        (ONE, [("return F", "return  F")], []),
        (ONE, [("F.softmax(x), y", "y, F.softmax(x)")], []),
        (ONE, [("F.softmax(x)", "F.softmax(x + 1)")], []),
        (ONE, [("F.softmax(x)", "F.log_softmax(x)")], []),
        (ONE, [("F.softmax(x), y", "F.softmax(x), F.softmax(y)")], ["BCE205"]),
        (ONE, [(" y\n", " F.softmax(x)\n")], ["BCE205"]),
        (ONE, [("def f(x, y):\n", "def f(x, y):\n    x = F.softmax(x)\n")], ["BCE205"]),
        (ONE.replace("F.softmax(x), y", "a(F.softmax(x)), b(y)"), [("F.softmax(x)", "y"), ("y)", "F.softmax(x))")], []),
    ],
)  # fmt: skip
def test_each_finding_needs_a_ground_of_its_own(text: str, edits: list[tuple[str, str]], codes: list[str]) -> None:
    assert brought(text, *edits) == codes


def test_places_are_moved_along_with_the_tokens() -> None:
    source = decode(b"a = f(x, y)\n", "x.py")
    rewrite = Rewrite.of({"x.py": source}, {"x.py": [Edit(source.location(Span(4, 11)), "g(h(x, y))")]})
    images = [sorted(rewrite.images("x.py", at)) for at in range(len(source.text))]
    assert images[:4] == [[0], [1], [2], [3]]
    assert images[6:8] == [[8], [9]]  # what is kept inside the edit
    assert images[11] == [13, 14]  # the end of the line, before and behind the parenthesis that was put in
    assert sorted(rewrite.images("other.py", 5)) == [5]


def test_files_that_were_mended_together_are_written_together(tmp_path: Path) -> None:
    from bce_lint.engine import fix

    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "order.py").write_text("import torch\nimport torch.nn.functional as F\nfrom head import Net\n\n\ndef loss(x):\n"
                                       "    y = torch.tensor([1, 0])\n    return F.cross_entropy(y, Net()(x))\n")  # fmt: skip
    (tmp_path / "head.py").write_text("from torch import nn\n\n\nclass Net(nn.Module):\n    def __init__(self):\n"
                                      "        super().__init__()\n        self.fc = nn.Linear(8, 3)\n\n    def forward(self, x):\n"
                                      "        return self.fc(x).softmax(1)\n")  # fmt: skip
    outcome, _ = fix([tmp_path / "order.py", tmp_path / "head.py"], CODES, FixOptions(True, CODES))
    assert [[Path(file.path).name for file in group] for group in outcome.groups] == [["head.py", "order.py"]]
    assert [one.code for one in outcome.applied] == ["BCE202", "BCE111"]
    assert not outcome.left
    assert not fix([tmp_path / "order.py"], CODES, FixOptions(True, CODES))[0].groups
