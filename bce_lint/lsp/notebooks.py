"""Notebooks that a client has open cell by cell."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from lsprotocol import types
from pygls.uris import urlparse

from bce_lint.lsp.places import changed_lines, key_of, language_of
from bce_lint.lsp.positions import TextLines
from bce_lint.lsp.server import Server
from bce_lint.lsp.texts import CellText, OpenNotebook, normal
from bce_lint.lsp.worker import ASKED
from bce_lint.source.text import is_notebook


def register(server: Server) -> None:
    """Adds the features."""

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    def _did_open(params: types.DidOpenNotebookDocumentParams) -> None:
        one = params.notebook_document
        path = _path(server, one.uri)
        if path is not None:
            texts = _by_address(server, params.cell_text_documents)
            _put(server, path, OpenNotebook(one.uri, path, one.version, _cells(one.cells, texts)))

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def _did_change(params: types.DidChangeNotebookDocumentParams) -> None:
        match params:
            case types.DidChangeNotebookDocumentParams(notebook_document=about, change=event):
                path = _path(server, about.uri)
                book = None if path is None else server.snapshot.texts.get(path)
                if path is not None and isinstance(book, OpenNotebook):
                    cells = book.cells if event.cells is None else _edited(server, book.cells, event.cells)
                    _put(server, path, OpenNotebook(book.uri, path, about.version, cells))

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_SAVE)
    async def _did_save(params: types.DidSaveNotebookDocumentParams) -> None:
        await server.ask(ASKED, lambda _: server.analyst.disk_changed(), None)
        server.everything_changed()

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def _did_close(params: types.DidCloseNotebookDocumentParams) -> None:
        path = _path(server, params.notebook_document.uri)
        if path is not None:
            server.drop(path)
            server.cells = {uri: key for uri, key in server.cells.items() if key != path}
            server.everything_changed()


def _path(server: Server, uri: str) -> str | None:
    """The file of a notebook; one that was never saved is seen as if it lay in the first folder that is open."""
    key = key_of(uri)
    if key is not None and os.path.isabs(key):
        return key if is_notebook(key) else f"{key}.ipynb"
    if key is None:
        return None
    folder = next(iter(server.roots.values()), os.getcwd())
    return normal(os.path.join(folder, f"{os.path.basename(urlparse(uri)[2]) or 'untitled'}.ipynb"))


def _put(server: Server, path: str, book: OpenNotebook) -> None:
    server.cells = {uri: key for uri, key in server.cells.items() if key != path} | {one.uri: path for one in book.cells}
    server.put(path, book)
    server.changed(path)


def _by_address(server: Server, texts: Iterable[types.TextDocumentItem]) -> dict[str, CellText]:
    return {
        one.uri: CellText(one.uri, True, language_of(one), one.version, TextLines(one.text, server.encoding)) for one in texts
    }


def _cells(cells: Iterable[types.NotebookCell], texts: Mapping[str, CellText]) -> tuple[CellText, ...]:
    """The cells with their texts; one without is empty."""
    found = []
    for one in cells:
        text = texts.get(one.document) or CellText(one.document, True, "", 0, TextLines("", "utf-16"))
        found.append(text._replace(is_code=one.kind == types.NotebookCellKind.Code))
    return tuple(found)


def _edited(server: Server, cells: tuple[CellText, ...], change: types.NotebookDocumentCellChanges) -> tuple[CellText, ...]:
    """The cells after a change: other ones first, then what their texts are."""
    known = {one.uri: one for one in cells}
    if change.structure is not None:
        known |= _by_address(server, change.structure.did_open or ())
        array = change.structure.array
        new = [known.get(one.document) for one in array.cells or ()]
        put = _cells(array.cells or (), {one.uri: one for one in new if one is not None})
        cells = (*cells[: array.start], *put, *cells[array.start + array.delete_count :])
    kinds = {one.document: one.kind == types.NotebookCellKind.Code for one in change.data or ()}
    texts = {one.document.uri: one for one in change.text_content or ()}
    return tuple(_changed(one, texts.get(one.uri), kinds.get(one.uri, one.is_code)) for one in cells)


def _changed(cell: CellText, change: types.NotebookDocumentCellContentChanges | None, is_code: bool) -> CellText:
    if change is None:
        return cell._replace(is_code=is_code)
    lines = cell.lines
    for one in change.changes:
        lines = changed_lines(lines, one)
    return cell._replace(is_code=is_code, version=change.document.version, lines=lines)
