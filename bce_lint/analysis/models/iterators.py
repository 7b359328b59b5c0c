"""What iterates over elements of others: in another order, one list behind the other, some of them."""

from __future__ import annotations

from functools import reduce

from bce_lint import ir
from bce_lint.analysis.domain import sequences
from bce_lint.analysis.domain.values import TOP, Ref, Seq, Value, join_all, options
from bce_lint.analysis.models.model import Model
from bce_lint.analysis.state import containers
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine


def _some(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Seq:
    """Elements of an argument, any number of times, or in another order."""
    items = m.interpreter.elements(m, frame, args.get(0, "iterable") or TOP, node.span)
    return Seq((), containers.summary(m, items) or TOP)


def _chain(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Seq:
    """`itertools.chain(a, b)`: one behind the other."""
    if args.open:
        return containers.ANYTHING
    return reduce(containers.concatenate, [m.interpreter.elements(m, frame, one, node.span) for one in args.pos], Seq())


def _chained(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Seq:
    """`itertools.chain.from_iterable(lists)`."""
    lists = m.interpreter.elements(m, frame, args.get(0, "iterable") or TOP, node.span)
    if lists.exact:
        return _chain(m, frame, Args(lists.prefix), node)
    parts = [containers.summary(m, m.interpreter.elements(m, frame, one, node.span)) for one in lists]
    return Seq((), join_all(part for part in parts if part is not None) or TOP)


def _reversed(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Seq:
    """`reversed(items)`; an object of the project may say itself what that is."""
    items = args.get(0, "sequence") or TOP
    if any(type(one) is Ref and one.kind == "instance" for one in options(items)):
        return _some(m, frame, args, node)
    return sequences.backwards(m.interpreter.elements(m, frame, items, node.span))


def _filter(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    return _some(m, frame, args._replace(pos=args.pos[1:]), node)


def _sorted(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    return containers.new_list(m, frame, node.span, _some(m, frame, args, node))


MODELS: dict[str, Model] = {
    "builtins.filter": _filter, "builtins.reversed": _reversed, "builtins.sorted": _sorted, "itertools.chain": _chain,
    "itertools.chain.from_iterable": _chained, "itertools.cycle": _some, "itertools.islice": _some,
}  # fmt: skip
"""Python's iterators over the elements of others."""
