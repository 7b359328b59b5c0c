"""Reports as the witness writes them, made without a run: places are found by their text in a file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any


def place(path: Path, text: str, named: str = "") -> dict[str, Any]:
    """The row of a text on one line of a file; `named` is the file's name in the report."""
    source = path.read_text(encoding="utf-8")
    start = source.index(text)
    row, column = source.count("\n", 0, start) + 1, start - (source.rfind("\n", 0, start) + 1) + 1
    end = {"row": row, "column": column + len(text)}
    return {"filename": named or str(path), "location": {"row": row, "column": column}, "end_location": end}


def loss(where: dict[str, Any], *codes: str, caller: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """A loss that three calls of one place reached."""
    reached = [{"what": "logits float32 [6, 1]; target float32 [6, 1]", "count": 3}]
    counts = {"count": 3, "unknown": 0, "labels": 0, "codes": dict.fromkeys(codes, 3)}
    return {"kind": "loss", **where, "caller": caller, "calls": [where], **counts, "reached": reached, "devices": ["cpu"], **fields}


def finding(where: dict[str, Any], code: str) -> dict[str, Any]:
    """A finding of the run."""
    about = {"code": code, "name": "some-rule", "message": "is wrong", "severity": "error", "url": ""}
    return {**about, "fix": None, "labels": [], **where, "count": 3, "callers": []}


def report(*places: dict[str, Any], findings: tuple[dict[str, Any], ...] = (), **fields: Any) -> dict[str, Any]:
    """A report with the digests of the files that it names, as they are now."""
    names = {row["filename"] for row in (*places, *findings)}
    files = [{"filename": name, "sha256": digest(Path(name))} for name in sorted(names)]
    run = {"bce_lint": "0.1.0", "columns": True, "sample": 1, "steps": {"watched": 1, "total": 1}, "ended_by": None}
    return {"findings": list(findings), "losses": [], "notes": [], "run": run, "places": list(places), "files": files, **fields}


def digest(path: Path) -> str:
    """The digest of a file; of one that is not there, that of no bytes."""
    return hashlib.sha256(path.read_bytes() if path.is_file() else b"").hexdigest()


def write(path: Path, told: object) -> Path:
    """Writes a report."""
    path.write_text(json.dumps(told), encoding="utf-8")
    return path
