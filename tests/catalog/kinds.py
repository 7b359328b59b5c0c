"""What each kind of transfer promises about a result, given the input that it was made from."""

from __future__ import annotations

from math import inf, isinf
from typing import Any

import torch

from bce_lint.catalog.schema import Kind, Range, Transfer
from tests.catalog.probes import values

SLACK = 1e-3


def first(row: Transfer, found: Any) -> torch.Tensor:
    """The tensor that the row speaks of, out of a result of the announced form."""
    match row.result:
        case "tensor":
            assert isinstance(found, torch.Tensor)
            return found.detach()
        case "tuple":
            assert isinstance(found, tuple | list)
            return found[0].detach() if row.fields else torch.cat([part.flatten() for part in found])
        case _:
            assert list(found) == [getattr(found, name) for name in row.fields]
            if "indices" in row.fields:
                assert found.indices.dtype == torch.int64
            assert isinstance(found[0], torch.Tensor)
            return found[0].detach()


def bounds(row: Transfer, arguments: dict[str, Any]) -> Range:
    """The row's range with the ends that the arguments replace."""
    low, high = row.bounds or (None, None)
    return Range(arguments.get(low or "", row.range.low), arguments.get(high or "", row.range.high), row.range.tight)


def check(row: Transfer, x: torch.Tensor, found: Any, arguments: dict[str, Any]) -> None:
    """Asserts what the row says of `found`, the result for the input `x` and the other arguments."""
    if row.kind in {Kind.SCALAR, Kind.NONE}:
        assert not isinstance(found, torch.Tensor)
        return
    y = first(row, found)
    assert row.dtype is None or str(y.dtype) == f"torch.{row.dtype}"
    limits = bounds(row, arguments)
    match row.kind:
        case Kind.KEEP:
            assert values(y) == values(x.to(y.dtype))
        case Kind.SELECT:
            assert values(y) <= values(x)
        case Kind.JOIN:
            assert values(y) == values(x) | {v for tensor in arguments["tensors"] for v in values(tensor)}
        case Kind.MASK:
            assert values(x) & values(y) < values(y) <= values(x) | values(arguments["other"])
        case Kind.FILL:
            assert values(x) & values(y) < values(y) <= values(x) | {100.0}
        case Kind.MONOTONE | Kind.CLAMP:
            assert values(y) == values(x.clamp(limits.low, limits.high))
        case Kind.MEAN | Kind.BLEND:
            _inside(y, Range(float(x.min()), float(x.max())))
        case Kind.ROUND:
            assert torch.equal(y, y.round())
            assert float((y - x).abs().max()) <= 1
        case Kind.EXP:
            assert torch.allclose(y.double(), torch.tensor(torch.e).double() ** x.double())
        case Kind.LOG:
            assert torch.allclose(torch.tensor(torch.e).double() ** y.double(), x.double())
        case Kind.LABEL:
            assert torch.equal(y, y.round())
            assert float(y.min()) >= 0
        case Kind.BOOL:
            assert values(y) <= {0.0, 1.0}
        case Kind.FACTORY | Kind.BOUNDED | Kind.SIGN | Kind.RECURRENT:
            _inside(y, limits)
        case Kind.ARITHMETIC | Kind.MATMUL | Kind.LOGITS | Kind.PARAMETER:
            assert y.numel()
        case _:
            raise AssertionError(f"no check for {row.kind}")


def _inside(y: torch.Tensor, limits: Range) -> None:
    y = y[~y.isnan()].double()
    assert y.numel()
    assert float(y.min()) >= limits.low - SLACK
    assert float(y.max()) <= limits.high + SLACK


def reaches(y: torch.Tensor, limits: Range) -> bool:
    """True if values near both ends of `limits` occur; for an end at infinity, well outside what a probability can be."""
    y = y.detach()[~y.isnan()].double()
    near_low = float(y.min()) < (-1.5 if isinf(limits.low) else limits.low + 0.1)
    near_high = float(y.max()) > (1.5 if limits.high == inf else limits.high - 0.1)
    return near_low and near_high
