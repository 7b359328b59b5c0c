"""Import graphs of texts, for the tests of the index and of reachability."""

from __future__ import annotations

import os
from collections.abc import Mapping

from bce_lint.analysis.project.import_graph import Graph
from bce_lint.analysis.project.index import scan

ROOT = os.path.abspath(os.sep + "project")


def path_of(name: str) -> str:
    """The path of a file of the project, by its name with slashes."""
    return os.path.join(ROOT, *name.split("/"))


def project(files: Mapping[str, bytes]) -> Graph:
    """The graph of files by name, where modules are found by path from the root only."""
    paths = {path_of(name): text for name, text in files.items()}

    def _resolve(importer: str, module: str, level: int) -> str | None:
        folder = ROOT if level == 0 else os.path.dirname(importer)
        for _ in range(level - 1):
            folder = os.path.dirname(folder)
        stem = os.path.join(folder, *module.split(".")) if module else folder
        return next((p for p in (stem + ".py", os.path.join(stem, "__init__.py")) if p in paths), None)

    return Graph({path: scan(path, text) for path, text in paths.items()}, _resolve)
