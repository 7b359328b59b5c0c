"""docs/editors.md, and the settings that it gives."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

DOCS: Final = Path(__file__).parents[2] / "docs"
PAGE: Final = (DOCS / "editors.md").read_text(encoding="utf-8")


def settings() -> list[Any]:
    """All settings of the page that are JSON."""
    return [json.loads(text) for text in re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)]


def settings_with(key: str) -> Any:
    """The settings of the page that begin with a key."""
    (found,) = (one for one in settings() if next(iter(one)) == key)
    return found
