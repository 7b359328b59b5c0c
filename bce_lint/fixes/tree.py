"""A lowered file seen from below: which node stands where, what is around it, and the text it was written with."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any, TypeAlias, TypeVar

from bce_lint import ir
from bce_lint.fixes.edit import Edit, Refusal
from bce_lint.ir import Span
from bce_lint.ir.walk import children, last_name
from bce_lint.source.text import SourceText, lines_of

T = TypeVar("T")
Node: TypeAlias = Any
"""A node of the intermediate representation."""

PRIMARY = (ir.Name, ir.Attr, ir.Item, ir.Call)
"""What may stand before a dot, or under a minus, as it is."""
_OPEN = (ir.Assign, ir.AugAssign, ir.Return, ir.ExprStmt, ir.Build, ir.Dict)
_AWAIT = re.compile(r"\bawait[ \t\r\n\\]+$")
_FAR = 80
_NO_CODE = (tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
_BREAK = re.compile(r"\r\n|\r|\n")


class Tree:
    """The nodes of one file by place, and what is around each."""

    def __init__(self, file: SourceText, module: ir.Module, read_by: Callable[[str], bool] = lambda name: False) -> None:
        self.path, self.text, self.module = file.path, file.text, module
        self.file = file
        self._read_by = read_by
        self.parents: dict[int, Node] = {}
        self.shared: set[int] = set()
        self.by_span: dict[Span, list[Node]] = {}
        self.nodes: list[Node] = []
        self._names: dict[str, list[ir.Name]] = {}
        self._attributes: dict[str, list[ir.Attr]] = {}
        self._kinds: dict[tuple[type, ...], list[Node]] = {}
        self._locals: dict[str, dict[int, list[ir.Name]]] = {}
        self._inside: dict[str, dict[int, list[ir.Name]]] = {}
        self._shares: dict[str, bool] = {}
        self._made: dict[object, Any] = {}
        self._walk()

    def _walk(self) -> None:
        waiting: list[Node] = [self.module]
        while waiting:
            node = waiting.pop()
            for child in children(node):
                if id(child) in self.parents:
                    self.shared.add(id(child))
                    continue
                self.parents[id(child)] = node
                if hasattr(child, "span"):
                    self.by_span.setdefault(child.span, []).append(child)
                self.nodes.append(child)
                if isinstance(child, ir.Name):
                    self._names.setdefault(child.id, []).append(child)
                elif isinstance(child, ir.Attr):
                    self._attributes.setdefault(child.name, []).append(child)
                waiting.append(child)

    def at(self, span: Span, kind: type) -> Node | None:
        """The node of a kind with exactly this span."""
        return next((node for node in self.by_span.get(span, ()) if isinstance(node, kind)), None)

    def call(self, span: Span) -> ir.Call:
        """The call with exactly this span. Raises `Refusal` when the source holds none."""
        node: ir.Call | None = self.at(span, ir.Call)
        if node is None:
            raise Refusal("the call is not written out")
        return node

    def names(self, id_: str) -> Sequence[ir.Name]:
        """Where a name is read or bound."""
        return self._names.get(id_, ())

    def attributes(self, name: str) -> Sequence[ir.Attr]:
        """Where an attribute is read or set."""
        return self._attributes.get(name, ())

    def all_attributes(self) -> Iterable[str]:
        """The names of the attributes that are read or set."""
        return self._attributes

    def once(self, make: Callable[[Tree], T]) -> T:
        """What is made of the file once, by what makes it."""
        if make not in self._made:
            self._made[make] = make(self)
        found: T = self._made[make]
        return found

    def of(self, *kinds: type) -> Sequence[Node]:
        """The nodes of some kinds, in the order of all."""
        if kinds not in self._kinds:
            self._kinds[kinds] = [node for node in self.nodes if isinstance(node, kinds)]
        return self._kinds[kinds]

    def local(self, name: str, scope: ir.Function | None) -> Sequence[ir.Name]:
        """Where a name is read or bound that is local to a function, or is the module's."""
        if name not in self._locals:
            self._locals[name] = _grouped(self.names(name), lambda one: scope_of(self, one, name))
        return self._locals[name].get(id(scope), ())

    def inside_of(self, name: str, function: ir.Function | None) -> Sequence[ir.Name]:
        """Where a name stands in the body of a function, or of the module, and in none that is inside of it."""
        if name not in self._inside:
            self._inside[name] = _grouped(self.names(name), self.function)
        return self._inside[name].get(id(function), ())

    def shares(self, name: str) -> bool:
        """True if others may take a name of this file: it is listed as text, or a file that imports this one has the word."""
        if name not in self._shares:
            listed = re.search(rf"""["']{re.escape(name)}["']""", self.text) is not None
            self._shares[name] = listed or self._read_by(name)
        return self._shares[name]

    def parent(self, node: Node) -> Node | None:
        """The node around one."""
        return self.parents.get(id(node))

    def around(self, node: Node) -> Iterator[Node]:
        """The nodes around one, from the inside."""
        found = self.parent(node)
        while found is not None:
            yield found
            found = self.parent(found)

    def function(self, node: Node) -> ir.Function | None:
        """The function whose body (or lambda) a node stands in; None for the module and for class bodies."""
        return self._functions.get(id(node))

    @cached_property
    def _functions(self) -> dict[int, ir.Function]:
        found: dict[int, ir.Function] = {}
        for node in self.nodes:  # what is around a node comes before it
            around = self.parents[id(node)]
            function = around if isinstance(around, ir.Function) else found.get(id(around))
            if function is not None:
                found[id(node)] = function
        return found

    def ways_out(self, function: ir.Function | None) -> Sequence[Node]:
        """The statements and expressions by which a function gives values out: those of `return` and `yield`."""
        return self._ways.get(id(function), ())

    @cached_property
    def _ways(self) -> dict[int, list[Node]]:
        return _grouped(self.of(ir.Return, ir.Yield), self.function)

    def extent(self, node: Node) -> Span | None:
        """The span of all that stands inside of a node; None where nothing does."""
        return self._extents.get(id(node))

    @cached_property
    def _extents(self) -> dict[int, Span]:
        found: dict[int, Span] = {}
        for node in reversed(self.nodes):
            spans = [one for one in (getattr(node, "span", None), found.get(id(node)), found.get(id(self.parents[id(node)]))) if one]
            if spans:
                found[id(self.parents[id(node)])] = Span(min(one.start for one in spans), max(one.end for one in spans))
        return found

    def function_at(self, span: Span) -> ir.Function | None:
        """The function whose name (or lambda) has this span."""
        return next((node for node in self.by_span.get(span, ()) if isinstance(node, ir.Function)), None)

    def statement(self, node: Node) -> Node:
        """The innermost statement around a node."""
        return next(one for one in (node, *self.around(node)) if isinstance(one, ir.Stmt.__args__))

    def source(self, span: Span) -> str:
        """The text of a span."""
        return self.text[span.start : span.end]

    def edit(self, span: Span, text: str) -> Edit:
        """An edit of the file: a text that takes the place of a span."""
        return Edit(self.file.location(span), text)

    def outer(self, node: Node, low: int = 0) -> Span:
        """The span of an expression with the parentheses of its own around it, those of a call around it and those before `low` apart."""
        high = len(self.text)
        call = self.parent(node)
        if isinstance(call, ir.Call) and call.func is not node:
            low, high = self.inside(call)
        start, end = self.expression(node)
        while True:
            before, after = _back(self.text, start, low), _forth(self.text, end, high)
            if before < low or after >= high or self.text[before] != "(" or self.text[after] != ")":
                return Span(start, end)
            start, end = before, after + 1

    def expression(self, node: Node) -> Span:
        """The span of an expression with the `await` before it, if there is one."""
        found = _AWAIT.search(self.text, max(0, node.span.start - _FAR), node.span.start)
        return Span(found.start() if found else node.span.start, node.span.end)

    def inside(self, call: ir.Call) -> Span:
        """What stands between the parentheses of a call."""
        start = self.text.index("(", self.outer(call.func, call.span.start).end)
        return Span(start + 1, call.span.end - 1)

    def whole(self, call: ir.Call, arg: ir.Arg) -> Span:
        """The text of an argument with its keyword or stars."""
        value = self.outer(arg.value)
        before = self.text[self.inside(call).start : value.start]
        lead = re.search(rf"(?:{arg.keyword}\s*=\s*|\*{{1,2}}\s*)$" if arg.keyword else r"\*{1,2}\s*$|$", before)
        return Span(value.start - (len(lead.group()) if lead else 0), value.end)

    def newline(self) -> str:
        """The line end that the file uses first."""
        found = _BREAK.search(self.text)
        return found.group() if found else "\n"

    def line_start(self, offset: int) -> int:
        """Where the line of an offset begins."""
        return max(self.text.rfind("\n", 0, offset), self.text.rfind("\r", 0, offset)) + 1

    @cached_property
    def logical_lines(self) -> list[Span]:
        """The lines as Python joins them, each with its line end. Raises `Refusal` where Python's tokenizer fails."""
        physical = lines_of(self.text)
        rows = [0, *accumulate(map(len, physical))]
        lines, first = [], None
        try:
            for token in tokenize.generate_tokens(iter(physical).__next__):
                if token.type in _NO_CODE:
                    continue
                first = token.start[0] if first is None else first
                if token.type == tokenize.NEWLINE:
                    lines.append(Span(rows[first - 1], rows[min(token.end[0], len(rows) - 1)]))
                    first = None
        except (tokenize.TokenError, SyntaxError):
            raise Refusal("Python's tokenizer cannot read the file") from None
        return lines

    def logical_line(self, offset: int) -> Span:
        """The logical line that holds an offset."""
        return next(line for line in self.logical_lines if line.start <= offset < line.end)


def _grouped(nodes: Iterable[Node], around: Callable[[Node], ir.Function | None]) -> dict[int, list[Node]]:
    found: dict[int, list[Node]] = {}
    for node in nodes:
        found.setdefault(id(around(node)), []).append(node)
    return found


def _back(text: str, at: int, low: int) -> int:
    at -= 1
    while at >= low and text[at] in " \t\r\n\\":
        at -= 1
    return at


def _forth(text: str, at: int, high: int) -> int:
    while at < high and text[at] in " \t\r\n\\":
        at += 1
    return at


def constant(node: Node | None) -> object:
    """The value of a constant, a negative number among them; None for anything else."""
    if isinstance(node, ir.Op) and node.op == "neg" and isinstance(node.operands[0], ir.Const):
        value = node.operands[0].value
        return -value if isinstance(value, int | float) else None
    return node.value if isinstance(node, ir.Const) else None


def name_of(call: ir.Call) -> str:
    """The last name of a callee; empty for one that has none."""
    return last_name(call.func)


def is_own(attr: ir.Attr) -> bool:
    """True if an attribute is one of `self`."""
    return isinstance(attr.value, ir.Name) and attr.value.id == "self"


def whole_target(tree: Tree, node: Node) -> tuple[Node, Node | None]:
    """The whole of what a node is unpacked with, and what is around that."""
    child, parent = node, tree.parent(node)
    while isinstance(parent, ir.Build | ir.Star):
        child, parent = parent, tree.parent(parent)
    return child, parent


def is_store(tree: Tree, node: Node) -> bool:
    """True if an expression is written to, not read."""
    child, parent = whole_target(tree, node)
    match parent:
        case ir.Assign():
            return child in parent.targets
        case ir.For() | ir.Declare():
            return parent.target is child
        case ir.With():
            return any(item.target is child for item in parent.items)
        case ir.Comp():
            return any(clause.target is child for clause in parent.clauses)
        case ir.Delete():
            return True
    return False


def scope_of(tree: Tree, node: Node, name: str) -> ir.Function | None:
    """The function that a name is local to where a node stands; None for the module."""
    found = node if isinstance(node, ir.Function) else tree.function(node)
    while found is not None and name not in found.bound and not any(param.name == name for param in found.params):
        found = tree.function(found)
    return found


def has_comment(text: str) -> bool:
    """True if a piece of code between tokens holds a comment."""
    return "#" in text


def comments(text: str) -> str:
    """What is left of a piece of code when only its comments and line ends stay."""
    return "".join(found.group() for found in re.finditer(r"[ \t]*#[^\r\n]*|(?:\r\n|\r|\n)[ \t]*(?=#|$)|\r\n|\r|\n", text))


def stands_open(tree: Tree, node: Node) -> bool:
    """True if any expression without a comma may stand in a node's place as it is."""
    parent = tree.parent(node)
    return isinstance(parent, _OPEN) or (isinstance(parent, ir.Call) and parent.func is not node)


def fitting(tree: Tree, place: Node, value: Node, text: str) -> str:
    """The text of an expression as it can stand in a place: in parentheses where it would be read otherwise."""
    if isinstance(value, ir.Bind | ir.Yield):
        return text if text.startswith("(") else f"({text})"
    bare = not text.startswith("(")
    enclosed = isinstance(tree.parent(place), ir.Call | ir.Build | ir.Dict) or tree.outer(place) != place.span
    if _BREAK.search(text) and bare and not enclosed and not isinstance(value, ir.Build | ir.Dict):
        return f"({text})"
    if (isinstance(value, (*PRIMARY, ir.Const)) and not text.startswith("await")) or stands_open(tree, place) or not bare:
        return text
    return f"({text})"
