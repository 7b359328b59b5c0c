"""`bce-lint server`: speaks with an editor over standard input and output."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

from bce_lint import terminal
from bce_lint.lsp.options import parser

OK, GONE, FAILED = 0, 1, 2


def serve(arguments: Sequence[str]) -> int:
    """Serves until the client goes; gives the exit status."""
    options = parser().parse_args(arguments)
    try:
        from bce_lint.lsp.features import made
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol", "cattrs", "attrs"):
            raise
        terminal.complain(f"the server needs pygls ({error}); install it with `pip install pygls`")
        return FAILED
    try:
        terminal.log_into(options.log, options.verbose)
    except OSError as error:
        terminal.complain(f"--log {options.log}: {error.strerror or error}")
        return FAILED
    gc.enable()  # the process stays
    with terminal.alone() as out:
        server = made()
        server.start_io(sys.stdin.buffer, out)
        return OK if server.protocol.was_shut_down else GONE
