"""What a run keeps in memory: it forgets and takes away what it can have again, and finds the same."""

from __future__ import annotations

from pathlib import Path
from random import Random
from unittest.mock import patch

import pytest

from bce_lint import engine, ir
from bce_lint.analysis.project import open_files
from bce_lint.analysis.project.index import scan
from bce_lint.analysis.project.project import Project
from bce_lint.analysis.project.registrations import Registrations
from bce_lint.analysis.state.number_tables import NumberTables
from bce_lint.diagnostic import CRASH
from bce_lint.ir.packing import Packed, packed
from bce_lint.ir.walk import below
from bce_lint.records import names_of
from bce_lint.rules.by_file import EVERY
from bce_lint.syntax.parse import lower
from tests.metamorphic.programs import planted

FIXTURES = Path(__file__).parents[2] / "fixtures" / "projects"
PROJECTS = sorted({path.parent for path in FIXTURES.rglob("pyproject.toml")} | {path for path in FIXTURES.iterdir() if path.is_dir()})


def told(root: Path) -> tuple[tuple[object, ...], Project]:
    """All that a user is told of the project in a folder."""
    paths = sorted(str(path) for path in root.rglob("*.py"))
    project = Project(str(root), paths)
    found = engine.judge_files(project, paths, {path: path for path in paths}, EVERY)
    assert not any(one.code == CRASH and "internal" in one.message for one in found.diagnostics), found.diagnostics
    return (found.diagnostics, found.unanalysed, found.sinks, found.unshown), project


def sparing(monkeypatch: pytest.MonkeyPatch, rng: Random | None = None) -> None:
    """From now on runs forget and close all they can before each entry point, or before some."""

    def tidy(tables: NumberTables) -> None:
        if rng is None or rng.random() < 0.2:
            tables.forget()

    monkeypatch.setattr(NumberTables, "tidy", tidy)
    monkeypatch.setattr(open_files, "AT_ONCE", 0)
    monkeypatch.setattr(open_files, "OPEN", 0)


@pytest.mark.parametrize("folder", PROJECTS[::3], ids=lambda path: str(path.relative_to(FIXTURES)))
def test_what_is_forgotten_changes_no_finding(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = told(folder)[0]
    sparing(monkeypatch)
    assert told(folder)[0] == before


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("folder", PROJECTS, ids=lambda path: str(path.relative_to(FIXTURES)))
def test_what_is_forgotten_changes_no_finding_at_length(folder: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    before = told(folder)[0]
    sparing(monkeypatch, Random(f"{folder.name} {seed}"))
    assert told(folder)[0] == before


FUNCTION = """
def step_{number}(net, x, y, flag):
    z = net(x) if flag else net(x + {number})
    if x.sum() > {number}:
        z = torch.sigmoid(z)
    return nn.BCEWithLogitsLoss()(z, y)
"""


def many(count: int) -> str:
    """A file with so many entry points."""
    return "import torch\nfrom torch import nn\n" + "".join(FUNCTION.format(number=number) for number in range(count))


def test_tables_do_not_grow_with_the_entry_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sparing(monkeypatch)
    sizes = []
    for count in (20, 60):
        (tmp_path / "steps.py").write_text(many(count))
        project = told(tmp_path)[1]
        project._tables.forget()
        sizes.append((len(project.machine._keys), len(project.machine.base._written), len(project.machine.outcomes.comparisons)))
    assert sizes[1][0] <= sizes[0][0] + 50 * 3, sizes
    assert sizes[1][1] <= sizes[0][1] + 50 * 3, sizes
    assert sizes[1][2] <= sizes[0][2] + 3, sizes


def shown(module: ir.Module) -> list[tuple[object, ...]]:
    """All nodes of a module with their fields that hold no nodes; sets in order."""

    def _plain(value: object) -> object:
        return sorted(value) if isinstance(value, frozenset) else value if not names_of(type(value)) else None

    def _fields(one: object) -> list[object]:
        values = [getattr(one, name) for name in names_of(type(one))]
        return [_plain(value) for value in values if not isinstance(value, tuple) or isinstance(value, ir.Span)]

    return [(type(one), *_fields(one)) for one in below(module)]


def taken_away(text: str) -> tuple[Packed, list[Packed], ir.Module, list[tuple[object, ...]]]:
    """The bodies of a text's functions, taken away and made anew once; those that were opened, the module, and what it showed before."""
    module, opened = lower(text), list[Packed]()
    before = shown(module)
    one = packed(module, opened.append)
    assert one is not None
    one.close()
    assert shown(module) == before
    return one, opened, module, before


def test_a_body_that_was_taken_away_is_what_it_was() -> None:
    text = Path(engine.__file__).read_text(encoding="utf-8")
    one, opened, module, before = taken_away(text)
    assert opened == [one]
    one.close()
    assert shown(module) == before
    assert opened == [one, one]


def test_constants_of_all_kinds_come_back() -> None:
    text = "def f():\n    return 1, 1.5, 2j, ..., None, True, 'a', b'b', 10 ** 3, -0.0\n"
    _, opened, _, _ = taken_away(text)
    assert opened


def test_what_nests_deep_or_has_no_function_stays() -> None:
    opened: list[Packed] = []
    for depth in (100, 900):
        nested = lower("def f(x):\n    return x" + ".a" * depth + "\n")
        one = packed(nested, opened.append)
        if one is not None:
            one.close()
        assert sum(isinstance(node, ir.Attr) for node in below(nested)) == depth
    assert opened
    assert packed(lower("x = 1\n"), opened.append) is None


def test_who_uses_a_name_is_what_a_search_finds() -> None:
    lines = [
        "@reg.register('a')", "@reg", "@ a.reg.b", "reg.add(x)", "a.reg [1] = 2", "x = reg.add(1)", "    reg(1)", "regs.add(1)", "a.b.reg",
        "a.b.reg (", "rég.reg(1)", "@rég.reg", "if reg.add(1):", "reg\t[2]", "a . reg.b(1)", "reg.", "é.reg(",
    ]  # fmt: skip
    rng = Random(4)
    for _ in range(200):
        texts = {f"/{number}.py": "\n".join(rng.sample(lines, rng.randint(0, 4))) + "\n" for number in range(4)}
        files = {path: scan(path, text.encode()) for path, text in texts.items()}
        known = Registrations(files)
        names = frozenset(rng.sample(["reg", "a", "b", "add", "register", "regs", "g"], rng.randint(1, 3)))
        with patch.object(Registrations, "_naming", lambda known, names: sorted(known._files.items())):
            thorough = Registrations(files).filling(names, None)
        assert known.filling(names, None) == thorough


def test_planted_programs_are_told_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = []
    for number, program in enumerate(planted(6, 11)):
        folders.append(tmp_path / f"p{number}")
        for name, text in program.texts.items():
            path = folders[-1] / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    before = [told(folder)[0] for folder in folders]
    sparing(monkeypatch)
    assert [told(folder)[0] for folder in folders] == before
