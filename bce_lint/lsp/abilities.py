"""What a client says that it understands."""

from __future__ import annotations

from lsprotocol import types
from pygls.capabilities import get_capability

from bce_lint.lsp.actions import ActionClient
from bce_lint.lsp.reports import Understood
from bce_lint.lsp.server import ClientAbilities


def abilities(client: types.ClientCapabilities) -> ClientAbilities:
    """The abilities of a client by its capabilities. What says nothing of related information shows none."""

    def _has(name: str) -> bool:
        return bool(get_capability(client, name, False))

    tags = get_capability(client, "text_document.publish_diagnostics.tag_support.value_set", ()) or ()
    resolved = get_capability(client, "text_document.code_action.resolve_support.properties", ()) or ()
    known = _has("text_document.publish_diagnostics.related_information") or _has("text_document.diagnostic.related_information")
    addresses = _has("text_document.publish_diagnostics.code_description_support")
    return ClientAbilities(
        Understood(known, frozenset(tags), addresses or _has("text_document.diagnostic.code_description_support")),
        ActionClient(
            "edit" in resolved and _has("text_document.code_action.data_support"),
            _has("text_document.code_action.disabled_support"),
            _has("workspace.workspace_edit.document_changes"),
        ),
        pulls=get_capability(client, "text_document.diagnostic") is not None,
        refreshes=_has("workspace.diagnostics.refresh_support"),
        refreshes_hints=_has("workspace.inlay_hint.refresh_support"),
        progress=_has("window.work_done_progress"),
        configuration=_has("workspace.configuration"),
        watches=_has("workspace.did_change_watched_files.dynamic_registration"),
        registers_configuration=_has("workspace.did_change_configuration.dynamic_registration"),
    )
