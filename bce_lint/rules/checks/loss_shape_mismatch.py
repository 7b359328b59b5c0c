"""A loss whose input and target cannot have the shapes that it asks for.

## What it does
Reports a loss when the shapes of its input and its target certainly do not fit:

- `BCELoss`, `BCEWithLogitsLoss`, `MultiLabelMarginLoss` and torchvision's focal loss, where the two must be equal;
- `CrossEntropyLoss`, `NLLLoss` and `MultiMarginLoss` with class indices, where the target has the input's shape without
  dimension 1, the dimension of the classes;
- `MSELoss`, `L1Loss`, `SmoothL1Loss`, `HuberLoss`, `KLDivLoss`, `MultiLabelSoftMarginLoss` and others, which broadcast, and a binary cross
  entropy that is written by hand, when both sides are repeated to match: a column against a row;
- `BCELoss` and `BCEWithLogitsLoss`, when their `weight` or `pos_weight` does not broadcast to the input's shape.

It is reported where input and target have these shapes: inside a function of the project that flattens or transposes them, else where
that is called. In one arm of a test that cannot be decided (`if self.mode == "binary":` with a mode from a configuration) shapes that a
caller handed in prove nothing: it is reported only where every arm is wrong.

## Why is this bad?
The first two groups and the last raise:

    ValueError: Target size (torch.Size([64])) must be the same as input size (torch.Size([64, 1]))
    ValueError: Using a target size (torch.Size([64])) that is different to the input size (torch.Size([64, 1])) is deprecated.
    RuntimeError: 0D or 1D target tensor expected, multi-target not supported
    RuntimeError: Expected target size [4, 3], got [4, 7]
    RuntimeError: The size of tensor a (9) must match the size of tensor b (16) at non-singleton dimension 3

The third group is worse, because it goes on: a model's output of shape (N, 1) and a target of shape (N,) become a table of N times
N pairs, and each prediction is pulled towards the targets of all other samples. Only some of these losses warn.

## Example
```python
import torch
from torch import nn

model = nn.Linear(8, 1)
criterion = nn.BCEWithLogitsLoss()

x = torch.randn(64, 8)
y = torch.zeros(64)
loss = criterion(model(x), y)
```

## Use instead
```python
import torch
from torch import nn

model = nn.Linear(8, 1)
criterion = nn.BCEWithLogitsLoss()

x = torch.randn(64, 8)
y = torch.zeros(64)
loss = criterion(model(x).squeeze(1), y)
```
This is right because both have the shape (64,). `y.unsqueeze(1)` is right as well, except for class indices, which never have a
dimension for the classes: there use `y.squeeze(1)`. Name the dimension: `squeeze()` alone also takes away a batch of one.

A weight for each class of (N, C, H, W) needs the shape (C, 1, 1), one for each sample of (N, C) the shape (N, 1).

## Fix safety
Where one of input and target has a last dimension of size 1 more, `.squeeze(-1)` takes it away; a dimension 1 of that size goes with
`.squeeze(1)`, or the target gets it with `.unsqueeze(1)`. Only where the rest then fits, and only one of them does. Unsafe: where the
loss broadcasts, the training values change, as they must.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html>
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html>
- <https://docs.pytorch.org/docs/stable/notes/broadcasting.html>
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.domain import tensor
from bce_lint.analysis.domain.shapes import differ, fits_into, least_rank, outgrow, rank, size, sizes_differ
from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.sites import HandWrittenSite, LossSite, Site
from bce_lint.catalog.schema import Contract, ShapeRelation, Target
from bce_lint.fixes.intent import Change, FixIntent
from bce_lint.rules.dtypes import is_integer
from bce_lint.rules.messages import WEIGHT_GIVEN, Labels, arguments, assumed, loss, sizes, unlike, way
from bce_lint.rules.precedence import Subject
from bce_lint.rules.rule import Finding, Rule


def check(site: Site) -> Iterator[Finding]:
    """Yields a finding when no input that can arrive fits any of the targets."""
    match site:
        case LossSite(input=(first, *_), target=(target, *_)) if all(
            _mismatch(site.contract, x, y) for x in site.input for y in site.target
        ):
            met = site.shaped or site
            said = f"{loss(met)} {_said(site.contract, first.shape, target.shape)}"
            made = _made(site)
            labels = arguments(site, made) + made + way(met) + assumed(*site.input, *site.target)
            yield Finding(said, labels, met.primary, None if site.shaped else _fix(site))
        case LossSite(contract=Contract(name="BCELoss" | "BCEWithLogitsLoss"), input=(_, *_)):
            yield from _weighted(site)
        case HandWrittenSite(shapes=(x, y)):
            made = sizes("input", unlike(x, y)) + sizes("target", unlike(y, x))
            yield Finding(f"this binary cross entropy {_broadcast(x, y)}", made)


def _weighted(site: LossSite) -> Iterator[Finding]:
    """Yields a finding for a weight that no input that can arrive can be multiplied with, value by value."""
    for name, weights in (("weight", site.weight), ("pos_weight", site.pos_weight)):
        if weights and not any(fits_into(w.shape, x.shape) for w in weights for x in site.input):
            met = site.shaped or site
            own, shape = weights[0].shape, site.input[0].shape
            clashing = [(a, b) for a, b in zip((own or ())[::-1], (shape or ())[::-1], strict=False) if a != b and a != 1]
            made = sizes(name, [a for a, _ in clashing]) + sizes("input", [b for _, b in clashing])
            yield Finding(
                f"{loss(met)} expects a `{name}` that broadcasts to its input's shape {shown(shape)} but gets {shown(own)}, "
                "which raises an error",
                _given_at(site, made) + made + way(met) + assumed(*site.input, *weights),
                met.primary,
            )


def _given_at(site: LossSite, made: Labels) -> Labels:
    """A label for the call that carries the weight, where no other label says more of that place."""
    place = site.weight_place
    return () if place is None or place.range in {site.primary.range, *(known.range for _, known in made)} else ((WEIGHT_GIVEN, place),)


def _mismatch(contract: Contract, x: Tensor, y: Tensor) -> bool:
    match contract.shape:
        case ShapeRelation.EQUAL:
            scalars = contract.target is Target.INT64_ONLY and least_rank(x.shape) + least_rank(y.shape) < 2  # (1,) against () passes
            return differ(x.shape, y.shape) and not scalars
        case ShapeRelation.CLASS_DIM:
            return _indices(contract, x, y) and _not_indices_of(contract, x.shape, y.shape)
        case ShapeRelation.BROADCAST | ShapeRelation.BROADCAST_WARNS:
            return outgrow(x.shape, y.shape)
        case _:
            return False


def _indices(contract: Contract, x: Tensor, y: Tensor) -> bool:
    """True if the loss takes the target for class indices; one-hot rows are another rule's matter."""
    if y.one_hot:
        return False
    return contract.target is not Target.CLASS_INDEX or is_integer(y.dtype) or (y.dtype is None and differ(x.shape, y.shape))


def _not_indices_of(contract: Contract, x: tensor.Shape | None, y: tensor.Shape | None) -> bool:
    """True if a target's shape is certainly not that of a batch of inputs without dimension 1."""
    known, own = rank(x), rank(y)
    if x is None or own is None or known in (0, 1) or (own == 0 and contract.target is Target.INT64_ONLY and size(x, 0) in (None, 1)):
        return False
    if known is None:
        return least_rank(x) > own + 1 or any(sizes_differ(x, y, -i) for i in range(1, own))
    return own != known - 1 or differ(_without_classes(x), y)


def _without_classes(shape: tensor.Shape | None) -> tensor.Shape | None:
    return None if shape is None or rank(shape) is None else shape[:1] + shape[2:]


def _said(contract: Contract, x: tensor.Shape | None, y: tensor.Shape | None) -> str:
    match contract.shape:
        case ShapeRelation.EQUAL:
            return f"expects an input and a target of one shape but gets {shown(x)} and {shown(y)}, which raises an error"
        case ShapeRelation.CLASS_DIM:
            wanted = f"of shape {shown(_without_classes(x))}, " if (rank(x) or 0) >= 2 else "of "
            return f"expects a target {wanted}its input's shape {shown(x)} without dimension 1, the classes, but gets {shown(y)}"
        case _:
            return _broadcast(x, y)


def _broadcast(x: tensor.Shape | None, y: tensor.Shape | None) -> str:
    given = f"an input of shape {shown(x)} and a target of shape {shown(y)}"
    return f"broadcasts {given} against each other, so it compares every prediction with every target"


def shown(shape: tensor.Shape | None) -> str:
    """A shape as it would be written, with `?` for a size that is not known."""
    sizes = ["..." if size is ... else "?" if size is None else str(size) for size in shape or ()]
    return f"`({', '.join(sizes)}{',' if len(sizes) == 1 else ''})`"


def _fix(site: LossSite) -> FixIntent | None:
    """A dimension of size 1 that one of input and target has more can go, or be given to the other, where only one fits."""
    pairs = {_change(site.contract, x.shape, y.shape) for x in site.input for y in site.target}
    return FixIntent(Change.SHAPE, site, found) if len(pairs) == 1 and (found := pairs.pop()) else None


def _change(contract: Contract, x: tensor.Shape | None, y: tensor.Shape | None) -> str:
    """Which side loses or gets which dimension to make two shapes one, but for the classes; or an empty string."""
    m, n = rank(x), rank(y)
    if x is None or y is None or m is None or n is None:
        return ""
    wanted = contract.shape is ShapeRelation.CLASS_DIM
    own = _without_classes(x) if wanted else x
    assert own is not None
    if n == len(own) + 1:
        return _dropped(y, own, "target loses -1", "target loses 1")
    return _dropped(own, y, "input loses -1", "target gets 1") if not wanted and m == n + 1 else ""


def _dropped(large: tensor.Shape, small: tensor.Shape, last: str, second: str) -> str:
    """What is said for the last, or for the second dimension of a shape: that which has size 1 and whose loss makes it the other shape."""
    fits = {at for at in (1, len(large) - 1) if size(large, at) == 1 and not differ(large[:at] + large[at + 1 :], small)}
    if len(fits) > 1 and any(one != 1 for one in large[1:]):
        return ""
    return "" if not fits else last if len(large) - 1 in fits else second


def _made(site: LossSite) -> Labels:
    """Labels for the sizes of the input and of the target that the other has not."""
    classes = site.contract.shape is ShapeRelation.CLASS_DIM
    pairs = [(_without_classes(x.shape) if classes else x.shape, y.shape) for x in site.input for y in site.target]
    of_input = sizes("input", [size for x, y in pairs for size in unlike(x, y)])
    return of_input + sizes("target", [size for x, y in pairs for size in unlike(y, x)])


RULE = Rule("BCE401", "loss-shape-mismatch", check, __doc__, subject=Subject.TARGET)
