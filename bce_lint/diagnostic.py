"""What a user is told: a code, a message and where; secondary places are labels."""

from __future__ import annotations

from enum import Enum
from typing import Final, NamedTuple

from bce_lint.records import changed, record

CRASH: Final = "BCE900"
"""The code of a failure of bce-lint itself."""
UNREADABLE: Final = "BCE901"
"""The code of a file that cannot be read, decoded or parsed."""
TOO_LARGE: Final = "BCE902"
"""The code of a file that is too large to be analysed."""
UNUSED_NOQA: Final = "BCE910"
"""The code of a `# noqa` that silences nothing."""

UNNAMED: Final = "<stdin>"
"""What a text that has no name is called."""

DISPLAY_ONLY: Final = "display-only"
UNSAFE: Final = "unsafe"
SAFE: Final = "safe"
"""How far a fix may be trusted."""

INFO: Final = "info"
"""The severity of what is only possible."""


class Verdict(Enum):
    """What running a rewrite or a fix shows."""

    EQUIVALENT = "equivalent"
    NO_WORSE = "no worse"
    INTENDED = "intended change"
    ERROR = "was an error"
    CONTRADICTED = "contradicted"
    NOT_VERIFIABLE = "not verifiable"


def shortened(text: str, most: int) -> str:
    """A text as a message can hold it: of at most so many characters, with `…` for what is left out."""
    return text if len(text) <= most else text[: most - 1] + "…"


class Position(NamedTuple):
    """A row and a column, both counted from 1; columns are code points."""

    row: int
    column: int


class Location(NamedTuple):
    """A range of text in one file. In a notebook `cell` is the number of a cell, counted from 1 over all its cells, and the rows are
    those of its text."""

    path: str
    start: Position
    end: Position
    cell: int | None = None

    @property
    def line(self) -> str:
        """The row for people, in a notebook with the cell before it."""
        return f"{self.start.row}" if self.cell is None else f"cell {self.cell}:{self.start.row}"

    @property
    def order(self) -> tuple[str, int, Position, Position]:
        """Orders locations by file, cell, row and column."""
        return (self.path, self.cell or 0, self.start, self.end)


class Unanalysed(NamedTuple):
    """A function that was not analysed completely: its file, the row of its name (in a notebook that of its cell), the name, and the
    reason."""

    path: str
    row: int
    name: str
    reason: str
    cell: int | None = None


class Sinks(NamedTuple):
    """The losses, and other operations that rules look at, in the files that were linted: how many a run came to, of how many."""

    visited: int = 0
    total: int = 0


class Label(NamedTuple):
    """A secondary place that explains a diagnostic."""

    message: str
    location: Location


class Edit(NamedTuple):
    """Text that takes the place of a range; an empty range inserts."""

    location: Location
    content: str


@record(frozen=True, slots=True)
class Fix:
    """A change that mends a finding: all its edits or none, in one file or several.

    `applicability` is `safe` (the same function up to rounding, or the original cannot run), `unsafe` (values change, or what a
    function returns) or `display-only` (a person must decide; `message` says why, and there may be no edits).
    """

    applicability: str
    message: str
    edits: tuple[Edit, ...] = ()

    @property
    def paths(self) -> frozenset[str]:
        """The files that it changes."""
        return frozenset(edit.location.path for edit in self.edits)

    def shown_only(self, message: str) -> Fix:
        """The same change for a person to decide on."""
        return Fix(DISPLAY_ONLY, message, self.edits)


@record(frozen=True, slots=True)
class Verification:
    """What running a fix showed: `verdict` is the value of a `Verdict`, `reason` quotes an exception or says what is wrong.

    The differences are the largest ones between the loss before and after, and between its gradients, in `dtype`; None where one
    of them does not run. `contradicted` fixes are not to be applied.
    """

    verdict: str
    reason: str = ""
    device: str = "cpu"
    dtype: str = ""
    max_value_difference: float | None = None
    max_gradient_difference: float | None = None
    seed: int = 0


@record(frozen=True, slots=True)
class RunTime:
    """What a run says of a finding: `verdict` is `confirmed`, `contradicted`, `not executed`, `not watched`, `changed since the run`,
    or `only at run time` for a finding that the linter does not have; `reason` says why.

    Of `calls` that were seen there, the run says the same of `count`. `reached` is what reached the loss, each with how often;
    `codes` are the other ones that the rules say of the place at run time. `stale` says that the finding's places are those of a
    text that has changed since.
    """

    verdict: str
    reason: str = ""
    count: int = 0
    calls: int = 0
    reached: tuple[tuple[str, int], ...] = ()
    codes: tuple[str, ...] = ()
    stale: bool = False


@record(frozen=True, slots=True)
class Diagnostic:
    """One finding. `severity` is `error` or `warning`; `fix` is there when fixes were asked for and the rule has one, `verification`
    when that fix was run, `run_time` when the finding was held against a run. One that is only possible says under which `condition` it
    is certain, and where that is decided."""

    code: str
    name: str
    message: str
    location: Location
    severity: str = "error"
    labels: tuple[Label, ...] = ()
    fix: Fix | None = None
    verification: Verification | None = None
    run_time: RunTime | None = None
    condition: str = ""

    @property
    def sort_key(self) -> tuple[str, int, int, int, str]:
        """Orders diagnostics by file, cell, row, column and code."""
        return (self.location.path, self.location.cell or 0, *self.location.start, self.code)

    def at(self, location: Location) -> Diagnostic:
        """The same finding at another place."""
        return changed(self, location=location)

    def without_fix(self) -> Diagnostic:
        """The same finding, for somebody who wants no fix of it."""
        return changed(self, fix=None)


class ProjectFact(NamedTuple):
    """What other files of a project say of one of them, in words, and where: `kind` is a default `dtype`, a `subclass`, a `call` and so
    on."""

    kind: str
    text: str
    location: Location


class ShownAlone(NamedTuple):
    """What is wrong at a place as its file alone shows it and its project does not, and the facts of the project that say otherwise."""

    location: Location
    codes: tuple[str, ...]
    facts: tuple[ProjectFact, ...]


@record(frozen=True, slots=True)
class JudgedLoss:
    """A loss of a project and what is known of it.

    `verdict` is `right` (input and target are known, and no rule speaks), `wrong` (`codes` are certain), `possible` (`codes` are, under a
    condition) or `unknown`. `reason` says why, or what is not known first, with the place of that and its `cause`: a library, or a kind of
    expression. `loss` is its name in PyTorch, `written` how it is called, and `title` that with the name in PyTorch where it is hidden;
    `input` and `target` are what reaches it, in words. `alone` is what its file shows of it alone, where its project does not.
    """

    location: Location
    loss: str
    written: str
    title: str
    verdict: str
    input: str
    target: str
    input_known: bool = False
    target_known: bool = False
    codes: tuple[str, ...] = ()
    reason: str = ""
    reason_location: Location | None = None
    cause: str = ""
    alone: ShownAlone | None = None


RIGHT: Final = "right"
WRONG: Final = "wrong"
POSSIBLE: Final = "possible"
UNKNOWN: Final = "unknown"
VERDICTS: Final = (RIGHT, WRONG, POSSIBLE, UNKNOWN)
"""What is said of a loss, in the order in which they are counted."""
