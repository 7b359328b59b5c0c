"""A pytest fixture that fails a test in which something wrong reaches a loss."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Final, cast

import pytest

from bce_lint.witness import watch

if TYPE_CHECKING:
    from bce_lint.witness.report import Report

_NAME: Final = "loss_witness"


@pytest.fixture(name=_NAME)
def loss_witness() -> Iterator[Report]:
    """Watches the test; findings fail it, with the concise report as the message."""
    with watch() as report:
        yield report


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Fails a test that passed, if the witness has findings."""
    outcome = yield
    report = pyfuncitem.funcargs.get(_NAME)
    if report is not None and getattr(report, "findings", None):
        pytest.fail(f"the witness has findings\n{cast('Report', report).text('concise')}", pytrace=False)
    return outcome
