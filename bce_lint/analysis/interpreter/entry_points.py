"""Entry points: module bodies first, then each function and method that no call reached, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from typing import Protocol

from bce_lint import ir
from bce_lint.analysis.domain.values import ClassV, FunctionV, Union
from bce_lint.analysis.interpreter import calls, expressions, instances, statements
from bce_lint.analysis.state import class_model
from bce_lint.analysis.state.answers import EntryAnswer
from bce_lint.analysis.state.frames import Args, Frame, LoweredFile
from bce_lint.analysis.state.machine import APPLIED, BODY_FUEL, ENTRY_FUEL, SITE_BONUS, Machine
from bce_lint.analysis.state.store import State
from bce_lint.analysis.state.unfinished import CALLER_SPENT, MODULE, NO_CLASS, SPENT, TOO_DEEP
from bce_lint.ir.walk import blocks_in
from bce_lint.records import record

INHERITED_FUEL = 2_000
INHERITED_SITE_BONUS = 4_000
INHERITED_RECORDED = 3
"""How many times as much `INHERITED_FUEL` is in a run that records, at most: each class runs it again, and much of it comes to no end."""
MAX_TOO_DEEP = 16
"""Entry points that may recurse too deeply before what they call is given up with them: each costs thousands of frames."""


class LeadsToLoss(Protocol):
    """What the entry points ask of the project: which definitions may lead to a loss."""

    def words(self, text: str) -> frozenset[str]:
        """The words in some code."""

    def body(self, path: str) -> bool:
        """True if the code of a file that is no definition may lead to a loss."""

    def mentions(self, path: str) -> Counter[str]:
        """How often each word stands in the code of a file."""

    def function(self, path: str, name: str) -> bool:
        """True if a function at the top of a file, or anything in a class there, may lead to a loss."""

    def method(self, path: str, owner: str, name: str) -> bool:
        """True if a method, own or inherited, of a class of a file may lead to a loss."""


@record(frozen=True, slots=True)
class Candidate:
    """A function of a file and the class that it is a method of; `inside` is the class at the top of the file that holds that one."""

    function: ir.Function
    owner: ir.ClassDef | None
    inside: str | None = None

    @property
    def name(self) -> str:
        """The function's name, behind that of its class."""
        return self.function.name if self.owner is None else f"{self.owner.name}.{self.function.name}"


def module_frame(unit: LoweredFile, main: bool) -> Frame:
    """The frame of a module's body."""
    return Frame(unit, unit.address, 0, bound=unit.module.bound, main=main)


def run_body(m: Machine, unit: LoweredFile) -> State:
    """Runs a file as the main program; returns the store after it."""
    begin(m, unit.path, m.base)
    m.fuel = m.given = m.waste.grant(unit.path, BODY_FUEL)
    m.written_modules = {unit.address}
    frame = module_frame(unit, main=True)
    statements.run(m, frame, unit.module.body)
    run_pending(m, frame)
    note_spent(m, unit.path, 0, MODULE)
    return m.state


def note_spent(m: Machine, path: str, start: int, name: str) -> None:
    """Notes what an entry point took, and one whose budget ran out: from there on it followed no call, or none up to its first loss."""
    if m.fuel < 0 or m.spent_before_site:
        m.waste.note(path, m.given - m.fuel)
        m.answer.leave_unfinished(path, start, name, SPENT)
    else:
        m.waste.note_finished(path, m.given - m.fuel)


def give_up(m: Machine, counted: EntryAnswer, path: str, start: int, name: str) -> EntryAnswer:
    """The answer of an entry point that recursed too deeply. What it was the first to reach gets one of its own, if that was not so often
    among the answers that count."""
    given_up = EntryAnswer()
    given_up.leave_unfinished(path, start, name, TOO_DEEP)
    if sum(one.reason == TOO_DEEP for one in counted.unfinished.values()) < MAX_TOO_DEEP:
        return given_up
    given_up.reached = m.answer.reached
    for file, span in m.answer.reached:
        unit = m.program.unit(file)
        text = "" if unit is None else unit.quoted(span)
        given_up.leave_unfinished(file, span.start, text if text.isidentifier() else "<lambda>", TOO_DEEP)
    return given_up


def begin(m: Machine, path: str, below: State) -> None:
    """Prepares the machine for an entry point of a file that runs on top of a state: it knows nothing of what others met."""
    m.walks.start(path)
    m.finished += m.spent
    m.answer = EntryAnswer()
    m.generics.start()
    m.open_generics.start()
    m.state = below.fork()
    m.below_entry = below
    m.written_modules = set()
    m.ended, m.catching, m.thrown = False, 0, []
    m.fuel = m.given = m.waste.grant(path, ENTRY_FUEL)
    m.unroll_floor = 0
    m.applicable, m.applying, m.oversized = APPLIED, [], set()
    m.site_bonus = m.waste.grant(path, SITE_BONUS)
    m.spent_before_site = False


def candidates(unit: LoweredFile, reachability: LeadsToLoss) -> list[Candidate]:
    """The functions of a file that may lead to a loss; first those that nothing in it mentions, which are called from outside."""
    found: list[Candidate] = []
    _collect(unit.module.body, None, None, found)
    mentions = reachability.mentions(unit.path)
    found = [c for c in found if _leads(reachability, unit.path, c)]
    return sorted(found, key=lambda c: mentions[c.function.name] > 1)


def _leads(reachability: LeadsToLoss, path: str, candidate: Candidate) -> bool:
    if candidate.inside is not None:
        return reachability.function(path, candidate.inside)
    if candidate.owner is None:
        return reachability.function(path, candidate.function.name)
    return reachability.method(path, candidate.owner.name, candidate.function.name)


def _collect(body: ir.Body, owner: ir.ClassDef | None, inside: str | None, found: list[Candidate]) -> None:
    for statement in body:
        if isinstance(statement, ir.FunctionDef):
            found.append(Candidate(statement.function, owner, inside))
        elif isinstance(statement, ir.ClassDef):
            _collect(statement.body, statement, inside or (owner.name if owner is not None else None), found)
        else:
            for block in blocks_in(statement):
                _collect(block, owner, inside, found)


def run_open(m: Machine, unit: LoweredFile, after_body: State, candidate: Candidate) -> None:
    """Runs one function as an entry point for which callers may choose what its defaults, and those of its constructor, switch off."""
    m.takes_any = True
    try:
        run_candidate(m, unit, after_body, candidate)
    finally:
        m.takes_any = False


def run_candidate(m: Machine, unit: LoweredFile, after_body: State, candidate: Candidate) -> None:
    """Runs one function as an entry point, with unknown arguments."""
    function = candidate.function
    begin(m, unit.path, after_body)
    frame = module_frame(unit, main=True)
    owner = _class_value(m, unit, candidate.owner) if candidate.owner is not None else None
    if candidate.owner is not None and owner is None:
        m.answer.leave_unfinished(unit.path, function.span.start, candidate.name, NO_CLASS)
        return
    value = _function_value(m, unit, function, owner)
    args = Args()
    if owner is not None and value.flavour != "static":
        args = Args((owner if value.flavour == "class" else instances.generic_instance(m, unit, owner),), spans=(None,))
        if (unit.path, function.span) in m.answer.reached and not m.takes_any:
            return  # its constructor calls it
        m.fuel = m.given = m.waste.grant(unit.path, ENTRY_FUEL)
    calls.call_function(m, frame, value, args, function.span, is_entry=True)
    note_spent(m, unit.path, function.span.start, candidate.name)


def run_inherited(
    m: Machine, unit: LoweredFile, reachability: LeadsToLoss, after_body: State, owner: ir.ClassDef, counted: EntryAnswer
) -> None:
    """Runs the methods that a class inherits on an instance of it, where what counts of the runs so far left something open."""
    begin(m, unit.path, after_body)
    cls = _class_value(m, unit, owner)
    factor = min(m.fuel_factor, INHERITED_RECORDED)
    fuel, site_bonus = INHERITED_FUEL * factor, INHERITED_SITE_BONUS * factor  # for all that a class inherits
    if cls is None:
        return
    answer = m.answer
    for function in _open_methods(m, unit, reachability, cls, counted):
        if (function.path, function.node.span) not in answer.reached:
            begin(m, unit.path, after_body)
            instance = instances.generic_instance(m, unit, cls)
            m.fuel, m.site_bonus = fuel, site_bonus
            m.given = fuel
            frame = module_frame(unit, main=True)
            calls.call_function(m, frame, function, Args((instance,), spans=(None,)), owner.span, is_entry=True)
            fuel, site_bonus = m.fuel, m.site_bonus
            note_spent(m, unit.path, owner.span.start, f"{owner.name}.{function.node.name}")
            answer.add(m.answer)
    m.answer = answer


def _open_methods(m: Machine, unit: LoweredFile, reachability: LeadsToLoss, cls: ClassV, counted: EntryAnswer) -> list[FunctionV]:
    """The methods that a class inherits and that a run on the base class has not settled; first those that no other method calls."""
    effective: dict[str, tuple[ClassV, ir.Function]] = {}
    overridden: list[tuple[ClassV, ir.Function]] = []
    for base in (b for b in class_model.mro(m, cls) if type(b) is ClassV):
        for statement in base.node.body:
            if isinstance(statement, ir.FunctionDef):
                method = (base, statement.function)
                if effective.setdefault(statement.function.name, method) is not method:
                    overridden.append(method)
    found: list[tuple[bool, FunctionV]] = []
    for name, (base, function) in effective.items():
        settled = counted.settles(base.path, function)
        _note(m, settled, "settled", base.path, function)
        value = None if base is cls or settled or name == "__init__" else m.state.find((base.address, name))
        if type(value) is FunctionV and value.flavour in ("", "property") and _leads_on(m, reachability, unit.path, cls.name, name):
            called = _mentioned(m, reachability, name, [other for other in effective.values() if other[1] is not function])
            if called or not _mentioned(m, reachability, name, overridden):
                found.append((called, value))
    return [value for _, value in sorted(found, key=lambda entry: entry[0])]


def _leads_on(m: Machine, reachability: LeadsToLoss, path: str, owner: str, name: str) -> bool:
    found = reachability.method(path, owner, name)
    _note(m, found, "method", path, owner, name)
    return found


def _note(m: Machine, answer: bool, *question: Hashable) -> None:
    """Notes an answer that the entry point depends on."""
    m.journal.current.answered(question, answer)


def _mentioned(m: Machine, code: LeadsToLoss, name: str, methods: list[tuple[ClassV, ir.Function]]) -> bool:
    """True if the code of some methods has a name in it; what only overridden methods call is not called."""
    return any(name in _words(m, code, owner, function) for owner, function in methods)


def _words(m: Machine, code: LeadsToLoss, owner: ClassV, function: ir.Function) -> frozenset[str]:
    """The words of a method's code."""
    function = m.latest(owner.path, function)
    found = m.words.get(function)
    if found is None:
        unit = m.program.unit(owner.path)
        text = unit.quoted(ir.Span(function.span.end, function.body[-1].span.end)) if unit is not None and function.body else ""
        found = m.words[function] = code.words(text)
    return found


def _function_value(m: Machine, unit: LoweredFile, function: ir.Function, owner: ClassV | None) -> FunctionV:
    stored = m.state.find((owner.address if owner is not None else unit.address, function.name))
    if type(stored) is FunctionV and stored.node is function:
        return stored
    frame = module_frame(unit, main=True)
    defaults = expressions.defaults(m, frame, function)
    flavours = {d.id for d in function.decorators if isinstance(d, ir.Name)}
    flavour = "static" if "staticmethod" in flavours else "class" if "classmethod" in flavours else ""
    return FunctionV(function, unit.path, 0, (), owner, defaults, flavour)


def _class_value(m: Machine, unit: LoweredFile, node: ir.ClassDef) -> ClassV | None:
    """A class by its name, and one whose name holds something else, that was wrapped or stands in a class, by its methods."""
    stored = m.state.find((unit.address, node.name))
    named = stored.options if type(stored) is Union else (stored,)
    for value in named:
        if type(value) is ClassV and value.node is node:
            return value
    if any(type(value) is ClassV for value in named):
        return None  # another class has taken its place
    address = m.intern(("class", unit.address, node.span, 0))
    methods = (m.state.find((address, one.function.name)) for one in node.body if isinstance(one, ir.FunctionDef))
    owners = (value.owner for value in methods if type(value) is FunctionV)
    return next((owner for owner in owners if type(owner) is ClassV and owner.node is node), None)


def run_pending(m: Machine, frame: Frame) -> None:
    """Runs the nested functions of a frame that no call reached, in the state that the frame leaves; their effects are dropped."""
    waiting = [(f, where) for f, where in m.pending if where is frame]
    m.pending = [(f, where) for f, where in m.pending if where is not frame]
    for function, _ in waiting:
        if m.is_reached((function.path, function.node.span)):
            continue
        if m.fuel <= 0:
            m.not_replayed()
            m.answer.leave_unfinished(function.path, function.node.span.start, function.node.name, CALLER_SPENT)
        else:
            before = m.state
            m.state = before.fork()
            calls.call_function(m, frame, function, Args(), function.node.span, is_entry=True)
            m.state, m.ended = before, False
