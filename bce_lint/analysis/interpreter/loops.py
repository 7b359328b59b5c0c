"""Loops: known elements one by one, unknown numbers of rounds to a fixpoint; sites count once the state is stable."""

from __future__ import annotations

from collections.abc import Callable

from bce_lint import ir
from bce_lint.analysis.domain.alternatives import untagged
from bce_lint.analysis.domain.values import TOP, Seq, Table, Value, join_all
from bce_lint.analysis.domain.widening import widen
from bce_lint.analysis.interpreter import branches, expressions, iteration, statements
from bce_lint.analysis.state import cells, containers, identities, objects
from bce_lint.analysis.state.exits import Exits, of_any_round
from bce_lint.analysis.state.frames import Frame, Loop
from bce_lint.analysis.state.machine import Machine
from bce_lint.analysis.state.store import Cell, Reads, State, apply_delta, merge
from bce_lint.records import changed

MAX_TRIPS = 32
UNROLL_NODES = 900
MAX_ROUNDS = 4

_CARRIED = ("list", "dict", "set")
Start = Callable[[], bool]
Earlier = dict[Cell, Value | None]
"""Cells as they were before a round."""


def run_for(m: Machine, frame: Frame, node: ir.For) -> bool:
    """A `for` loop over what is known of its elements."""
    elements = iteration.elements(m, frame, expressions.evaluate(m, frame, node.iter), node.iter.span)
    if m.ended:
        return False
    before = m.state
    loop = Loop(before.depth)
    frame.loops.append(loop)

    def _start(value: Value) -> Start:
        def _bind() -> bool:
            statements.assign(m, frame, node.target, identities.materialize(m, frame, value, node.target.span))
            return True

        return _bind

    alive = _segments(m, frame, node.body, elements, node.size, loop, _start)
    frame.loops.pop()
    if not loop.breaks:
        m.state = apply_delta(before, m.state.delta(before))
    return _finish(m, frame, node.orelse, loop, alive)


def _segments(m: Machine, frame: Frame, body: ir.Body, elements: Seq, size: int, loop: Loop, start: Callable[[Value], Start]) -> bool:
    known = len(elements.prefix) + len(elements.suffix)
    if known > MAX_TRIPS or known * size > UNROLL_NODES or m.fuel < 0 or m.went_round_enough:
        summary = containers.summary(m, elements)
        if summary is not None:
            _repeat(m, frame, body, loop, start(summary))
        return True
    alive = _each(m, frame, body, loop, elements.prefix, start, 0)
    if alive and elements.rest is not None:
        _repeat(m, frame, body, loop, start(identities.summarize(m, elements.rest)))
    return alive and _each(m, frame, body, loop, elements.suffix, start, len(elements.prefix) + 1)


def _each(
    m: Machine, frame: Frame, body: ir.Body, loop: Loop, values: tuple[Value, ...], start: Callable[[Value], Start], first: int
) -> bool:
    outer, fuel = frame.unrolled_at, m.fuel
    alive = True
    m.state = m.state.fork()  # what leaves by a `break` keeps the layer below as it is
    for index, value in enumerate(values):
        if index and m.fuel < 0 and index + 1 < len(values):  # nothing is left for the others to be met one by one
            frame.unrolled_at = outer
            _repeat(m, frame, body, loop, start(join_all(values[index:]) or TOP))
            break
        frame.unrolled_at = (*outer, first + index)
        base = m.state
        m.state = base.fork()
        end = _once(m, frame, body, loop, start(value))
        if end is None:
            alive = False
            break
        m.state = apply_delta(base, end.delta(base))
    frame.unrolled_at = outer
    if not outer:
        m.go_round(fuel - m.fuel)
    return alive


def _once(m: Machine, frame: Frame, body: ir.Body, loop: Loop, start: Start) -> State | None:
    """One round; its end joined with the states that `continue`."""
    base, outside = m.state, frame.arms
    loop.round = base.depth - 1  # what a round writes into its own layer is not what a `continue` before it leaves
    loop.continues = []
    entered = start()
    alive = entered and statements.run(m, frame, body)
    frame.arms = outside
    ends = [m.state, *loop.continues] if alive else list(loop.continues)
    loop.continues = []
    return merge(ends, m.reads) if ends else None


def _repeat(m: Machine, frame: Frame, body: ir.Body, loop: Loop, start: Start) -> None:
    """Any number of rounds: until nothing that a round reads is changed by a round."""
    outer, met = frame.unrolled_at, m.answer.position
    frame.unrolled_at = (*outer, -1)
    outside, exits = list(loop.breaks), Exits(m, frame, loop)
    entry = base = m.state
    for attempt in range(MAX_ROUNDS):
        m.open_reads()
        end = _once(m, frame, body, loop, start)
        reads, unread = _handed_on(frame, m.close_reads())
        carried = {} if end is None else _changes(m, base, end, reads)
        if not carried or attempt == MAX_ROUNDS - 1 or m.fuel < 0:
            break
        m.answer.roll_back(met)
        loop.breaks = list(outside)
        base = base.fork()
        for cell, value in carried.items():
            base.put(cell, value)
        m.state = base
    frame.unrolled_at = outer
    if end is None:
        m.state = entry.fork()
        return
    kept = _changes(m, base, end, unread)
    exits.leave(kept)
    # After no round at all it is as before the loop; whatever a round leaves to the next one, the last has left.
    m.state = merge([entry.fork(), of_any_round(end, kept)], m.reads)


def _handed_on(frame: Frame, region: Reads) -> tuple[Earlier, Earlier]:
    """What a round may find as the one before it has left it, and variables that it need not write and does not read: only what follows
    the loop does."""
    reads: Earlier = {cell: value for cell, (value, _) in region.cells.items()}
    unread: Earlier = {}
    for cell, (value, _) in region.unread.items():
        (unread if cell[0] == frame.address else reads)[cell] = value
    return reads, unread


def _changes(m: Machine, base: State, end: State, reads: Earlier) -> dict[Cell, Value]:
    found: dict[Cell, Value] = {}
    for cell, before in reads.items():
        after = end.find(cell)
        if after is None or after is before:
            continue
        _carry_objects(m, base, end, after, found)
        after = identities.age_identities(before, after)
        if before is None:
            if not cell[1].startswith("$") or cell[1] == cells.CHANGED:
                found[cell] = after
            continue
        wide = widen(before, after)
        if wide != before:
            found[cell] = wide
    return found


def _carry_objects(m: Machine, base: State, end: State, value: Value, found: dict[Cell, Value]) -> None:
    """What a round has made and the next one can reach may be several by then; lists and dicts come with what they hold."""
    waiting = list(identities.objects_in(value))
    while waiting:
        ref = waiting.pop()
        known = (ref.address, cells.SUMMARY) in found or m.peek_in(base, (ref.address, cells.SUMMARY)) is not None
        if known or m.peek_in(base, (ref.address, cells.LIVE)) is not None:
            continue
        m.summaries.add(ref.address)
        found[ref.address, cells.SUMMARY] = TOP
        items = end.find((ref.address, cells.ITEMS)) if ref.kind in _CARRIED else None
        if items is not None:
            found[ref.address, cells.ITEMS] = identities.age_identities(None, items)
            waiting.extend(identities.objects_in(items))


def _finish(m: Machine, frame: Frame, orelse: ir.Body, loop: Loop, alive: bool) -> bool:
    if alive and orelse:
        alive = statements.run(m, frame, orelse)
    if not loop.breaks:
        return alive
    ends = [m.state, *loop.breaks] if alive else loop.breaks
    m.state = merge(ends, m.reads)
    return True


def run_while(m: Machine, frame: Frame, node: ir.While) -> bool:
    """A `while` loop; the test is evaluated in each round."""
    outcome = objects.truth(m, expressions.evaluate(m, frame, node.test))
    if m.ended:
        return False
    loop = Loop(m.state.depth)
    frame.loops.append(loop)
    if outcome is False:
        frame.loops.pop()
        return statements.run(m, frame, node.orelse)
    endless = isinstance(node.test, ir.Const) and outcome is True

    def _start() -> bool:
        expressions.evaluate(m, frame, node.test)
        branches.refine(m, frame, node.test, True)
        return True

    _repeat(m, frame, node.body, loop, _start)
    frame.loops.pop()
    if endless and not loop.breaks:
        return False
    if not endless:
        branches.refine(m, frame, node.test, False)
    return _finish(m, frame, () if endless else node.orelse, loop, not endless)


def comprehension(m: Machine, frame: Frame, node: ir.Comp) -> Value:
    """A list, set, dict or generator: known elements one by one while short, else a summary."""

    collected: list[Value] = []
    floor, m.unroll_floor = m.unroll_floor, (m.fuel + m.unroll_floor) // 2  # those within it have a part of what is left
    m.floors.append(m.spent)
    hidden = {name: m.state.find((frame.address, name)) for clause in node.clauses for name in _names(clause.target)}
    bound = frame.bound
    frame.bound = bound | hidden.keys()
    base = m.state
    m.state = base.fork()
    fuel = m.fuel
    exact = _clauses(m, frame, node, 0, collected)
    if not frame.unrolled_at:
        m.go_round(fuel - m.fuel)
    met = () if exact else identities.objects_in(Seq(tuple(collected)))
    made = [ref for ref in met if m.peek_in(base, (ref.address, cells.LIVE)) is None]
    m.state = apply_delta(base, m.state.delta(base))
    m.unroll_floor = floor
    m.floors.pop()
    for ref in made:
        m.mark_summary(ref.address)
    frame.bound = bound
    for name, value in hidden.items():
        if value is not None:
            m.write(frame.address, name, value)
    m.state = apply_delta(base, m.state.delta(base))
    if node.kind == "dict":
        table = containers.put_all(Table(), [(pair.prefix[0], pair.prefix[1]) for pair in collected if type(pair) is Seq])
        if not exact:
            table = changed(table, rest=untagged(join_all(v for _, v in table.entries) or table.rest or TOP)).maybe_missing()
        return containers.new_dict(m, frame, node.span, table)
    items = Seq(tuple(collected)) if exact else Seq((), untagged(join_all(collected) or TOP))
    return items if node.kind == "generator" else containers.new_list(m, frame, node.span, items, "set" if node.kind == "set" else "list")


def _narrowed(m: Machine, frame: Frame, tests: tuple[ir.Expr, ...]) -> dict[Cell, Value]:
    """Narrows what tests tell of, for one element; the cells that hold less for it."""
    if not tests:
        return {}
    m.state = m.state.fork()
    for test in tests:
        branches.refine(m, frame, test, True)
    return dict(m.state.cells)


def _names(target: ir.Expr) -> list[str]:
    if isinstance(target, ir.Name):
        return [target.id]
    if isinstance(target, ir.Build):
        return [name for item in target.items for name in _names(item)]
    return _names(target.value) if isinstance(target, ir.Star) else []


def _clauses(m: Machine, frame: Frame, node: ir.Comp, depth: int, collected: list[Value]) -> bool:
    """Runs the clauses from `depth` inwards; whether every element was met one by one."""
    if depth == len(node.clauses):
        values = tuple(expressions.evaluate(m, frame, e) for e in node.elements)
        collected.append(Seq(values) if node.kind == "dict" else values[0])
        return True
    clause = node.clauses[depth]
    elements = iteration.elements(m, frame, expressions.evaluate(m, frame, clause.iter), clause.iter.span)
    exact = elements.exact and len(elements.prefix) <= MAX_TRIPS
    left = list(elements.prefix) if exact else [containers.summary(m, elements) or TOP]
    outer, raised, index, spent = frame.unrolled_at, m.ended, 0, 0
    while left:
        if len(left) > 1 and (m.fuel <= m.unroll_floor or m.went_round_enough):  # nothing is left for these to be met one by one
            m.not_replayed()
            exact, left = False, [containers.summary(m, Seq(tuple(left))) or TOP]
        elif len(left) > 1:
            spent = m.spent
        value = left.pop(0)
        frame.unrolled_at = (*outer, index if exact else -1)
        index += 1
        statements.assign(m, frame, clause.target, identities.materialize(m, frame, value, clause.target.span))
        outcomes = [objects.truth(m, expressions.evaluate(m, frame, test)) for test in clause.tests]
        if False in outcomes:
            continue
        exact = exact and None not in outcomes
        before, narrowed = m.state, _narrowed(m, frame, clause.tests)
        exact = _clauses(m, frame, node, depth + 1, collected) and exact
        for cell, value in narrowed.items():
            if m.state.find(cell) is value and (old := before.find(cell)) is not None:
                m.write(*cell, old)  # what holds for an element need not hold behind all of them
        m.ended = m.ended and (raised or exact)  # of an unknown number of elements there may be none
    frame.unrolled_at = outer
    if spent:
        m.unrolled_one_by_one(spent)
    return exact
