"""`python -m benchmarks.same OLD NEW [FOLDER ...]`: shows that two revisions of bce-lint give byte-identical answers, or where not.

OLD and NEW are git revisions of this repository, or folders that hold checkouts. Each runs in an environment of its own, which is made
with its constraints file (`--extra verify` for one with PyTorch); `--python` and `--in-place` take environments that are there already,
which is fast. The revisions get the same command lines, in one process each: findings of all rules as JSON, fixes as diffs, verdicts where
there is PyTorch; standard error and the exit status are compared, too. They are asked about the fixtures and the examples of NEW, planted
programs that OLD's generator writes, and the folders that are given. It exits with 1 where an answer differs.

    python -m benchmarks.same --in-place main .                       the working tree against a branch
    python -m benchmarks.same --in-place --only fixtures --count main .
    python -m benchmarks.same main HEAD --each packages --time 5      real packages, each by itself, and the time that each takes
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.same import inputs
from benchmarks.same.answers import Comparison, compared
from benchmarks.same.inputs import Group
from benchmarks.same.revisions import Revision, checkout, installed, with_python
from benchmarks.same.times import Times, measured, total

GROUPS = ("commands", "fixtures", "examples", "planted", "folders", "times")


def main(arguments: Sequence[str] | None = None) -> int:
    """Compares and prints; 1 where something differs."""
    options = _parser().parse_intermixed_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name).resolve()
        sides = _sides(options, scratch)
        for side in sides:
            print(side.described(), flush=True)
        comparisons = _comparisons(options, sides, scratch)
        times = _times(options, sides, scratch)
    if options.json is not None:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        timed = [one._asdict() for one in times]
        options.json.write_text(json.dumps({"groups": [one.as_json() for one in comparisons], "times": timed}, indent=1), encoding="utf-8")
    different = any(one.differences for one in comparisons)
    if comparisons:
        print("DIFFERENT" if different else "the same")
    return int(different)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.same", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("old", metavar="OLD", help="a git revision, or a folder with a checkout")
    parser.add_argument("new", metavar="NEW")
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="folders to lint, too; nothing in them is changed")
    parser.add_argument("--each", action="store_true", help="take each subfolder of the folders by itself")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--in-place", action="store_true", help="run both in this environment, with PYTHONPATH")
    where.add_argument("--python", nargs=2, metavar=("OLD_PY", "NEW_PY"), help="run them in these environments, with PYTHONPATH")
    where.add_argument("--extra", action="append", default=[], help="an extra of the package for the fresh environments, such as verify")
    parser.add_argument("--only", action="append", choices=GROUPS, help="compare this group only; may be given more than once")
    parser.add_argument("--planted", type=int, default=2000, metavar="N", help="how many planted programs (default: 2000)")
    parser.add_argument("--seed", type=int, default=0, help="of the planted programs")
    parser.add_argument("--count", action="store_true", help="compare how many expressions the analysis evaluates, too; takes longer")
    parser.add_argument("--no-verify", action="store_true", help="do not compare verdicts, which takes an import of PyTorch")
    parser.add_argument("--time", type=int, default=0, metavar="REPEAT", help="measure the CPU time for each folder, so many times")
    parser.add_argument("--most", type=int, default=5, help="how many differences of a group to show")
    parser.add_argument("--lines", type=int, default=30, help="how many lines of each")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the counts, all differences and the times to a file")
    return parser


def _sides(options: argparse.Namespace, scratch: Path) -> tuple[Revision, Revision]:
    old, new = (checkout(given, scratch / name) for given, name in ((options.old, "old"), (options.new, "new")))
    if options.in_place or options.python:
        print(f"with the dependencies of {'this environment' if options.in_place else 'the environments given'}, by PYTHONPATH")
        pythons = options.python or (sys.executable, sys.executable)
        return with_python("OLD", old, pythons[0]), with_python("NEW", new, pythons[1])
    print("each in a fresh environment", flush=True)
    return installed("OLD", old, options.extra, scratch), installed("NEW", new, options.extra, scratch)


def _folders(options: argparse.Namespace) -> list[Path]:
    """The folders that are asked about."""
    given = [one for folder in options.folders for one in (sorted(folder.iterdir()) if options.each else (folder,))]
    missing = [str(folder) for folder in options.folders if not folder.is_dir()]
    if missing:
        raise SystemExit(f"no such folder: {', '.join(missing)}")
    return [folder for folder in given if folder.is_dir()]


def _comparisons(options: argparse.Namespace, sides: tuple[Revision, Revision], scratch: Path) -> list[Comparison]:
    """Compares the groups and prints what comes of each."""
    done = []
    for group in _groups(options, sides, scratch):
        comparison = compared(group, sides, options.count, scratch)
        print(comparison.shown(options.lines, options.most), flush=True)
        done.append(comparison)
    return done


def _groups(options: argparse.Namespace, sides: tuple[Revision, Revision], scratch: Path) -> Iterator[Group]:
    old, new = sides
    wanted, at = options.only or GROUPS, scratch / "inputs"
    verify = not options.no_verify and all(side.about["PyTorch"] for side in sides)
    if not verify:
        print("verdicts are not compared" + ("" if options.no_verify else ": one side has no PyTorch, or both"))
    at.mkdir()
    if "commands" in wanted:
        yield inputs.commands(new.folder, at / "commands", verify)
    if "fixtures" in wanted:
        yield inputs.fixtures(new.folder, at / "fixtures", verify)
    if "examples" in wanted:
        yield inputs.examples(new.folder, at / "examples", verify)
    if "planted" in wanted and options.planted:
        yield inputs.planted(old.folder, at / "planted", options.planted, options.seed, verify)
    if "folders" in wanted and options.folders:
        yield inputs.folders(_folders(options), verify)


def _times(options: argparse.Namespace, sides: tuple[Revision, Revision], scratch: Path) -> list[Times]:
    """Measures the folders and prints what comes of each; the ratios are what counts."""
    if not options.time or "times" not in (options.only or GROUPS):
        return []
    empty = scratch / "empty"
    empty.mkdir()
    print(f"CPU time of bce-lint, median of {options.time}")
    done = []
    for folder in _folders(options):
        done.append(measured(folder, sides, options.time, empty))
        print(done[-1].shown(), flush=True)
    if len(done) > 1:
        print(total(done).shown())
    return done


if __name__ == "__main__":
    sys.exit(main())
