"""A project of two files with a bug that takes both."""

from __future__ import annotations

from pathlib import Path

MODEL = "import torch\nfrom torch import nn\n\n\nclass Net(nn.Module):\n    def forward(self, x):\n        return torch.sigmoid(x)\n"
TRAIN = "from torch import nn\nfrom models import Net\n\n\ndef step(x, y):\n    return nn.BCEWithLogitsLoss()(Net()(x), y)\n"
RIGHT = MODEL.replace("torch.sigmoid(x)", "x")


def write_project(root: Path) -> Path:
    """Writes the two files into a folder, and says that it is a project."""
    (root / "pyproject.toml").touch()
    (root / "models.py").write_text(MODEL, encoding="utf-8")
    (root / "train.py").write_text(TRAIN, encoding="utf-8")
    return root
