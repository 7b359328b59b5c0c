"""Values that a product with one-hot rows picks: `(p * one_hot).sum(-1)` holds one value of `p` for each row."""

from __future__ import annotations

from bce_lint.analysis.domain.shapes import rank
from bce_lint.analysis.domain.tensor import Formula, Tensor
from bce_lint.analysis.domain.values import Constant, Value
from bce_lint.analysis.models.keywords import either
from bce_lint.analysis.state.frames import Args
from bce_lint.catalog.schema import ACTIVATED, Domain
from bce_lint.records import changed

_PICKED = ACTIVATED | {Domain.LOGITS}


def product(a: Value, b: Value, form: Formula | None) -> Formula | None:
    """How a product was written: where one operand holds one-hot rows along its last dimension, the other is picked from."""
    for rows, values in ((a, b), (b, a)):
        if type(rows) is Tensor and rows.one_hot and not rows.turned and type(values) is Tensor and values.domain in _PICKED:
            return (form or Formula("product"))._replace(picked=changed(values, identity=0, form=None))
    return form


def summed(result: Tensor, tensor: Tensor, args: Args) -> Tensor:
    """The sum of such a product over the dimension of the one-hot rows: the values that they pick."""
    picked, dim = tensor.form.picked if tensor.form is not None else None, either(args, 1, "dim")
    if picked is None or tensor.turned or type(dim) is not Constant or dim.value not in (-1, (rank(tensor.shape) or 0) - 1):
        return result
    origin, inner = (tuple(one._replace(over=None) for one in ones) for ones in (picked.origin, picked.inner))
    return changed(result, domain=picked.domain, range=picked.range, origin=origin, inner=inner)
