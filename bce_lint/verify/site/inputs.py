"""What a slice is given: seeded tensors of the shapes, dtypes and ranges that are known of its inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import torch
from torch import Tensor

from bce_lint.analysis.domain import tensor
from bce_lint.analysis.domain.values import Unknown, Value, options
from bce_lint.analysis.models.idioms import SMALL
from bce_lint.analysis.recording.terms import Apply, Input, Key, Known, Term, walk
from bce_lint.catalog.dtypes import INTEGERS
from bce_lint.catalog.schema import Domain, Expects, ShapeRelation
from bce_lint.fixes.terms import LossCall, loss_in
from bce_lint.verify import samples
from bce_lint.verify.site.slices import inputs, key

_N: Final = 12
_SIZES: Final = (_N, 4, 5, 3, 2)
_WEIGHTS: Final = ("weight", "pos_weight")
_WIDEST: Final = 1_000
_LARGEST: Final = 200_000
_ELEMENTS: Final = ((_N, 3), (_N, 1), (_N,), (3, 1, 5, 5), (4, 3, 5, 5), (4, 6, 3), (1,), ())
_CLASSES: Final = ((_N, 4), (3, 4, 5), (2, 4, 5, 5), (4,), (_N, 2), (_N, 5, 4))
_ONE_BY_ONE: Final = (Domain.PROBABILITY, Domain.LOG_PROBABILITY)
Size = tuple[int, ...]


@dataclass(frozen=True)
class Roles:
    """What the inputs of a slice are to its loss: the one that is varied, targets, weights by their option, and others."""

    main: Input
    targets: tuple[Input, ...] = ()
    weights: tuple[tuple[str, Input], ...] = ()
    others: tuple[Input, ...] = ()
    indices: frozenset[Key] = frozenset()
    """Those of the others that choose elements, by a mask or by numbers, and have a shape that nobody knows."""


def roles(after: Term, before: Term) -> Roles | None:
    """The roles of a slice's inputs as the fix leaves it, and of those that only it had before; None where there is none."""
    found = _roles(after, loss_in(after))
    if found is None:
        return None
    old, known = loss_in(before), {key(one) for one in inputs(after)}
    gone = [one for one in inputs(before) if key(one) not in known]
    weights = {} if old is None else {key(one): name for name in _WEIGHTS for one in _left(old.options.get(name), set(known))}
    chosen = {key(one) for term in (before, after) for one in _indices(term)} - {key(found.main)}
    return replace(
        found,
        targets=tuple(one for one in found.targets if key(one) not in chosen),
        weights=(*found.weights, *((weights[key(one)], one) for one in gone if key(one) in weights)),
        others=(*found.others, *(one for one in found.targets if key(one) in chosen), *(one for one in gone if key(one) not in weights)),
        indices=frozenset(one for one in chosen if one is not None),
    )


def _indices(term: Term) -> Iterator[Input]:
    """The masks and tensors of numbers of no known shape by which elements are chosen."""
    for one in walk(term):
        if isinstance(one, Apply) and one.operation == "[]" and isinstance(index := one.args[1], Input):
            known = known_tensor(index.value)
            if known is not None and known.dtype in INTEGERS and known.shape is None:
                yield index


def _roles(slice_: Term, loss: LossCall | None) -> Roles | None:
    every = list(inputs(slice_))
    if loss is None or loss.input is None:
        return Roles(every[0], others=tuple(every[1:])) if every else None
    mains = list(inputs(loss.input))
    if not mains:
        return None
    real = [one for one in mains if (known := known_tensor(one.value)) is None or known.dtype not in INTEGERS]
    mains = [one for one in real if not isinstance(one.value, Unknown) or not one.value.kind] or real or mains
    taken = {key(mains[0])}
    targets = _left(loss.target, taken)
    weights = tuple((name, one) for name in _WEIGHTS for one in _left(loss.options.get(name), taken))
    return Roles(mains[0], targets, weights, tuple(one for one in every if key(one) not in taken))


def chooses(term: Term) -> bool:
    """True if elements are chosen by something of no known shape, so that what is left of a shape is not known either."""
    indices = (one.args[1] for one in walk(term) if isinstance(one, Apply) and one.operation == "[]")
    return any(_is_shapeless(one.value) for index in indices for one in inputs(index))


def _is_shapeless(value: Value) -> bool:
    known = known_tensor(value)
    return known.shape is None if known is not None else not (isinstance(value, Unknown) and value.kind in ("int", "float"))


def _left(term: Term | None, taken: set[Key | None]) -> tuple[Input, ...]:
    found = tuple(one for one in inputs(term) if key(one) not in taken) if term is not None else ()
    taken.update(map(key, found))
    return found


def known_tensor(value: Value) -> tensor.Tensor | None:
    """What is known of a value that is a tensor in each alternative."""
    found = options(value)
    first = found[0]
    return first if isinstance(first, tensor.Tensor) and all(isinstance(one, tensor.Tensor) for one in found) else None


def mains(found: Roles, loss: LossCall | None) -> Iterator[Size]:
    """Shapes of the main input to be tried, the likeliest first."""
    of_classes = loss is not None and loss.contract.shape is ShapeRelation.CLASS_DIM
    known = known_tensor(found.main.value)
    domain = Domain.UNKNOWN if known is None else known.domain
    likely = _CLASSES if of_classes or domain in (Domain.CATEGORICAL, Domain.LOG_CATEGORICAL) else _ELEMENTS
    given = loss.target if loss is not None else None
    target = known_tensor(given.value) if isinstance(given, Input | Apply) else None
    shape = None if target is None else target.shape
    if shape is not None and shape[:1] != (...,) and None not in shape and _count(shape) <= _LARGEST:  # a target written out
        whole = tuple(one for one in shape if isinstance(one, int))
        classes = tuple((*whole[:1], count, *whole[1:]) for count in (_SIZES[1], *_last(known)))
        likely = (*((*classes, whole) if of_classes else (whole, (*whole, 1), whole[:-1])), *likely)
    weight = loss.options.get("weight") if of_classes and loss is not None else None
    if isinstance(weight, Apply) and (of_weight := known_tensor(weight.value)) is not None and of_weight.shape is not None:
        likely = (*((_N, one) for one in of_weight.shape[:1] if isinstance(one, int)), *likely)
    lasts = () if loss is None else (*((_N, size) for size in _viewed(loss)), *_expanded(loss))
    yield from _fitting(known, (*lasts, *likely, *_ELEMENTS, *_CLASSES))


def _viewed(loss: LossCall) -> Iterator[int]:
    """The sizes that values are brought into on their way to the loss."""
    views = [one for one in walk(loss.input or Known(None)) if isinstance(one, Apply) and one.operation in (".view", ".reshape")]
    for view in views:
        last = view.args[-1]
        if isinstance(last, Known) and isinstance(last.value, int) and 0 < last.value <= _WIDEST:
            yield last.value


def _expanded(loss: LossCall) -> Iterator[Size]:
    """Shapes that are expanded on their way to the loss."""
    for one in walk(loss.input or Known(None)):
        if isinstance(one, Apply) and one.operation == ".expand":
            size = tuple(arg.value for arg in one.args[1:] if isinstance(arg, Known) and isinstance(arg.value, int) and arg.value > 0)
            if len(size) > 1 and _count(size) <= _LARGEST:
                yield (*size[:-1], 1)


def _count(shape: tensor.Shape) -> int:
    count = 1
    for one in shape:
        count *= one if isinstance(one, int) else 1
    return count


def _last(known: tensor.Tensor | None) -> tuple[int, ...]:
    """The last size of a tensor, if it is known."""
    last = known.shape[-1:] if known is not None and known.shape is not None else ()
    return tuple(one for one in last if isinstance(one, int))


def targets(found: Roles, loss: LossCall | None, of_input: Size) -> Iterator[Size]:
    """Shapes of the target to be tried, for an input of the loss of some shape."""
    of_classes = loss is not None and loss.contract.shape is ShapeRelation.CLASS_DIM
    known = known_tensor(found.targets[0].value) if found.targets else None
    yield from _fitting(known, _targets(of_input, of_classes))


def _targets(main: Size, of_classes: bool) -> tuple[Size, ...]:
    indexed = (main[:1] + main[2:], main[:-1])
    same = (main, (*main, 1), *((main[:-1],) if main[-1:] == (1,) else ()))
    return (*indexed, *same) if of_classes else (*same, *indexed)


def _fitting(known: tensor.Tensor | None, likely: tuple[Size, ...]) -> Iterator[Size]:
    shape = None if known is None else known.shape
    fitting = [one for one in dict.fromkeys(likely) if shape is None or _fits(shape, one)]
    if shape is not None:
        filled = _filled(shape)
        fitting = [filled, *fitting] if filled is not None else fitting
    yield from dict.fromkeys(fitting)


def _fits(shape: tensor.Shape, size: Size) -> bool:
    tail = shape[1:] if shape[:1] == (...,) else shape
    if len(size) < len(tail) or (len(size) > len(tail) and shape is tail):
        return False
    return all(one is None or one == two for one, two in zip(reversed(tail), reversed(size), strict=False))


def _filled(shape: tensor.Shape) -> Size | None:
    """A shape with sizes where none is known."""
    tail = shape[1:] if shape[:1] == (...,) else shape
    spare = list(_SIZES) if shape is tail else list(_SIZES[1:])
    found = tuple(one if isinstance(one, int) else spare[min(i, len(spare) - 1)] for i, one in enumerate(tail))
    size = found if shape is tail else (_N, *found)
    return size if 0 < _count(size) <= _LARGEST else None


class Inputs:
    """The tensors for one choice of shapes, from a seed: `main` is that of the main input, `input` that of what the loss gets.

    `probability` says that the main input must be one, though nothing is known of it: its logarithm is taken, and that of 1 - p.
    """

    def __init__(self, found: Roles, loss: LossCall | None, main: Size, seed: int, probability: bool = False) -> None:
        self.roles, self.loss, self.main, self.seed, self.probability = found, loss, main, seed, probability
        self.input, self.target = main, main
        self.ignored: tuple[int, ...] = ()

    def at(self, x: Tensor, high: bool) -> Mapping[Key, Any]:
        """What the slice is given when its main input comes from these logits; `high` keeps real numbers in their dtype."""
        given = {_key(self.roles.main): self._main(x)}
        given.update({_key(one): self._labels(one, x, high) for one in self.roles.targets})
        given.update({_key(one): self._weight(one, x, high) for _, one in self.roles.weights})
        given.update({_key(one): self._other(one, x, i) for i, one in enumerate(self.roles.others)})
        return given

    def _main(self, x: Tensor) -> Tensor:
        """The main input in the range that is known of it; what a loss of probabilities takes must be one."""
        known = known_tensor(self.roles.main.value)
        domain = Domain.UNKNOWN if known is None else known.domain
        if known is not None and known.dtype is not None and known.dtype in INTEGERS:
            return (x.detach().abs() % 2).to(getattr(torch, known.dtype))
        if domain is Domain.UNKNOWN and (known is None or known.range.low < 0) and self._direct():
            assert self.loss is not None
            domain = _WANTED.get(self.loss.contract.expects, domain)
        if domain is Domain.UNKNOWN and self.probability:
            domain = Domain.PROBABILITY
        if domain is Domain.UNKNOWN and known is not None:
            return _ranged(x * 1, known.range.low, known.range.high)
        return _in_domain(x * 1, domain)

    def _direct(self) -> bool:
        """True if the loss takes the main input as it is, but for its shape."""
        return self.loss is not None and self.loss.input is self.roles.main

    def _labels(self, one: Input, x: Tensor, high: bool) -> Tensor:
        known = known_tensor(one.value)
        dtype = None if known is None else known.dtype
        if self.loss is not None and self.loss.contract.shape is ShapeRelation.CLASS_DIM:
            return self._classes(dtype, x, high)
        if dtype in INTEGERS:
            return samples.fractions(self.seed, *self.target).round().to(x.device, getattr(torch, dtype))
        return self._real(known).to(x.device, _dtype(dtype, x, high))

    def _real(self, known: tensor.Tensor | None) -> Tensor:
        contract = None if self.loss is None else self.loss.contract
        halves = samples.fractions(self.seed, *self.target)
        if contract is not None and contract.name in ("SoftMarginLoss", "HingeEmbeddingLoss"):
            return halves.round() * 2 - 1
        if contract is not None and contract.expects is Expects.KL_LOG_PROBABILITIES:
            shares = halves.softmax(1).mul(256).round().div(256) if halves.dim() > 1 else halves
            return shares.clamp(1 / 256).log() if known is not None and known.range.low < 0 >= known.range.high - SMALL else shares
        soft = known is None or not known.one_hot
        return halves if soft else halves.round()

    def _classes(self, dtype: str | None, x: Tensor, high: bool) -> Tensor:
        count = max(1, min(samples.CLASSES, *self.input[:2][-1:]))
        if self.target == self.input and dtype not in INTEGERS:
            soft = samples.fractions(self.seed, *self.target).softmax(1).mul(256).round().div(256)
            return soft.to(x.device, _dtype(dtype, x, high))
        number = torch.Size(self.target).numel()
        indices = (torch.arange(number) * 7 + self.seed).remainder(count)
        ignored = torch.tensor(self.ignored[: number // 2], dtype=torch.int64)
        indices[: len(ignored)] = ignored
        indices = indices.reshape(self.target)
        if self.target == self.input:
            indices = (indices == 0).long()
        return indices.to(x.device, torch.int64 if dtype is None else getattr(torch, dtype))

    def _weight(self, one: Input, x: Tensor, high: bool) -> Tensor:
        known = known_tensor(one.value)
        dtype = None if known is None else known.dtype
        of_classes = self.loss is not None and self.loss.contract.shape is ShapeRelation.CLASS_DIM
        size = (self.input[1],) if of_classes and len(self.input) > 1 else ()
        made = samples.weights(self.seed, *size)
        return ((made * 2).round() if dtype in INTEGERS else made).to(x.device, _dtype(dtype, x, high))

    def _other(self, one: Input, x: Tensor, index: int) -> Any:
        if isinstance(one.value, Unknown) and one.value.kind.startswith("option "):
            return SAMPLED[one.value.kind.removeprefix("option ")]
        if isinstance(one.value, Unknown) and one.value.kind in ("int", "float"):
            return 2.0 if one.value.kind == "float" else self.main[-1] if self.main else 1
        known = known_tensor(one.value)
        if known is not None and _key(one) in self.roles.indices:  # every row is chosen: then what is chosen from may have any shape
            rows = torch.arange(self.main[0] if self.main else 1, device=x.device)
            return rows >= 0 if known.dtype in _MASKS else rows
        made = samples.logits(self.seed + 10 + index, 2.0, self.main).logits
        if known is None:
            return made.to(x.device, x.dtype)
        if known.dtype in INTEGERS:
            return (made > 0).to(x.device, getattr(torch, known.dtype))
        return _in_domain(made.to(x.device, x.dtype), known.domain)


_MASKS: Final = frozenset({"bool", "uint8"})
SAMPLED: Final[Mapping[str, Any]] = {
    "reduction": "sum", "ignore_index": 1, "label_smoothing": 0.25, "size_average": False, "reduce": True,
}  # fmt: skip
"""What options are that are not constant in the code, before and after."""
_WANTED: Final[Mapping[Expects, Domain]] = {
    Expects.PROBABILITY: Domain.PROBABILITY,
    Expects.LOG_PROBABILITIES: Domain.LOG_CATEGORICAL,
    Expects.KL_LOG_PROBABILITIES: Domain.LOG_CATEGORICAL,
}


def _dtype(known: str | None, x: Tensor, high: bool) -> torch.dtype:
    """The dtype of an input beside the logits."""
    if known is None or (high and known not in INTEGERS):
        return x.dtype
    found: torch.dtype = getattr(torch, known)
    return found


def _key(one: Input) -> Key:
    return one.spot, one.text


def _in_domain(x: Tensor, domain: Domain) -> Tensor:
    dim = 1 if x.dim() > 1 else -1
    match domain:
        case Domain.PROBABILITY:
            return torch.sigmoid(x)
        case Domain.LOG_PROBABILITY:
            return torch.nn.functional.logsigmoid(x)
        case Domain.CATEGORICAL:
            return torch.softmax(x, dim) if x.dim() else torch.sigmoid(x)
        case Domain.LOG_CATEGORICAL:
            return torch.log_softmax(x, dim) if x.dim() else torch.nn.functional.logsigmoid(x)
    return x


def _ranged(x: Tensor, low: float, high: float) -> Tensor:
    """Logits brought into a range."""
    if low == -torch.inf:
        return x
    if high == torch.inf:
        return x.abs() + low
    return low + (high - low) * torch.sigmoid(x)
