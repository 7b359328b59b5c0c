"""A real client that drives the server over standard input and output."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.uris import to_fs_path
from pytest_lsp import LanguageClient, make_test_lsp_client

ROOT = Path(__file__).parents[2]
OPTION = "from torch import nn\n\nloss = nn.MSELoss(size_average=False)\n"
SOON = 40.0
"""Seconds within which anything is answered, on a machine that has much to do."""


def place(one: types.Range) -> tuple[int, int, int, int]:
    """A range in numbers."""
    return one.start.line, one.start.character, one.end.line, one.end.character


def capabilities(
    *, resolves: bool = False, disabled: bool = True, versions: bool = True, pulls: bool = False, related: bool = True,
    encodings: list[str] | None = None, configuration: bool = False, watches: bool = False, progress: bool = False,
) -> types.ClientCapabilities:  # fmt: skip
    """What a client says that it understands."""
    kinds = types.ClientCodeActionKindOptions([types.CodeActionKind.QuickFix, types.CodeActionKind.SourceFixAll])
    tags = types.ClientDiagnosticsTagOptions([types.DiagnosticTag.Deprecated, types.DiagnosticTag.Unnecessary])
    return types.ClientCapabilities(
        general=types.GeneralClientCapabilities(position_encodings=encodings),
        text_document=types.TextDocumentClientCapabilities(
            publish_diagnostics=types.PublishDiagnosticsClientCapabilities(
                related_information=related, tag_support=tags, code_description_support=True, data_support=True
            ),
            code_action=types.CodeActionClientCapabilities(
                code_action_literal_support=types.ClientCodeActionLiteralOptions(kinds),
                is_preferred_support=True,
                disabled_support=disabled,
                data_support=resolves,
                resolve_support=types.ClientCodeActionResolveOptions(["edit"]) if resolves else None,
            ),
            diagnostic=types.DiagnosticClientCapabilities() if pulls else None,
            hover=types.HoverClientCapabilities(content_format=[types.MarkupKind.Markdown]),
        ),
        notebook_document=types.NotebookDocumentClientCapabilities(types.NotebookDocumentSyncClientCapabilities()),
        workspace=types.WorkspaceClientCapabilities(
            workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=versions),
            configuration=configuration,
            workspace_folders=True,
            diagnostics=types.DiagnosticWorkspaceClientCapabilities(refresh_support=pulls),
            did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=watches),
        ),
        window=types.WindowClientCapabilities(work_done_progress=progress),
    )


class Session:
    """A client with a server, and the texts that are open in it."""

    def __init__(self, client: LanguageClient, folder: Path) -> None:
        self.client, self.folder = client, folder
        self.published: list[types.PublishDiagnosticsParams] = []
        self.capabilities = types.ServerCapabilities()
        self.texts: dict[str, tuple[int, str]] = {}

        def _published(params: types.PublishDiagnosticsParams) -> None:
            self.published.append(params)

        client.protocol.fm.features.pop(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, None)
        client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(_published)

    def uri(self, name: str) -> str:
        """The address of a file in the folder, or of what has an address."""
        return name if ":" in name else (self.folder / name).as_uri()

    def open(self, name: str, text: str | None = None, language: str = "python") -> None:
        """Opens a file as it is on the disk, or with another text."""
        text = (self.folder / name).read_bytes().decode() if text is None else text
        self.texts[name] = 1, text
        item = types.TextDocumentItem(self.uri(name), language, 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def change(self, name: str, text: str) -> None:
        """Gives an open file another text."""
        self.edit(name, text, types.TextDocumentContentChangeWholeDocument(text))

    def edit(self, name: str, text: str, *changes: types.TextDocumentContentChangeEvent) -> None:
        """Changes an open file by some steps, whose result is known."""
        version = self.texts[name][0] + 1
        self.texts[name] = version, text
        about = types.VersionedTextDocumentIdentifier(version, self.uri(name))
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(about, list(changes)))

    def save(self, name: str) -> None:
        """Writes an open file."""
        (self.folder / name).write_bytes(self.texts[name][1].encode())
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(self.uri(name))))

    def close(self, name: str) -> None:
        """Closes a file."""
        del self.texts[name]
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(self.uri(name))))

    async def diagnostics(self, name: str, until: Callable[[list[types.Diagnostic]], bool] = lambda _: True) -> list[types.Diagnostic]:
        """The diagnostics that were published last for the file's version, once there are such as are waited for."""
        wanted = self.texts[name][0] if name in self.texts else None

        def _last() -> list[types.Diagnostic] | None:
            found = [one for one in self.published if one.uri == self.uri(name)]
            if not found or (wanted is not None and found[-1].version != wanted) or not until([*found[-1].diagnostics]):
                return None
            return [*found[-1].diagnostics]

        last: list[types.Diagnostic] = await eventually(
            _last, lambda: f"{name}, version {wanted}: {[one for one in self.published if one.uri == self.uri(name)]}"
        )
        return last

    async def codes(self, name: str, *codes: str) -> list[types.Diagnostic]:
        """Waits until a file has these codes."""
        return await self.diagnostics(name, lambda found: sorted(str(one.code) for one in found) == sorted(codes))

    async def actions(
        self, name: str, at: types.Range, only: list[str] | None = None, known: list[types.Diagnostic] | None = None
    ) -> list[types.CodeAction]:
        """The actions for a range."""
        context = types.CodeActionContext(known or [], only)
        about = types.TextDocumentIdentifier(self.uri(name))
        found = await self.client.text_document_code_action_async(types.CodeActionParams(about, at, context))
        return [one for one in found or [] if isinstance(one, types.CodeAction)]

    async def pull(self, name: str, before: str | None = None) -> Any:
        """A report of the diagnostics of a file."""
        about = types.TextDocumentIdentifier(self.uri(name))
        return await self.client.text_document_diagnostic_async(types.DocumentDiagnosticParams(about, previous_result_id=before))

    def applied(self, edit: types.WorkspaceEdit | None) -> dict[str, str]:
        """The texts by address after an edit of the workspace, as an editor that counts in UTF-16 makes it."""
        assert edit is not None
        if edit.document_changes is not None:
            whole = [(one.text_document.uri, one.edits) for one in edit.document_changes if isinstance(one, types.TextDocumentEdit)]
        else:
            whole = [(uri, edits) for uri, edits in (edit.changes or {}).items()]
        opened = {self.uri(name): text for name, (_, text) in self.texts.items()}
        found = {}
        for uri, edits in whole:
            text = opened[uri] if uri in opened else Path(to_fs_path(uri) or "").read_bytes().decode("utf-8-sig")
            found[uri] = edited(text, [one for one in edits if isinstance(one, types.TextEdit)])
        return found


def edited(text: str, edits: list[types.TextEdit]) -> str:
    """A text after edits, none of which moves another."""
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
    starts = [sum(map(len, lines[:number])) for number in range(len(lines))]

    def _offset(at: types.Position) -> int:
        line = lines[at.line]
        return starts[at.line] + len(line.encode("utf-16-le")[: 2 * at.character].decode("utf-16-le"))

    for one_edit in sorted(edits, key=lambda one: (one.range.start.line, one.range.start.character), reverse=True):
        text = text[: _offset(one_edit.range.start)] + one_edit.new_text + text[_offset(one_edit.range.end) :]
    return text


async def eventually(look: Callable[[], Any], why: Callable[[], str] = lambda: "it did not come about") -> Any:
    """What there is once there is something."""
    end = asyncio.get_running_loop().time() + SOON
    while (found := look()) is None:
        assert asyncio.get_running_loop().time() < end, why()
        await asyncio.sleep(0.01)
    return found


@asynccontextmanager
async def session(
    folder: Path, client: types.ClientCapabilities | None = None, options: object = None, folders: list[Path] | None = None,
    settings: dict[str, Any] | None = None,
) -> AsyncIterator[Session]:  # fmt: skip
    """A session in a folder, from the first message to the last; the server has to end well."""
    made = make_test_lsp_client()
    made.set_configuration(settings or {}, section="bce-lint")
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    await made.start_io(sys.executable, "-m", "bce_lint", "server", cwd=folder, env=env)
    found = Session(made, folder)
    opened = [types.WorkspaceFolder(one.as_uri(), one.name) for one in folders or [folder]]
    params = types.InitializeParams(
        client or capabilities(), root_uri=folder.as_uri(), workspace_folders=opened, initialization_options=options
    )
    try:
        result = await asyncio.wait_for(made.initialize_session(params), SOON)
        found.capabilities = result.capabilities
        yield found
        await asyncio.wait_for(made.shutdown_session(), SOON)
        process = made._server
        assert process is not None and await asyncio.wait_for(process.wait(), SOON) == 0
    finally:
        if made._server is not None and made._server.returncode is None:
            made._server.kill()
        await made.stop()  # type: ignore[no-untyped-call]


def play(scenario: Callable[[], Awaitable[None]]) -> None:
    """Runs a scenario to its end."""

    async def _played() -> None:
        await asyncio.wait_for(scenario(), 4 * SOON)

    asyncio.run(_played())
