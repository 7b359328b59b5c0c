"""Where a rule's page is read: an address from the `[project.urls]` with which bce-lint was installed."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

SETTING: Final = "Rules"
FOLDER: Final = "docs/rules"
"""Where the pages lie in the repository; what `url` begins with where bce-lint runs without having been installed."""


@lru_cache(maxsize=1)
def rules_address() -> str:
    """The address of all rules' pages; nothing where bce-lint was not installed with one."""
    from importlib.metadata import PackageNotFoundError, metadata

    try:
        named = metadata("bce-lint").get_all("Project-URL") or []
    except PackageNotFoundError:
        return ""
    found = (str(line).partition(", ") for line in named)
    return next((address.strip().rstrip("/") for name, _, address in found if name == SETTING), "")


def rule_address(code: str) -> str:
    """The address of a rule's page: absolute, or its path in the repository where no address is known."""
    return f"{rules_address() or FOLDER}/{code}.md"
