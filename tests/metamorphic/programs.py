"""The programs that are rewritten: fixtures, planted programs, and the files of any folders."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

from tests.metamorphic.text import File, Piece, Place, place_of

FIXTURES = Path(__file__).parents[1] / "fixtures"
_MOST_BYTES = 60_000


class Program:
    """The files of a program by path, with line feeds only."""

    def __init__(self, name: str, texts: Mapping[str, str]) -> None:
        self.name, self.texts = name, dict(texts)

    @cached_property
    def files(self) -> dict[str, File]:
        """The files that are Python."""
        found = {}
        for path, text in self.texts.items():
            try:
                found[path] = File(path, text)
            except (SyntaxError, ValueError, RecursionError):
                continue
        return found

    @cached_property
    def modules(self) -> frozenset[str]:
        """The first words by which imports mean the program's own files."""
        return frozenset(part.removesuffix(".py") for path in self.texts for part in path.split("/"))


class Variant:
    """A program after a rewrite: the pieces of each file, and how its text becomes bytes."""

    def __init__(self, files: Mapping[str, list[Piece]], newline: str = "\n", mark: bytes = b"") -> None:
        self.files, self.newline, self.mark = dict(files), newline, mark

    def text(self, path: str) -> str:
        """The text of a file, with line feeds."""
        return "".join(piece.text for piece in self.files[path])

    def data(self, path: str) -> bytes:
        """The bytes of a file."""
        return self.mark + self.text(path).replace("\n", self.newline).encode("utf-8", "surrogatepass")

    def origin(self, path: str, offset: int) -> Place:
        """Where an offset of a file lies in the program that was rewritten."""
        return place_of(self.files[path], offset)


class Further(Variant):
    """A variant rewritten once more; its places are those of the program before both."""

    def __init__(self, first: Variant, second: Variant) -> None:
        newline = first.newline if second.newline == "\n" else second.newline
        super().__init__(second.files, newline, second.mark or first.mark)
        self.first = first

    def origin(self, path: str, offset: int) -> Place:
        """See Variant."""
        place = super().origin(path, offset)
        return place if place.path == "new" else self.first.origin(*place)


def unchanged(program: Program) -> dict[str, list[Piece]]:
    """All files of a program as they are."""
    return {path: [Piece(text, path, 0, len(text))] for path, text in program.texts.items()}


def of_folder(name: str, root: Path, files: Iterable[Path]) -> Program:
    """A program of files below a folder; those that are not UTF-8, or that are long, are left out."""
    texts = {}
    for file in files:
        data = file.read_bytes()
        if len(data) <= _MOST_BYTES:
            try:
                texts[file.relative_to(root).as_posix()] = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
            except UnicodeDecodeError:
                continue
    return Program(name, texts)


def fixtures() -> list[Program]:
    """Each fixture of a rule alone, and each project."""
    alone = [of_folder(f"{one.parent.name}/{one.stem}", one.parent, [one]) for one in sorted((FIXTURES / "rules").rglob("*.py"))]
    folders = sorted(path for path in (FIXTURES / "projects").iterdir() if path.is_dir())
    return alone + [of_folder(one.name, one, sorted(one.rglob("*.py"))) for one in folders]


def planted(count: int, seed: int) -> list[Program]:
    """Programs with a planted bug, and their twins without; none where torch, by which they are told apart, is missing."""
    if find_spec("torch") is None:
        return []
    from tests.planted.plan import plan_of
    from tests.planted.render import rendered

    rng = random.Random(seed)
    plans = [plan_of(rng.randrange) for _ in range(count)]
    return [
        Program(f"planted {number} {kind}", rendered(plan, spec).files)
        for number, plan in enumerate(plans)
        for kind, spec in (("wrong", plan.wrong), ("right", plan.twin))
    ]


def of_folders(folders: Iterable[Path], count: int, rng: random.Random) -> list[Program]:
    """A sample of the files below some folders that name a loss or an activation, each a program of its own."""
    files = [file for folder in folders for file in sorted(_python_files(folder)) if _may_matter(file)]
    return [of_folder(str(file), file.parent, [file]) for file in (rng.sample(files, count) if count < len(files) else files)]


def _python_files(folder: Path) -> Iterator[Path]:
    if folder.is_file():
        yield folder
        return
    for root, _, names in os.walk(folder):
        yield from (Path(root, name) for name in names if name.endswith(".py"))


def _may_matter(file: Path) -> bool:
    data = file.read_bytes()
    return len(data) <= _MOST_BYTES and any(word in data for word in (b"BCE", b"ntropy", b"oftmax", b"igmoid", b"NLL", b"nll"))
