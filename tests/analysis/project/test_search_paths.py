"""Which folders a file puts on `sys.path`, as far as that is known without running it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bce_lint.analysis.project.search_paths import added_folders

KNOWN = [
    'sys.path.append(os.path.join(os.path.dirname(__file__), "..", "lib"))',
    'sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))',
    'sys.path.append(Path(__file__).resolve().parents[1].joinpath("lib").as_posix())',
    'here = dirname(dirname(abspath(__file__)))\nif here + "/lib" not in sys.path:\n    sys.path.extend((here + "/lib",))',
    'def main():\n    root = os.path.realpath(os.path.join(__file__, "../.."))\n    sys.path.append(f"{root}/lib")',
    'sys.path.append("lib")',
    'sys.path.append("../lib")',
]
UNKNOWN = [
    "sys.path.append(sys.argv[1])",
    "sys.path.append(os.getcwd())",
    'for folder in ("lib", "other"):\n    sys.path.append(folder)',
    'def add(folder="lib"):\n    sys.path.append(folder)',
    'sys.path.append("/usr/lib")',
    'sys.path.append("../../..")',
    'sys.path.append("missing")',
    'other.path.append("lib")',
    'sys.path.remove("lib")',
    "sys.path.append()",
    "sys.path.append(here)\nhere = there\nthere = here",
    'sys.path.append("lib"',
]


@pytest.fixture
def script(tmp_path: Path) -> Path:
    (tmp_path / "lib").mkdir()
    (tmp_path / "scripts").mkdir()
    return tmp_path / "scripts" / "run.py"


@pytest.mark.parametrize("text", KNOWN)
def test_a_folder_that_is_known(script: Path, text: str) -> None:
    root = script.parent.parent
    assert added_folders(str(script), text.encode(), str(root)) == (str(root / "lib"),)


@pytest.mark.parametrize("text", UNKNOWN)
def test_a_folder_that_is_not_known(script: Path, text: str) -> None:
    assert added_folders(str(script), text.encode(), str(script.parent.parent)) == ()


def test_a_relative_folder_that_is_there_twice(script: Path) -> None:
    (script.parent / "lib").mkdir()
    assert added_folders(str(script), b'sys.path.append("lib")', str(script.parent.parent)) == ()
