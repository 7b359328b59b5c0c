"""Losses: their construction, their calls, and the sites that the rules judge."""

from __future__ import annotations

from typing import NamedTuple

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Place, Tensor
from bce_lint.analysis.domain.values import NONE, TOP, Constant, MustUses, Ref, Unknown, Value, identity_of, options, tensors
from bce_lint.analysis.models import autocast
from bce_lint.analysis.models.model import Model, each
from bce_lint.analysis.sites import ConstructorSite, LossSite, OptionSite, Use, turned
from bce_lint.analysis.state import cells, handed, machine, partings
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog import losses as rows
from bce_lint.catalog.schema import LOGITS, PROBABILITIES, Activation, Contract, Domain, Param
from bce_lint.records import changed

MAX_USES = 16
"""How many losses that took one tensor are remembered."""


def construct(m: Machine, frame: Frame, contract: Contract, args: Args, node: ir.Call) -> Value:
    """`nn.BCELoss(...)`: a loss object, its options noted, misplaced tensors reported."""
    ref = m.new_ref(frame, node.span, "loss", contract, contract.name)
    check_constructor(m, frame, ref, contract, args, node)
    return ref


def check_constructor(m: Machine, frame: Frame, ref: Ref, contract: Contract, args: Args, node: ir.Call) -> None:
    """Judges the arguments of a loss constructor."""
    place = frame.place(node.span, node.func.span)
    params = contract.init or ()
    _options(m, frame, contract, params, args, place, functional=False)
    weight = _weight(params, args)
    if weight is not None:
        m.write(ref.address, cells.WEIGHT, weight)
    reason = misplaced(params, args)
    if reason is not None:
        constructor_misuse(m, contract, place, reason)
    if reason is not None or len(args.pos) >= 2 or (len(args.pos) == 1 and type(args.pos[0]) is not Constant):
        m.constructed.setdefault(ref.address, machine.Constructed(contract, place, reason is None and _unexplained(frame, args, node)))


def _weight(params: tuple[Param, ...], args: Args) -> Value | None:
    """The class weight among some arguments."""
    index = next((i for i, param in enumerate(params) if param.name == "weight"), None)
    given = args.get(index, "weight") if index is not None else None
    return None if given is None or NONE in options(given) else given


def misplaced(params: tuple[Param, ...], args: Args) -> str | None:
    """Why a constructor has no use for one of its arguments, if it has none."""
    for index, value in enumerate(args.pos):
        found = tensors(value)
        if not found:
            continue
        if index >= len(params):
            return "it takes fewer arguments"
        if not params[index].tensor:
            return f"its parameter `{params[index].name}` takes no tensor"
        if index == 0 and all(_output(t) for t in found):
            return f"its parameter `{params[0].name}` gets a model's output"
    return None


def _output(t: Tensor) -> bool:
    return t.model or t.domain not in (Domain.UNKNOWN, Domain.LABEL)


def _unexplained(frame: Frame, args: Args, node: ir.Call) -> bool:
    """Two unknown positional arguments whose names are no parameters of a factory around the call."""
    if len(args.pos) < 2 or not all(type(v) is Unknown for v in args.pos[:2]):
        return False
    names = {a.value.id for a in node.args if isinstance(a.value, ir.Name)}
    scope: Frame | None = frame
    while scope is not None:
        if scope.function is not None and names & {p.name for p in scope.function.params}:
            return False
        scope = scope.parent
    return len(names) >= 2 and frame.function is not None and frame.function.name != "__init__"


def constructor_misuse(m: Machine, subject: Contract | Activation, place: Place, reason: str, used: Place | None = None) -> None:
    """Records a class that was called as if it were the function."""
    m.record(ConstructorSite(subject, place.text, place, reason, used))


def used_as_tensor(m: Machine, ref: Ref, place: Place) -> None:
    """A loss object is used as if it were the loss's value."""
    known = m.constructed.get(ref.address)
    if known is not None:
        constructor_misuse(m, known.contract, known.place, "the result is used as the loss", place)


def never_called(m: Machine) -> None:
    """At the end of a run: suspicious constructions whose objects no call ever used."""
    for known in m.constructed.values():
        if known.suspicious and not known.called:
            constructor_misuse(m, known.contract, known.place, "it gets two values and is never called")


def _options(m: Machine, frame: Frame, contract: Contract, params: tuple[Param, ...], args: Args, place: Place, functional: bool) -> None:
    found = []
    for index, param in enumerate(params):
        value = args.get(index, param.name)
        span = args.span(index, param.name)
        if type(value) is Constant and span is not None and not param.tensor:
            found.append((param.name, value.value, frame.place(span)))
    if found:
        m.record(OptionSite(contract, place.text, place, tuple(found), functional))


class _Given(NamedTuple):
    """What a call of a loss is given: input and target, where they are written, where the loss was made, and the class weight."""

    values: tuple[Value | None, Value | None]
    spans: tuple[ir.Span | None, ir.Span | None]
    made: Place | None
    weight: Value | None
    weight_place: Place | None


def call_functional(m: Machine, frame: Frame, contract: Contract, args: Args, node: ir.Call) -> Value:
    """`F.cross_entropy(input, target, ...)`."""
    params = contract.function or ()
    place = frame.place(node.span, node.func.span)
    _options(m, frame, contract, params, args, place, functional=True)
    names = [p.name for p in params]
    source = names.index("input") if "input" in names else 0
    target = names.index("target") if "target" in names else 1
    spans = (args.span(source, names[source]), args.span(target, names[target]))
    values = (args.get(source, names[source]), args.get(target, names[target]))
    return _site(m, frame, contract, node, place, _Given(values, spans, None, _weight(params, args), place))


def call_module(m: Machine, frame: Frame, ref: Ref, contract: Contract, args: Args, node: ir.Call) -> Value:
    """`criterion(input, target)`."""
    known = m.constructed.get(ref.address)
    if known is not None:
        known.called = True
    names = [*contract.call, "input", "target"][:2] if len(contract.call) < 2 else list(contract.call[:2])
    values = (args.get(0, names[0]), args.get(1, names[1]))
    spans = (args.span(0, names[0]), args.span(1, names[1]))
    given = _Given(values, spans, ref.place, m.read(ref.address, cells.WEIGHT), ref.place)
    return _site(m, frame, contract, node, frame.place(node.span, node.func.span), given)


def _site(m: Machine, frame: Frame, contract: Contract, node: ir.Call, place: Place, given: _Given) -> Tensor:
    value, target = given.values[0] or TOP, given.values[1] or TOP
    identity = identity_of(value)
    primary, path, home = _primary(frame, place, identity_of(target) if turned(tensors(value), tensors(target)) else identity)
    input_place, target_place = (frame.place(span) if span else None for span in given.spans)
    state, region = autocast.describe(m)
    weighted = given.weight is not None
    weight = tensors(given.weight) if given.weight is not None else ()
    site = LossSite(
        contract, primary.text, primary, place, path, tensors(value), tensors(target), input_place, target_place, state, region, None,
        _caller(home), given.made, weight, given.weight_place if weighted else None,
        handed.arms(m, frame, *tensors(value), *tensors(target), *weight),
        alternatives=partings.arriving(m, value, target),
    )  # fmt: skip
    if not site.input:
        m.incomplete.update(m.stack)
    if path:
        site = changed(site, shaped=_shaped(frame, site, value, target))
    m.record(_note_use(m, site, identity))
    return Tensor(identity=m.number(frame, node.span, "loss"))


def _primary(frame: Frame, place: Place, identity: int) -> tuple[Place, tuple[Place, ...], Frame]:
    """Where value and expectation meet: out of every function whose parameter the input merely is."""
    path: list[Place] = []
    while identity and identity in frame.params and frame.parent is not None and frame.call is not None:
        path.insert(0, place)
        place = frame.parent.place(frame.call, _callee(frame))
        frame = frame.parent
    return place, tuple(path), frame


def _shaped(frame: Frame, site: LossSite, value: Value, target: Value) -> LossSite | None:
    """A site as the innermost call sees it whose caller, but for it, has the input or the target in another shape, or not at all."""
    for depth, place in enumerate(reversed((site.primary, *site.path))):
        if place == site.primary:
            return None
        if not (_as_handed(frame, value) and _as_handed(frame, target)):
            inner = site.path[len(site.path) - depth :]
            return changed(site, primary=place, name=place.text, path=inner, caller=_caller(frame))
        assert frame.parent is not None, "a path leads out of calls"
        frame = frame.parent
    return None


def _as_handed(frame: Frame, value: Value) -> bool:
    """True if the frame of a call was handed a value in the shapes that it has."""
    known = frame.params.get(identity_of(value))
    return known is not None and {t.shape for t in tensors(known)} == {t.shape for t in tensors(value)}


def _caller(frame: Frame) -> Place | None:
    """The call that led into a function; of a nested function that runs by itself, into the one around it."""
    while frame.call is None and frame.parent is not None:
        frame = frame.parent
    return frame.parent.place(frame.call) if frame.parent is not None and frame.call is not None else None


def _callee(frame: Frame) -> ir.Span | None:
    """The span of the callee in the source of a call: what stands before its parenthesis."""
    assert frame.parent is not None and frame.call is not None
    start, end = frame.call
    text = frame.parent.unit.text[start:end]
    depth = 0
    for offset in range(len(text) - 1, -1, -1):
        depth += (text[offset] in ")]}") - (text[offset] in "([{")
        if depth == 0 and text[offset] == "(":
            return ir.Span(start, start + offset) if offset else None
    return None


def _note_use(m: Machine, site: LossSite, identity: int) -> LossSite:
    """Notes on this path what the loss takes the tensor for. Of two uses that disagree, the one as probabilities gets the rival."""
    kind = "p" if site.contract.expects in PROBABILITIES else "x" if site.contract.expects in LOGITS else ""
    if not identity or not kind:
        return site
    cell = cells.uses_of(identity)
    known = m.state.find((0, cell), m.reads)
    uses = frozenset(use for use in known.items if isinstance(use, Use)) if type(known) is MustUses else frozenset[Use]()
    rival = min((use.site for use in uses if use.kind != kind), key=lambda other: other.primary, default=None)
    if len(uses) < MAX_USES:
        m.write(0, cell, MustUses(uses | {Use(kind, site)}))
    if rival is None:
        return site
    if kind == "x":
        m.record(changed(rival, rival=(site.contract, site.primary)))
        return site
    return changed(site, rival=(rival.contract, rival.primary))


MODELS: dict[str, Model] = {**each(construct, rows.MODULES), **each(call_functional, rows.FUNCTIONS)}
"""The losses, as classes and as functions."""
