"""The pages for whoever changes bce-lint name what is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import get_args

import pytest

from bce_lint.analysis.domain.values import RefKind
from bce_lint.analysis.state import cells
from tests.test_layers import ROOMS

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "bce_lint"
PAGES = [ROOT / "docs" / "architecture.md", ROOT / "docs" / "glossary.md", ROOT / "CONTRIBUTING.md"]
_DEFINED = re.compile(r"`([\w/]+\.py): (\w+)`")
_PATH = re.compile(r"`((?:[\w.]+/)*[\w.]+(?:\.py|\.md|/))`")
_LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
_ROW = re.compile(r"^\| (`[^|]*) \| ([^|]*) \|", re.MULTILINE)


def text_of(page: Path) -> str:
    """A page, its lines joined where the text goes on."""
    return page.read_text(encoding="utf-8")


def names_of(path: Path) -> set[str]:
    """The functions and classes of a file, methods too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def test_each_definition_is_where_a_page_says() -> None:
    found = [(page, file, name) for page in PAGES for file, name in _DEFINED.findall(text_of(page))]
    assert len(found) > 20
    assert [(page.name, file, name) for page, file, name in found if name not in names_of(PACKAGE / file)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_path_is_there(page: Path) -> None:
    named = {path for path in _PATH.findall(text_of(page)) if "/" in path and "BCE" not in path and not path.startswith(".")}
    assert named
    bases = (ROOT, PACKAGE, *(path.parent for path in PACKAGE.glob("*/__init__.py")))
    assert [path for path in named if not any((base / path).exists() for base in bases)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_link_leads_somewhere(page: Path) -> None:
    assert [link for link in _LINK.findall(text_of(page)) if not (page.parent / link).exists()] == []


def rows(heading: str) -> list[tuple[str, str]]:
    """The first two columns of the table under a heading of the glossary."""
    section = text_of(PAGES[1]).split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return _ROW.findall(section)


def test_the_glossary_has_every_kind_of_object() -> None:
    named = [kind for column, _ in rows("Kinds of objects") for kind in re.findall(r"`([\w-]+)`", column)]
    assert sorted(named) == sorted(get_args(RefKind))


def test_the_glossary_has_every_hidden_cell() -> None:
    named = {name for column, _ in rows("The store") for name in re.findall(r"`(\$\w+)", column)}
    constants = {value for name, value in vars(cells).items() if name.isupper() and isinstance(value, str)}
    assert named == constants | {cells.absence_of("x").split()[0]}


def test_the_map_says_what_the_layer_test_holds() -> None:
    """Each room's row names what the room may import, as `test_layers.ROOMS` has it; records are open to all."""
    found = re.findall(r"^\| `([\w./]+?)(?:/|\.py)` \| .* \| ([^|]*) \|$", text_of(PAGES[0]), re.MULTILINE)
    said = {name: {one for one in allowed.split(", ") if one != "\u2013"} for name, allowed in found}
    inside = {name: f"bce_lint.analysis.{name}" if f"bce_lint.{name}" not in ROOMS else f"bce_lint.{name}" for name in said}
    held = {name: {one[len("bce_lint.") :] or "the root" for one in ROOMS[room]} - {"records"} for name, room in inside.items()}
    assert said == held
    assert {room.removeprefix("bce_lint.").split(".")[0] for room in ROOMS} - {"bce_lint", "__main__", "records"} <= said.keys()


def test_every_room_is_on_the_map() -> None:
    text = text_of(PAGES[0])
    rooms = [path.parent.name for base in (PACKAGE, PACKAGE / "analysis") for path in base.glob("*/__init__.py")]
    assert [room for room in rooms if f"`{room}/`" not in text] == []


@pytest.mark.parametrize("page", ["adoption.md", "ci.md", "configuration.md", "notebooks.md", "server.md"])
def test_each_link_of_a_page_for_users_leads_somewhere(page: str) -> None:
    path = ROOT / "docs" / page
    links = _LINK.findall(text_of(path))
    assert links and [link for link in links if not (path.parent / link).exists()] == []
