"""Slices: terms cut down to what torch can compute again from given tensors."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import replace
from math import isinf
from typing import Final

from bce_lint.analysis.domain.tensor import Shape, Tensor
from bce_lint.analysis.domain.values import TOP, Unknown, Value
from bce_lint.analysis.recording.terms import Apply, Group, Input, Key, Known, Named, Term, row_of, walk
from bce_lint.catalog import activations, layers, losses
from bce_lint.catalog.schema import Domain, Kind, Param, Transfer
from bce_lint.diagnostic import shortened
from bce_lint.rules.options import REDUCING

_WEIGHTED: Final = frozenset({Kind.LOGITS, Kind.RECURRENT, Kind.PARAMETER, Kind.MATMUL, Kind.NONE})
_UNKNOWN: Final = frozenset({Kind.NONE, Kind.SCALAR, Kind.PARAMETER})
_PLACES: Final = frozenset({"device", "non_blocking", "copy", "pin_memory", "memory_format", "requires_grad", "out"})
_TEXT: Final = 60
_OPTIONS: Final = frozenset({*REDUCING, "ignore_index", "label_smoothing"})
_NO_WORDS: Final[tuple[str, ...]] = ()
_MODULE: Final = "torch.nn."


def quoted(text: str) -> str:
    """Source text in backticks, as a message can hold it."""
    return f"`{shortened(text, _TEXT)}`"


def is_infinite(term: Term) -> bool:
    """True if a term is an infinity, by whatever name."""
    if isinstance(term, Named):
        return term.name.rpartition(".")[2] in ("inf", "Inf", "Infinity", "NINF")
    return isinstance(term, Known) and isinstance(term.value, float) and isinf(term.value)


def key(term: Term) -> Key | None:
    """The key of a value that stands for itself."""
    return (term.spot, term.text) if isinstance(term, Input | Apply) else None


def cut(term: Term, stops: Container[Key] = ()) -> Term:
    """A term without what torch alone cannot compute, or what `stops` name: each becomes an `Input`."""
    return _Cutter(stops).cut(term)


class _Cutter:
    def __init__(self, stops: Container[Key]) -> None:
        self.stops = stops
        self.done: dict[int, tuple[Term, Term]] = {}

    def cut(self, term: Term) -> Term:
        """A term cut down; terms are shared, so each is cut once."""
        if id(term) not in self.done:
            self.done[id(term)] = (term, self._cut(term))
        return self.done[id(term)][1]

    def _cut(self, term: Term) -> Term:
        match term:
            case Group():
                return replace(term, items=tuple(map(self.cut, term.items)))
            case Apply():
                if key(term) in self.stops:
                    return Input(term.spot, term.text, term.value)
                return self._applied(term) or Input(term.spot, term.text, term.value)
        return term

    def _applied(self, term: Apply) -> Term | None:
        """An operation with its arguments cut, or None for one that cannot be computed."""
        if term.operation == "()":
            return self._called(term)
        if contract := losses.FUNCTIONS.get(term.operation):
            return self._options(term, contract.function or ())
        if term.operation in losses.MODULES or term.operation in activations.MODULES:  # called as if it were the function
            keywords = tuple((name, self.cut(value)) for name, value in term.keywords)
            return replace(term, args=tuple(map(self.cut, term.args)), keywords=keywords)
        row = row_of(term.operation)
        trial = row.trial if row is not None else _NO_WORDS
        if "identity" in trial:
            return self.cut(term.args[0])
        if not _computes(term.operation, row):
            return None
        keywords = tuple((name, self.cut(value)) for name, value in term.keywords if name not in _PLACES)
        args = tuple(map(self.cut, term.args))
        if not args and "input" in dict(keywords):
            args = (dict(keywords)["input"],)
            keywords = tuple(one for one in keywords if one[0] != "input")
        if "recast" in trial:
            args = (args[0], *(one for one in args[1:] if not isinstance(one, Input | Known)))
            if len(args) == 1 and not keywords:
                return args[0]
        function = not term.operation.startswith(".")
        pair, choice = function and "pair" in trial, function and "choice" in trial
        given = 3 if choice else 2 if pair else len(args) if term.operation.startswith("op ") else 1
        if "open_sizes" in trial:
            args = (args[0], *map(_sized, args[1:]))
            given = len(args)
        if term.operation == "[]" and len(args) == 2:
            args, given = (args[0], _index(args[1])), 2
        if "masked" in trial and len(args) == 3:
            args, given = (args[0], self._mask(term.args[1], args[1]), args[2]), 2
        if choice and len(args) == 3 and any(map(is_infinite, (*args, *walk(args[1]), *walk(args[2])))):
            args = (self._mask(term.args[0], args[0]), *args[1:])
        if any(map(_is_open, args[given:])) or any(_is_open(value) for _, value in keywords):
            return None
        return replace(term, args=args, keywords=keywords)

    def _mask(self, term: Term, cut_: Term) -> Term:
        """A mask is given: one that is computed of random numbers may hold nothing."""
        if isinstance(term, Input | Apply) and any(inputs(cut_)):
            return Input(term.spot, term.text, Tensor(dtype="bool"))
        return cut_

    def _options(self, term: Apply, params: tuple[Param, ...]) -> Term | None:
        """A loss with its options."""
        if not term.operation.startswith("torch."):
            return None
        named = {param.name: param for param in params}
        args = tuple(self._option(value, params[i] if i < len(params) else None) for i, value in enumerate(term.args))
        keywords = tuple((name, self._option(value, named.get(name))) for name, value in term.keywords)
        return replace(term, args=args, keywords=keywords)

    def _option(self, value: Term, param: Param | None) -> Term:
        """One that is not constant is given, if it is an option that a value can be thought of for."""
        found = self.cut(value)
        if param is None or param.tensor or not _is_open(found):
            return found
        if isinstance(value, Input | Apply) and param.name in _OPTIONS:
            return Input(value.spot, value.text, Unknown(kind=f"option {param.name}"))
        return Known(param.default)

    def _called(self, term: Apply) -> Term | None:
        module, *given = term.args
        args = tuple(map(self.cut, given))
        keywords = tuple((name, self.cut(value)) for name, value in term.keywords)
        if isinstance(module, Group):
            return self._chained(term, module, args)
        made = self.made(module)
        return None if made is None else replace(term, args=(made, *args), keywords=keywords)

    def _chained(self, term: Apply, chain: Group, args: tuple[Term, ...]) -> Term | None:
        """The modules behind the last one that cannot be computed; what that one gives is an input."""
        modules = flat(chain)
        made = [self.made(one) for one in modules]
        first = max((i for i, one in enumerate(made) if one is None), default=-1) + 1
        if first and not isinstance(modules[first - 1], Input | Apply):
            return None
        if not args:
            return None
        last = modules[first - 1] if first else None
        known = term.value if first == len(modules) else _given_by(last)
        value = Input(last.spot, last.text, known) if isinstance(last, Input | Apply) else args[0]
        for one, module in zip(modules[first:], made[first:], strict=True):
            assert module is not None
            spot, text = (one.spot, one.text) if isinstance(one, Apply) else (term.spot, term.text)
            value = Apply("()", (module, value), (), spot, text, term.value)
        return value

    def made(self, module: Term) -> Term | None:
        """How a module is constructed, if it has no parameters to learn."""
        if not isinstance(module, Apply) or not module.operation.startswith(_MODULE):
            return None
        if contract := losses.MODULES.get(module.operation):
            return self._options(module, contract.init or ())
        row = layers.LAYERS.get(module.operation)
        if module.operation not in activations.MODULES and (row is None or row.kind in _WEIGHTED or "Norm" in module.operation):
            return None
        args, keywords = tuple(map(self.cut, module.args)), tuple((name, self.cut(value)) for name, value in module.keywords)
        opened = any(map(_is_open, args)) or any(_is_open(value) for _, value in keywords)
        return None if opened else replace(module, args=args, keywords=keywords)


def _given_by(module: Term | None) -> Value:
    """What is known of the output of a layer: the size that it is constructed with."""
    sizes = _SIZED.get(module.operation) if isinstance(module, Apply) else None
    if sizes is None or not isinstance(module, Apply):
        return TOP
    index, name, before, after = sizes
    size = module.args[index] if index < len(module.args) else dict(module.keywords).get(name)
    known = size.value if isinstance(size, Known) and isinstance(size.value, int) else None
    return Tensor(Domain.LOGITS, shape=(*before, known, *after))


_SIZED: Final[Mapping[str, tuple[int, str, Shape, Shape]]] = {
    "torch.nn.Linear": (1, "out_features", (...,), ()),
    **{f"torch.nn.Conv{n}d": (1, "out_channels", (None,), (None,) * n) for n in (1, 2, 3)},
}


def flat(chain: Group) -> list[Term]:
    """The modules of a chain and of the chains in it."""
    return [one for item in chain.items for one in (flat(item) if isinstance(item, Group) and item.kind == "chain" else [item])]


def _index(term: Term) -> Term:
    """An index that is not known is one of positions; a slice goes to the end where it is not known where it ends."""
    if isinstance(term, Group) and term.kind == "slice":
        return replace(term, items=tuple(Known(None) if isinstance(one, Input) else one for one in term.items))
    if isinstance(term, Group) and term.kind == "tuple":
        return replace(term, items=tuple(map(_index, term.items)))
    return replace(term, value=Tensor(dtype="int64")) if isinstance(term, Input) else term


def _sized(term: Term) -> Term:
    """A size that is not known is a number all the same."""
    return replace(term, value=Unknown(kind="int")) if isinstance(term, Input) and type(term.value) is Unknown else term


def _is_open(term: Term) -> bool:
    """True if a value is given from outside where a constant is needed."""
    return isinstance(term, Input) or (isinstance(term, Group) and any(map(_is_open, term.items)))


def _computes(operation: str, row: Transfer | None) -> bool:
    """True if an operation is one of torch that the catalogue knows, and gives the same for the same."""
    if operation == "[]" or operation.startswith("op "):
        return True
    if operation.startswith("@"):
        return row is not None or operation in ("@shape", "@dtype")
    if operation.startswith("."):
        known = operation[1:] in activations.METHODS
    else:
        known = operation in activations.FUNCTIONS
        if not operation.startswith("torch.") or (row is not None and "random" in row.trial):
            return False
    return known or (row is not None and (row.kind not in _UNKNOWN or "counts_dims" in row.trial))


def inputs(term: Term) -> Iterator[Input]:
    """The values that a slice is given, each once."""
    seen = set()
    for one in walk(term):
        if isinstance(one, Input) and key(one) not in seen:
            seen.add(key(one))
            yield one


def renamed(term: Term, names: Mapping[Key | None, Input]) -> Term:
    """A slice with other inputs in the place of its own."""
    done: dict[int, Term] = {}

    def _visit(one: Term) -> Term:
        if id(one) not in done:
            match one:
                case Input():
                    done[id(one)] = names[key(one)]
                case Group():
                    done[id(one)] = replace(one, items=tuple(map(_visit, one.items)))
                case Apply():
                    keywords = tuple((name, _visit(value)) for name, value in one.keywords)
                    done[id(one)] = replace(one, args=tuple(map(_visit, one.args)), keywords=keywords)
                case _:
                    return one
        return done[id(one)]

    return _visit(term)
