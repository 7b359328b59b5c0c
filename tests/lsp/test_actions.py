"""What can be done about a finding in an editor is what the command line does."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from lsprotocol import types

from bce_lint.cli import main
from tests.lsp.client import OPTION, Session, capabilities, play, session
from tests.small_project import MODEL, RIGHT, TRAIN

pytestmark = pytest.mark.any_python

FIXES = Path(__file__).parents[1] / "fixtures" / "fixes"
CASES = sorted(path.with_name(path.name.replace(".fixed.py", ".py")) for path in FIXES.glob("BCE*/*.fixed.py"))
PROJECTS = sorted(path for path in (FIXES / "projects").iterdir())
WHOLE = types.Range(types.Position(0, 0), types.Position(100_000, 0))
ALL = "source.fixAll.bce-lint"


def titles(found: list[types.CodeAction]) -> list[str]:
    """What is offered."""
    return [one.title for one in found]


@pytest.mark.parametrize("resolves", [False, True])
@pytest.mark.parametrize("versions", [False, True])
def test_a_fix_in_another_file(folder: Path, resolves: bool, versions: bool) -> None:
    async def _scenario() -> None:
        async with session(folder, capabilities(resolves=resolves, versions=versions)) as s:
            s.open("train.py")
            known = await s.codes("train.py", "BCE103")
            fix, silence = await s.actions("train.py", known[0].range, known=known)
            assert titles([fix, silence]) == ["Remove the sigmoid (BCE103, unsafe: values change)", "Silence BCE103 with `# noqa: BCE103`"]
            assert (fix.kind, fix.is_preferred, list(fix.diagnostics or [])) == (types.CodeActionKind.QuickFix, None, known)
            if resolves:
                assert fix.edit is None
                fix = await s.client.code_action_resolve_async(fix)
                silence = await s.client.code_action_resolve_async(silence)
            assert s.applied(fix.edit) == {s.uri("models.py"): RIGHT}
            assert s.applied(silence.edit) == {s.uri("train.py"): TRAIN.replace("x), y)", "x), y)  # noqa: BCE103")}
            assert fix.edit is not None and (fix.edit.document_changes is not None) is versions
            if fix.edit.document_changes is not None:
                (one,) = fix.edit.document_changes
                assert isinstance(one, types.TextDocumentEdit) and one.text_document.version is None
            s.open("models.py", "# not written\n" + MODEL)
            known = await s.codes("train.py", "BCE103")
            fix = (await s.actions("train.py", known[0].range))[0]
            fix = await s.client.code_action_resolve_async(fix) if resolves else fix
            assert s.applied(fix.edit) == {s.uri("models.py"): "# not written\n" + RIGHT}
            if fix.edit is not None and fix.edit.document_changes is not None:
                (one,) = fix.edit.document_changes
                assert isinstance(one, types.TextDocumentEdit) and one.text_document.version == 1

    play(_scenario)


def test_the_hint_at_the_cause_offers_the_fix(folder: Path) -> None:
    async def _scenario() -> None:
        async with session(folder) as s:
            s.open("models.py")
            known = await s.codes("models.py", "BCE103")
            (fix,) = await s.actions("models.py", known[0].range)
            assert s.applied(fix.edit) == {s.uri("models.py"): RIGHT}

    play(_scenario)


def test_a_safe_fix_is_preferred_and_all_of_them_are_one_action(folder: Path) -> None:
    text = OPTION + "other = nn.L1Loss(reduce=False)\n"
    fixed = 'from torch import nn\n\nloss = nn.MSELoss(reduction="sum")\nother = nn.L1Loss(reduction="none")\n'

    async def _scenario() -> None:
        async with session(folder) as s:
            s.open("option.py", text)
            known = await s.codes("option.py", "BCE203", "BCE203")
            fix, silence, whole = await s.actions("option.py", known[0].range)
            assert (fix.is_preferred, silence.is_preferred, whole.is_preferred) == (True, None, None)
            assert s.applied(fix.edit) == {s.uri("option.py"): text.replace("size_average=False", 'reduction="sum"')}
            assert s.applied(whole.edit) == {s.uri("option.py"): fixed}
            for only in (["source.fixAll"], ["source"], [ALL]):
                (alone,) = await s.actions("option.py", WHOLE, only)
                assert alone.kind == ALL and s.applied(alone.edit) == {s.uri("option.py"): fixed}
            assert [one.kind for one in await s.actions("option.py", known[0].range, ["quickfix"])] == ["quickfix"] * 2
            assert await s.actions("option.py", WHOLE, ["refactor"]) == []
            assert await s.actions("option.py", types.Range(types.Position(0, 0), types.Position(0, 0))) == []

    play(_scenario)


def test_what_a_person_must_decide_is_explained(folder: Path) -> None:
    text = "import torch\nfrom torch import nn\n\n\ndef step(x, y):\n    with torch.autocast('cuda'):\n        return nn.BCELoss()(x, y)\n"

    async def _scenario() -> None:
        for disabled in (True, False):
            async with session(folder, capabilities(disabled=disabled)) as s:
                s.open("cast.py", text)
                known = await s.codes("cast.py", "BCE102")
                found = (await s.actions("cast.py", known[0].range))[0]
                assert found.edit is None and found.title.startswith("BCE102: ") and (found.disabled is not None) is disabled

    play(_scenario)


def test_a_text_that_has_changed_gets_no_edit(folder: Path) -> None:
    async def _scenario() -> None:
        async with session(folder, capabilities(resolves=True)) as s:
            s.open("option.py", OPTION)
            known = await s.codes("option.py", "BCE203")
            fix = (await s.actions("option.py", known[0].range))[0]
            s.change("option.py", "\n" + OPTION)
            assert (await s.client.code_action_resolve_async(fix)).edit is None
            assert [one.message for one in s.client.messages] == ["bce-lint: the text has changed"]

    play(_scenario)


def test_a_text_without_a_file_is_fixed(folder: Path) -> None:
    async def _scenario() -> None:
        async with session(folder) as s:
            s.open("untitled:Untitled-1", OPTION)
            known = await s.codes("untitled:Untitled-1", "BCE203")
            fix, silence, _ = await s.actions("untitled:Untitled-1", known[0].range)
            assert list(s.applied(fix.edit).values()) == [OPTION.replace("size_average=False", 'reduction="sum"')]
            assert list(s.applied(silence.edit).values()) == [OPTION.rstrip() + "  # noqa: BCE203\n"]

    play(_scenario)


@pytest.mark.parametrize("before", ["\ufeff", ""])
def test_line_ends_and_marks_stay(folder: Path, before: str) -> None:
    text = before + "s = '\U0001f600'; " + OPTION.replace("\n", "\r\n")

    async def _scenario() -> None:
        async with session(folder) as s:
            s.open("option.py", text)
            known = await s.codes("option.py", "BCE203")
            fix, silence, _ = await s.actions("option.py", known[0].range)
            assert s.applied(fix.edit) == {s.uri("option.py"): text.replace("size_average=False", 'reduction="sum"')}
            assert s.applied(silence.edit) == {s.uri("option.py"): text.rstrip() + "  # noqa: BCE203\r\n"}

    play(_scenario)


# --- the same as the command line ------------------------------------------------------------------


def written(path: Path) -> str:
    """A file as it is."""
    return path.read_bytes().decode()


@pytest.mark.parametrize("rule", sorted({path.parent.name for path in CASES}))
def test_all_fixes_of_a_file_are_those_of_the_command_line(rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [path for path in CASES if path.parent.name == rule]
    editor, command = tmp_path / "editor", tmp_path / "command"
    for folder in (editor, command):
        folder.mkdir()
        for path in cases:  # each a project of its own
            (folder / path.stem).mkdir()
            (folder / path.stem / "pyproject.toml").touch()
            shutil.copy(path, folder / path.stem / path.name)
    monkeypatch.chdir(command)
    for path in cases:
        main(["--fix", "-q", "--no-cache", "--select", rule, f"{path.stem}/{path.name}"])

    async def _scenario() -> None:
        async with session(editor, options={"configuration": {"select": [rule]}}) as s:
            for path in cases:
                name = f"{path.stem}/{path.name}"
                s.open(name)
                made = await s.actions(name, WHOLE, [ALL])
                text = s.applied(made[0].edit)[s.uri(name)] if made else written(editor / name)
                assert text == written(command / name), name

    play(_scenario)


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.name)
def test_one_fix_after_another_over_files_is_the_command_line(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Quick fixes one by one, each applied to all files that it changes, come to what `--fix --unsafe-fixes` makes of the project."""
    editor, command = tmp_path / "editor", tmp_path / "command"
    for folder in (editor, command):
        shutil.copytree(project / "before", folder)
        (folder / "pyproject.toml").touch()
    monkeypatch.chdir(command)
    main(["--fix", "--unsafe-fixes", "-q", "--no-cache", "."])
    names = sorted(str(path.relative_to(editor)) for path in editor.rglob("*.py"))

    async def _scenario() -> None:
        async with session(editor) as s:
            for name in names:
                s.open(name)
            for _ in range(30):
                step = await _next(s, names)
                if step is None:
                    break
                for uri, text in s.applied(step).items():
                    name = next(one for one in names if s.uri(one) == uri)
                    s.change(name, text)
            assert {name: s.texts[name][1] for name in names} == {name: written(command / name) for name in names}

    play(_scenario)


async def _next(s: Session, names: list[str]) -> types.WorkspaceEdit | None:
    """The first fix that can be made."""
    for name in names:
        for one in await s.actions(name, WHOLE, ["quickfix"]):
            if one.edit is not None and "# noqa" not in one.title:
                return one.edit
    return None
