"""Which functions can lead to a loss: rapid type analysis on the words of the index, before anything is parsed.

A search starts at a function and follows what its words can name: definitions of its file, what the file imports, the classes
among them, their bases, and those methods of the classes reached so far whose names occur somewhere on the way (Bacon and
Sweeney 1996, on words instead of calls). It reaches what the names can, often more. A search that ends without a loss shows
that nothing it visited leads to one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from bce_lint.analysis.project.alike import ProjectWords, alike
from bce_lint.analysis.project.code import without_text
from bce_lint.analysis.project.definitions import Class, Definition, Fragment, Names
from bce_lint.analysis.project.file_names import FileNames
from bce_lint.analysis.project.filled_variables import FilledVariables
from bce_lint.analysis.project.import_graph import Graph
from bce_lint.analysis.project.index import FileSummary, takes_logits, without
from bce_lint.analysis.project.lexical import COMPARISON, LOGARITHM, WORD, reaching, squashing, words_of
from bce_lint.analysis.project.search import Search, is_implicit, leading_to, way_to
from bce_lint.analysis.state.class_model import MAX_DEPTH

_MAKERS = frozenset({b"__init__", b"__new__", b"__post_init__", b"__init_subclass__"})
NEAR = 3
"""How many steps from a function a logarithm may be, for the function to be run because of it."""


ANSWERS: Final = ("graph", "files", "otherwise", "_files", "_functions", "_methods", "_bodies")
"""The attributes that say what was asked so far; all others are what the searches found out on the way."""


class Reachability:
    """Answers whether the functions, methods and module bodies of a project can lead to a loss.

    One that was read back has what its searches found out `unread` until one of them asks."""

    unread: Callable[[], Mapping[str, Any]] | None = None

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """What the searches have found out, where it was not read yet."""
            if name.startswith("__") or not self._read():  # `copy` asks for methods
                raise AttributeError(name)
            return getattr(self, name)

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.files: Mapping[str, FileSummary] = graph.files
        self.leading: set[Definition] = set()
        self.known = FileNames(graph)
        self._targets: dict[Fragment, list[Definition]] = {}
        self._near: dict[tuple[Definition, int], bool] = {}
        self._cannot_reach: set[Definition] = set()
        self._can_reach: set[Definition] = set()
        self._classes_that_cannot_reach: dict[Class, bool] = {}
        self._bases: dict[Class, list[Class]] = {}
        self._around: dict[Class, Search | None] = {}
        self._latest: tuple[Class, Search | None] | None = None
        self._wholes: dict[Definition, bool] = {}
        self._files: dict[str, bool] = {}
        self._functions: dict[tuple[str, str], bool] = {}
        self._methods: dict[tuple[str, str, str], bool] = {}
        self._bodies: dict[str, bool] = {}
        self.otherwise: set[str] = {*graph.files}
        """The files in which something may lead elsewhere than in the state that this one goes on from."""

    @property
    def tables(self) -> dict[str, Any]:
        """What the searches have found out on the way, by the names of the attributes."""
        self._read()
        return {name: found for name, found in vars(self).items() if name not in ANSWERS}

    def _read(self) -> bool:
        """Reads what is unread; False where there is nothing."""
        unread = vars(self).pop("unread", None)
        if unread is not None:
            vars(self).update(unread())
        return unread is not None

    def now(self, files: Mapping[str, FileSummary], words: ProjectWords) -> Reachability | None:
        """The same answers for files of which some have another text since, if all of them lead where they did."""
        before = self.graph.files
        changed = [path for path, summary in files.items() if before.get(path) is not summary]
        if files.keys() != before.keys():
            return None
        if changed:
            words.update(files)
        if not all(alike(before[path], files[path], words) for path in changed):
            return None
        other = copy(self)
        other.files, other.otherwise = files, set()
        return other

    def go_on(self, before: Reachability) -> None:
        """Takes over what the searches of another state of the project have found out, but for what leads to what is otherwise."""
        before._read()
        otherwise = self.known.go_on(before.known)
        if otherwise is None or type(before) is not Reachability or self.apart != before.apart or self._decides != before._decides:
            return
        changed = set(otherwise.gone)
        if "_filled" in vars(before):
            self._filled = FilledVariables(self.known, self.apart, before._filled, otherwise.names)
            changed |= self._filled.others(before._filled)
        if otherwise.more:
            changed.update(unit for unit in before._targets if not unit.words.isdisjoint(otherwise.more))
        changed.update(cls for cls in before._bases if not cls.header.isdisjoint(otherwise.names))
        gone = leading_to(changed, before._targets, before._bases)
        self._take_over(before, gone)

    def _take_over(self, before: Reachability, gone: set[Definition]) -> None:
        """Takes over what has been found out of definitions, but for some."""
        self.leading, self._can_reach, self._cannot_reach = before.leading - gone, before._can_reach - gone, before._cannot_reach - gone
        self._targets, self._wholes = without(before._targets, gone), without(before._wholes, gone)
        self._bases, self._around = without(before._bases, gone), without(before._around, gone)
        self._classes_that_cannot_reach = without(before._classes_that_cannot_reach, gone)
        self._near = without(before._near, {(one, steps) for one in gone for steps in range(NEAR + 1)})
        self.otherwise = {one.path for one in gone}.union(p for p, one in self.files.items() if before.graph.files[p] is not one)
        kept: set[tuple[str, str]] = set()
        for path in self.otherwise:
            there = before.known.of(path).own
            same = (name for name, found in self.known.of(path).own.items() if found == there.get(name) and gone.isdisjoint(found))
            kept.update((path, name.decode("utf-8", "surrogateescape")) for name in same)
        self._files, self._bodies = without(before._files, self.otherwise), without(before._bodies, self.otherwise)
        self._functions = {key: found for key, found in before._functions.items() if key[0] not in self.otherwise or key in kept}
        self._methods = {key: found for key, found in before._methods.items() if key[0] not in self.otherwise or key[:2] in kept}

    def is_sink(self, unit: Fragment) -> bool:
        """True if a unit is what the searches look for."""
        return unit.sink

    def meets(self, hints: int, named: set[bytes]) -> bool:
        """True if the names seen so far include a producer of the values that the hints need."""
        decides = COMPARISON if self._decides or not named.isdisjoint(squashing()) else 0
        return any(hints & hint & (LOGARITHM | decides) and not named.isdisjoint(names) for hint, names in reaching().items())

    def hints(self, start: Iterable[Definition], cls: Class | None = None) -> int:
        """The hints of some functions, or methods of a class: a comparison is one in the function itself, a logarithm may be near."""
        found = 0
        for one in start:
            if isinstance(one, Fragment) and one.compares:
                found |= COMPARISON
            if not found & LOGARITHM and self._logs(one, NEAR):
                found |= LOGARITHM
        return found | LOGARITHM if cls is not None and not found & LOGARITHM and self._logs_itself(cls, start) else found

    def _logs(self, definition: Definition, steps: int) -> bool:
        """True if a logarithm is so many steps away or nearer."""
        key = definition, steps
        if key not in self._near:
            near: Iterable[Definition] = ()
            if isinstance(definition, Class):
                near = (definition.head, *(unit for units in definition.methods.values() for unit in units))
            elif definition.logs:
                self._near[key] = True
                return True
            elif steps:
                near = self.reached(definition)
            self._near[key] = steps > 0 and any(self._logs(one, steps - 1) for one in near)
        return self._near[key]

    @cached_property
    def _decides(self) -> bool:
        return any(takes_logits(summary) for summary in self.graph.files.values())

    def words(self, text: str) -> frozenset[str]:
        """The words in some code."""
        return frozenset(word.decode() for word in words_of(without_text(text.encode("utf-8", "replace"))))

    def mentions(self, path: str) -> Counter[str]:
        """How often each word stands in the code of a file."""
        return Counter(word.decode("utf-8", "replace") for word in WORD.findall(self.files[path].data))

    def file(self, path: str) -> bool:
        """True if anything in a file can."""
        if path not in self._files:
            self._files[path] = not self.irrelevant(path) and (self.body(path) or self._defines(path))
        return self._files[path]

    def _defines(self, path: str) -> bool:
        return any(self._whole(definition) for found in self.names(path).own.values() for definition in found)

    def body(self, path: str) -> bool:
        """True if the code of a file that is no definition can."""
        if path not in self._bodies:
            self._bodies[path] = any(self._whole(unit) for unit in self.names(path).code)
        return self._bodies[path]

    def function(self, path: str, name: str) -> bool:
        """True if a function at the top of a file can."""
        key = path, name
        if key not in self._functions:
            self._functions[key] = any(self._whole(definition) for definition in self.names(path).own.get(name.encode(), ()))
        return self._functions[key]

    def method(self, path: str, owner: str, name: str) -> bool:
        """True if a method can that a class at the top of a file has or inherits, on an instance whose attributes are set."""
        key = path, owner, name
        if key not in self._methods:
            found = self.names(path).own.get(owner.encode(), ())
            self._methods[key] = any(self._whole(d) and (isinstance(d, Fragment) or self._method(d, name.encode())) for d in found)
        return self._methods[key]

    def _whole(self, definition: Definition) -> bool:
        """True if a function can, or any method that a class has or inherits."""
        if definition not in self._wholes:
            if isinstance(definition, Fragment):
                self._wholes[definition] = self._leads(definition)
            else:
                methods = [unit for c in self._line(definition) for units in c.methods.values() for unit in units]
                self._wholes[definition] = self._bound(definition, methods)
        return self._wholes[definition]

    def irrelevant(self, path: str) -> bool:
        """True if a file cannot lead anywhere by its words, nor can any that imports join to it."""
        return path in self.apart

    @property
    def apart(self) -> frozenset[str]:
        """The files that cannot lead anywhere."""
        return self.graph.irrelevant

    def _leads(self, unit: Fragment) -> bool:
        start = (unit, *(part for _, part in unit.stores))
        hints = self.hints(start)
        return bool(hints or not self._search_fails(start)) and Search().leads(self, start, hints)

    def _class_cannot_reach(self, cls: Class) -> bool:
        """True if nothing that a class has or inherits leads to a sink."""
        if cls not in self._classes_that_cannot_reach:
            self._classes_that_cannot_reach[cls] = self._search_fails(self._line(cls))  # what sets the attributes is part of the methods
        return self._classes_that_cannot_reach[cls]

    def _search_fails(self, start: Iterable[Definition]) -> bool:
        """True if a search ends without a sink even if every name counts as named: that is found out once for all definitions.

        What the start does that matters to some values only is for the search itself to look at.
        """
        seen: dict[Definition, Definition | None] = {}
        waiting: list[tuple[Definition, Definition | None]] = [(definition, None) for definition in start]
        while waiting:
            current, before = waiting.pop()
            if current in seen or current in self._cannot_reach:
                continue
            seen[current] = before
            if current in self._can_reach or (isinstance(current, Fragment) and self.is_sink(current)):
                self._can_reach.update(way_to(current, seen))
                return False
            if isinstance(current, Fragment):
                waiting.extend((part, current) for _, part in current.stores)
                waiting.extend((one, current) for one in self.reached(current))
            else:
                waiting.append((current.head, current))
                waiting.extend((unit, current) for units in current.methods.values() for unit in units)
        self._cannot_reach.update(seen)
        return True

    def _method(self, cls: Class, name: bytes) -> bool:
        return self._bound(cls, [unit for c in self._line(cls) for unit in c.methods.get(name, ())])

    def _line(self, cls: Class) -> list[Class]:
        """A class and those it stands below, the nearest first, as deep as resolution orders go."""
        line, newest = {cls: None}, [cls]
        for _ in range(MAX_DEPTH):
            newest = [*dict.fromkeys(base for one in newest for base in self._bases_of(one) if base not in line)]
            if not newest:
                break
            line.update(dict.fromkeys(newest))
        return [*line]

    def _bound(self, cls: Class, methods: Iterable[Fragment]) -> bool:
        """True if some methods lead to a sink on an instance of a class."""
        start = [d for unit in methods for d in (unit, *(part for _, part in unit.stores))]
        hints = self.hints(start, cls)
        if not hints and self._class_cannot_reach(cls):
            return False
        around = self._instance(cls)
        return around is None or Search(around).leads(self, start, hints)

    def _logs_itself(self, cls: Class, start: Iterable[Definition]) -> bool:
        """True if methods that some functions of a class name, or those that these name, have a logarithm near."""
        line = self._line(cls)
        if not any(self._logs(one, NEAR) for one in line):
            return False
        seen, newest = set(start), [*start]
        for steps in range(NEAR - 1, -1, -1):
            words = frozenset[bytes]().union(*(one.words for one in newest if isinstance(one, Fragment)))
            newest = [unit for one in line for name in one.methods.keys() & words for unit in one.methods[name] if unit not in seen]
            if any(self._logs(unit, steps) for unit in newest):
                return True
            seen.update(newest)
        return False

    def _instance(self, cls: Class) -> Search | None:
        """What an instance reaches whose attributes are set; None when a sink is among that."""
        if cls in self._around:
            return self._around[cls]
        if self._latest is None or self._latest[0] is not cls:
            self._latest = (cls, self._made(cls))
        return self._latest[1]

    def _made(self, cls: Class) -> Search | None:
        bases = self._bases_of(cls)
        search = Search()
        for index, base in enumerate(bases):
            if base not in self._around:
                self._around[base] = None  # a class that inherits itself ends here
                self._around[base] = self._made(base)
            known = self._around[base]
            if known is None:
                return None
            if index == 0:
                search = Search(known)
            elif search.leads(self, [*(known.seen.keys() - search.seen.keys()), *search.take(known)]):
                return None
        start: list[Definition] = []
        for name, units in cls.methods.items():
            start.extend(units if is_implicit(name) and name not in _MAKERS else search.when(name, units))
        for name, unit in cls.settings:
            start.extend(search.when(name, (unit,)) if name else (unit,))
        return None if search.leads(self, start) else search

    def _bases_of(self, cls: Class) -> list[Class]:
        if cls not in self._bases:
            found = self.known.mentioned(cls.path, cls.header)
            self._bases[cls] = list(dict.fromkeys(base for base in found if isinstance(base, Class) and base is not cls))
        return self._bases[cls]

    def reached(self, unit: Fragment) -> list[Definition]:
        """What a unit names, and what is put into it from elsewhere."""
        if unit not in self._targets:
            self._targets[unit] = [*dict.fromkeys(self.known.mentioned(unit.path, unit.words)), *self._filled.found.get(unit, ())]
        return self._targets[unit]

    @cached_property
    def _filled(self) -> FilledVariables:
        return FilledVariables(self.known, self.apart)

    def names(self, path: str) -> Names:
        """The names at the top of a file."""
        return self.known.of(path)
