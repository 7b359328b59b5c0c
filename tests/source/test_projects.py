"""Which project a file belongs to."""

from __future__ import annotations

from pathlib import Path

from bce_lint.source.projects import root_of


def make(root: Path, names: list[str]) -> None:
    """Writes empty files."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"")


def test_the_nearest_marker_is_the_root(tmp_path: Path) -> None:
    make(tmp_path, ["inner/pkg/__init__.py", "inner/pkg/a.py", "b.py", "pyproject.toml", "inner/setup.py"])
    assert root_of(str(tmp_path / "inner/pkg/a.py")) == (str(tmp_path / "inner"), True)
    assert root_of(str(tmp_path / "b.py")) == (str(tmp_path), True)


def test_a_marker_inside_a_package_is_not_a_root(tmp_path: Path) -> None:
    make(tmp_path, ["pkg/__init__.py", "pkg/sub/__init__.py", "pkg/sub/a.py", "pkg/sub/requirements.txt", "pyproject.toml"])
    assert root_of(str(tmp_path / "pkg/sub/a.py")).path == str(tmp_path)


def test_without_a_marker_the_root_is_above_the_outermost_package(tmp_path: Path) -> None:
    make(tmp_path, ["x/pkg/__init__.py", "x/pkg/sub/__init__.py", "x/pkg/sub/a.py"])
    assert root_of(str(tmp_path / "x/pkg/sub/a.py")) == (str(tmp_path / "x"), False)
