"""How the operation tables are written down: many signatures that share one transfer."""

from __future__ import annotations

from typing import Any

from bce_lint.catalog.schema import Transfer

METHOD = ("method",)
WRITTEN_METHOD = ("method", "method_")
WRITTEN = ("method", "method_", "function_")
_LISTS = ("also", "traits")


def rows(prefix: str, transfer: Transfer, signatures: str) -> dict[str, Transfer]:
    """One row for each line of `signatures`, written `name(parameter, parameter) | field=word field=word`.

    A line may hold several names before a bracket. The fields that it sets are those with words (`also=method,method_ shape=view`).
    """
    table: dict[str, Transfer] = {}
    for line in signatures.splitlines():
        signature, _, words = line.partition("|")
        names, _, params = signature.strip().partition("(")
        if names:
            listed = tuple(params.rstrip(") ").split(", ")) if params else ()
            named = transfer._replace(params=listed, **_read(words)) if words else transfer._replace(params=listed)
            table.update((prefix + name, named) for name in names.split())
    return table


def _read(words: str) -> dict[str, Any]:
    """The fields that a line sets, by name."""
    pairs = (word.partition("=")[::2] for word in words.split())
    return {name: tuple(value.split(",")) if name in _LISTS else value for name, value in pairs}
