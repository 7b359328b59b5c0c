"""What keeps a file from being analysed."""

from __future__ import annotations

import errno
from typing import NamedTuple

from bce_lint.diagnostic import TOO_LARGE, UNREADABLE


class Problem(NamedTuple):
    """Why a file could not be analysed, and where."""

    code: str
    message: str
    row: int
    column: int


def unread(error: OSError, what: str) -> Problem:
    """Why a file could not be read; `what` begins the message, unless the file is larger than any that is read."""
    reason = str(error.strerror or error)
    return Problem(TOO_LARGE, reason, 1, 1) if error.errno == errno.EFBIG else Problem(UNREADABLE, what + reason, 1, 1)
