"""`python -m bce_lint`, and what the command `bce-lint` starts."""

from __future__ import annotations

import gc
import os
import sys


def run() -> None:
    """Runs the command line as the whole process: nothing is collected meanwhile, and the memory goes back in one piece at the end."""
    gc.disable()  # before the imports, which make most of what would be walked over

    from bce_lint import terminal
    from bce_lint.cli.main import main

    status = main()
    try:
        terminal.flush()
    finally:
        os._exit(status)


if __name__ == "__main__":
    # Python looks for modules in the working folder first, which may be a repository that has a `libcst.py`.
    sys.path[:] = [folder for folder in sys.path if folder and os.path.abspath(folder) != os.getcwd()]
    run()
