"""What the tests of the verification at a site share: texts, and their findings with fixes."""

from __future__ import annotations

from bce_lint.analysis.project.project import Project
from bce_lint.diagnostic import Edit
from bce_lint.engine import STDIN
from bce_lint.findings import tell
from bce_lint.ir import Span
from bce_lint.rules.by_file import selection
from bce_lint.rules.judge import Judged
from bce_lint.source.text import decode

__all__ = ["HEAD", "STDIN", "replacing", "told"]

HEAD = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n\n"


def told(text: str, code: str) -> tuple[Project, Judged]:
    """The only finding of a code in a text, with its fix, and its project."""
    project = Project("/", (), {STDIN: text.encode()})
    (finding,) = tell(project, {STDIN}, {STDIN: "<stdin>"}, selection(frozenset({code})), noqa=True, fixes=True).told
    return project, finding


def replacing(text: str, at: int, old: str, new: str) -> Edit:
    """The edit that replaces what stands at an offset of a text."""
    return Edit(decode(text.encode(), STDIN).location(Span(at, at + len(old))), new)
