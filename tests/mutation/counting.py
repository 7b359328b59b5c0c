"""Which lines of the package run: each statement of a function sets a byte before it runs, which costs little."""

from __future__ import annotations

import ast
from typing import Any

HITS = "__hits__"


class Lines:
    """The lines of some files, numbered through, and a byte for each."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.first: dict[str, int] = {}
        total = 0
        for path in sorted(texts):
            self.first[path] = total
            total += texts[path].count("\n") + 2
        self.hits = bytearray(total)

    def number(self, path: str, line: int) -> int:
        """The number of a line."""
        return self.first[path] + line

    def taken(self) -> bytes:
        """The bytes that are set, a bit each; none is set from here on."""
        kept = bytes(self.hits)
        self.hits[:] = bytes(len(self.hits))
        return int(kept.translate(bytes([48, 49]) + bytes(254))[::-1], 2).to_bytes(len(kept) // 8 + 1, "little")

    def read(self, path: str, text: str) -> ast.Module:
        """A file whose statements count."""
        tree = ast.parse(text)
        return ast.fix_missing_locations(_Counted(self.first[path]).visit(tree))  # type: ignore[no-any-return]


class _Counted(ast.NodeTransformer):
    def __init__(self, first: int) -> None:
        self.first, self.inside = first, 0

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """Counts the statements of a function; what stands around it runs at import."""
        node.args = self.visit(node.args)
        self.inside += 1
        node.body = self._counted(node.body)
        self.inside -= 1
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.Lambda:
        """Counts a lambda: `setitem` gives None."""
        self.inside += 1
        self.generic_visit(node)
        self.inside -= 1
        mark = ast.parse(f"{HITS}.__setitem__({self.first + node.body.lineno}, 1)", mode="eval").body
        node.body = ast.BoolOp(ast.Or(), [mark, node.body])
        return node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Goes through all parts, and counts the statements of each block."""
        for name, value in ast.iter_fields(node):
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                setattr(node, name, self._counted(value))
            elif isinstance(value, list):
                value[:] = [self.visit(one) if isinstance(one, ast.AST) else one for one in value]
            elif isinstance(value, ast.AST):
                setattr(node, name, self.visit(value))
        return node

    def _counted(self, body: list[ast.stmt]) -> list[ast.stmt]:
        found: list[ast.stmt] = []
        for at, one in enumerate(body):
            is_text = at == 0 and isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
            if self.inside and not is_text and not isinstance(one, ast.Global | ast.Nonlocal):
                found.append(self._mark(one))
            changed: Any = self.visit(one)
            found.append(changed)
        return found

    def _mark(self, node: ast.stmt) -> ast.stmt:
        return ast.copy_location(ast.parse(f"{HITS}[{self.first + node.lineno}] = 1").body[0], node)
