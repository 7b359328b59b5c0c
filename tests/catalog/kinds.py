"""What each kind of transfer promises about a result, given the input that it was made from."""

from __future__ import annotations

from math import inf, isinf
from typing import Any

import torch

from bce_lint.catalog.terms import Kind, Range, Transfer
from tests.catalog.probes import values

SLACK = 1e-3


def first(row: Transfer, found: Any) -> torch.Tensor:
    """The tensor that the row speaks of, out of a result of the announced form."""
    match row.result:
        case "tensor":
            assert isinstance(found, torch.Tensor)
            return found
        case "tuple":
            assert isinstance(found, tuple | list)
            parts = found if row.fields else torch.cat([part.flatten() for part in found])
            return parts[0] if row.fields else parts
        case _:
            assert found._fields == row.fields
            if "indices" in row.fields:
                assert found.indices.dtype == torch.int64
            assert isinstance(found[0], torch.Tensor)
            return found[0]


def check(row: Transfer, x: torch.Tensor, found: Any) -> None:
    """Asserts what the row says of `found`, the result for the input `x`."""
    if row.kind is Kind.SCALAR:
        assert not isinstance(found, torch.Tensor)
        return
    if row.kind is Kind.NONE:
        return
    y = first(row, found).detach()
    assert row.dtype is None or str(y.dtype) == f"torch.{row.dtype}"
    assert row.device in {None, y.device.type}
    match row.kind:
        case Kind.KEEP:
            assert values(y) == values(x.to(y.dtype))
        case Kind.SELECT:
            assert values(y) <= values(x)
        case Kind.FILL:
            assert len(values(y) & values(x)) > 1
        case Kind.BOUNDED | Kind.SIGN:
            _inside(y, row.range)
        case Kind.MONOTONE | Kind.CLAMP:
            _inside(y, row.range)
            assert values(y) <= values(x.clamp(row.range.low, row.range.high))
        case Kind.MEAN | Kind.BLEND:
            _inside(y, Range(float(x.min()), float(x.max())))
        case Kind.ROUND:
            assert torch.equal(y, y.round())
            assert float((y - x).abs().max()) <= 1
        case Kind.EXP:
            assert torch.allclose(y, 2.718281828 ** x.double(), equal_nan=True)
        case Kind.LOG:
            assert torch.allclose(2.718281828**y, x.double(), equal_nan=True)
        case Kind.LABEL:
            assert torch.equal(y, y.round())
            assert float(y.min()) >= 0
        case Kind.BOOL:
            assert values(y) <= {0.0, 1.0}
        case Kind.FACTORY:
            _inside(y, row.range)
        case Kind.ARITHMETIC | Kind.MATMUL | Kind.LOGITS | Kind.PARAMETER | Kind.RECURRENT | Kind.JOIN | Kind.MASK:
            assert y.dtype.is_floating_point
        case _:
            raise AssertionError(f"no check for {row.kind}")


def _inside(y: torch.Tensor, bounds: Range) -> None:
    y = y[~y.isnan()].double()
    assert y.numel()
    assert float(y.min()) >= bounds.low - SLACK
    assert float(y.max()) <= bounds.high + SLACK


def reaches(y: torch.Tensor, bounds: Range) -> bool:
    """Whether values near both ends of `bounds` occur; for an end at infinity, well outside what a probability can be."""
    y = y.detach()[~y.isnan()].double()
    near_low = float(y.min()) < (-1.5 if isinf(bounds.low) else bounds.low + 0.1)
    near_high = float(y.max()) > (1.5 if bounds.high == inf else bounds.high - 0.1)
    return near_low and near_high
