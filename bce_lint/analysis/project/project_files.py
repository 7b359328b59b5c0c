"""The files of a project: read, decoded and lowered on demand, each once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TypeVar

from bce_lint import ir
from bce_lint.analysis.project.imported_files import ImportedFiles
from bce_lint.analysis.project.index import FileSummary, is_python, scan
from bce_lint.analysis.project.open_files import OpenFiles
from bce_lint.analysis.project.problems import Problem, unread
from bce_lint.analysis.state.frames import LoweredFile
from bce_lint.diagnostic import TOO_LARGE, UNREADABLE
from bce_lint.source.projects import ImportFolders, usual
from bce_lint.source.text import SourceError, SourceText, decode, read

T = TypeVar("T")


class ProjectFiles:
    """The files under a root. `before` is an earlier state of the same ones: what has not changed since is not parsed again.

    `imports` says where imports are looked up, else `before` does. `number` gives each file its address.
    """

    def __init__(
        self,
        root: str,
        files: Iterable[str],
        texts: Mapping[str, bytes] | None,
        before: ProjectFiles | None,
        imports: ImportFolders | None,
    ) -> None:
        self.root = root
        self.import_folders: ImportFolders = imports or (usual if before is None else before.import_folders)
        self._modules: dict[tuple[str, bytes], ir.Module] = {} if before is None else before._modules
        self._sound: dict[str, FileSummary] = {} if before is None else before._sound
        self._before: Mapping[str, FileSummary] = {} if before is None else before.summaries
        self.texts = dict(texts or {})
        self.problems: dict[str, Problem] = {}
        self._imports = ImportedFiles(root, self.import_folders)
        scanned = {path: self._scan(path) for path in sorted({*files, *self.texts})}
        self.summaries: dict[str, FileSummary] = {path: summary for path, summary in scanned.items() if summary is not None}
        self.sources: dict[str, SourceText] = {}
        self._decoded: dict[str, bytes] = {}
        self._open_files: OpenFiles | None = None
        self._units: dict[str, LoweredFile | None] = {}
        self._parsed: list[str] = []

    def _address(self, path: str) -> int:
        """The number that stands for a file's module."""
        raise NotImplementedError

    def _scan(self, path: str) -> FileSummary | None:
        try:
            raw = self.texts[path] if path in self.texts else read(path)
            known = self._before.get(path)
            return known if known is not None and known.raw == raw else scan(path, raw)
        except OSError as error:
            self.problems[path] = unread(error, "cannot be read: ")
            return None

    def source(self, path: str) -> SourceText | None:
        """The decoded text of a file, or None with the problem noted."""
        if path not in self.sources and path not in self.problems:
            summary = self.summaries.get(path)
            try:
                self.sources[path] = decode(summary.raw if summary is not None else read(path), path)
            except OSError as error:
                self.problems[path] = unread(error, "")
            except SourceError as error:
                self.problems[path] = Problem(UNREADABLE, error.message, error.row, 1)
        found = self.sources.get(path)
        if found is not None:
            self._decoded[path] = found.data
        return found

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
        from bce_lint.syntax.parse import lower

        key = (path, source.data)
        if key not in self._modules:
            self._modules[key] = lower(source.text)
        unit = LoweredFile(path, source.text, self._modules[key], self._address(path))
        if self._open_files is not None and self._open_files.pack(unit.module, unit.text):
            del self.sources[path]
            self._open_files.take_text(unit)
        return unit

    def _text(self, path: str) -> str:
        return decode(self._decoded[path], path).text

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
        unit = self._units.get(path)
        if unit is not None:
            return unit.module
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
