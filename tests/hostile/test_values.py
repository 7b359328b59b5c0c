"""Values that double, nest, hold themselves or are very large: counts grow no faster than the text, and no loss is missed."""

from __future__ import annotations

import pytest

from tests.hostile import values
from tests.hostile.growth import only_on_the_main_python, problems
from tests.hostile.measure import highest, measure
from tests.hostile.programs import in_function

CHUNK = 6
HEAVY = (
    "nn.Flatten(10**9 - 1)(x); nn.Flatten(1000000000)(x); x.flatten(1000000000)", "[x] * 1000000000", "'x' * 1000000000",
    "torch.zeros(*[1] * 1000000)", "list(range(1000000000000))", "f'{x:1000000000}'", "'x'.ljust(1000000000)", "(1 << 10**10)",
    "nn.Sequential(*[nn.Linear(8, 8)] * 1000000)(x)", "nn.ModuleList([nn.Linear(8, 8)] * 1000000)", "for i in range(10**12): x = x + i",
    "('x' * 900).replace('x', 'y' * 900).replace('y', 'z' * 900)", "torch.zeros(1, 2).expand(*[3] * 100000)",
)  # fmt: skip
"""What a single operation of Python would take much memory for."""
MOST_BYTES = 20_000_000


@pytest.mark.parametrize("name", only_on_the_main_python(values.FAMILIES, ("sequence ", "rank ", "text ", "table ")))
def test_the_cost_of_a_value_grows_no_faster_than_the_text(name: str) -> None:
    assert problems(values.FAMILIES[name]) == []


@pytest.mark.parametrize("at", range(0, len(values.NUMBERS), CHUNK))
def test_a_number_of_any_size_ends_no_analysis(at: int) -> None:
    program = values.numbers(values.NUMBERS[at : at + CHUNK])
    run = measure(program)
    assert not run.lost(program)
    assert not run.failures
    assert not run.unanalysed


@pytest.mark.parametrize("piece", HEAVY)
def test_no_single_operation_takes_much_memory(piece: str) -> None:
    program = in_function(piece)
    with highest() as most:
        run = measure(program)
    assert not run.lost(program)
    assert not run.failures
    assert most[0] < MOST_BYTES
