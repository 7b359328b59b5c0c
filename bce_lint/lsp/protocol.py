"""The protocol as pygls speaks it, but for the texts that are open, which are kept as the protocol says lines end."""

from __future__ import annotations

from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams
from pygls.protocol import LanguageServerProtocol

_KEPT = (
    types.TEXT_DOCUMENT_DID_OPEN, types.TEXT_DOCUMENT_DID_CHANGE, types.TEXT_DOCUMENT_DID_CLOSE, types.NOTEBOOK_DOCUMENT_DID_OPEN,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE, types.NOTEBOOK_DOCUMENT_DID_CLOSE,
)  # fmt: skip


class Protocol(LanguageServerProtocol):
    """What the server does with messages before its features see them."""

    def _register_builtin_features(self) -> None:
        super()._register_builtin_features()  # type: ignore[no-untyped-call]
        for name in _KEPT:
            self.fm.builtin_features.pop(name, None)

    @property
    def was_shut_down(self) -> bool:
        """True if the client has asked for the end."""
        return bool(self._shutdown)

    def structure_message(self, data: dict[str, Any]) -> Any:
        """A message by its type; a request that has none is answered, as somebody waits for that."""
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "id" in data and "method" in data:
                told = error if isinstance(error, JsonRpcInvalidParams) else JsonRpcInvalidParams()
                self._send_response(data["id"], None, told.to_response_error())
            raise

    def _send_data(self, data: Any) -> None:
        """Sends a message; where nobody reads it any more, the process has nobody to work for."""
        try:
            super()._send_data(data)
        except BrokenPipeError:
            self._server.stop()  # type: ignore[attr-defined]
