"""What the server does with each message of a client."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from typing import Any, Final

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams
from pygls.uris import to_fs_path

from bce_lint.config.reading import OWN, PYPROJECT
from bce_lint.lsp import notebooks, pulling, shown
from bce_lint.lsp.abilities import abilities
from bce_lint.lsp.actions import KINDS, ActionRoom, ActionsWanted
from bce_lint.lsp.client_settings import SECTION, client_settings
from bce_lint.lsp.places import ClientPlaces, ClientSpot, as_stretch, changed_lines, key_of, language_of, program_key
from bce_lint.lsp.positions import TextLines
from bce_lint.lsp.server import Server
from bce_lint.lsp.texts import PYTHON, OpenText, Snapshot, normal, opened
from bce_lint.lsp.worker import AROUND, ASKED

_WATCHED: Final = ("**/*.py", "**/*.pyi", "**/*.ipynb", f"**/{PYPROJECT}", f"**/{OWN}", "**/.gitignore")
_CONFIGURATIONS: Final = (PYPROJECT, OWN)


def made() -> Server:
    """A server with all its features."""
    server = Server()
    for register in (_life, _texts, _surroundings, _actions, notebooks.register, pulling.register, shown.register):
        register(server)
    return server


def _life(server: Server) -> None:
    @server.feature(types.INITIALIZE)
    def _initialize(params: types.InitializeParams) -> None:
        server.abilities = abilities(params.capabilities)
        server.encoding = str(getattr(server.workspace.position_encoding, "value", server.workspace.position_encoding))
        server.snapshot = Snapshot({}, server.encoding)
        server.client = client_settings(plain(params.initialization_options), server.client)
        folders = [folder.uri for folder in params.workspace_folders or ()]
        for uri in folders or [one for one in (params.root_uri, params.root_path and f"file://{params.root_path}") if one][:1]:
            _add_folder(server, uri)
        server.worker.start()
        server.loop = asyncio.get_running_loop()
        server.loop.set_exception_handler(lambda _, about: server.tell(about.get("exception") or OSError(about["message"])))
        if params.process_id is not None and _is_alive(params.process_id):
            server.watched = asyncio.ensure_future(_watch_parent(server, params.process_id))

    @server.feature(types.INITIALIZED)
    async def _initialized(params: types.InitializedParams) -> None:
        found = []
        if server.abilities.watches:
            watchers = [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            found.append(types.Registration("watched files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options))
        if server.abilities.registers_configuration:
            options_of_section = types.DidChangeConfigurationRegistrationOptions(SECTION)
            found.append(types.Registration("configuration", types.WORKSPACE_DID_CHANGE_CONFIGURATION, options_of_section))
        if found:
            server.client_register_capability(types.RegistrationParams(found))
        await _configure(server)


async def _configure(server: Server) -> None:
    """Asks for the client's settings."""
    if not server.abilities.configuration:
        return
    try:
        answer = await server.workspace_configuration_async(types.ConfigurationParams([types.ConfigurationItem(section=SECTION)]))
    except JsonRpcException:
        return
    before = server.client
    server.client = client_settings(plain(answer[0]) if answer else None, before)
    if server.client != before:
        server.told_again()
        server.everything_changed()


async def _watch_parent(server: Server, process: int) -> None:
    while _is_alive(process):
        await asyncio.sleep(3)
    server.stop()


def _is_alive(process: int) -> bool:
    if os.name != "posix":
        return False  # to ask would end it; that standard input ends is enough
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def plain(value: object) -> Any:
    """What a client gives without a type, as JSON has it."""
    if hasattr(value, "_asdict"):
        return {key: plain(one) for key, one in value._asdict().items()}
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value


def _add_folder(server: Server, uri: str) -> None:
    path = to_fs_path(uri)
    if path:
        server.roots[uri] = normal(path)


def _texts(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def _did_open(params: types.DidOpenTextDocumentParams) -> None:
        one = params.text_document
        language = language_of(one)
        key = (program_key(one.uri) if language == PYTHON else None) or key_of(one.uri)
        if key is not None:
            path = key if one.uri.startswith("file:") else None
            server.put(key, opened(one.uri, path, language, one.version, TextLines(one.text, server.encoding)))
            server.changed(key)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def _did_change(params: types.DidChangeTextDocumentParams) -> None:
        key = server.key_of(params.text_document.uri)
        text = None if key is None else server.snapshot.texts.get(key)
        if key is None or not isinstance(text, OpenText):
            return
        lines = text.lines
        for change in params.content_changes:
            lines = changed_lines(lines, change)
        server.put(key, text.changed(params.text_document.version, lines))
        server.changed(key)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE, types.SaveOptions(include_text=False))
    async def _did_save(params: types.DidSaveTextDocumentParams) -> None:
        await server.ask(ASKED, lambda _: _looked_at_again(server), None)
        server.everything_changed()

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def _did_close(params: types.DidCloseTextDocumentParams) -> None:
        key = server.key_of(params.text_document.uri)
        if key is not None and params.text_document.uri not in server.cells:
            server.drop(key)
            server.everything_changed()


def _looked_at_again(server: Server) -> None:
    """The disk has changed. What a client does not watch may be a configuration."""
    server.analyst.disk_changed()
    if not server.abilities.watches:
        server.analyst.configured(server.client)


def _surroundings(server: Server) -> None:
    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def _did_change_configuration(params: types.DidChangeConfigurationParams) -> None:
        if server.abilities.configuration:
            await _configure(server)
            return
        before = server.client
        server.client = client_settings(plain(params.settings), before)
        if server.client != before:
            server.told_again()
            server.everything_changed()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    async def _did_change_watched_files(params: types.DidChangeWatchedFilesParams) -> None:
        configured = [one for one in params.changes if os.path.basename(to_fs_path(one.uri) or "") in _CONFIGURATIONS]
        moved = any(one.type != types.FileChangeType.Changed for one in configured)

        def _look(_: Snapshot) -> None:
            server.analyst.disk_changed()
            if configured:
                server.analyst.configured(server.client)
            if moved:
                server.analyst.look_again()

        if configured:
            server.told_again()
        await server.ask(ASKED, _look, None)
        server.everything_changed()

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def _did_change_workspace_folders(params: types.DidChangeWorkspaceFoldersParams) -> None:
        for folder in params.event.removed:
            server.roots.pop(folder.uri, None)
        for folder in params.event.added:
            _add_folder(server, folder.uri)
        server.everything_changed()


def _actions(server: Server) -> None:
    options = types.CodeActionOptions([*map(types.CodeActionKind, KINDS[:1]), *KINDS[1:]], resolve_provider=True)

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)
    async def _code_action(params: types.CodeActionParams) -> list[types.CodeAction]:
        uri = params.text_document.uri
        key = server.key_of(uri)
        if key is None:
            return []
        only = None if params.context.only is None else [str(getattr(one, "value", one)) for one in params.context.only]
        wanted = ActionsWanted(key, ClientSpot(uri, as_stretch(params.range)), only, params.context.diagnostics)
        unasked = params.context.trigger_kind == types.CodeActionTriggerKind.Automatic
        return await server.ask(AROUND if unasked else ASKED, lambda now: _room(server, now, key).offered(wanted), [])

    @server.feature(types.CODE_ACTION_RESOLVE)
    async def _resolve(action: types.CodeAction) -> types.CodeAction:
        data = plain(action.data)
        if not isinstance(data, dict) or not {"do", "path", "version"} <= data.keys():
            raise JsonRpcInvalidParams("the action has no data of bce-lint")

        def _resolved(now: Snapshot) -> str:
            text, room = now.texts.get(data["path"]), _room(server, now, data["path"])
            if (None if text is None else text.version) != data["version"]:
                return "the text has changed"
            made = room.resolved(data)
            if made.files:
                action.edit = room.edit(made)
                return ""
            return made.problem or "nothing is left to change"

        problem = await server.ask(ASKED, _resolved, "")
        if problem:
            server.window_show_message(types.ShowMessageParams(types.MessageType.Info, f"bce-lint: {problem}"))
        return action


def _room(server: Server, now: Snapshot, key: str) -> ActionRoom:
    return ActionRoom(server.analyst, ClientPlaces(now, key), server.abilities.actions)
