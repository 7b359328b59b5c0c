"""How the operation tables are written down: many signatures that share one transfer."""

from __future__ import annotations

from bce_lint.catalog.schema import Transfer


def rows(prefix: str, transfer: Transfer, signatures: str) -> dict[str, Transfer]:
    """One row for each line of `signatures`, written `name(parameter, parameter)`; a line may hold several names before a bracket."""
    table: dict[str, Transfer] = {}
    for line in signatures.splitlines():
        names, _, params = line.strip().partition("(")
        if names:
            named = transfer._replace(params=tuple(p.strip() for p in params.rstrip(")").split(",") if p.strip()))
            table.update((prefix + name, named) for name in names.split())
    return table
