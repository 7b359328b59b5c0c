"""How many findings each rule has."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable

from bce_lint.diagnostic import Diagnostic


def statistics(diagnostics: Iterable[Diagnostic], *, as_text: bool = True) -> str:
    """The rules that have findings, the most frequent first; as lines or as a JSON list."""
    counts = Counter((one.code, one.name) for one in diagnostics)
    rows = [(count, code, name) for (code, name), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
    if not as_text:
        return json.dumps([{"code": code, "name": name, "count": count} for count, code, name in rows], indent=2) + "\n"
    width = max((len(str(count)) for count, _, _ in rows), default=0)
    return "".join(f"{count:>{width}}\t{code}\t{name}\n" for count, code, name in rows)
