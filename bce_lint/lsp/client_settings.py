"""What a client says of how it wants to be served: the options it starts the server with, and its section `bce-lint`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from bce_lint.config.problem import ConfigError
from bce_lint.config.reading import Configuration, check

SECTION: Final = "bce-lint"
OPEN_FILES, WHOLE_WORKSPACE = "openFilesOnly", "workspace"
TAKEN: Final = (
    "select", "ignore", "extend-select", "extend-ignore", "per-file-ignores", "fixable", "unfixable", "extend-unsafe-fixes", "exclude",
    "extend-exclude", "severity", "report-possible",
)  # fmt: skip
"""The keys of a configuration that a client may give. An editor may take its settings from the repository that it has open, so nothing
is taken from there that has other files read, or fixes trusted."""


class ClientSettings(NamedTuple):
    """How a client wants to be served."""

    inlay_hints: bool = False
    related_hints: bool = True
    diagnostic_mode: str = OPEN_FILES
    configuration: Mapping[str, Any] = {}
    """Settings that go before those of files, by the keys that these have."""

    def inline(self) -> Configuration:
        """The configuration as a source of settings. Raises `ConfigError` where it cannot be followed."""
        for key in self.configuration:
            if key not in TAKEN:
                raise ConfigError(f"bce-lint.configuration: {key}: is not taken from a client; it takes {', '.join(TAKEN)}")
        check(self.configuration, "bce-lint.configuration: ")
        return Configuration(dict(self.configuration), os.getcwd())


def client_settings(given: object, before: ClientSettings) -> ClientSettings:
    """What a client says; what it does not say is as before. A client may put all of it below the section's name."""
    if not isinstance(given, Mapping):
        return before
    inner = given.get(SECTION, given)
    if not isinstance(inner, Mapping):
        return before
    mode, configuration = inner.get("diagnosticMode"), inner.get("configuration")
    return ClientSettings(
        _flag(inner, "inlayHints", before.inlay_hints),
        _flag(inner, "relatedHints", before.related_hints),
        mode if mode in (OPEN_FILES, WHOLE_WORKSPACE) else before.diagnostic_mode,
        dict(configuration) if isinstance(configuration, Mapping) else before.configuration,
    )


def _flag(given: Mapping[str, Any], key: str, before: bool) -> bool:
    value = given.get(key, before)
    if isinstance(value, Mapping):  # `"inlayHints": {"enable": true}`
        value = value.get("enable", before)
    return value if isinstance(value, bool) else before


def skipped(path: str, roots: Iterable[str], names: frozenset[str]) -> bool:
    """True if a file lies in a folder that no walk enters, seen from the folder that is open; else from the top."""
    above = [root for root in roots if path.startswith(os.path.join(root, ""))]
    inside = os.path.relpath(path, max(above, key=len)) if above else path
    return not names.isdisjoint(os.path.dirname(inside).split(os.sep))
