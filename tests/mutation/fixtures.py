"""The fixtures as checks that are called without pytest: they are many, and each takes some milliseconds.

A check is one case of a test of the files below. Those that look at all fixtures of the rules in one run are called
together, one after the other; in their place each fixture is looked at alone first.
"""

from __future__ import annotations

import importlib
import inspect
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

FILES = (
    "tests/test_fixtures.py", "tests/fixes/test_fix_fixtures.py", "tests/test_reveal.py", "tests/test_text_fixtures.py",
    "tests/rules/test_labels.py", "tests/test_told.py", "tests/verify/test_slices_torch.py",
)  # fmt: skip
TOGETHER = ("test_a_file", "test_a_file_reveals_what_it_says", "test_a_call_of_reveal_changes_no_finding", "test_the_place_of_a_finding")
Check = Callable[[], None]


def checks(root: Path) -> dict[str, Check]:
    """All checks by name; importing the files imports the package."""
    found: dict[str, Check] = {}
    for file in FILES:
        if not (root / file).exists():
            continue
        module = importlib.import_module(file.removesuffix(".py").replace("/", "."))
        if file == FILES[0]:
            found.update({f"alone {path.parent.name}-{path.stem}": _alone(module, path) for path in module.FILES})
        for name, function in vars(module).items():
            if name.startswith("test_"):
                found.update(_cases(f"{file}::{name}", function, module))
    return found


def _alone(module: Any, path: Path) -> Check:
    def check() -> None:
        from bce_lint.engine import check_text

        told = check_text(path.read_bytes(), None, module.enabled(path.parent, [path])).diagnostics
        assert {(path.name, one.location.start.row, one.code) for one in told} == module.expected(path.parent, [path])

    return check


def _cases(name: str, function: Any, module: Any) -> Iterator[tuple[str, Check]]:
    marks = [one for one in getattr(function, "pytestmark", ()) if one.name == "parametrize"]
    if not marks and not inspect.signature(function).parameters:
        yield name, function
    if len(marks) != 1 or "," in marks[0].args[0]:
        return
    argument, values = marks[0].args[0], list(marks[0].args[1])
    if set(inspect.signature(function).parameters) - {argument, "tmp_path"}:
        return
    cases = [_called(function, argument, value) for value in values]
    if function.__name__ in TOGETHER:
        yield name, _all_of(cases, module)
    else:
        yield from ((f"{name}[{at}]", case) for at, case in enumerate(cases))


def _all_of(cases: list[Check], module: Any) -> Check:
    """The cases as one, from the run on: of what another check of the file has kept, it would reach no line of the package."""

    def check() -> None:
        for one in vars(module).values():
            if callable(forget := getattr(one, "cache_clear", None)):
                forget()
        for case in cases:
            case()

    return check


def _called(function: Any, argument: str, value: object) -> Check:
    def check() -> None:
        if "tmp_path" not in inspect.signature(function).parameters:
            function(**{argument: value})
            return
        with tempfile.TemporaryDirectory() as folder:
            function(**{argument: value, "tmp_path": Path(folder).resolve()})

    return check
