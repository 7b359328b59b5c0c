"""What users of a tensor care about: which operations only move its values, and which see nothing but their order.

An activation and an operation of `MOVING` can be applied in either order. Sigmoid is increasing, softmax is along its dimension,
so the operations of `RANKING` give the same positions before and after them (over that dimension).
"""

from __future__ import annotations

from typing import Final

from bce_lint.catalog import activations
from bce_lint.catalog.layers import LAYERS
from bce_lint.catalog.schema import Kind
from bce_lint.catalog.tensors import ATTRIBUTES, FUNCTIONS, METHODS


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ROWS = tuple((name.rpartition(".")[2], row) for table in (FUNCTIONS, METHODS, ATTRIBUTES, LAYERS) for name, row in table.items())

NEUTRAL: Final = frozenset(name for name, row in _ROWS if row.use == "kept")
"""Functions, methods, attributes and layers that leave every value in its place, by their last name."""

PICKING: Final = frozenset(name for name, row in _ROWS if row.use == "picked")
"""Those that may pick values along one dimension."""

MOVING: Final = NEUTRAL | PICKING | {name for name, row in _ROWS if row.use == "moved"}
"""All those that only move values."""

RANKING: Final = frozenset(name for name, row in _ROWS if row.use == "ranked")
"""Operations that give positions."""

SELECTING: Final = frozenset(name for name, row in _ROWS if row.use == "selected")
"""Operations that give values and positions."""

_LAYOUT_METHODS = {name: row for name, row in METHODS.items() if row.use == "layout"}

LAYOUT: Final = _words("shape device dtype ndim is_cuda requires_grad layout grad_fn is_leaf").union(
    name for name, row in _LAYOUT_METHODS.items() if row.kind is Kind.SCALAR
)
"""Attributes and methods that do not look at the values."""

LAYOUT_CALLS: Final = _words("builtins.len builtins.isinstance builtins.type builtins.id builtins.hasattr").union(
    (name for name, row in FUNCTIONS.items() if row.use == "layout"),
    (f".{name}" for name, row in _LAYOUT_METHODS.items() if row.kind is not Kind.SCALAR),
)
"""Callables that do not look at the values of the tensor they are given; methods begin with a dot."""

LINEAR: Final = frozenset(name for name, row in METHODS.items() if row.linear and not row.inplace)
"""Methods before which a minus is one behind them: sums, means, views."""

REPACKING: Final = frozenset(f"builtins.{name}" for name in ("zip", "enumerate", "list", "tuple", "reversed", "iter", "next", "dict"))
"""Builtins that hand the values in a container on in another one."""

FILLING: Final = frozenset({".append", ".extend", ".insert", ".add", ".appendleft"})
"""Methods that put what they are given into their receiver."""

_TURNING = frozenset({"softmin", "Softmin", "gumbel_softmax"})

ACTIVATIONS: Final = (
    frozenset(name.rpartition(".")[2] for table in (activations.FUNCTIONS, activations.METHODS, activations.MODULES) for name in table)
    - _TURNING
)
"""Activations by their last name that keep the order of what they are applied to: softmin turns it around, and noise breaks it."""

STOPPING: Final = _words("detach detach_ data item tolist numpy")
"""Methods and attributes that give a tensor's values without its gradient."""

QUIET_BUILTINS: Final = frozenset(f"builtins.{name}" for name in _words("print repr str format float int bool isinstance type"))
"""Builtins that ask for a value at most."""

REPORTING: Final = _words(
    """
    info debug warning error critical log log_dict log_metric log_metrics add_scalar add_scalars add_histogram set_postfix
    set_description write
    """
)
"""Methods that write down what they are given: those of loggers, progress bars and dashboards."""

HOLDING: Final = _words("retain_grad register_hook grad register_post_accumulate_grad_hook")
"""Methods and attributes that are about the very tensor, not about its values."""
