"""`python -m benchmarks.verify [--repeat N]`: how long the verification of all rewrites takes on the CPU, next to an import of torch."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from typing import Final, NamedTuple

from benchmarks.measure import seconds

_VERIFY: Final = (sys.executable, "-m", "bce_lint", "--isolated", "--verify", "--device", "cpu")
_IMPORT: Final = (sys.executable, "-c", "import torch")


class Verification(NamedTuple):
    """What became of the claims, and seconds, the shortest of several runs each."""

    claims: str
    verify: float
    torch: float


def measure(repeat: int) -> Verification:
    """Measures both. The runs alternate, so that a busy moment does not favour one of them."""
    claims = summary(())
    rounds = [(seconds(_VERIFY), seconds(_IMPORT)) for _ in range(repeat)]
    return Verification(claims, *(min(column) for column in zip(*rounds, strict=True)))


def summary(arguments: Sequence[str]) -> str:
    """The last line that the command prints."""
    done = subprocess.run([*_VERIFY, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1]


def table(times: Verification) -> str:
    """The figures; the ratio is what counts."""
    return "\n".join(
        (
            f"bce-lint --verify: {times.claims}",
            f"  import torch, whole process      {times.torch:7.2f} s",
            f"  bce-lint --verify, whole process {times.verify:7.2f} s   {times.verify / times.torch:5.2f} x the import",
        )
    )


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.verify", description=__doc__)
    parser.add_argument("--repeat", type=int, default=3, help="runs of each kind; the shortest counts")
    print(table(measure(parser.parse_args().repeat)))


if __name__ == "__main__":
    main()
