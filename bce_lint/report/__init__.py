"""Diagnostics as text: one file for each output format, imported when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from bce_lint.report.told import Told


class OutputFormat(NamedTuple):
    """An output format: the file of this folder whose `render` writes it, and whether lines of text may follow the findings."""

    file: str
    is_text: bool = False

    def __call__(self, told: Told) -> str:
        """What a run came to, in this format."""
        rendered: str = import_module(f"{__name__}.{self.file}").render(told)
        return rendered


FORMATS: Final[Mapping[str, OutputFormat]] = {
    "full": OutputFormat("full", is_text=True),
    "concise": OutputFormat("concise", is_text=True),
    "grouped": OutputFormat("grouped", is_text=True),
    "json": OutputFormat("json"),
    "json-lines": OutputFormat("json_lines"),
    "github": OutputFormat("github"),
    "gitlab": OutputFormat("gitlab"),
    "sarif": OutputFormat("sarif"),
    "junit": OutputFormat("junit"),
    "rdjson": OutputFormat("rdjson"),
}
"""The output formats by name."""

WITNESS_FORMATS: Final = ("full", "concise", "json")
"""Those in which the losses that a run has seen have a place, too."""
