"""Rewrites that add or move what means nothing: comments, blank lines, brackets, quotes, unused names, line ends."""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from random import Random

from tests.metamorphic.programs import Program, Variant, unchanged
from tests.metamorphic.text import DEFINITIONS, FUNCTIONS, Change, File, Piece, insertion, is_docstring

Changes = Callable[[File, Random], Iterable[Change]]


_UNRELATED = """\
import torch


class Unrelated:
    def run(self, x):
        return x


def unrelated(x):
    return torch.relu(x)


def unrelated_loss(x, y, z):
    return torch.nn.BCEWithLogitsLoss()(x, y), torch.nn.CrossEntropyLoss()(x, z)
"""


def changed(program: Program, changes: Changes, rng: Random) -> Variant:
    """A program with the changes of each file."""
    return Variant(unchanged(program) | {path: file.pieces(changes(file, rng)) for path, file in program.files.items()})


def silenced(program: Program) -> bool:
    """True if comments speak of rows."""
    return any("noqa" in text or "# type:" in text for text in program.texts.values())


def other_file(program: Program, rng: Random) -> Variant:
    """A file that nothing imports, with a class, a function and losses of its own."""
    return Variant(unchanged(program) | {"unrelated_file.py": [Piece(_UNRELATED)]})


def _statements(file: File) -> Iterator[ast.stmt]:
    """The statements that begin their lines and end them."""
    yield from (node for node in file.nodes if isinstance(node, ast.stmt) and file.whole_lines(node) and not _in_line(file, node))


def _in_line(file: File, node: ast.stmt) -> bool:
    return bool(file.text[file.line_of(node) : file.start(node)].strip()) and not isinstance(node, DEFINITIONS)


def comments(file: File, rng: Random) -> Iterator[Change]:
    """A comment above each statement, and one behind it."""
    for node in _statements(file):
        if is_elif(file, node):
            continue
        here = file.line_of(node)
        yield Change(here, here, f"{file.indent(node)}# what follows: sigmoid, softmax, BCELoss\n")


def is_elif(file: File, node: ast.stmt) -> bool:
    """True for the branch of an `elif`, before which no line fits."""
    return isinstance(node, ast.If) and file.text.startswith("elif", file.start(node))


def blank_lines(file: File, rng: Random) -> Iterator[Change]:
    """Empty lines and lines of spaces before statements."""
    for node in _statements(file):
        here = file.line_of(node)
        yield Change(here, here, rng.choice(["\n", "\n\n", "    \n", "\t\n"]))


def _values(file: File) -> Iterator[ast.expr]:
    for node in file.nodes:
        if isinstance(node, (ast.Assign, ast.Return)) and node.value is not None:
            yield node.value
        elif isinstance(node, ast.Call):
            yield from (arg for arg in node.args if not isinstance(arg, (ast.Starred, ast.GeneratorExp)))
            yield from (one.value for one in node.keywords)
        elif isinstance(node, ast.BinOp):
            yield from (node.left, node.right)


def brackets(file: File, rng: Random) -> Iterator[Change]:
    """Round brackets around values that have none of their own."""
    chosen: list[tuple[int, int]] = []
    for node in _values(file):
        if isinstance(node, (ast.Starred, ast.Yield, ast.YieldFrom, ast.Constant)) or rng.random() < 0.3:
            continue
        if not (isinstance(node, ast.Tuple) and any(isinstance(one, ast.Starred) for one in node.elts)):
            chosen.append((file.start(node), file.end(node)))
    yield from inserted((("(", start), (")", end)) for start, end in sorted(chosen, key=lambda one: (one[0], -one[1])))


def inserted(pairs: Iterable[tuple[tuple[str, int], tuple[str, int]]]) -> Iterator[Change]:
    """Insertions around ranges; those at one offset become one."""
    texts: dict[int, str] = {}
    for (left, start), (right, end) in pairs:
        texts[start] = texts.get(start, "") + left
        texts[end] = right + texts.get(end, "")
    yield from (Change(offset, offset, text) for offset, text in texts.items())


def _calls(file: File) -> Iterator[ast.Call]:
    yield from (node for node in file.nodes if isinstance(node, ast.Call) and (node.args or node.keywords))


def trailing_commas(file: File, rng: Random) -> Iterator[Change]:
    """A comma behind the last argument of calls."""
    for node in _calls(file):
        last = file.end(max([*node.args, *node.keywords], key=file.end))
        alone = any(isinstance(arg, ast.GeneratorExp) for arg in node.args)
        if not alone and file.text[last : file.end(node)].strip() == ")":
            yield Change(last, last, ",")


def line_breaks(file: File, rng: Random) -> Iterator[Change]:
    """A new line behind each opening bracket and each comma within brackets."""
    yield from _in_brackets(file, rng, ("\n", "\n  ", "\n" + 30 * " "))


def comments_in_brackets(file: File, rng: Random) -> Iterator[Change]:
    """A comment there, and what follows at the margin."""
    yield from _in_brackets(file, rng, ("  # sigmoid(\n    ", "  # BCELoss)\n"))


def _in_brackets(file: File, rng: Random, texts: tuple[str, ...]) -> Iterator[Change]:
    depth = 0
    strings = [(file.start(node), file.end(node)) for node in file.nodes if isinstance(node, ast.JoinedStr)]
    for token in file.tokens:
        if token.type != tokenize.OP:
            continue
        depth += (token.string in "([{") - (token.string in ")]}")
        _, end = file.token_span(token)
        if any(start < end <= last for start, last in strings):
            continue
        if depth and token.string in ("(", "[", "{", ",") and not file.text[end:].lstrip(" \t").startswith(("\n", "#")):
            yield Change(end, end, rng.choice(texts))


def quotes(file: File, rng: Random) -> Iterator[Change]:
    """The other quotes, or three, around plain texts."""
    for node in file.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = file.source(node)
            if re.fullmatch(r"'[^'\"\\\n]+'|\"[^'\"\\\n]+\"", text):
                mark = rng.choice(["'", '"', '"""', "'''"])
                yield Change(file.start(node), file.end(node), f"{mark}{text[1:-1]}{mark}")


def docstrings(file: File, rng: Random) -> Iterator[Change]:
    """A docstring for each definition that has none."""
    for node in file.nodes:
        if isinstance(node, DEFINITIONS) and not is_docstring(node.body[0]) and file.whole_lines(node.body[0]) and _below(file, node):
            here = file.line_of(node.body[0])
            yield Change(here, here, f'{file.indent(node.body[0])}"""Said of what follows."""\n')


def _below(file: File, node: ast.stmt) -> bool:
    return isinstance(node, DEFINITIONS) and node.body[0].lineno > node.lineno


def unused_import(file: File, rng: Random) -> Iterator[Change]:
    """Imports that nobody uses, behind the file's own ones."""
    yield insertion(head_end(file), "import itertools as unused_q\nfrom torch.nn import BCELoss as UnusedQ\n")


def head_end(file: File) -> int:
    """The offset behind the docstring and the imports of the future."""
    end = 0
    for node in file.tree.body:
        if not (is_docstring(node) or (isinstance(node, ast.ImportFrom) and node.module == "__future__")) or not file.whole_lines(node):
            break
        end = file.next_line(node)
    return end if end or not file.text.startswith("#") else 0


def unused_function(file: File, rng: Random) -> Iterator[Change]:
    """A function that nobody calls, at the end."""
    new = "" if not file.text or file.text.endswith("\n") else "\n"
    yield Change(len(file.text), len(file.text), f"{new}\n\ndef unused_q(first, second=None):\n    return [first, second]\n")


def pass_statements(file: File, rng: Random) -> Iterator[Change]:
    """`pass` before statements."""
    yield from before_statements(file, "pass")


def dead_assignments(file: File, rng: Random) -> Iterator[Change]:
    """A variable that nobody reads, before the statements of functions."""
    yield from before_statements(file, "unread_q = 0", inside=FUNCTIONS)


def before_statements(file: File, text: str, inside: tuple[type[ast.stmt], ...] = ()) -> Iterator[Change]:
    """A line before each statement that it may stand before; `inside` asks for the nearest definition around."""
    for node in _statements(file):
        if is_elif(file, node) or is_docstring(node) or (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
            continue
        around = next((one for one in file.around(node) if isinstance(one, DEFINITIONS)), None)
        if not inside or isinstance(around, inside):
            here = file.line_of(node)
            yield Change(here, here, f"{file.indent(node)}{text}\n")


def type_annotations(file: File, rng: Random) -> Iterator[Change]:
    """Annotations that say nothing, for parameters, results and variables of functions."""
    for node in file.nodes:
        if isinstance(node, FUNCTIONS):
            own = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            yield from (Change(file.end(arg), file.end(arg), ': "object"') for arg in own if arg.annotation is None)
        elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            scope = next((one for one in file.around(node) if isinstance(one, DEFINITIONS)), None)
            nonlocal_ = any(isinstance(one, (ast.Global, ast.Nonlocal)) for one in ast.walk(scope)) if scope else True
            if isinstance(scope, FUNCTIONS) and not nonlocal_ and not file.text[: file.start(node)].endswith("("):
                yield insertion(file.end(node.targets[0]), ': "object"')


def semicolons(file: File, rng: Random) -> Iterator[Change]:
    """Simple statements that follow each other, in one line."""
    for node in ast.walk(file.tree):
        for body in (getattr(node, name, None) for name in ("body", "orelse", "finalbody")):
            if isinstance(body, list):
                for one, other in pairwise(body):
                    between = file.text[file.end(one) : file.start(other)] if isinstance(one, ast.stmt) else "-"
                    if _simple(one) and _simple(other) and not between.strip():
                        yield Change(file.end(one), file.start(other), "; ")


def _simple(node: ast.AST) -> bool:
    plain = isinstance(node, (ast.Assign, ast.Expr, ast.Return, ast.AugAssign, ast.Import, ast.Pass, ast.Assert))
    return plain and not is_docstring(node)


def line_ends(program: Program, rng: Random) -> Variant:
    """CRLF at the end of each line, and a byte order mark."""
    return Variant(unchanged(program), "\r\n", rng.choice([b"", b"\xef\xbb\xbf"]))


def tabs(file: File, rng: Random) -> Iterator[Change]:
    """A tab in the place of four spaces of indentation, where all indentation is of these."""
    if any("\t" in line for line in file.lines) or any(token.type == tokenize.INDENT and len(token.string) % 4 for token in file.tokens):
        return
    for row, line in enumerate(file.lines, 1):
        width = (len(line) - len(line.lstrip(" "))) // 4
        if width and row not in file.string_rows:
            yield Change(file.line_start(row), file.line_start(row) + 4 * width, "\t" * width)
