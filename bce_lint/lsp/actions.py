"""What can be done about findings: fixes, comments that silence, and all safe fixes of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from lsprotocol import types

from bce_lint.diagnostic import DISPLAY_ONLY, SAFE, UNSAFE, Diagnostic, Fix, Location, Position
from bce_lint.lsp.analyst import NEVER_SILENCED, Analyst, Changes
from bce_lint.lsp.places import ClientPlaces, ClientSpot, as_range
from bce_lint.lsp.positions import TextLines
from bce_lint.lsp.text_edits import edits_between
from bce_lint.lsp.texts import OpenNotebook, cell_sources, shown_text
from bce_lint.source.write import FileChange

FIX_ALL: Final = f"{types.CodeActionKind.SourceFixAll.value}.bce-lint"
QUICK_FIX: Final = types.CodeActionKind.QuickFix.value
KINDS: Final = (QUICK_FIX, FIX_ALL)
_FIX, _SILENCE, _ALL = "fix", "silence", "fix all"
_MARK: Final = "\ufeff"


class ActionClient(NamedTuple):
    """What a client understands of actions: edits that come later, actions that cannot be taken, edits with versions."""

    resolves: bool = False
    disabled: bool = False
    versions: bool = False


class ActionsWanted(NamedTuple):
    """What a client asks for: the file, the place, the kinds (None: all), and the diagnostics that it knows there."""

    path: str
    spot: ClientSpot
    kinds: Sequence[str] | None
    known: Sequence[types.Diagnostic] = ()

    def touches(self, at: ClientSpot) -> bool:
        """True if a place has something in common with that of the client."""
        here, there = self.spot.stretch, at.stretch
        return at.uri == self.spot.uri and there.start <= here.end and here.start <= there.end

    def takes(self, kind: str) -> bool:
        """True if actions of a kind are wanted."""
        return self.kinds is None or any(kind == one or kind.startswith(f"{one}.") for one in self.kinds)


class DocumentEdits(NamedTuple):
    """The edits of a document of the protocol, and the version that they are meant for."""

    uri: str
    version: int | None
    edits: list[types.TextEdit]


class ActionRoom:
    """The actions in a file of a snapshot."""

    def __init__(self, analyst: Analyst, places: ClientPlaces, client: ActionClient) -> None:
        self.analyst, self.places, self.client = analyst, places, client

    def offered(self, wanted: ActionsWanted) -> list[types.CodeAction]:
        """The actions for a range. Who asks for no kind is asked in return whether there is a finding: nothing is planned for a cursor that
        moves."""
        found: list[types.CodeAction] = []
        told = self.analyst.findings(wanted.path)
        near = self._near(wanted, told.here)
        if near and wanted.takes(QUICK_FIX):
            fixed = self._near(wanted, self.analyst.with_fixes(wanted.path))
            found += [action for one in fixed for action in self._for(one, wanted)]
            found += [action for one in fixed for action in self._silencing(one, wanted)]
        if wanted.takes(QUICK_FIX):
            found += [action for one in self._leading_to(wanted, told.elsewhere) for action in self._for(one, wanted)]
        if wanted.takes(FIX_ALL) and (near if wanted.kinds is None else told.here) and self._has_safe(wanted.path):
            found += self._all(wanted)
        return found

    def _has_safe(self, path: str) -> bool:
        """True if a file has a fix that nobody needs to look at."""
        return any(one.fix is not None and one.fix.edits and one.fix.applicability == SAFE for one in self.analyst.with_fixes(path))

    def _near(self, wanted: ActionsWanted, found: Sequence[Diagnostic]) -> list[Diagnostic]:
        return [one for one in found if wanted.touches(self.places.spot(one.location))]

    def _leading_to(self, wanted: ActionsWanted, elsewhere: Sequence[Diagnostic]) -> Iterator[Diagnostic]:
        """The findings of other files, with their fixes, that have a label in the range."""
        for one in elsewhere:
            if self._labelled(wanted, one):
                path = self.places.known(one.location.path)
                known = (one.code, one.location[1:])
                yield from (other for other in self.analyst.with_fixes(path) if (other.code, other.location[1:]) == known)

    def _labelled(self, wanted: ActionsWanted, one: Diagnostic) -> bool:
        labels = (label.location for label in one.labels if label.location.path == wanted.path)
        return any(wanted.touches(self.places.spot(location)) for location in labels)

    def _for(self, one: Diagnostic, wanted: ActionsWanted) -> Iterator[types.CodeAction]:
        fix = one.fix
        if fix is None:
            return
        about = self._about(one, wanted)
        if fix.applicability == DISPLAY_ONLY or not fix.edits:
            yield self._impossible(f"{one.code}: {fix.message}", fix.message, about)
            return
        title = f"{fix.message} ({one.code}{', unsafe: values change' if fix.applicability == UNSAFE else ''})"
        action = types.CodeAction(title, QUICK_FIX, about, is_preferred=True if fix.applicability == SAFE else None)
        yield self._with_edit(action, self._data(_FIX, one), lambda: self.analyst.fixed(self.places.known(one.location.path), fix))

    def _silencing(self, one: Diagnostic, wanted: ActionsWanted) -> Iterator[types.CodeAction]:
        if one.code in NEVER_SILENCED:
            return
        action = types.CodeAction(f"Silence {one.code} with `# noqa: {one.code}`", QUICK_FIX, self._about(one, wanted))
        yield self._with_edit(action, self._data(_SILENCE, one), lambda: self.analyst.silenced(wanted.path, one.location, one.code))

    def _all(self, wanted: ActionsWanted) -> list[types.CodeAction]:
        action = types.CodeAction("Apply all safe fixes of bce-lint", FIX_ALL)
        data = {"do": _ALL, "path": wanted.path, "version": self.places.version(wanted.path)}
        made = self._with_edit(action, data, lambda: self.analyst.fixed_all(wanted.path))
        return [made] if made.disabled is None and (made.edit is not None or made.data is not None) else []

    def _data(self, kind: str, one: Diagnostic) -> dict[str, Any]:
        path = self.places.known(one.location.path)
        at = [*one.location.start, *one.location.end, one.location.cell]
        return {"do": kind, "path": path, "version": self.places.version(path), "code": one.code, "at": at}

    def _about(self, one: Diagnostic, wanted: ActionsWanted) -> list[types.Diagnostic]:
        there = self.places.spot(one.location).range
        return [known for known in wanted.known if known.range == there and known.code == one.code]

    def _with_edit(self, action: types.CodeAction, data: dict[str, Any], changes: Callable[[], Changes]) -> types.CodeAction:
        """An action with its edit, or with what a client gives back to be told it."""
        if self.client.resolves:
            action.data = data
            return action
        made = changes()
        if made.files:
            action.edit = self.edit(made)
            return action
        return self._impossible(action.title, made.problem or "nothing is left to change", action.diagnostics or [])

    def _impossible(self, title: str, reason: str, about: Sequence[types.Diagnostic]) -> types.CodeAction:
        """What cannot be done for somebody, with why: as an action that cannot be taken, or one that does nothing."""
        if self.client.disabled:
            return types.CodeAction(title, QUICK_FIX, about, disabled=types.CodeActionDisabled(reason))
        return types.CodeAction(title if reason in title else f"{title}: {reason}", QUICK_FIX, about)

    def resolved(self, data: Mapping[str, Any]) -> Changes:
        """What an action changes that was offered."""
        path = data["path"]
        if data["do"] == _ALL:
            return self.analyst.fixed_all(path)
        if data["do"] == _SILENCE:
            row, column, end_row, end_column, cell = data["at"]
            location = Location(path, Position(row, column), Position(end_row, end_column), cell)
            return self.analyst.silenced(path, location, data["code"])
        fix = self._fix(path, data)
        return Changes(problem="the text has changed") if fix is None else self.analyst.fixed(path, fix)

    def _fix(self, path: str, data: Mapping[str, Any]) -> Fix | None:
        for one in self.analyst.with_fixes(path):
            at = [*one.location.start, *one.location.end, one.location.cell]
            if (one.code, at) == (data["code"], data["at"]) and one.fix is not None:
                return one.fix if one.fix.applicability != DISPLAY_ONLY else None
        return None

    def edit(self, made: Changes) -> types.WorkspaceEdit:
        """Changes of files as one edit of the workspace."""
        edits = [one for change in made.files for one in self._edits(change)]
        if not self.client.versions:
            return types.WorkspaceEdit(changes={one.uri: one.edits for one in edits})
        identified = ((types.OptionalVersionedTextDocumentIdentifier(one.uri, one.version), one.edits) for one in edits)
        return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(about, own) for about, own in identified])

    def _edits(self, change: FileChange) -> Iterator[DocumentEdits]:
        """The edits of a file, or of the cells of a notebook that is open."""
        path = self.places.known(change.path)
        text = self.places.snapshot.texts.get(path)
        if not isinstance(text, OpenNotebook):
            before = self.places.lines(path)
            after = (_MARK if before.text.startswith(_MARK) else "") + shown_text(change.after, path)
            yield _document(self.places.uri(path), self.places.version(path), before, after)
            return
        for cell, source in zip(text.cells, cell_sources(change.after), strict=True):
            if source != cell.lines.text:
                yield _document(cell.uri, cell.version, cell.lines, source)


def _document(uri: str, version: int | None, before: TextLines, after: str) -> DocumentEdits:
    return DocumentEdits(uri, version, [types.TextEdit(as_range(one.stretch), one.content) for one in edits_between(before, after)])
