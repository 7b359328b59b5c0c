"""Python's builtins and standard library, as far as values flow through them."""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint import ir
from bce_lint.analysis.domain.alternatives import untagged
from bce_lint.analysis.domain.constants import SIZES, folded, known
from bce_lint.analysis.domain.shapes import size
from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.domain.values import (
    NEVER,
    NONE,
    TOP,
    Bound,
    ClassV,
    Constant,
    External,
    FunctionV,
    MethodV,
    PartialV,
    Ref,
    Seq,
    SuperV,
    Unknown,
    Value,
    const,
    join_all,
)  # fmt: skip
from bce_lint.analysis.models import collections, losses
from bce_lint.analysis.models.model import Model
from bce_lint.analysis.state import cells, containers, identities, objects, symbolic_sizes
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.python import CHECKPOINT_OPTIONS, CHECKPOINTS, NEVER_RETURN, PARTIAL, TRANSPARENT_ITERATORS
from bce_lint.records import changed


def _len(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    items = containers.content(m, args.pos[0]) if args.pos else None
    if args.pos and type(args.pos[0]) is Unknown and args.pos[0].kind == SIZES:
        return symbolic_sizes.counted(m, args.pos[0], "rank")
    if items is not None and items.exact:
        return Unknown(kind="int") if _may_shrink(args.pos[0], items) else const(len(items.prefix))
    if args.pos and type(args.pos[0]) is Tensor and (length := size(args.pos[0].shape, 0)) is not None:
        return const(length)
    table = containers.table_of(m, args.pos[0]) if args.pos else None
    return const(len(table.entries)) if table is not None and table.exact else Unknown(kind="int")


def _may_shrink(value: Value, items: Seq) -> bool:
    """True if a set may have fewer elements than it was given: some may be equal."""
    different = {v.value for v in items.prefix if type(v) is Constant}
    return type(value) is Ref and value.kind == "set" and len(different) < len(items.prefix)


def _range(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    bounds = [a.value for a in args.pos if type(a) is Constant and isinstance(a.value, int)]
    if len(bounds) == len(args.pos) and 1 <= len(bounds) <= 3 and (len(bounds) < 3 or bounds[2] != 0):
        numbers = range(*bounds)
        if not numbers[containers.MAX_RANGE :]:
            return Seq(tuple(const(i) for i in numbers))
    return Seq((), TOP)


def _enumerate(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    items = m.interpreter.elements(m, frame, args.get(0, "iterable") or TOP, node.span)
    start = args.get(1, "start") or const(0)
    first = start.value if type(start) is Constant and isinstance(start.value, int) else None
    prefix = tuple(Seq((TOP if first is None else known(first + i), v)) for i, v in enumerate(items.prefix))
    rest = None if items.rest is None else Seq((TOP, items.rest))
    return Seq(prefix, rest, tuple(Seq((TOP, v)) for v in items.suffix))


def _zip(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    lists = [m.interpreter.elements(m, frame, a, node.span) for a in args.pos]
    if args.open or not lists:
        return Seq((), TOP)
    if all(s.exact for s in lists):
        return Seq(tuple(Seq(row) for row in zip(*(s.prefix for s in lists), strict=False)))
    head = min(len(s.prefix) for s in lists)
    prefix = tuple(Seq(tuple(s.prefix[i] for s in lists)) for i in range(head))
    rest = Seq(tuple(join_all([*s.prefix[head:], *([s.rest] if s.rest is not None else []), *s.suffix]) or TOP for s in lists))
    return Seq(prefix, rest)


def _list(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    return containers.new_list(m, frame, node.span, _tuple(m, frame, args, node))


def _set(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    return containers.new_list(m, frame, node.span, _tuple(m, frame, args, node), "set")


def _deque(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    """`deque(items, maxlen)`: one of a limited length loses elements while others are added."""
    if args.get(1, "maxlen") in (None, NONE):
        return _list(m, frame, args, node)
    return containers.new_list(m, frame, node.span, containers.ANYTHING)


def _tuple(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Seq:
    items = args.get(0, "iterable")
    return Seq() if items is None else m.interpreter.elements(m, frame, items, node.span)


def _dict(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    return containers.new_dict(m, frame, node.span, collections.table_of_arguments(m, frame, args, node))


def _default_dict(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    """`defaultdict(factory, ...)`; without a factory it is a dict."""
    factory = args.get(0, "default_factory") or NONE
    ref = containers.new_dict(m, frame, node.span, collections.table_of_arguments(m, frame, args._replace(pos=args.pos[1:]), node))
    m.write(ref.address, cells.FACTORY, factory)
    return ref


def _next(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    items = m.interpreter.elements(m, frame, args.get(0, "iterator") or TOP, node.span)
    return identities.materialize(m, frame, containers.summary(m, items) or TOP, node.span)


def _map(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    if len(args.pos) != 2:
        return Seq((), TOP)
    items = m.interpreter.elements(m, frame, args.pos[1], node.span)
    outer = frame.unrolled_at

    def _one(value: Value, index: int) -> Value:
        frame.unrolled_at = (*outer, index)
        result = m.interpreter.call(m, frame, args.pos[0], Args((value,), spans=(None,)), node)
        frame.unrolled_at = outer
        return result

    prefix = tuple(_one(v, i) for i, v in enumerate(items.prefix))
    rest = None if items.rest is None else untagged(_one(identities.summarize(m, items.rest), -1))
    return Seq(prefix, rest, tuple(_one(v, len(prefix) + i) for i, v in enumerate(items.suffix)))


def _super(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    scope = frame
    while scope.owner is None:
        if scope.parent is None:
            return TOP
        scope = scope.parent
        m.crossed(scope)
    owner = args.pos[0] if args.pos and type(args.pos[0]) is ClassV else scope.owner
    receiver = args.pos[1] if len(args.pos) > 1 else scope.receiver
    return SuperV(receiver, owner) if isinstance(receiver, Ref | ClassV) else TOP


def _type(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    value = args.pos[0] if len(args.pos) == 1 else TOP
    return value.what if type(value) is Ref and isinstance(value.what, ClassV) else TOP


def _partial(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    if not args.pos or args.open:
        return TOP
    return PartialV(args.pos[0], args.pos[1:], tuple(args.kw.items()), tuple(_bound(frame, args, node)))


def _bound(frame: Frame, args: Args, node: ir.Call) -> Iterator[tuple[str, Bound]]:
    """Where the keywords of a `partial` are written."""
    call = frame.place(node.span, node.args[0].value.span if node.args else None)
    for name, span in args.kw_spans.items():
        yield name, Bound(call, frame.place(span), losses.is_handed(frame, node, {span}))


def _first(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    return args.pos[0] if args.pos else TOP


def _revealed(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    """`bce_lint.reveal(value)`: an observer tells what is known of it. Whoever asks goes on where the value would raise."""
    m.ended = False
    return args.get(0, "value") or TOP


def _transparent(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    """A decorator factory that leaves the function as it is."""
    return External("bce_lint.identity")


def _number(kind: type) -> Model:
    def _convert(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
        value = args.pos[0] if args.pos else TOP
        if type(value) is not Constant or value.value is None:
            number = kind in (int, float) and type(value) is not Constant
            return changed(m.fresh(frame, node.span), kind=kind.__name__) if number else TOP
        return folded(kind, value)

    return _convert


def _bool(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    value = args.get(0, "object")
    outcome = objects.truth(m, value) if value is not None else False
    return TOP if outcome is None else const(outcome)


def _named_tuple(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    """`collections.namedtuple(name, fields)`: a class with those fields."""
    given = args.get(1, "field_names") or TOP
    if type(given) is Constant and isinstance(given.value, str):
        names: list[object] = list(given.value.replace(",", " ").split())
    else:
        items = containers.content(m, given)
        names = [] if items is None else [v.value for v in items.prefix if type(v) is Constant]
        if items is None or not items.exact or len(names) < len(items.prefix):
            return TOP
    body = tuple(ir.Declare(node.span, ir.Name(node.span, str(n)), ir.Const(node.span, None)) for n in names)
    made = ir.ClassDef(node.span, "namedtuple", (), body)
    return ClassV(made, frame.unit.path, m.intern(("class", frame.unit.address, node.span)), (), "namedtuple")


def _data_parallel(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    """`data_parallel(module, inputs, …)`: the module applied to its inputs."""
    given = args.get(1, "inputs") or TOP
    inputs = given.prefix if type(given) is Seq and given.exact else (given,)
    return m.interpreter.call(m, frame, args.get(0, "module") or TOP, Args(inputs, spans=(None,) * len(inputs)), node)


def _checkpoint(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    """`checkpoint(function, *args, use_reentrant=…)`: the function called with the arguments."""
    inner = Args(args.pos[1:], {k: v for k, v in args.kw.items() if k not in CHECKPOINT_OPTIONS}, args.open, args.spans[1:])
    return m.interpreter.call(m, frame, args.get(0, "function") or TOP, inner, node)


def _callable(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    value = args.pos[0] if args.pos else TOP
    if type(value) is Constant:
        return const(False)
    return const(True) if type(value) in (FunctionV, MethodV, ClassV, PartialV) else TOP


def _iterated(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    """`tqdm(items)`: iterates over what its argument iterates over."""
    return args.get(0, "iterable") or TOP


def _ends(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    """`sys.exit()`: no statement runs after it."""
    m.ended = True
    return NEVER


def _cast(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    """`typing.cast(type, value)`."""
    return args.pos[1] if len(args.pos) > 1 else TOP


MODELS: dict[str, Model] = {
    "builtins.len": _len, "builtins.range": _range, "builtins.enumerate": _enumerate, "builtins.zip": _zip,
    "builtins.list": _list, "builtins.tuple": _tuple, "torch.Size": _tuple, "builtins.dict": _dict, "collections.OrderedDict": _dict,
    "builtins.set": _set, "collections.deque": _deque, "collections.defaultdict": _default_dict, "builtins.next": _next,
    "builtins.map": _map, "builtins.super": _super, "builtins.type": _type,
    PARTIAL: _partial, "builtins.iter": _first, "functools.wraps": _transparent,
    "functools.lru_cache": _transparent,
    "builtins.staticmethod": _first, "builtins.classmethod": _first,
    "bce_lint.identity": _first, "bce_lint.reveal": _revealed, "builtins.int": _number(int), "builtins.float": _number(float),
    "builtins.str": _number(str), "builtins.bool": _bool, "builtins.callable": _callable, "torch.nn.parallel.data_parallel": _data_parallel,
    **dict.fromkeys(CHECKPOINTS, _checkpoint), "collections.namedtuple": _named_tuple, "typing.cast": _cast,
    "torch.autograd.Variable": _first,
    **dict.fromkeys(TRANSPARENT_ITERATORS, _iterated), **dict.fromkeys(NEVER_RETURN, _ends),
}  # fmt: skip
"""Python's builtins, the standard library, and what only hands a call on."""
