"""JupyterLab with jupyterlab-lsp: a notebook shows what is typed, and nothing after `bce-lint --fix` and a reload.

jupyterlab-lsp 5 has no code actions, so the fix is the command line's. `python -m tests.editors jupyterlab` runs this file with a Python
that has jupyterlab, jupyterlab-lsp and playwright."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.editors import project
from tests.editors.browser import free_port, page_of, served, wait
from tests.editors.page import settings_with


def configured(folder: Path, server: list[str]) -> dict[str, str]:
    """The environment in which jupyterlab-lsp knows the server, and the folders of the user are not read."""
    page = settings_with("LanguageServerManager")
    manager = page["LanguageServerManager"]
    manager["autodetect"], manager["language_servers"]["bce-lint"]["argv"] = False, server
    (folder / "configuration").mkdir()
    (folder / "configuration" / "jupyter_server_config.json").write_text(json.dumps(page), encoding="utf-8")
    overrides = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}
    (folder / "configuration" / "labconfig").mkdir()
    (folder / "configuration" / "labconfig" / "default_setting_overrides.json").write_text(json.dumps(overrides), encoding="utf-8")
    names = {"JUPYTER_CONFIG_DIR": "configuration", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime",
             "JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces", "IPYTHONDIR": "ipython"}  # fmt: skip
    return {name: str(folder / value) for name, value in names.items()}


def drive(page: Any, folder: Path, pictures: Path, fix: list[str]) -> None:
    """Types a bug into a notebook, sees it, mends it and sees it gone."""
    cells = page.locator(".jp-Notebook .jp-Cell .cm-content")
    wait("the cells", lambda: cells.count() == len(project.CELLS))
    marked = page.locator(".jp-Notebook .cm-lintRange")
    wait("the finding of the model that is imported", lambda: marked.count() == 1)
    cells.nth(3).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(project.CELLS[3])
    wait("the finding of what is typed", lambda: page.locator(".cm-lintRange-warning").count() == 1)
    marked.last.hover()
    page.locator(".cm-tooltip-lint, .cm-tooltip").first.wait_for()
    page.wait_for_timeout(500)
    page.screenshot(path=str(pictures / "jupyterlab-squiggle.png"))
    page.keyboard.press("Control+s")
    wait("the saved notebook", lambda: project.sources(folder / "notebook.ipynb")[3] == project.CELLS[3])

    print(subprocess.run(fix, cwd=folder, capture_output=True, text=True, check=False).stdout)
    page.get_by_role("menuitem", name="File").first.click()
    page.get_by_text("Reload Notebook from Disk").first.click()
    wait("the fixed cell", lambda: cells.nth(3).inner_text() == project.FIXED_CELL)
    cells.nth(3).click()
    page.keyboard.press("Control+s")
    wait("the end of the findings", lambda: marked.count() == 0)
    page.screenshot(path=str(pictures / "jupyterlab-fixed.png"))


def main(folder: Path, pictures: Path, server: list[str], fix: list[str]) -> None:
    """Starts JupyterLab in a project of its own, and drives it."""
    place, port = folder / "project", free_port()
    project.make(place, last="")
    environment = configured(folder, server)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
               "--IdentityProvider.token=", f"--ServerApp.root_dir={place}"]  # fmt: skip
    with (
        served(command, port, place, folder / "jupyterlab.txt", environment),
        page_of(f"http://127.0.0.1:{port}/lab/tree/notebook.ipynb", 1100, 560) as page,
    ):
        try:
            drive(page, place, pictures, fix)
        except BaseException:
            page.screenshot(path=str(pictures / "jupyterlab-failed.png"))
            raise
    assert project.sources(place / "notebook.ipynb")[2:] == [project.CELLS[2], project.FIXED_CELL]
    assert (place / "models.py").read_text(encoding="utf-8") == project.FIXED["models.py"]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3]), json.loads(sys.argv[4]))
