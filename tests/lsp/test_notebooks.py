"""Notebooks cell by cell: each cell is a text of its own, and all of them are one program."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lsprotocol import types

from tests.lsp.client import Session, capabilities, eventually, place, play, session
from tests.small_project import MODEL, RIGHT

pytestmark = pytest.mark.any_python

CELLS = (
    ("markdown", "# A notebook"),
    ("python", "import torch\nfrom torch import nn\nfrom models import Net\n%matplotlib inline"),
    ("r", "x <- 1"),
    ("python", "loss = nn.BCEWithLogitsLoss()"),
    ("python", "x = torch.rand(4, 3)\nloss(Net()(x), x)"),
    ("python", "nn.MSELoss(size_average=False)"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with a model."""
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "models.py").write_text(MODEL, encoding="utf-8")
    return tmp_path


def cell(number: int) -> str:
    """The address of a cell."""
    return f"vscode-notebook-cell:/n.ipynb#{number}"


def about(number: int, language: str) -> types.NotebookCell:
    """A cell without its text."""
    return types.NotebookCell(types.NotebookCellKind.Markup if language == "markdown" else types.NotebookCellKind.Code, cell(number))


class Notebook:
    """A notebook that is open in a session."""

    def __init__(self, s: Session, name: str = "n.ipynb") -> None:
        self.s, self.uri, self.version = s, s.uri(name), 1
        items = [types.TextDocumentItem(cell(number), language, 1, text) for number, (language, text) in enumerate(CELLS)]
        book = types.NotebookDocument(self.uri, "jupyter-notebook", 1, [about(number, one[0]) for number, one in enumerate(CELLS)])
        s.client.notebook_document_did_open(types.DidOpenNotebookDocumentParams(book, items))
        s.texts |= {cell(number): (1, text) for number, (_, text) in enumerate(CELLS)}

    def change(self, cells: types.NotebookDocumentCellChanges) -> None:
        """Changes cells."""
        self.version += 1
        which = types.VersionedNotebookDocumentIdentifier(self.version, self.uri)
        event = types.NotebookDocumentChangeEvent(cells=cells)
        self.s.client.notebook_document_did_change(types.DidChangeNotebookDocumentParams(which, event))

    def write(self, number: int, text: str) -> None:
        """Gives a cell another text."""
        version = self.s.texts[cell(number)][0] + 1
        self.s.texts[cell(number)] = version, text
        document = types.VersionedTextDocumentIdentifier(version, cell(number))
        content = types.NotebookDocumentCellContentChanges(document, [types.TextDocumentContentChangeWholeDocument(text)])
        self.change(types.NotebookDocumentCellChanges(text_content=[content]))

    async def codes(self, **expected: list[str]) -> dict[str, list[types.Diagnostic]]:
        """Waits until cells have these codes, and the others none."""
        wanted = {cell(number): expected.get(f"c{number}", []) for number in range(len(CELLS))}

        def _found() -> dict[str, list[types.Diagnostic]] | None:
            last = {one.uri: [*one.diagnostics] for one in self.s.published}
            return last if {uri: [str(one.code) for one in last.get(uri, [])] for uri in wanted} == wanted else None

        found: dict[str, list[types.Diagnostic]] = await eventually(_found, lambda: str(self.s.published))
        return found


def test_findings_are_in_their_cells(folder: Path) -> None:
    async def _scenario() -> None:
        async with session(folder) as s:
            assert s.capabilities.notebook_document_sync is not None
            book = Notebook(s)
            found = await book.codes(c4=["BCE103"], c5=["BCE203"])
            assert place(found[cell(4)][0].range) == (1, 0, 1, 17)
            (label,) = found[cell(4)][0].related_information or []
            assert label.location.uri == s.uri("models.py")
            assert place(found[cell(5)][0].range) == (0, 0, 0, 30)
            s.open("models.py")
            (hint,) = await s.codes("models.py", "BCE103")
            assert (hint.related_information or [])[0].location.uri == cell(4) and "n.ipynb:cell 5:2" in hint.message
            s.change("models.py", RIGHT)
            await book.codes(c5=["BCE203"])

    play(_scenario)


def test_cells_change_come_and_go(folder: Path) -> None:
    async def _scenario() -> None:
        async with session(folder) as s:
            book = Notebook(s)
            await book.codes(c4=["BCE103"], c5=["BCE203"])
            book.write(3, "loss = nn.MSELoss()")
            await book.codes(c5=["BCE203"])
            book.write(3, CELLS[3][1])
            await book.codes(c4=["BCE103"], c5=["BCE203"])
            array = types.NotebookCellArrayChange(3, 1, [])
            gone = types.NotebookDocumentCellChangeStructure(array, did_close=[types.TextDocumentIdentifier(cell(3))])
            book.change(types.NotebookDocumentCellChanges(structure=gone))
            await book.codes(c5=["BCE203"])
            array = types.NotebookCellArrayChange(2, 0, [about(3, "python")])
            item = types.TextDocumentItem(cell(3), "python", 1, CELLS[3][1])
            back = types.NotebookDocumentCellChangeStructure(array, did_open=[item])
            book.change(types.NotebookDocumentCellChanges(structure=back))
            await book.codes(c4=["BCE103"], c5=["BCE203"])
            saved = types.NotebookDocumentIdentifier(book.uri)
            (folder / "models.py").write_text(RIGHT, encoding="utf-8")
            s.client.notebook_document_did_save(types.DidSaveNotebookDocumentParams(saved))
            await book.codes(c5=["BCE203"])
            s.client.notebook_document_did_close(
                types.DidCloseNotebookDocumentParams(
                    types.NotebookDocumentIdentifier(book.uri), [types.TextDocumentIdentifier(cell(number)) for number in range(len(CELLS))]
                )
            )
            await book.codes()

    play(_scenario)


def test_fixes_and_comments_in_cells(folder: Path) -> None:
    async def _scenario() -> None:
        async with session(folder, capabilities(resolves=True)) as s:
            book = Notebook(s)
            found = await book.codes(c4=["BCE103"], c5=["BCE203"])
            fix, silence, whole = await s.actions(cell(5), found[cell(5)][0].range)
            for action, expected in (
                (fix, {cell(5): 'nn.MSELoss(reduction="sum")'}),
                (silence, {cell(5): CELLS[5][1] + "  # noqa: BCE203"}),
                (whole, {cell(5): 'nn.MSELoss(reduction="sum")'}),
            ):
                made = await s.client.code_action_resolve_async(action)
                assert s.applied(made.edit) == expected
            fix = (await s.actions(cell(4), found[cell(4)][0].range))[0]
            made = await s.client.code_action_resolve_async(fix)
            assert s.applied(made.edit) == {s.uri("models.py"): RIGHT}
            hover = types.HoverParams(types.TextDocumentIdentifier(cell(4)), types.Position(1, 3))
            told = await s.client.text_document_hover_async(hover)
            assert told is not None and isinstance(told.contents, types.MarkupContent) and "wrong: BCE103" in told.contents.value

    play(_scenario)


def test_a_client_that_pulls_may_not_ask_for_cells(folder: Path) -> None:
    async def _scenario() -> None:
        async with session(folder, capabilities(pulls=True)) as s:
            book = Notebook(s)
            await book.codes(c4=["BCE103"], c5=["BCE203"])
            asked = types.WorkspaceDiagnosticParams([])
            assert not (await s.client.workspace_diagnostic_async(asked)).items  # it has been told
            report = await s.pull(cell(4))
            assert [one.code for one in report.items] == ["BCE103"]
            cells = {one.uri for one in (await s.client.workspace_diagnostic_async(asked)).items}
            assert {cell(4), cell(5)} <= cells

    play(_scenario)


def test_a_notebook_that_was_never_saved(folder: Path) -> None:
    async def _scenario() -> None:
        async with session(folder) as s:
            await Notebook(s, "untitled:Untitled-1.ipynb").codes(c4=["BCE103"], c5=["BCE203"])

    play(_scenario)


def test_a_notebook_that_is_open_as_it_is_written(folder: Path) -> None:
    cells: list[dict[str, object]] = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": text.splitlines(keepends=True)}
        for language, text in CELLS
        if language == "python"
    ]
    written = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}, indent=1) + "\n"
    (folder / "n.ipynb").write_text(written, encoding="utf-8")

    async def _scenario() -> None:
        async with session(folder) as s:
            s.open("n.ipynb", language="json")
            _, option = await s.codes("n.ipynb", "BCE103", "BCE203")
            lines = written.split("\n")
            assert lines[option.range.start.line][option.range.start.character :].startswith("nn.MSELoss(")
            fix = (await s.actions("n.ipynb", option.range))[0]
            assert s.applied(fix.edit) == {s.uri("n.ipynb"): written.replace("size_average=False", 'reduction=\\"sum\\"')}

    play(_scenario)


def test_python_under_the_name_of_a_notebook(folder: Path) -> None:
    """JupyterLab hands the cells over as one text of Python."""
    text = "import torch\nfrom torch import nn\n\n\nnn.MSELoss(size_average=False)\n"

    async def _scenario() -> None:
        async with session(folder) as s:
            s.open(".virtual_documents/n.ipynb", text)
            (found,) = await s.codes(".virtual_documents/n.ipynb", "BCE203")
            assert place(found.range) == (4, 0, 4, 30)
            fix = (await s.actions(".virtual_documents/n.ipynb", found.range))[0]
            assert list(s.applied(fix.edit).values()) == [text.replace("size_average=False", 'reduction="sum"')]

    play(_scenario)
