"""What the catalogue says of a function that torch is about to run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from torch.overrides import resolve_name

from bce_lint.catalog import activations, losses, tensors
from bce_lint.catalog.names import KEYWORD_ALIASES, canonical
from bce_lint.catalog.schema import Activation, Contract, Kind, Transfer

_METHOD: Final = "torch.Tensor."
_SILENT: Final = frozenset({Kind.SCALAR, Kind.NONE})
_OPERATORS: Final = {
    "__pow__": ("**", False),
    "__rpow__": ("**", True),
    "__matmul__": ("@", False),
    "__rmatmul__": ("@", True),
    "__rsub__": ("-", True),
    "__rdiv__": ("/", True),
    "__rtruediv__": ("/", True),
    "__rfloordiv__": ("//", True),
}
KEEP: Final = Transfer(Kind.KEEP)


class Entry(NamedTuple):
    """A function by its catalogue name (a method by its bare name), and the row of the one table that has it.

    `operator` is the operator that it stands for; `swapped` says with exchanged operands. `params` are the names of its parameters,
    the tensor first.
    """

    name: str
    params: tuple[str, ...] = ()
    contract: Contract | None = None
    activation: Activation | None = None
    row: Transfer | None = None
    operator: str = ""
    swapped: bool = False


class Entered(NamedTuple):
    """The arguments of a call."""

    args: Sequence[Any]
    kwargs: Mapping[str, Any]

    def get(self, index: int, name: str) -> Any:
        """The argument for a parameter, by position or by keyword; None where there is none."""
        if index < len(self.args):
            return self.args[index]
        found = self.kwargs.get(name)
        if found is None:
            found = next((self.kwargs[k] for k, v in KEYWORD_ALIASES.items() if v == name and k in self.kwargs), None)
        return found

    def named(self, entry: Entry, name: str) -> Any:
        """The argument for a parameter of the entry by its name."""
        return self.get(entry.params.index(name) if name in entry.params else len(self.args), name)


def entry_of(func: Callable[..., Any]) -> Entry | None:
    """The row of a function; None where the catalogue has none that matters here."""
    name = resolve_name(func)
    if name is None:
        return None
    return _method(name[len(_METHOD) :]) if name.startswith(_METHOD) else _function(canonical(name))


def _method(name: str) -> Entry | None:
    if name.endswith(".__get__"):
        return Entry(name[:-8], row=KEEP) if name[:-8] in tensors.ATTRIBUTES else None
    if name in ("__getitem__", "__setitem__"):
        return Entry(name, ("self", "key", "value"))
    if name in _OPERATORS:
        operator, swapped = _OPERATORS[name]
        return Entry(name, operator=operator, swapped=swapped, row=Transfer(Kind.ARITHMETIC))
    activation = activations.METHODS.get(name)
    if activation is not None:
        return Entry(name, tuple(p.name for p in activation.params), activation=activation)
    row = tensors.METHODS.get(name)
    return None if row is None or row.kind in _SILENT else _operation(name, name, row._replace(params=("self", *row.params)))


def _function(name: str) -> Entry | None:
    contract = losses.FUNCTIONS.get(name)
    if contract is not None:
        return Entry(name, tuple(p.name for p in contract.function or ()), contract=contract)
    activation = activations.FUNCTIONS.get(name)
    if activation is not None:
        return Entry(name, tuple(p.name for p in activation.params), activation=activation)
    row = tensors.FUNCTIONS.get(name)
    if row is None or row.kind in _SILENT:
        return None
    return _operation(name, name.removeprefix("torch."), row)


def _operation(name: str, bare: str, row: Transfer) -> Entry:
    # `x += y` runs `add_`: an operator that writes its result back.
    written = bare[:-1] if bare.endswith("_") else bare
    if bare in tensors.REVERSED_OPERATORS:
        return Entry(name, row.params, row=row, operator=tensors.REVERSED_OPERATORS[bare], swapped=True)
    operator = tensors.OPERATORS.get(written) or ("neg" if tensors.UNARY_OPERATORS.get(written) == "neg" else "")
    return Entry(name, row.params, row=row, operator=operator)
