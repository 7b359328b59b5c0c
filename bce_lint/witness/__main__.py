"""`python -m bce_lint.witness [OPTIONS] SCRIPT [ARGUMENTS]`: runs a script and says what reached its losses."""

from __future__ import annotations

import sys

from bce_lint.witness.command import main

if __name__ == "__main__":
    sys.exit(main())
