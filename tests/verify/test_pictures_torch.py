"""The pictures of the rules' pages are those that are drawn now."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bce_lint.verify.plot import draw

pytestmark = pytest.mark.torch

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "rules" / "pictures"
DRAWN = ["BCE101", "BCE103-1", "BCE103-2", "BCE111", "BCE501-1", "BCE501-2", "BCE502-1", "BCE502-2", "BCE502-3"]
NUMBER = re.compile(r"-?\d+\.?\d*(?:e-?\d+)?")


@pytest.fixture(scope="module")
def redrawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pictures of the rules' pages, drawn now."""
    folder = tmp_path_factory.mktemp("pictures")
    draw({name.partition("-")[0] for name in DRAWN}, folder)
    return folder


def _difference(old: str, new: str) -> float:
    """How far the numbers of two pictures are apart, in points; infinitely where anything else differs."""
    if NUMBER.sub("#", old) != NUMBER.sub("#", new):
        return float("inf")
    pairs = zip(NUMBER.findall(old), NUMBER.findall(new), strict=True)
    return max((abs(float(one) - float(other)) for one, other in pairs if one != other), default=0.0)


# For the matplotlib of constraints.txt: another draws the same lines with other letters around them. Between processors, a loss
# differs in its last digit.
@pytest.mark.parametrize("name", DRAWN)
def test_the_pictures_in_the_docs_are_those_that_are_drawn(name: str, redrawn: Path) -> None:
    old, new = ((folder / f"{name}.svg").read_text(encoding="utf-8") for folder in (DOCS, redrawn))
    assert _difference(old, new) < 0.01


def test_the_command_in_readme_draws_them() -> None:
    codes = ",".join(dict.fromkeys(name.partition("-")[0] for name in DRAWN))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"`bce-lint --verify --select {codes} --plot docs/rules/pictures`" in readme


def test_no_other_picture_is_in_the_docs(redrawn: Path) -> None:
    assert sorted(path.stem for path in DOCS.iterdir()) == DRAWN == sorted(path.stem for path in redrawn.iterdir())


def test_pictures_of_another_rewrite_differ(redrawn: Path) -> None:
    texts = [(redrawn / f"BCE502-{number}.svg").read_text(encoding="utf-8") for number in (1, 3)]
    assert _difference(*texts) > 1
    assert _difference(texts[0], texts[0]) == 0
