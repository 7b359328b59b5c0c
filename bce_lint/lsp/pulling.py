"""Diagnostics for clients that ask for them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from functools import partial

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from bce_lint.lsp.client_settings import WHOLE_WORKSPACE
from bce_lint.lsp.reports import result_id
from bce_lint.lsp.server import Checked, Server
from bce_lint.lsp.worker import ASKED, WHOLE

_CANCELLED = -32802
"""The text has changed while its diagnostics were found: they are to be asked for again."""


def register(server: Server) -> None:
    """Adds the features."""
    options = types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=True, identifier="bce-lint")

    @server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)
    async def _document_diagnostic(params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        uri = params.text_document.uri
        key, nothing = server.key_of(uri), Checked({}, None)
        server.pulls_cells = server.pulls_cells or uri in server.cells
        checked = nothing if key is None else await server.ask(ASKED, lambda now: server.checked(key, now), nothing)
        text = None if key is None else server.snapshot.texts.get(key)
        if text is not None and checked.version not in (None, text.version):
            raise JsonRpcException("the text has changed", _CANCELLED, {"retriggerRequest": True})
        items = checked.of(uri)
        known = result_id(items)
        if params.previous_result_id == known:
            return types.RelatedUnchangedDocumentDiagnosticReport(result_id=known)
        return types.RelatedFullDocumentDiagnosticReport(items, result_id=known)

    @server.feature(types.WORKSPACE_DIAGNOSTIC)
    async def _workspace_diagnostic(params: types.WorkspaceDiagnosticParams) -> types.WorkspaceDiagnosticReport:
        before = {one.uri: one.value for one in params.previous_result_ids}
        while True:
            change: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            server.waiting.add(change)
            try:
                items = await _reports(server, before)
                if not before or any(isinstance(one, types.WorkspaceFullDocumentDiagnosticReport) for one in items):
                    return types.WorkspaceDiagnosticReport(items)
                await change  # a client asks again at once
            finally:
                server.waiting.discard(change)


async def _reports(server: Server, before: Mapping[str, str]) -> list[types.WorkspaceDocumentDiagnosticReport]:
    """A report for each file: of those that are open, or of all below the open folders; and that those that are gone have none."""
    found: dict[str, types.WorkspaceDocumentDiagnosticReport] = {}
    for key in await _keys(server):
        checked = await server.ask(WHOLE, partial(server.checked, key), Checked({}, None))
        found.update((uri, _report(uri, items, checked.version, before.get(uri))) for uri, items in checked.items.items())
    gone = (uri for uri in before if uri not in found)
    return [*found.values(), *(_report(uri, [], None, before[uri]) for uri in gone)]


async def _keys(server: Server) -> Iterable[str]:
    keys = [key for key, text in server.snapshot.texts.items() if text.is_python]
    if server.client.diagnostic_mode == WHOLE_WORKSPACE:
        roots = tuple(server.roots.values())
        keys += await server.ask(WHOLE, lambda _: server.analyst.files(roots), [])
    sent = {key for key in keys if server.abilities.pulls and server.sends(key)}  # an editor shows twice what it is told twice
    return dict.fromkeys(key for key in keys if key not in sent)


def _report(uri: str, items: list[types.Diagnostic], version: int | None, before: str | None) -> types.WorkspaceDocumentDiagnosticReport:
    known = result_id(items)
    if known == before:
        return types.WorkspaceUnchangedDocumentDiagnosticReport(uri, result_id=known, version=version)
    return types.WorkspaceFullDocumentDiagnosticReport(uri, items, version, result_id=known)
