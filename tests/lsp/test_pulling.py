"""Diagnostics for clients that ask for them: reports, what has not changed since, and whole workspaces."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from lsprotocol import types

from tests.lsp.client import OPTION, Session, capabilities, eventually, play, session
from tests.small_project import MODEL, RIGHT, TRAIN

pytestmark = pytest.mark.any_python

PULLS = capabilities(pulls=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project of two files with a bug that takes both, and a third with one of its own."""
    (tmp_path / "pyproject.toml").touch()
    for name, text in {"models.py": MODEL, "train.py": TRAIN, "option.py": OPTION}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def codes(report: object) -> list[object]:
    """The codes of a report that has them."""
    assert isinstance(report, types.RelatedFullDocumentDiagnosticReport | types.WorkspaceFullDocumentDiagnosticReport), report
    return [one.code for one in report.items]


def test_a_client_that_asks_is_not_told_unasked(folder: Path) -> None:
    async def _scenario() -> None:
        async with session(folder, PULLS) as s:
            assert s.capabilities.diagnostic_provider is not None
            assert s.capabilities.diagnostic_provider.inter_file_dependencies
            s.open("train.py")
            first = await s.pull("train.py")
            assert codes(first) == ["BCE103"]
            again = await s.pull("train.py", first.result_id)
            assert isinstance(again, types.RelatedUnchangedDocumentDiagnosticReport) and again.result_id == first.result_id
            s.open("models.py", RIGHT)
            assert codes(await s.pull("train.py", first.result_id)) == []
            assert codes(await s.pull("option.py")) == ["BCE203"]  # it is not open
            assert codes(await s.pull("missing.py")) == codes(await s.pull("git:/x.py")) == []
            await eventually(lambda: s.client.diagnostic_refresh_count or None)
            assert s.published == []

    play(_scenario)


async def whole(s: Session, before: list[types.PreviousResultId]) -> dict[str, object]:
    """A report on the workspace, by the names of files."""
    report = await s.client.workspace_diagnostic_async(types.WorkspaceDiagnosticParams(before))
    return {one.uri.rpartition("/")[2]: one for one in report.items}


def ids(reports: dict[str, object]) -> list[types.PreviousResultId]:
    """What a client says that it knows."""
    found = []
    for one in reports.values():
        assert isinstance(one, types.WorkspaceFullDocumentDiagnosticReport | types.WorkspaceUnchangedDocumentDiagnosticReport)
        found.append(types.PreviousResultId(one.uri, one.result_id or ""))
    return found


def test_a_whole_workspace(folder: Path) -> None:
    async def _scenario() -> None:
        async with session(folder, PULLS, {"diagnosticMode": "workspace"}) as s:
            first = await whole(s, [])
            assert {name: codes(one) for name, one in first.items()} == {
                "models.py": ["BCE103"], "train.py": ["BCE103"], "option.py": ["BCE203"],
            }  # fmt: skip
            waiting = asyncio.ensure_future(whole(s, ids(first)))
            await asyncio.sleep(0.5)
            assert not waiting.done()  # nothing has changed
            s.open("models.py", RIGHT)
            second = await waiting
            assert codes(second["models.py"]) == codes(second["train.py"]) == []
            assert isinstance(second["option.py"], types.WorkspaceUnchangedDocumentDiagnosticReport)
            (folder / "option.py").unlink()
            event = types.FileEvent(s.uri("option.py"), types.FileChangeType.Deleted)
            s.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
            assert codes((await whole(s, ids(second)))["option.py"]) == []

    play(_scenario)


def test_open_files_alone(folder: Path) -> None:
    async def _scenario() -> None:
        async with session(folder, PULLS) as s:
            s.open("option.py")
            assert {name: codes(one) for name, one in (await whole(s, [])).items()} == {"option.py": ["BCE203"]}

    play(_scenario)
