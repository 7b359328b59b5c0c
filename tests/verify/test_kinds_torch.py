"""The verification does what the row of a kind of fix says, and knows nothing of the kinds itself."""

from __future__ import annotations

from typing import Any

import pytest

from bce_lint.analysis.recording.terms import Term
from bce_lint.fixes.intent import Change, FixIntent
from bce_lint.fixes.kinds import KINDS, Claim
from bce_lint.records import changed
from bce_lint.verify import Verdict, verify_source
from tests.verify.site import HEAD

pytestmark = pytest.mark.torch

DROPPED = HEAD + "def step(x, y):\n    return F.binary_cross_entropy_with_logits(torch.sigmoid(x), y)\n"


def verdict(monkeypatch: pytest.MonkeyPatch, **row: Any) -> tuple[str, str]:
    """The verdict on a fix that takes a sigmoid away, with some fields of its row changed, and the reason."""
    monkeypatch.setitem(KINDS, Change.DROP, changed(KINDS[Change.DROP], **row))
    (finding,) = verify_source(DROPPED, select=["BCE103"])
    assert finding.verification is not None
    return finding.verification.verdict, finding.verification.reason


def test_each_claim_is_a_verdict() -> None:
    assert [Verdict(claim.value).name for claim in Claim] == [claim.name for claim in Claim]


def test_the_claim_is_that_of_the_row(monkeypatch: pytest.MonkeyPatch) -> None:
    assert verdict(monkeypatch)[0] == "intended change"
    assert verdict(monkeypatch, claims=(Claim.EQUIVALENT,))[0] == "contradicted"
    assert verdict(monkeypatch, claims=(Claim.ERROR,)) == ("not verifiable", "the original runs")


def test_the_reference_is_that_of_the_row(monkeypatch: pytest.MonkeyPatch) -> None:
    def unchanged(before: Term, intent: FixIntent) -> Term:
        return before

    found, reason = verdict(monkeypatch, expected=unchanged)
    assert found == "contradicted"
    assert "not the loss that was meant" in reason


def test_without_a_reference_the_fix_speaks_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    assert verdict(monkeypatch, expected=None)[0] == "intended change"
