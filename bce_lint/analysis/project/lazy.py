"""`cached_property` without its lock, which takes longer than most of what is kept here: before Python 3.12 each has one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

__all__ = ["lazy", "slotted"]

if TYPE_CHECKING:
    from functools import cached_property as lazy
    from typing import TypeVar

    T = TypeVar("T")

    def slotted(*names: str) -> Callable[[type[T]], type[T]]:
        """The decorator of a class whose instances have no dict: these attributes, and those that are made when they are asked for."""

else:

    class lazy:
        """An attribute that a method makes when it is first asked for."""

        def __init__(self, make: Callable[[Any], Any]) -> None:
            self.make = make
            self.__doc__ = make.__doc__

        def __get__(self, one: Any, kind: type[Any]) -> Any:
            """Makes it; from then on it is found before this is asked."""
            value = one.__dict__[self.make.__name__] = self.make(one)
            return value

    def slotted(*names: str) -> Callable[[type[Any]], type[Any]]:
        """The decorator of a class whose instances have no dict: these attributes, and those that are made when they are asked for."""

        def _made(cls: type[Any]) -> type[Any]:
            makers = {name: one.make for name, one in vars(cls).items() if type(one) is lazy}

            def __getattr__(self: Any, name: str) -> Any:
                """An attribute that is first asked for."""
                make = makers.get(name)
                if make is None:
                    raise AttributeError(name)
                value = make(self)
                setattr(self, name, value)
                return value

            def __getstate__(self: Any) -> tuple[None, dict[str, Any]]:
                """What `pickle` keeps: the attributes that are there, and none that would be made for it."""
                found = {name: getattr(self, name) for name in names}
                for name, one in made_later.items():
                    try:
                        found[name] = one.__get__(self)
                    except AttributeError:
                        continue
                return None, found

            kept = {name: value for name, value in vars(cls).items() if name not in (*makers, "__dict__", "__weakref__")}
            slots = {"__slots__": (*names, *makers), "__qualname__": cls.__qualname__}
            made = type(cls)(cls.__name__, cls.__bases__, {**kept, **slots, "__getattr__": __getattr__, "__getstate__": __getstate__})
            made_later = {name: vars(made)[name] for name in makers}
            return made

        return _made
