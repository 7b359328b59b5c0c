"""Rewrites between two spellings that PyTorch or Python documents as the same."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from random import Random

from bce_lint.catalog import losses
from bce_lint.catalog.schema import Param
from tests.metamorphic.renames import bindings
from tests.metamorphic.text import Change, File, insertion

_METHODS = frozenset({"sigmoid", "softmax", "log_softmax", "exp", "log", "clamp", "squeeze", "unsqueeze", "mean", "sum", "relu", "tanh"})
"""Functions of torch that are methods of tensors with the same parameters."""


def full_names(file: File, rng: Random) -> Iterator[Change]:
    """`torch.nn.functional.f` for `F.f`, `torch.nn.X` for `nn.X`."""
    known = _aliases(file)
    if "torch" not in known and any(name == "torch" for node in file.nodes for name in bindings(node)):
        return
    short = {name: target for name, target in known.items() if name != target and target.startswith("torch.")}
    if not short:
        return
    if "torch" not in known:
        first = next(node for node in file.tree.body if isinstance(node, (ast.Import, ast.ImportFrom)) and _is_torch(node))
        yield insertion(file.end(first), "; import torch")
    for node in file.nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in short:
            yield Change(file.start(node.value), file.end(node.value), short[node.value.id])


def _is_torch(node: ast.Import | ast.ImportFrom) -> bool:
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    return not (isinstance(node, ast.ImportFrom) and node.level) and all(name.split(".")[0] == "torch" for name in names)


def _aliases(file: File) -> dict[str, str]:
    """What the names of torch's modules mean, in whichever scope they are read."""
    times: dict[str, int] = {}
    for node in file.nodes:
        for name in bindings(node):
            times[name] = times.get(name, 0) + 1
    found: dict[str, str] = {}
    for node in file.tree.body:
        if isinstance(node, ast.Import):
            found.update({alias.asname or alias.name: alias.name for alias in node.names if alias.asname or "." not in alias.name})
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
    modules = ("torch", "torch.nn", "torch.nn.functional")
    return {name: target for name, target in found.items() if target in modules and times.get(name) == 1}


def qualified(file: File, node: ast.expr, known: dict[str, str]) -> str:
    """The full name of what a dotted expression means in torch, else nothing."""
    if isinstance(node, ast.Name):
        return known.get(node.id, "")
    if isinstance(node, ast.Attribute) and (above := qualified(file, node.value, known)):
        return f"{above}.{node.attr}"
    return ""


def _params(name: str) -> tuple[Param, ...] | None:
    """The parameters of a loss that is a function; of a class, what is given by position is a documented signal of BCE201."""
    contract = losses.FUNCTIONS.get(name)
    return None if contract is None else contract.function


def _calls(file: File) -> Iterator[tuple[ast.Call, tuple[Param, ...]]]:
    known = _aliases(file)
    for node in file.nodes:
        params = _params(qualified(file, node.func, known)) if isinstance(node, ast.Call) else None
        if isinstance(node, ast.Call) and params is not None and not _has_stars(node):
            yield node, params


def _has_stars(node: ast.Call) -> bool:
    return any(isinstance(arg, ast.Starred) for arg in node.args) or not all(one.arg for one in node.keywords)


def keywords(file: File, rng: Random) -> Iterator[Change]:
    """The arguments of losses by keyword."""
    for node, params in _calls(file):
        if len(node.args) <= len(params):
            for arg, param in zip(node.args, params, strict=False):
                start, end = file.start(arg), file.end(arg)
                bracketed = file.text[:start].rstrip().endswith("(") and file.text[end:].lstrip().startswith(")") and len(node.args) > 1
                if not bracketed and not file.text[:start].rstrip().endswith("((") and not isinstance(arg, ast.GeneratorExp):
                    yield Change(start, start, f"{param.name}=")


def positions(file: File, rng: Random) -> Iterator[Change]:
    """The keywords of losses that are the next parameters, by position."""
    for node, params in _calls(file):
        for index, one in enumerate(node.keywords, len(node.args)):
            if index >= len(params) or params[index].name != one.arg or not params[index].positional:
                break
            yield Change(file.start(one), file.start(one.value), "")


def torch_methods(file: File, rng: Random) -> Iterator[Change]:
    """`x.sigmoid()` for `torch.sigmoid(x)`."""
    known = _aliases(file)
    done: list[tuple[int, int]] = []
    for node in sorted((one for one in file.nodes if isinstance(one, ast.Call)), key=file.start):
        name = qualified(file, node.func, known)
        start, end = file.start(node), file.end(node)
        odd = (ast.Starred, ast.GeneratorExp, ast.Constant)
        if name.removeprefix("torch.") not in _METHODS or not node.args or isinstance(node.args[0], odd):
            continue
        if "softmax" in name and len(node.args) + len(node.keywords) < 2:
            continue  # it raises, and a method that is not known to be a tensor's may not
        if any(a < end and start < b for a, b in done):
            continue
        first = node.args[0]
        behind = min([file.start(one) for one in (*node.args[1:], *node.keywords)], default=end - 1)
        between = file.text[file.end(first) : behind]
        if file.text[file.end(node.func) : file.start(first)].strip() != "(" or between.strip() not in (",", ""):
            continue
        done.append((start, end))
        yield Change(start, file.start(first), "(")
        yield Change(file.end(first), behind, f").{name.rpartition('.')[2]}(")


def torch_functions(file: File, rng: Random) -> Iterator[Change]:
    """`torch.sigmoid(x)` for the method of a value that torch made."""
    known = _aliases(file)
    torch = next((name for name, target in known.items() if target == "torch"), None)
    for node in file.nodes:
        if torch and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS:
            if qualified(file, node.func, known) or not _is_tensor(file, node.func.value, known):
                continue
            value = node.func.value
            if file.text[file.end(value) : file.end(node.func)].strip() == f".{node.func.attr}":
                start, end = file.start(node), file.start(value)
                yield Change(start, end, f"{torch}.{node.func.attr}(")
                comma = ", " if node.args or node.keywords else ""
                yield Change(file.end(value), file.text.index("(", file.end(node.func)) + 1, comma)


def _is_tensor(file: File, node: ast.expr, known: dict[str, str]) -> bool:
    name = qualified(file, node.func, known) if isinstance(node, ast.Call) else ""
    return name.startswith("torch.") and name.removeprefix("torch.") in _METHODS | {"randn", "rand", "zeros", "ones"}
