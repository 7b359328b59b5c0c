"""The JSON schema says what the reader takes; it and the page are made from the settings."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bce_lint.config import pages
from bce_lint.config.problem import ConfigError, toml
from bce_lint.config.reading import check
from bce_lint.config.schema import FILE, schema, text
from bce_lint.config.settings import SETTINGS
from tests.config.test_reading import WRONG

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"
VALIDATOR = jsonschema.Draft7Validator(schema())


def taken(values: dict[str, Any]) -> bool:
    """True if the reader takes some settings."""
    try:
        check(values, "")
    except ConfigError:
        return False
    return True


def test_the_file_is_what_the_settings_make() -> None:
    assert FILE.read_text(encoding="utf-8") == text()


def test_the_page_is_what_the_settings_make() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert pages.with_table(page) == page


def test_a_page_without_marks_is_told() -> None:
    with pytest.raises(ValueError, match="the page has no table"):
        pages.with_table("# A page\n")


def test_it_is_a_schema() -> None:
    jsonschema.Draft7Validator.check_schema(json.loads(text()))


def test_the_examples_and_the_defaults_are_taken() -> None:
    values = tomllib.loads(pages.examples())
    assert list(values) == [one.key for one in SETTINGS]
    VALIDATOR.validate(values)
    check(values, "")
    defaults = tomllib.loads("".join(f"{one.key} = {one.default}\n" for one in SETTINGS if not one.default_in_words))
    VALIDATOR.validate(defaults)
    check(defaults, "")


@pytest.mark.parametrize("wrong", WRONG, ids=range(len(WRONG)))
def test_it_refuses_what_the_reader_refuses(wrong: str) -> None:
    values = tomllib.loads(wrong)
    assert not VALIDATOR.is_valid(values) and not taken(values)


KEYS = st.sampled_from([*(one.key for one in SETTINGS), "slect", "Select", ""])
NAMES = ["BCE", "BCE1", "BCE99", "bce1", "softmax-without-dim", "full", "sarif", "error", "lib", "/x", "..", "a/../b", "*.py"]
WORDS = st.sampled_from(NAMES)
PATHS = st.text(st.sampled_from(list("ab/.*?![]-\\ #:^")), max_size=6)
ONE = WORDS | PATHS | st.booleans() | st.integers(0, 2)
VALUES = ONE | st.lists(ONE, max_size=2) | st.dictionaries(WORDS | PATHS, ONE | st.lists(ONE, max_size=2), max_size=2)


@given(st.dictionaries(KEYS, VALUES, max_size=2))
def test_it_takes_what_the_reader_takes(values: dict[str, Any]) -> None:
    assert VALIDATOR.is_valid(values) == taken(values)


@given(st.dictionaries(st.text(max_size=4), VALUES, max_size=3))
def test_what_is_quoted_is_toml(values: dict[str, Any]) -> None:
    assert tomllib.loads(f"x = {toml(values)}") == {"x": values}


def test_the_wheel_has_the_schema() -> None:
    from importlib.resources import files

    assert json.loads((files("bce_lint.config") / FILE.name).read_text(encoding="utf-8")) == schema()
