"""Classes of Python whose instances hold others, by how they hold them: what a class of the project below one inherits."""

from __future__ import annotations

from typing import Final

COLLECTIONS: Final[dict[str, str]] = {
    "builtins.dict": "dict",
    "collections.OrderedDict": "dict",
    "collections.UserDict": "dict",
    "typing.Dict": "dict",
    "typing.OrderedDict": "dict",
    "builtins.list": "list",
    "collections.UserList": "list",
    "typing.List": "list",
}
"""Those that have entries by keys, and those that have them in order."""

SET_ONE_BY_ONE: Final = frozenset({"collections.OrderedDict", "collections.UserDict", "typing.OrderedDict"})
"""Those that put what their constructor is given where `__setitem__` puts it, which a class below may say."""
