"""Users that look at one variable, taken together: what it is set to is changed instead of each of them."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.fixes.meeting import Usage
from bce_lint.fixes.renaming import Variable
from bce_lint.fixes.tree import Node, is_store, scope_of
from bce_lint.fixes.uses import User, UserSearch

_GATHERED = frozenset({Usage.VALUES, Usage.THRESHOLD, Usage.ORDER})


def gathered(search: UserSearch) -> list[User]:
    """The users that a search found; of several that look at one variable which nobody else reads, what it is set to instead."""
    found: list[User] = []
    at: dict[tuple[Usage, int], list[User]] = {}
    kinds = _kinds(search)
    for use in search.uses:
        source = _source(search, use, kinds)
        one = use if source is None else User(Usage.VALUES, use.tree, source)
        same = at.setdefault((one.kind, id(one.node)), [])
        if one not in same:
            same.append(one)
            found.append(one)
    return found


def _kinds(search: UserSearch) -> dict[int, Usage]:
    """What the users do, by what they get."""
    return {id(use.node): use.kind for use in search.uses}


def unchanged(search: UserSearch) -> frozenset[Variable]:
    """The variables that are set to what they were set to before, as those who look at them want it."""
    kinds = _kinds(search)
    found = [use for use in search.uses if _source(search, use, kinds) is not None]
    return frozenset(Variable(use.tree, scope_of(use.tree, use.node, use.node.id), use.node.id) for use in found)


def _source(search: UserSearch, use: User, users: dict[int, Usage]) -> Node | None:
    """What a variable is set to, if it is set once and all who read it are users that look at it, more than one of them."""
    if not isinstance(use.node, ir.Name) or use.kind not in _GATHERED or use.whole is not None:
        return None
    name, scope = use.node.id, scope_of(use.tree, use.node, use.node.id)
    same = use.tree.local(name, scope)
    loads = {id(n) for n in same if not is_store(use.tree, n)}
    looked = [node for node in loads if users.get(node) in (Usage.VALUES, Usage.THRESHOLD)]
    stores = [n for n in same if is_store(use.tree, n)]
    statement = use.tree.parent(stores[0]) if len(stores) == 1 else None
    if scope is None or len(looked) < 2 or not isinstance(statement, ir.Assign) or len(statement.targets) != 1:
        return None
    alone = all(users.get(node) in _GATHERED for node in loads) and any(p.name == name for p in scope.params) is False
    return statement.value if alone and search.meeting.is_whole(use.tree, statement.value) else None
