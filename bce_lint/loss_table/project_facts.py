"""What a project says of one of its files: the kinds of that, and where another file says it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from enum import Enum
from itertools import chain
from typing import Final, NamedTuple, TypeAlias

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Place, SourceRange
from bce_lint.analysis.project import tensor_words
from bce_lint.analysis.project.code import without_text
from bce_lint.analysis.project.project import Project
from bce_lint.analysis.recording.reasons import Reason
from bce_lint.analysis.recording.seen_calls import SeenCalls
from bce_lint.analysis.state.frames import LoweredFile
from bce_lint.analysis.state.program import Default
from bce_lint.ir.walk import AnyNode, children, last_name, stored_in

CodeAt: TypeAlias = tuple[SourceRange, str]
"""A finding by its place and its code."""


class FactKind(Enum):
    """The kinds of what a project may say of one of its files, in the order in which they are tried."""

    DTYPE = "dtype"
    GRADIENT = "gradient"
    SUBCLASS = "subclass"
    ATTRIBUTE = "attribute"
    CONSTRUCTION = "construction"
    REGISTRATION = "registration"
    CALL = "call"
    IMPORT = "import"

    @property
    def tells(self) -> bool:
        """True if more is known by it, not less."""
        return self in (FactKind.CALL, FactKind.IMPORT)


class _Asked(NamedTuple):
    """A finding that a project does not show, and the question about its file that the project answers otherwise."""

    whole: Project
    finding: CodeAt
    question: Hashable
    callers: SeenCalls

    @property
    def path(self) -> str:
        """The file."""
        return self.finding[0][0]

    def others(self) -> Iterator[LoweredFile]:
        """The other files of the project that can be read, by path."""
        units = (self.whole.unit(path) for path in sorted(self.whole.summaries) if path != self.path)
        return (unit for unit in units if unit is not None)


def said(kind: FactKind, whole: Project, finding: CodeAt, question: Hashable, callers: SeenCalls) -> Reason:
    """What a project says of a file, in words, and where it does."""
    text, place = _SAYING[kind](_Asked(whole, finding, question, callers))
    return Reason(text, place or Place(finding[0][0], finding[0][1]), f"a fact of the project: {kind.value}")


def _nodes(node: AnyNode) -> Iterator[AnyNode]:
    """The nodes of a file as they follow one another in it."""
    yield node
    for part in children(node):
        yield from _nodes(part)


def _dtype(asked: _Asked) -> tuple[str, Place | None]:
    if asked.question == "default":
        return "the project changes the default dtype", _first(asked, lambda code, _: tensor_words.changes_default(code))
    return "the project may give modules another dtype", _first(asked, tensor_words.converts)


def _gradient(asked: _Asked) -> tuple[str, Place | None]:
    return "the project may keep parameters from being trained", _first(asked, lambda code, _: tensor_words.freezes(code))


def _first(asked: _Asked, says: Callable[[bytes, bytes], bool]) -> Place | None:
    """The first place in another file whose code says something; the smallest expression or statement there."""
    for path, summary in sorted(asked.whole.summaries.items()):
        if path != asked.path and says(summary.data or summary.text, summary.text) and (unit := asked.whole.unit(path)) is not None:
            span = _innermost(unit, unit.module, says)
            return unit.place(span or ir.Span(0, 0))
    return None


def _innermost(unit: LoweredFile, node: AnyNode, says: Callable[[bytes, bytes], bool]) -> ir.Span | None:
    for part in children(node):
        if (found := _innermost(unit, part, says)) is not None:
            return found
    span = getattr(node, "span", None)
    if span is None or isinstance(node, ir.Const):
        return None
    raw = unit.text[span.start : span.end].encode("utf-8", "replace")
    return span if says(without_text(raw), raw) else None


def _subclass(asked: _Asked) -> tuple[str, Place | None]:
    found = asked.whole.subclasses.of(str(asked.question), asked.path)
    for unit, name in ((asked.whole.unit(path), name) for path, name in found if path != asked.path):
        for node in () if unit is None else _nodes(unit.module):
            if unit is not None and isinstance(node, ir.ClassDef) and any(last_name(base.value) == name for base in node.bases):
                return f"the project has a subclass `{node.name}` of `{asked.question}`", unit.place(node.span)
    return f"the project has a subclass of `{asked.question}`", None


def _attribute(asked: _Asked) -> tuple[str, Place | None]:
    text = f"something else in the project may store `{asked.question}`"
    nodes = [(unit, node) for unit in asked.others() if asked.whole.graph.meet(asked.path, unit.path) for node in _nodes(unit.module)]
    named = (unit.place(node.span) for unit, node in nodes if _stores(node, asked.question))
    unnamed = (unit.place(node.span) for unit, node in nodes if last_name(node) in _UNNAMED)
    return text, next(chain(named, unnamed), None)


def _stores(node: AnyNode, name: Hashable) -> bool:
    """True if a statement or a call may store an attribute of a name."""
    if isinstance(node, ir.Call):
        return any(isinstance(arg.value, ir.Const) and arg.value.value == name for arg in node.args)
    return any(isinstance(target, ir.Attr) and target.name == name for target in stored_in(node))


_UNNAMED: Final = frozenset({"setattr", "__setattr__", "__dict__", "exec", "vars", "_modules", "_parameters", "_buffers"})
"""What stores under names that are not written there."""


def _construction(asked: _Asked) -> tuple[str, Place | None]:
    default = asked.question
    if not isinstance(default, Default):
        return "the project constructs it otherwise", None
    found = asked.whole.constructed(default)
    unit = None if found is None else asked.whole.unit(found[0])
    place = None if unit is None or found is None else unit.place(found[1])
    return f"no `{default.owner}` of the project has `{default.name}` at its default", place


def _registration(asked: _Asked) -> tuple[str, Place | None]:
    names, key = asked.question if isinstance(asked.question, tuple) else (frozenset[str](), None)
    files = [path for path in asked.whole.registering(names, key) if path != asked.path]
    unit = asked.whole.unit(files[0]) if files else None
    found = next((node for node in _nodes(unit.module) if last_name(node) in names), None) if unit is not None else None
    return "another file of the project registers more", None if unit is None or found is None else unit.place(found.span)


def _call(asked: _Asked) -> tuple[str, Place | None]:
    unit = asked.whole.unit(asked.path)
    for function in () if unit is None else _around(unit.module, asked.finding[0][1]):
        place = asked.callers.from_outside((asked.path, function.span))
        if place is not None:
            return f"the project calls it as `{place.text}`", place
    for path in sorted(asked.whole.graph.importers[asked.path]):
        place = _imported(asked.whole, path, lambda file: file == asked.path)
        if place is not None:
            return "another file of the project uses it", place
    return "another file of the project uses it", None


def _around(module: ir.Module, span: ir.Span) -> list[ir.Function]:
    """The functions around a place, the innermost first."""
    found = [node for node in _nodes(module) if isinstance(node, ir.Function) and node.body]
    found = [one for one in found if one.span.start <= span.start and span.end <= max(one.body[-1].span.end, one.span.end)]
    return sorted(found, key=lambda one: -one.span.start)


def _import(asked: _Asked) -> tuple[str, Place | None]:
    level, module = asked.question if isinstance(asked.question, tuple) else (0, "")
    file = asked.whole.resolve(asked.path, module, level)
    return f"what `{'.' * level}{module}` gives is known in the project", _imported(asked.whole, asked.path, lambda one: one == file)


def _imported(whole: Project, importer: str, wanted: Callable[[str], bool]) -> Place | None:
    """The statement by which a file imports another."""
    unit = whole.unit(importer)
    for node in () if unit is None else _nodes(unit.module):
        match node:
            case ir.ImportModule(module=module):
                names = [(module, 0)]
            case ir.ImportName(module=module, level=level, name=name):
                names = [(module, level), (f"{module}.{name}".strip("."), level)]
            case _:
                continue
        if unit is not None and any((file := whole.resolve(importer, *one)) is not None and wanted(file) for one in names):
            return unit.place(node.span)
    return None


_SAYING: Final[dict[FactKind, Callable[[_Asked], tuple[str, Place | None]]]] = {
    FactKind.DTYPE: _dtype,
    FactKind.GRADIENT: _gradient,
    FactKind.SUBCLASS: _subclass,
    FactKind.ATTRIBUTE: _attribute,
    FactKind.CONSTRUCTION: _construction,
    FactKind.REGISTRATION: _registration,
    FactKind.CALL: _call,
    FactKind.IMPORT: _import,
}
