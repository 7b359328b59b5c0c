"""Operations that put a tensor into a domain: sigmoid, softmax, their logarithms, in every spelling.

Signatures and dimensions are as `tests/catalog/test_activations_torch.py` measures them: the third positional parameter of
`F.softmax` is `_stacklevel`, of `torch.softmax` it is `dtype`; `axis=` works for the builtins and the methods only
(`names.NUMPY_KEYWORDS`); without `dim` torch takes 0 for tensors of rank 0, 1 and 3, else 1; `nn.Softmax2d` works over dimension -3.
The hard sigmoid is no activation here: no loss is fused with it, so it is a bounded operation of the layer tables.
"""

from __future__ import annotations

from bce_lint.catalog.schema import REQUIRED, UNIT, Activation, Domain, Param, Range

LOG_RANGE = Range(float("-inf"), 0.0, True)
"""The logarithm of a probability."""

_X = Param("input", REQUIRED, tensor=True)
_DIM = Param("dim", None)
_FUNCTIONAL = (_X, _DIM, Param("_stacklevel", 3), Param("dtype", None))
_BUILTIN = (_X, Param("dim", REQUIRED), Param("dtype", None))
_SPECIAL = (_X, Param("dim", REQUIRED), Param("dtype", None, positional=False))
_MASKED = (_X, Param("dim", REQUIRED), Param("dtype", None, positional=False), Param("mask", None, tensor=True, positional=False))
_GUMBEL = (Param("logits", REQUIRED, tensor=True), Param("tau", 1), Param("hard", False), Param("eps", 1e-10), Param("dim", -1))

SIGMOID = Activation("sigmoid", Domain.PROBABILITY, UNIT, "torch.nn.Sigmoid", (), (_X,))
"""`sigmoid(x)`."""

LOGSIGMOID = Activation("logsigmoid", Domain.LOG_PROBABILITY, LOG_RANGE, "torch.nn.LogSigmoid", (), (_X,))
"""`log(sigmoid(x))`."""

SOFTMAX2D = Activation("softmax", Domain.CATEGORICAL, UNIT, "torch.nn.Softmax2d", (), (_X,), fixed_dim=-3)
"""`softmax(x, -3)`."""

GUMBEL_SOFTMAX = Activation("gumbel_softmax", Domain.CATEGORICAL, UNIT, None, None, _GUMBEL, "dim")
"""A softmax of the logits with noise."""


def _softmax(params: tuple[Param, ...], *, implicit: bool = False, name: str = "softmax", module: str = "torch.nn.Softmax") -> Activation:
    return Activation(name, Domain.CATEGORICAL, UNIT, module, (_DIM,), params, "dim", implicit)


def _log_softmax(params: tuple[Param, ...], *, implicit: bool = False) -> Activation:
    return Activation("log_softmax", Domain.LOG_CATEGORICAL, LOG_RANGE, "torch.nn.LogSoftmax", (_DIM,), params, "dim", implicit)


SOFTMAX = _softmax(_FUNCTIONAL, implicit=True)
"""`softmax(x, dim)` as `torch.nn.functional` and `torch.nn` give it: `dim` may be left out."""

LOG_SOFTMAX = _log_softmax(_FUNCTIONAL, implicit=True)
"""`log(softmax(x, dim))`, likewise."""

SOFTMIN = _softmax(_FUNCTIONAL, implicit=True, name="softmin", module="torch.nn.Softmin")
"""`softmax(-x, dim)`, likewise."""

MODULES: dict[str, Activation] = {
    "torch.nn.Sigmoid": SIGMOID,
    "torch.nn.LogSigmoid": LOGSIGMOID,
    "torch.nn.Softmax": SOFTMAX,
    "torch.nn.Softmax2d": SOFTMAX2D,
    "torch.nn.LogSoftmax": LOG_SOFTMAX,
    "torch.nn.Softmin": SOFTMIN,
}
"""Activation classes by canonical name."""

FUNCTIONS: dict[str, Activation] = {
    "torch.sigmoid": SIGMOID,
    "torch.sigmoid_": SIGMOID,
    "torch.special.expit": SIGMOID,
    "torch.nn.functional.sigmoid": SIGMOID,
    "torch.nn.functional.logsigmoid": LOGSIGMOID,
    "torch.nn.functional.softmax": SOFTMAX,
    "torch.nn.functional.log_softmax": LOG_SOFTMAX,
    "torch.nn.functional.softmin": SOFTMIN,
    "torch.nn.functional.gumbel_softmax": GUMBEL_SOFTMAX,
    "torch.softmax": _softmax(_BUILTIN),
    "torch.log_softmax": _log_softmax(_BUILTIN),
    "torch.special.softmax": _softmax(_BUILTIN),
    "torch.special.log_softmax": _log_softmax(_SPECIAL),
    "torch.sparse.softmax": _softmax(_BUILTIN),
    "torch.sparse.log_softmax": _log_softmax(_BUILTIN),
    "torch.masked.softmax": _softmax(_MASKED),
    "torch.masked.log_softmax": _log_softmax(_MASKED),
    "torch.masked.softmin": _softmax(_MASKED, name="softmin", module="torch.nn.Softmin"),
}
"""Activation functions by canonical name."""

METHODS: dict[str, Activation] = {
    "sigmoid": SIGMOID,
    "sigmoid_": SIGMOID,
    "softmax": FUNCTIONS["torch.softmax"],
    "log_softmax": FUNCTIONS["torch.log_softmax"],
}
"""Tensor methods; the tensor is the first of `params`."""

INPLACE: frozenset[str] = frozenset({"torch.sigmoid_", "sigmoid_"})
"""Functions and methods that write the result back."""
