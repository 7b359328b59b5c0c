"""How many random programs and values the property tests try: few of a fixed seed in a plain run, as many as usual at length."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

Body = Callable[..., None]


def few_and_many(usual: int, given: Callable[[Body], Body], body: Body) -> tuple[Body, Body]:
    """Two tests of one body: a fourth of the usual examples, always the same ones; and as many as usual, anew each time, marked `long`."""
    checks = list(HealthCheck)
    few: Any = settings(max_examples=max(10, usual // 4), derandomize=True, database=None, deadline=None, suppress_health_check=checks)
    many: Any = settings(max_examples=usual, deadline=None, suppress_health_check=checks)
    return few(given(body)), pytest.mark.long(many(given(body)))
