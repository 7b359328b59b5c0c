"""What a machine keeps beside the store: numbers, sites, budgets, allocation sites; and frames with their arguments."""

from __future__ import annotations

import pytest

from bce_lint import ir
from bce_lint.analysis.domain.values import TOP, TRUE, ClassV, Ref, Seq, Table, Unknown, const
from bce_lint.analysis.interpreter import callbacks
from bce_lint.analysis.sites import ChoiceSite
from bce_lint.analysis.state import cells
from bce_lint.analysis.state.components import components
from bce_lint.analysis.state.frames import TEXT_LIMIT, Args, Frame, Loop, LoweredFile
from bce_lint.analysis.state.machine import ENTRY_FUEL, Machine
from bce_lint.analysis.state.store import COPIED, FLAT, INDEXED, NO_USES, State, apply_delta, merge, unbound_cell
from bce_lint.analysis.state.walks import FIRST, LARGE, LAST
from bce_lint.ir import Span
from bce_lint.syntax.parse import lower
from tests.analysis.state.test_store import Nowhere

SPAN, OTHER = Span(0, 3), Span(4, 9)
SITE = ChoiceSite(())


def unit(text: str = "one = f(a,\n   b)\n", path: str = "a.py", address: int = 1) -> LoweredFile:
    return LoweredFile(path, text, lower(text), address)


def frame(context: int = 0, **more: object) -> Frame:
    return Frame(unit(), 1, context, **more)  # type: ignore[arg-type]


def machine() -> Machine:
    return Machine(Nowhere(), callbacks)


def test_a_number_stands_for_a_key() -> None:
    m = machine()
    assert [m.intern(key) for key in ("a", "b", "a", ("a",), "b")] == [1, 2, 1, 3, 2]
    here = frame()
    numbers = [m.number(here, SPAN), m.number(here, OTHER), m.number(here, SPAN, "other"), m.number(frame(2), SPAN)]
    assert len(set(numbers)) == 4 and m.number(here, SPAN) == numbers[0]
    here.unrolled_at = (1,)
    assert m.number(here, SPAN) not in numbers
    assert m.fresh(here, SPAN) == m.fresh(here, SPAN) != m.fresh(here, OTHER)
    assert m.fresh(here, SPAN).identity not in (0, m.number(here, SPAN))


def test_a_site_is_recorded_once_it_counts() -> None:
    m = machine()
    m.suppress_sites = 1
    m.record(SITE)
    m.suppress_sites, m.ended = 0, True
    m.record(SITE)
    assert m.answer.sites == [] and m.fuel == m.given == ENTRY_FUEL
    m.ended = False
    m.site_bonus, m.fuel = 30, 20
    m.record(SITE)
    assert (m.answer.sites, m.fuel, m.given, m.site_bonus, m.spent_before_site) == ([SITE], 50, ENTRY_FUEL + 30, 0, False)
    m.fuel = 0
    m.record(SITE)
    assert (m.fuel, m.spent_before_site) == (0, False)
    m.fuel, m.site_bonus = -1, 7
    m.record(SITE)
    assert (m.fuel, m.given, m.spent_before_site) == (6, ENTRY_FUEL + 37, True)
    m.record(SITE)
    assert m.spent_before_site


def test_what_was_met_since_is_forgotten() -> None:
    m = machine()
    m.answer.sites = [SITE, SITE, SITE]
    m.answer.reached = {("a.py", SPAN): None, ("a.py", OTHER): None, ("b.py", SPAN): None}
    m.answer.marked = [("a.py", SPAN), ("a.py", OTHER), ("b.py", SPAN), ("a.py", SPAN)]
    m.answer.roll_back((2, 1, 1))
    assert (len(m.answer.sites), [*m.answer.reached]) == (2, [("a.py", SPAN)])
    assert m.answer.marked == [("a.py", SPAN)]
    m.answer.roll_back((2, 1, 1))
    assert (len(m.answer.sites), [*m.answer.reached]) == (2, [("a.py", SPAN)])


def test_the_first_reason_is_kept() -> None:
    m = machine()
    m.answer.leave_unfinished("a.py", 3, "f", "one")
    m.answer.leave_unfinished("a.py", 3, "f", "two")
    m.answer.leave_unfinished("a.py", 4, "g", "three")
    m.answer.leave_unfinished("b.py", 3, "h", "four")
    assert [tuple(one) for one in m.answer.unfinished.values()] == [
        ("a.py", 3, "f", "one"),
        ("a.py", 4, "g", "three"),
        ("b.py", 3, "h", "four"),
    ]


def test_an_allocation_site_that_is_passed_again_may_stand_for_several() -> None:
    m = machine()
    first = m.new_ref(frame(), SPAN, "list", "what")
    assert (first.kind, first.what, first.place) == ("list", "what", frame().place(SPAN))
    assert m.read(first.address, cells.LIVE) == TOP and not m.is_summary(first.address)
    others = [
        m.new_ref(frame(), OTHER, "list"),
        m.new_ref(frame(), SPAN, "dict"),
        m.new_ref(frame(), SPAN, "list", tag="x"),
        m.new_ref(frame(5), SPAN, "list"),
    ]
    assert len({first.address, *(one.address for one in others)}) == 5
    assert not any(m.is_summary(one.address) for one in others)
    before = m.state
    m.state = before.fork()
    assert m.new_ref(frame(), SPAN, "list").address == first.address
    assert m.is_summary(first.address)
    m.state = before
    assert not m.is_summary(first.address)  # there, it was passed once


def test_a_global_is_that_below_the_entry_point_unless_it_is_written_there() -> None:
    m = machine()
    m.write(1, "a", const(1))
    m.below_entry = m.state
    m.state = m.state.fork()
    m.write(1, "a", const(2))
    assert m.read_global(1, "a") == m.find_global(1, "a") == const(1)
    m.written_modules.add(1)
    assert m.read_global(1, "a") == m.find_global(1, "a") == const(2)
    assert m.read_global(1, "b") is None


def test_large_values_are_asked_for() -> None:
    m = machine()
    large = Seq(tuple(const(one) for one in range(LARGE)))
    assert large.bulk > LARGE
    m.write(1, "a", large)
    m.write(1, "b", Table(tuple((one, const(one)) for one in range(LARGE))))
    assert m.read(1, "a") is large
    while m.read(1, "a") is large:
        pass
    assert m.read(1, "a") == Seq(large.prefix[:FIRST], m.read(1, "a").rest, large.prefix[-LAST:])  # type: ignore[union-attr]
    assert m.read(1, "b") != m.state.find((1, "b"))


def test_hidden_cells_are_told_apart() -> None:
    names = [value for name, value in vars(cells).items() if name.isupper()]
    assert len(names) == len(set(names)) >= 15 and all(name.startswith("$") and name.isprintable() for name in names)
    assert [name for name in names if cells.uses_of(3).startswith(name)] == [cells.USES]
    assert len({cells.uses_of(1), cells.uses_of(11), cells.absence_of("a"), cells.absence_of("b"), *names}) == len(names) + 4
    assert unbound_cell((3, "a")) == (3, cells.absence_of("a")) and cells.absence_of("a").startswith("$")


def test_arguments_are_found_by_position_or_name() -> None:
    args = Args((const(1), const(2)), {"c": const(3)}, False, (SPAN, OTHER), {"c": OTHER})
    assert [args.get(0, "a"), args.get(1, "c"), args.get(2, "c"), args.get(2, "d")] == [const(1), const(2), const(3), None]
    assert [args.span(0, "a"), args.span(1, "c"), args.span(2, "c"), args.span(2, "d")] == [SPAN, OTHER, OTHER, None]
    assert Args((const(1),), {}, True).get(1, "a") == TOP
    assert Args((const(1),), {"a": const(2)}, True).get(1, "a") == const(2)
    assert Args((), {}, False, (SPAN,), {"a": OTHER}).span(0, "a") == OTHER
    more = args.prepend(const(0))
    assert (more.pos, more.spans) == ((const(0), const(1), const(2)), (None, SPAN, OTHER))
    assert (more.kw, more.open, more.kw_spans, more.unpacked) == (args.kw, False, args.kw_spans, None)
    assert Args((), {}, True).prepend(const(0)).open


def test_a_place_has_the_text_on_one_line() -> None:
    here = frame()
    assert here.place(Span(6, 17)) == ("a.py", Span(6, 17), "f(a, b)")
    assert here.place(Span(0, 3), Span(6, 7)) == ("a.py", Span(0, 3), "f")
    for length in (TEXT_LIMIT - 1, TEXT_LIMIT, TEXT_LIMIT + 1):
        text = "x" * length
        one = Frame(unit(text), 1, 0).place(Span(0, length)).text
        assert one == (text if length <= TEXT_LIMIT else "x" * (TEXT_LIMIT - 1) + "…") and len(one) <= TEXT_LIMIT


def test_a_file_is_the_program_in_its_own_frames() -> None:
    main = frame(main=True)
    inner = Frame(main.unit, 2, 0, parent=main)
    assert main.runs_as_main and inner.runs_as_main and not frame().runs_as_main
    assert not Frame(unit(path="b.py"), 2, 0, parent=main).runs_as_main
    assert not Frame(main.unit, 2, 0, parent=frame(), main=True).runs_as_main


def test_a_loop_apart_has_no_ends() -> None:
    loop = Loop(3)
    loop.round = 5
    loop.breaks.append(State())
    apart = loop.apart()
    assert (apart.entry, apart.round, apart.breaks, apart.continues) == (3, 5, [], [])


def filled(state: State, count: int) -> State:
    for number in range(count):
        state.put((1, f"n{number}"), const(number))
    return state


@pytest.mark.parametrize(
    ("depth", "count", "frozen", "depth_after"),
    [
        (FLAT - 1, COPIED, True, FLAT),
        (FLAT, COPIED, True, FLAT),
        (FLAT, COPIED + 1, True, FLAT + 1),
        (FLAT, 1, False, FLAT),
        (0, 1, True, 1),
    ],
)
def test_a_small_frozen_layer_is_copied_where_layers_are_many(depth: int, count: int, frozen: bool, depth_after: int) -> None:
    state = State()
    for _ in range(depth):
        state = state.fork()
    filled(state, count).frozen = frozen
    opened = state.open()
    assert (opened.depth, opened is state) == (depth_after, not frozen)
    opened.put((1, "n0"), const("new"))
    assert opened.find((1, "n0")) == const("new")
    assert opened.find((1, f"n{count - 1}")) is not None
    assert frozen is (state.find((1, "n0")) == const(0))


def test_the_cells_of_one_address_are_dropped() -> None:
    base = State()
    base.put((1, "a"), const("base"))
    middle = base.fork()
    middle.put((1, "b"), const(1))
    middle.put((2, "a"), const(2))
    middle.freeze(-1)
    for top in (middle.fork(), middle.fork()):
        top.put((2, "b"), const(3))
        top.put((1, "c"), const(4))
        left = top.outliving(base, 1)
        assert left.parent is base and left.cells == {(2, "a"): const(2), (2, "b"): const(3)}
        assert top.outliving(base, 2).cells == {(1, "b"): const(1), (1, "c"): const(4)}
        assert middle.outliving(base, 3).cells == middle.cells
        top.put((2, "c"), const(5))
        assert top.outliving(base, 1).cells == {(2, "a"): const(2), (2, "b"): const(3), (2, "c"): const(5)}
    assert middle.cells == {(1, "b"): const(1), (2, "a"): const(2)}


def test_names_of_an_address_are_listed_as_they_were_written() -> None:
    for count in (INDEXED, INDEXED + 1):
        state = filled(State(), count)
        state.put((2, "other"), const(1))
        top = state.fork()
        top.put((1, "n1"), const("again"))
        top.put((1, "last"), const("last"))
        assert sorted(top.names(1)) == sorted([f"n{number}" for number in range(count)] + ["last"])
        assert top.names(1)[:2] == ["n1", "last"]
        assert (top.names(2), top.names(3)) == (["other"], [])
        state.put((2, "more"), const(2))
        assert top.names(2) == ["other", "more"]


def test_a_cell_that_one_path_lacks_may_be_unbound() -> None:
    base = State()
    one, two = base.fork(), base.fork()
    one.put((1, "a"), const(1))
    one.put((1, "$hidden"), const(2))
    one.put((1, "both"), const(3))
    two.put((1, "both"), const(4))
    merged = merge([one, two])
    assert merged.find((1, "a")) == const(1) and merged.find((1, cells.absence_of("a"))) == TRUE
    assert merged.find((1, "$hidden")) == const(2) and merged.find((1, cells.absence_of("$hidden"))) is None
    assert merged.find((1, cells.absence_of("both"))) is None
    uses = cells.uses_of(4)
    one, two = base.fork(), base.fork()
    one.put((0, uses), NO_USES)
    assert merge([two, one]).find((0, uses)) == NO_USES


def test_what_was_written_goes_into_the_base_or_above_it() -> None:
    base = State()
    assert apply_delta(base, {(1, "a"): const(1)}) is base and base.find((1, "a")) is None  # nobody has written it anywhere
    base.put((1, "b"), const(1))
    base.frozen = True
    above = apply_delta(base, {(1, "b"): const(2)})
    assert above.parent is base and above.find((1, "b")) == const(2) and base.find((1, "b")) == const(1)


def test_components_come_behind_what_they_need() -> None:
    graph = {1: [2, 3], 2: [4], 3: [1, 5], 4: [4], 5: [6], 6: [5], 7: [1]}
    known: set[int] = set()

    def found(start: int) -> list[set[int]]:
        result = []
        for one in components(start, lambda node: graph[node], known):
            known.update(one)
            result.append(set(one))
        return result

    assert found(1) == [{4}, {2}, {5, 6}, {1, 3}]
    assert (found(3), found(7)) == ([], [{7}])


def test_values_that_are_no_objects_hold_none() -> None:
    cls = lower("class A: pass\n").body[0]
    assert isinstance(cls, ir.ClassDef)
    assert ClassV(cls, "a.py", 3, ()).name == "A"
    assert Ref(3, "list") != Ref(4, "list") and Unknown(3) != Unknown(4)
