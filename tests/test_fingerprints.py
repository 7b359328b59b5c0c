"""What a finding is known by: it stays the same when the code around it moves, and tells equal findings apart by their order."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bce_lint import engine
from bce_lint.diagnostic import Diagnostic
from bce_lint.fingerprints import fingerprints, identities, normalised
from bce_lint.ir import Span
from bce_lint.lint_result import LintResult
from bce_lint.rules.registry import default_codes
from bce_lint.source.text import decode

HEAD = "import torch\nfrom torch import nn\n\nnet = nn.Linear(4, 1)\n"
STEP = """
class Trainer:
    def step(self, x, y):
        loss = nn.BCEWithLogitsLoss()(torch.sigmoid(net(x)), y)
        return loss + nn.BCEWithLogitsLoss()(torch.sigmoid(net(x)), y)
"""
NOISE = ("\n", "# a comment\n", "def other(a):\n    return a\n\n\n", "class Other:\n    def step(self):\n        pass\n\n\n", "VALUE = 3\n")


def lint(text: str) -> LintResult:
    """The findings of one text."""
    return engine.check_text(text.encode(), None, default_codes())


def prints(text: str, name: str = "<stdin>") -> list[str]:
    """The fingerprints of a text's findings, in order; the text itself is at hand where it is no Python."""
    found = lint(text)
    return fingerprints(found.diagnostics, {**found.sources, name: decode(text.encode(), name)})


@given(st.lists(st.sampled_from(NOISE), max_size=4), st.lists(st.sampled_from(NOISE), max_size=3))
def test_what_stands_above_and_below_changes_nothing(above: Sequence[str], below: Sequence[str]) -> None:
    assert prints(HEAD + "".join(above) + STEP + "\n\n" + "".join(below)) == prints(HEAD + STEP)


@given(st.permutations(range(2)))
def test_equal_findings_differ_by_their_order_in_the_file(order: Sequence[int]) -> None:
    found = lint(HEAD + STEP)
    first, second = fingerprints(found.diagnostics, found.sources)
    assert first != second and len(first) == len(second) == 16 and int(first, 16) >= 0
    given_so = [found.diagnostics[number] for number in order]
    assert fingerprints(given_so, found.sources) == [(first, second)[number] for number in order]


@pytest.mark.parametrize(
    "text",
    [
        "nn.BCEWithLogitsLoss()(\n            torch.sigmoid(net(x)),  # scores\n            y,\n        )",
        "nn.BCEWithLogitsLoss()(torch.sigmoid(net(x)), y)",
        "nn.BCEWithLogitsLoss()( torch . sigmoid( net( x ) ),\\\n y )",
        "nn.BCEWithLogitsLoss()(torch.sigmoid(\n    # of the net\n    net(x)\n), y)",
    ],
)
def test_another_layout_is_the_same_source(text: str) -> None:
    assert normalised(text) == "nn . BCEWithLogitsLoss ( ) ( torch . sigmoid ( net ( x ) ) , y )"
    assert prints(HEAD + STEP.replace("nn.BCEWithLogitsLoss()(torch.sigmoid(net(x)), y)", text)) == prints(HEAD + STEP)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("f('a')", 'f("a")', True),
        ("f(R'a')", 'f(r"a")', True),
        ("f('# a')", "f('')", False),
        ("f('a\"b')", 'f("a\'b")', False),
        ('f("""\n  a\n""")', 'f("""a""")', False),
        ("f(a, b)", "f(a, c)", False),
        ("a b", "ab", False),
        ("x[1,]", "x[1]", True),
        ("f('\\\\')  # a", "f('\\\\')", True),
        ("f(f'{x}')", 'f(f"{x}")', True),
    ],
)
def test_what_counts_of_a_source(one: str, other: str, same: bool) -> None:
    assert (normalised(one) == normalised(other)) is same


@given(st.text(alphabet="ab \n(),.0+é", max_size=40))
def test_a_source_is_normal_once(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


@pytest.mark.parametrize(
    ("text", "qualified"),
    [
        (STEP, ["Trainer.step", "Trainer.step"]),
        (STEP.replace("class Trainer", "if net:\n  class Trainer").replace("\n    ", "\n      "), ["Trainer.step"] * 2),
        ("a = nn.BCEWithLogitsLoss()(torch.sigmoid(net(1)), 1)\n", [""]),
        ("def f(y):\n    def g(x):\n        pass\n    return nn.BCEWithLogitsLoss()(torch.sigmoid(net(y)), y)\n", ["f"]),
        ("def f(y):\n    def g(x):\n        return nn.BCEWithLogitsLoss()(torch.sigmoid(net(x)), y)\n    return g\n", ["f.g"]),
        ("def f(y):\n    return lambda x: nn.BCEWithLogitsLoss()(torch.sigmoid(net(x)), y)\n", ["f"]),
        ("async def f(x, y):\n    async with x:\n        nn.BCEWithLogitsLoss()(torch.sigmoid(net(x)), y)\n", ["f"]),
    ],
)
def test_the_qualified_name(text: str, qualified: list[str]) -> None:
    found = lint(HEAD + textwrap.dedent(text))
    assert [one.qualified for one in identities(found.diagnostics, found.sources)] == qualified


def test_functions_of_other_names_have_other_findings() -> None:
    assert set(prints(HEAD + STEP)).isdisjoint(prints(HEAD + STEP.replace("def step", "def train")))


def test_a_path_is_no_part_of_it(tmp_path: Path) -> None:
    kept = []
    for name in ("a.py", "other/b.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(HEAD + STEP, encoding="utf-8")
        found = engine.check([tmp_path / name], default_codes())
        kept.append(fingerprints(found.diagnostics, found.sources))
    assert kept[0] == kept[1] == prints(HEAD + STEP)


def test_a_file_that_is_no_python_is_known_by_its_line() -> None:
    (broken,) = prints("x = 1\nloss = f(:\n")
    assert prints("\n\nx = 1\nloss   =  f(:\n") == [broken] and prints("x = 1\nloss = g(:\n") != [broken]
    (problem,) = lint("loss = f(:\n").diagnostics
    assert fingerprints([problem], {}) != [broken] and len(fingerprints([problem], {})[0]) == 16


def test_many_findings_in_many_functions_take_no_time() -> None:
    text = "".join(f"def f{number}(x):\n    return g(x)\n" for number in range(3_000))
    source = decode(text.encode(), "a.py")
    found = [Diagnostic("BCE103", "a", "", source.location(Span(at, at + 4))) for at in range(0, len(text), 20)]
    assert len(set(fingerprints(found, {"a.py": source}))) == len(found)
