"""Records: dataclasses with slots, made by less code.

A run makes records by the hundred thousand, and each process makes their classes anew. `dataclasses` takes a large part of the
start for the classes, and sets each field of a frozen one through a function call. Here a class costs one short function, and an
instance costs its assignments. That frozen records stay as they are is for the type checker to say: to it, these are dataclasses.
So they are to `dataclasses.fields` and `dataclasses.replace`, for whom the fields are described when they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

__all__ = ["changed", "field", "names_of", "record"]

T = TypeVar("T")


class _Field(NamedTuple):
    """What a class body says of a field beyond its type."""

    default: Any
    default_factory: Callable[[], Any] | None
    compare: bool


_ABSENT: Any = object()
_PLAIN = _Field(_ABSENT, None, True)
_COPIERS: dict[type[Any], Callable[..., Any]] = {}

if TYPE_CHECKING:
    from dataclasses import dataclass as record
    from dataclasses import field
else:

    def field(*, default: Any = _ABSENT, default_factory: Any = None, compare: bool = True) -> Any:
        """A field with a default that is made anew each time, or one that equality leaves out."""
        return _Field(default, default_factory, compare)

    def record(*, slots: bool = False, frozen: bool = False, eq: bool = True) -> Any:
        """The decorator that makes a record of a class, as `dataclasses.dataclass` does."""

        def _made(cls: Any) -> Any:
            names = tuple(cls.__annotations__)
            given = {name: vars(cls)[name] for name in names if name in vars(cls)}
            known = {name: one if type(one) is _Field else _Field(one, None, True) for name, one in given.items()}
            made = {"__match_args__": names, "__repr__": _shown, "__dataclass_fields__": _Fields(names, known)}
            made["__init__"] = _initialiser(names, known, hasattr(cls, "__post_init__"))
            if eq:
                made |= _equality([name for name in names if name not in known or known[name].compare], frozen)
            return _slotted(cls, names, made) if slots else _with(cls, made)

        return _made

    def _slotted(cls: Any, names: Any, made: Any) -> Any:
        kept = {name: value for name, value in vars(cls).items() if name not in (*names, "__dict__", "__weakref__")}
        return type(cls)(cls.__name__, cls.__bases__, {**kept, **made, "__slots__": names, "__qualname__": cls.__qualname__})

    def _with(cls: Any, made: Any) -> Any:
        for name, value in made.items():
            setattr(cls, name, value)
        return cls


class _Fields:
    """The fields of a record as `dataclasses` describes them, once somebody asks."""

    def __init__(self, names: tuple[str, ...], known: dict[str, _Field]) -> None:
        self.names, self.known = names, known
        self.found: dict[str, Any] | None = None

    def __get__(self, one: Any, kind: type[Any]) -> Any:
        """Gives them by name, whether a record or its class is asked."""
        if self.found is None:
            self.found = self._described(kind)
        return self.found

    def _described(self, kind: type[Any]) -> dict[str, Any]:
        from dataclasses import field, make_dataclass

        found = []
        for name in self.names:
            one = self.known.get(name, _PLAIN)
            options: dict[str, Any] = {} if one.default is _ABSENT else {"default": one.default}
            options |= {} if one.default_factory is None else {"default_factory": one.default_factory}
            found.append((name, Any, field(compare=one.compare, kw_only=True, **options)))
        described: dict[str, Any] = vars(make_dataclass(kind.__name__, found))["__dataclass_fields__"]
        return described


def _initialiser(names: tuple[str, ...], known: dict[str, _Field], completed: bool) -> Any:
    """`__init__`: sets each field; a default that is made anew is made in the body. `__post_init__` comes last, where there is one."""
    space: dict[str, Any] = {"_absent": _ABSENT}
    params, lines = ["self"], []
    for name in names:
        one = known.get(name, _PLAIN)
        if one.default_factory is not None:
            space[f"_make_{name}"] = one.default_factory
            params.append(f"{name}=_absent")
            lines.append(f"self.{name} = _make_{name}() if {name} is _absent else {name}")
            continue
        if one.default is not _ABSENT:
            space[f"_default_{name}"] = one.default
        params.append(name if one.default is _ABSENT else f"{name}=_default_{name}")
        lines.append(f"self.{name} = {name}")
    lines += ["self.__post_init__()"] * completed
    return _function("__init__", f"def __init__({', '.join(params)}):\n " + "\n ".join(lines), space)


def _function(name: str, source: str, space: dict[str, Any]) -> Any:
    exec(source, space)
    return space[name]


def _equality(names: list[str], frozen: bool) -> dict[str, Any]:
    """`__eq__` and `__hash__` over some fields."""
    get = _getter(names)

    def _equal(self: Any, other: Any) -> Any:
        return self is other or get(self) == get(other) if type(other) is type(self) else NotImplemented

    def _hash(self: Any) -> int:
        return hash(get(self))

    return {"__eq__": _equal, "__hash__": _hash if frozen else None}


def _getter(names: list[str]) -> Callable[[Any], Any]:
    """What reads some fields: as a tuple, so that one field alone is compared by identity first, too."""
    if len(names) > 1:
        return attrgetter(*names)
    name = names[0]
    return lambda one: (getattr(one, name),)


def _shown(self: Any) -> str:
    """How a record is shown to people who debug."""
    return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names_of(type(self)))})"


def names_of(kind: type[Any]) -> tuple[str, ...]:
    """The names of a record's fields; none for what is no record."""
    return kind.__match_args__ if getattr(kind, "__repr__", None) is _shown else ()


def changed(value: T, **changes: Any) -> T:
    """Another record of the same kind with some fields changed."""
    kind = type(value)
    copier = _COPIERS.get(kind)
    if copier is None:
        copier = _COPIERS[kind] = _copier(kind)
    made: T = copier(value, **changes)
    return made


def _copier(kind: type[Any]) -> Callable[..., Any]:
    """A function that copies a record, with a parameter for each field that may be another."""
    names = names_of(kind)
    if not names:
        raise TypeError(f"{kind.__qualname__} is no record")
    params = "".join(f", {name}=_absent" for name in names)
    lines = "".join(f" _made.{name} = _old.{name} if {name} is _absent else {name}\n" for name in names)
    lines += " _made.__post_init__()\n" * hasattr(kind, "__post_init__")
    space = {"_absent": _ABSENT, "_new": object.__new__, "_kind": kind}
    found: Callable[..., Any] = _function("_copy", f"def _copy(_old{params}):\n _made = _new(_kind)\n{lines} return _made", space)
    return found
