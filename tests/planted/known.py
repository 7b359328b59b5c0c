"""Disagreements that are understood and left: each with the way of writing that it takes, and the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tests.planted.compare import Disagreement

ANY = "any"
"""Stands for every code."""


class Known(NamedTuple):
    """A disagreement that is left: its kind and code, what the program is like (`described`), and why."""

    kind: str
    code: str
    like: Mapping[str, str]
    reason: str

    def covers(self, one: Disagreement, described: Mapping[str, str]) -> bool:
        """True if a disagreement is this one."""
        return one.kind == self.kind and self.code in (ANY, one.code) and self.like.items() <= described.items()


_PARTIAL = "an option bound by `partial` has no place in the call that uses it"
_PIECES = "the number of rows that `split` and `chunk` leave is not known, so `-1` in a reshape is not either"

_BATCH = "the size of a loader's batch is not known, and has no symbol: neither is what `-1` leaves beside it"
_ROUND = "a value that may be that of another round is not known to be one in all terms"
_ARMS = "one of the two arms is not executed"
_CUDA = "`torch.cuda.is_available()` is taken to be true, so the other arm is not looked at, and not mended"

KNOWN = (
    Known("fix: does not run", ANY, {"call": "cuda if there"}, _CUDA),
    Known("fix: seen by the witness", ANY, {"call": "cuda if there"}, _CUDA),
    Known("static: missed", "BCE304", {"call": "cuda if there"}, _CUDA),
    Known("witness: wrong line", "BCE203", {"call": "partial"}, _PARTIAL),
    *(
        Known(kind, code, {way: view, "feed": feed}, _BATCH)
        for kind, code in (("static: missed", "BCE401"), ("fix: does not run", ""))
        for view in ("view", "functional reshape", "reshape", "function with a view")
        for way in ("route", "second")
        for feed in ("loader", "dataset")
    ),
    *(
        Known(kind, code, {"case": case, "step": "script", way: "generator loop"}, _ROUND)
        for case, kind, code in (
            ("written by hand", "static: missed", "BCE503"),
            ("written by hand", "static: extra", "BCE502"),
            ("both losses", "static: missed", "BCE106"),
            ("both losses", "static: extra", "BCE105"),
            ("both losses of a sigmoid", "static: missed", "BCE106"),
            ("both losses of a sigmoid", "static: extra", "BCE101"),
        )
        for way in ("route", "second")
    ),
    Known("witness: missed", "BCE203", {"call": "both arms"}, _ARMS),
    Known("witness: missed", "BCE304", {"call": "both arms"}, _ARMS),
    Known("witness: wrong line", "BCE304", {"call": "partial"}, _PARTIAL),
    *(
        Known("static: missed", "BCE401", {"route": pieces, "second": view}, _PIECES)
        for pieces in ("split", "chunks")
        for view in ("view", "reshape", "functional reshape", "function with a view")
    ),
)
"""All of them."""


def is_known(one: Disagreement, described: Mapping[str, str]) -> bool:
    """True if a disagreement is among those that are left."""
    return any(known.covers(one, described) for known in KNOWN)
