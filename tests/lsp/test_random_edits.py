"""Whatever is typed, an editor is told what a run says that knows nothing of what was typed before, to the byte."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest

from bce_lint import engine
from bce_lint.lsp.analyst import FileFindings
from bce_lint.lsp.places import ClientPlaces
from bce_lint.lsp.positions import UTF_16, TextLines
from bce_lint.lsp.reports import Understood, as_json, diagnostics
from bce_lint.lsp.text_edits import edits_between
from bce_lint.lsp.texts import Snapshot
from bce_lint.rules.registry import default_codes
from bce_lint.rules.selection import ALWAYS
from benchmarks.server import Wire
from tests.edits import changed
from tests.lsp.test_robust import ENV
from tests.test_workspace import LOSSES, on_the_disk, texts_of

CAPABILITIES = {
    "textDocument": {"diagnostic": {"relatedInformation": True, "codeDescriptionSupport": True}, "publishDiagnostics": {}},
}


class FileAnswer(NamedTuple):
    """What is said of a file, as it is sent: its findings, and the hints at what leads to findings elsewhere."""

    findings: str
    hints: frozenset[str]

    @classmethod
    def of(cls, items: list[Any]) -> FileAnswer:
        """Findings have data for their actions."""
        found = [one for one in items if "data" in one]
        return cls(json.dumps(found, sort_keys=True), frozenset(json.dumps(one, sort_keys=True) for one in items if one not in found))


def cold(path: Path, *others: Path) -> FileAnswer:
    """What a first run says of a file; a run that starts from `others` as well may know of more that it leads to."""
    found = engine.check([path, *others], default_codes() | ALWAYS, related=True).diagnostics
    here, elsewhere = ([one for one in found if (one.location.path == str(path)) is own] for own in (True, False))
    told = FileFindings(tuple(here), tuple(one for one in elsewhere if any(label.location.path == str(path) for label in one.labels)))
    places = ClientPlaces(Snapshot({}, UTF_16), str(path))
    return FileAnswer.of([one for items in diagnostics(told, places, Understood(), True).values() for one in as_json(items)])


def change(wire: Wire, path: Path, version: int, before: str, after: str, rng: Random) -> None:
    """Changes a text by its ranges: at once, or one after another."""
    lines = TextLines(before, UTF_16)
    events = [
        {"range": {end: dict(zip(("line", "character"), at, strict=True)) for end, at in zip(("start", "end"), one.stretch, strict=True)},
         "text": one.content}
        for one in reversed(edits_between(lines, after))
    ]  # fmt: skip
    wire.change(path, version, *(events if rng.random() < 0.9 else [{"text": after}]))


def play(tmp_path: Path, first: dict[str, str], rng: Random, steps: int) -> int:
    """Changes the open files of a project at random and compares; gives how many answers had something to say."""
    here, there = tmp_path / "here", tmp_path / "there"
    for root in (here, there):
        root.mkdir(parents=True)
        (root / "pyproject.toml").touch()
        on_the_disk(root, first)
    texts, said = first, 0
    versions = dict.fromkeys(first, 1)
    with Wire(folder=here, env=ENV) as wire:
        wire.begin(here, CAPABILITIES)
        for name, text in texts.items():
            wire.open(here / name, text)
        for step in range(steps):
            before, texts = texts, changed(rng, texts if rng.random() > 0.2 else first, bound_first=True)
            on_the_disk(there, texts)
            _follow(wire, here, before, texts, versions, rng)
            for name in rng.sample(sorted(texts), min(4, len(texts))):
                answer = wire.request("textDocument/diagnostic", {"textDocument": {"uri": (here / name).as_uri()}})["result"]
                mine = FileAnswer.of(json.loads(json.dumps(answer["items"]).replace(str(here), str(there))))
                first_run = cold(there / name)
                assert mine.findings == first_run.findings, f"step {step}, {name}"
                assert first_run.hints <= mine.hints, f"step {step}, {name}"
                if mine.hints != first_run.hints:  # what was asked about other files counts, too
                    assert mine.hints <= cold(there / name, *(there / one for one in texts)).hints, f"step {step}, {name}"
                said += bool(answer["items"])
    return said


def _follow(wire: Wire, here: Path, before: dict[str, str], texts: dict[str, str], versions: dict[str, int], rng: Random) -> None:
    for name in before.keys() - texts.keys():
        wire.notify("textDocument/didClose", {"textDocument": {"uri": (here / name).as_uri()}})
        (here / name).unlink(missing_ok=True)
        wire.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": (here / name).as_uri(), "type": 3}]})
    for name, text in texts.items():
        if name not in before:
            versions[name] = 1
            wire.open(here / name, text)
        elif before[name] != text:
            versions[name] += 1
            change(wire, here / name, versions[name], before[name], text, rng)


def plain(folder: Path) -> dict[str, str]:
    """The texts of a project that an editor can hold."""
    return {name: text for name, text in texts_of(folder).items() if text.isprintable() or max(text, default="") < "\udc80"}


@pytest.mark.any_python
@pytest.mark.parametrize("folder", LOSSES[::9], ids=lambda path: path.name)
def test_random_edits(folder: Path, tmp_path: Path) -> None:
    if texts := plain(folder):
        play(tmp_path, texts, Random(folder.name), 8)


@pytest.mark.long
@pytest.mark.parametrize("folder", LOSSES[2::3], ids=lambda path: path.name)
def test_random_edits_at_length(folder: Path, tmp_path: Path) -> None:
    if texts := plain(folder):
        play(tmp_path, texts, Random(f"{folder.name} at length"), 14)


@pytest.mark.any_python
def test_some_of_them_have_something_to_say(tmp_path: Path) -> None:
    folder = next(path for path in LOSSES if path.name == "shop")
    assert play(tmp_path, plain(folder), Random(1), 10) > 5
