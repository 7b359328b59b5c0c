"""Rewrites that put code inside of something that runs it once, and those that say one step in two, or two in one."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator
from itertools import pairwise
from random import Random

from tests.metamorphic.noise import is_elif
from tests.metamorphic.programs import Program, Variant, unchanged
from tests.metamorphic.text import DEFINITIONS, FUNCTIONS, Change, File, Piece, bound_names, insertion, is_docstring

_LOOKING = frozenset({"locals", "globals", "vars", "eval", "exec", "dir", "__file__", "inspect"})


def main_function(program: Program, rng: Random) -> Variant | None:
    """The statements at the end of a module, in a function that is called, where no function and no file reads their names."""
    files = unchanged(program)
    for path, file in program.files.items():
        imported = {name for other in program.files.values() if other is not file for name in _imported(other, path)}
        if (tail := _tail(file)) and "*" not in imported and not imported & {name for node in tail for name in bound_names(node)}:
            files[path] = _in_function(file, tail, "main_q")
    return Variant(files)


def _imported(file: File, path: str) -> Iterator[str]:
    """The names that a file may take out of another; `*` for whatever it may."""
    stem = path.removesuffix("/__init__.py").removesuffix(".py").rpartition("/")[2]
    for node in ast.walk(file.tree):
        if isinstance(node, ast.ImportFrom) and (not node.module or node.module.rpartition(".")[2] == stem):
            yield from ("*" if alias.name == stem else alias.name for alias in node.names)
        elif isinstance(node, ast.Import) and any(alias.name.rpartition(".")[2] == stem for alias in node.names):
            yield "*"


def _tail(file: File) -> list[ast.stmt]:
    body = file.tree.body
    tail: list[ast.stmt] = []
    for node in reversed(body):
        if isinstance(node, (*DEFINITIONS, ast.Import, ast.ImportFrom)) or not file.whole_lines(node) or is_docstring(node):
            break
        tail.insert(0, node)
    if not tail or looks_at_names(file):
        return []
    bound = {name for node in tail for name in bound_names(node)}
    rest = body[: len(body) - len(tail)]
    read = {name for node in rest for name in file.global_names(node)} | {name for one in rest for name in bound_names(one)}
    stars = any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in rest)
    inner = any(isinstance(node, (*DEFINITIONS, ast.Global)) for one in tail for node in ast.walk(one))
    kept = {"__all__", *dir(builtins)}
    return [] if inner or stars or bound & read or bound & kept or _annotated(tail) else tail


def _annotated(tail: list[ast.stmt]) -> bool:
    return any(isinstance(node, ast.AnnAssign) and node.value is None for one in tail for node in ast.walk(one))


def looks_at_names(file: File) -> bool:
    """True if a file may look at its names as texts."""
    return any(isinstance(node, ast.Name) and node.id in _LOOKING for node in ast.walk(file.tree))


def _in_function(file: File, tail: list[ast.stmt], name: str) -> list[Piece]:
    start = file.line_of(tail[0])
    body = file.pieces(indented(file, start, len(file.text)), start)
    return [*file.pieces(end=start), Piece(f"def {name}():\n"), *body, Piece(f"\n\n\n{name}()\n")]


def indented(file: File, start: int, end: int) -> Iterator[Change]:
    """The lines of a range, further in; those inside of texts stay."""
    for row in range(file.row(start), file.row(max(start, end - 1)) + 1):
        if row not in file.string_rows and file.lines[row - 1].strip():
            yield insertion(file.line_start(row), file.step)


def _bodies(file: File) -> Iterator[tuple[ast.FunctionDef, list[ast.stmt]]]:
    """Plain functions with their statements, docstrings apart, where these fill lines of their own."""
    for node in file.nodes:
        if isinstance(node, ast.FunctionDef) and node.body[0].lineno > node.lineno:
            body = node.body[1:] if is_docstring(node.body[0]) else node.body
            if body and all(file.whole_lines(one) for one in body) and not file.text[: file.line_of(body[0])].rstrip(" ").endswith("\\\n"):
                yield node, body


def _outermost(file: File) -> Iterator[tuple[ast.FunctionDef, list[ast.stmt]]]:
    yield from ((one, body) for one, body in _bodies(file) if not any(isinstance(around, FUNCTIONS) for around in file.around(one)))


def inner_function(file: File, rng: Random) -> Iterator[Change]:
    """The body of a function in a function of its own, which is called with the same arguments."""
    if looks_at_names(file):
        return
    for node, body in _outermost(file):
        args = node.args
        nodes = [one for statement in body for one in ast.walk(statement)]
        if any(isinstance(one, (ast.Yield, ast.YieldFrom, ast.Global, ast.Nonlocal, ast.Await)) for one in nodes):
            continue
        names = [arg.arg for arg in (*args.posonlyargs, *args.args)]
        stars = [f"*{args.vararg.arg}"] if args.vararg else []
        keywords = [f"{arg.arg}={arg.arg}" for arg in args.kwonlyargs]
        rest = [f"**{args.kwarg.arg}"] if args.kwarg else []
        bare = ["*"] if args.kwonlyargs and not stars else []
        head = ", ".join([*names, *stars, *bare, *(arg.arg for arg in args.kwonlyargs), *rest])
        call = ", ".join([*names, *stars, *keywords, *rest])
        start, end, indent = file.line_of(body[0]), file.next_line(body[-1]), file.indent(body[0])
        yield Change(start, start, f"{indent}def inner_q({head}):\n")
        yield from _further_in(file, start, end)
        yield Change(end, end, ("" if file.text[:end].endswith("\n") else "\n") + f"{indent}return inner_q({call})\n")


def _further_in(file: File, start: int, end: int) -> Iterator[Change]:
    for change in indented(file, start, end):
        yield change._replace(text=file.step)


def _wrapped(file: File, rng: Random, head: str, tail: str = "", loops: bool = True) -> Iterator[Change]:
    for _, body in _outermost(file):
        if not loops and any(isinstance(one, (ast.Yield, ast.YieldFrom)) for part in body for one in ast.walk(part)):
            continue
        start, end, indent = file.line_of(body[0]), file.next_line(body[-1]), file.indent(body[0])
        yield Change(start, start, f"{indent}{head}\n")
        yield from _further_in(file, start, end)
        if tail:
            yield Change(end, end, ("" if file.text[:end].endswith("\n") else "\n") + f"{indent}{tail}\n")


def if_true(file: File, rng: Random) -> Iterator[Change]:
    """The bodies of functions below `if True:`."""
    yield from _wrapped(file, rng, "if True:")


def try_finally(file: File, rng: Random) -> Iterator[Change]:
    """The bodies of functions in a `try` whose `finally` does nothing."""
    yield from _wrapped(file, rng, "try:", "finally: pass")


def loop_of_one(file: File, rng: Random) -> Iterator[Change]:
    """The bodies of functions in a loop over one element."""
    yield from _wrapped(file, rng, "for turn_q in [0]:")


def null_context(file: File, rng: Random) -> Iterator[Change]:
    """The bodies of functions in a context that does nothing."""
    yield from _wrapped(file, rng, "with __import__('contextlib').nullcontext():")


def _steps(file: File) -> Iterator[tuple[ast.stmt, ast.expr]]:
    """Statements of one line with the value that they have."""
    for node in file.nodes:
        if isinstance(node, (ast.Assign, ast.Return, ast.Expr)) and node.value is not None and file.whole_lines(node):
            here = file.parents[node]
            if not is_docstring(node) and not isinstance(here, ast.ClassDef) and file.indent(node).strip() == "":
                yield node, node.value


def _movable(node: ast.expr) -> bool:
    """True if a value may be made in a statement of its own."""
    bad = (ast.Yield, ast.YieldFrom, ast.Await, ast.NamedExpr)
    return not any(isinstance(one, bad) for one in ast.walk(node)) and not isinstance(node, (ast.Starred, ast.Constant, ast.GeneratorExp))


def _dotted(node: ast.expr) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def result_variable(program: Program, rng: Random) -> Variant:
    """The value of a statement in a variable first."""
    return _pulled(program, _result)


def argument_variable(program: Program, rng: Random) -> Variant:
    """The first argument of a call in a variable first."""
    return _pulled(program, _first_argument)


def _result(file: File, value: ast.expr) -> ast.expr | None:
    return None if isinstance(value, (ast.Name, ast.Lambda)) or isinstance(file.parents[value], ast.Expr) else value


def _first_argument(file: File, value: ast.expr) -> ast.expr | None:
    """What is made first, of the values inside of one: a first argument, or the first of that."""
    if not isinstance(value, ast.Call) or not _dotted(value.func) or not value.args:
        return None
    first = value.args[0]
    if isinstance(first, (ast.Name, ast.Starred, ast.Constant, ast.Attribute)) or file.source(value.func).startswith("super"):
        return None
    return first


def _silenced(file: File, node: ast.AST) -> bool:
    """True if a comment speaks of the row of a statement: what moves out of it is no longer meant."""
    return "noqa" in file.text[file.end(node) :].partition("\n")[0]


def _pulled(program: Program, choose: Callable[[File, ast.expr], ast.expr | None]) -> Variant:
    files = unchanged(program)
    for path, file in program.files.items():
        pieces: list[Piece] = []
        here = number = 0
        for node, value in sorted(_steps(file), key=lambda one: file.start(one[0])):
            chosen = choose(file, value)
            if chosen is None or not _movable(chosen) or file.start(node) < here or "\n" in file.source(node) or _silenced(file, node):
                continue
            number += 1
            start, end, first = file.line_of(node), file.end(node), file.start(chosen)
            pieces += file.pieces(start=here, end=start)
            pieces += [Piece(f"{file.indent(node)}pulled_q{number} = ("), *file.pieces(start=first, end=file.end(chosen)), Piece(")\n")]
            pieces += [*file.pieces(start=start, end=first), Piece(f"pulled_q{number}"), *file.pieces(start=file.end(chosen), end=end)]
            here = end
        files[path] = pieces + file.pieces(start=here)
    return Variant(files)


def inlined_variable(program: Program, rng: Random) -> Variant:
    """A variable that is read once, first of all in the next statement, as its value there."""
    files = unchanged(program)
    for path, file in program.files.items():
        pieces: list[Piece] = []
        here = 0
        for function, body in _outermost(file):
            for one, other in pairwise(body):
                read = _read_first(file, function, one, other)
                if read is None or file.line_of(one) < here:
                    continue
                assert isinstance(one, ast.Assign)
                value = file.pieces(start=file.start(one.value), end=file.end(one.value))
                pieces += file.pieces(start=here, end=file.line_of(one))
                pieces += [*file.pieces(start=file.line_of(other), end=file.start(read)), Piece("("), *value, Piece(")")]
                here = file.end(read)
        files[path] = pieces + file.pieces(start=here)
    return Variant(files)


def _read_first(file: File, function: ast.FunctionDef, one: ast.stmt, other: ast.stmt) -> ast.Name | None:
    """Where the next statement reads a variable first of all, and nobody else does."""
    if not isinstance(one, ast.Assign) or len(one.targets) != 1 or not isinstance(one.targets[0], ast.Name) or not _movable(one.value):
        return None
    name = one.targets[0].id
    uses = [node for node in ast.walk(function) if isinstance(node, ast.Name) and node.id == name]
    if len(uses) != 2 or name in file.in_f_strings or any(isinstance(node, (ast.Global, ast.Nonlocal)) for node in ast.walk(function)):
        return None
    if not isinstance(other, (ast.Assign, ast.Return, ast.Expr)) or other.value is None or file.line_of(other) != file.next_line(one):
        return None
    value: ast.expr = other.value
    while isinstance(value, ast.Call) and value.args and _dotted(value.func):
        value = value.args[0]
    while isinstance(value, ast.Attribute):
        value = value.value
    return value if isinstance(value, ast.Name) and value.id == name else None


def extra_parameter(file: File, rng: Random) -> Iterator[Change]:
    """A parameter that nobody gives, of functions that are no methods."""
    for node in file.nodes:
        inside = any(isinstance(around, ast.ClassDef) for around in file.around(node))
        if isinstance(node, ast.FunctionDef) and node.args.args and not inside and not node.decorator_list:
            args = node.args
            if not (args.vararg or args.kwonlyargs or args.kwarg):
                end = max(file.end(one) for one in (*args.args, *args.defaults))
                if not file.text[end:].lstrip().startswith(("]", "}")) and file.text[end:].lstrip()[:1] in (",", ")"):
                    yield Change(end, end, ", extra_q=None")


def else_removed(program: Program, rng: Random) -> Variant:
    """The branch of an `else` behind its `if`, where the other branch leaves."""
    files = unchanged(program)
    for path, file in program.files.items():
        chosen: list[tuple[int, int]] = []
        changes: list[Change] = []
        for node in sorted((one for one in file.nodes if isinstance(one, ast.If) and one.orelse), key=file.start):
            start, end = file.line_of(node), file.next_line(node.orelse[-1])
            chained = is_elif(file, node) or is_elif(file, node.orelse[0])
            if not leaves(node.body) or chained or any(a < end and start < b for a, b in chosen):
                continue
            rows = range(node.body[-1].end_lineno or 0, node.orelse[0].lineno + 1)
            row = next((row for row in rows if file.lines[row - 1].split("#")[0].strip() == "else:"), 0)
            depth = len(file.indent(node.orelse[0])) - len(file.indent(node))
            texts = file.string_rows & set(range(row, file.row(end)))
            if not row or depth <= 0 or texts or not all(file.whole_lines(one) for one in node.orelse):
                continue
            chosen.append((start, end))
            changes.append(Change(file.line_start(row), file.line_start(row + 1), ""))
            inside = [one for one in range(row + 1, file.row(end - 1) + 1) if file.lines[one - 1][:depth].isspace()]
            changes += [Change(file.line_start(one), file.line_start(one) + depth, "") for one in inside]
        files[path] = file.pieces(changes)
    return Variant(files)


def else_added(file: File, rng: Random) -> Iterator[Change]:
    """What follows an `if` whose branch leaves, in an `else` of it."""
    for _, body in _outermost(file):
        for one, other in pairwise(body):
            if isinstance(one, ast.If) and not one.orelse and leaves(one.body) and one.body[0].lineno > one.lineno:
                start, end = file.line_of(other), file.next_line(body[-1])
                yield Change(start, start, f"{file.indent(one)}else:\n")
                yield from _further_in(file, start, end)
                break


def leaves(body: list[ast.stmt]) -> bool:
    """True if a branch ends in a way out of the function."""
    return isinstance(body[-1], (ast.Return, ast.Raise))
