"""`python -m benchmarks [--repeat N] [FOLDER ...]`: measures a generated project, then the folders given."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.generate import generate
from benchmarks.measure import Times, measure


def table(title: str, times: Times) -> str:
    """The figures of one folder; the ratios are what counts."""
    return "\n".join(
        (
            f"{title}: {times.files} files, {times.lines} lines, of which bce-lint parsed {times.parsed} files",
            f"  LibCST, parse of those files     {times.parse:7.2f} s",
            f"  bce-lint, whole process          {times.bce_lint:7.2f} s   {times.bce_lint / times.parse:5.2f} x the parse",
            f"    again, nothing changed         {times.again:7.2f} s   {times.again / times.parse:5.2f} x the parse",
            f"  flake8 -j1 without the plugin    {times.flake8:7.2f} s",
            f"  flake8 -j1 with the plugin       {times.plugin:7.2f} s   {times.plugin / times.flake8:5.2f} x without",
            f"    again, nothing changed         {times.plugin_again:7.2f} s   {times.plugin_again / times.flake8:5.2f} x without",
        )
    )


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each kind; the shortest counts")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        generate(Path(scratch))
        print(table("generated project", measure(Path(scratch), args.repeat)), flush=True)
    for folder in args.folders:
        print(table(str(folder), measure(folder, args.repeat)), flush=True)


if __name__ == "__main__":
    main()
