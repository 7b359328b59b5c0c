"""The limits of the analysis, written down a second time: each was measured on real packages, and changes by decision alone."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import bce_lint

ROOMS = ("interpreter", "state", "recording", "project")
ELSEWHERE = {"calls", "loops", "walks", "waste"}
"""Files whose limits are tested by what they do."""
LIMITS = {
    "interpreter.decorators": {"DECORATOR_FUEL": 400},
    "interpreter.entry_points": {"INHERITED_FUEL": 2_000, "INHERITED_SITE_BONUS": 4_000, "MAX_TOO_DEEP": 16},
    "interpreter.instances": {"GENERIC_FUEL": 2_500, "SETTER_FUEL": 800},
    "state.class_model": {"MAX_DEPTH": 64},
    "state.containers": {"MAX_RANGE": 8},
    "state.frames": {"MAX_DEPTH": 40, "MAX_RECURSION": 2, "TEXT_LIMIT": 48},
    "state.machine": {"ENTRY_FUEL": 5_000, "BODY_FUEL": 30_000, "SITE_BONUS": 11_000, "APPLIED": 20_000},
    "state.store": {"INDEXED": 40, "COPIED": 16, "FLAT": 48},
    "recording.describe": {"DEPTH": 3, "LENGTH": 6, "WIDTH": 40},
    "recording.lost_calls": {"DEPTH": 3},
    "recording.provenance": {"RECENT": 100_000, "MANY": 24, "DEPTH": 6},
    "recording.reasons": {"_WIDTH": 60},
    "recording.uses": {"DEPTH": 4},
    "project.constructions": {"_MAX_DEPTH": 8},
    "project.definitions": {"_MANY": 16},
    "project.index": {"MAX_BYTES": 1_000_000},
    "project.project": {"RECURSION": 20_000},
    "project.reachability": {"NEAR": 3},
}


def written(path: Path) -> set[str]:
    """The names at the top of a file that a number is written to."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.AnnAssign):
            targets: list[ast.expr] = [node.target]
        elif isinstance(node, ast.Assign):
            targets = [part for one in node.targets for part in (one.elts if isinstance(one, ast.Tuple) else [one])]
        else:
            continue
        values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
        if all(isinstance(one, ast.Constant) and type(one.value) is int for one in values):
            found |= {ast.unparse(one) for one in targets}
    return found


def test_each_limit_is_what_it_was() -> None:
    for name, limits in LIMITS.items():
        module = importlib.import_module(f"bce_lint.analysis.{name}")
        assert {limit: getattr(module, limit) for limit in limits} == limits, name


def test_no_limit_is_left_out() -> None:
    folder = Path(bce_lint.__file__).parent / "analysis"
    files = [path for room in ROOMS for path in (folder / room).glob("*.py") if path.stem not in ELSEWHERE]
    found = {f"{path.parent.name}.{path.stem}": written(path) for path in files}
    hints = {"project.lexical": {"LOGARITHM", "COMPARISON"}}
    assert {name: limits for name, limits in found.items() if limits} == {name: set(limits) for name, limits in LIMITS.items()} | hints
