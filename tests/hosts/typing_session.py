"""Somebody who types in an editor: what a page says that is typed, told and done, in a session with the language server."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Final

from lsprotocol import types

from tests.hosts.programs import done, run, write
from tests.lsp.client import Session, eventually, play, session

CELL: Final = "# %%\n"
ERROR_OR_WARNING: Final = (types.DiagnosticSeverity.Error, types.DiagnosticSeverity.Warning)


def notebook(text: str) -> str:
    """A notebook of the cells of a text, in which `# %%` begins each."""
    code: dict[str, Any] = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    cells = [{**code, "source": one.strip("\n").splitlines(True)} for one in text.split(CELL)[1:]]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return json.dumps({"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 4}, indent=1) + "\n"


class OpenBook:
    """A notebook that is open cell by cell."""

    def __init__(self, s: Session, name: str) -> None:
        self.s, self.name, self.version = s, name, 1
        self.data = json.loads((s.folder / name).read_text(encoding="utf-8"))
        self.cells = [f"vscode-notebook-cell:{s.folder / name}#{number}" for number in range(len(self.data["cells"]))]
        texts = ["".join(one["source"]) for one in self.data["cells"]]
        items = [types.TextDocumentItem(uri, "python", 1, text) for uri, text in zip(self.cells, texts, strict=True)]
        cells = [types.NotebookCell(types.NotebookCellKind.Code, uri) for uri in self.cells]
        book = types.NotebookDocument(s.uri(name), "jupyter-notebook", 1, cells)
        s.client.notebook_document_did_open(types.DidOpenNotebookDocumentParams(book, items))
        s.texts |= {uri: (1, text) for uri, text in zip(self.cells, texts, strict=True)}

    def change(self, cells: types.NotebookDocumentCellChanges) -> None:
        """Changes cells."""
        self.version += 1
        which = types.VersionedNotebookDocumentIdentifier(self.version, self.s.uri(self.name))
        self.s.client.notebook_document_did_change(
            types.DidChangeNotebookDocumentParams(which, types.NotebookDocumentChangeEvent(cells=cells))
        )

    def add(self) -> str:
        """Adds an empty cell at the end, and gives its address."""
        place, uri = len(self.cells), f"vscode-notebook-cell:{self.s.folder / self.name}#{len(self.cells)}"
        self.cells.append(uri)
        self.data["cells"].append({**self.data["cells"][0], "source": []})
        self.s.texts[uri] = 1, ""
        array = types.NotebookCellArrayChange(place, 0, [types.NotebookCell(types.NotebookCellKind.Code, uri)])
        opened = [types.TextDocumentItem(uri, "python", 1, "")]
        self.change(types.NotebookDocumentCellChanges(types.NotebookDocumentCellChangeStructure(array, opened)))
        return uri

    def write(self, uri: str, text: str) -> None:
        """Gives a cell another text."""
        version = self.s.texts[uri][0] + 1
        self.s.texts[uri] = version, text
        document = types.VersionedTextDocumentIdentifier(version, uri)
        content = types.NotebookDocumentCellContentChanges(document, [types.TextDocumentContentChangeWholeDocument(text)])
        self.change(types.NotebookDocumentCellChanges(text_content=[content]))

    def save(self) -> None:
        """Writes the notebook."""
        for uri, cell in zip(self.cells, self.data["cells"], strict=True):
            cell["source"] = self.s.texts[uri][1].splitlines(True)
        (self.s.folder / self.name).write_text(json.dumps(self.data, indent=1) + "\n", encoding="utf-8")
        identified = types.NotebookDocumentIdentifier(self.s.uri(self.name))
        self.s.client.notebook_document_did_save(types.DidSaveNotebookDocumentParams(identified))


class Typist:
    """Types into files and notebooks, looks at what is told, and has it mended."""

    def __init__(self, s: Session, matches: Callable[[str, str], bool]) -> None:
        self.s, self.matches = s, matches
        self.books: dict[str, OpenBook] = {}
        self.last = ""
        """The address of what was typed into last."""

    def type(self, text: str) -> None:
        """Types a text into a new cell, line by line, or changes a file as a diff says."""
        if not text.startswith("--- a/"):
            head, _, code = text.partition("\n")
            name = head.removeprefix("# ")
            book = self.books.setdefault(name, OpenBook(self.s, name))
            self.last = book.add()
            lines = code.splitlines(True)
            for count in range(1, len(lines) + 1):
                book.write(self.last, "".join(lines[:count]).rstrip("\n"))
            return
        found = re.match(r"--- a/(.+)\n", text)
        assert found is not None
        self.s.open(found[1])
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), {found[1]: self.s.texts[found[1]][1]})
            done(run("git", "apply", "-", cwd=Path(folder), stdin=text))
            self.s.change(found[1], (Path(folder) / found[1]).read_text(encoding="utf-8"))
        self.last = self.s.uri(found[1])

    def _known(self) -> dict[str, list[types.Diagnostic]]:
        """What is told of each text last."""
        return {one.uri: [*one.diagnostics] for one in self.s.published}

    def _rows(self) -> Iterator[tuple[str, types.Diagnostic]]:
        """The findings that are shown as such, each as a line of the concise format begins."""
        cells = {uri: f"{name}:cell {number}" for name, book in self.books.items() for number, uri in enumerate(book.cells, 1)}
        files = {self.s.uri(name): name for name in self.s.texts.keys() - cells.keys()}
        for uri, found in self._known().items():
            for one in found:
                if one.severity in ERROR_OR_WARNING:
                    yield f"{(cells | files)[uri]}:{one.range.start.line + 1}:{one.range.start.character + 1}: {one.code} ", one

    async def told(self, text: str) -> None:
        """Waits for the finding that is to be told, takes the action that is offered where the typing was, and waits for its end."""
        expected, title = text.splitlines()
        place, preferred = expected.partition(" BCE")[0], " [*] " in expected

        def _found() -> types.Diagnostic | None:
            rows = [(row, one) for row, one in self._rows()]
            return rows[0][1] if len(rows) == 1 and rows[0][0].startswith(f"{place} ") else None

        found = await eventually(_found, lambda: f"{expected}\n{list(self._rows())}")
        said = f"{place} {found.code} {'[*] ' if preferred else ''}{found.message}"
        assert self.matches(expected, said), said
        here = [one for one in await eventually(lambda: self._known().get(self.last)) if one.code == found.code]
        (action,) = [one for one in await self.s.actions(self.last, here[0].range, known=here) if one.title == title]
        assert bool(action.is_preferred) == preferred
        for uri, new in self.s.applied(action.edit).items():
            self._put(uri, new)
        await eventually(lambda: True if not list(self._rows()) else None, lambda: str(list(self._rows())))

    def _put(self, uri: str, text: str) -> None:
        for book in self.books.values():
            if uri in book.cells:
                book.write(uri, text)
                return
        (name,) = [name for name in self.s.texts if self.s.uri(name) == uri]
        self.s.change(name, text)

    def save(self) -> None:
        """Saves everything."""
        cells = set(chain.from_iterable(book.cells for book in self.books.values()))
        for name in self.s.texts.keys() - cells:
            self.s.save(name)
        for book in self.books.values():
            book.save()


def type_and_mend(folder: Path, blocks: Iterable[tuple[str, str]], matches: Callable[[str, str], bool]) -> None:
    """Plays the blocks of a page: what is `typed`, and what is `told` of it, with the action that is taken."""

    async def _scenario() -> None:
        async with session(folder) as s:
            typist = Typist(s, matches)
            for kind, text in blocks:
                if kind == "typed":
                    typist.type(text)
                else:
                    await typist.told(text)
            typist.save()

    play(_scenario)
