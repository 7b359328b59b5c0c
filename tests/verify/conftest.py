"""What the tests of the verification share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Losses run on one thread, as they do for users: see `devices.one_thread`."""
    from bce_lint.verify import devices

    with devices.one_thread():
        yield
