"""Changes of a program by its tree: what comes out is Python again, as a rule."""

from __future__ import annotations

import ast
import copy
import random
import warnings
from collections.abc import Callable, Iterator

from tests.fuzz.extremes import VALUES
from tests.fuzz.one_liners import callables, method_names

_WRAPPERS = (
    "torch.sigmoid({})",
    "torch.softmax({}, dim=1)",
    "nn.Sigmoid()({})",
    "F.log_softmax({}, 1)",
    "({},)",
    "[{}, {}]",
    "{{'a': {}}}",
    "(lambda x: x)({})",
    "nn.BCELoss()({}, {})",
    "F.cross_entropy({}, {})",
    "nn.Sequential({}, {})",
    "({} if x else {})",
    "[{} for x in {}]",
    "(x := {})",
    "{}.sigmoid()",
    "f'{{{}}}'",
    "-{}",
    "{} + {}",
    "{}[{}]",
    "torch.cat([{}, {}], 0)",
    "{}(*{})",
    "print({})",
    "[*{}, *{}]",
    "torch.where({} > 0, {}, {})",
)


def _bodies(tree: ast.AST) -> list[list[ast.stmt]]:
    return [
        body
        for node in ast.walk(tree)
        for name in ("body", "orelse", "finalbody")
        if isinstance(body := getattr(node, name, None), list) and body
    ]


def _slots(tree: ast.AST) -> Iterator[tuple[ast.expr, Callable[[ast.expr], None]]]:
    """The expressions that are read, each with what puts another in its place."""
    for node in ast.walk(tree):
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.expr) and isinstance(getattr(value, "ctx", None), ast.Load | None):
                yield value, lambda new, node=node, name=name: setattr(node, name, new)  # type: ignore[misc]
            elif isinstance(value, list):
                for index, one in enumerate(value):
                    if isinstance(one, ast.expr) and isinstance(getattr(one, "ctx", None), ast.Load | None):
                        yield one, lambda new, value=value, index=index: value.__setitem__(index, new)  # type: ignore[misc]


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def replace_expression(rng: random.Random, tree: ast.Module) -> None:
    """An expression is another one of the program, an extreme value, or wrapped."""
    slots = list(_slots(tree))
    if not slots:
        return
    here, put = rng.choice(slots)
    choice = rng.randrange(5)
    if choice < 2:
        put(copy.deepcopy(rng.choice(slots)[0]))
    elif choice == 2:
        put(_expression(rng.choice(VALUES)))
    else:
        text = ast.unparse(here)
        called = (
            f"{rng.choice(callables()).removeprefix('builtins.')}({{}})" if rng.random() < 0.5 else f"({{}}).{rng.choice(method_names())}()"
        )
        put(_expression(f"({(called if choice == 3 else rng.choice(_WRAPPERS)).replace('{}', f'({text})')})"))


def move_statement(rng: random.Random, tree: ast.Module) -> None:
    """A statement stands elsewhere as well, or only there."""
    bodies = _bodies(tree)
    if not bodies:
        return
    source, target = rng.choice(bodies), rng.choice(bodies)
    at = rng.randrange(len(source))
    moved = copy.deepcopy(source[at])
    if rng.random() < 0.5 and len(source) > 1:
        del source[at]
    target.insert(rng.randrange(len(target) + 1), moved)


def wrap_statements(rng: random.Random, tree: ast.Module) -> None:
    """The rest of a block stands in a loop, a branch, a handler, a context or a function."""
    bodies = _bodies(tree)
    if not bodies:
        return
    body = rng.choice(bodies)
    at = rng.randrange(len(body))
    outer = ast.parse(
        rng.choice(
            (
                "if x:\n    pass",
                "for i in range(4):\n    pass",
                "while x:\n    pass",
                "try:\n    pass\nexcept Exception as e:\n    x = e",
                "try:\n    pass\nfinally:\n    x = 1",
                "with torch.autocast('cuda') as c:\n    pass",
                "with torch.no_grad(), open('x') as x:\n    pass",
                "def inner(x=None, *a, **k):\n    pass",
                "class Inner(nn.Module):\n    pass",
                "async def inner():\n    pass",
                "if x:\n    y\nelse:\n    pass",
            )
        )
    ).body[0]
    list(_bodies(outer))[-1][:] = body[at:]
    body[at:] = [outer]


def add_loss(rng: random.Random, tree: ast.Module) -> None:
    """Names of the program reach a loss, somewhere in it."""
    names = sorted({node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | {"x"})
    bodies = _bodies(tree)
    if not bodies:
        return
    one, two = rng.choice(names), rng.choice(names)
    text = rng.choice(
        (
            "import torch\ntorch.nn.BCEWithLogitsLoss()(torch.sigmoid({0}), {1})",
            "from torch.nn import functional as F\nF.cross_entropy({0}, {1})",
            "import torch\ntorch.nn.BCELoss()({0}, {1})",
            "import torch\nif torch.sigmoid({0}) > 0: torch.nn.functional.nll_loss({0}.softmax(1), {1})",
            "import torch\ntorch.nn.BCEWithLogitsLoss()(torch.nn.Sequential({0}, {1}, torch.nn.Sigmoid())(x), {0})",
        )
    )
    body = rng.choice(bodies)
    at = rng.randrange(len(body) + 1)
    body[at:at] = ast.parse(text.format(one, two)).body


_CHANGES = (replace_expression, replace_expression, replace_expression, move_statement, wrap_statements, add_loss)


def change_tree(rng: random.Random, text: str, times: int) -> str:
    """A text with its tree changed; the text itself where it is no Python, or too deep to be written down."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(text)
            for _ in range(times):
                rng.choice(_CHANGES)(rng, tree)
            return ast.unparse(ast.fix_missing_locations(tree)) + "\n"
        except (SyntaxError, ValueError, RecursionError, AttributeError, TypeError, KeyError, MemoryError):
            return text
