"""The options of `bce-lint server`."""

from __future__ import annotations

import argparse
from typing import Final

from bce_lint import terminal

DESCRIPTION: Final = "Speaks the Language Server Protocol with an editor, over standard input and output."
EPILOG: Final = """\
The configuration is that of the files (bce-lint.toml, pyproject.toml), as on the command line; an editor's own settings go before it.
exit status: 0 the editor has asked for the end; 1 it has gone without a word; 2 a usage error, or pygls is not installed.
A folder called `server` is linted by `bce-lint check server`."""


def parser() -> argparse.ArgumentParser:
    """The parser of what follows `bce-lint server`."""
    build = terminal.Parser(
        prog="bce-lint server",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    build.add_argument("--stdio", action="store_true", help="speak over standard input and output, which is the only way (default)")
    build.add_argument("--log", metavar="FILE", help="write the log into FILE (default: standard error)")
    build.add_argument("-v", "--verbose", action="count", default=0, help="log more; twice: all messages, and where errors come from")
    return build
