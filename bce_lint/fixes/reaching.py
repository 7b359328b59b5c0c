"""Which losses lie on a way from their activation, and what else comes in or speaks against a change on the way."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import partial
from typing import NamedTuple

from bce_lint import ir
from bce_lint.analysis.domain.tensor import SourceRange
from bce_lint.analysis.sites import LossSite
from bce_lint.diagnostic import shortened
from bce_lint.fixes.edit import Refusal
from bce_lint.fixes.meeting import Usage
from bce_lint.fixes.places import at_place, at_row
from bce_lint.fixes.recorded_project import RecordedProject
from bce_lint.fixes.removal import where
from bce_lint.fixes.tree import Node
from bce_lint.fixes.uses import User, UserSearch

_SHOWN = 40


class WaysOut(NamedTuple):
    """What the users of an activation come to: the losses among them, the calls of losses, those that cannot be followed, and the first
    thing that speaks against a change, in words."""

    losses: tuple[User, ...]
    calls: frozenset[SourceRange]
    unseen: tuple[User, ...]
    against: str


def ways_out(project: RecordedProject, search: UserSearch) -> WaysOut:
    """What the users of an activation come to, gone through once for all its findings."""
    return project.remembered(("ways out", id(search)), partial(_ways_out, search))


def _ways_out(search: UserSearch) -> WaysOut:
    return WaysOut(
        tuple(use for use in search.uses if use.kind is Usage.LOSS),
        frozenset(use.site.call.range for use in search.uses if use.site is not None),
        tuple(use for use in search.uses if use.kind is Usage.UNSEEN),
        next((words for use in search.uses if (words := _against(search, use))), ""),
    )


def _against(search: UserSearch, use: User) -> str:
    if use.kind is Usage.LOSS and use.picked and "softmax" in search.origin.name:
        return f"`{use.picked}` picks classes out of the softmax at {where(use)}"
    if use.kind is Usage.LOSS and use.whole is not None and search.origin.name == "log_softmax" and search.origin.dim != -1:
        return f"the classes are moved to another dimension before {where(use)}, after the log-softmax"
    return f"`{_user(use)}` changes the values on the way at {where(use)}" if use.kind is Usage.CHANGED else ""


def all_reached(project: RecordedProject, searches: Collection[UserSearch], wanted: Iterable[LossSite]) -> None:
    """Raises `Refusal` unless each loss was found on a way from its activation, and nothing else comes in on the way."""
    ways = [ways_out(project, search) for search in searches]
    for search, way in zip(searches, ways, strict=True):
        for tree, node in search.joined:
            if not any(id(node) in one.seen for one in searches):
                raise Refusal(f"`{tree.source(node.span)}` is joined with the values at {at_row(tree, node)}")
        if way.against:
            raise Refusal(way.against)
    for site in wanted:
        if not any(site.call.range in way.calls for way in ways):
            loss = at_place(project.analysed, site.call)
            if any(_in(use, site) for way in ways for use in way.unseen):
                raise Refusal(f"more than one loss may get the values at {loss}, or one that cannot be followed")
            raise Refusal(f"what stands between the activation and the loss at {loss} changes the values, or cannot be followed")


def _in(use: User, site: LossSite) -> bool:
    call, span = site.call, use.node.span
    return use.tree.path == call.path and call.span.start <= span.start and span.end <= call.span.end


def _user(use: User) -> str:
    parent = use.tree.parent(use.node)
    user: Node = use.tree.parent(parent) if isinstance(parent, ir.Attr) else parent
    return shortened(" ".join(use.tree.source(user.span).split()), _SHOWN)
