"""What bce-lint knows of values, in lines: at the calls of `bce_lint.reveal`, or wherever a place is asked about."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Place
from bce_lint.analysis.models.registry import is_known
from bce_lint.analysis.project.project import Project
from bce_lint.analysis.recording.reveal import Meanings, Reveals
from bce_lint.diagnostic import CRASH, Location, Position
from bce_lint.ir.bindings import Bindings
from bce_lint.ir.tree import functions, tree
from bce_lint.ir.walk import AnyNode, children
from bce_lint.source.documents import decode
from bce_lint.source.projects import ImportFolders, project_files, root_of, usual
from bce_lint.source.text import SourceError, SourceText
from bce_lint.syntax.parse import ParseFailure, TooLarge, lower

Naming: TypeAlias = Callable[[str], str]
"""How a file is called in what the user reads."""

MANY = 12


class NoSuchPlace(ValueError):
    """A place that cannot be asked about: a file that cannot be read, or a line, an expression or a function that is not in it."""


def in_files(project: Project, paths: Iterable[str], named: Naming) -> tuple[str, ...]:
    """What is known of the arguments of `reveal` in some files of a project: a line for each calling context."""
    targets = frozenset(path for path in paths if _may_reveal(project, path))
    if not targets:
        return ()
    reveals = Reveals(targets, is_known)
    recorded = Project(project.root, project.summaries, project.texts, reveals, before=project)
    recorded.run(targets)
    return (*_lines(recorded, reveals, named, "revealed"), *(f"{line}: nothing is revealed here" for line in _failures(recorded, named)))


def _may_reveal(project: Project, path: str) -> bool:
    """True if a file may call `reveal`, which it has from bce-lint or from another file of the project."""
    summary = project.summaries.get(path)
    if summary is None or b"reveal" not in summary.raw:
        return False
    return b"bce_lint" in summary.raw or any(b"bce_lint" in other.raw for other in project.summaries.values())


def at(
    path: str, row: int, column: int | None, named: Naming, imports: ImportFolders = usual, cell: int | None = None
) -> list[str]:
    """What is known of the expressions that begin in a line, or of the innermost one around a column; in a notebook of a `cell`."""
    path = os.path.abspath(path)
    root = root_of(path)
    reveals = Reveals(frozenset({path}), is_known, frozenset())
    project = Project(root.path, [*project_files(root, [path], imports), path], observer=reveals, imports=imports)
    unit, source = project.unit(path), project.source(path)
    if unit is None or source is None:
        _, message, line, _ = project.problems[path]
        raise NoSuchPlace(f"{named(path)}:{line}: {message}")
    spans = _spans(unit.module, source, Location(path, Position(row, column or 1), Position(row, column or 1), cell), column, named(path))
    reveals.wanted = frozenset(spans)
    project.run(reveals.targets)
    for failure in _failures(project, named):
        raise NoSuchPlace(failure)
    met = {one.place.span for one in reveals.found}
    reveals.keep(spans if column is None else [next((span for span in spans if span in met), spans[0])])
    lines = list(_lines(project, reveals, named, ""))
    return lines or [f"{_position(source, spans[0], named(path))}: never evaluated: no call and no entry point leads here"]


def returned(project: Project, path: str) -> tuple[tuple[Location, str], ...]:
    """What the models of a file return, in words, behind each `return` of a `forward` whose value's meaning is known."""
    module, source = project.as_written(path), project.source(path)
    if module is None or source is None:
        return ()
    found = [function for name, function in functions(module).items() if name.endswith(".forward")]
    spans = frozenset(span for function in found for span in _results(function))
    if not spans:
        return ()
    meant = Meanings(frozenset({path}), is_known, spans)
    Project(project.root, project.summaries, project.texts, meant, before=project).run(meant.targets)
    return tuple((source.told(source.location(span)), " | ".join(words)) for span, words in sorted(meant.by_span().items()))


def _results(function: ir.Function) -> Iterator[ir.Span]:
    """The values that a function returns, those of functions in it apart."""
    waiting: list[AnyNode] = [*children(function)]
    for node in waiting:  # grows as parts are found
        if isinstance(node, ir.Return) and node.value is not None:
            yield node.value.span
        elif not isinstance(node, ir.Function):
            waiting.extend(children(node))


def _spans(module: ir.Module, source: SourceText, asked: Location, column: int | None, name: str) -> list[ir.Span]:
    """The expressions that begin in a line; or those around a column, the innermost first."""
    lines, row = source.part(asked).lines, asked.start.row
    whole = name if asked.cell is None else f"cell {asked.cell} of {name}"
    if any(one.number == asked.cell for one in source.broken):
        raise NoSuchPlace(f"{whole} cannot be read")
    if source.inner(asked) is asked and asked.cell is not None:
        raise NoSuchPlace(f"{name} has no cell {asked.cell} of Python that can be read")
    if not 1 <= row <= len(lines):
        raise NoSuchPlace(f"{whole} has {len(lines)} lines: there is no line {row}")
    found = {node.span: node for node in _expressions(module)}
    inner = source.inner(asked).start.row
    if column is None:
        spans = [span for span, node in found.items() if source.position(span.start).row == inner and not isinstance(node, ir.Const)]
        if not spans:
            raise NoSuchPlace(f"no expression begins in line {row} of {whole}")
        return spans
    if not 1 <= column <= len(lines[row - 1].rstrip("\r\n")):
        raise NoSuchPlace(f"line {row} of {whole} has no column {column}")
    offset = source.span(asked).start
    around = [span for span in found if span.start <= offset < span.end]
    around = sorted([*around, *_assigned(module, offset)], key=lambda span: span.end - span.start)
    if not around:
        raise NoSuchPlace(f"no expression stands at {name}:{asked.line}:{column}")
    return around


def _expressions(module: ir.Module) -> Iterator[ir.Expr]:
    waiting: list[AnyNode] = [module]
    for node in waiting:  # grows as parts are found
        waiting.extend(children(node))
        if isinstance(node, ir.Expr):
            yield node


def _assigned(module: ir.Module, offset: int) -> Iterator[ir.Span]:
    """The value that is assigned to a name that stands at an offset."""
    bindings = Bindings(module)
    for scope in (bindings.module, *bindings.functions.values()):
        for found in scope.names.values():
            for one in found:
                if one.how == "value" and one.value is not None and one.span.start <= offset < one.span.end:
                    yield one.value.span


def _lines(project: Project, reveals: Reveals, named: Naming, mark: str) -> Iterator[str]:
    for one in reveals.found:
        source = project.source(one.place.path)
        assert source is not None, "a place comes from a file that was read"
        begin = _position(source, one.place.span, named(one.place.path))
        yield f"{begin}: {mark or f'`{one.place.text}`'}: {''.join(_piece(project, one.place, piece, named) for piece in one.text)}"


def _piece(project: Project, here: Place, piece: str | Place, named: Naming) -> str:
    """Text as it is; a place by its line, and its file where that is another one."""
    if not isinstance(piece, Place):
        return piece
    source = project.source(piece.path)
    if source is None or piece.span.end == 0:
        return named(piece.path)
    where = source.told(source.location(piece.span))
    if piece.path != here.path:
        return f"{named(piece.path)}:{where.line}"
    return f"line {where.start.row}" + ("" if where.cell is None else f" of cell {where.cell}")


def _failures(project: Project, named: Naming) -> Iterator[str]:
    """Where the analysis itself has failed."""
    for path, (code, message, row, _) in sorted(project.problems.items()):
        if code == CRASH:
            yield f"{named(path)}:{row}: {message}"


def _position(source: SourceText, span: ir.Span, name: str) -> str:
    where = source.told(source.location(span))
    return f"{name}:{where.line}:{where.start.column}"


def lowered(path: str, function: str) -> str:
    """A function of a file, or `Class.method`, as the analysis reads it."""
    try:
        with open(path, "rb") as stream:
            source = decode(stream.read(), path)
        module = lower(source.text)
    except OSError as error:
        raise NoSuchPlace(f"{path}: {error.strerror or error}") from None
    except ParseFailure as error:
        raise NoSuchPlace(f"{path}:{error.row}: {error.message}") from None
    except SourceError as error:
        raise NoSuchPlace(f"{path}:{error.row}: {error.message}") from None
    except TooLarge as error:
        raise NoSuchPlace(f"{path}: {error.message}") from None
    known = functions(module)
    if function not in known:
        names = ", ".join([*list(known)[:MANY], *(["…"] if len(known) > MANY else [])])
        raise NoSuchPlace(f"{path} has no function {function}" + (f"; it has {names}" if names else ""))
    return tree(known[function], lambda offset: source.told(source.location(ir.Span(offset, offset))).start[:])
