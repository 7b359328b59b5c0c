"""Notebooks run by Jupyter's own programs after a fix, and what IPython itself takes for Python."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

import pytest

import bce_lint
from tests.hosts.programs import done, run
from tests.notebooks.shapes import BUG, OLD, SETUP, code, other, written

pytestmark = pytest.mark.long

SAID: Final = "\nprint(f'{float(loss):.3f}')"
NOTEBOOKS: Final = {
    "usual": [other("# a"), code(SETUP), code(BUG + SAID), code(OLD)],
    "magics": [code("%matplotlib --list\n!echo it\\'s\nfiles = !ls\n" + SETUP), code("%%time\n" + BUG + SAID), code("%%bash\necho \"'\"")],
    "function": [
        code(SETUP),
        code("def step(model, x, y):\n    out = torch.sigmoid(model(x))\n    return nn.BCEWithLogitsLoss()(out, y)"),
        code("import asyncio\nawait asyncio.sleep(0)\n%time loss = step(layer, x, y)" + SAID),
    ],
}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_fixed_notebook_runs(tmp_path: Path, name: str) -> None:
    (tmp_path / "pyproject.toml").touch()
    data = written(NOTEBOOKS[name]).replace(b"%matplotlib --list", b"%pwd")
    fixed = bce_lint.fix_source(data, str(tmp_path / "a.ipynb"), unsafe=True)
    assert fixed != data and b"sigmoid(" not in fixed
    (tmp_path / "a.ipynb").write_bytes(fixed)
    told = done(run(sys.executable, "-m", "nbconvert", "--execute", "--to", "markdown", "--stdout", "a.ipynb", cwd=tmp_path))
    assert re.search(r"\d\.\d{3}", told) and "Error" not in told
