"""What a rule is: a code, a name, a generator over sites, and the page that documents it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bce_lint.analysis.domain.tensor import Place
from bce_lint.analysis.sites import Site
from bce_lint.fixes.intent import FixIntent
from bce_lint.records import record
from bce_lint.rules.precedence import Precedence, Subject
from bce_lint.rules.runtime_places import LOSS


@record(frozen=True, slots=True)
class Finding:
    """What a rule says of one site. `place` overrides the site's primary span; labels explain, first one first; `fix` asks for a change.
    `severity` takes the place of the rule's."""

    message: str
    labels: tuple[tuple[str, Place], ...] = ()
    place: Place | None = None
    fix: FixIntent | None = None
    severity: str = ""


@record(frozen=True, slots=True)
class Rule:
    """A rule of bce-lint, with all that the mechanism must know of it.

    `precedence` orders the rules that may speak at one place: the lowest speaks alone (None: always). `places` are the kinds of places
    at which a run looks for it; none for the rules about the analysis
    itself and about comments. `witness` marks a rule that speaks of values, which only
    `bce_lint.witness` sees.
    """

    code: str
    name: str
    check: Callable[[Site], Iterator[Finding]]
    doc: str
    severity: str = "error"
    default: bool = True
    precedence: Precedence | None = None
    subject: Subject = Subject.VALUES
    places: tuple[str, ...] = (LOSS,)
    witness: bool = False

    @property
    def state(self) -> str:
        """Whether the rule runs unless told otherwise, or only at run time."""
        return "witness" if self.witness else "on" if self.default else "off"
