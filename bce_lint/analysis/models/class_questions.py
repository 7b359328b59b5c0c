"""`isinstance`: whether a value is of a class, as far as that is certain."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.analysis.domain.alternatives import answered
from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.domain.values import MODULE_KINDS, TOP, ClassV, Constant, External, Ref, Seq, Unknown, Value, const
from bce_lint.analysis.models import abstract_types, layout
from bce_lint.analysis.models.model import Model
from bce_lint.analysis.state import assumptions, class_model
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.modules import MODULE, NO_MODULES, TENSORS, is_module
from bce_lint.catalog.schema import Activation, Contract

_PLAIN_TYPES = frozenset({
    "builtins." + name for name in ("bool", "bytes", "complex", "dict", "float", "frozenset", "int", "list", "range", "set", "str", "tuple")
})  # fmt: skip
_PYTHON_TYPES = {"int": ("int", "bool"), "float": ("float",), "str": ("str",), "bool": ("bool",), "dict": (), "list": (), "tuple": ()}


def is_instance(m: Machine, value: Value, kind: Value) -> bool | None:
    """Whether a value is certainly, or certainly not, of a class (or of one of a tuple of classes)."""
    if type(kind) is Seq:
        answers = [is_instance(m, value, k) for k in kind]
        return True if True in answers else None if None in answers else False
    if type(kind) is ClassV:
        if type(value) is Ref and isinstance(value.what, ClassV):
            return kind in class_model.mro(m, value.what) or (None if class_model.outside_base(m, value.what) == "?" else False)
        return None if type(value) is Unknown else False
    if type(kind) is not External:
        return None
    return _is_external(m, value, kind.name)


def _is_external(m: Machine, value: Value, name: str) -> bool | None:
    short = name.removeprefix("builtins.")
    if name in abstract_types.ABSTRACT or name in abstract_types.OF_DICTS:
        return abstract_types.is_of(value, name)
    if type(value) is Constant:
        return short in _PYTHON_TYPES and value.kind in _PYTHON_TYPES[short]
    if type(value) is Tensor:
        return layout.is_of_type(value, name)
    if type(value) is Ref:
        return _ref_is(m, value, name, short)
    return True if short == "tuple" and type(value) is Seq else None if type(value) is Unknown else False


def _ref_is(m: Machine, value: Ref, name: str, short: str) -> bool | None:
    if value.kind in ("list", "dict", "set"):
        return value.kind == short
    if isinstance(value.what, ClassV):
        outside = class_model.outside_base(m, value.what)
        if name in _PLAIN_TYPES:
            return _is_plain_type(m, value.what, outside, name)
        return True if outside == name else _derived_is(outside, name)
    if name in _PLAIN_TYPES and value.kind in MODULE_KINDS:
        return False
    if name in (MODULE, "torch.Tensor"):
        return name == MODULE and value.kind in MODULE_KINDS
    return value.what.module == name if isinstance(value.what, Contract | Activation) else None


def _is_plain_type(m: Machine, cls: ClassV, outside: str | None, name: str) -> bool | None:
    """Whether an instance of a class of the project is one of Python's numbers, texts or containers."""
    if outside == name:
        return True
    records = any(type(base) is ClassV and base.flavour == "namedtuple" for base in class_model.mro(m, cls))
    return False if not records and (outside is None or is_module(outside)) else None


def _derived_is(outside: str | None, name: str) -> bool | None:
    """Whether an object whose class has this base outside the project is a module, or a tensor."""
    module = outside is not None and is_module(outside)
    if name == MODULE:
        return module
    if name != "torch.Tensor":
        return None
    return True if outside in TENSORS else False if module or outside is None or outside in NO_MODULES else None


def _isinstance(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    if len(args.pos) != 2:
        return TOP
    return answered(args.pos[0], lambda value: _is_one(m, value, args.pos[1]))


def _is_one(m: Machine, value: Value, kind: Value) -> Value:
    answer = is_instance(m, value, kind)
    return const(answer) if answer is not None else assumptions.outcome_value(m, assumptions.asked(m, ("isinstance", kind), value))


MODELS: dict[str, Model] = {"builtins.isinstance": _isinstance}
"""Python's function that asks for a class."""
