"""Summaries of calls: one with equal arguments that finds what it reads as it was gives what it gave, and does what it did.

It costs the fuel that it cost, so that what is followed, and what is found, is the same as without.
"""

from __future__ import annotations

from collections.abc import Hashable

from bce_lint import ir
from bce_lint.analysis.domain.tensor import SourceRange
from bce_lint.analysis.domain.values import FunctionV, Value
from bce_lint.analysis.interpreter import calls, imports
from bce_lint.analysis.models import conversions
from bce_lint.analysis.state.frames import Args, Frame, LoweredFile
from bce_lint.analysis.state.handed import chain
from bce_lint.analysis.state.machine import Machine
from bce_lint.analysis.state.moved_calls import MovedCall, Unequal
from bce_lint.analysis.state.store import Reads, assumed
from bce_lint.analysis.state.summary import Summary, is_as_it_was, replayed
from bce_lint.analysis.state.trace import Trace
from bce_lint.analysis.state.unification import Unification
from bce_lint.catalog.contexts import EVALUATION_STEPS

WORTH = 10
"""A call that took fewer evaluations is followed again."""
KEPT = 6
"""So many summaries of a function are kept for each way to call it, the last ones."""
ALLOWED = 400
"""The comparisons that may come to nothing at first. More may as more is evaluated."""


def may_be_known(m: Machine) -> bool:
    """True if calls may be replayed here."""
    learns = m.observer is None or m.observer.learns_once
    return learns and not m.own_tables and not m.oversized and not imports.forcing()


def call(m: Machine, frame: Frame, unit: LoweredFile, function: FunctionV, args: Args, span: ir.Span) -> Value:
    """The result of a call, with its effects: replayed where it is known, else followed and noted."""
    way = _way(m, frame, function, args)
    known: list[Summary] | None = m.kept.get(way)
    if known:
        context = m.intern((frame.context, frame.unit.address, span, frame.unrolled_at))
        caller, path = frame.unit.place(span), _path(frame, span)
        for index, one in enumerate(known):
            if m.compared > ALLOWED + m.evaluations:
                break
            moved = MovedCall(one.caller, caller, one.calls, path, one.trace.depth - 1, frame.depth)
            found = _compared(m, frame, function, args, moved, context, one)
            if found is not None and replayed(m, frame, one, found):
                if m.observer is not None:
                    m.observer.enter(frame, function, span)
                if index:
                    known.insert(0, known.pop(index))
                return found.result
    return _followed(m, frame, unit, function, args, span, way)


def _way(m: Machine, frame: Frame, function: FunctionV, args: Args) -> Hashable:
    """What must be the same of two calls before anything is compared."""
    evaluating = any([one.name in EVALUATION_STEPS for one in m.stack])  # noqa: C419 - few
    return (
        function.node, m.suppress_sites > 0, m.catching > 0, m.takes_any, m.journal.searching, bool(m.thrown), m.stars.used,
        evaluating, args.open, len(args.pos), tuple(args.kw),
    )  # fmt: skip


def _path(frame: Frame, span: ir.Span) -> tuple[SourceRange, ...]:
    """The calls that lead into the frame of a call, from that outwards."""
    return (frame.unit.path, span), *chain(frame)


def _compared(
    m: Machine, frame: Frame, function: FunctionV, args: Args, moved: MovedCall, context: int, one: Summary
) -> Unification | None:
    """The renaming under which a summary stands for a call, if there is one."""
    if not one.fits(m, frame):
        return None
    found = Unification(m)
    found.moved, found.anywhere = moved, m.observer is None
    try:
        found.given(one.context, context)
        if one.root is not None:
            found.given(one.root, conversions.root(frame))
        found.equal(one.function, function)
        found.all_equal(one.args, args.pos)
        found.all_equal(one.keywords, args.kw.values())
        is_as_it_was(m, frame, one, found)
    except Unequal:
        return None
    finally:
        m.compared += found.steps
    return found


def _followed(m: Machine, frame: Frame, unit: LoweredFile, function: FunctionV, args: Args, span: ir.Span, way: Hashable) -> Value:
    outer, before = m.trace, m.reads
    m.reads = reads = Reads(m.state.depth, before)
    trace = Trace(outer, m.state, reads, frame.depth + 1, len(m.stack), len(m.thrown), assumed(m.state))
    trace.begin(m.spent, len(m.floors), m.site_bonus, m.answer)
    trace.log.functions.append(function.node)
    m.watch(trace)
    answer, entered = m.answer, m.answer.entered
    answer.entered = set()
    try:
        with m.journal.call() as needs:
            result, written = calls.follow(m, frame, unit, function, args, span)
    finally:
        entered |= answer.entered
        files, answer.entered = frozenset(answer.entered), entered
        m.watch(outer)
        m.reads = before
        functions = frozenset(trace.log.functions[trace.functions_from :])
        trace.close()
    cost = m.spent - trace.spent
    if not trace.lost and cost >= WORTH and m.fuel > 0 and not any([one in functions for one in m.stack]):  # noqa: C419 - few
        context = m.interned((frame.context, frame.unit.address, span, frame.unrolled_at))
        assert context is not None
        made = Summary(trace, m, function, args, result, written, cost, functions, files, context, needs)
        made.caller, made.calls = frame.unit.place(span), _path(frame, span)
        made.root = conversions.root(frame) if m.program.converts() else None
        known = m.kept.setdefault(way, [])
        known.insert(0, made)
        del known[KEPT:]
    return result
