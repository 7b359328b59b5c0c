"""The package's layers: imports run one way, and only the rooms named here reach libcst, torch and matplotlib."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.any_python

PACKAGE = Path(__file__).parents[1] / "bce_lint"

# What a room may import besides itself. The longest prefix of a module's name decides its room.
ROOMS: dict[str, frozenset[str]] = {
    name: frozenset(f"bce_lint{'.' * bool(one)}{one}" for one in allowed)
    for name, allowed in {
        "bce_lint": {"diagnostic", "library"},
        "bce_lint.library": {"diagnostic", "engine", "fix_options", "loss_table", "rules.registry", "rules.selection", "source"},
        "bce_lint.records": set[str](),
        "bce_lint.terminal": set[str](),
        "bce_lint.progress": set[str](),
        "bce_lint.ir": {"records"},
        "bce_lint.diagnostic": {"records"},
        "bce_lint.source": {"ir", "diagnostic", "records", "source.notebook"},
        "bce_lint.source.cell_code": {"syntax"},
        "bce_lint.source.notebook": {"ir", "diagnostic", "source", "syntax.parse"},
        "bce_lint.syntax": {"ir", "records"},
        "bce_lint.syntax.native": {"ir", "syntax", "records"},
        "bce_lint.syntax.cst": {"ir", "syntax", "records"},
        "bce_lint.syntax.parse": {"ir", "syntax", "syntax.native", "syntax.cst", "records"},
        "bce_lint.catalog": {"records"},
        "bce_lint.analysis": set[str](),
        "bce_lint.analysis.domain": {"ir", "catalog", "records"},
        "bce_lint.analysis.sites": {"catalog", "analysis.domain", "records"},
        "bce_lint.analysis.state": {"ir", "catalog", "analysis.domain", "analysis.sites", "records"},
        "bce_lint.analysis.models": {"ir", "catalog", "analysis.domain", "analysis.sites", "analysis.state", "records"},
        "bce_lint.analysis.recording": {"ir", "catalog", "analysis.domain", "analysis.state", "records"},
        "bce_lint.analysis.interpreter": {
            "ir", "catalog", "analysis.domain", "analysis.sites", "analysis.state", "analysis.models", "records",
        },
        "bce_lint.analysis.project": {"ir", "diagnostic", "source", "syntax.parse", "catalog", "analysis", "progress", "records"},
        "bce_lint.rules": {"diagnostic", "catalog", "analysis.domain", "analysis.sites", "fixes.intent", "rules.registry", "records"},
        "bce_lint.rules.registry": {"rules", "rules.checks"},
        "bce_lint.rules.checks": {"catalog", "analysis.domain", "analysis.sites", "fixes.intent", "rules", "records"},
        "bce_lint.rules.selection": {"rules"},
        "bce_lint.rules.by_file": {"rules", "source"},
        "bce_lint.fixes.intent": {"analysis.sites", "records"},
        "bce_lint.fixes": {"ir", "diagnostic", "source", "catalog", "analysis", "rules", "fixes.intent", "records"},
        "bce_lint.cache": {"diagnostic", "source", "analysis", "records"},
        "bce_lint.asked_fixes": {"diagnostic", "source"},
        "bce_lint.findings": {"ir", "diagnostic", "source", "analysis", "rules", "fixes", "asked_fixes", "records"},
        "bce_lint.fix_options": {"diagnostic", "asked_fixes", "findings"},
        "bce_lint.fix_rounds": {"source", "syntax.parse", "analysis", "rules", "fixes", "findings", "fix_options", "records"},
        "bce_lint.revealed": {"ir", "diagnostic", "source", "syntax.parse", "analysis", "records"},
        "bce_lint.loss_table": {"ir", "diagnostic", "source", "catalog", "analysis", "rules", "findings", "records"},
        "bce_lint.lint_result": {"diagnostic", "source"},
        "bce_lint.crew": set(),
        "bce_lint.several_projects": {"cache", "crew", "lint_result", "progress"},
        "bce_lint.engine": {
            "diagnostic", "source", "analysis", "rules", "fixes", "asked_fixes", "findings", "fix_options", "fix_rounds", "revealed",
            "cache", "records", "staying", "lint_result", "several_projects",
        },
        "bce_lint.staying": {"source", "analysis"},
        "bce_lint.workspace": {
            "diagnostic", "source", "analysis", "rules.by_file", "rules.selection", "fixes.outcome", "fix_options", "fix_rounds",
            "engine", "staying", "loss_table", "lint_result",
        },
        "bce_lint.fingerprints": {"ir", "diagnostic", "source", "syntax.parse"},
        "bce_lint.adoption": {"diagnostic", "source", "fingerprints"},
        "bce_lint.codemod": {"engine", "fix_options", "rules.selection"},
        "bce_lint.report": {"", "diagnostic", "source", "records", "terminal"},
        "bce_lint.fixes.outcome": {"diagnostic", "source", "records"},
        "bce_lint.verify": {"rules.selection", "diagnostic", "engine", "verify.site", "records"},
        "bce_lint.verify.site": {"ir", "diagnostic", "source", "catalog", "analysis", "rules", "fixes", "verify", "records"},
        "bce_lint.witness": {"", "ir", "diagnostic", "source", "catalog", "analysis", "rules", "report", "records", "terminal"},
        "bce_lint.compare": {"diagnostic", "source", "catalog", "rules", "report", "records", "terminal"},
        "bce_lint.config": {"source", "rules", "report", "records"},
        "bce_lint.cli": {
            "", "rules", "config", "engine", "asked_fixes", "findings", "fix_options", "revealed", "loss_table", "fixes.outcome", "report",
            "source", "diagnostic", "verify", "compare", "cache", "adoption", "fingerprints", "records", "terminal", "progress", "lsp",
            "lint_result",
        },
        "bce_lint.lsp": {
            "", "rules.by_file", "config", "engine", "fix_options", "fixes.outcome", "workspace", "report", "source",
            "diagnostic", "revealed", "adoption", "terminal", "progress",
        },
        "bce_lint.flake8_plugin": {"", "rules.by_file", "config", "engine", "lint_result", "source", "diagnostic", "cache", "terminal"},
        "bce_lint.__main__": {"cli", "terminal"},
    }.items()
}
LIBCST = ("bce_lint.syntax.cst", "bce_lint.syntax.parse", "bce_lint.codemod")
TORCH = ("bce_lint.verify", "bce_lint.witness")
PYGLS = ("bce_lint.lsp",)
MATPLOTLIB = ("bce_lint.verify",)


def module_of(path: Path) -> str:
    """The dotted name of a file of the package."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def nodes(text: str) -> list[ast.AST]:
    """The parts of a text that may import; several tests look at each file."""
    return [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom | ast.Call)]


def imports(text: str, module: str, is_package: bool) -> Iterator[tuple[int, str]]:
    """The modules that a text imports, wherever in it, with the line; `from x import y` gives `x.y`."""
    for node in nodes(text):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = module.split(".")[: len(module.split(".")) - node.level + is_package] if node.level else []
            base = ".".join((*parents, *([node.module] if node.module else [])))
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and called(node.func) in ("import_module", "__import__"):
            yield node.lineno, "".join(str(part.value) for arg in node.args[:1] for part in ast.walk(arg) if isinstance(part, ast.Constant))


def called(function: ast.expr) -> str:
    """The last name of what is called."""
    return function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""


def within(name: str, rooms: tuple[str, ...]) -> bool:
    """True if a dotted name lies in one of the rooms."""
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


def room_of(name: str) -> str:
    """The room of a dotted name: the longest that holds it. What is bound in `bce_lint` itself is in the root."""
    return max((room for room in ROOMS if within(name, (room,))), key=len)


def offences(text: str, module: str, is_package: bool = False) -> list[str]:
    """The imports of a text that the layers forbid."""
    found = []
    for line, name in imports(text, module, is_package):
        top = name.partition(".")[0]
        if top == "libcst" and not within(module, LIBCST):
            found.append(f"{module}:{line} imports libcst")
        elif top in ("torch", "torchvision", "numpy") and not within(module, TORCH):
            found.append(f"{module}:{line} imports {top}")
        elif top == "matplotlib" and not within(module, MATPLOTLIB):
            found.append(f"{module}:{line} imports matplotlib")
        elif top in ("pygls", "lsprotocol") and not within(module, PYGLS):
            found.append(f"{module}:{line} imports {top}")
        elif top == "bce_lint" and not allowed(room_of(name), room_of(module)):
            found.append(f"{module}:{line} imports {name}, which is above it")
    return found


def allowed(target: str, room: str) -> bool:
    """True if a room may import from another. What holds for a room holds for those inside it; the root is itself only."""
    below = tuple(ROOMS[room] - {"bce_lint"})
    return target == room or target in ROOMS[room] or within(target, below)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=module_of)
def test_imports_run_one_way(path: Path) -> None:
    assert offences(path.read_text(encoding="utf-8"), module_of(path), path.name == "__init__.py") == []


def test_every_file_has_a_room_of_its_own() -> None:
    modules = {module_of(path) for path in PACKAGE.rglob("*.py")}
    assert {module for module in modules if room_of(module) == "bce_lint"} == {"bce_lint"}


def graph() -> dict[str, set[str]]:
    """Which modules of the package each module imports, wherever in it: for types and inside functions, too."""
    paths = {module_of(path): path for path in PACKAGE.rglob("*.py")}
    found: dict[str, set[str]] = {}
    for module, path in paths.items():
        names = {name for _, name in imports(path.read_text(encoding="utf-8"), module, path.name == "__init__.py")}
        found[module] = {target for name in names if (target := name if name in paths else name.rpartition(".")[0]) in paths} - {module}
    return found


def reached(module: str, edges: dict[str, set[str]]) -> set[str]:
    """The modules that one comes to, itself only if there is a way back."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        waiting += (new := edges[waiting.pop()] - found)
        found |= new
    return found


def circles(edges: dict[str, set[str]]) -> list[set[str]]:
    """The sets of modules that reach one another."""
    reach = {module: reached(module, edges) for module in edges}
    around = {module: frozenset(other for other in reach[module] if module in reach[other]) for module in reach if module in reach[module]}
    return [set(circle) for circle in dict.fromkeys(around.values())]


def test_every_permission_is_used() -> None:
    """A permission that nobody uses is one that nobody looked at."""
    modules = {module_of(path): path for path in PACKAGE.rglob("*.py")}
    used: dict[str, set[str]] = {room: set() for room in ROOMS}
    for module, path in modules.items():
        names = {name for _, name in imports(path.read_text(encoding="utf-8"), module, path.name == "__init__.py")}
        used[room_of(module)] |= {room_of(name) for name in names if within(name, ("bce_lint",))}
    for room, granted in ROOMS.items():
        unused = [one for one in granted if one not in used[room] and not any(within(target, (one,)) for target in used[room])]
        assert [one for one in unused if one not in ("bce_lint", "bce_lint.records")] == [], room


def test_circles_are_where_recursion_is_natural() -> None:
    rooms = [{room_of(module) for module in circle} for circle in circles(graph())]
    assert rooms == [room for room in rooms if room in ({"bce_lint.analysis.interpreter"}, {"bce_lint.ir"})]


def test_a_circle_is_seen() -> None:
    edges = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set[str](), "e": {"a"}}
    assert circles(edges) == [{"b", "c"}]


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("bce_lint.rules.x", "import libcst as cst"),
        ("bce_lint.engine", "from libcst import matchers"),
        ("bce_lint.cli", "def f():\n    import torch.nn"),
        ("bce_lint.cli.main", "def f():\n    from pygls.lsp.server import LanguageServer"),
        ("bce_lint.cli", "def f():\n    from matplotlib.figure import Figure"),
        ("bce_lint.source.text", "from bce_lint.syntax.parse import lower"),
        ("bce_lint.source.text", "from ..syntax import parse"),
        ("bce_lint.syntax.build", "from bce_lint.syntax.native import statements"),
        ("bce_lint.syntax.native.statements", "import libcst"),
        ("bce_lint.rules.judge", "from bce_lint.analysis.state.machine import Machine"),
        ("bce_lint.analysis.state.store", "from bce_lint import engine"),
        ("bce_lint.report.full", "from bce_lint.rules.registry import BY_CODE"),
        ("bce_lint.rules.judge", "from bce_lint.rules.checks import softmax_without_dim"),
        ("bce_lint.catalog.losses", "import bce_lint.analysis.domain.tensor"),
    ],
)
def test_an_arrow_that_runs_backwards_is_seen(module: str, text: str) -> None:
    assert len(offences(text, module)) == 1


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("bce_lint.syntax.parse", "import libcst as cst"),
        ("bce_lint.verify.run", "import torch"),
        ("bce_lint.verify.plot", "def f():\n    from matplotlib.figure import Figure"),
        ("bce_lint.analysis.state.store", "from bce_lint.analysis.domain import tensor\nfrom bce_lint.ir import Span"),
        ("bce_lint.rules.x", "from . import rule\nfrom ..catalog import schema"),
        ("bce_lint.report.json", "import json\nfrom bce_lint import __version__"),
    ],
)
def test_an_arrow_that_runs_forward_is_not(module: str, text: str) -> None:
    assert offences(text, module) == []
