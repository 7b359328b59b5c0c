"""What is known of the tensors that are alive: a side table that keeps none of them alive."""

from __future__ import annotations

import weakref

import torch

from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.catalog.schema import REAL, Domain

UNTRACKED = -1


class _Entry(weakref.ref[torch.Tensor]):
    """A weak reference that knows its place in the table, the mark, and the version of the values that it was made for."""

    __slots__ = ("key", "mark", "version")

    key: int
    mark: Tensor
    version: int


def version(tensor: torch.Tensor) -> int:
    """How often the values of a tensor were written; tensors of inference mode do not count."""
    try:
        return tensor._version
    except RuntimeError:
        return UNTRACKED


class Marks:
    """Marks by the identity of tensor objects. A tensor that was written unseen has lost its mark."""

    def __init__(self) -> None:
        self._table: dict[int, _Entry] = {}
        self._last = 0

    def __len__(self) -> int:
        return len(self._table)

    def fresh(self) -> int:
        """A new identity of values."""
        self._last += 1
        return self._last

    def get(self, tensor: torch.Tensor) -> Tensor | None:
        """The mark of a tensor, if it has one that still holds."""
        entry = self._table.get(id(tensor))
        if entry is None or entry() is not tensor or entry.version != version(tensor):
            return None
        return entry.mark

    def of(self, tensor: torch.Tensor) -> Tensor:
        """The mark of a tensor; one that has none gets an identity. A parameter that is trained can take any value."""
        known = self.get(tensor)
        if known is not None:
            return known
        if isinstance(tensor, torch.nn.Parameter) and tensor.requires_grad:
            return self.put(tensor, Tensor(Domain.LOGITS, REAL, identity=self.fresh()))
        return self.put(tensor, Tensor(identity=self.fresh()))

    def put(self, tensor: torch.Tensor, mark: Tensor) -> Tensor:
        """Marks a tensor. The shape in a mark is that of its making: who needs the shape asks the tensor."""
        entry = _Entry(tensor, self._forget)
        entry.key, entry.version, entry.mark = id(tensor), version(tensor), mark
        self._table[entry.key] = entry
        return mark

    def _forget(self, entry: weakref.ref[torch.Tensor]) -> None:
        assert isinstance(entry, _Entry)
        # The number may belong to another tensor by now.
        if self._table.get(entry.key) is entry:
            del self._table[entry.key]
