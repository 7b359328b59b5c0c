"""How much memory this process has had since it was last asked."""

from __future__ import annotations

import contextlib
import resource
from pathlib import Path

_STATUS, _REFERENCES = Path("/proc/self/status"), Path("/proc/self/clear_refs")
LIMIT = 4 << 30
"""Bytes of addresses that a worker may have."""


def reset_peak() -> None:
    """Forgets how much there was, where the system can."""
    with contextlib.suppress(OSError):
        _REFERENCES.write_text("5")


def peak() -> int:
    """The most bytes that the process has had at once."""
    with contextlib.suppress(OSError):
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def limit() -> None:
    """Lets an allocation that is far too large fail, here and not in the whole machine."""
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (LIMIT, resource.getrlimit(resource.RLIMIT_AS)[1]))
