"""Tests that nobody can decide: which value they ask, what is assumed of them, and when what they ask may be another."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from bce_lint import ir
from bce_lint.analysis.domain.alternatives import common
from bce_lint.analysis.domain.conditions import Condition
from bce_lint.analysis.domain.partitions import NO_TAGS, Tag, Tags, ValueTest
from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.domain.values import NONE, TOP, Constant, External, MustUses, Union, Unknown, Value, join_tagged, tagged
from bce_lint.analysis.state import cells, objects
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.analysis.state.store import assumed

MAX_ASSUMED = 64
FOREIGN = 0
"""The address at which it is noted that something was stored in a module outside the project."""
_OPPOSITES = {"!=": "==", "is not": "is", "not in": "in"}
_PARTS = ("attr", "item")
_COMPARED = ("==", "<", "<=", ">", ">=", "in")


def assume(m: Machine, outcomes: Iterable[Tag]) -> None:
    """From here on some outcomes of tests hold."""
    new = frozenset(outcomes)
    if new and m.trace is not None:
        m.outcomes.look_for(number for number, _ in new)
        m.trace.assumes += len(new)
    if new and not new <= (known := assumed(m.state)) and len(known) < MAX_ASSUMED:
        m.write(0, cells.ASSUMED, MustUses(known | new))


def forget(m: Machine, known: Tags) -> None:
    """What was assumed since holds no longer: some of the statements since may not have been run."""
    if assumed(m.state) != known:
        m.write(0, cells.ASSUMED, MustUses(frozenset(known)))


def part(m: Machine, owner: Unknown, kind: str, key: Hashable) -> Unknown:
    """An attribute (`attr`) or an item (`item`) of an unknown value: the same until the parts of that value may be others."""
    since = m.state.find((owner.identity, cells.CHANGED), m.reads)
    if since is None:
        return Unknown(m.intern((kind, owner.identity, key)))
    return Unknown(m.intern((kind, owner.identity, key, since.identity))) if type(since) is Unknown and since.identity else TOP


def mark_changed(m: Machine, frame: Frame, owner: Value, span: ir.Span) -> None:
    """From here on the parts of an unknown value may be others, and whether it is true."""
    if type(owner) is External or (type(owner) is Unknown and owner.identity):
        address = owner.identity if type(owner) is Unknown else FOREIGN
        m.write(address, cells.CHANGED, Unknown(m.number(frame, span, "changed")))


def mark_called(m: Machine, frame: Frame, owner: Value, span: ir.Span) -> None:
    """A method of an unknown value was called: what some test has asked of it may be another."""
    if type(owner) is Unknown and m.outcomes.is_asked(owner.identity):
        mark_changed(m, frame, owner, span)


def test_of(m: Machine, value: Value) -> Tag | None:
    """The test whose outcome a value is, or whether it is true; and the outcome for which the value is true."""
    if type(value) is Unknown or type(value) is Tensor:
        meant = m.outcomes.meaning(value.identity)
        if meant is not None:
            return meant
    number = _number(m, value)
    return None if number is None else (number, True)


def _number(m: Machine, value: Value) -> int | None:
    """A number that stands for an unknown value as it is now."""
    if type(value) is External:
        return _foreign(m, value) if objects.is_foreign(value) else None
    if type(value) is not Unknown or value.identity <= 0:
        return None
    identity = value.identity
    ask(m, identity)
    since = m.state.find((identity, cells.CHANGED), m.reads)
    if since is None:
        return identity
    return m.intern(("since", identity, since.identity)) if type(since) is Unknown and since.identity > 0 else None


def _foreign(m: Machine, value: External) -> int | None:
    """A number that stands for what another module holds, until something is stored in one."""
    since = m.state.find((FOREIGN, cells.CHANGED), m.reads)
    if since is None:
        return m.intern(("external", value.name))
    return m.intern(("external", value.name, since.identity)) if type(since) is Unknown and since.identity > 0 else None


def ask(m: Machine, identity: int) -> None:
    """Notes that there is a test of an unknown value, and so of those that it is a part of."""
    if identity > 0 and m.trace is not None:
        m.trace.asks[identity] = None
    while identity > 0 and identity not in m.outcomes.asked:
        m.outcomes.asked.add(identity)
        key = m.key_of(identity)
        if not isinstance(key, tuple) or key[0] not in _PARTS:
            break
        identity = key[1]


def compared(m: Machine, op: str, left: Value, right: Value) -> Tag | None:
    """The test that a comparison of an unknown value with a constant is."""
    number = _number(m, left)
    if number is None or type(right) is not Constant:
        return None
    op, outcome = (_OPPOSITES[op], False) if op in _OPPOSITES else (op, True)
    op = "==" if right is NONE and op == "is" else op
    test = m.intern(("compared", op, number, right))
    if op in _COMPARED:
        m.outcomes.compare(test, ValueTest(number, op, right.value))
    return test, outcome


def contained(m: Machine, op: str, left: Value, items: tuple[Value, ...]) -> Tag | None:
    """The test whether an unknown value is one of some constants."""
    number = _number(m, left)
    values = tuple([item.value for item in items if type(item) is Constant])
    if number is None or len(values) != len(items):
        return None
    test = m.intern(("contained", number, items))
    m.outcomes.compare(test, ValueTest(number, "in", values))
    return test, op == "in"


def together(m: Machine, op: str, operands: Iterable[Value]) -> Value:
    """What `and` or `or` of values gives of which no test is decided: the outcome of one test of all of them."""
    tests = [test_of(m, value) for value in operands]
    return TOP if None in tests else outcome_value(m, (m.intern((op, *tests)), True))


def asked(m: Machine, what: Hashable, value: Value) -> Tag | None:
    """The test that a function of Python is which tells something of an unknown value."""
    number = _number(m, value)
    return None if number is None else (m.intern(("asked", what, number)), True)


def note(m: Machine, identity: int, test: Tag | None) -> None:
    """Says which test a value is the outcome of, from this passing of its place on."""
    m.outcomes.mean(identity, test)


def outcome_value(m: Machine, test: Tag | None) -> Value:
    """A value that tells which test it is the outcome of."""
    if test is None:
        return TOP
    number, positive = test
    identity = m.intern(("outcome", number, positive))
    m.outcomes.mean(identity, test)
    return Unknown(identity)


def negated(m: Machine, value: Value) -> Value:
    """`not` of a value that is not known."""
    test = test_of(m, value)
    return TOP if test is None else outcome_value(m, (test[0], not test[1]))


def decided(m: Machine, value: Value) -> bool | None:
    """Whether a value is certainly true or certainly false, also for what is assumed on this path."""
    found = objects.truth(m, value)
    if found is not None or type(value) is Union:
        return found
    holding = assumed(m.state)
    if m.trace is not None:
        m.trace.checked |= holding == m.trace.holding
    if not holding:
        return None
    test = test_of(m, value)
    known = None if test is None else m.outcomes.known(test[0], holding)
    return None if test is None or known is None else known is test[1]


def outcomes_of(m: Machine, frame: Frame, test: ir.Expr, value: Value | None, outcome: bool) -> Tags:
    """What holds where a test has an outcome; `value` is what it gave."""
    if value is None:
        return NO_TAGS
    match test:
        case ir.Op(op="not", operands=(ir.Op(op="not" | "and" | "or") as inner,)):
            return outcomes_of(m, frame, inner, negated(m, value), not outcome)
        case ir.Op(op="and" | "or", operands=parts):
            whole = _outcomes_of(m, frame, test, value, outcome)
            if outcome is not (test.op == "and"):
                return whole
            return whole.union(*(outcomes_of(m, frame, one, m.operands.get(id(one)), outcome) for one in parts))
    return _outcomes_of(m, frame, test, value, outcome)


def _outcomes_of(m: Machine, frame: Frame, test: ir.Expr, value: Value | None, outcome: bool) -> Tags:
    """What holds where a value is true, or where it is not."""
    if value is None:
        return NO_TAGS
    if type(value) is Union:
        return common(when for option, when in tagged(value) if objects.truth(m, option) is not (not outcome))
    found = test_of(m, value)
    if found is None:
        return NO_TAGS
    condition = Condition(frame.place(test.span), found[1])
    if m.trace is not None:
        m.trace.place_of(found[0], m.test(found[0]))
        m.trace.told.setdefault(found[0], condition)
    m.answer.tests.setdefault(found[0], condition)
    return frozenset({(found[0], outcome is found[1])})


def met(m: Machine, value: Value, found: list[tuple[Value, Tags]]) -> Value:
    """What the alternatives of a value gave which do not raise at some use: from here on it is one of these."""
    if not found:
        return TOP
    if type(value) is Union and len(found) < len(value.options):
        assume(m, common(when for _, when in found))
    return join_tagged(found)


def here(m: Machine, args: Args) -> Args:
    """Arguments as they are under what is assumed."""
    if not any([type(v) is Union and v.tags for v in (*args.pos, *args.kw.values())]):  # noqa: C419
        return args
    return args._replace(pos=tuple([m.here(v) for v in args.pos]), kw={name: m.here(v) for name, v in args.kw.items()})
