"""Rewrites that put definitions elsewhere: in another order, or in another file."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Callable, Iterator
from random import Random

from tests.metamorphic.programs import Program, Variant, unchanged
from tests.metamorphic.text import DEFINITIONS, File, Piece
from tests.metamorphic.wraps import looks_at_names

_MARKS = frozenset({"staticmethod", "classmethod", "property", "torch.no_grad()", "torch.inference_mode()"})


def definitions(program: Program, rng: Random) -> Variant:
    """Definitions that follow each other in a module, in another order."""
    return _reordered(program, rng, _in_module)


def methods(program: Program, rng: Random) -> Variant:
    """Methods that follow each other in a class, in another order."""
    return _reordered(program, rng, _in_classes)


def _reordered(program: Program, rng: Random, runs: Callable[[File], Iterator[list[ast.stmt]]]) -> Variant:
    files = unchanged(program)
    for path, file in program.files.items():
        pieces: list[Piece] = []
        here = 0
        for run in runs(file):
            if len(run) < 2:
                continue
            edges = [file.line_of(run[0]), *(file.next_line(node) for node in run)]
            if edges[0] < here or not file.text[: edges[-1]].endswith("\n"):
                continue
            pieces += file.pieces(start=here, end=edges[0])
            for index in _order(file, run, rng):
                pieces += file.pieces(start=edges[index], end=edges[index + 1])
            here = edges[-1]
        files[path] = pieces + file.pieces(start=here)
    return Variant(files)


def _in_module(file: File) -> Iterator[list[ast.stmt]]:
    yield from _runs(file, file.tree.body)


def _in_classes(file: File) -> Iterator[list[ast.stmt]]:
    for node in sorted((one for one in file.nodes if isinstance(one, ast.ClassDef)), key=file.start):
        yield from _runs(file, node.body)


def _runs(file: File, body: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    run: list[ast.stmt] = []
    for node in [*body, None]:
        if isinstance(node, DEFINITIONS) and file.whole_lines(node) and _plain(file, node) and node.name not in {_name(one) for one in run}:
            run.append(node)
        else:
            yield run
            run = []


def _name(node: ast.stmt) -> str:
    return node.name if isinstance(node, DEFINITIONS) else ""


def _plain(file: File, node: ast.stmt) -> bool:
    """True if a definition runs nothing of the program when it is made, but for what its bases do."""
    if not isinstance(node, DEFINITIONS) or not all(file.source(one) in _MARKS for one in node.decorator_list):
        return False
    return not isinstance(node, ast.ClassDef) or not node.keywords


def _order(file: File, run: list[ast.stmt], rng: Random) -> list[int]:
    """An order in which each definition comes behind those that it reads when it is made, and the reading ones behind it."""
    names = [_name(node) for node in run]
    reads = [file.names_at_definition(node) for node in run]
    needs = {i: {j for j in range(len(run)) if names[j] in reads[i] and j < i} for i in range(len(run))}
    for i in range(len(run)):  # what is read before it is defined is an older one
        for j in range(i):
            if names[i] in reads[j]:
                needs[i].add(j)
    left, found = list(range(len(run))), list[int]()
    while left:
        free = [i for i in left if needs[i] <= set(found)]
        chosen = max(free) if rng.random() < 0.7 else rng.choice(free)
        left.remove(chosen)
        found.append(chosen)
    return found


def half_elsewhere(program: Program, rng: Random) -> Variant | None:
    """Half of the definitions of each module in a new one, imported back."""
    return _split(program, rng, 0.5)


def one_elsewhere(program: Program, rng: Random) -> Variant | None:
    """One definition of each module in a new one, imported back, with those that it needs."""
    return _split(program, rng, 0.0)


def module_elsewhere(program: Program, rng: Random) -> Variant | None:
    """All that can be moved in a new module, which is imported whole: `moved_q.Net`."""
    return _split(program, rng, 1.0)


def _split(program: Program, rng: Random, share: float) -> Variant | None:
    files = unchanged(program)
    for number, (path, file) in enumerate(program.files.items()):
        chosen = _chosen(file, rng, share)
        if not chosen or file.path.endswith("__init__.py"):
            continue
        module = f"moved_q{number}"
        files[posixpath.join(posixpath.dirname(path), f"{module}.py")] = _new_module(file, chosen)
        relative = any(isinstance(node, ast.ImportFrom) and node.level for node in file.tree.body)
        packed = posixpath.join(posixpath.dirname(path), "__init__.py") in program.texts
        if posixpath.dirname(path) and not packed:
            return None
        start = f".{module}" if packed or relative else module
        names = ", ".join(sorted(_name(node) for node in chosen))
        pieces: list[Piece] = []
        here, line = 0, f"from {start} import {names}\n"
        for node in chosen:
            pieces += [*file.pieces(start=here, end=file.line_of(node)), Piece(line)]
            here, line = file.next_line(node), ""
        files[path] = [piece for piece in pieces + file.pieces(start=here) if piece.text]
    return Variant(files)


def _chosen(file: File, rng: Random, share: float) -> list[ast.stmt]:
    """Definitions that can be moved: what they read of the module is imported, or moves too."""
    body = file.tree.body
    if looks_at_names(file) or any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in body):
        return []
    imports = {alias.asname or alias.name.split(".")[0] for node in body if _is_import(file, node) for alias in node.names}  # type: ignore[attr-defined]
    whole = [node for node in body if isinstance(node, DEFINITIONS) and file.whole_lines(node)]
    own = {node.name: node for node in whole if file.bound_at_top[node.name] == 1}
    own = {name: node for name, node in own.items() if not any(isinstance(one, ast.Global) for one in ast.walk(node))}
    imports = {name for name in imports if file.bound_at_top[name] == 1}
    foreign = file.bound_at_top.keys() - imports | {"__name__", "__all__"}
    while bad := {name for name, node in own.items() if (file.global_names(node) & foreign) - own.keys()}:
        own = {name: node for name, node in own.items() if name not in bad}
    if not own:
        return []
    wanted = {name for name in own if rng.random() < share} or {rng.choice(sorted(own))}
    while more := {name for one in wanted for name in file.global_names(own[one]) & own.keys()} - wanted:
        wanted |= more
    return [node for node in body if _name(node) in wanted]


def _is_import(file: File, node: ast.stmt) -> bool:
    return isinstance(node, (ast.Import, ast.ImportFrom)) and file.whole_lines(node)


def _new_module(file: File, chosen: list[ast.stmt]) -> list[Piece]:
    pieces: list[Piece] = []
    for node in file.tree.body:
        if _is_import(file, node):
            pieces.append(Piece(file.text[file.start(node) : file.end(node)] + "\n"))
    pieces.append(Piece("\n\n"))
    for node in chosen:
        pieces += [*file.pieces(start=file.line_of(node), end=file.next_line(node)), Piece("\n\n")]
    return pieces


def late_import(program: Program, rng: Random) -> Variant | None:
    """A function of each module in a new one, which takes the rest of the module inside of the function, when it is called."""
    files = unchanged(program)
    for number, (path, file) in enumerate(program.files.items()):
        found = [node for node in file.tree.body if isinstance(node, ast.FunctionDef) and _can_be_late(file, node)]
        folder, stem = posixpath.split(path.removesuffix(".py"))
        if not found or folder or stem == "__init__":
            continue
        node = rng.choice(found)
        names = sorted(file.global_names(node) & set(_late(file)))
        first = file.line_of(node.body[0])
        body = file.pieces(start=file.line_of(node), end=first)
        inside = [Piece(f"{file.indent(node.body[0])}from {stem} import {', '.join(names)}\n")] if names else []
        head = [Piece(file.source(one) + "\n") for one in file.tree.body if _is_import(file, one)]
        files[f"late_q{number}.py"] = [*head, Piece("\n\n"), *body, *inside, *file.pieces(start=first, end=file.next_line(node))]
        new = [Piece(f"from late_q{number} import {node.name}\n")]
        files[path] = file.pieces(end=file.line_of(node)) + new + file.pieces(start=file.next_line(node))
    return Variant(files)


def _late(file: File) -> Iterator[str]:
    """The names of the module that are what they are once it has run."""
    imported = {alias.asname or alias.name for node in file.tree.body if _is_import(file, node) for alias in node.names}  # type: ignore[attr-defined]
    yield from (name for name, times in file.bound_at_top.items() if times == 1 and name not in imported)


def _can_be_late(file: File, node: ast.FunctionDef) -> bool:
    """True if a function is made of nothing of the module, and no other function of it is called while the module runs."""
    if looks_at_names(file) or file.bound_at_top[node.name] != 1 or not file.whole_lines(node) or node.body[0].lineno == node.lineno:
        return False
    runs = [one for one in file.tree.body if not isinstance(one, (*DEFINITIONS, ast.Import, ast.ImportFrom))]
    called = any(isinstance(one, ast.Call) for statement in runs for one in ast.walk(statement))
    stars = any(isinstance(one, ast.ImportFrom) and one.names[0].name == "*" for one in file.tree.body)
    inner = any(isinstance(one, (ast.Global, ast.Nonlocal)) for one in ast.walk(node))
    known = file.global_names(node) & file.bound_at_top.keys()
    bad = {name for name in known if file.bound_at_top[name] != 1} | ({"__name__"} & file.global_names(node))
    return not (called or stars or inner or bad or (file.names_at_definition(node) & set(_late(file))))
