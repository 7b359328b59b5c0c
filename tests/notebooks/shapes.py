"""Notebooks of varied shape: forty, made here, each with the findings that its cells say (`# expect: CODE`)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

SETUP: Final = "import torch\nfrom torch import nn\n\nlayer = nn.Linear(3, 1)\nx = torch.randn(4, 3)\ny = torch.ones(4, 1)"
BUG: Final = "p = torch.sigmoid(layer(x))\nloss = nn.BCEWithLogitsLoss()(p, y)  # expect: BCE103\nloss"
OLD: Final = "other = nn.MSELoss(size_average=False)(layer(x), y)  # expect: BCE203"
RIGHT: Final = "right = nn.BCEWithLogitsLoss()(layer(x), y)\nright"
MARK: Final = re.compile(r"# expect: (BCE\d+)")

Cell = dict[str, Any]


class Notebook(NamedTuple):
    """A notebook as it is written, and whether the `nbformat` package calls it valid."""

    name: str
    data: bytes
    valid: bool = True

    @property
    def cells(self) -> list[Cell]:
        """Its cells as JSON."""
        found: list[Cell] = json.loads(self.data.decode("utf-8-sig"))["cells"]
        return found

    @property
    def expected(self) -> list[tuple[int, int, str]]:
        """What must be found: cell, row and code."""
        return [
            (number, row, match[1])
            for number, cell in enumerate(self.cells, 1)
            if cell["cell_type"] == "code"
            for row, line in enumerate(re.split(r"\r\n|\r|\n", source_of(cell)), 1)
            for match in MARK.finditer(line)
        ]


def source_of(cell: Cell) -> str:
    """The text of a cell."""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def code(text: str | list[str], number: int | None = None, **more: Any) -> Cell:
    """A cell of code; its text as a list of lines, unless it is spelled otherwise."""
    lines = text if isinstance(text, list) else re.findall(r"[^\n]*\n|[^\n]+", text)
    return {"cell_type": "code", "execution_count": number, "metadata": {}, "outputs": [], "source": lines, **more}


def other(text: str, kind: str = "markdown", **more: Any) -> Cell:
    """A cell without code."""
    return {"cell_type": kind, "metadata": {}, "source": re.findall(r"[^\n]*\n|[^\n]+", text), **more}


def written(
    cells: Sequence[Cell],
    *,
    indent: int | str | None = 1,
    ascii_only: bool = False,
    minor: int = 4,
    end: str = "\n",
    newline: str = "\n",
    mark: bytes = b"",
    ordered: bool = False,
    separators: tuple[str, str] | None = None,
    metadata: dict[str, Any] | None = None,
    change: Callable[[str], str] = lambda text: text,
) -> bytes:
    """A notebook as JSON."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    about = {"kernelspec": kernel, "language_info": {"name": "python", "version": "3.11.7"}} if metadata is None else metadata
    named = [{**cell, "id": f"c{number}"} if minor >= 5 and "id" not in cell else cell for number, cell in enumerate(cells)]
    whole = {"cells": named, "metadata": about, "nbformat": 4, "nbformat_minor": minor}
    text = json.dumps(whole, indent=indent, ensure_ascii=ascii_only, sort_keys=ordered, separators=separators)
    return mark + (change(text) + end).replace("\n", newline).encode()


STREAM: Final = {"name": "stdout", "output_type": "stream", "text": ["nn.MSELoss(size_average=False)\n", "é \u001b[0m\n"]}
PICTURE: Final = {"data": {"image/png": "iVBORw0KGgo=", "text/plain": ["<Figure>"]}, "metadata": {}, "output_type": "display_data"}
ERROR: Final = {"ename": "ValueError", "evalue": "…", "output_type": "error", "traceback": ["\u001b[0;31mValueError\u001b[0m"]}
USUAL: Final = [other("# A model\n\nwith *text*"), code(SETUP, 1), code(BUG, 2), code(OLD, 3)]
R: Final = {"kernelspec": {"display_name": "R", "language": "R", "name": "ir"}, "language_info": {"name": "R"}}
MAGICS: Final = "%matplotlib inline\n!pip install 'torch\n%load_ext autoreload\n?layer\n" + SETUP
MORE_MAGICS: Final = (
    "files = !ls *.py\nnow = %env HOME\nif len(files) > 2:\n    %time z = layer(x)\nelse:\n    !echo it's \\\n      (\n"
    "layer?\nlayer.weight??\n" + BUG
)
FUNCTION: Final = (
    "def step(model, x, y):\n    out = torch.sigmoid(model(x))\n    return nn.BCEWithLogitsLoss()(out, y)  # expect: BCE103"
)
ACCENTS: Final = "größe = 'ä → ß 🎉'  # naïve\n" + BUG


def shapes() -> Iterator[Notebook]:
    """The forty notebooks."""
    for minor in range(6):
        yield Notebook(f"format-4.{minor}", written(USUAL, minor=minor))
    for name, indent in (("none", None), ("2", 2), ("4", 4), ("tab", "\t"), ("0", 0)):
        yield Notebook(f"indent-{name}", written(USUAL, indent=indent))
    yield Notebook("compact", written(USUAL, indent=None, separators=(",", ":")))
    yield Notebook("no-final-newline", written(USUAL, end=""))
    yield Notebook("windows", written(USUAL, newline="\r\n"))
    windows = [code(SETUP.replace("\n", "\r\n")), code([line + "\r\n" for line in BUG.split("\n")]), code(OLD)]
    yield Notebook("windows-in-cells", written(windows))
    yield Notebook("byte-order-mark", written(USUAL, mark=b"\xef\xbb\xbf"))
    yield Notebook("sorted-keys", written(USUAL, ordered=True))
    yield Notebook("source-first", written([{"source": one["source"], **one} for one in USUAL]))
    yield Notebook("one-string", written([{**one, "source": source_of(one)} for one in USUAL]))
    yield Notebook("strings-cut-anywhere", written([code(SETUP), code([BUG[:9], BUG[9:40], "", BUG[40:]]), code(list(OLD))]))
    yield Notebook("accents", written([code(SETUP), code(ACCENTS), code(OLD)]))
    yield Notebook("accents-escaped", written([code(SETUP), code(ACCENTS), code(OLD)], ascii_only=True))
    yield Notebook("escaped-slashes", written(
        [code(SETUP + "  # a/b"), code(BUG), code(OLD)], change=lambda text: text.replace("/", "\\/").replace("sigmoid", "sigm\\u006Fid")
    ))  # fmt: skip
    outputs = [code(SETUP, 1, outputs=[STREAM]), code(BUG, 2, outputs=[PICTURE, ERROR]), code(OLD, 3, outputs=[STREAM])]
    yield Notebook("outputs", written(outputs))
    yield Notebook("outputs-escaped", written(outputs, ascii_only=True, indent=None))
    yield Notebook("magics", written([code(MAGICS), code(MORE_MAGICS), code(OLD)]))
    shell = code("%%bash\nfor f in *; do echo \"it's $f\"; done")
    yield Notebook("bash", written([code(SETUP), shell, code(BUG), code("%%html\n<b>'</b>")]))
    yield Notebook("timed", written([code("%%time\n" + SETUP), code("\n%%capture out\n" + BUG), code("%%timeit -n 10\nz = layer(x)")]))
    yield Notebook("written-file", written([code("%%writefile net.py\n" + BUG.replace("expect", "not")), code(SETUP), code(BUG)]))
    yield Notebook("out-of-order", written([code(SETUP, 9), code(BUG, 3), code(OLD, 1), code(RIGHT, None)]))
    empty = [code(""), code(SETUP), code([]), other(""), code(" \n\n"), code(BUG), code([""]), code("# only this")]
    yield Notebook("empty-cells", written(empty))
    yield Notebook("attachments", written([other("![a](attachment:a.png)", attachments={"a.png": {"image/png": "aGk="}}), *USUAL]))
    yield Notebook("raw-cells", written([other(OLD.replace("expect", "not"), "raw"), *USUAL, other("= )", "raw")]))
    about = {"tags": ["é"], "collapsed": True, "jupyter": {"source_hidden": True}}
    yield Notebook("metadata", written([{**one, "metadata": about} for one in USUAL]))
    yield Notebook("same-ids", written([code(SETUP, id="a"), code(BUG, id="a"), code(OLD, id="a")], minor=5), valid=False)
    yield Notebook("another-kernel", written([code("library(torch)\nx <- nn_linear(3, 1)"), code("if (x) { ' }")], metadata=R))
    yield Notebook("no-kernel", written(USUAL, metadata={}))
    yield Notebook("other-cells", written([code("println(1)", metadata={"vscode": {"languageId": "julia"}}), *USUAL]))
    yield Notebook("function", written([code(SETUP), code(FUNCTION), code("step(layer, x, y)"), code(RIGHT)]))
    yield Notebook("rebound", written([code(SETUP), code("out = torch.sigmoid(layer(x))"), code("out = layer(x)"),
                                       code("nn.BCEWithLogitsLoss()(out, y)"), code("out = out.sigmoid()"),
                                       code("nn.BCEWithLogitsLoss()(out, y)  # expect: BCE103")]))  # fmt: skip
    waiting = code("import asyncio\nawait asyncio.sleep(0)")
    yield Notebook("await-and-indent", written([code(SETUP), waiting, code("  z = layer(x)\n  z"), code(BUG)]))
    yield Notebook("silenced", written([code(SETUP), code(BUG.replace("# expect: BCE103", "# noqa: BCE103")), code(OLD)]))
