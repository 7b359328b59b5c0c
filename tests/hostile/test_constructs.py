"""Doubling, nesting, width and depth over the constructs of a program: counts grow no faster than the text, and no loss is missed."""

from __future__ import annotations

import pytest

from tests.hostile import modules
from tests.hostile.growth import problems

FAMILIES = {**modules.FAMILIES}


@pytest.mark.parametrize("name", FAMILIES)
def test_the_cost_of_a_family_is_bounded(name: str) -> None:
    assert problems(FAMILIES[name]) == []
