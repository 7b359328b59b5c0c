"""A pytest fixture that fails a test in which something wrong reaches a loss."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from bce_lint.witness import watch

if TYPE_CHECKING:
    from bce_lint.witness.report import Report


@pytest.fixture
def loss_witness() -> Iterator[Report]:
    """Watches the test; findings fail it, with the concise report as the message."""
    with watch() as report:
        yield report
    if report.findings:
        pytest.fail(f"the witness has findings\n{report.text('concise')}", pytrace=False)
