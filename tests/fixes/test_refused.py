"""Refusals whose reasons no text of one file shows: of what cannot be read, and of values that no rule speaks of."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bce_lint import ir
from bce_lint.analysis.project.project import Project
from bce_lint.analysis.recording.uses import UseRecorder
from bce_lint.analysis.sites import LossSite
from bce_lint.catalog.losses import CONTRACTS, MODULES
from bce_lint.catalog.schema import Contract, Expects
from bce_lint.engine import check_text
from bce_lint.fixes.activations import DROPPED, changed
from bce_lint.fixes.edit import Refusal
from bce_lint.fixes.intent import Change, FixIntent
from bce_lint.fixes.recorded_project import RecordedProject
from bce_lint.fixes.tree import Tree
from bce_lint.records import changed as replaced
from bce_lint.rules.judge import Judged
from bce_lint.source.text import decode

SQUASHED = """\
import torch
import torch.nn.functional as F

def step(x, y):
    return F.binary_cross_entropy_with_logits(torch.sigmoid(x), y)
"""


def seen(text: str) -> tuple[RecordedProject, LossSite]:
    """The project of a text, and the loss that is found in it."""
    found: list[tuple[RecordedProject, LossSite]] = []

    def inspect(project: Project, told: Sequence[Judged]) -> Sequence[Judged]:
        site = told[0].intents[0].site
        assert isinstance(site, LossSite)
        found.append((RecordedProject(project, UseRecorder()), site))
        return told

    check_text(text.encode(), None, frozenset({"BCE103"}), fixes=True, inspect=inspect)  # type: ignore[arg-type]
    return found[0]


def test_an_activation_that_nothing_is_known_of() -> None:
    project, site = seen(SQUASHED)
    unknown = replaced(site, input=tuple(replaced(x, origin=()) for x in site.input))
    for one in (unknown, replaced(site, input=()), replaced(site, input=(*site.input, *unknown.input))):
        with pytest.raises(Refusal, match=r"^which activation is meant cannot be told$"):
            changed(DROPPED, project, [FixIntent(Change.DROP, one)])


def test_a_file_that_cannot_be_read() -> None:
    project, _ = seen(SQUASHED)
    with pytest.raises(Refusal, match=r"^gone\.py cannot be read$"):
        project.tree("gone.py")


def test_what_is_refused_is_refused_again_for_the_same_reason() -> None:
    project, _ = seen(SQUASHED)
    asked = []

    def make() -> None:
        asked.append(1)
        raise Refusal("not this one")

    for _ in range(2):
        with pytest.raises(Refusal, match=r"^not this one$"):
            project.remembered("key", make)
    assert len(asked) == 1


@pytest.mark.parametrize("text", ["x = (\n", "x = '''\n", "if x:\n    y\n  z\n"])
def test_lines_that_python_cannot_tell(text: str) -> None:
    tree = Tree(decode(text.encode(), "a.py"), ir.Module((), frozenset()))
    with pytest.raises(Refusal, match=r"^Python's tokenizer cannot read the file$"):
        tree.logical_line(0)


def _exchanged() -> list[tuple[Contract, Contract]]:
    """The losses that a fix exchanges, each with the one that takes its place."""
    pairs = [(one, MODULES[f"torch.nn.{one.fused_with}"]) for one in CONTRACTS if one.fused_with]
    taken = [one for one in CONTRACTS if one.expects is Expects.LOG_PROBABILITIES]
    return pairs + [(one, MODULES["torch.nn.CrossEntropyLoss"]) for one in taken]


@pytest.mark.parametrize("before, after", _exchanged(), ids=lambda one: one.name)
def test_a_loss_that_is_exchanged_leaves_its_arguments_as_they_are(before: Contract, after: Contract) -> None:
    assert before.module is not None and after.module is not None and after.functional is not None
    for old, new in ((before.init, after.init), (before.function, after.function)):
        assert old is None or (new is not None and [p.name for p in new[: len(old)]] == [p.name for p in old])
    assert (before.function is None) == (before.functional is None)
