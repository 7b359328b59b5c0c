"""Losses: their construction, their calls, and the sites that the rules judge."""

from __future__ import annotations

from typing import NamedTuple

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Place, Shape, Tensor
from bce_lint.analysis.domain.values import NONE, TOP, Constant, MustUses, Ref, Seq, Unknown, Value, const, identity_of, options, tensors
from bce_lint.analysis.models import autocast, formed_logits
from bce_lint.analysis.models.model import Model, each
from bce_lint.analysis.sites import ConstructorSite, LossSite, OptionSite, Use, meeting
from bce_lint.analysis.state import cells, handed, partings
from bce_lint.analysis.state.answers import Constructed, EntryAnswer
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog import losses as rows
from bce_lint.catalog.schema import LOGITS, PROBABILITIES, Activation, Contract, Domain, Expects, Param
from bce_lint.records import changed

LOG_TARGET = "log_target"
_KEPT = frozenset({LOG_TARGET, formed_logits.CLASSES, formed_logits.REST})
"""The options that a loss object keeps, as attributes of these names."""
MAX_USES = 16
"""How many losses that took one tensor are remembered."""
USED = "the result is used as the loss"
_WEIGHTS = {"weight": cells.WEIGHT, "pos_weight": cells.POS_WEIGHT}


def construct(m: Machine, frame: Frame, contract: Contract, args: Args, node: ir.Call) -> Value:
    """`nn.BCELoss(...)`: a loss object, its options noted, misplaced tensors reported."""
    ref = m.new_ref(frame, node.span, "loss", contract, contract.name)
    check_constructor(m, frame, ref, contract, args, node)
    return ref


def check_constructor(m: Machine, frame: Frame, ref: Ref, contract: Contract, args: Args, node: ir.Call) -> None:
    """Judges the arguments of a loss constructor."""
    place = frame.place(node.span, node.func.span)
    params = contract.init or ()
    _options(m, frame, contract, params, args, node, functional=False)
    for name, cell in _WEIGHTS.items():
        weight = _weight(params, args, name)
        if weight is not None:
            m.write(ref.address, cell, weight)
    for param in params:
        if param.name in _KEPT:
            m.write(ref.address, param.name, _option(params, args, param.name) or TOP)
    reason = misplaced(params, args)
    if reason is not None:
        constructor_misuse(m, contract, place, reason)
    if reason is not None or len(args.pos) >= 2 or (len(args.pos) == 1 and type(args.pos[0]) is not Constant):
        m.constructed(ref.address, Constructed(contract, place, reason is None and _unexplained(m, frame, args, node)))


def _weight(params: tuple[Param, ...], args: Args, name: str = "weight") -> Value | None:
    """One of the weights among some arguments."""
    index = next((i for i, param in enumerate(params) if param.name == name), None)
    given = args.get(index, name) if index is not None else None
    return None if given is None or NONE in options(given) else given


def _option(params: tuple[Param, ...], args: Args, name: str) -> Value | None:
    """What some arguments say of an option, which has its default where they leave it out; None for a loss without it."""
    for index, param in enumerate(params):
        if param.name == name:
            given = args.get(index, name)
            return given if given is not None else Seq() if param.default == () else const(param.default)
    return None


def _kept(m: Machine, ref: Ref, name: str) -> Value | None:
    """A weight that a loss has: what was assigned to it later, else what it was constructed with."""
    assigned = m.read(ref.address, name)
    return m.read(ref.address, _WEIGHTS[name]) if assigned is None else None if NONE in options(assigned) else assigned


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


def _unexplained(m: Machine, frame: Frame, args: Args, node: ir.Call) -> bool:
    """Two unknown positional arguments whose names are no parameters of a factory around the call."""
    if len(args.pos) < 2 or not all(type(v) is Unknown for v in args.pos[:2]):
        return False
    names = {a.value.id for a in node.args if isinstance(a.value, ir.Name)}
    scope: Frame | None = frame
    while scope is not None:
        m.crossed(scope)
        if scope.function is not None and names & {p.name for p in scope.function.params}:
            return False
        scope = scope.parent
    return len(names) >= 2 and frame.function is not None and frame.function.name != "__init__"


def constructor_misuse(m: Machine, subject: Contract | Activation, place: Place, reason: str, used: Place | None = None) -> None:
    """Records a class that was called as if it were the function."""
    m.record(ConstructorSite(subject, place.text, place, reason, used))


def used_as_tensor(m: Machine, ref: Ref, place: Place) -> None:
    """A loss object is used as if it were the loss's value."""
    m.not_replayed()
    known = m.answer.constructed.get(ref.address)
    if known is not None:
        constructor_misuse(m, known.contract, known.place, USED, place)
    elif not m.suppress_sites and not m.ended:
        m.answer.used.setdefault(ref.address, place)


def misused(answer: EntryAnswer) -> list[ConstructorSite]:
    """Constructions that other runs show to be misuses: the object is used as the loss, or gets two values and is never called."""
    found = []
    for address, made in answer.constructed.items():
        if address in answer.used:
            found.append(ConstructorSite(made.contract, made.place.text, made.place, USED, answer.used[address]))
        elif made.suspicious and address not in answer.called:
            found.append(ConstructorSite(made.contract, made.place.text, made.place, "it gets two values and is never called"))
    return found


def _options(m: Machine, frame: Frame, contract: Contract, params: tuple[Param, ...], args: Args, node: ir.Call, functional: bool) -> None:
    found, bound = [], []
    for index, param in enumerate(params):
        value = args.get(index, param.name)
        span, at = args.span(index, param.name), args.bound.get(param.name)
        if type(value) is Constant and not param.tensor:
            if span is not None:
                found.append((param.name, value.value, frame.place(span)))
            elif at is not None:
                bound.append((param.name, value.value, at))
    if found:
        place = frame.place(node.span, node.func.span)
        m.record(OptionSite(contract, place.text, place, tuple(found), functional, is_handed(frame, node, {at.span for _, _, at in found})))
    elif len({at.call for _, _, at in bound}) == 1:
        place, given = bound[0][2].call, tuple((name, value, at.value) for name, value, at in bound)
        m.record(OptionSite(contract, place.text, place, given, functional, any(at.handed for _, _, at in bound)))


def is_handed(frame: Frame, node: ir.Call, spans: set[ir.Span]) -> bool:
    """True if an argument is a parameter of the function around the call, or an expression: another caller may give another value."""
    params = {p.name for p in frame.function.params} if frame.function is not None else set()
    given = [arg.value for arg in node.args if arg.value.span in spans]
    return any(value.id in params if isinstance(value, ir.Name) else not isinstance(value, ir.Const) for value in given)


class _Given(NamedTuple):
    """What a call of a loss is given: input and target, where they are written, where the loss was made, its weight, and that of
    positive labels."""

    values: tuple[Value | None, Value | None]
    spans: tuple[ir.Span | None, ir.Span | None]
    made: Place | None
    weight: Value | None
    pos_weight: Value | None
    weight_place: Place | None
    log_target: Value | None
    formed: Shape | None


def call_functional(m: Machine, frame: Frame, contract: Contract, args: Args, node: ir.Call) -> Value:
    """`F.cross_entropy(input, target, ...)`."""
    params = contract.function or ()
    place = frame.place(node.span, node.func.span)
    _options(m, frame, contract, params, args, node, functional=True)
    names = [p.name for p in params]
    source = names.index("input") if "input" in names else 0
    target = names.index("target") if "target" in names else 1
    spans = (args.span(source, names[source]), args.span(target, names[target]))
    values = (args.get(source, names[source]), args.get(target, names[target]))
    told, formed = _option(params, args, LOG_TARGET), formed_logits.of_function(contract, args)
    weight, pos_weight = (_weight(params, args, name) for name in _WEIGHTS)
    carried = next((args.bound[name].call for name in _WEIGHTS if name in args.bound), place)
    return _site(m, frame, contract, node, place, _Given(values, spans, None, weight, pos_weight, carried, told, formed))


def call_module(m: Machine, frame: Frame, ref: Ref, contract: Contract, args: Args, node: ir.Call) -> Value:
    """`criterion(input, target)`."""
    m.called(ref.address)
    names = [*contract.call, "input", "target"][:2] if len(contract.call) < 2 else list(contract.call[:2])
    values = (args.get(0, names[0]), args.get(1, names[1]))
    spans = (args.span(0, names[0]), args.span(1, names[1]))
    told = m.read(ref.address, LOG_TARGET) if contract.expects is Expects.KL_LOG_PROBABILITIES else None
    weight, pos_weight = (_kept(m, ref, name) for name in _WEIGHTS)
    given = _Given(values, spans, ref.place, weight, pos_weight, ref.place, told, formed_logits.of_module(m, ref, contract))
    return _site(m, frame, contract, node, frame.place(node.span, node.func.span), given)


def _site(m: Machine, frame: Frame, contract: Contract, node: ir.Call, place: Place, given: _Given) -> Tensor:
    value, target = given.values[0] or TOP, given.values[1] or TOP
    identity = identity_of(value)
    primary, path, home = _primary(m, frame, place, meeting(contract, identity, identity_of(target), tensors(value), tensors(target)))
    input_place, target_place = (frame.place(span) if span else None for span in given.spans)
    state, region = autocast.describe(m)
    weight, pos_weight = (tensors(w) if w is not None else () for w in (given.weight, given.pos_weight))
    weighted = given.weight is not None or given.pos_weight is not None
    inputs = tensors(value) if given.formed is None else formed_logits.scores(value, given.formed, place)
    site = LossSite(
        contract, primary.text, primary, place, path, inputs, tensors(target), input_place, target_place, state, region, None,
        _caller(home), given.made, weight, given.weight_place if weighted else None,
        handed.arms(m, frame, *tensors(value), *tensors(target), *weight, *pos_weight), pos_weight=pos_weight,
        log_target=_truth(given.log_target),
        alternatives=partings.arriving(m, value, target),
    )  # fmt: skip
    if not tensors(value):
        m.left_incomplete()
    if path:
        site = changed(site, shaped=_shaped(frame, site, value, target))
    if site.input and all(one.carried.none for one in site.input):
        site = changed(site, trained=_is_trained(m, frame, node))
    m.record(_note_use(m, site, identity))
    return Tensor(identity=m.number(frame, node.span, "loss"))


def _truth(value: Value | None) -> bool | None:
    return value.value if type(value) is Constant and isinstance(value.value, bool) else None


def _is_trained(m: Machine, frame: Frame, node: ir.Call) -> bool:
    """True if somebody may want the gradient of a loss that is computed here."""
    from bce_lint.analysis.models.consumption import Taken, way_of

    return autocast.has_grad(m) and way_of(m, frame, node).taken is not Taken.SPARED


def _primary(m: Machine, frame: Frame, place: Place, given: tuple[int, ...]) -> tuple[Place, tuple[Place, ...], Frame]:
    """Where value and expectation meet: out of every function whose parameters those merely are that meet."""
    path: list[Place] = []
    while all(given) and all(one in frame.params for one in given) and frame.parent is not None and frame.call is not None:
        path.insert(0, place)
        place = frame.parent.place(frame.call, _callee(frame))
        frame = frame.parent
        m.crossed(frame)
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
    start = frame.call.start
    text = frame.parent.unit.quoted(frame.call)
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
