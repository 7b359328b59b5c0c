"""Arguments as they are asked for: by NumPy's names, which torch takes for its own, and as constant numbers."""

from __future__ import annotations

from bce_lint.analysis.domain.values import Constant, Value
from bce_lint.analysis.state.frames import Args
from bce_lint.catalog.names import NUMPY_KEYWORDS

_OF_NUMPY = {name: keyword for keyword, name in NUMPY_KEYWORDS.items()}


def spelled(args: Args) -> Args:
    """The arguments by the names that torch documents: it takes those of NumPy, too."""
    if not NUMPY_KEYWORDS.keys() & args.kw.keys():
        return args
    return args._replace(kw={NUMPY_KEYWORDS.get(name, name): value for name, value in args.kw.items()})


def either(args: Args, index: int, name: str) -> Value | None:
    """The argument for a parameter by position, or by torch's or NumPy's name of it."""
    value = args.get(index, name)
    return in_numpy(args, name) if value is None else value


def in_numpy(args: Args, name: str) -> Value | None:
    """The argument for a parameter of torch that is given by NumPy's name of it."""
    return args.kw.get(_OF_NUMPY[name])


def whole(value: Value | None) -> int | None:
    """A constant whole number."""
    return value.value if type(value) is Constant and isinstance(value.value, int) else None
