"""Which file an import names, where another state of the project has looked it up before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bce_lint.analysis.project import imported_files
from bce_lint.analysis.project.imported_files import ImportedFiles


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project of two packages."""
    for name in ("main.py", "one/__init__.py", "one/net.py", "two/__init__.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def looked_up(files: ImportedFiles, root: Path) -> list[str | None]:
    """Some imports of `main.py` and of a module."""
    asked = [("main.py", "one", 0), ("main.py", "one.net", 0), ("one/net.py", "", 1), ("main.py", "two.net", 0), ("main.py", "missing", 0)]
    return [files.file(str(root / importer), module, level) for importer, module, level in asked]


def gone_on(before: ImportedFiles, root: Path, *given: str) -> ImportedFiles:
    """The imports of another state."""
    files = ImportedFiles(str(root), given=[str(root / name) for name in given])
    files.go_on(before)
    return files


def test_nothing_is_looked_up_again_where_nothing_came_or_went(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = ImportedFiles(str(root))
    found = looked_up(before, root)
    assert found[1] == str(root / "one" / "net.py")
    after = gone_on(before, root)

    def _refused(*about: object) -> None:
        raise AssertionError(about)

    monkeypatch.setattr(imported_files, "entries", _refused)
    monkeypatch.setattr(ImportedFiles, "_resolve", _refused)
    assert looked_up(after, root) == found
    assert after.folders == before.folders


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "two" / "net.py").touch(),
        lambda root: (root / "one" / "net.py").unlink(),
        lambda root: (root / "one" / "net").mkdir() or (root / "one" / "net" / "__init__.py").touch(),
        lambda root: (root / "missing").mkdir() or (root / "missing" / "__init__.py").touch(),
        lambda root: (root / "src").mkdir() or (root / "src" / "missing.py").touch(),
        lambda root: (root / "one").rename(root / "missing"),
    ],
)
def test_what_came_or_went_is_seen(root: Path, change: Callable[[Path], object]) -> None:
    before = ImportedFiles(str(root))
    found = looked_up(before, root)
    change(root)
    now = looked_up(gone_on(before, root), root)
    assert now == looked_up(ImportedFiles(str(root)), root) != found


def test_texts_that_are_not_written_and_settings_count(root: Path) -> None:
    before = ImportedFiles(str(root))
    found = looked_up(before, root)
    now = looked_up(gone_on(before, root, "two/net.py"), root)
    assert now == looked_up(ImportedFiles(str(root), given=[str(root / "two" / "net.py")]), root) != found
    elsewhere = ImportedFiles(str(root), lambda folder: (str(root / "one"),))
    elsewhere.go_on(before)
    assert elsewhere.folders == {}
