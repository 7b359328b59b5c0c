"""Where settings come from in an editor: files, the start, the client's section, and what happens when they change."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types

from bce_lint.lsp.client_settings import ClientSettings, client_settings, skipped
from tests.lsp.client import OPTION, Session, capabilities, eventually, play, session

pytestmark = pytest.mark.any_python


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project of a file."""
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "option.py").write_text(OPTION, encoding="utf-8")
    return tmp_path


def changed(s: Session, name: str, text: str | None) -> None:
    """A file is another one on the disk, and the client says so."""
    path = s.folder / name
    kind = types.FileChangeType.Changed if path.exists() else types.FileChangeType.Created
    if text is None:
        path.unlink()
        kind = types.FileChangeType.Deleted
    else:
        path.write_text(text, encoding="utf-8")
    s.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([types.FileEvent(s.uri(name), kind)]))


def test_a_configuration_that_changes(folder: Path) -> None:
    async def _scenario() -> None:
        async with session(folder) as s:
            s.open("option.py")
            await s.codes("option.py", "BCE203")
            changed(s, "bce-lint.toml", 'ignore = ["BCE203"]\n')
            await s.codes("option.py")
            changed(s, "bce-lint.toml", 'severity = { BCE203 = "error" }\n')
            (found,) = await s.codes("option.py", "BCE203")
            assert found.severity == types.DiagnosticSeverity.Error
            changed(s, "bce-lint.toml", "nothing = 1\n")
            await s.codes("option.py")
            assert [one.type for one in s.client.messages] == [types.MessageType.Error]
            assert s.client.messages[0].message.startswith("bce-lint: bce-lint.toml: nothing: there is no such key")
            changed(s, "bce-lint.toml", None)
            await s.codes("option.py", "BCE203")
            assert len(s.client.messages) == 1
            changed(s, "pyproject.toml", '[tool.bce-lint]\nignore = ["BCE2"]\n')
            await s.codes("option.py")

    play(_scenario)


def test_settings_of_the_client(folder: Path) -> None:
    async def _scenario() -> None:
        client, settings = capabilities(configuration=True), {"configuration": {"ignore": ["BCE203"]}}
        async with session(folder, client, settings=settings) as s:
            s.open("option.py")
            await s.codes("option.py")
            s.client.set_configuration({"configuration": {}}, section="bce-lint")
            s.client.workspace_did_change_configuration(types.DidChangeConfigurationParams({}))
            await s.codes("option.py", "BCE203")
            s.client.set_configuration({"configuration": {"src": ["/"]}}, section="bce-lint")
            s.client.workspace_did_change_configuration(types.DidChangeConfigurationParams({}))
            await eventually(lambda: [one.message for one in s.client.messages] or None)
            assert "src: is not taken from a client" in s.client.messages[-1].message
            s.change("option.py", OPTION + "\n")
            await s.codes("option.py", "BCE203")
            assert len(s.client.messages) == 1

    play(_scenario)


def test_a_configuration_that_nobody_watches_is_read_when_something_is_saved(folder: Path) -> None:
    async def _scenario() -> None:
        async with session(folder) as s:
            s.open("option.py")
            await s.codes("option.py", "BCE203")
            (folder / "bce-lint.toml").write_text('ignore = ["BCE203"]\n', encoding="utf-8")
            s.save("option.py")
            await s.codes("option.py")

    play(_scenario)


def test_settings_that_are_pushed(folder: Path) -> None:
    async def _scenario() -> None:
        async with session(folder) as s:
            s.open("option.py")
            await s.codes("option.py", "BCE203")
            pushed = {"bce-lint": {"configuration": {"ignore": ["BCE203"]}}}
            s.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(pushed))
            await s.codes("option.py")

    play(_scenario)


def test_folders_that_come_and_go(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other") / "build"
    (other / "inside").mkdir(parents=True)

    async def _scenario() -> None:
        async with session(folder) as s:
            uri = (other / "inside" / "option.py").as_uri()
            s.open(uri, OPTION)
            await s.codes(uri)  # a folder called `build` is left out
            event = types.WorkspaceFoldersChangeEvent([types.WorkspaceFolder(other.as_uri(), "build")], [])
            s.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))
            await s.codes(uri, "BCE203")
            event = types.WorkspaceFoldersChangeEvent([], [types.WorkspaceFolder(other.as_uri(), "build")])
            s.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))
            await s.codes(uri)

    play(_scenario)


def test_files_are_watched_and_progress_is_shown(folder: Path) -> None:
    body = "".join(f"    x = torch.sigmoid(x) if x.sum() > {number} else nn.Linear(4, 4)(x)\n" for number in range(300))
    functions = "".join(f"def step{number}(x, y):\n{body}    return nn.BCEWithLogitsLoss()(x, y)\n\n\n" for number in range(12))

    async def _scenario() -> None:
        registered: list[types.Registration] = []

        async with session(folder, capabilities(watches=True, progress=True)) as s:

            def _register(params: types.RegistrationParams) -> None:
                registered.extend(params.registrations)

            s.client.feature(types.CLIENT_REGISTER_CAPABILITY)(_register)
            s.open("long.py", "import torch\nfrom torch import nn\n\n\n" + functions)
            await s.diagnostics("long.py")
            for reports in s.client.progress_reports.values():
                assert "bce-lint" in str(reports[0])
        watched = [one.register_options for one in registered if one.method == types.WORKSPACE_DID_CHANGE_WATCHED_FILES]
        assert all("**/*.py" in str(one) and "bce-lint.toml" in str(one) for one in watched)

    play(_scenario)


def test_what_a_client_says_is_looked_at() -> None:
    usual = ClientSettings()
    strange: tuple[object, ...] = (None, [], "x", 1, {"bce-lint": 1}, {"inlayHints": "yes", "diagnosticMode": "?", "configuration": 3})
    for nothing in strange:
        assert client_settings(nothing, usual) == usual
    assert client_settings({"inlayHints": True, "relatedHints": False}, usual) == usual._replace(inlay_hints=True, related_hints=False)
    assert client_settings({"bce-lint": {"inlayHints": {"enable": True}}}, usual).inlay_hints
    assert client_settings({"diagnosticMode": "workspace"}, usual).diagnostic_mode == "workspace"


def test_folders_that_no_walk_enters() -> None:
    names = frozenset({"build", ".venv"})
    assert skipped("/home/me/.venv/lib/a.py", ["/home/me"], names) and skipped("/x/build/a.py", [], names)
    assert not skipped("/x/build/a.py", ["/x/build"], names) and not skipped("/x/build.py", ["/x"], names)
    assert skipped("/x/build/build/a.py", ["/", "/x/build"], names)
