"""The JSON schema of the settings, for editors and other tools: `python -m bce_lint.config.schema` writes it beside this file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from bce_lint.config.kinds import definitions
from bce_lint.config.settings import SETTINGS

FILE: Final = Path(__file__).with_name("bce-lint.schema.json")


def schema() -> dict[str, Any]:
    """What a `bce-lint.toml`, or the table `[tool.bce-lint]` of a `pyproject.toml`, may hold."""
    properties = {one.key: {"description": one.about[:1].upper() + one.about[1:] + ".", **_own(one.kind.schema())} for one in SETTINGS}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "bce-lint",
        "description": "The settings of bce-lint: bce-lint.toml, or [tool.bce-lint] in pyproject.toml.",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "definitions": definitions(),
    }


def _own(kind: dict[str, Any]) -> dict[str, Any]:
    """A schema that may stand beside a description: in this draft a reference hides what is beside it."""
    return {"allOf": [kind]} if "$ref" in kind else kind


def text() -> str:
    """The schema as it is shipped."""
    import json

    return json.dumps(schema(), indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
