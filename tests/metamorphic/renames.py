"""Rewrites that give the program's own names others, and imports other aliases."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
import tokenize
from collections.abc import Callable, Iterator
from functools import cache
from random import Random

from bce_lint import catalog
from bce_lint.catalog.contexts import STEP_METHODS
from tests.metamorphic.programs import Program, Variant, unchanged
from tests.metamorphic.text import DEFINITIONS, FUNCTIONS, Change, File
from tests.metamorphic.wraps import looks_at_names

SIGNALS = {
    "forward": "PyTorch calls it when the module is called",
    "self": "what the first parameter of a method is called; linters and readers rely on it",
    "cls": "what the first parameter of a class method is called",
    "main": "a file may be run as a script",
    **dict.fromkeys(STEP_METHODS, "Lightning calls it when it trains or measures, the latter without gradients"),
}
"""Names with a meaning that is documented, beside those of Python (`__init__`) and those that PyTorch and others ask for, which the
catalogue lists."""
SAID = {
    "device": "`x.to(device)`: an unknown value that is called a device is taken for one, not for a dtype",
    "thresh": "`x > threshold`: so the words of a comparison are told before a file is parsed",
}
"""Words that count wherever they stand in a name."""


@cache
def outside_names() -> frozenset[str]:
    """The words that mean something outside of a program: whatever the catalogue names, and the attributes of Python's own types."""
    import importlib
    import pkgutil

    found = {word for one in (str, list, dict, set, tuple, bytes, int, float, object, type, Exception) for word in dir(one)}
    for info in pkgutil.iter_modules(catalog.__path__):
        source = importlib.import_module(f"bce_lint.catalog.{info.name}").__file__
        assert source is not None
        with open(source, encoding="utf-8") as stream:
            strings = [node.value for node in ast.walk(ast.parse(stream.read())) if isinstance(node, ast.Constant)]
        found |= {word for text in strings if isinstance(text, str) for word in re.findall(r"\w+", text)}
    return frozenset(found)


_PLAIN_BASES = {"object", "nn.Module", "torch.nn.Module", "Module"}
Namer = Callable[[str, int], str]


def neutral(name: str, number: int) -> str:
    """A name that says nothing, written as names of its kind are."""
    return f"Qz{number}" if name[:1].isupper() else f"{'_' if name.startswith('_') else ''}qz{number}"


def odd(name: str, number: int) -> str:
    """A name that is written as names of its kind are not."""
    return f"qé{number}" if name[:1].isupper() else f"{'_' if name.startswith('_') else ''}Q{number}"


def misleading(name: str, number: int) -> str:
    """A name that says something else than it holds."""
    words = ("sigmoid", "logits", "BCELoss", "probs", "softmax", "model", "log", "target", "threshold", "loss")
    return f"{'_' if name.startswith('_') else ''}{words[number % len(words)]}_{number}"


def names_neutral(program: Program, rng: Random) -> Variant | None:
    """All names of the program that are its own, as names that say nothing."""
    return _renamed(program, neutral)


def names_odd(program: Program, rng: Random) -> Variant | None:
    """All names of the program that are its own, as odd ones."""
    return _renamed(program, odd)


def names_misleading(program: Program, rng: Random) -> Variant | None:
    """All names of the program that are its own, as words that mean something else."""
    return _renamed(program, misleading)


def some_names(program: Program, rng: Random) -> Variant | None:
    """Some of the names of the program."""
    return _renamed(program, neutral, rng)


def _renamed(program: Program, namer: Namer, rng: Random | None = None) -> Variant | None:
    if any(looks_at_names(file) or "__dict__" in file.text for file in program.files.values()):
        return None
    taken = {word for text in program.texts.values() for word in re.findall(r"\w+", text)}
    names = sorted(renamable(program))
    if rng is not None:
        names = [name for name in names if rng.random() < 0.5]
    new, number = {}, 0
    for name in names:
        while (other := namer(name, number)) in taken:
            number += 1
        new[name] = other
        number += 1
    if not new:
        return None
    files = unchanged(program)
    return Variant(files | {path: file.pieces(_replaced(file, new)) for path, file in program.files.items()})


def _replaced(file: File, new: dict[str, str]) -> Iterator[Change]:
    strings = [(file.start(node), file.end(node)) for node in file.nodes if isinstance(node, ast.JoinedStr)]
    for token in file.tokens:
        if token.type == tokenize.NAME and token.string in new:
            start, end = file.token_span(token)
            if not any(a <= start < b for a, b in strings):
                yield Change(start, end, new[token.string])


def renamable(program: Program) -> set[str]:
    """The words that mean something of the program's own wherever they stand in it."""
    files = list(program.files.values())
    own = {name for file in files for name in _defined(file)}
    callable_ = {node.name for file in files for node in ast.walk(file.tree) if isinstance(node, DEFINITIONS)}
    outsiders = set(_outsiders(files, own))
    bad = set(SIGNALS) | set(dir(builtins)) | set(keyword.kwlist) | set(keyword.softkwlist) | program.modules
    for file in files:
        bad |= file.in_f_strings | set(_foreign(file, callable_, own - outsiders, program.modules))
    if len(program.files) < len(program.texts):
        return set()
    return {name for name in own - bad if not name.startswith("__") and not any(word in name.lower() for word in SAID)}


def _defined(file: File) -> Iterator[str]:
    """The names that a file gives to something: variables, parameters, definitions, attributes of objects that its classes make."""
    for node in ast.walk(file.tree):
        if isinstance(node, DEFINITIONS):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and ast.unparse(node.value) == "self":
            yield node.attr
        elif isinstance(node, ast.alias) and node.asname:
            yield node.asname


def _foreign(file: File, callable_: set[str], own: set[str], modules: frozenset[str]) -> Iterator[str]:
    """The words of a file that mean something outside of it."""
    outside = outside_names()
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Attribute):
            if node.attr in outside:
                yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and not isinstance(file.parents.get(node), ast.Expr):
            yield from re.findall(r"\w+", node.value)
        elif isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
            yield from (one.arg for one in node.keywords if one.arg and (called not in callable_ or called in outside))
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from _imported(node, modules)
        elif isinstance(node, ast.ClassDef):
            yield from _inherited(node, own)
        elif isinstance(node, (ast.MatchClass, ast.MatchMapping)):
            yield from (word for one in ast.walk(node) for word in getattr(one, "kwd_attrs", ()))
        asked = isinstance(file.parents.get(node), ast.ClassDef)
        if isinstance(node, FUNCTIONS) and (node.decorator_list or (asked and node.name in outside)):
            yield from (arg.arg for arg in ast.walk(node.args) if isinstance(arg, ast.arg) and node.name not in ("forward", "__init__"))


def _imported(node: ast.Import | ast.ImportFrom, modules: frozenset[str]) -> Iterator[str]:
    for alias in node.names:
        inside = isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").split(".")[0] in modules)
        if not inside:
            yield from alias.name.split(".")
    if isinstance(node, ast.ImportFrom):
        yield from (node.module or "").split(".")


def _outsiders(files: list[File], own: set[str]) -> Iterator[str]:
    """The classes of a program of which a base is not the program's, however far up."""
    nodes = [node for file in files for node in file.nodes if isinstance(node, ast.ClassDef)]
    classes = [(node.name, {ast.unparse(base) for base in node.bases}) for node in nodes]
    found: set[str] = set()
    while more := {name for name, bases in classes if not bases <= (own | _PLAIN_BASES) - found} - found:
        found |= more
    yield from found


def _inherited(node: ast.ClassDef, own: set[str]) -> Iterator[str]:
    """What a class of which a base is not the program's may have because the base asks for it."""
    bases = {ast.unparse(base) for base in node.bases}
    if not bases <= own | _PLAIN_BASES or node.decorator_list:
        for one in ast.walk(node):
            if isinstance(one, DEFINITIONS) and one is not node:
                yield one.name
                if isinstance(one, FUNCTIONS):
                    yield from (arg.arg for arg in ast.walk(one.args) if isinstance(arg, ast.arg))
            elif isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id == "self":
                yield one.attr
        for statement in node.body:
            yield from (one.id for one in ast.walk(statement) if isinstance(one, ast.Name) and not isinstance(statement, DEFINITIONS))


def import_aliases(file: File, rng: Random) -> Iterator[Change]:
    """Other aliases for what a file imports from outside, in all scopes: `from torch import nn as xq1`."""
    new: dict[str, str] = {}
    times: dict[str, int] = {}
    for node in file.nodes:
        for name in bindings(node):
            times[name] = times.get(name, 0) + 1
    if looks_at_names(file):
        return
    strings = [node.value for node in ast.walk(file.tree) if isinstance(node, ast.Constant)]
    exported = {word for text in strings if isinstance(text, str) for word in text.split()}
    for node in file.tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)) and not _of_program(node):
            for alias in node.names:
                bound = alias.asname or alias.name
                if "." not in bound and bound != "*" and times[bound] == 1 and bound not in file.in_f_strings | exported:
                    new[bound] = f"xq{len(new) + 1}"
                    yield Change(file.start(alias), file.end(alias), f"{alias.name} as {new[bound]}")
    for node in file.nodes:
        if isinstance(node, ast.Name) and node.id in new:
            yield Change(file.start(node), file.end(node), new[node.id])


def _of_program(node: ast.Import | ast.ImportFrom) -> bool:
    heads = [alias.name for alias in node.names] if isinstance(node, ast.Import) else ["." if node.level else node.module or "."]
    outside = ("torch", "numpy", "math", "functools", "collections", "typing", "scipy", "torchvision")
    return not all(head.split(".")[0] in outside for head in heads)


def bindings(node: ast.AST) -> Iterator[str]:
    """The names that a node binds, in whichever scope; what is global or nonlocal counts as bound twice."""
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, DEFINITIONS):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.split(".")[0]
        if not node.asname and "." in node.name:
            yield node.name.split(".")[0]
    elif isinstance(node, (ast.Global, ast.Nonlocal)):
        yield from (name for name in node.names for _ in range(2))
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        yield node.name
