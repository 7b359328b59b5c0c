"""What all tests share."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest

os.environ["BCE_LINT_NO_CACHE"] = "1"  # a test sees what the code does now; those of the cache set it free
os.environ["BCE_LINT_CACHE_KEY"] = "the key of the tests"  # and leave the user's own where it is

collect_ignore = ["fixtures"]
# Tests that run torch live in files of their own and carry the mark `torch`; without torch they cannot even be imported. So do those
# that need dask, which the extra `test` brings.
collect_ignore_glob = [f"*_{name}.py" for name in ("torch", "dask") if not find_spec(name)]


def pytest_collection_finish() -> None:
    """All that was collected stays: no search for garbage need look through tens of thousands of tests again."""
    gc.freeze()


@pytest.fixture(autouse=True)
def one_thread(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests that run torch do so on one thread: their tensors are small, and threads would wait for each other."""
    if request.node.get_closest_marker("torch") is None:
        yield
        return
    from bce_lint.verify import devices

    with devices.one_thread():
        yield


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The user stops each run that comes to the functions of `z.py`."""
    from bce_lint.analysis.interpreter import entry_points

    run = entry_points.run_candidate

    def interrupted(machine: Any, unit: Any, *rest: Any) -> Any:
        found = run(machine, unit, *rest)
        if unit.path.endswith("z.py"):
            raise KeyboardInterrupt
        return found

    monkeypatch.setattr(entry_points, "run_candidate", interrupted)
