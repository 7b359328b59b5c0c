"""Names that the analysis looks for: each is one of Python's, of a kind of object, or of the catalogue; one letter more is noticed."""

from __future__ import annotations

import builtins
import contextlib
import pydoc
import typing
import unittest

import pytest

from bce_lint.analysis.domain.values import RefKind
from bce_lint.analysis.interpreter import attributes, classes, decorators, handlers, imports, questions, statements
from bce_lint.analysis.project import attribute_stores, constructions, reachability, search
from bce_lint.analysis.recording import describe, provenance, uses
from bce_lint.analysis.state import absence, objects, star_graph
from bce_lint.catalog.schema import Domain
from bce_lint.catalog.tensors import ATTRIBUTES, METHODS

KINDS = frozenset(typing.get_args(RefKind))


def test_kinds_of_objects_are_those_that_there_are() -> None:
    for kinds in (uses._KEPT, uses._HOLDING, provenance._MODULES, objects._ALWAYS_TRUE_REFS, frozenset(describe._BRACKETS)):
        assert kinds <= KINDS
    assert {"loss", "instance", "container", "activation"} == uses._KEPT
    assert {"list", "dict", "set", "instance"} == uses._HOLDING
    assert {"layer", "activation", "loss", "container"} == provenance._MODULES
    assert {"instance", "loss", "activation", "layer", "context"} == objects._ALWAYS_TRUE_REFS


def test_decorators_are_those_of_python() -> None:
    assert set(decorators.FLAVOURS) == {
        "builtins.property",
        "functools.cached_property",
        "builtins.staticmethod",
        "builtins.classmethod",
        "contextlib.contextmanager",
        "contextlib.asynccontextmanager",
    }
    flavours = {pydoc.locate(name): kind for name, kind in decorators.FLAVOURS.items()}
    assert None not in flavours and len(flavours) == len(decorators.FLAVOURS) == 6
    assert flavours[property] == "property" and flavours[staticmethod] == "static" and flavours[classmethod] == "class"
    assert flavours[contextlib.contextmanager] == flavours[contextlib.asynccontextmanager] == "contextmanager"
    assert {"Optional", "typing.Optional"} == classes._OPTIONAL


def test_contexts_in_which_errors_are_expected() -> None:
    assert {"raises", "assertRaises", "assertRaisesRegex", "assertRaisesRegexp"} == statements.EXPECTING
    known = {"raises"} | {name for name in dir(unittest.TestCase) if name.startswith("assertRaises")} | {"assertRaisesRegexp"}
    assert known == statements.EXPECTING and hasattr(pytest, "raises")
    assert {contextlib.suppress.__name__} == statements.SWALLOWING - statements.EXPECTING


def test_errors_hooks_and_functions_are_those_of_python() -> None:
    assert {"ImportError", "ModuleNotFoundError"} == handlers.IMPORT_ERRORS
    assert {"shape", "ndim", "dtype", "is_floating_point"} == questions._ATTRIBUTES
    assert {"len", "tuple", "isinstance"} == questions._FUNCTIONS
    assert {"backward", "item", "detach", "cpu", "data"} == attributes.TENSOR_ERRORS
    assert {b"forward", b"training_step"} <= search._UNNAMED and {
        "_modules",
        "_parameters",
        "_buffers",
        "__dict__",
    } <= attribute_stores._TABLES
    assert {"register_buffer", "register_parameter", "register_module", "add_module", "__setattr__"} <= attribute_stores._REGISTERING
    assert {"update", "setdefault", "__setitem__"} <= attribute_stores._FILLING and {"getattr", "hasattr"} <= attribute_stores._ASKING
    assert all(issubclass(getattr(builtins, name), ImportError) for name in handlers.IMPORT_ERRORS) and len(handlers.IMPORT_ERRORS) == 2
    assert {name for name in absence._HOOKS if not hasattr(object, name)} == {"__getattr__", "__setstate__"}
    assert {"__getattribute__", "__setattr__"} <= absence._HOOKS and len(absence._HOOKS) == 4
    assert {name for name in constructions._LOOKING if not hasattr(builtins, name)} == {"raises", "cast", "help"} - set(dir(builtins))
    assert {"isinstance", "issubclass", "super", "type", "print", "raises", "cast"} <= constructions._LOOKING and len(
        constructions._LOOKING
    ) == 8
    assert {name.decode() for name in reachability._MAKERS} == {"__init__", "__new__", "__post_init__", "__init_subclass__"}
    assert ("__all__", "*", frozenset({"torch", "torchvision", "numpy"})) == (
        star_graph.EXPORTS,
        star_graph.EVERYTHING,
        imports.KNOWN_ROOTS,
    )
    assert all(hasattr(builtins, name) for name in questions._FUNCTIONS) and len(questions._FUNCTIONS) == 3


def test_what_is_asked_of_tensors_is_in_the_catalogue() -> None:
    assert {name for name in questions._ATTRIBUTES if name not in METHODS} == {"shape", "ndim", "dtype"} and len(questions._ATTRIBUTES) == 4
    assert {name for name in attributes.TENSOR_ERRORS if name not in METHODS} == {"backward", "data"} - set(
        METHODS
    ) and "data" in ATTRIBUTES
    assert len(attributes.TENSOR_ERRORS) == 5


def test_meanings_have_words_of_their_own() -> None:
    assert {
        Domain.LOGITS: ("logits", ""),
        Domain.PROBABILITY: ("probability", "sigmoid"),
        Domain.CATEGORICAL: ("probabilities", "softmax"),
        Domain.LOG_PROBABILITY: ("log-probability", "log-sigmoid"),
        Domain.LOG_CATEGORICAL: ("log-probabilities", "log-softmax"),
        Domain.LABEL: ("labels", ""),
    } == describe._MEANINGS
    assert describe._MODULE_LISTS == {"sequential": "Sequential", "list": "ModuleList", "dict": "ModuleDict"}
    assert describe._BRACKETS == {"list": "[]", "set": "{}", "dict": "{}"}
