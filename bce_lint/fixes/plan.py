"""The fix of each finding: which builder a rule's intent asks for, and what holds for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TypeAlias

from bce_lint.analysis.domain.tensor import SourceRange
from bce_lint.analysis.sites import ActivationSite, HandWrittenSite, LossSite, ThresholdSite
from bce_lint.fixes import calls
from bce_lint.fixes.advice import advice
from bce_lint.fixes.edit import DISPLAY_ONLY, Fix, Refusal, tidy, trust
from bce_lint.fixes.intent import FixIntent
from bce_lint.fixes.kinds import Callers, kind_of
from bce_lint.fixes.not_followed import all_followed
from bce_lint.fixes.places import shown
from bce_lint.fixes.recorded_project import RecordedProject
from bce_lint.records import changed
from bce_lint.rules.judge import Judged

Silent: TypeAlias = Callable[[str, int, str], bool]


def targets(found: Iterable[Judged]) -> frozenset[SourceRange]:
    """The activations and losses that the fixes of some findings would change, as far as a run must know their users."""
    intents = [intent for judged in found for intent in judged.intents if kind_of(intent).recorded]
    sites = [intent.site for intent in intents if isinstance(intent.site, LossSite)]
    own = {place.range for site in sites for place in (site.call, site.made) if place is not None}
    own |= {intent.site.primary.range for intent in intents if isinstance(intent.site, ActivationSite | HandWrittenSite | ThresholdSite)}
    return frozenset(own | {o.place.range for site in sites for x in site.input for o in (*x.origin, *x.inner)})


class Planner:
    """Writes fixes for the findings of one run. `record` makes a run that has seen where values go; it is made once, when needed."""

    def __init__(self, project: RecordedProject, record: Callable[[], RecordedProject]) -> None:
        self.project = project
        self._record = record

    @cached_property
    def recorded(self) -> RecordedProject:
        """The project of the recorded run."""
        return self._record()

    def fix(self, judged: Judged, silent: Silent) -> Fix | None:
        """The fix of a finding; None for one whose rule has none. One that cannot be made says why.

        `silent` says whether a comment silences a code in a row of a file: what it protects is never changed.
        """
        if not judged.intents:
            return None
        try:
            found = self._built(judged.intents)
            edits = tidy(found.edits)
            kept = [edit.location for edit in edits if silent(edit.location.path, edit.location.start.row, judged.rule.code)]
            if kept:
                where = self.project.tree(kept[0].path).file.told(kept[0])
                raise Refusal(f"a `# noqa` protects {shown(where.path)}:{where.line}, which it would change")
            return changed(found, edits=edits)
        except Refusal as refusal:
            return self._by_hand(str(refusal), judged.intents)
        except Exception as error:  # a builder that fails leaves one finding without its fix, and the rest goes on
            text = " ".join(f"{type(error).__name__}: {error}".split())
            return self._by_hand(f"internal error: {text}", judged.intents)

    def _by_hand(self, reason: str, intents: Sequence[FixIntent]) -> Fix:
        """Why no machine makes a fix, and what a person would change."""
        return Fix(DISPLAY_ONLY, f"no fix by machine: {reason}; by hand: {advice(self.project.analysed, intents)}")

    def _built(self, intents: Sequence[FixIntent]) -> Fix:
        kind = kind_of(intents[0])
        if kind.recorded and self.recorded.unrun:
            raise Refusal(f"{self.recorded.unrun:,} functions that may lead to it were not analysed completely, too many to try again")
        found = kind.build(self.recorded if kind.recorded else self.project, intents)
        if kind.recorded and found.edits:
            all_followed(self.recorded, intents, found.edits)
        if kind.callers is Callers.BUILDER:
            return found
        if len({intent.what for intent in intents}) > 1:
            raise Refusal("the callers need different changes")
        surest = max if kind.callers is Callers.ANY else min
        return changed(found, applicability=surest(map(calls.level, intents), key=trust))
