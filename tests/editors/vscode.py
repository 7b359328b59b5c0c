"""VS Code, in the build that npm has (code-server's), with the extension of `editors/vscode/`: a bug that is typed, and two code actions.

`python -m tests.editors vscode` runs this file with a Python that has playwright."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.editors import project
from tests.editors.browser import free_port, page_of, served, wait

PLAIN = {
    "editor.autoIndent": "none", "editor.autoClosingBrackets": "never", "editor.quickSuggestions": {"other": "off"},
    "editor.suggestOnTriggerCharacters": False, "editor.acceptSuggestionOnEnter": "off", "workbench.startupEditor": "none",
    "editor.minimap.enabled": False, "editor.lightbulb.enabled": "off",
}  # fmt: skip
"""Settings under which what is typed is what stands there."""


def squiggles(page: Any) -> tuple[int, int]:
    """How many places are marked as errors and as warnings."""
    return page.locator(".squiggly-error").count(), page.locator(".squiggly-warning").count()


def go_to(page: Any, row: int, column: int) -> None:
    """Puts the cursor somewhere."""
    page.keyboard.press("Control+g")
    page.keyboard.type(f"{row}:{column}")
    page.keyboard.press("Enter")


def act(page: Any, title: str, picture: Path) -> None:
    """Chooses the code action at the cursor whose title begins so."""
    page.wait_for_timeout(1000)  # the editor asks for actions of its own accord after a move, and takes back what is asked before
    page.keyboard.press("Control+.")
    page.locator(".action-widget .action").filter(has_text=title).first.wait_for()
    while title not in page.locator(".action-widget .action.focused").inner_text():
        page.keyboard.press("ArrowDown")
    page.wait_for_timeout(700)
    page.screenshot(path=str(picture))
    page.keyboard.press("Enter")


def drive(page: Any, folder: Path, pictures: Path) -> None:
    """Types a bug, and has both bugs mended."""
    wait("the finding of the model that is imported", lambda: squiggles(page) == (1, 0))
    page.locator(".view-lines").first.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(f"{project.TYPED}\n")
    wait("the finding of what is typed", lambda: squiggles(page) == (1, 1))
    go_to(page, 12, 14)
    act(page, "Say `reduction", pictures / "vscode-safe.png")
    wait("the end of the second finding", lambda: squiggles(page) == (1, 0))
    go_to(page, 8, 14)
    act(page, "Remove the sigmoid", pictures / "vscode-unsafe.png")
    wait("the end of the first finding", lambda: squiggles(page) == (0, 0))
    page.screenshot(path=str(pictures / "vscode-fixed.png"))
    page.keyboard.press("Control+k")
    page.keyboard.press("s")
    wait("the saved files", lambda: (folder / "models.py").read_text(encoding="utf-8") == project.FIXED["models.py"])


def drive_notebook(page: Any, folder: Path, pictures: Path) -> None:
    """Types a bug into the last cell of a notebook, and has it mended."""
    wait("the finding of the model that is imported", lambda: squiggles(page) == (1, 0))
    page.locator(".code-cell-row .view-lines").last.click()
    page.keyboard.type(project.CELLS[-1])
    wait("the finding of what is typed", lambda: squiggles(page) == (1, 1))
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    act(page, "Say `reduction", pictures / "vscode-notebook.png")
    wait("the end of the second finding", lambda: squiggles(page) == (1, 0))
    page.screenshot(path=str(pictures / "vscode-notebook-fixed.png"))
    page.keyboard.press("Control+s")
    wait("the saved notebook", lambda: project.sources(folder / "notebook.ipynb")[-1] == project.FIXED_CELL)


def main(folder: Path, pictures: Path, code: Path, extension: Path, interpreter: str) -> None:
    """Installs the extension into a VS Code of its own, and drives it, in a folder that is trusted and in one that is not."""
    data = folder / "data"
    (data / "Machine").mkdir(parents=True)
    settings = {**PLAIN, "bce-lint.interpreter": interpreter}
    (data / "Machine" / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    program = ["node", "out/server-main.js", "--accept-server-license-terms", "--telemetry-level", "off",
               "--server-data-dir", str(folder), "--extensions-dir", str(folder / "extensions")]  # fmt: skip
    subprocess.run([*program, "--install-extension", str(extension.resolve())], cwd=code, check=True)
    port = free_port()
    command = [*program, "--without-connection-token", "--host", "127.0.0.1", "--port", str(port)]
    with served(command, port, code, folder / "vscode.txt", {}):
        for answer, name, driven in (
            ("No, I don't trust", "train.py", drive),
            ("Yes, I trust", "train.py", drive),
            ("Yes, I trust", "notebook.ipynb", drive_notebook),
        ):
            place = folder / f"{answer[:2].lower()}-{name.partition('.')[0]}"
            project.make(place, last="")
            with page_of(f"http://127.0.0.1:{port}/?folder={place}", 1100, 560) as page:
                try:
                    page.get_by_role("button", name=answer).click()
                    page.locator(".explorer-viewlet").get_by_text(name).dblclick()
                    driven(page, place, pictures)
                except BaseException:
                    page.screenshot(path=str(pictures / "vscode-failed.png"))
                    raise
            if driven is drive:
                project.compare(place)
            print(f"vscode: {answer} the authors: {name} is fixed", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4]), sys.argv[5])
