"""A notebook that an editor gives as one text of Python, as jupyterlab-lsp does: the cells joined, in a folder beside the notebooks."""

from __future__ import annotations

from pathlib import Path

from tests.hosts.programs import MODELS, TRAIN, write
from tests.lsp.client import play, session


def test_the_text_is_python_where_the_notebook_lies(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "", "plots/models.py": MODELS, "plots/a.ipynb": '{"cells": [], "nbformat": 4, "nbformat_minor": 5}'})
    name = ".virtual_documents/plots/a.ipynb"

    async def _scenario() -> None:
        async with session(tmp_path) as s:
            s.open(name, TRAIN)
            (found,) = await s.codes(name, "BCE103")
            assert (found.range.start.line, found.range.start.character) == (7, 11)
            s.change(name, TRAIN.replace("Net()(x)", "Net().fc(x)"))
            await s.codes(name)
            s.open("plots/models.py")
            s.change(name, TRAIN)
            await s.codes(name, "BCE103")
            s.close(name)
            await s.codes(name)

    play(_scenario)


def test_a_notebook_that_is_open_as_it_is_written_is_one(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "", "a.ipynb": '{"cells": []}', "train.py": TRAIN, "models.py": MODELS})

    async def _scenario() -> None:
        async with session(tmp_path) as s:
            s.open("a.ipynb", language="json")
            s.open("train.py")
            await s.codes("train.py", "BCE103")
            assert await s.codes("a.ipynb") == []
            s.close("a.ipynb")
            s.open("a.ipynb", TRAIN)
            await s.codes("a.ipynb", "BCE103")

    play(_scenario)
