"""The server: what is open, who waits for what, and when which file is looked at again."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from logging import DEBUG, INFO, WARNING
from typing import Any, Final, NamedTuple, TypeVar

from lsprotocol import types
from pygls.exceptions import FeatureRequestError
from pygls.lsp.server import LanguageServer

from bce_lint import __version__
from bce_lint.config.problem import ConfigError
from bce_lint.lsp.actions import ActionClient
from bce_lint.lsp.analyst import Analyst, FileFindings
from bce_lint.lsp.client_settings import ClientSettings
from bce_lint.lsp.places import ClientPlaces, key_of, program_key
from bce_lint.lsp.positions import UTF_16
from bce_lint.lsp.protocol import Protocol
from bce_lint.lsp.reports import ByAddress, Understood, diagnostics
from bce_lint.lsp.texts import AnyOpen, OpenNotebook, Snapshot
from bce_lint.lsp.ticking import watch
from bce_lint.lsp.worker import AROUND, CHANGED, LOG, AnalysisThread

T = TypeVar("T")
NOTEBOOKS: Final = types.NotebookDocumentSyncOptions(
    [types.NotebookDocumentFilterWithNotebook("*")], save=True
)
"""All cells are kept, so that their numbers are those that people see."""
_PAUSE: Final = 0.3
"""Seconds without a change after which other open files are looked at again."""


class Checked(NamedTuple):
    """The diagnostics of a file, by address, and the version of its text that they were found in."""

    items: ByAddress
    version: int | None

    def of(self, uri: str) -> list[types.Diagnostic]:
        """The diagnostics of one address."""
        return self.items.get(uri, [])


class ClientAbilities(NamedTuple):
    """What a client understands."""

    understood: Understood = Understood()
    actions: ActionClient = ActionClient()
    pulls: bool = False
    refreshes: bool = False
    refreshes_hints: bool = False
    progress: bool = False
    configuration: bool = False
    watches: bool = False
    registers_configuration: bool = False


class Server(LanguageServer):
    """A language server; its features are in `features.py`."""

    protocol: Protocol

    def __init__(self) -> None:
        super().__init__("bce-lint", __version__, types.TextDocumentSyncKind.Incremental, NOTEBOOKS, protocol_cls=Protocol)
        self.abilities = ClientAbilities()
        self.loop: asyncio.AbstractEventLoop | None = None
        self.encoding = UTF_16
        self.client = ClientSettings()
        self.roots: dict[str, str] = {}
        """The folders that are open, by their addresses."""
        self.analyst, self.worker = Analyst(), AnalysisThread()
        self.waiting: set[asyncio.Future[None]] = set()
        """Who waits for the next change."""
        self._texts: dict[str, AnyOpen] = {}
        self.cells: dict[str, str] = {}
        """The notebooks of cells that are open, both by what they are known by."""
        self.snapshot = Snapshot({}, self.encoding)
        self.pulls_cells = False
        """True once the client has asked for the diagnostics of a cell: not all clients that ask do."""
        self._queued: set[tuple[str, int]] = set()
        self._published: dict[str, Checked] = {}
        self._later: asyncio.TimerHandle | None = None
        self._told: set[str] = set()
        self._ticking: asyncio.Future[None] | None = None
        self.watched: asyncio.Future[None] | None = None
        """Waits for the end of the process that has started this one."""

    # --- what is open ------------------------------------------------------------------------------

    def put(self, key: str, text: AnyOpen) -> None:
        """A text is open, or has changed."""
        self._texts[key] = text
        self._renew()

    def drop(self, key: str) -> None:
        """A text is open no more, and nothing is said of it."""
        text = self._texts.pop(key, None)
        self._renew()
        published = self._published.pop(key, None)
        if text is not None and published is not None:
            for uri in published.items:
                self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def key_of(self, uri: str) -> str | None:
        """What a text is known by: a cell by its notebook; None for what is nobody's to lint."""
        program = program_key(uri)
        return self.cells.get(uri) or (program if program in self._texts else key_of(uri))

    def _renew(self) -> None:
        self.snapshot = Snapshot(dict(self._texts), self.encoding)

    # --- what is looked at -------------------------------------------------------------------------

    def changed(self, key: str) -> None:
        """A text is another one: its file is looked at now, the others that are open when there is a pause."""
        self.check(key, CHANGED)
        if self._later is not None:
            self._later.cancel()
        self._later = asyncio.get_running_loop().call_later(_PAUSE, self.check_others, key)
        self._wake()

    def check_others(self, key: str = "") -> None:
        """Looks at all open files but one."""
        for other in self._texts:
            if other != key:
                self.check(other, AROUND)
        if self.abilities.refreshes and self.abilities.pulls and (len(self._texts) > 1 or not key):
            self.workspace_diagnostic_refresh(None)
        if self.abilities.refreshes_hints and self.client.inlay_hints:
            self.workspace_inlay_hint_refresh(None)

    def everything_changed(self) -> None:
        """Something that all files may depend on is another one."""
        self.check_others()
        self._wake()

    def _wake(self) -> None:
        for one in self.waiting:
            if not one.done():
                one.set_result(None)

    def sends(self, key: str) -> bool:
        """True for what a client is told unasked: it may ask for what it knows of files, and not of cells."""
        return not self.abilities.pulls or (isinstance(self._texts.get(key), OpenNotebook) and not self.pulls_cells)

    def check(self, key: str, urgency: int) -> None:
        """Has a file's diagnostics found and sent, unless the client asks for them itself."""
        if not self.sends(key) or (key, urgency) in self._queued:
            return
        self._queued.add((key, urgency))
        loop = asyncio.get_running_loop()

        def _done(future: Future[Checked]) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._publish, key, future)

        self._submit(urgency, partial(self._check, key, urgency)).add_done_callback(_done)

    def _check(self, key: str, urgency: int) -> Checked:
        self._queued.discard((key, urgency))
        snapshot = self.take()
        return self.checked(key, snapshot)

    def take(self) -> Snapshot:
        """Has the analysis see what is open now. Only the thread of the analysis calls it, as what follows."""
        snapshot = self.snapshot
        try:
            self.analyst.take(snapshot, self.client, tuple(self.roots.values()))
        except ConfigError as error:  # what is asked is answered as if the client had said nothing
            if self.loop is not None:
                self.loop.call_soon_threadsafe(self.tell, error)
        return snapshot

    def checked(self, key: str, snapshot: Snapshot) -> Checked:
        """The diagnostics of a file, open or not."""
        found, places = self.analyst.findings(key), ClientPlaces(snapshot, key)
        items = diagnostics(found, places, self.abilities.understood, self.client.related_hints)
        return Checked(items, places.version(key))

    def _publish(self, key: str, future: Future[Checked]) -> None:
        checked = self._result(future, Checked(diagnostics(FileFindings(), ClientPlaces(self.snapshot, key), Understood(), False), None))
        text, before = self._texts.get(key), self._published.get(key, Checked({}, None))
        if text is None or checked.version not in (None, text.version) or before == checked:
            return
        self._published[key] = checked
        for uri in before.items.keys() - checked.items.keys():
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))
        for uri, items in checked.items.items():
            if isinstance(text, OpenNotebook) and before.items.get(uri) == items:
                continue
            cell = text.number(uri) if isinstance(text, OpenNotebook) else None
            version = text.cells[cell - 1].version if isinstance(text, OpenNotebook) and cell is not None else text.version
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, items, version))

    def _result(self, future: Future[T], otherwise: T) -> T:
        """What a task gave; what went wrong is told."""
        try:
            return future.result()
        except Exception as error:
            self.tell(error)
            return otherwise

    def tell(self, error: Exception) -> None:
        """Tells what went wrong: a configuration that cannot be followed to whoever edits it, once; what is ours to the log."""
        if not isinstance(error, ConfigError):
            LOG.error("internal error: %s: %s", type(error).__name__, error, exc_info=error if LOG.isEnabledFor(DEBUG) else None)
            return
        text = f"bce-lint: {error}"
        if text not in self._told:
            self._told.add(text)
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, text))

    def told_again(self) -> None:
        """A configuration has changed: what is wrong with it now is told anew."""
        self._told.clear()

    # --- the thread --------------------------------------------------------------------------------

    def _submit(self, urgency: int, task: Callable[[], T]) -> Future[T]:
        future = self.worker.submit(urgency, task)
        if self.abilities.progress and (self._ticking is None or self._ticking.done()):
            self._ticking = asyncio.ensure_future(watch(self.worker, self.work_done_progress))
        return future

    async def ask(self, urgency: int, task: Callable[[Snapshot], T], otherwise: T) -> T:
        """What a task gives, which is done with what is open by then."""
        try:
            return await asyncio.wrap_future(self._submit(urgency, lambda: task(self.take())))
        except ConfigError as error:
            self.tell(error)
            return otherwise

    def report_server_error(self, error: Exception, source: Any) -> None:
        """What pygls cannot handle goes into the log: a message that is none is nothing that a user can mend, and a request is answered."""
        level = INFO if source is FeatureRequestError else WARNING
        LOG.log(level, "%s: %s", source.__name__, " ".join(str(error).split()))

    def stop(self) -> None:
        """Ends the process: nobody is there any more."""
        os._exit(0 if self.protocol.was_shut_down else 1)
