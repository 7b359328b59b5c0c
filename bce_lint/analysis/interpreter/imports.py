"""Imports: names bind lazily; a module's body runs once, when something in it is first read."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.analysis.domain.values import TOP, External, LazyImport, ModuleV, Value
from bce_lint.analysis.interpreter import stars, statements
from bce_lint.analysis.state.frames import Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.names import canonical

KNOWN_ROOTS = frozenset({"torch", "torchvision", "numpy"})


def import_module(m: Machine, frame: Frame, node: ir.ImportModule) -> bool:
    """`import a.b` binds `a`; `import a.b as c` binds the module itself."""
    wanted = node.module if node.whole else node.module.split(".")[0]
    path = m.program.resolve(frame.unit.path, wanted, 0)
    statements.bind_name(m, frame, node.bound, ModuleV(path) if path is not None else External(canonical(wanted)))
    return True


def import_name(m: Machine, frame: Frame, node: ir.ImportName) -> bool:
    """`from a import b`: a name of a project module, resolved when read, or a name outside."""
    path = m.program.resolve(frame.unit.path, node.module, node.level)
    if path == frame.unit.path and frame.function is None and node.name != "*":
        statements.bind_name(m, frame, node.bound, _own(m, frame, node.name))
    elif node.name == "*":
        stars.import_all(m, frame, path, node)
    elif path is None and (inner := m.program.resolve(frame.unit.path, f"{node.module}.{node.name}".strip("."), node.level)) is not None:
        statements.bind_name(m, frame, node.bound, ModuleV(inner))
    elif path is None:
        outside = External(canonical(f"{node.module}.{node.name}")) if node.level == 0 else TOP
        statements.bind_name(m, frame, node.bound, outside)
    else:
        statements.bind_name(m, frame, node.bound, LazyImport(path, node.name))
    return True


def _own(m: Machine, frame: Frame, name: str) -> Value:
    """What a module imports from itself: the name as it is now, or a submodule of the package."""
    unit = frame.unit
    found = m.read(unit.address, name) or stars.found(m, unit, name)
    inner = m.program.resolve(unit.path, name, 1) if found is None and unit.path.endswith("__init__.py") else None
    return found or (ModuleV(inner) if inner is not None else TOP)


def member(m: Machine, path: str, name: str) -> Value:
    """`module.name`: a global of the module, or a submodule of the package."""
    found = _member(m, path, name)
    return force(m, found) if type(found) is LazyImport else found


def _member(m: Machine, path: str, name: str) -> Value:
    """`module.name`, which may be an import that is to be resolved."""
    unit = m.program.load(path)
    found = None if unit is None else m.find_global(unit.address, name)
    if unit is not None and (found is None or stars.may_be_unbound(m, unit, name)):
        found = stars.found(m, unit, name, found)
    if found is not None:
        return found
    inner = m.program.resolve(path, name, 1) if path.endswith("__init__.py") else None
    return ModuleV(inner) if inner is not None else TOP


def force(m: Machine, lazy: LazyImport) -> Value:
    """Resolves an import now; a circle of imports that never ends is unknown."""
    found: Value = lazy
    passed: list[tuple[str, str]] = []
    try:
        while type(found) is LazyImport:  # a loop: as many files may hand a name on as a project has
            key = found.path, found.name
            if key in _FORCING:
                m.not_replayed()
                return TOP
            _FORCING.add(key)
            passed.append(key)
            found = _member(m, *key)
        return found
    finally:
        _FORCING.difference_update(passed)


_FORCING: set[tuple[str, str]] = set()


def forcing() -> bool:
    """True if some import is being resolved."""
    return bool(_FORCING)


def certain(m: Machine, frame: Frame, node: ir.ImportModule | ir.ImportName) -> bool:
    """True if an import surely succeeds: of torch, or of the project."""
    level = node.level if isinstance(node, ir.ImportName) else 0
    if level == 0 and node.module.split(".")[0] in KNOWN_ROOTS:
        return True
    return m.program.resolve(frame.unit.path, node.module, level) is not None
