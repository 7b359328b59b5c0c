"""Values in words: what is known of one, in pieces of text and the places that they name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, TypeAlias

from bce_lint.analysis.domain.constants import TURNED
from bce_lint.analysis.domain.gradient import Gradient
from bce_lint.analysis.domain.tensor import Origin, Place, Tensor
from bce_lint.analysis.domain.values import (
    BuiltinMethod,
    ClassV,
    Constant,
    External,
    FunctionV,
    MethodV,
    ModuleV,
    PartialV,
    Ref,
    Seq,
    SuperV,
    Table,
    Unknown,
    Value,
    options,
)  # fmt: skip
from bce_lint.analysis.state import cells
from bce_lint.catalog.dtypes import INTEGERS
from bce_lint.catalog.schema import ANY, Activation, Contract, Domain
from bce_lint.ir import Span

if TYPE_CHECKING:
    from bce_lint.analysis.domain.tensor import Shape
    from bce_lint.analysis.state.machine import Machine
    from bce_lint.catalog.schema import Range

Text: TypeAlias = tuple["str | Place", ...]
"""Words, and places that whoever prints them names by file and line."""

_START: Final = Span(0, 0)
DEPTH: Final = 3
LENGTH: Final = 6
WIDTH: Final = 40
_MEANINGS: Final = {
    Domain.LOGITS: ("logits", ""),
    Domain.PROBABILITY: ("probability", "sigmoid"),
    Domain.CATEGORICAL: ("probabilities", "softmax"),
    Domain.LOG_PROBABILITY: ("log-probability", "log-sigmoid"),
    Domain.LOG_CATEGORICAL: ("log-probabilities", "log-softmax"),
    Domain.LABEL: ("labels", ""),
}
_BRACKETS: Final = {"list": "[]", "set": "{}", "dict": "{}"}
_MODULE_LISTS: Final = {"sequential": "Sequential", "list": "ModuleList", "dict": "ModuleDict"}


def describe(m: Machine, value: Value) -> Text:
    """A value with all that is known of it, where it was made included."""
    return joined(" | ", (_whole(m, option) for option in options(value)))


def brief(m: Machine, value: Value, depth: int = DEPTH) -> Text:
    """A value as part of another."""
    return joined(" | ", (_part(m, option, depth) for option in options(value)))


def joined(between: str, parts: Iterable[Text]) -> Text:
    """Pieces of text behind one another."""
    found: list[str | Place] = []
    for part in parts:
        found += [between, *part] if found else part
    return tuple(found)


def _whole(m: Machine, value: Value) -> Text:
    match value:
        case Tensor():
            known = [*((fact,) for fact in facts(value)), *_made(value)]
            return joined(": ", [(_kind(value),), *([joined(", ", known)] if known else [])])
        case Constant() if value.kind not in ("never", "NoneType", "ellipsis"):
            return (f"{value.kind} {_constant(value)}",)
        case Ref(place=Place() as place) if value.kind != "autocast":
            generic = m.state.find((value.address, cells.BUILT)) is not None
            return (*_part(m, value, DEPTH), ", as `__init__` leaves any, class in " if generic else ", made in ", place)
    return _part(m, value, DEPTH)


def _made(value: Tensor) -> Iterable[Text]:
    """Which operations gave a tensor its meaning, and which it went through before."""
    if value.origin:
        yield ("made by ", *_origins(value.origin))
    if value.inner:
        yield ("on top of ", *_origins(value.inner))


def _origins(origins: tuple[Origin, ...]) -> Text:
    return joined(" or ", ((f"`{one.place.text or one.name}` in ", one.place) for one in origins))


def _kind(value: Tensor) -> str:
    return "Array" if value.array else "Tensor"


def facts(value: Tensor) -> list[str]:
    """What is known of the numbers in a tensor."""
    found = [_meaning(value)] if value.domain is not Domain.UNKNOWN else []
    found += [_range(value.range)] if (value.range.low, value.range.high) != (ANY.low, ANY.high) else []
    found += [value.dtype] if value.dtype is not None else []
    found += [f"shape {_shape(value.shape)}"] if value.shape is not None else []
    found += ["one-hot"] if value.one_hot else []
    found += ["not trained"] if value.literal and value.carried.none else []
    found += ["a module's output"] if value.model else []
    return found + _gradient(value)


def meanings(value: Value) -> tuple[str, ...]:
    """What the numbers in a value mean, each thing once; nothing where that is not known of all that it may be."""
    found = [_meaning(one) if type(one) is Tensor and one.domain is not Domain.UNKNOWN else "" for one in options(value)]
    return tuple(dict.fromkeys(found)) if all(found) else ()


def _gradient(value: Tensor) -> list[str]:
    """Whether a tensor carries a gradient, where what else is known of it does not say so."""
    carried = value.carried
    if carried is Gradient.SOME:
        return [] if value.model else ["a gradient"]
    return ["no gradient"] if carried.none and not (value.literal or value.array or value.dtype in INTEGERS) else []


def _meaning(value: Tensor) -> str:
    word, activation = _MEANINGS[value.domain]
    dims = {None if origin.dim is None else origin.along for origin in value.origin}
    dim = dims.pop() if len(dims) == 1 else None
    over = "" if dim is None else f" over dim {dim}"
    return f"{word} ({activation}{over})" if activation else word


def _range(found: Range) -> str:
    return f"[{found.low + 0.0:g}, {found.high + 0.0:g}]"  # a zero has no sign here


def _shape(shape: Shape) -> str:
    sizes = ["..." if size is ... else "?" if size is None else str(size) for size in shape]
    return f"({', '.join(sizes)}{',' * (len(sizes) == 1 and sizes != ['...'])})"


def _part(m: Machine, value: Value, depth: int) -> Text:
    match value:
        case Tensor():
            known = ", ".join(facts(value))
            return (f"{_kind(value)}({known})" if known else _kind(value),)
        case Unknown():
            return (value.kind if value.kind and value.kind != TURNED else "unknown",)
        case Constant():
            return (_constant(value),)
        case Seq():
            return _items(m, value, "()", depth)
        case Table():
            return _entries(m, value, depth)
        case Ref():
            return _object(m, value, depth)
    return _code(m, value, depth)


def _constant(value: Constant) -> str:
    if value.kind == "never":
        return "never returns"
    if value.value is None or value.value is ...:
        return str(value.value)
    text = repr(value.value)
    return text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"


def _code(m: Machine, value: Value, depth: int) -> Text:
    """What can be called or has a name: functions, classes, modules."""
    match value:
        case FunctionV():
            named = f"function `{value.node.name}`" if value.node.name != "<lambda>" else "lambda"
            return (f"{named} in ", Place(value.path, value.node.span))
        case ClassV():
            return (f"class `{value.name}` in ", Place(value.path, value.node.span))
        case MethodV(function=FunctionV() as function):
            return (f"method `{function.node.name}` of ", *brief(m, value.receiver, depth - 1))
        case MethodV():
            return ("bound ", *brief(m, value.function, depth - 1))
        case BuiltinMethod():
            return (f"method `{value.name}` of ", *brief(m, value.receiver, depth - 1))
        case PartialV():
            return ("partial of ", *brief(m, value.function, depth - 1))
        case SuperV():
            return (f"`super()` of `{value.owner.name}`",)
        case External():
            return (f"`{value.name.removeprefix('builtins.')}`",)
        case ModuleV():
            return ("module ", Place(value.path, _START))
    return (type(value).__name__,)


def _items(m: Machine, items: Seq, brackets: str, depth: int) -> Text:
    """The elements of a sequence; `*` stands before what may come any number of times."""
    if depth <= 0:
        return (f"{brackets[0]}…{brackets[1]}",)
    parts = [brief(m, item, depth - 1) for item in items.prefix[:LENGTH]]
    parts += [("…",)] if len(items.prefix) > LENGTH else []
    parts += [] if items.rest is None else [("*", *brief(m, items.rest, depth - 1))]
    parts += [brief(m, item, depth - 1) for item in items.suffix[-LENGTH:]]
    comma = "," if brackets == "()" and len(parts) == 1 and items.exact else ""
    return (brackets[0], *joined(", ", parts), comma + brackets[1])


def _entries(m: Machine, table: Table, depth: int) -> Text:
    """The entries of a dict; `?` stands behind a key that may be missing."""
    if depth <= 0:
        return ("{…}",)
    parts = [
        (f"{key!r}{'?' * (key in table.maybe)}: ", *brief(m, value, depth - 1)) for key, value in table.entries[:LENGTH]
    ]  # fmt: skip
    parts += [("…",)] if len(table.entries) > LENGTH else []
    parts += [] if table.rest is None else [("**", *brief(m, table.rest, depth - 1))]
    return ("{", *joined(", ", parts), "}")


def _object(m: Machine, value: Ref, depth: int) -> Text:
    what = value.what
    match what:
        case Contract():
            weight = m.state.find((value.address, cells.WEIGHT))
            return (f"loss {what.name}", *(() if weight is None else (" with weight ", *brief(m, weight, depth - 1))))
        case Activation():
            dim = m.state.find((value.address, cells.DIM))
            over = dim.value if type(dim) is Constant and isinstance(dim.value, int) and what.dim is not None else None
            return (f"activation {what.name}" + (f" over dim {over}" if over is not None else ""),)
        case ClassV():
            return (f"instance of `{what.name}`",)
    items = m.state.find((value.address, cells.ITEMS))
    if value.kind in ("list", "set", "dict", "container"):
        named = (f"{value.kind} ",) if value.kind != "container" else (f"{_MODULE_LISTS.get(str(what), 'modules')} ",)
        return (*named, *_content(m, items, _BRACKETS.get(value.kind, "[]"), depth))
    if value.kind == "data":
        item = m.state.find((value.address, cells.ITEM))
        return (f"{_last(what)} of ", *(("unknown",) if item is None else brief(m, item, depth - 1)))
    return _settled(m, value, depth)


def _content(m: Machine, items: Value | None, brackets: str, depth: int) -> Text:
    if type(items) is Table:
        return _entries(m, items, depth)
    return _items(m, items, brackets, depth) if type(items) is Seq else (brackets[0], "*unknown", brackets[1])


def _settled(m: Machine, value: Ref, depth: int) -> Text:
    """Layers, trainers, contexts, devices, namespaces."""
    match value.kind:
        case "layer":
            given = m.state.find((value.address, cells.ARGS))
            entries = given.entries if type(given) is Table else ()
            args = joined(", ", ((f"{name}=", *brief(m, one, depth - 1)) for name, one in entries))
            return (f"layer {_last(m.layers.get(value.address, ''))}(", *args, ")")
        case "trainer":
            return (f"trainer {_last(value.what)}",)
        case "context":
            what = value.what
            named = " autocast" if type(what) is Ref else f" {what.value}" if type(what) is Constant and what.value else ""
            return (f"context{named}",)
        case "device":
            return (f"device {value.what}" if value.what is not None else "device",)
    return (value.kind,)


def _last(name: object) -> str:
    return str(name).rpartition(".")[2]
