"""How a row of the function and method tables is called."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch

from bce_lint.catalog import tensors
from bce_lint.catalog.schema import Transfer
from tests.catalog.probes import NOT_INSTALLED
from tests.catalog.samples import CASES, PARAMETERS, default_input

METHOD = "torch.Tensor."
TORCH_ROWS: dict[str, Transfer] = {
    **{name: row for name, row in tensors.FUNCTIONS.items() if not name.startswith((*NOT_INSTALLED, "numpy."))},
    **{METHOD + name: row for name, row in tensors.METHODS.items()},
}
"""All rows about torch, methods under their unbound name."""

BY_POSITION = frozenset({"einsum", "from_numpy"})
"""Functions that take no keywords for these parameters."""


class Call(NamedTuple):
    """The tensor that a row speaks of, and a call on it."""

    subject: torch.Tensor
    positional: tuple[Any, ...]
    keywords: dict[str, Any]


def last(name: str) -> str:
    """The name that samples are found by."""
    return name.rpartition(".")[2].rstrip("_")


def known_values(name: str) -> dict[str, Any]:
    """Parameter values for `name`, its input among them."""
    known = {**PARAMETERS, **CASES.get(name, CASES.get(last(name), {}))}
    x: torch.Tensor = known["input"] if known["input"] is not None else default_input(last(name))
    known["input"] = x if x.requires_grad else x.clone()
    return known


def call_of(name: str) -> Call:
    """By keyword wherever torch has keywords, so that the names of the parameters are checked."""
    row, known = TORCH_ROWS[name], known_values(name)
    x: torch.Tensor = known["input"]
    keywords = {p: known[p] for p in row.params if p in known}
    if name.startswith(METHOD):
        return Call(x, (x, *known.get("more", ())), keywords)
    if not row.params:
        return _bare_call(name, x, known)
    if last(name) in BY_POSITION:
        values = tuple(keywords.values()) or (x.numpy(),)
        return Call(x, values, {})
    leading = keywords.get(row.params[0])
    if isinstance(leading, tuple):
        leading = leading[0]
    return Call(leading if isinstance(leading, torch.Tensor) and last(name) != "where" else x, (), keywords)


def _bare_call(name: str, x: torch.Tensor, known: dict[str, Any]) -> Call:
    own = {p: v for p, v in CASES.get(last(name), {}).items() if p not in {"input", "more"}}
    if last(name) == "multi_dot":
        return Call(x, tuple(own.values()), {})
    return Call(x, (x, *own.values(), *known.get("more", ())), {})
