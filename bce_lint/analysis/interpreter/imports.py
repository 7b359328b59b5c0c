"""Imports: names bind lazily; a module's body runs once, when something in it is first read."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.analysis.domain.values import TOP, External, LazyImport, ModuleV, Value
from bce_lint.analysis.state.machine import Frame, Machine, Unit
from bce_lint.catalog.names import canonical

KNOWN_ROOTS = frozenset({"torch", "torchvision", "numpy"})


def address(m: Machine, path: str) -> int:
    """The address of a module's globals."""
    return m.intern(("module", path))


def import_module(m: Machine, frame: Frame, node: ir.ImportModule) -> bool:
    """`import a.b` binds `a`; `import a.b as c` binds the module itself."""
    from bce_lint.analysis.interpreter.statements import bind_name

    wanted = node.module if node.whole else node.module.split(".")[0]
    path = m.program.resolve(frame.unit.path, wanted, 0)
    bind_name(m, frame, node.bound, ModuleV(path) if path is not None else External(canonical(wanted)))
    return True


def import_name(m: Machine, frame: Frame, node: ir.ImportName) -> bool:
    """`from a import b`: a name of a project module, resolved when read, or a name outside."""
    from bce_lint.analysis.interpreter.statements import bind_name

    path = m.program.resolve(frame.unit.path, node.module, node.level)
    if node.name == "*":
        _star(m, frame, path, node)
    elif path is None and (inner := m.program.resolve(frame.unit.path, f"{node.module}.{node.name}".strip("."), node.level)) is not None:
        bind_name(m, frame, node.bound, ModuleV(inner))
    elif path is None:
        outside = External(canonical(f"{node.module}.{node.name}")) if node.level == 0 else TOP
        bind_name(m, frame, node.bound, outside)
    else:
        bind_name(m, frame, node.bound, LazyImport(path, node.name, f"{node.module}.{node.name}"))
    return True


def _star(m: Machine, frame: Frame, path: str | None, node: ir.ImportName) -> None:
    from bce_lint.analysis.domain.values import Seq

    known = m.state.find((frame.unit.address, "$stars"))
    source: Value = ModuleV(path) if path is not None else External(canonical(node.module))
    items = known.prefix if type(known) is Seq else ()
    m.write(frame.unit.address, "$stars", Seq((*items, source)))


def star_lookup(m: Machine, unit: Unit, name: str) -> Value | None:
    """A name that a star import may have brought in."""
    from bce_lint.analysis.domain.values import Seq

    stars = m.read_global(unit.address, "$stars")
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
    """Whether a star import from a torch module brings a catalogued name."""
    from bce_lint.analysis.models.registry import is_catalogued

    return is_catalogued(canonical(f"{module}.{name}")) or (module == "torch" and name in ("nn", "optim"))


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
    """Whether an import surely succeeds: of torch, or of the project."""
    level = node.level if isinstance(node, ir.ImportName) else 0
    if level == 0 and node.module.split(".")[0] in KNOWN_ROOTS:
        return True
    return m.program.resolve(frame.unit.path, node.module, level) is not None
