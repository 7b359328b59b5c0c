"""A project of training code for measuring: packages of models, losses and loops, and files that have nothing to do with them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

PACKAGES: Final = 16
PLAIN_FILES: Final = 30

MODEL: Final = '''"""Model {n}."""
import torch
from torch import nn
import torch.nn.functional as F


class Block{n}(nn.Module):
    def __init__(self, inside, outside, dropout=0.1):
        super().__init__()
        self.conv = nn.Conv2d(inside, outside, kernel_size=3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(outside)
        self.drop = nn.Dropout(dropout)

    def forward(self, x):
        return self.drop(F.relu(self.norm(self.conv(x)), inplace=True))


class Net{n}(nn.Module):
    def __init__(self, classes={classes}, width=32, depth=3, activation="{activation}"):
        super().__init__()
        self.blocks = nn.ModuleList([Block{n}(3 if i == 0 else width, width) for i in range(depth)])
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, classes))
        self.activation = nn.Sigmoid() if activation == "sigmoid" else nn.Identity()

    def forward(self, x, return_features=False):
        for block in self.blocks:
            x = block(x)
        scores = self.head(x)
        if return_features:
            return self.activation(scores), x
        return self.activation(scores)
'''

TRAIN: Final = '''"""Training loop {n}."""
import argparse
import torch
from torch import nn
from .model import Net{n}


class Meter:
    def __init__(self):
        self.total, self.count = 0.0, 0

    def update(self, value, count=1):
        self.total += value * count
        self.count += count

    @property
    def mean(self):
        return self.total / max(self.count, 1)


def run_epoch(model, criterion, loader, optimizer=None, device="cpu"):
    meter = Meter()
    model.train(optimizer is not None)
    for step, (images, labels) in enumerate(loader):
        images, labels = images.to(device), labels.to(device).float()
        outputs = model(images)
        loss = criterion(outputs, labels)
        if optimizer is not None:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        meter.update(loss.item(), images.size(0))
        if step % 50 == 0:
            print(f"step {{step}}: {{meter.mean:.4f}}")
    return meter.mean


def main(loaders):
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--lr", type=float, default=1e-3)
    args = parser.parse_args()
    model = Net{n}()
    criterion = nn.{loss}()
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)
    best = float("inf")
    for epoch in range(args.epochs):
        run_epoch(model, criterion, loaders["train"], optimizer)
        value = run_epoch(model, criterion, loaders["valid"])
        if value < best:
            best = value
            torch.save({{"model": model.state_dict(), "epoch": epoch}}, "best_{n}.pt")
    return best
'''

PLAIN: Final = '''"""Records {n}.{m}: reading, checking and writing."""
import csv
import dataclasses
import json
from pathlib import Path


@dataclasses.dataclass
class Record:
    name: str
    values: list
    source: str = "unknown"

    def mean(self):
        return sum(self.values) / len(self.values) if self.values else 0.0

    def scaled(self, factor):
        return dataclasses.replace(self, values=[value * factor for value in self.values])


def read(path):
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            yield Record(row["name"], [float(value) for value in row["values"].split(";")], row.get("source", ""))


def group(records, key=lambda record: record.source):
    groups = {{}}
    for record in records:
        groups.setdefault(key(record), []).append(record)
    return {{name: sorted(found, key=lambda record: record.name) for name, found in groups.items()}}


def write(groups, folder, indent=2):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, records in groups.items():
        text = json.dumps([dataclasses.asdict(record) for record in records], indent=indent)
        (folder / f"{{name}}.json").write_text(text)
    return len(groups)
'''


def generate(folder: Path) -> None:
    """Writes the project into `folder`; always the same one."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text('[project]\nname = "measured"\n', encoding="utf-8")
    for number in range(PACKAGES):
        package = folder / f"package_{number}"
        package.mkdir(exist_ok=True)
        (package / "__init__.py").write_text("", encoding="utf-8")
        for name, text in _package(number).items():
            (package / name).write_text(text, encoding="utf-8")


def _package(number: int) -> dict[str, str]:
    """The files of one package by name. One package in three sends a sigmoid to a loss that applies one itself."""
    activation = ("sigmoid", "none", "sigmoid")[number % 3]
    loss = ("BCEWithLogitsLoss", "BCEWithLogitsLoss", "BCELoss")[number % 3]
    files = {
        "model.py": MODEL.format(n=number, classes=number % 7 + 1, activation=activation),
        "train.py": TRAIN.format(n=number, loss=loss),
    }
    plain = {f"records_{other}.py": PLAIN.format(n=number, m=other) for other in range(PLAIN_FILES)}
    return files | plain
