"""The server as an editor sees it: diagnostics of what is open, with what they say besides."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types

from tests.lsp.client import OPTION, Session, capabilities, place, play, session
from tests.small_project import MODEL, RIGHT, TRAIN


def test_a_finding_has_all_that_an_editor_shows(folder: Path) -> None:
    async def _scenario() -> None:
        async with session(folder) as s:
            s.open("train.py")
            (found,) = await s.codes("train.py", "BCE103")
            assert place(found.range) == (5, 11, 5, 46)
            assert (found.source, found.severity) == ("bce-lint", types.DiagnosticSeverity.Error)
            assert found.code_description is not None and found.code_description.href.endswith("/BCE103.md")
            assert "expects logits but gets the output of `torch.sigmoid`" in found.message
            (label,) = found.related_information or []
            assert (label.location.uri, place(label.location.range)) == (s.uri("models.py"), (6, 15, 6, 31))
            assert label.message == "sigmoid applied here"

    play(_scenario)


def test_the_file_of_the_cause_has_a_hint_that_points_to_the_loss(folder: Path) -> None:
    async def _scenario() -> None:
        async with session(folder) as s:
            s.open("models.py")
            (found,) = await s.codes("models.py", "BCE103")
            assert (found.severity, place(found.range)) == (types.DiagnosticSeverity.Information, (6, 15, 6, 31))
            assert found.message.startswith("sigmoid applied here; train.py:6: ")
            (label,) = found.related_information or []
            assert (label.location.uri, label.location.range.start.line) == (s.uri("train.py"), 5)

    play(_scenario)


def test_without_related_information_the_message_names_the_cause(folder: Path) -> None:
    async def _scenario() -> None:
        async with session(folder, capabilities(related=False), {"relatedHints": False}) as s:
            s.open("train.py")
            s.open("models.py")
            (found,) = await s.codes("train.py", "BCE103")
            assert found.related_information is None and found.message.endswith("(sigmoid applied here: models.py:7)")
            assert await s.diagnostics("models.py") == []

    play(_scenario)


def test_texts_that_are_not_written_count_in_other_files(folder: Path) -> None:
    async def _scenario() -> None:
        async with session(folder) as s:
            s.open("train.py")
            await s.codes("train.py", "BCE103")
            s.open("models.py", RIGHT)
            await s.codes("train.py")
            s.change("models.py", MODEL)
            await s.codes("train.py", "BCE103")
            s.change("models.py", RIGHT)
            s.save("models.py")
            await s.codes("train.py")
            s.close("models.py")
            (folder / "models.py").write_text(MODEL, encoding="utf-8")
            event = types.FileEvent(s.uri("models.py"), types.FileChangeType.Changed)
            s.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
            await s.codes("train.py", "BCE103")
            s.close("train.py")
            await s.codes("train.py")

    play(_scenario)


def test_typing_letter_by_letter(folder: Path) -> None:
    async def _scenario() -> None:
        async with session(folder) as s:
            text = TRAIN.replace("Net()(x)", "")
            s.open("train.py", text)
            await s.codes("train.py", "BCE901")
            for number, letter in enumerate("Net()(x)"):
                at = types.Position(5, 34 + number)
                text = TRAIN.replace("Net()(x)", "Net()(x)"[: number + 1])
                s.edit("train.py", text, types.TextDocumentContentChangePartial(types.Range(at, at), letter))
            await s.codes("train.py", "BCE103")

    play(_scenario)


def test_tags_and_severity(folder: Path) -> None:
    (folder / "bce-lint.toml").write_text('extend-select = ["BCE910"]\nseverity = { BCE203 = "info" }\n', encoding="utf-8")

    async def _scenario() -> None:
        async with session(folder) as s:
            s.open("option.py", OPTION + "x = 1  # noqa: BCE101\n")
            first, second = await s.codes("option.py", "BCE203", "BCE910")
            assert (list(first.tags or ()), first.severity) == ([types.DiagnosticTag.Deprecated], types.DiagnosticSeverity.Information)
            assert list(second.tags or ()) == [types.DiagnosticTag.Unnecessary]

    play(_scenario)


def test_texts_without_a_file_and_of_other_languages(folder: Path) -> None:
    async def _scenario() -> None:
        async with session(folder) as s:
            s.open("untitled:Untitled-1", OPTION)
            await s.codes("untitled:Untitled-1", "BCE203")
            s.open("git:/x/option.py", OPTION)
            s.open("notes.md", OPTION, "markdown")
            s.open("option.py", OPTION)
            await s.codes("option.py", "BCE203")
            assert await s.diagnostics("notes.md") == []
            assert not [one for one in s.published if one.uri.startswith("git:")]

    play(_scenario)


def test_a_file_outside_of_all_folders(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "option.py"
    outside.write_text(OPTION, encoding="utf-8")

    async def _scenario() -> None:
        async with session(folder) as s:
            s.open(outside.as_uri(), OPTION)
            await s.codes(outside.as_uri(), "BCE203")

    play(_scenario)


EXCLUDED = {
    "patterns": ("generated/a.py", 'extend-exclude = ["generated"]\n'),
    "an environment": (".venv/lib/python3/site-packages/torchvision/a.py", ""),
    "rules": ("a.py", 'ignore = ["BCE203"]\n'),
    "rules of a file": ("old/a.py", 'per-file-ignores = { "old/" = ["BCE2"] }\n'),
}


@pytest.mark.parametrize(("name", "settings"), EXCLUDED.values(), ids=EXCLUDED)
def test_what_the_configuration_leaves_out_is_silent(folder: Path, name: str, settings: str) -> None:
    (folder / "bce-lint.toml").write_text(settings, encoding="utf-8")
    (folder / name).parent.mkdir(parents=True, exist_ok=True)

    async def _scenario() -> None:
        async with session(folder) as s:
            s.open(name, OPTION)
            assert await s.diagnostics(name) == []

    play(_scenario)


TEXTS = {
    "plain": ("utf-16", OPTION, (2, 7, 2, 37)),
    "CRLF": ("utf-16", OPTION.replace("\n", "\r\n"), (2, 7, 2, 37)),
    "a byte order mark": ("utf-16", "\ufeff" + OPTION, (2, 7, 2, 37)),
    "a byte order mark in the row": ("utf-16", "\ufeffimport torch; loss = torch.nn.MSELoss(size_average=False)\n", (0, 22, 0, 58)),
    "UTF-16": ("utf-16", OPTION.replace("loss", "'\U0001f600é'; loss"), (2, 14, 2, 44)),
    "UTF-8": ("utf-8", OPTION.replace("loss", "'\U0001f600é'; loss"), (2, 17, 2, 47)),
    "UTF-32": ("utf-32", OPTION.replace("loss", "'\U0001f600é'; loss"), (2, 13, 2, 43)),
    "a form feed": ("utf-16", "\x0c\n" + OPTION, (3, 7, 3, 37)),
    "a separator of lines": ("utf-16", "x = '\u2028\x85'\n" + OPTION, (3, 7, 3, 37)),
}


@pytest.mark.any_python
@pytest.mark.parametrize(("encoding", "text", "expected"), TEXTS.values(), ids=TEXTS)
def test_places_in_what_the_client_counts(folder: Path, encoding: str, text: str, expected: tuple[int, ...]) -> None:
    async def _scenario() -> None:
        async with session(folder, capabilities(encodings=[encoding])) as s:
            assert s.capabilities.position_encoding == encoding
            s.open("option.py", text)
            (found,) = await s.codes("option.py", "BCE203")
            assert place(found.range) == expected

    play(_scenario)


def test_the_first_encoding_that_both_know_counts(folder: Path) -> None:
    async def _scenario() -> None:
        async with session(folder, capabilities(encodings=["utf-7", "utf-8", "utf-16"])) as s:
            assert s.capabilities.position_encoding == "utf-8"

    play(_scenario)


def hover_of(s: Session, name: str, line: int, character: int) -> types.HoverParams:
    """Somebody points at a place."""
    return types.HoverParams(types.TextDocumentIdentifier(s.uri(name)), types.Position(line, character))


def test_a_loss_is_explained(folder: Path) -> None:
    async def _scenario() -> None:
        async with session(folder) as s:
            s.open("train.py")
            found = await s.client.text_document_hover_async(hover_of(s, "train.py", 5, 20))
            assert found is not None and isinstance(found.contents, types.MarkupContent) and found.range is not None
            assert place(found.range) == (5, 11, 5, 46)
            assert "wrong: BCE103" in found.contents.value and "probability \\(sigmoid\\)" in found.contents.value
            assert await s.client.text_document_hover_async(hover_of(s, "train.py", 1, 5)) is None
            s.open("models.py", RIGHT)
            found = await s.client.text_document_hover_async(hover_of(s, "train.py", 5, 20))
            assert found is not None and isinstance(found.contents, types.MarkupContent) and "unknown" in found.contents.value

    play(_scenario)


def test_inlay_hints_are_off_until_asked_for(folder: Path) -> None:
    async def _scenario() -> None:
        whole = types.Range(types.Position(0, 0), types.Position(100, 0))
        for options, expected in ((None, []), ({"inlayHints": True}, [(6, 31, ": probability (sigmoid)")])):
            async with session(folder, options=options) as s:
                s.open("models.py")
                params = types.InlayHintParams(types.TextDocumentIdentifier(s.uri("models.py")), whole)
                found = await s.client.text_document_inlay_hint_async(params) or []
                assert [(one.position.line, one.position.character, one.label) for one in found] == expected

    play(_scenario)
