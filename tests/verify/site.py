"""What the tests of the verification at a site share: texts, and their findings with fixes."""

from __future__ import annotations

from bce_lint.analysis.project.project import Project
from bce_lint.engine import STDIN, Told, tell

__all__ = ["HEAD", "STDIN", "told"]

HEAD = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n\n"


def told(text: str, code: str) -> tuple[Project, Told]:
    """The only finding of a code in a text, with its fix, and its project."""
    project = Project("/", (), {STDIN: text.encode()})
    (finding,) = tell(project, {STDIN}, {STDIN: "<stdin>"}, frozenset({code}), noqa=True, fixes=True)
    return project, finding
