"""Projects of one shape in several sizes: what a run costs on them says how its cost grows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from benchmarks.generate import MODEL, TRAIN

SIZES: Final = (10, 100, 1000)
Files: TypeAlias = Mapping[str, str]

_HEAD: Final = "import torch\nfrom torch import nn\n\n\n"
_LOSS: Final = "def step(x, y):\n    return nn.BCEWithLogitsLoss()(torch.sigmoid(x), y)\n"


class Shape(NamedTuple):
    """What there is more and more of, the files of a project that has so much of it, and how much of it there is in each project."""

    name: str
    files: Callable[[int], Files]
    sizes: tuple[int, ...] = SIZES

    def write(self, folder: Path, size: int) -> None:
        """Writes the project."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "pyproject.toml").write_text('[project]\nname = "measured"\n', encoding="utf-8")
        for name, text in self.files(size).items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")


def packages(size: int) -> Files:
    """Packages that know nothing of one another, with a model and a training loop each."""
    found: dict[str, str] = {}
    for number in range(size):
        found[f"package_{number}/__init__.py"] = ""
        found[f"package_{number}/model.py"] = MODEL.format(n=number, classes=number % 7 + 1, activation="sigmoid")
        found[f"package_{number}/train.py"] = TRAIN.format(n=number, loss="BCEWithLogitsLoss")
    return found


def long_file(size: int) -> Files:
    """A file of functions that each have a loss."""
    functions = (f"def step_{n}(net, x, y):\n    out = net(x)\n    return nn.BCELoss()(torch.sigmoid(out), y)\n\n\n" for n in range(size))
    return {"train.py": _HEAD + "".join(functions)}


def chain(size: int) -> Files:
    """Files of which each calls a function of the one before."""
    files = {"link_0.py": _HEAD + _LOSS}
    for number in range(1, size):
        files[f"link_{number}.py"] = f"from link_{number - 1} import step as before\n\n\ndef step(x, y):\n    return before(x, y)\n"
    return files


def branches(size: int) -> Files:
    """A function with tests one after another that nobody can decide, before its loss."""
    tests = (f"    if flags.use_{n}:\n        x = x * {n + 2}\n" for n in range(size))
    return {"train.py": _HEAD + "def step(flags, x, y):\n" + "".join(tests) + "    return nn.BCELoss()(torch.sigmoid(x), y)\n"}


def circle(size: int) -> Files:
    """Files that import one another in a circle, each with a loss."""
    return {
        f"part_{n}.py": f"import part_{(n + 1) % size}\n{_HEAD}{_LOSS}\n\ndef other(x, y):\n    return part_{(n + 1) % size}.step(x, y)\n"
        for n in range(size)
    }


SHAPES: Final = (
    Shape("packages", packages, (1, 10, 100)),
    Shape("functions of a file", long_file),
    Shape("files in a chain of calls", chain),
    Shape("undecided branches of a function", branches),
    Shape("files in an import circle", circle),
)
