"""Pictures of what rewrites change: value and gradient by the logit, before and after, as SVG. Needs matplotlib."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import groupby
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from torch import Tensor

from bce_lint.verify import devices
from bce_lint.verify.curves import Curves, curves
from bce_lint.verify.rows import ROWS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BEFORE: Final = "#D55E00"
_AFTER: Final = "#0072B2"
"""Two colours of Okabe and Ito's, which people with any colour vision tell apart; the widths differ as well."""
_GREY: Final = "#666666"
_THICK, _THIN = 4.0, 1.5
_WIDTH, _HEIGHT = 4.0, 3.2
_BEYOND: Final = 4.0
"""How many times its height the line after the rewrite is left by the picture, at most, for the line before it."""

_STYLE: Any = {
    "svg.hashsalt": "bce-lint",
    "path.simplify": False,
    "font.size": 9.0,
    "figure.titlesize": 10.5,
    "figure.subplot.wspace": 0.22,
}


class NoPicture(ValueError):
    """Pictures cannot be drawn or written here; the text says why."""


def draw(codes: Collection[str], folder: Path, device: str = "cpu") -> tuple[Path, ...]:
    """Writes a picture of every rewrite of some codes that is tried on a grid of logits. Raises `NoPicture`, and without the device."""
    place = devices.resolve(device)
    with _settings(), devices.one_thread():
        return tuple(_saved(folder / f"{one.name}.svg", picture(one)) for one in curves(ROWS, codes, place))


@contextmanager
def _settings() -> Iterator[None]:
    """matplotlib's own settings in the place of the user's, and ids in the files that are the same in every run."""
    try:
        import matplotlib
    except ImportError as error:
        raise NoPicture(f"--plot needs matplotlib ({error}); install it with `pip install matplotlib`") from error
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        yield


def _saved(path: Path, figure: Figure) -> Path:
    data = BytesIO()
    title = figure.get_suptitle()
    figure.savefig(data, format="svg", metadata={"Title": title, "Creator": None, "Date": None})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.getvalue())
    except OSError as error:
        raise NoPicture(f"--plot cannot write {error.filename or path}: {error.strerror}") from error
    return path


def picture(one: Curves) -> Figure:
    """The value, and its gradient where there is one, in a panel each."""
    from matplotlib.figure import Figure

    kind = "decision" if not one.has_gradient else "loss" if one.has_target else "value"
    labels = (kind, f"d {kind} / d logit")[: 1 + one.has_gradient]
    width = _WIDTH * len(labels)
    figure = Figure(figsize=(width, _HEIGHT), facecolor="white")
    figure.subplots_adjust(left=0.72 / width, right=1 - 0.2 / width, bottom=0.9 / _HEIGHT, top=1 - 0.35 / _HEIGHT)
    figure.suptitle(f"{one.code}: {one.title}", x=0.1 / width, y=0.98, ha="left")
    for panel, label, part in zip(figure.subplots(1, len(labels), squeeze=False)[0], labels, (0, 1), strict=False):
        _panel(panel, label, one, part)
    lines, names = figure.axes[0].get_legend_handles_labels()
    figure.legend(lines, names, loc="lower right", ncols=2, frameon=False)
    figure.text(0.1 / width, 0.13 / _HEIGHT, one.about, color=_GREY)
    return figure


def _panel(panel: Axes, label: str, one: Curves, part: int) -> None:
    x, after, before = one.at.tolist(), one.after[part], one.before and one.before[part]
    if before is None:
        panel.plot([], [], color=_BEFORE, label=f"before: {one.raised.partition(':')[0]}", linewidth=_THICK)
    else:
        for low, high, text in _not_finite(one.at, before):
            panel.axvspan(low, high, color=_BEFORE, alpha=0.15, linewidth=0)
            panel.text((low + high) / 2, 0.5, text, color=_BEFORE, ha="center", transform=panel.get_xaxis_transform())
        panel.plot(x, before.tolist(), color=_BEFORE, label="before", linewidth=_THICK, solid_capstyle="butt")
    panel.plot(x, after.tolist(), color=_AFTER, label="after", linewidth=_THIN)
    panel.set(xlabel="logit", ylabel=label, xlim=(x[0], x[-1]), ylim=_limits(after, before))
    panel.spines[["top", "right"]].set_visible(False)


def _limits(after: Tensor, before: Tensor | None) -> tuple[float, float]:
    """What of the values is shown: all after the rewrite, and those before it that do not flatten the others."""
    seen = after[after.isfinite()]
    low, high = float(seen.min()), float(seen.max())
    if before is not None:
        beyond = _BEYOND * (high - low)
        seen = before[before.isfinite()].clamp(low - beyond, high + beyond)
        low, high = min([low, *seen.tolist()]), max([high, *seen.tolist()])
    margin = 0.05 * (high - low) or 0.5
    return low - margin, high + margin


def _not_finite(at: Tensor, y: Tensor) -> Iterator[tuple[float, float, str]]:
    """Where a line cannot be drawn: from, to, and the number that is there."""
    points = zip(at.tolist(), y.tolist(), strict=True)
    for text, group in groupby(points, key=lambda point: "" if isfinite(point[1]) else str(point[1])):
        if text:
            logits = [logit for logit, _ in group]
            yield logits[0], logits[-1], text
