"""Under which conditions the alternatives of a value arrive: the outcomes of undecided tests that they are tagged with, by their places.

A condition is not named where a test that is assumed at the place asks something by a name that shares a word with it: the two may be one
question, though their values cannot be told to be the same.
"""

from __future__ import annotations

import re
from typing import Final

from bce_lint.analysis.domain.conditions import MAX_CONDITIONS, Condition, Conditional, Conditions
from bce_lint.analysis.domain.partitions import Tags
from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.domain.values import Union, Value, tagged
from bce_lint.analysis.state.machine import Machine
from bce_lint.analysis.state.store import assumed

_STRING: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
_NAME: Final = re.compile(r"[A-Za-z_][\w.]*")
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_NO_SUBJECT: Final = frozenset({
    "self", "is", "not", "in", "and", "or", "isinstance", "len", "hasattr", "getattr", "torch", "int", "float", "bool", "str", "None",
    "True", "False",
})  # fmt: skip


def arriving(m: Machine, *values: Value) -> tuple[Conditional, ...]:
    """The tensors among the alternatives of some values, each with its conditions."""
    parts = [part for value in values if type(value) is Union and value.tags for part in tagged(value)]
    return tuple([Conditional(one, conditions_of(m, when)) for one, when in parts if type(one) is Tensor])


def conditions_of(m: Machine, tags: Tags) -> Conditions:
    """Outcomes of tests that have a place, in the order of the source, but those of which a test around may speak."""
    if m.trace is not None:
        m.trace.asked_places(m.test, tags, assumed(m.state))
    around = set[str]().union(*(_subjects(one) for number, _ in assumed(m.state) if (one := m.test(number)) is not None)) if tags else set()
    asked = [(one, outcome) for number, outcome in tags if (one := m.test(number)) is not None]
    found = [Condition(one.test, one.outcome is outcome) for one, outcome in asked if not _subjects(one) & around]
    return tuple(sorted(found)[:MAX_CONDITIONS])


def _subjects(asked: Condition) -> set[str]:
    """The words in the names that a test asks; of attributes in the last name."""
    names = (name.rpartition(".")[2] for name in _NAME.findall(_STRING.sub("", asked.test.text)))
    return {word.lower() for name in names if name not in _NO_SUBJECT for word in _WORD.findall(name)}
