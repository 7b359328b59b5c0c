"""What one file may take of large values, of loops, and of runs that come to no end."""

from __future__ import annotations

from bce_lint.analysis.domain.values import TOP, Constant, Seq, Table, const
from bce_lint.analysis.state import waste as waste_budget
from bce_lint.analysis.state.dependencies import Journal
from bce_lint.analysis.state.machine import BODY_FUEL, ENTRY_FUEL
from bce_lint.analysis.state.walks import FIRST, LAST, MOST, MOST_ROUND, Walks
from bce_lint.analysis.state.waste import FREE, LEAST, MOST_RECORDED, Waste


def test_walks_through_large_values_are_counted_by_file() -> None:
    walks = Walks()
    assert (walks.start("a.py"), walks.start("b.py"), walks.start("a.py")) == ("", "a.py", "b.py")
    walks.go_round(MOST_ROUND)
    walks.go_round(-5)
    enough = [walks.went_round_enough]
    walks.go_round(1)
    enough.append(walks.went_round_enough)
    walks.start("b.py")
    assert [*enough, walks.went_round_enough] == [False, True, False]
    large = Seq(tuple(const(one) for one in range(50)))
    times = 0
    while walks.ask(large) is large:
        times += 1
    assert times == MOST // large.bulk + 1
    brief = walks.ask(large)
    assert brief is walks.ask(large) and isinstance(brief, Seq)
    assert [one.value for one in brief.prefix if isinstance(one, Constant)] == [*range(FIRST)]
    assert [one.value for one in brief.suffix if isinstance(one, Constant)] == [*range(50 - LAST, 50)]
    assert brief.rest == TOP
    table = walks.ask(Table(tuple((one, const(one % 2)) for one in range(40)), None, frozenset({0, 20})))
    assert isinstance(table, Table)
    assert ([key for key, _ in table.entries], table.maybe) == ([*range(FIRST)], frozenset({0}))
    assert table.rest is not None and table.rest != TOP
    nested = walks.ask(Seq(tuple(Seq(tuple(const(one) for one in range(9))) for _ in range(12))))
    assert isinstance(nested, Seq) and set(nested) == {TOP} and len(nested.prefix) == FIRST + LAST
    opened = walks.ask(Seq((const(1),) * 9, const(2), (const(3),) * 40))
    assert isinstance(opened, Seq)
    assert (opened.prefix, opened.suffix) == ((const(1),) * FIRST, (const(3),) * LAST)
    walks.start("a.py")
    assert walks.ask(large) is large


def test_what_is_spent_in_vain_is_given_no_more() -> None:
    budget = 5_000
    for factor, most in ((1, waste_budget.MOST), (8, MOST_RECORDED)):
        waste = Waste(factor, Journal())
        assert waste.grant("a.py", budget) == budget * factor
        waste.note("a.py", most // 2)
        assert waste.grant("a.py", budget) == budget * factor
        waste.note("a.py", 1)
        assert waste.grant("a.py", budget) == budget
        waste.note("a.py", most - most // 2 - 2_001)
        assert waste.grant("a.py", budget) == 2_000
        waste.note("a.py", 1_990)
        assert waste.grant("a.py", budget) == budget // LEAST
        assert waste.grant("b.py", budget) == budget * factor


def test_what_ends_soon_takes_nothing() -> None:
    waste = Waste(1, Journal())
    waste.note_finished("a.py", FREE)
    assert waste.spent.get("a.py", 0) == 0
    waste.note_finished("a.py", FREE + 3)
    assert waste.spent["a.py"] == 3


def test_a_file_has_more_than_a_function() -> None:
    assert BODY_FUEL > ENTRY_FUEL
