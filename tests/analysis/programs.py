"""Small projects of texts, and what is known in them: for tests of the analysis that need files or budgets of their own."""

from __future__ import annotations

import os
from collections.abc import Mapping

from bce_lint.analysis.domain.tensor import Place
from bce_lint.analysis.models.registry import is_known
from bce_lint.analysis.project.project import Project
from bce_lint.analysis.recording.reveal import Reveals

FOLDER = os.path.join(os.sep, "project")
HEAD = "import torch\nfrom torch import nn\nfrom bce_lint import reveal\n"


def path_of(name: str) -> str:
    """A file of the project by its name with slashes."""
    return os.path.join(FOLDER, *name.split("/"))


class FromTexts(Project):
    """A project whose files are texts alone: an import finds those of its folder and of the root."""

    def resolve(self, importer: str, module: str, level: int) -> str | None:
        """The file of the project that an import names."""
        start = os.path.dirname(importer) if level else FOLDER
        for _ in range(level - 1):
            start = os.path.dirname(start)
        stem = os.path.join(start, *module.split(".")) if module else start
        return next((path for path in (stem + ".py", os.path.join(stem, "__init__.py")) if path in self.texts), None)


def run(files: Mapping[str, str] | str, wanted: str = "main.py") -> tuple[Project, list[str]]:
    """Runs a project towards one of its files; and what is revealed there, in the order of the calls."""
    texts = {wanted: files} if isinstance(files, str) else files
    target = path_of(wanted)
    reveals = Reveals(frozenset({target}), is_known)
    project = FromTexts(FOLDER, (), {path_of(name): (HEAD + text).encode() for name, text in texts.items()}, reveals)
    project.run({target})
    return project, ["".join(_shown(one) for one in found.text) for found in reveals.found]


def _shown(part: str | Place) -> str:
    return part if isinstance(part, str) else "HERE"


def revealed(files: Mapping[str, str] | str) -> list[str]:
    """What is revealed in `main.py`."""
    return run(files)[1]
