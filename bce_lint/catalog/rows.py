"""How the operation tables are written down: many signatures that share one transfer."""

from __future__ import annotations

import re
from typing import Any, Final

from bce_lint.catalog.schema import Transfer

METHOD = ("method",)
WRITTEN_METHOD = ("method", "method_")
WRITTEN = ("method", "method_", "function_")
_LISTS: Final = frozenset({"also", "trial"})
_FLAGS: Final = frozenset({"linear"})
_WORDED: Final = _LISTS | {"dtype", "result", "shape", "dtype_rule", "use", "gradient", "operator", "receiver"}
_LINE: Final = re.compile(
    r"""
    (?P<names> [\w.]+ (?:[ ] [\w.]+)* )
    (?: \( (?P<params> \w+ (?:,[ ]\w+)* ) \) )?
    (?: [ ][|] (?P<words> (?: [ ] \w+ (?: = \S+ )? )+ ) )?
    """,
    re.VERBOSE,
)


def rows(prefix: str, transfer: Transfer, signatures: str) -> dict[str, Transfer]:
    """One row for each line of `signatures`, written `name(parameter, parameter) | field=word field`.

    A line may hold several names before a bracket. The fields that it sets are those with words (`also=method,method_ shape=view`), and
    those that hold or do not, by their name alone (`linear`).
    """
    table: dict[str, Transfer] = {}
    for line in map(str.strip, signatures.splitlines()):
        if line:
            found = _LINE.fullmatch(line)
            if found is None:
                raise ValueError(f"no row of an operation: {line!r}")
            names, params, words = found.groups()
            listed = tuple(params.split(", ")) if params else ()
            named = transfer._replace(params=listed, **_read(words, line)) if words else transfer._replace(params=listed)
            table.update((prefix + name, named) for name in names.split())
    return table


def _read(words: str, line: str) -> dict[str, Any]:
    """The fields that a line sets, by name."""
    fields: dict[str, Any] = {}
    for word in words.split():
        name, sign, value = word.partition("=")
        if name not in (_WORDED if sign else _FLAGS):
            raise ValueError(f"no field that a line may set, {word!r}: {line!r}")
        fields[name] = True if not sign else tuple(value.split(",")) if name in _LISTS else value
    return fields
