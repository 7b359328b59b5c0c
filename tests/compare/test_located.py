"""Which file of a report is which file here."""

from __future__ import annotations

from pathlib import Path

import pytest

from bce_lint.compare.located import Located, locate
from bce_lint.compare.reading import read
from tests.compare.reports import digest, report, write


def located(tmp_path: Path, named: dict[str, Path], *linted: Path) -> Located:
    """A report of files by name, each with the digest of a file here, located among some files."""
    files = [{"filename": name, "sha256": digest(path)} for name, path in named.items()]
    places = [{"kind": "operation", "filename": name, "location": one(), "end_location": one(), "count": 1} for name in named]
    witnessed = read(write(tmp_path / "w.json", report(files=files, places=places)))
    return locate(witnessed, [str(path) for path in linted], "w.json")


def one() -> dict[str, int]:
    """A position."""
    return {"row": 1, "column": 1}


def files(tmp_path: Path, *names: str) -> list[Path]:
    """Files with texts of their own."""
    paths = [tmp_path / name for name in names]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"name = {path.name!r}\n", encoding="utf-8")
    return paths


def paths(found: Located) -> list[str]:
    """Where the places of a report are."""
    return [seen.location.path for seen in found.witnessed.places]


def test_a_file_is_called_as_the_user_calls_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (train,) = files(tmp_path, "src/train.py")
    monkeypatch.chdir(tmp_path / "src")
    found = located(tmp_path, {str(train): train}, Path("../src/train.py"))
    assert (paths(found), found.changed) == (["../src/train.py"], ())


def test_a_link_is_what_it_leads_to(tmp_path: Path) -> None:
    (train,) = files(tmp_path, "real/train.py")
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    found = located(tmp_path, {str(train): train}, tmp_path / "link" / "train.py")
    assert paths(found) == [str(tmp_path / "link" / "train.py")]


@pytest.mark.parametrize("root", ["/elsewhere/work", "C:\\work", "/elsewhere/project"])
def test_a_run_in_another_folder_is_met_by_the_ends_of_its_paths(tmp_path: Path, root: str) -> None:
    train, net = files(tmp_path, "project/train.py", "project/models/net.py")
    slash = "\\" if "\\" in root else "/"
    found = located(tmp_path, {f"{root}{slash}train.py": train, f"{root}{slash}models{slash}net.py": net}, train, net)
    assert (paths(found), found.changed) == ([str(train), str(net)], ())


def test_the_folder_that_has_more_of_the_files_is_meant(tmp_path: Path) -> None:
    train, net, other = files(tmp_path, "a/train.py", "a/net.py", "b/train.py")
    found = located(tmp_path, {"/elsewhere/train.py": train, "/elsewhere/net.py": net, "/library/x.py": net}, train, net, other)
    assert paths(found) == [str(train), str(net), "/library/x.py"]


def test_two_folders_that_have_as_many_of_the_files_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train, other = files(tmp_path, "a/train.py", "b/train.py")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"^w\.json: its files are of another folder, and could be those of several here \(a, b\)"):
        located(tmp_path, {"/elsewhere/train.py": train}, train, other)


def test_a_report_of_other_files_is_said_to_be_one(tmp_path: Path) -> None:
    train, other = files(tmp_path, "train.py", "other.py")
    with pytest.raises(ValueError, match=r"^w\.json: none of its files lies under the given paths \("):
        located(tmp_path, {str(train): train}, other)


def test_files_beside_those_that_are_linted_stay_where_they_are(tmp_path: Path) -> None:
    train, net = files(tmp_path, "train.py", "net.py")
    assert paths(located(tmp_path, {str(train): train, str(net): net}, train)) == [str(train), str(net)]


def test_a_file_with_another_digest_has_changed(tmp_path: Path) -> None:
    train, net = files(tmp_path, "train.py", "net.py")
    found = located(tmp_path, {str(train): train, str(net): train}, train, net)
    assert found.changed == (str(net),)
    assert found.source(str(net)) is None and found.source(str(train)) is not None
