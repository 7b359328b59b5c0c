"""docs/editors.md: its settings can be read, its links lead somewhere, and its table is what is there."""

from __future__ import annotations

import re

import pytest

from tests.editors.page import DOCS, PAGE, settings


def test_settings_can_be_read() -> None:
    assert [next(iter(one)) for one in settings()] == [
        "glspc.server.command", "flake8.importStrategy", "languages", "LanguageServerManager", "pylsp",
    ]  # fmt: skip


@pytest.mark.parametrize("page", ["docs/editors.md", "editors/vscode/README.md"])
def test_each_link_leads_somewhere(page: str) -> None:
    path = DOCS.parent / page
    links = re.findall(r"\]\(([^)]+)\)", path.read_text(encoding="utf-8"))
    named = [link.partition("#")[0] for link in links if not link.startswith("https:")]
    assert [name for name in named if name and not (path.parent / name).exists()] == []
    headings = {re.sub(r"[^\w-]", "", one.lower().replace(" ", "-")) for one in re.findall(r"^#+ (.*)$", PAGE, re.MULTILINE)}
    assert [link for link in links if link.startswith("#") and link[1:] not in headings] == []


def test_what_is_driven_has_a_program_that_drives_it() -> None:
    named = re.findall(r"\[(\w+)\]", PAGE.partition("python -m tests.editors")[2].partition("`")[0])
    main = (DOCS.parent / "tests" / "editors" / "__main__.py").read_text(encoding="utf-8")
    assert named == ["neovim", "emacs", "jupyterlab", "vscode"]
    assert all(f"def {name}(place: Place)" in main for name in named)


def test_pictures_are_small() -> None:
    assert [path.name for path in sorted((DOCS / "pictures").iterdir()) if path.stat().st_size > 150_000] == []
