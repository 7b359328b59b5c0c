"""The same finding has the same words, whatever was named first, from wherever, and whoever asks."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from bce_lint.cache import Cache
from bce_lint.cache.key import Signer
from bce_lint.diagnostic import Diagnostic
from bce_lint.engine import check, check_text
from bce_lint.rules.registry import default_codes

pytestmark = pytest.mark.any_python

PROJECTS = sorted(path for path in (Path(__file__).parent / "fixtures" / "projects").iterdir() if path.is_dir())
CODES = default_codes() | {"BCE123"}
KEY = Signer(b"a key of the tests")


def words(found: Sequence[Diagnostic], folder: Path) -> list[str]:
    """What is said of findings: their places from a folder on, messages, labels and fixes."""
    return [line for one in sorted(found, key=lambda one: _placed(one.location, folder)) for line in _words(one, folder)]


def _words(one: Diagnostic, folder: Path) -> list[str]:
    fix = "" if one.fix is None else f"{one.fix.applicability} {one.fix.message}"
    labels = [f"  {_placed(label.location, folder)} {label.message}" for label in one.labels]
    return [f"{_placed(one.location, folder)} {one.code} {one.severity} {one.message} | {fix}", *labels]


def _placed(location: object, folder: Path) -> tuple[str, object, object]:
    path, start, end = location.path, location.start, location.end  # type: ignore[attr-defined]
    return os.path.relpath(path, folder), start, end


@pytest.mark.parametrize("folder", PROJECTS, ids=lambda path: path.name)
def test_a_finding_has_the_same_words_whatever_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    files = sorted(folder.rglob("*.py"))
    expected = words(check(files, CODES, fixes=True).diagnostics, folder)
    shuffled = files[:]
    random.Random(folder.name).shuffle(shuffled)
    for order in (files[::-1], shuffled, [path.relative_to(folder) for path in files]):
        assert words(check(order, CODES, fixes=True).diagnostics, folder) == expected


@pytest.mark.parametrize("folder", PROJECTS, ids=lambda path: path.name)
def test_a_finding_has_the_same_words_from_one_file_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    files = sorted(folder.rglob("*.py"))
    together = check(files, CODES).diagnostics
    for path in files:
        mine = [one for one in together if one.location.path == str(path)]
        alone = [one for one in check([path], CODES).diagnostics if one.location.path == str(path)]
        piped = [one for one in check_text(path.read_bytes(), str(path), CODES).diagnostics if one.location.path == str(path)]
        assert words(alone, folder) == words(piped, folder) == words(mine, folder)


@pytest.mark.parametrize("folder", PROJECTS, ids=lambda path: path.name)
def test_a_finding_has_the_same_words_from_another_folder(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = sorted(folder.rglob("*.py"))
    monkeypatch.chdir(folder)
    expected = words(check(files, CODES, fixes=True).diagnostics, folder)
    monkeypatch.chdir(tmp_path)
    assert words(check(files, CODES, fixes=True).diagnostics, folder) == expected


@pytest.mark.parametrize("folder", PROJECTS, ids=lambda path: path.name)
def test_a_finding_has_the_same_words_from_the_cache(folder: Path, tmp_path: Path) -> None:
    files = sorted(folder.rglob("*.py"))
    caches = (None, Cache(str(tmp_path), KEY), Cache(str(tmp_path), KEY))
    fresh, first, kept = (check(files, CODES, fixes=True, cache=one) for one in caches)
    assert fresh.parsed and first.parsed and not kept.parsed, "the last answer was kept"
    assert words(first.diagnostics, folder) == words(kept.diagnostics, folder) == words(fresh.diagnostics, folder)
