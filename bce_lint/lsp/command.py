"""`bce-lint server`: speaks with an editor over standard input and output."""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Sequence

from bce_lint import terminal
from bce_lint.lsp.options import parser

OK, FAILED = 0, 2


def serve(arguments: Sequence[str]) -> int:
    """Serves until the client goes; gives the exit status."""
    options = parser().parse_args(arguments)
    try:
        from bce_lint.lsp.features import made
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol", "cattrs", "attrs"):
            raise
        terminal.complain(f"the server needs pygls ({error}); install it with `pip install 'bce-lint[lsp]'`")
        return FAILED
    try:
        _log(options.log, options.verbose)
    except OSError as error:
        terminal.complain(f"--log {options.log}: {error.strerror or error}")
        return FAILED
    gc.enable()  # the process stays
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as out:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nothing but the protocol goes to the client
        server = made()
        server.start_io(sys.stdin.buffer, out)
        return OK if server.protocol.was_shut_down else 1


def _log(file: str | None, verbose: int) -> None:
    """What is logged, and where: warnings alone on standard error, unless somebody wants more."""
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    handler = logging.StreamHandler(sys.stderr) if file is None else logging.FileHandler(file, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger("bce_lint").addHandler(handler)
    logging.getLogger("bce_lint").setLevel(level)
    others = logging.getLogger("pygls")
    others.addHandler(handler if verbose > 1 or file is not None else logging.NullHandler())
    others.setLevel(level if verbose > 1 else logging.WARNING)
    others.propagate = False
