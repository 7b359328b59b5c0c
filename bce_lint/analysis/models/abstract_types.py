"""`isinstance` with the abstract classes of Python's library, which ask what an object can do: Python itself answers for its own types."""

from __future__ import annotations

import collections
import collections.abc
import numbers
from typing import Final

from bce_lint.analysis.domain.values import Constant, Ref, Seq, Value

_NAMES: Final = (
    "Callable", "Collection", "Container", "Hashable", "Iterable", "Iterator", "Mapping", "MutableMapping", "MutableSequence", "MutableSet",
    "Reversible", "Sequence", "Set", "Sized",
)  # fmt: skip
ABSTRACT: Final[dict[str, type]] = {
    **{f"{module}.{name}": getattr(collections.abc, name) for name in _NAMES for module in ("collections.abc", "typing")},
    **{f"numbers.{name}": getattr(numbers, name) for name in ("Complex", "Integral", "Number", "Rational", "Real")},
    "typing.Dict": dict, "typing.List": list, "typing.Tuple": tuple,
}  # fmt: skip
del ABSTRACT["typing.Set"]
OF_DICTS: Final = frozenset({"collections.OrderedDict", "collections.defaultdict", "collections.Counter"})
"""Classes of dicts that are not told apart from any dict."""


def is_of(value: Value, name: str) -> bool | None:
    """Whether a value is of an abstract class, as far as that is known of its own."""
    kind = ABSTRACT.get(name)
    if type(value) is Constant and kind is not None:
        return isinstance(value.value, kind)
    if type(value) is Seq and kind is not None:
        return issubclass(tuple, kind) if name != "collections.abc.Hashable" else None
    if type(value) is Ref and kind is not None and value.kind in ("list", "dict", "set"):
        return issubclass({"list": list, "dict": dict, "set": set}[value.kind], kind)
    return None
