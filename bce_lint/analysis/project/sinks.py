"""The places of a function that a rule may have something to say of, read off its IR: a run says which of them it came to."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache

from bce_lint import ir
from bce_lint.analysis.project import lexical
from bce_lint.ir.walk import AnyNode, children, last_name

_ORDER = frozenset({"<", "<=", ">", ">="})
_TOKEN = re.compile(r"[^\W\d]\w*|[<>]=?")
_WHOLE = frozenset({
    ir.Assign, ir.AugAssign, ir.ExprStmt, ir.Return, ir.Raise, ir.Assert, ir.Delete, ir.Call, ir.Op, ir.Build, ir.Dict, ir.Comp, ir.Choice,
    ir.Attr, ir.Item, ir.Name, ir.Const,
})  # fmt: skip
"""The kinds of nodes whose spans hold all that is below them."""
_COMPARING = (b"", b"=", b"!", b"<", b">")
_ALIAS = re.compile(rb"\b(\w+)[ \t]*(?::[^=\n]{0,100})?=[ \t(]*(?:\w+\.)*(\w+)[ \t)]*$", re.M)
_NEAR = 400
"""How many bytes before a constructor its line is looked at for the name that it gets."""


@cache
def _losses() -> frozenset[str]:
    return frozenset(name.decode() for name in lexical.names_of_sinks()[0])


@cache
def _softmaxes() -> frozenset[str]:
    return frozenset(name.decode() for name in lexical.names_of_sinks()[1])


@cache
def _constructor() -> re.Pattern[bytes]:
    from bce_lint.catalog import losses

    names = sorted({name.rpartition(".")[2].encode() for name in losses.MODULES})
    return re.compile(rb"\b(?:" + b"|".join(names) + rb")[ \t]*\(")


def holding(code: bytes) -> frozenset[str]:
    """The names that some code gives to losses that it constructs, and those that it gives to what has such a name."""
    found: set[bytes] = set()
    for match in _constructor().finditer(code):
        line = code[max(match.start() - _NEAR, 0) : match.start()].rpartition(b"\n")[2]
        target, equals, _ = line.rpartition(b"=")
        if equals and target[-1:] not in _COMPARING:
            found.update(_last_word(target), _last_word(target.rpartition(b":")[0]))
    if found:
        found.update(match[1] for match in _ALIAS.finditer(code) if match[2] in found)
    return frozenset(name.decode("utf-8", "replace") for name in found)


def _last_word(code: bytes) -> list[bytes]:
    """The word that some code ends in, if it does."""
    code = code[-_NEAR // 4 :].rstrip(b" \t")
    words = lexical.WORD.findall(code)
    return words[-1:] if words and code.endswith(words[-1]) else []


def may_have(code: bytes, held: frozenset[str]) -> bool:
    """True if some code may have a sink, as its words say."""
    words = lexical.words_of(code)
    return not words.isdisjoint(lexical.words_of_sinks()) or any(name.encode() in words for name in held) or lexical.compares(code)


def offsets(text: str, held: frozenset[str]) -> list[int]:
    """Where the words of sinks and the signs of comparisons stand in a text."""
    wanted = _losses() | _softmaxes() | held | {"log"}
    return [match.start() for match in _TOKEN.finditer(text) if match[0] in wanted or match[0] in _ORDER]


def sinks_in(body: ir.Body, held: frozenset[str], at: Sequence[int], functions: bool = True) -> Iterator[ir.Call | ir.Op]:
    """The losses, softmaxes and logarithms that are called, and the comparisons with a probability, outside arms that a literal decides;
    without those of the functions and classes defined there, if they are not wanted. `at` are the offsets where there may be any."""
    waiting: list[AnyNode] = [*body]
    while waiting:
        node = waiting.pop()
        if not functions and isinstance(node, ir.FunctionDef | ir.ClassDef | ir.Lambda):
            continue
        if type(node) in _WHOLE:
            first = bisect_left(at, node.span.start)
            if first == len(at) or at[first] >= node.span.end:
                continue
        if (isinstance(node, ir.Call) and _is_call(node, held)) or (isinstance(node, ir.Op) and _is_comparison(node)):
            yield node
        if isinstance(node, ir.If) and isinstance(node.test, ir.Const):
            waiting += node.body if node.test.value else node.orelse
        elif isinstance(node, ir.While) and isinstance(node.test, ir.Const) and not node.test.value:
            waiting += node.orelse
        else:
            waiting += children(node)


def _is_call(node: ir.Call, held: frozenset[str]) -> bool:
    name = last_name(node.func)
    if name in _softmaxes():
        return not any(_is_other_dim(arg.value) for arg in node.args if arg.keyword in (None, "dim", "axis"))
    if name != "log":
        return name in _losses() or name in held
    if isinstance(node.func, ir.Attr):
        return not node.args or last_name(node.func.value) in ("torch", "th")
    return len(node.args) == 1


def _is_other_dim(node: ir.Expr) -> bool:
    """True for a dimension that is certainly not the first."""
    match node:
        case ir.Const(value=int() as dim):
            return dim != 0
        case ir.Op(op="neg", operands=(ir.Const(),)):
            return True
    return False


def _is_comparison(node: ir.Op) -> bool:
    if node.op not in _ORDER:
        return False
    return any(isinstance(one, ir.Const) and isinstance(one.value, float) and 0 < one.value < 1 for one in node.operands)
