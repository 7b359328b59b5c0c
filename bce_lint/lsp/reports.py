"""Findings as diagnostics of the protocol."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from lsprotocol import converters, types

from bce_lint.diagnostic import INFO, UNNAMED, UNUSED_NOQA, Diagnostic, Label
from bce_lint.lsp.analyst import FileFindings
from bce_lint.lsp.places import ClientPlaces, ClientSpot
from bce_lint.report.addresses import rule_address, rules_address

SOURCE: Final = "bce-lint"
_SEVERITIES: Final = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    INFO: types.DiagnosticSeverity.Information,
}
_TAGS: Final = {UNUSED_NOQA: types.DiagnosticTag.Unnecessary, "BCE203": types.DiagnosticTag.Deprecated}
"""How editors draw what is in vain, and what is outdated."""
_CONVERTER: Final = converters.get_converter()


class Understood(NamedTuple):
    """What a client understands of a diagnostic."""

    related: bool = True
    tags: frozenset[types.DiagnosticTag] = frozenset()
    addresses: bool = True


ByAddress: TypeAlias = dict[str, list[types.Diagnostic]]
"""The diagnostics of the texts that are looked at as one."""


def diagnostics(found: FileFindings, places: ClientPlaces, understood: Understood, hints: bool) -> ByAddress:
    """The diagnostics of a file, or of the cells of a notebook: its findings, and with `hints` what in it leads to one elsewhere."""
    told: ByAddress = {uri: [] for uri in places.addresses()}
    for one in found.here:
        spot = places.spot(one.location)
        told.setdefault(spot.uri, []).append(_diagnostic(one, spot, places, understood))
    for one in found.elsewhere if hints else ():
        for spot, hint in _hints(one, places, understood):
            told.setdefault(spot.uri, []).append(hint)
    return told


def _diagnostic(one: Diagnostic, spot: ClientSpot, places: ClientPlaces, understood: Understood) -> types.Diagnostic:
    labels = sorted(one.labels, key=lambda label: not label.message.endswith("applied here"))
    row, column = one.location.start
    tags = [_TAGS[one.code]] if _TAGS.get(one.code) in understood.tags else None
    return types.Diagnostic(
        range=spot.range,
        message=one.message if understood.related or not labels else f"{one.message} ({_said(labels[0], places)})",
        severity=_SEVERITIES.get(one.severity, types.DiagnosticSeverity.Information),
        code=one.code,
        code_description=_page(one.code) if understood.addresses else None,
        source=SOURCE,
        tags=tags,
        related_information=[_related(label, places) for label in labels] if understood.related and labels else None,
        data={"code": one.code, "at": [row, column]},
    )


def _page(code: str) -> types.CodeDescription | None:
    """Where a rule's page is read; nothing where no address is known."""
    return types.CodeDescription(rule_address(code)) if rules_address() else None


def _related(label: Label, places: ClientPlaces) -> types.DiagnosticRelatedInformation:
    return types.DiagnosticRelatedInformation(places.location(label.location), label.message)


def _said(label: Label, places: ClientPlaces) -> str:
    path = places.here if label.location.path == UNNAMED else label.location.path
    return f"{label.message}: {os.path.basename(path)}:{label.location.line}"


def _hints(one: Diagnostic, places: ClientPlaces, understood: Understood) -> Iterator[tuple[ClientSpot, types.Diagnostic]]:
    """What a finding elsewhere says of the places in this file that lead to it."""
    name = os.path.basename(one.location.path)
    for label in one.labels:
        if label.location.path != places.here:
            continue
        spot = places.spot(label.location)
        yield spot, types.Diagnostic(
            range=spot.range,
            message=f"{label.message}; {name}:{one.location.line}: {one.message}",
            severity=types.DiagnosticSeverity.Information,
            code=one.code,
            code_description=_page(one.code) if understood.addresses else None,
            source=SOURCE,
            related_information=[_related(Label("the loss", one.location), places)] if understood.related else None,
        )


def as_json(items: Sequence[types.Diagnostic]) -> list[Any]:
    """Diagnostics as they are sent."""
    unstructured: list[Any] = _CONVERTER.unstructure(list(items))
    return unstructured


def result_id(items: Sequence[types.Diagnostic]) -> str:
    """What a client may say to be told only what has changed."""
    return hashlib.blake2b(json.dumps(as_json(items), sort_keys=True).encode(), digest_size=12).hexdigest()
