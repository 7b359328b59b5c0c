"""Imports: names bind lazily; a module's body runs once, when something in it is first read."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.analysis.domain.values import TOP, External, LazyImport, ModuleV, Seq, Value
from bce_lint.analysis.interpreter import statements
from bce_lint.analysis.models import registry
from bce_lint.analysis.state import cells
from bce_lint.analysis.state.frames import Frame, LoweredFile
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
    if node.name == "*":
        _star(m, frame, path, node)
    elif path is None and (inner := m.program.resolve(frame.unit.path, f"{node.module}.{node.name}".strip("."), node.level)) is not None:
        statements.bind_name(m, frame, node.bound, ModuleV(inner))
    elif path is None:
        outside = External(canonical(f"{node.module}.{node.name}")) if node.level == 0 else TOP
        statements.bind_name(m, frame, node.bound, outside)
    else:
        statements.bind_name(m, frame, node.bound, LazyImport(path, node.name))
    return True


def _star(m: Machine, frame: Frame, path: str | None, node: ir.ImportName) -> None:
    known = m.state.find((frame.unit.address, cells.STARS))
    source: Value = ModuleV(path) if path is not None else External(canonical(node.module))
    items = known.prefix if type(known) is Seq else ()
    m.write(frame.unit.address, cells.STARS, Seq((*items, source)))


def star_lookup(m: Machine, unit: LoweredFile, name: str) -> Value | None:
    """A name that a star import may have brought in."""
    stars = m.read_global(unit.address, cells.STARS)
    if type(stars) is not Seq or name.startswith("_"):
        return None
    for source in reversed(stars.prefix):
        if type(source) is ModuleV:
            found = _global(m, source.path, name)
            if found is not None:
                return found
        elif type(source) is External and _exported(source.name, name):
            return External(canonical(f"{source.name}.{name}"))
    return None


def _exported(module: str, name: str) -> bool:
    """True if a star import of a module outside the project brings a name that is known, as torch and the others export theirs."""
    return registry.is_known(canonical(f"{module}.{name}")) or (module == "torch" and name in ("nn", "optim"))


def _global(m: Machine, path: str, name: str) -> Value | None:
    unit = m.program.load(m, path)
    if unit is None:
        return None
    value = m.read_global(unit.address, name)
    return value if value is not None else star_lookup(m, unit, name)


def member(m: Machine, path: str, name: str) -> Value:
    """`module.name`: a global of the module, or a submodule of the package."""
    found = _global(m, path, name)
    if found is not None:
        return found
    inner = m.program.resolve(path, name, 1) if path.endswith("__init__.py") else None
    return ModuleV(inner) if inner is not None else TOP


def force(m: Machine, lazy: LazyImport) -> Value:
    """Resolves an import now; a circle of imports that never ends is unknown."""
    key = ("forcing", lazy.path, lazy.name)
    if key in _FORCING:
        return TOP
    _FORCING.add(key)
    try:
        return member(m, lazy.path, lazy.name)
    finally:
        _FORCING.discard(key)


_FORCING: set[tuple[str, str, str]] = set()


def certain(m: Machine, frame: Frame, node: ir.ImportModule | ir.ImportName) -> bool:
    """True if an import surely succeeds: of torch, or of the project."""
    level = node.level if isinstance(node, ir.ImportName) else 0
    if level == 0 and node.module.split(".")[0] in KNOWN_ROOTS:
        return True
    return m.program.resolve(frame.unit.path, node.module, level) is not None
