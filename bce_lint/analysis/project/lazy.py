"""`cached_property` without its lock, which takes longer than most of what is kept here: before Python 3.12 each has one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

__all__ = ["lazy"]

if TYPE_CHECKING:
    from functools import cached_property as lazy
else:

    class lazy:
        """An attribute that a method makes when it is first asked for."""

        def __init__(self, make: Callable[[Any], Any]) -> None:
            self.make = make
            self.__doc__ = make.__doc__

        def __get__(self, one: Any, kind: type[Any]) -> Any:
            """Makes it; from then on it is found before this is asked."""
            value = self.make(one)
            setattr(one, self.make.__name__, value)
            return value
