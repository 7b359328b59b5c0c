"""One summary of a call: what it was given, read, did and gave; whether it stands for another call, and what it does then."""

from __future__ import annotations

from collections.abc import Mapping

from bce_lint import ir
from bce_lint.analysis.domain.partitions import Tag, Tags, ValueTest
from bce_lint.analysis.domain.tensor import Place, SourceRange
from bce_lint.analysis.domain.values import Constant, FunctionV, MustUses, Value, const
from bce_lint.analysis.state import assumptions, cells, registries
from bce_lint.analysis.state.dependencies import Dependencies
from bce_lint.analysis.state.frames import MAX_DEPTH, Args, Frame, LeftBehind
from bce_lint.analysis.state.handed import handed_by
from bce_lint.analysis.state.machine import Machine
from bce_lint.analysis.state.moved_calls import Unequal
from bce_lint.analysis.state.store import ASSUMED_CELL, UNWRITTEN, Cell, assumed
from bce_lint.analysis.state.trace import Trace
from bce_lint.analysis.state.unification import Unification
from bce_lint.analysis.state.walks import MOST, MOST_ROUND

APPLYING = 50
"""Where so many containers are around, it is counted how deep they stand in each other: nothing is replayed."""


class Summary:
    """What a trace has noted, without the states. `written` is what the call left in the store, `holding` what was assumed before,
    `keywords` are the values of keywords in their order."""

    __slots__ = (
        "args", "asked", "bonus", "caller", "calls", "context", "cost", "ended", "files", "function", "functions", "holding",
        "keywords", "marked", "needs", "result", "root", "sites", "stack", "trace", "visited", "written",
    )  # fmt: skip

    caller: Place
    calls: tuple[SourceRange, ...]
    root: int | None

    def __init__(
        self,
        trace: Trace,
        m: Machine,
        function: FunctionV,
        args: Args,
        result: Value,
        written: list[LeftBehind],
        cost: int,
        functions: frozenset[ir.Function],
        files: frozenset[str],
        context: int,
        needs: Dependencies,
    ) -> None:
        self.trace, self.function, self.args, self.keywords = trace, function, args.pos, tuple(args.kw.values())
        self.result, self.written, self.cost, self.context = result, written, cost, context
        self.functions, self.files, self.needs = functions, files, needs
        self.ended = m.ended
        self.asked = tuple(dict.fromkeys(trace.log.asked[trace.asked_from :]))
        self.visited = frozenset(trace.log.visited[trace.visited_from :])
        self.sites = tuple(m.answer.sites[trace.sites_from :])
        self.marked = tuple(dict.fromkeys(m.answer.marked[trace.marked_from :]))
        self.holding, self.stack = trace.holding, trace.stack
        self.bonus = trace.bonus - m.site_bonus
        trace.forget()

    def fits(self, m: Machine, frame: Frame) -> bool:
        """True if there is enough of everything that calls are given, and no function that was asked for runs already."""
        trace, fuel = self.trace, m.fuel
        if trace.deepest_from(frame.depth) >= MAX_DEPTH:
            return False
        bonus = 0 if trace.before_site is None else m.site_bonus
        if fuel + bonus <= self.cost or (trace.before_site is not None and fuel <= trace.before_site):
            return False
        if trace.unrolled and fuel - m.unroll_floor < trace.unrolled:
            return False
        if (trace.looped or trace.unrolled) and bonus != self.bonus:
            return False
        if trace.rounds and m.walks.rounds + trace.rounds > MOST_ROUND:
            return False
        if trace.bulk and m.walks.taken + trace.bulk > MOST:
            return False
        if trace.steps and m.applicable - trace.steps <= (m.applied_floor if m.applying else m.applicable // 2):
            return False
        if trace.containers and len(m.applying) >= APPLYING:
            return False
        return not any([one in self.functions for one in m.stack])  # noqa: C419 - few


def is_as_it_was(m: Machine, frame: Frame, one: Summary, found: Unification) -> None:
    """Compares all that a call has read with what is there now."""
    trace = one.trace
    for cell, (value, _) in (*trace.reads.cells.items(), *trace.reads.unread.items()):
        _cell_equal(found, cell, value, m.state.find(found.cell(cell)))
    for cell, (value, _) in trace.peeks.cells.items():
        _cell_equal(found, cell, value, m.state.find(found.cell(cell)))
    for address, outcome in trace.written.items():
        _same((found.number(address) in m.written_modules) is outcome)
    for cell, known in trace.globals.items():
        _cell_equal(found, cell, known, m.below_entry.find(found.cell(cell)))
    for cell, known in trace.imported.items():
        _cell_equal(found, cell, known, m.base.find(found.cell(cell)))
    for address, names in trace.names.items():
        _same(tuple(m.state.names(found.number(address))) == names)
    _tests_equal(m, one, found)
    if trace.mains or trace.begun:
        first = _first(frame)
        for path, outcome in trace.mains.items():
            _same((first.main and first.unit.path == path) is outcome)
        for path, outcome in trace.begun.items():
            _same((first.unit.path == path) is outcome)
    for address, depth in trace.handed.items():
        _same(handed_by(frame, found.number(address), frame.depth + 1)[0] == found.depth(depth))
    for function, outcome in trace.reached.items():
        _same((function in m.answer.reached) is outcome)
    _same(registries.are_as_they_were(m, frame, trace, found))
    generics = m.open_generics if m.takes_any else m.generics
    for address, built in trace.generics.items():
        _same(generics.ready(m.below_entry, found.number(address)) is built)
    for address in trace.containers:
        _same(found.number(address) not in m.applying)
    _same(trace.placed.isdisjoint(found.places))
    found.settle(one.asked)
    for numbers in trace.orders:
        mapped = [found.number(number) for number in numbers]
        _same(mapped == sorted(mapped))


def _same(outcome: bool) -> None:
    if not outcome:
        raise Unequal


def _cell_equal(found: Unification, cell: Cell, old: Value | None, new: Value | None) -> None:
    if cell in UNWRITTEN:
        old, new = old or UNWRITTEN[cell], new or UNWRITTEN[cell]
    if old is None or new is None:
        found.steps += 1
        _same(old is new)
    elif cell[1] == cells.DTYPE and type(old) is type(new) is Constant and type(old.value) is type(new.value) is int:
        found.pair(old.value, new.value)
    else:
        found.equal(old, new)


def _first(frame: Frame) -> Frame:
    """The frame with which the calls begin that led to one."""
    first = frame
    while first.parent is not None:
        first = first.parent
    return first


def _tests_equal(m: Machine, one: Summary, found: Unification) -> None:
    """Compares what is known of tests, and what is assumed of their outcomes."""
    trace, outcomes = one.trace, m.outcomes
    for number, test in trace.about.items():
        if number not in trace.comparisons:
            _test_equal(found, test, outcomes.test(found.number(number)))
    for number, meant in trace.meanings.items():
        _same(_tag(found, meant) == outcomes.meant.get(found.number(number)))
    for number, outcome in trace.known_asked.items():
        _same((found.number(number) in outcomes.asked) is outcome)
    for number, condition in trace.tests.items():
        known = m.test(found.number(number))
        _same(known == condition or (condition is None and known == trace.told.get(number)))
    now = assumed(m.state)
    _same((not trace.checked or bool(now) is bool(one.holding)) and len(now) + trace.assumes < assumptions.MAX_ASSUMED)
    if now or one.holding:
        about = {test.of for test in trace.about.values()}
        old = one.holding if trace.whole else _about(m, one.holding, about)
        new = now if trace.whole else _about(m, now, {found.number(number) for number in about})
        _same(found.tags(old) == new)
        for number, _ in old:
            _test_equal(found, outcomes.test(number), outcomes.test(found.number(number)))


def _test_equal(found: Unification, old: ValueTest, new: ValueTest) -> None:
    _same(old.op == new.op and old.value == new.value and type(old.value) is type(new.value))
    found.pair(old.of, new.of)


def _about(m: Machine, tags: Tags, values: set[int]) -> Tags:
    """The outcomes of those tests that ask some values."""
    return frozenset([tag for tag in tags if m.outcomes.test(tag[0]).of in values])


def _tag(found: Unification, tag: Tag | None) -> Tag | None:
    return None if tag is None else (found.number(tag[0]), tag[1])


def replayed(m: Machine, frame: Frame, one: Summary, found: Unification) -> bool:
    """Does what a call did, where it stands for another one; False where that turns out not to be so."""
    trace = one.trace
    try:
        found.result = found.value(one.result)
        sites = [found.site(site) for site in one.sites]
        now = assumed(m.state)
        written = [LeftBehind(apart, _renamed(one, found, left, now)) for apart, left in one.written]
        raised = [_renamed(one, found, left, now) for left in trace.raised]
        _numbers(found, trace)
    except Unequal:
        return False
    for key in found.made or ():
        m.intern(key)
    _note_reads(m, frame, one, found)
    _do(m, one, found)
    for thrown in raised:
        before = m.state
        m.state = before.fork()
        m.state.put_all(thrown)
        m.keep_thrown()
        m.state = before
    if trace.before_site is not None:
        m.take_bonus()
    m.answer.sites += sites
    for apart, left in written:
        m.state = m.state.fork() if apart else m.state.open()
        m.state.put_all(left)
        m.summaries.update([address for address, name in left if name == cells.SUMMARY])
    m.fuel -= one.cost
    m.ended = one.ended
    return True


def _renamed(one: Summary, found: Unification, left: Mapping[Cell, Value], now: Tags) -> dict[Cell, Value]:
    """What is stored where a summary stands for a call; `now` is what is assumed before."""
    return {found.cell(cell): _stored(one, found, cell, value, now) for cell, value in left.items()}


def _stored(one: Summary, found: Unification, cell: Cell, value: Value, now: Tags) -> Value:
    if cell == ASSUMED_CELL and type(value) is MustUses:
        return MustUses(now | found.tags(value.items - one.holding))
    if cell[1] == cells.DTYPE and type(value) is Constant and type(value.value) is int:
        return const(found.number(value.value))
    renamed: Value = found.value(value)
    return renamed


def _numbers(found: Unification, trace: Trace) -> None:
    """Finds what stands for all the numbers that are still to be named, as long as nothing is done."""
    for numbers in (trace.meant, trace.asks, trace.told, trace.comparisons, trace.constructed, trace.called, trace.layers, trace.modules):
        for number in numbers:
            found.number(number)
    for test in trace.meant.values():
        _tag(found, test)
    for comparison in trace.comparisons.values():
        found.number(comparison.of)
    for _, (address, _) in trace.applied:
        found.number(address)


def _note_reads(m: Machine, frame: Frame, one: Summary, found: Unification) -> None:
    """Reads again what a call has read: for the loops and the calls around."""
    trace, outer = one.trace, m.trace
    if m.reads is not None:
        for cell in trace.reads.cells:
            m.state.find(found.cell(cell), m.reads)
        for cell in trace.reads.unread:
            m.state.before_merge(found.cell(cell), m.reads)
    if outer is None:
        return
    for cell in trace.peeks.cells:
        m.state.find(found.cell(cell), outer.peeks)
    for cell in trace.globals:
        renamed = found.cell(cell)
        outer.globals[renamed] = m.below_entry.find(renamed)
    for cell in trace.imported:
        m.below_all(found.cell(cell))
    for address in trace.names:
        outer.names_of(found.number(address))
    for address, outcome in trace.written.items():
        outer.is_written(found.number(address), outcome)
    outer.mains |= trace.mains
    outer.begun |= trace.begun
    for old in trace.handed:
        outer.taken(found.number(old), *handed_by(frame, found.number(old), frame.depth + 1))
    for function, outcome in trace.reached.items():
        outer.is_reached(function, m.answer.marked, outcome)
    registries.note(m, frame, trace, found, outer)
    outer.placed.update([found.number(address) for address in trace.placed])
    for number in trace.meanings:
        m.outcomes.meaning(found.number(number))
    for number, outcome in trace.known_asked.items():
        outer.is_asked(found.number(number), outcome)
    for number in trace.tests:
        renamed_number = found.number(number)
        outer.place_of(renamed_number, m.test(renamed_number))
    m.outcomes.look_for([found.number(number) for number in trace.about])
    outer.calls_from(trace.deepest_from(frame.depth))
    outer.whole |= trace.whole
    outer.checked |= trace.checked and assumed(m.state) == outer.holding
    outer.orders |= {tuple([found.number(number) for number in numbers]): None for numbers in trace.orders}
    outer.generics |= {found.number(address): built for address, built in trace.generics.items()}
    if trace.unrolled:
        outer.unrolled_one_by_one(m.floors, m.spent + trace.unrolled)
    if trace.before_site is not None:
        outer.met(m.spent + trace.before_site)
    outer.containers |= dict.fromkeys([found.number(address) for address in trace.containers])
    outer.steps += trace.steps
    outer.bulk += trace.bulk
    outer.assumes += trace.assumes
    outer.log.asked.extend([found.number(number) for number in one.asked])
    outer.log.functions.extend(one.functions)


def _do(m: Machine, one: Summary, found: Unification) -> None:
    """Does what a call did to the machine, beside the store."""
    trace, number = one.trace, found.number
    for old, comparison in trace.comparisons.items():
        m.outcomes.compare(number(old), comparison._replace(of=number(comparison.of)))
    for old, test in trace.meant.items():
        m.outcomes.mean(number(old), _tag(found, test))
    for old in trace.asks:
        assumptions.ask(m, number(old))
    for old, condition in trace.told.items():
        m.answer.tests.setdefault(number(old), condition)
        if m.trace is not None:
            m.trace.told.setdefault(number(old), condition)
    for address in trace.generics:
        m.any_of.add(number(address))
    for built in trace.generics.values():
        m.answer.add_open(built.answer)
    for address in trace.modules:
        m.written_into(number(address))
    for function in one.marked:
        m.answer.mark(function)
    m.answer.entered |= one.files
    m.journal.current.repeat(one.needs)
    for node in one.visited:
        m.visited(node)
    for stack in trace.incomplete:
        m.left_incomplete(stack[one.stack :])
    for address, made in trace.constructed.items():
        m.constructed(number(address), made)
    for address in trace.called:
        m.called(number(address))
    for address, name in trace.layers.items():
        m.made_layer(number(address), name)
    for place, (address, path) in trace.applied:
        m.applied_layer(place, (number(address), path))
    if trace.looped:
        m.go_round(trace.rounds)
    if trace.bulk:
        m.walks.take(trace.bulk)
    m.applicable -= trace.steps
