"""What the revisions are asked: groups of command lines over the fixtures, the examples, planted programs and given folders."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

PLANT: Final = Path(__file__).with_name("plant.py")
BATCH: Final = 50
"""How many planted programs one command line names."""

FINDINGS, FIXES, VERDICTS, WORDS = "findings", "fixes", "verdicts", "words"
_ALL: Final = ("--no-cache", "--select", "BCE")
_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    FINDINGS: (*_ALL, "--output-format", "json"),
    FIXES: (*_ALL, "--fix", "--unsafe-fixes", "--diff"),
    "safe fixes": (*_ALL, "--fix", "--diff", "--show-fixes"),
    VERDICTS: (*_ALL, "--verify", "--output-format", "json"),
}
_FORMATS: Final[Mapping[str, tuple[str, ...]]] = {
    "frames": ("--no-cache",),
    "lines": ("--no-cache", "--extend-select", "BCE", "--unsafe-fixes", "--output-format", "concise"),
    "statistics": (*_ALL, "--statistics"),
}
_TEXT: Final[Mapping[str, tuple[str, ...]]] = {
    "text": (*_ALL, "--output-format", "json", "-"),
    "mended text": (*_ALL, "--fix", "--unsafe-fixes", "-"),
}


class Run(NamedTuple):
    """One command line: what it is about, where it is given, and the file that it reads from standard input."""

    name: str
    kind: str
    arguments: tuple[str, ...]
    cwd: Path
    stdin: Path | None = None


class Group(NamedTuple):
    """Command lines that are compared together, and how many files they are about."""

    name: str
    files: int
    runs: Sequence[Run]


def commands(checkout: Path, folder: Path, verify: bool) -> Group:
    """What bce-lint says of itself, and of command lines that it cannot follow."""
    folder.mkdir()
    codes = sorted(path.stem for path in (checkout / "docs" / "rules").glob("BCE*.md"))
    lines = [
        *("--help", "--version", "--list-rules", "--explain BCE999", "--select BCE999", "missing.py", "--plot pictures"),
        *(f"--explain {code}" for code in codes),
        *(["--verify", "--verify --output-format json"] if verify else ()),
    ]
    return Group("commands", 0, [Run(line, WORDS, tuple(line.split()), folder) for line in lines])


def fixtures(checkout: Path, folder: Path, verify: bool) -> Group:
    """All fixtures: the folder of a rule and each project by itself, and each file as a text without a name."""
    shutil.copytree(checkout / "tests" / "fixtures", folder, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    names = ("text", "reveal", "reveal_alone", "losses", "possible")
    whole = [path for name in names if (path := folder / name).is_dir()]  # a revision may have no such fixtures yet
    roots = [*(folder / "rules").iterdir(), *whole, *(folder / "projects").iterdir()]
    roots += [*(folder / "fixes").glob("BCE*"), *(folder / "fixes" / "projects").glob("*/*")]
    runs = [run for root in sorted(roots) for run in _of_project(root, folder, verify)]
    for file in _files(folder):
        name = file.relative_to(folder).as_posix()
        runs += [Run(name, kind, arguments, folder, file) for kind, arguments in _TEXT.items()]
    return Group("fixtures", len(_files(folder)), runs)


def examples(checkout: Path, folder: Path, verify: bool) -> Group:
    """The examples, as one project."""
    shutil.copytree(checkout / "examples", folder / "examples", ignore=shutil.ignore_patterns("__pycache__", ".*"))
    return Group("examples", len(_files(folder)), [*_of_project(folder / "examples", folder, verify)])


def _of_project(root: Path, folder: Path, verify: bool) -> Iterator[Run]:
    (root / "pyproject.toml").touch()  # else it would be one project with those beside it
    return _runs([root.relative_to(folder).as_posix()], folder, {**_KINDS, **_FORMATS}, verify)


def planted(generator: Path, folder: Path, count: int, seed: int, verify: bool) -> Group:
    """Programs that the generator of one checkout writes; it asks for Hypothesis in this environment."""
    command = [sys.executable, str(PLANT), str(folder), str(count), str(seed)]
    subprocess.run(command, env={**os.environ, "PYTHONPATH": str(generator)}, check=True)
    names = sorted(path.name for path in folder.iterdir())
    batches = [names[start : start + BATCH] for start in range(0, len(names), BATCH)]
    return Group("planted", len(_files(folder)), [run for names in batches for run in _runs(names, folder, _KINDS, verify)])


def folders(given: Iterable[Path], verify: bool) -> Group:
    """Folders as they are: nothing is copied, and no command line writes."""
    roots = [folder.resolve() for folder in given]
    runs = [run for root in roots for run in _runs([root.name], root.parent, _KINDS, verify)]
    return Group("folders", sum(len(_files(root)) for root in roots), runs)


def _runs(paths: Sequence[str], cwd: Path, kinds: Mapping[str, tuple[str, ...]], verify: bool) -> Iterator[Run]:
    name = paths[0] if len(paths) == 1 else f"{paths[0]} to {paths[-1]}"
    for kind, options in kinds.items():
        if verify or kind != VERDICTS:
            yield Run(name, kind, (*options, *paths), cwd)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if path.is_file())
