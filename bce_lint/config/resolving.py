"""What settings come to for the files of one configuration."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from bce_lint.config.layers import INLINE, OPTION, Layers, effective
from bce_lint.rules.by_file import EVERY, FileRules
from bce_lint.rules.selection import Layer, breadth, codes, layered
from bce_lint.source.exclusion import SKIPPED_FOLDERS, Anchored, Exclusion, anchored


class Resolved:
    """What holds for the files of one configuration, worked out when it is asked for."""

    def __init__(self, layers: Layers) -> None:
        self.layers = layers
        self._by_ignored: dict[frozenset[str], FileRules] = {}

    def rules(self, path: str) -> FileRules:
        """The rules of a file, without those that are ignored in it."""
        ignored = frozenset[str]().union(*(out for pattern, negated, out in self._per_file if pattern.names(path) is not negated))
        if ignored not in self._by_ignored:
            self._by_ignored[ignored] = self.unnamed._replace(codes=self.unnamed.codes - ignored)
        return self._by_ignored[ignored]

    @cached_property
    def unnamed(self) -> FileRules:
        """The rules of a text that has no name."""
        safe, unsafe = self._list("extend-safe-fixes", counting=True), self._list("extend-unsafe-fixes")
        trusted = layered([Layer(None, unsafe, safe)], frozenset())
        doubted = frozenset[str]().union(*map(codes, unsafe)) - trusted
        fixable = layered(self._both("fixable", ("unfixable",)), EVERY)
        return FileRules(self._selected, fixable, self._severities, trusted, doubted, bool(self.one("report-possible")))

    @cached_property
    def _selected(self) -> frozenset[str]:
        return layered(self._both("select", ("ignore", "extend-ignore"), "extend-select"))

    def _both(self, select: str, ignore: Iterable[str], extend: str = "") -> list[Layer]:
        """The configuration's selection, and that of the options over it."""
        found = []
        for source in (self.layers.configured, self.layers.given):
            taken, more = source(select), source(extend)
            left_out = [one for key in ignore if (said := source(key)) is not None for one in said.value]
            found.append(Layer(None if taken is None else taken.value, left_out, () if more is None else more.value))
        return found

    @cached_property
    def _severities(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for source in self.layers.all("severity"):
            for rule, level in sorted(source.value.items(), key=lambda entry: breadth(entry[0])):
                found.update(dict.fromkeys(codes(rule), level))
        return found

    @cached_property
    def _per_file(self) -> list[tuple[Anchored, bool, frozenset[str]]]:
        source = self.layers.last("per-file-ignores")
        given: Mapping[str, Any] = {} if source is None else source.value
        folder = "" if source is None else source.folder
        return [
            (anchored(folder, [pattern.removeprefix("!")]), pattern.startswith("!"), frozenset[str]().union(*map(codes, rules)))
            for pattern, rules in given.items()
        ]

    def _list(self, key: str, *, counting: bool = False) -> list[str]:
        sources = effective(self.layers, key)
        return [one for source in sources if not counting or self.counts(source.origin) for one in source.value]

    def counts(self, origin: str) -> bool:
        """True unless a list of fixes to be trusted comes from a file, and the command line does not say that such a list counts."""
        given = self.layers.given("extend-safe-fixes")
        return origin in (OPTION, INLINE) or (given is not None and not given.value)

    @cached_property
    def uncounted(self) -> frozenset[str]:
        """The codes whose fixes the file calls safe in vain."""
        said = (one for source in effective(self.layers, "extend-safe-fixes") if not self.counts(source.origin) for one in source.value)
        return frozenset[str]().union(*map(codes, said)) - self.unnamed.safe

    @cached_property
    def exclusion(self) -> Exclusion:
        """What is left out of a walk."""
        own = self.layers.last("exclude")
        sources = [*([] if own is None else [own]), *self.layers.both("extend-exclude")]
        patterns = tuple(anchored(source.folder, source.value) for source in sources if source.value)
        return Exclusion(SKIPPED_FOLDERS if own is None else frozenset(), patterns)

    @property
    def force_exclude(self) -> bool:
        """True if what is excluded is left out even where it is named."""
        return bool(self.one("force-exclude"))

    @cached_property
    def src(self) -> tuple[str, ...] | None:
        """The folders that imports are looked up in; None for the usual ones."""
        source = self.layers.last("src")
        return None if source is None else tuple(os.path.normpath(os.path.join(source.folder, one)) for one in source.value)

    @property
    def cache_dir(self) -> str | None:
        """The folder that findings are kept in; None for the usual one."""
        source = self.layers.last("cache-dir")
        return None if source is None else os.path.join(source.folder, source.value)

    def one(self, key: str) -> Any:
        """The value of a setting that has one; None where none is given."""
        source = self.layers.last(key)
        return None if source is None else source.value
