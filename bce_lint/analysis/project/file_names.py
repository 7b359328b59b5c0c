"""What the names at the top of files stand for, through the imports that pass them on, star imports among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple, TypeAlias

from bce_lint.analysis.project.definitions import Definition, Fragment, Names, add_definitions
from bce_lint.analysis.project.import_graph import Graph
from bce_lint.analysis.project.index import FileSummary, without
from bce_lint.analysis.state.components import components

Found: TypeAlias = Definition | str
_NameOfGroup: TypeAlias = tuple[int, bytes]
"""A name of a group of files."""


class _JoinedFiles:
    """Files that star-import one another have the same names: what they are in each, and the groups that these files star-import."""

    def __init__(self, files: Sequence[Names]) -> None:
        self.below: dict[int, None] = {}
        self.own: dict[bytes, list[Found]] = {}
        self.taken: dict[bytes, dict[tuple[str, bytes], None]] = {}
        for names in files:
            for table in (names.own, names.files):
                for name, found in table.items():
                    self.own.setdefault(name, []).extend(found)
            for name, targets in names.taken.items():
                self.taken.setdefault(name, {}).update(dict.fromkeys(targets))


class Otherwise(NamedTuple):
    """What is otherwise than in another state of a project: names that stand for something else, those among them that stood for nothing or
    for what comes from elsewhere, and the definitions that are gone, or that are no longer all that their name stands for."""

    names: set[bytes]
    more: set[bytes]
    gone: set[Definition]

    def add(self, old: Names, new: Names) -> None:
        """Adds what is otherwise at the top of a file."""
        self.gone.update(set(old.code).difference(new.code))
        for before, now in ((old.own, new.own), (old.variables, new.variables)):
            for name in before.keys() | now.keys():
                if (there := before.get(name)) != now.get(name):
                    self.names.add(name)
                    self.gone.update(there or ())
                    self.more.update(() if there else (name,))
        others = {name for name in old.taken.keys() | new.taken.keys() if old.taken.get(name) != new.taken.get(name)}
        others |= {name for name in old.files.keys() | new.files.keys() if old.files.get(name) != new.files.get(name)}
        self.names.update(others)
        self.more.update(others)


class FileNames:
    """Answers what the names at the top of the files of a graph can stand for; each is looked up once for all that star imports join."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._names: dict[str, Names] = {}
        self._group_of: dict[str, int] = {}
        self._groups: list[_JoinedFiles] = []
        self._bound: set[bytes] = set()
        self._found: dict[_NameOfGroup, tuple[Found, ...]] = {}

    def go_on(self, before: FileNames) -> Otherwise | None:
        """Takes over what another state of the project has read of files that are as they were, and import the same; what stands for
        something else than there. None where more is otherwise than is told: there are other files, or star imports."""
        files, imports, there = self.graph.files, self.graph.imports, before.graph
        known = {path: names for path, names in before._names.items() if path in files}
        changed = [path for path in known if files[path] is not there.files[path] or imports[path] != there.imports[path]]
        self._names.update(without(known, changed))
        if files.keys() != there.files.keys():
            return None
        found = Otherwise(set(), set(), set())
        for path in changed:
            old, new = known[path], self.of(path)
            if files[path].aliases == there.files[path].aliases:
                _keep_known(new, old, files[path])
            if old.stars != new.stars:
                return None
            found.add(old, new)
        found.names.update(self._by_any_name(found.names))
        found.more.update(self._by_any_name(found.more))
        return found

    def _by_any_name(self, names: set[bytes]) -> set[bytes]:
        """Some names, and those by which imports pass them on."""
        tables = (one.taken.items() for one in self._names.values())
        passed = [(name, original) for table in tables for name, found in table for _, original in found if name != original]
        found, newest = set(names), set(names)
        while newest:
            newest = {name for name, original in passed if original in newest} - found
            found |= newest
        return found

    def of(self, path: str) -> Names:
        """The names at the top of a file."""
        if path not in self._names:
            names = self._names[path] = Names({}, {}, [], {}, {}, [])
            add_definitions(self.graph.files[path], names)
            self._add_imports(path, names)
        return self._names[path]

    def mentioned(self, path: str, words: frozenset[bytes]) -> Iterator[Definition]:
        """The definitions that some words of a file can name; they are tried as attributes of the files that they name, too."""
        groups: dict[int, None] = {self._group(path): None}
        waiting = [*groups]
        for number in waiting:  # grows as files are named
            group = self._groups[number]
            known = self._bound & words if group.below else (group.own.keys() & words) | (group.taken.keys() & words)
            for name in known:
                for item in self._lookup(number, name):
                    if not isinstance(item, str):
                        yield item
                    elif (named := self._group(item)) not in groups:
                        groups[named] = None
                        waiting.append(named)

    def _lookup(self, number: int, name: bytes) -> tuple[Found, ...]:
        """What a name of a group stands for: definitions and files."""
        for keys in components((number, name), self._passed, self._found):
            own = [item for group, wanted in keys for item in self._groups[group].own.get(wanted, ())]
            inside = set(keys)
            below = {key: self._found[key] for one in keys for key in self._passed(one) if key not in inside and self._found[key]}
            parts = [*([tuple(dict.fromkeys(own))] if own else []), *below.values()]
            found = parts[0] if len(parts) == 1 else tuple(dict.fromkeys(item for part in parts for item in part))
            self._found.update(dict.fromkeys(keys, found))
        return self._found[number, name]

    def _passed(self, key: _NameOfGroup) -> Iterable[_NameOfGroup]:
        """The names that one is by imports, star imports among them."""
        number, name = key
        group = self._groups[number]
        if group.below and name in self._bound:
            yield from ((one, name) for one in group.below)
        for target, wanted in group.taken.get(name, ()):
            yield self._group(target), wanted

    def _group(self, path: str) -> int:
        if path not in self._group_of:
            for files in components(path, lambda one: self.of(one).stars, self._group_of):
                group = _JoinedFiles([self.of(file) for file in files])
                self._group_of.update(dict.fromkeys(files, len(self._groups)))
                numbers = (self._group_of[star] for file in files for star in self.of(file).stars)
                group.below = dict.fromkeys(one for one in numbers if one != len(self._groups))
                self._groups.append(group)
                self._bound.update(group.own, group.taken)
        return self._group_of[path]

    def _add_imports(self, path: str, names: Names) -> None:
        for target, item, bound in self.graph.imports[path]:
            if bound:
                names.files.setdefault(bound.encode(), []).append(target)
                continue
            for name, alias in item.names:
                if name == "*":
                    names.stars.append(target)
                else:
                    names.taken.setdefault(alias.encode(), []).append((target, name.encode()))
        names.stars[:] = dict.fromkeys(names.stars)


def _keep_known(names: Names, before: Names, summary: FileSummary) -> None:
    """Puts definitions of another text of a file where those of this one say the same: they stay the objects that they were."""
    known: dict[tuple[object, ...], list[Definition]] = {}
    for one in dict.fromkeys(_all_in(before)):
        known.setdefault(one.says, []).append(one)
    same: dict[Definition, Definition] = {}
    for one in dict.fromkeys(_all_in(names)):
        there = known.get(one.says)
        same[one] = there.pop(0) if there else one
        same[one].whole = summary
    for table in (names.own, names.variables):
        for name, found in table.items():
            table[name] = [same[one] for one in found]
    names.code[:] = (one for one in map(same.__getitem__, names.code) if isinstance(one, Fragment))


def _all_in(names: Names) -> Iterator[Definition]:
    return chain(*names.own.values(), *names.variables.values(), names.code)
