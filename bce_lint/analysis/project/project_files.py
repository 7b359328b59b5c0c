"""The files of a project: read, decoded and lowered on demand, each once."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Container, Iterable, Mapping
from functools import partial
from typing import Final, TypeVar

from bce_lint import ir
from bce_lint.analysis.project.alike import same_code
from bce_lint.analysis.project.bindings import may_see
from bce_lint.analysis.project.editing import Edition, edition
from bce_lint.analysis.project.imported_files import ImportedFiles
from bce_lint.analysis.project.index import FileSummary, is_python, scan
from bce_lint.analysis.project.open_files import OpenFiles
from bce_lint.analysis.project.problems import Problem, unread
from bce_lint.analysis.project.real_places import RealPlaces
from bce_lint.analysis.project.search_paths import AddedFolders
from bce_lint.analysis.project.tensor_words import converts
from bce_lint.analysis.state.edited_file import EditedFile
from bce_lint.analysis.state.frames import LoweredFile
from bce_lint.diagnostic import TOO_LARGE, UNREADABLE
from bce_lint.source.documents import decode
from bce_lint.source.projects import ImportFolders, usual
from bce_lint.source.text import SourceError, SourceText, is_notebook, read

T = TypeVar("T")
FEW_WRITTEN = 8
"""Up to how many files that were written at once are told apart by their functions: more are hardly somebody's work."""
RESOLVING: Final = ("root", "_imports", "interrupted")
"""The attributes of an earlier state of a project by which it goes on to say what imports name."""


class ProjectFiles:
    """The files under a root. `before` is an earlier state of the same ones: what has not changed since is not parsed again.

    `imports` says where imports are looked up, else `before` does. Where it `edits`, a file that has another text than on the disk, or than
    before, is one that somebody works on, as those are that were `written` last: what stands in it keeps its places, which `real` turns
    into those in its text.
    """

    def __init__(
        self,
        root: str,
        files: Iterable[str],
        texts: Mapping[str, bytes] | None,
        before: ProjectFiles | None,
        imports: ImportFolders | None,
        edits: bool = False,
        written: Collection[str] = (),
    ) -> None:
        self.root = root
        self.import_folders: ImportFolders = imports or (usual if before is None else before.import_folders)
        self._modules: dict[tuple[str, bytes], ir.Module] = {} if before is None else before._modules
        self._sound: dict[str, FileSummary] = {} if before is None else before._sound
        self._before: Mapping[str, FileSummary] = {} if before is None else before.summaries
        self._goes_on_from_one = before is not None
        self._read_before = {} if before is None else before.sources
        self.texts = dict(texts or {})
        self.problems: dict[str, Problem] = {}
        self._imports = ImportedFiles(root, self.import_folders, self.texts)
        if before is not None:
            self._imports.go_on(before._imports)
        self._editions: dict[str, Edition] = {} if before is None else dict(before._editions)
        self._worked_on = _no_notebooks({*self.texts, *self._editions, *_few(written)} if edits else ())
        worked_on = frozenset[str]() if before is None else before._worked_on
        scanned = {path: self._scan(path, path in worked_on) for path in sorted({*files, *self.texts})}
        self.summaries: dict[str, FileSummary] = {path: summary for path, summary in scanned.items() if summary is not None}
        self._imports.added = AddedFolders(root, self.summaries)
        if edits and before is not None:
            self._worked_on |= self._written(before)
        self.sources: dict[str, SourceText] = {}
        self._decoded: dict[str, bytes] = {}
        self._open_files: OpenFiles | None = None
        self._units: dict[str, LoweredFile | None] = {}
        self._parsed: list[str] = []
        self.begun: set[str] = set()
        """The files that are worked on whose texts go on from no earlier ones."""

    def _address(self, path: str, edited: Edition | None = None) -> int:
        """The number that stands for a file's module, of one that is worked on as it is."""
        raise NotImplementedError

    def _scan(self, path: str, was_worked_on: bool) -> FileSummary | None:
        """What the index says of a file: what it said before, but for one whose places are other ones now."""
        try:
            raw = self.texts[path] if path in self.texts else read(path)
            known = self._before.get(path)
            return known if known is not None and known.raw == raw and self.works_on(path) == was_worked_on else scan(path, raw)
        except OSError as error:
            self.problems[path] = unread(error, "cannot be read: ")
            return None

    def source(self, path: str) -> SourceText | None:
        """The decoded text of a file, or None with the problem noted; that one of an earlier state is gone is none."""
        if path not in self.sources and path not in self.problems and not self._is_gone(path):
            summary, known = self.summaries.get(path), self._read_before.get(path)
            try:
                if known is not None and summary is not None and summary is self._before.get(path):
                    self.sources[path] = known
                else:
                    self.sources[path] = decode(summary.raw if summary is not None else read(path), path)
            except OSError as error:
                self.problems[path] = unread(error, "")
            except SourceError as error:
                self.problems[path] = Problem(UNREADABLE, error.message, error.row, 1)
            else:
                self._decoded[path] = self.sources[path].data
        return self.sources.get(path)

    def _is_gone(self, path: str) -> bool:
        """True if only an earlier state of the project had a file."""
        return self._goes_on_from_one and path not in self.summaries and not os.path.lexists(path)

    def unit(self, path: str) -> LoweredFile | None:
        """The lowered file, or None when it cannot be analysed."""
        if path not in self._units:
            self._units[path] = unit = self._noting(path, partial(self._lower, path))
            self._parsed += [path] * (unit is not None)
        return self._units[path]

    def _lower(self, path: str) -> LoweredFile | None:
        source = self.source(path)
        if source is None:
            return None
        if edited := self._edition(path, source.text):
            return LoweredFile(path, source.text, edited.module, self._address(path, edited), edited.file())
        unit = LoweredFile(path, source.text, self._lowered(source), self._address(path))
        if self._open_files is not None and self._open_files.pack(unit.module, unit.text):
            del self.sources[path]
            self._open_files.take_text(unit)
        return unit

    def _lowered(self, source: SourceText) -> ir.Module:
        """A text as IR, with the places that are in it."""
        from bce_lint.syntax.parse import lower

        key = source.path, source.data
        if key not in self._modules:
            self._modules[key] = lower(source.text)
        return self._modules[key]

    def as_written(self, path: str) -> ir.Module | None:
        """A file as IR, with the places that are in its text."""
        unit, source = self.unit(path), self.source(path)
        return None if unit is None or source is None else unit.module if unit.edited is None else self._lowered(source)

    def modules(self) -> list[ir.Module]:
        """What was read as IR, in the texts that files had."""
        units = (unit.module for unit in self._units.values() if unit is not None)
        return [*{id(one): one for one in (*self._modules.values(), *units)}.values()]

    @property
    def real(self) -> RealPlaces:
        """The places in the texts of files, by those that the analysis knows."""
        return RealPlaces(self._worked_on, self._edited_file)

    def _edited_file(self, path: str) -> EditedFile | None:
        unit = self.unit(path)
        return None if unit is None else unit.edited

    def _text(self, path: str) -> str:
        return decode(self._decoded[path], path).text

    def _edition(self, path: str, text: str) -> Edition | None:
        """The text of a file that is worked on, as it goes on from the one before; a text that is no Python is none of them."""
        if not self.works_on(path):
            return None
        known = self._editions.get(path)
        edited = None if known is None else known.edited(text)
        if edited is not None and known is not None and edited.rebound != known.rebound and self._others_may_see(path, known, edited):
            edited = None
        if edited is None and (edited := edition(text, known)) is not None:
            self.begun.add(path)
        if edited is not None:
            self._editions[path] = edited
        return edited

    def _others_may_see(self, path: str, before: Edition, after: Edition) -> bool:
        """True if other files may see names at the top of a file that are bound otherwise than before."""
        names = [name for name, _ in before.rebound.items() ^ after.rebound.items()]
        return any(may_see(summary, names, path) for one, summary in self.summaries.items() if one != path)

    def moved_alone(self, before: ProjectFiles, but: Container[str]) -> bool:
        """True if all that differs from another state of the project are comments and empty lines between the statements of files that are
        worked on, `but` for some files; what it has read is taken over."""
        others = [path for path, summary in self.summaries.items() if before.summaries.get(path) is not summary]
        if self.summaries.keys() != before.summaries.keys() or self.problems or not all(map(self.works_on, others)):
            return False
        if any(path in but for path in others):
            return False
        for path in others:
            old, new = before.summaries[path], self.summaries[path]
            if not same_code(old.data, new.data) or converts(old.data, old.text) != converts(new.data, new.text):
                return False
            if not self._goes_on(path, before):  # who reads it later reads it as it was there
                return False
        self._units = {path: unit for path, unit in before._units.items() if path not in others}
        self.sources = {path: source for path, source in before.sources.items() if path not in others}
        self.problems, self._parsed, self._decoded = before.problems, before._parsed, {**before._decoded}
        return True

    def _goes_on(self, path: str, before: ProjectFiles) -> bool:
        """True if the text of a file goes on from the one that was read before, and no function has another body."""
        known = before._editions.get(path)
        if known is None or before._edited_file(path) is None:
            return False
        try:
            edited = known.edited(decode(self.summaries[path].raw, path).text)
        except SourceError:
            return False
        if edited is None or edited.numbers != known.numbers or edited.replacement != known.replacement:
            return False
        self._editions[path] = edited
        return True

    def works_on(self, path: str) -> bool:
        """True if a file is, or was, one that has another text than on the disk, and that matters."""
        return path in self._worked_on

    def _written(self, before: ProjectFiles) -> frozenset[str]:
        """The files that were written since another state of the project, if they are few."""
        pairs = ((path, summary, before.summaries.get(path)) for path, summary in self.summaries.items())
        found = [path for path, summary, known in pairs if known is not None and known.raw != summary.raw]
        return _no_notebooks(_few(found))

    def _still_read(self, before: ProjectFiles) -> dict[tuple[str, bytes], ir.Module]:
        """What was read of files that are as they were, and of others the text before this one: it may come back."""
        others = {path: one.raw for path, one in before.summaries.items() if self.summaries.get(path) is not one}
        return {key: module for key, module in self._modules.items() if others.get(key[0], key[1]) == key[1]}

    def check_syntax(self, path: str) -> None:
        """Notes what is wrong with a file that the analysis had no need to read."""
        summary = self.summaries.get(path)
        if summary is None or path in self._units or path in self.problems or self._sound.get(path) is summary:
            return
        if self._noting(path, partial(is_python, summary)):
            self._sound[path] = summary

    def _noting(self, path: str, action: Callable[[], T]) -> T | None:
        """What an action gives; None where the file is no Python, with the problem noted."""
        from bce_lint.syntax.parse import ParseFailure, TooLarge

        try:
            return action()
        except SourceError as error:
            self.problems[path] = Problem(UNREADABLE, error.message, error.row, 1)
        except ParseFailure as error:
            self.problems[path] = Problem(UNREADABLE, error.message, error.row, error.column)
        except TooLarge as error:
            self.problems[path] = Problem(TOO_LARGE, error.message, 1, 1)
        return None

    def parsed(self, after: int = 0) -> tuple[str, ...]:
        """The files that were parsed so far, but for some that were first."""
        return tuple(self._parsed[after:])

    def _walk(self, path: str, make: Callable[[str, ir.Module | None], T]) -> T:
        """What a walk over a file makes of it; what it opens is closed behind it."""
        if self._open_files is None:
            return make(path, self._readable(path))
        opened = self._open_files.opened
        try:
            return make(path, self._readable(path))
        finally:
            self._open_files.close_from(opened)

    def _readable(self, path: str) -> ir.Module | None:
        """A file as IR, without a word where it has none."""
        unit = self.unit(path) if self.works_on(path) else self._units.get(path)
        if unit is not None:
            return unit.latest
        from bce_lint.syntax.parse import ParseFailure, TooLarge, lower

        try:
            raw = self.summaries[path].raw
            if (path, raw) not in self._modules:
                text = decode(raw, path).text
                self._modules[path, raw] = module = lower(text)
                if self._open_files is not None:
                    self._open_files.pack(module, text)
            return self._modules[path, raw]
        except (SourceError, ParseFailure, TooLarge):
            return None

    def resolve(self, importer: str, module: str, level: int) -> str | None:
        """The file that an import names, None outside the project."""
        return self._imports.file(importer, module, level)


def _few(written: Collection[str]) -> Collection[str]:
    """The files that were written, if they are few enough to be somebody's work."""
    return written if len(written) <= FEW_WRITTEN else ()


def _no_notebooks(paths: Iterable[str]) -> frozenset[str]:
    return frozenset(path for path in paths if not is_notebook(path))
