"""`isinstance` with abstract classes: what is answered is what Python answers of an object of each kind."""

from __future__ import annotations

from collections import OrderedDict
from pydoc import locate

import pytest

from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.domain.values import TOP, Ref, Seq, Value, const
from bce_lint.analysis.models.abstract_types import ABSTRACT, OF_DICTS, is_of

OBJECTS: list[tuple[Value, object]] = [
    (const(1), 1), (const(1.5), 1.5), (const("a"), "a"), (const(None), None), (const(True), True), (Seq((const(1),)), (1,)),
    (Ref(1, "list"), [1]), (Ref(1, "dict"), {1: 1}), (Ref(1, "dict"), OrderedDict()), (Ref(1, "set"), {1}),
]  # fmt: skip


@pytest.mark.parametrize("name", sorted((*ABSTRACT, *OF_DICTS)))
def test_python_says_the_same(name: str) -> None:
    kind = locate(name)
    for value, held in OBJECTS:
        assert is_of(value, name) in (isinstance(held, kind), None)  # type: ignore[arg-type]


def test_some_are_certain() -> None:
    assert is_of(const("a"), "collections.abc.Hashable") is True
    assert is_of(Ref(1, "list"), "typing.Hashable") is False
    assert is_of(Ref(1, "dict"), "typing.Mapping") is True
    assert is_of(const(2), "numbers.Number") is True
    assert is_of(Ref(1, "dict"), "collections.OrderedDict") is None
    assert is_of(Seq((TOP,)), "collections.abc.Hashable") is None
    assert is_of(Tensor(), "typing.Iterable") is None and is_of(TOP, "typing.Sized") is None
