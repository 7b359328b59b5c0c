"""Programs put together at random from pieces with findings: their fixes may be combined in any way."""

from __future__ import annotations

import ast

from hypothesis import given
from hypothesis import strategies as st

from bce_lint.diagnostic import Fix
from bce_lint.engine import check_text, fix_text
from bce_lint.fix_options import FixOptions
from bce_lint.rules.registry import default_codes
from bce_lint.source.text import SourceText, decode
from tests.examples import few_and_many

HEAD = """\
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn import BCELoss as B

net = nn.Sequential(nn.Linear(8, 1), {tail})
criterion = {criterion}
"""
TAILS = ("nn.Sigmoid()", "nn.ReLU()", "nn.Softmax(dim=1)", "nn.Identity()")
CRITERIA = ("nn.BCELoss()", "nn.BCEWithLogitsLoss()", "B(reduction='sum')", "nn.CrossEntropyLoss(size_average=False)")
ACTIVATIONS = (
    "torch.sigmoid({})",
    "{}.softmax(dim=1)",
    "F.log_softmax({}, 1)",
    "{}",
    "nn.Sigmoid()({})",
    "torch.sigmoid(torch.sigmoid({}))",
)
LOSSES = (
    "criterion({p}, y)",
    "F.binary_cross_entropy(\n        {p},  # the scores\n        y,\n    )",
    "nn.BCEWithLogitsLoss({p}, y)",
    "F.nll_loss({p}, y.long(), reduce=False)",
    "-torch.log({p} + 1e-8).mean()",
    "F.cross_entropy(input={p}, target=y.int())",
)
EXTRAS = ("print(p > 0.5)", "total = p.mean()", "best = p.argmax(dim=1)", "keep = [p]", "q = 1 - p")


@st.composite
def programs(draw: st.DrawFn) -> str:
    """A small training script."""
    text = HEAD.format(tail=draw(st.sampled_from(TAILS)), criterion=draw(st.sampled_from(CRITERIA)))
    for number in range(draw(st.integers(1, 3))):
        value = draw(st.sampled_from(ACTIVATIONS)).format(draw(st.sampled_from(("net(x)", "x", "net[0](x)"))))
        named = draw(st.booleans())
        lines = [f"p = {value}"] * named + draw(st.lists(st.sampled_from(EXTRAS), max_size=2)) * named
        loss = draw(st.sampled_from(LOSSES)).format(p="p" if named else value)
        text += f"\n\ndef step{number}(x, y):\n" + "".join(f"    {line}\n" for line in (*lines, f"return {loss}"))
    return text


def applied(source: SourceText, fixes: list[Fix]) -> str:
    """The text with the edits of some fixes, those left out that meet one before them."""
    taken: list[tuple[int, int, str]] = []
    for fix in fixes:
        spans = [
            (source.offset(*edit.location.start), source.offset(*edit.location.end), edit.content)
            for edit in fix.edits
        ]  # fmt: skip
        if all(end < start2 or end2 < start for start, end, _ in spans for start2, end2, _ in taken):
            taken += spans
    text = source.text
    for start, end, content in sorted(taken, reverse=True):
        text = text[:start] + content + text[end:]
    return text


def _any_choice(program: str, random: object) -> None:
    fixes = [d.fix for d in check_text(program.encode(), None, default_codes(), fixes=True).diagnostics if d.fix and d.fix.edits]
    chosen = [fix for fix in fixes if random.random() < 0.6]  # type: ignore[attr-defined]
    random.shuffle(chosen)  # type: ignore[attr-defined]
    ast.parse(applied(decode(program.encode(), "x.py"), chosen))


test_any_choice_of_fixes_parses, test_any_choice_at_length = few_and_many(
    60, given(programs(), st.randoms(use_true_random=False)), _any_choice
)


def _comes_to_an_end(program: str) -> None:
    codes = default_codes()
    options = FixOptions(unsafe=True, fixable=codes)
    outcome, _ = fix_text(program.encode(), None, codes, options)
    assert outcome.refused == ()
    after = outcome.groups[0][0].after if outcome.groups else program.encode()
    compile(after, "x.py", "exec")
    again, _ = fix_text(after, None, codes, options)
    assert again.groups == ()
    assert not any(d.fix and d.fix.applicability != "display-only" for d in again.left)


test_fixing_comes_to_an_end_and_every_gate_lets_it_pass, test_fixing_comes_to_an_end_at_length = few_and_many(
    60, given(programs()), _comes_to_an_end
)
