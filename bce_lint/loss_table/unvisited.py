"""The losses that a run never evaluated: calls of PyTorch's losses in the files, and losses that are made and never called.

Which loss a name stands for is what the file imports says. The sinks that a run is asked for (`analysis/project/sinks.py`) are found by
words alone, which is faster, takes in more than losses, and leaves out what is made and not called.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Place
from bce_lint.analysis.project.project import Project
from bce_lint.analysis.sites import LossSite, members
from bce_lint.analysis.state.frames import LoweredFile
from bce_lint.analysis.state.unfinished import MODULE
from bce_lint.catalog import losses
from bce_lint.catalog.schema import Contract
from bce_lint.ir.walk import AnyNode, children

UNREACHED = "code that is not run"
UNUSED = "a loss that is not called"


class Unvisited(NamedTuple):
    """A loss that was never evaluated, where it stands, why, and the kind of reason."""

    place: Place
    contract: Contract
    reason: str
    cause: str


def unvisited(project: Project, paths: Iterable[str]) -> list[Unvisited]:
    """The losses in some files that the run of their project has not evaluated."""
    sites = [one for site in project.all_sites() for one in members(site) if isinstance(one, LossSite)]
    called = {site.call.range for site in sites} | {site.made.range for site in sites if site.made is not None}
    found: list[Unvisited] = []
    for path in sorted(paths):
        summary = project.summaries.get(path)
        if summary is not None and b"torch" in summary.text and (unit := project.unit(path)) is not None:
            found += [one for one in _in_file(project, unit) if one.place.range not in called]
    return found


def _in_file(project: Project, unit: LoweredFile) -> Iterator[Unvisited]:
    names: dict[str, str] = {}
    waiting: list[tuple[AnyNode, ir.Function | None]] = [(statement, None) for statement in unit.module.body]
    calls: list[tuple[ir.Call, ir.Function | None]] = []
    for node, function in waiting:  # grows as parts are found
        match node:
            case ir.ImportModule(module=module, bound=bound, whole=whole):
                names[bound] = module if whole else module.partition(".")[0]
            case ir.ImportName(module=module, level=0, name=name, bound=bound):
                names[bound] = f"{module}.{name}"
            case ir.Call():
                calls.append((node, function))
        inner = node if isinstance(node, ir.Function) else function
        waiting.extend((part, inner) for part in children(node))
    for call, around in calls:
        name = _qualified(call.func, names)
        contract = losses.FUNCTIONS.get(name) or losses.MODULES.get(name)
        if contract is not None:
            yield _told(project, unit, call, around, contract, made=name in losses.MODULES)


def _qualified(node: ir.Expr, names: dict[str, str]) -> str:
    """The name outside the project that an expression spells by what the file imports."""
    match node:
        case ir.Name(id=name):
            return names.get(name, "")
        case ir.Attr(value=owner, name=name):
            before = _qualified(owner, names)
            return f"{before}.{name}" if before else ""
    return ""


def _told(project: Project, unit: LoweredFile, call: ir.Call, around: ir.Function | None, contract: Contract, made: bool) -> Unvisited:
    start, name = (0, MODULE) if around is None else (around.span.start, around.name)
    unfinished = project.answer.unfinished.get((unit.path, start))
    place = unit.place(call.span, call.func.span)
    if unfinished is not None:
        return Unvisited(place, contract, f"`{name}` was not analysed completely: {unfinished.reason}", unfinished.reason)
    if around is not None and (unit.path, around.span) not in project.answer.reached:
        return Unvisited(place, contract, f"`{name}` is not run: nothing that is run calls it", UNREACHED)
    if made:
        return Unvisited(place, contract, "it is made here, and no call of it is seen", UNUSED)
    return Unvisited(place, contract, f"no path through `{name}` that is followed gets here", UNREACHED)

