"""Files of every encoding and line end: a fix changes its own bytes and no others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bce_lint.engine import fix, fix_text
from bce_lint.fix_options import FixOptions

FILES = sorted((Path(__file__).parents[1] / "fixtures" / "text").glob("*.py"))
CODES = frozenset(("BCE103",))
NEVER_FIXED = frozenset({"cr", "form_feed", "form_feed_indented", "parenthesised_annotation"})
"""What LibCST does not give back as it was."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_only_the_bytes_of_the_sigmoid_go(path: Path) -> None:
    before = path.read_bytes()
    outcome, _ = fix_text(before, None, CODES, FixOptions(unsafe=True, fixable=CODES))
    if path.stem in NEVER_FIXED:
        assert not outcome.groups
        assert "LibCST does not give back" in outcome.refused[0]
        return
    ((changed,),) = outcome.groups
    wanted, count = re.subn(rb"criterion\(torch\.sigmoid\((\w+\(x\))\)", rb"criterion(\1", before)
    if not count:  # names in other encodings
        start = before.index(b"criterion(torch.sigmoid(") + len(b"criterion(")
        end = before.index(b"))", start) + 1
        wanted = before[:start] + before[start + len(b"torch.sigmoid(") : end] + before[end + 1 :]
    assert changed.after == wanted
    assert outcome.refused == ()


def test_tabs_and_comments_and_continued_lines_stay(tmp_path: Path) -> None:
    before = (
        b"import torch.nn.functional as F\r\nimport torch\r\n\r\ndef step(net, x, y):\r\n\tif True:\r\n"
        b"\t\tloss = F.binary_cross_entropy(  # the loss\r\n\t\t\ttorch.sigmoid(  # scores\r\n\t\t\t\tnet(x)  # raw\r\n\t\t\t), y, \\\r\n"
        b"\t\t)\r\n\t\treturn loss"
    )
    file = tmp_path / "train.py"
    file.write_bytes(before)
    codes = frozenset({"BCE101"})
    outcome, _ = fix([file], codes, FixOptions(unsafe=False, fixable=codes))
    ((changed,),) = outcome.groups
    assert changed.after == before.replace(b"binary_cross_entropy(", b"binary_cross_entropy_with_logits(").replace(b"torch.sigmoid(", b"(")
    compile(changed.after, "train.py", "exec")
