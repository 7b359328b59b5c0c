"""Fixes verified where they are made: the slice from the activation to the loss is run as it was, and as the fix leaves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from bce_lint.diagnostic import Verdict, Verification
from bce_lint.fixes.terms import Unsuitable
from bce_lint.verify import devices
from bce_lint.verify.site.before_after import After, Before, Wanted, batches, questions
from bce_lint.verify.site.bounds import Bounded
from bce_lint.verify.site.trial import Question, claims, tried
from bce_lint.verify.verdict import Judgement

if TYPE_CHECKING:
    from bce_lint.analysis.project.project import Project
    from bce_lint.fixes.intent import FixIntent
    from bce_lint.rules.judge import Judged

_AGAIN = 12
"""How many fixes that do not hold among others are tried alone: each takes a run of the interpreter."""
_WITHHELD = "withheld: it does not do what it claims"


class Verifier:
    """Runs the fixes of findings on a device; `bce_lint.engine` calls it with what it has found in a project."""

    def __init__(self, device: str = "cpu", seed: int = 0) -> None:
        self.device, self.seed = devices.resolve(device), seed

    def __call__(self, project: Project, told: list[Judged]) -> list[Judged]:
        """The findings with what running their fixes showed; a fix that is contradicted can only be looked at."""
        asked = ((i, one) for i, one in enumerate(told) if one.intents)  # what no rule asks for changes no loss
        fixes = {i: Wanted(_speaking(one), one.fix.edits) for i, one in asked if one.fix is not None and one.fix.edits}
        with devices.one_thread(), torch.inference_mode(False), torch.enable_grad(), torch.device("cpu"):
            shown = dict(zip(fixes, self.verified(project, list(fixes.values())), strict=True))
        return [_with(one, shown[i]) if i in shown else one for i, one in enumerate(told)]

    def verified(self, project: Project, fixes: Sequence[Wanted]) -> list[Verification]:
        """What running each fix showed."""
        if not fixes:
            return []
        before = Before(project, fixes)
        found = {number: self._not_verifiable(reason) for number, reason in before.reasons.items()}
        for batch in batches(fixes, before.roots):
            found.update(self._batch(before, fixes, [number for number in batch if number not in found]))
        doubtful = [i for i, one in found.items() if one.verdict in (Verdict.CONTRADICTED.value, Verdict.NOT_VERIFIABLE.value)]
        for number in doubtful[:_AGAIN] if len(fixes) > 1 else ():
            if number not in before.reasons:
                found.update(self._batch(before, fixes, [number]))  # others may have had a part in it
        return [found[i] for i in range(len(fixes))]

    def _batch(self, before: Before, fixes: Sequence[Wanted], batch: Sequence[int]) -> dict[int, Verification]:
        try:
            after = After(before, [fixes[i] for i in batch], [before.roots[i] for i in batch])
        except Unsuitable as reason:
            return dict.fromkeys(batch, self._not_verifiable(str(reason)))
        return {i: self._one(before, after, fixes[i], i) for i in batch}

    def _one(self, before: Before, after: After, fix: Wanted, number: int) -> Verification:
        try:
            return self._answered(list(questions(before, after, fix, before.roots[number])))
        except Unsuitable as reason:
            return self._not_verifiable(str(reason))
        except Exception as error:  # one fix that cannot be run leaves the others to be verified
            return self._not_verifiable(f"internal error: {type(error).__name__}: {' '.join(str(error).split())}")

    def _answered(self, asked: Sequence[Question]) -> Verification:
        """The answer for all ways that lead to a fix: one that is contradicted speaks for all."""
        answers: list[tuple[Judgement, str, Question]] = []
        reasons = []
        for question in asked:
            try:
                with Bounded():  # type: ignore[no-untyped-call]
                    answers.append((*tried(question, self.device, self.seed), question))
            except Unsuitable as reason:
                reasons.append(str(reason))
        wrong = next((one for one in answers if one[0].verdict is Verdict.CONTRADICTED), None)
        if not answers:
            raise Unsuitable(reasons[0])
        return self._shown(*(wrong or answers[0]))

    def _shown(self, one: Judgement, dtype: str, question: Question) -> Verification:
        simulated = claims(question) == (Verdict.ERROR,) and devices.BAN in one.reason and self.device.type != "cuda"
        device = f"{self.device.type}, simulated CUDA autocast" if simulated else self.device.type
        return Verification(one.verdict.value, one.reason, device, dtype, one.value, one.gradient, self.seed)

    def _not_verifiable(self, reason: str) -> Verification:
        return Verification(Verdict.NOT_VERIFIABLE.value, reason, self.device.type, seed=self.seed)


def _speaking(judged: Judged) -> FixIntent:
    """The first intent that says what is wanted, if one does."""
    return next((intent for intent in judged.intents if intent.what), judged.intents[0])


def _with(told: Judged, shown: Verification) -> Judged:
    told = told._replace(verification=shown)
    if shown.verdict != Verdict.CONTRADICTED.value or told.fix is None:
        return told
    return told._replace(fix=told.fix.shown_only(f"{_WITHHELD} ({shown.reason}): {told.fix.message}"))


__all__ = ["Verifier"]
