"""The pictures: what is in them, and which files are written."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import matplotlib
import numpy as np
import pytest
import torch
from matplotlib.axes import Axes
from torch import Tensor

from bce_lint.verify import Verdict
from bce_lint.verify.curves import Curves, curves
from bce_lint.verify.plot import NoPicture, draw, picture
from bce_lint.verify.row import Case, Row
from bce_lint.verify.rows import ROWS
from bce_lint.verify.samples import elements

pytestmark = pytest.mark.torch

ROOT = Path(__file__).parents[2]
DRAWN = ["BCE101", "BCE103-1", "BCE103-2", "BCE111", "BCE501-2", "BCE502-1", "BCE502-2", "BCE502-3"]
CPU = torch.device("cpu")


def _curves(name: str) -> Curves:
    """The curves of a rewrite, by the name of its picture."""
    (found,) = (one for one in curves(ROWS, {name.partition("-")[0]}, CPU) if one.name == name)
    return found


def _panels(name: str) -> list[Axes]:
    return picture(_curves(name)).axes


def _made(before: Callable[[Tensor], Tensor], after: Callable[[Tensor], Tensor]) -> Curves:
    case = Case("grid", elements, before, after, after)
    (found,) = curves([Row("BCE000", "broken", Verdict.INTENDED, lambda seed: (case,))], {"BCE000"}, CPU)
    return found


def _line(panel: Axes, label: str) -> list[float]:
    (found,) = (line for line in panel.get_lines() if line.get_label() == label)
    return [float(y) for y in np.asarray(found.get_ydata())]


def test_the_lines_are_the_curves() -> None:
    one, panels = _curves("BCE101"), _panels("BCE101")
    assert one.before is not None
    for panel, before, after in zip(panels, one.before, one.after, strict=True):
        assert _line(panel, "before") == before.tolist()
        assert _line(panel, "after") == after.tolist()


def test_panels_are_labelled() -> None:
    for name, labels in {
        "BCE101": ["loss", "d loss / d logit"],
        "BCE502-1": ["value", "d value / d logit"],
        "BCE601-1": ["decision"],
    }.items():
        panels = _panels(name)
        assert [panel.get_ylabel() for panel in panels] == labels
        assert {panel.get_xlabel() for panel in panels} == {"logit"}


def test_title_legend_and_what_the_loss_is_of() -> None:
    figure = picture(_curves("BCE111"))
    assert figure.get_suptitle() == "BCE111: CrossEntropyLoss(softmax(x)) → …(x)"
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["before", "after"]
    assert figure.texts[-1].get_text() == "float32, target class 0, scores (logit, 0.5, -0.25, 0)"


def test_an_exception_is_in_the_legend() -> None:
    figure = picture(_curves("BCE202-1"))
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["before: NotImplementedError", "after"]
    assert [len(line.get_xdata()) for line in figure.axes[0].get_lines()] == [0, 257]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "bands"),
    [
        ("BCE101", [[], []]),
        ("BCE502-1", [[("-inf", -128, -89)], [("nan", -128, -89)]]),
        ("BCE502-2", [[("-inf", 16.75, 32)], [("nan", 16.75, 32)]]),
        ("BCE503-1", [[("inf", 16.75, 32)], [("nan", 16.75, 32)]]),
    ],
)
def test_what_is_no_number_is_a_band(name: str, bands: list[list[tuple[str, float, float]]]) -> None:
    for panel, expected in zip(_panels(name), bands, strict=True):
        spans = [patch.get_extents().transformed(panel.transData.inverted()) for patch in panel.patches]
        texts = [text.get_text() for text in panel.texts]
        assert texts == [text for text, _, _ in expected]
        assert [x for span in spans for x in (span.x0, span.x1)] == pytest.approx([x for _, low, high in expected for x in (low, high)])


@pytest.mark.parametrize("name", DRAWN)
def test_both_lines_are_seen_whole(name: str) -> None:
    for panel in _panels(name):
        low, high = panel.get_ylim()
        assert all(low < y < high for label in ("before", "after") for y in _line(panel, label) if torch.tensor(y).isfinite())


def test_a_value_out_of_all_measure_does_not_flatten_the_other_line() -> None:
    panel = picture(_made(lambda x: x.where(x < 3, 1e9), lambda x: x)).axes[0]
    assert panel.get_ylim() == pytest.approx((-32 - 0.05 * 320, 288 + 0.05 * 320))


def test_a_line_that_is_flat_or_has_no_number_is_drawn() -> None:
    one = _made(lambda x: x * torch.nan, lambda x: x * 0 + 2)
    for drawn in (one, one._replace(before=None)):
        assert picture(drawn).axes[0].get_ylim() == (1.5, 2.5)


def test_a_file_for_each_rewrite_that_is_selected(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "BCE502.svg").write_text("another's", encoding="utf-8")
    found = draw({"BCE502", "BCE601", "BCE301"}, tmp_path / "new" / "folder")
    assert [path.name for path in found] == ["BCE502-1.svg", "BCE502-2.svg", "BCE502-3.svg", "BCE601-1.svg", "BCE601-2.svg", "BCE601-3.svg"]
    assert sorted(found) == sorted((tmp_path / "new" / "folder").iterdir())
    draw({"BCE101"}, tmp_path / "new")
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"BCE101.svg", "BCE502.svg", "folder"}
    assert (tmp_path / "new" / "BCE502.svg").read_text(encoding="utf-8") == "another's"


def test_a_rule_that_is_not_tried_on_a_grid_has_no_picture(tmp_path: Path) -> None:
    assert draw({"BCE301"}, tmp_path / "none") == ()
    assert not (tmp_path / "none").exists()


def test_the_bytes_are_the_same_in_every_run_and_whatever_the_users_settings(tmp_path: Path) -> None:
    first = draw({"BCE502"}, tmp_path / "first")
    with matplotlib.rc_context({"lines.linewidth": 9.0, "svg.fonttype": "none", "axes.facecolor": "black", "font.size": 20.0}):
        before = matplotlib.rcParams.copy()
        second = draw({"BCE502"}, tmp_path / "second")
        assert matplotlib.rcParams.copy() == before
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_no_window_is_prepared(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from bce_lint.verify.plot import draw\n"
        f"draw({{'BCE601'}}, Path({str(tmp_path)!r})); print('matplotlib' in sys.modules, 'matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == "True False\n"


def test_a_picture_says_nothing_of_when_and_with_what_it_was_drawn(tmp_path: Path) -> None:
    (path,) = draw({"BCE101"}, tmp_path)
    root = ElementTree.parse(path).getroot()
    assert root[0].text == "BCE101: BCELoss(sigmoid(x)) → BCEWithLogitsLoss(x)"
    assert not re.search(rb"dc:date|dc:creator|Matplotlib v", path.read_bytes())


def test_without_matplotlib_it_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(NoPicture, match=r"^--plot needs matplotlib \(.+\); install it with `pip install matplotlib`$"):
        draw({"BCE101"}, tmp_path)


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(NoPicture, match=r"^--plot cannot write .*file: File exists$"):
        draw({"BCE101"}, tmp_path / "file")


def test_a_device_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match="sees no CUDA device"):
        draw({"BCE101"}, tmp_path, "cuda")
