"""What can be done about findings: fixes, comments that silence, and all safe fixes of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from lsprotocol import types

from bce_lint.diagnostic import DISPLAY_ONLY, SAFE, UNNAMED, UNSAFE, Diagnostic, Fix
from bce_lint.lsp.analyst import NEVER_SILENCED, Analyst, Changes
from bce_lint.lsp.places import ClientPlaces, as_range
from bce_lint.lsp.positions import Stretch
from bce_lint.lsp.text_edits import edits_between
from bce_lint.lsp.texts import normal
from bce_lint.source.text import decode
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
    """What a client asks for: the file, the range, the kinds (None: all), and the diagnostics that it knows there."""

    path: str
    stretch: Stretch
    kinds: Sequence[str] | None
    known: Sequence[types.Diagnostic] = ()

    def touches(self, at: Stretch) -> bool:
        """True if a range has something in common with that of the client."""
        return at.start <= self.stretch.end and self.stretch.start <= at.end

    def takes(self, kind: str) -> bool:
        """True if actions of a kind are wanted."""
        return self.kinds is None or any(kind == one or kind.startswith(f"{one}.") for one in self.kinds)


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
        if wanted.takes(FIX_ALL) and (near or wanted.kinds is not None):
            found += self._all(wanted)
        return found

    def _near(self, wanted: ActionsWanted, found: Sequence[Diagnostic]) -> list[Diagnostic]:
        lines = self.places.lines(wanted.path)
        return [one for one in found if wanted.touches(lines.stretch(one.location))]

    def _leading_to(self, wanted: ActionsWanted, elsewhere: Sequence[Diagnostic]) -> Iterator[Diagnostic]:
        """The findings of other files, with their fixes, that have a label in the range."""
        for one in elsewhere:
            if self._labelled(wanted, one):
                path = normal(one.location.path)
                known = (one.code, one.location[1:])
                yield from (other for other in self.analyst.with_fixes(path) if (other.code, other.location[1:]) == known)

    def _labelled(self, wanted: ActionsWanted, one: Diagnostic) -> bool:
        lines = self.places.lines(wanted.path)
        stretches = (lines.stretch(label.location) for label in one.labels if label.location.path == wanted.path)
        return any(map(wanted.touches, stretches))

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
        yield self._with_edit(action, self._data(_FIX, one), lambda: self.analyst.fixed(self._file(one), fix))

    def _silencing(self, one: Diagnostic, wanted: ActionsWanted) -> Iterator[types.CodeAction]:
        if one.code in NEVER_SILENCED:
            return
        action = types.CodeAction(f"Silence {one.code} with `# noqa: {one.code}`", QUICK_FIX, self._about(one, wanted))
        row = one.location.start.row
        yield self._with_edit(action, self._data(_SILENCE, one), lambda: self.analyst.silenced(wanted.path, row, one.code))

    def _all(self, wanted: ActionsWanted) -> list[types.CodeAction]:
        action = types.CodeAction("Apply all safe fixes of bce-lint", FIX_ALL)
        data = {"do": _ALL, "path": wanted.path, "version": self.places.version(wanted.path)}
        made = self._with_edit(action, data, lambda: self.analyst.fixed_all(wanted.path))
        return [made] if made.disabled is None and (made.edit is not None or made.data is not None) else []

    def _file(self, one: Diagnostic) -> str:
        """What the text of a finding is known by."""
        return self.places.here if one.location.path == UNNAMED else normal(one.location.path)

    def _data(self, kind: str, one: Diagnostic) -> dict[str, Any]:
        path = self._file(one)
        at = [*one.location.start, *one.location.end]
        return {"do": kind, "path": path, "version": self.places.version(path), "code": one.code, "at": at}

    def _about(self, one: Diagnostic, wanted: ActionsWanted) -> list[types.Diagnostic]:
        there = self.places.range(one.location)
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
            return self.analyst.silenced(path, data["at"][0], data["code"])
        fix = self._fix(path, data)
        return Changes(problem="the text has changed") if fix is None else self.analyst.fixed(path, fix)

    def _fix(self, path: str, data: Mapping[str, Any]) -> Fix | None:
        for one in self.analyst.with_fixes(path):
            if one.code == data["code"] and [*one.location.start, *one.location.end] == data["at"] and one.fix is not None:
                return one.fix if one.fix.applicability != DISPLAY_ONLY else None
        return None

    def edit(self, made: Changes) -> types.WorkspaceEdit:
        """Changes of files as one edit of the workspace."""
        edits = {one.path: self._edits(one) for one in made.files}
        if not self.client.versions:
            return types.WorkspaceEdit(changes={self.places.uri(path): own for path, own in edits.items()})
        documents = [
            types.TextDocumentEdit(
                types.OptionalVersionedTextDocumentIdentifier(self.places.uri(path), self.places.version(path)), [*own]
            )
            for path, own in edits.items()
        ]
        return types.WorkspaceEdit(document_changes=documents)

    def _edits(self, change: FileChange) -> list[types.TextEdit]:
        before = self.places.lines(change.path)
        after = (_MARK if before.text.startswith(_MARK) else "") + decode(change.after, change.path).text
        return [types.TextEdit(as_range(one.stretch), one.content) for one in edits_between(before, after)]
