"""What the tests of the witness share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Tensors are small: threads would wait for each other."""
    from bce_lint.verify import devices

    with devices.one_thread():
        yield
