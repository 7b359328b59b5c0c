"""SARIF 2.1.0, for code hosts and viewers.

`fixes` are changes that a program may make: the safe and the unsafe ones, each saying which it is. What is for display only stands in
the result's properties.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any, Final

from bce_lint import __version__
from bce_lint.diagnostic import CRASH, DISPLAY_ONLY, TOO_LARGE, UNREADABLE, UNSAFE, Diagnostic, Edit, Fix, Label, Location
from bce_lint.report.addresses import rules_address
from bce_lint.report.paths import folder_uri, in_cell, uri
from bce_lint.report.sarif_rules import LEVELS, rule_rows
from bce_lint.report.told import Told

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
ROOT: Final = "%SRCROOT%"
_NOT_ANALYSED: Final = frozenset((CRASH, UNREADABLE, TOO_LARGE))


def render(told: Told) -> str:
    """The run as a SARIF log; columns are code points, and paths relative to the working folder."""
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(told)]}, indent=2) + "\n"


def _run(told: Told) -> dict[str, Any]:
    codes = sorted({one.code for one in told.findings})
    address = rules_address()
    driver = {
        "name": "bce-lint",
        "semanticVersion": __version__,
        **({"informationUri": address} if address else {}),
        "rules": rule_rows(codes, told),
    }
    return {
        "tool": {"driver": driver},
        "invocations": [_invocation(told)],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"uri": os.path.join(folder_uri(os.getcwd()), ""), "description": {"text": "the working folder"}}},
        "results": [
            _result(one, codes.index(one.code), told, fingerprint)
            for one, fingerprint in zip_longest(told.findings, told.fingerprints())
        ],
    }  # fmt: skip


def _invocation(told: Told) -> dict[str, Any]:
    unread = [one for one in told.findings if one.code in _NOT_ANALYSED]
    notifications = [_notification(one, told) for one in unread]
    notifications += [{"level": "error", "message": _text(line)} for line in told.failed]
    done = not told.failed and all(one.code != CRASH for one in unread)
    return {"executionSuccessful": done, **({"toolExecutionNotifications": notifications} if notifications else {})}


def _notification(one: Diagnostic, told: Told) -> dict[str, Any]:
    return {
        "level": LEVELS.get(one.severity, "note"),
        "message": _text(f"{one.code} {one.message}"),
        "locations": [_location(one.location, told)],
    }


def _result(one: Diagnostic, index: int, told: Told, fingerprint: str | None) -> dict[str, Any]:
    flows = [_flow(way, told) for way in told.ways(one)]
    related = [{"id": number, **_labelled(label, told)} for number, label in enumerate(_ordered(one.labels), 1)]
    return {
        "ruleId": one.code,
        "ruleIndex": index,
        "level": LEVELS.get(one.severity, "note"),
        "message": _text(f"{in_cell(one.location)}{one.message}"),
        "locations": [_location(one.location, told)],
        **({"relatedLocations": related} if related else {}),
        **({"codeFlows": flows} if flows else {}),
        **_fix(one.fix),
        **({"properties": {"possible": True, "condition": one.condition}} if one.condition else {}),
        **({"partialFingerprints": _fingerprints(fingerprint)} if fingerprint is not None else {}),
    }


def _fingerprints(fingerprint: str) -> dict[str, str]:
    return {"primaryLocationLineHash": f"{fingerprint}:1", "bceLint/v1": fingerprint}


def _ordered(labels: Sequence[Label]) -> list[Label]:
    """The labels, that of the activation first."""
    return sorted(labels, key=lambda label: not label.message.endswith("applied here"))


def _text(text: str) -> dict[str, str]:
    return {"text": text}


def _labelled(label: Label, told: Told) -> dict[str, Any]:
    return {**_location(label.location, told), "message": _text(label.message)}


def _location(location: Location, told: Told) -> dict[str, Any]:
    """A place in a file; in a notebook the region is that of the file, and the cell is a logical location."""
    where = {"physicalLocation": {"artifactLocation": _artifact(location.path), "region": _region(told.in_file(location))}}
    named = {"name": f"cell {location.cell}", "fullyQualifiedName": location.line, "kind": "module"}
    return where if location.cell is None else {**where, "logicalLocations": [named]}


def _artifact(path: str) -> dict[str, Any]:
    address, inside = uri(path)
    return {"uri": address, **({"uriBaseId": ROOT} if inside else {})}


def _region(location: Location) -> dict[str, int]:
    (row, column), (end_row, end_column) = location.start, max(location.start, location.end)
    return {"startLine": row, "startColumn": column, "endLine": end_row, "endColumn": end_column}


def _flow(way: Sequence[Label], told: Told) -> dict[str, Any]:
    return {"threadFlows": [{"locations": [{"location": _labelled(step, told)} for step in way]}]}


def _fix(fix: Fix | None) -> dict[str, Any]:
    if fix is None:
        return {}
    if any(edit.location.cell is not None for edit in fix.edits):  # their text is not that of the file, which spells it as JSON
        return {"properties": {"fix": {"applicability": fix.applicability, "message": fix.message}}}
    if fix.applicability == DISPLAY_ONLY or not fix.edits:
        return {"properties": {"fix": {"applicability": fix.applicability, "message": fix.message, "changes": list(_changes(fix))}}}
    about = f"{fix.message} (unsafe: values may change)" if fix.applicability == UNSAFE else fix.message
    return {
        "fixes": [{"description": _text(about), "artifactChanges": list(_changes(fix))}],
        "properties": {"fix": {"applicability": fix.applicability}},
    }


def _changes(fix: Fix) -> Iterator[dict[str, Any]]:
    edits: dict[str, list[Edit]] = {}
    for edit in fix.edits:
        edits.setdefault(edit.location.path, []).append(edit)
    for path, some in edits.items():
        yield {"artifactLocation": _artifact(path), "replacements": [_replacement(edit) for edit in some]}


def _replacement(edit: Edit) -> dict[str, Any]:
    return {"deletedRegion": _region(edit.location), "insertedContent": _text(edit.content)}
