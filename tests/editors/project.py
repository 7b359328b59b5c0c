"""The project that the editors are driven in: a loss whose bug is in another file, lines that are typed, and what is to come out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from tests.hosts.programs import MODELS, TRAIN, write

TYPED: Final = "\n\ndef other(x, y):\n    return nn.functional.cross_entropy(x, y, size_average=False)"
CELLS: Final = (
    "import torch\nfrom torch import nn\n\nfrom models import Net",
    "x = torch.randn(8, 4)\ny = torch.rand(8, 1)",
    "criterion = nn.BCEWithLogitsLoss()\ncriterion(Net()(x), y)",
    "nn.functional.mse_loss(x, 2 * x, size_average=False)",
)
FIXED: Final = {
    "models.py": MODELS.replace("torch.sigmoid(self.fc(x))", "self.fc(x)"),
    "train.py": f"{TRAIN}{TYPED}\n".replace("size_average=False", 'reduction="sum"'),
}
FIXED_CELL: Final = CELLS[-1].replace("size_average=False", 'reduction="sum"')


def notebook(last: str) -> str:
    """A notebook of these cells but for the last one's text, as nbformat writes it."""
    code: dict[str, Any] = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    cells = [{**code, "id": f"cell{number}", "source": text.splitlines(True)} for number, text in enumerate((*CELLS[:-1], last), 1)]
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"


def make(folder: Path, last: str = CELLS[-1]) -> None:
    """Writes the project, its notebook with the text of the last cell."""
    write(folder, {"pyproject.toml": "", "models.py": MODELS, "train.py": TRAIN, "notebook.ipynb": notebook(last)})


def sources(path: Path) -> list[str]:
    """The texts of the cells of a notebook."""
    return ["".join(cell["source"]) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]


def compare(folder: Path) -> None:
    """Fails if the files of the project are not what the fixes make of them."""
    for name, text in FIXED.items():
        found = (folder / name).read_text(encoding="utf-8")
        assert found == text, f"{name} is\n{found}\nand not\n{text}"
