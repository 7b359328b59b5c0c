"""Configuration, baseline, comments, fixes and formats where they meet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bce_lint.cli import main

BUG = "import torch.nn.functional as F\n\n\ndef step(x, y):\n    return F.binary_cross_entropy_with_logits(x.sigmoid(), y)\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that is the working folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").touch()
    return tmp_path


def test_a_link_to_a_file_that_gets_comments_gets_them_with_it(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "a.py").write_text(BUG)
    (here / "link.py").symlink_to("a.py")
    (here / "first.py").symlink_to("z.py")
    (here / "z.py").write_text(BUG)
    assert main([".", "--add-noqa", "--diff"]) == 0
    assert "Would add 2 `# noqa` comments." in "".join(capsys.readouterr())
    assert main([".", "--add-noqa"]) == 0
    assert capsys.readouterr() == ("Added 2 `# noqa` comments.\n", "")
    assert (here / "z.py").read_text().count("# noqa") == (here / "a.py").read_text().count("# noqa") == 1
    assert (here / "link.py").is_symlink()
    assert main(["."]) == 0
