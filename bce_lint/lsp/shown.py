"""What is known of a loss, where somebody points at it, and of what models return, in the text."""

from __future__ import annotations

from lsprotocol import types

from bce_lint.diagnostic import JudgedLoss
from bce_lint.lsp.places import ClientPlaces, ClientSpot, as_point, as_stretch
from bce_lint.lsp.positions import Point
from bce_lint.lsp.server import Server
from bce_lint.lsp.texts import Snapshot
from bce_lint.lsp.worker import ASKED
from bce_lint.report.addresses import rule_address, rules_address
from bce_lint.report.losses import told


def register(server: Server) -> None:
    """Adds the features."""
    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def _hover(params: types.HoverParams) -> types.Hover | None:
        key = server.key_of(params.text_document.uri)

        def _told(now: Snapshot) -> types.Hover | None:
            assert key is not None, "nothing is asked of a text that is not kept"
            places, at = ClientPlaces(now, key), as_point(params.position)
            spots = [(places.spot(one.location), one) for one in server.analyst.losses(key)]
            around = [one for one in spots if _holds(one[0], params.text_document.uri, at)]
            if not around:
                return None
            spot, loss = min(around, key=lambda one: _size(one[0]))
            return types.Hover(_markup(loss), spot.range)

        return None if key is None else await server.ask(ASKED, _told, None)

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    async def _inlay_hint(params: types.InlayHintParams) -> list[types.InlayHint]:
        key = server.key_of(params.text_document.uri)

        def _hints(now: Snapshot) -> list[types.InlayHint]:
            assert key is not None, "nothing is asked of a text that is not kept"
            places, (start, end), uri = ClientPlaces(now, key), as_stretch(params.range), params.text_document.uri
            found = ((places.spot(location), words) for location, words in server.analyst.returned(key))
            return [_hint(at.stretch.end, words) for at, words in found if at.uri == uri and start <= at.stretch.end <= end]

        return [] if key is None or not server.client.inlay_hints else await server.ask(ASKED, _hints, [])


def _hint(at: Point, words: str) -> types.InlayHint:
    about = "what is returned here, as bce-lint reads it"
    return types.InlayHint(types.Position(*at), f": {words}", types.InlayHintKind.Type, tooltip=about, padding_left=True)


def _holds(spot: ClientSpot, uri: str, at: Point) -> bool:
    return spot.uri == uri and spot.stretch.start <= at <= spot.stretch.end


def _size(spot: ClientSpot) -> tuple[int, int]:
    """How large a place is, to find the innermost of several."""
    (line, character), (end, last) = spot.stretch
    return end - line, last - character


def _markup(loss: JudgedLoss) -> types.MarkupContent:
    """What is known of a loss, as `--losses` tells it."""
    reaching = {"input": loss.input, "target": loss.target}
    lines = [f"**{_escaped(loss.title)}**: {_escaped(told(loss))}", "", *(f"- {name}: {_escaped(one)}" for name, one in reaching.items())]
    if loss.reason and loss.reason not in told(loss):
        lines.insert(1, f"\n{_escaped(loss.reason)}")
    if rules_address():
        lines += ["", *(f"[{code}]({rule_address(code)})" for code in loss.codes)]
    return types.MarkupContent(types.MarkupKind.Markdown, "\n".join(lines))


def _escaped(text: str) -> str:
    """A text that Markdown shows as it is, but for what stands between backticks: names in it may come from anybody."""
    parts = text.split("`")
    if len(parts) % 2 == 0 or not all(parts[1::2]):
        return _literal(text)
    return "".join(f"`{part}`" if number % 2 else _literal(part) for number, part in enumerate(parts))


def _literal(text: str) -> str:
    return "".join(f"\\{one}" if one in "\\`*_{}[]<>()#+-.!|&~" else one for one in text)
