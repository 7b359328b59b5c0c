"""Failures on purpose, for the tests of the tests: the linter of a worker with a bug that the fuzzer must notice."""

from __future__ import annotations

import faulthandler
import time
from collections.abc import Callable
from typing import Any

from bce_lint import engine
from tests.fuzz import checks

_CHECK = engine.check


def _crash() -> None:
    def _raise(*_: Any, **__: Any) -> Any:
        raise RuntimeError("planted")

    engine.check = _raise


def _crash_inside() -> None:
    from bce_lint.analysis.models import registry

    def _raise(*_: Any, **__: Any) -> Any:
        raise KeyError("planted")

    registry.MODELS["torch.sigmoid"] = _raise


def _hang() -> None:
    def _wait(*_: Any, **__: Any) -> Any:
        while True:
            pass

    engine.check = _wait


def _slow() -> None:
    checks.SECONDS = 0.3
    asked = iter(range(2))

    def _compute(*arguments: Any, **keywords: Any) -> Any:
        end = time.process_time() + (0 if next(asked, None) is None else 0.5)
        while time.process_time() < end:
            sum(range(1_000_000))
        return _CHECK(*arguments, **keywords)

    engine.check = _compute


def _memory() -> None:
    asked = iter(range(1))

    def _allocate(*arguments: Any, **keywords: Any) -> Any:
        bytearray(b"x") * (checks.MEGABYTES + 50 << 20 if next(asked, None) is not None else 0)
        return _CHECK(*arguments, **keywords)

    engine.check = _allocate


def _segfault() -> None:
    def _die(*_: Any, **__: Any) -> Any:
        faulthandler._sigsegv()  # type: ignore[attr-defined]

    engine.check = _die


def _forgetful() -> None:
    asked: list[int] = []

    def _every_other_time(*arguments: Any, **keywords: Any) -> Any:
        asked.append(1)
        found = _CHECK(*arguments, **keywords)
        return found if len(asked) % 2 else found._replace(diagnostics=())

    engine.check = _every_other_time


def _silent() -> None:
    engine.check = lambda *arguments, **keywords: _CHECK(*arguments, **keywords)._replace(diagnostics=())


def _greedy_fix() -> None:
    before = engine.fix

    def _cut(*arguments: Any, **keywords: Any) -> Any:
        outcome, sources = before(*arguments, **keywords)
        groups = tuple(tuple(one._replace(after=one.after.replace(b"def ", b"def(")) for one in group) for group in outcome.groups)
        return outcome._replace(groups=groups), sources

    engine.fix = _cut


PLANTS: dict[str, Callable[[], None]] = {
    "crash": _crash,
    "crash inside": _crash_inside,
    "hang": _hang,
    "slow": _slow,
    "memory": _memory,
    "segfault": _segfault,
    "forgetful": _forgetful,
    "silent": _silent,
    "greedy fix": _greedy_fix,
}
"""Each plants one."""
