"""What users of a tensor care about: which operations only move its values, and which see nothing but their order.

An activation and an operation of `MOVING` can be applied in either order. Sigmoid is increasing, softmax is along its dimension,
so the operations of `RANKING` give the same positions before and after them (over that dimension).
"""

from __future__ import annotations

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MOVING: Final = _words(
    """
    reshape squeeze unsqueeze flatten unflatten ravel t clone detach permute transpose swapdims swapaxes movedim moveaxis
    atleast_1d atleast_2d atleast_3d broadcast_to flip fliplr flipud roll rot90 tile repeat_interleave expand expand_as view view_as
    reshape_as contiguous cpu cuda xpu to float half double bfloat16 type type_as index_select gather narrow select chunk split unbind
    cat concat concatenate stack hstack vstack where requires_grad_ repeat pin_memory masked_select take_along_dim squeeze_ unsqueeze_
    detach_ T mT data Identity Flatten
    """
)
"""Functions, methods, attributes and layers by their last name."""

NEUTRAL: Final = _words(
    "detach clone contiguous cpu cuda xpu to float half double bfloat16 type type_as requires_grad_ pin_memory detach_ data conj Identity"
)
"""Those of them that leave every value in its place."""

PICKING: Final = _words("index_select gather narrow select chunk split unbind take_along_dim masked_select")
"""Those of them that may pick values along one dimension."""

LAYOUT: Final = _words("shape device dtype ndim is_cuda requires_grad layout grad_fn is_leaf size dim numel nelement get_device")
"""Attributes and methods that do not look at the values."""

LAYOUT_CALLS: Final = _words(
    """
    builtins.len builtins.isinstance builtins.type builtins.id builtins.hasattr torch.is_tensor torch.zeros_like torch.ones_like
    torch.empty_like torch.rand_like torch.randn_like torch.full_like .new_zeros .new_ones .new_empty .new_full .new_tensor
    """
)
"""Callables that do not look at the values of the tensor they are given; methods begin with a dot."""

REPACKING: Final = frozenset(
    f"builtins.{name}" for name in ("zip", "enumerate", "list", "tuple", "reversed", "iter", "next", "dict")
)
"""Builtins that hand the values in a container on in another one."""

RANKING: Final = frozenset({"argmax", "argmin", "argsort"})
"""Operations that give positions."""

SELECTING: Final = frozenset({"max", "min", "topk", "sort", "kthvalue", "mode", "median"})
"""Operations that give values and positions."""

FILLING: Final = frozenset({".append", ".extend", ".insert", ".add", ".appendleft"})
"""Methods that put what they are given into their receiver."""

QUIET: Final = _words(
    """
    builtins.isinstance builtins.type builtins.id builtins.hasattr builtins.setattr builtins.len builtins.repr builtins.str
    builtins.print copy.deepcopy torch.nn.DataParallel torch.nn.parallel.DistributedDataParallel torch.compile .fit .validate .prepare
    .setup .watch builtins.super builtins.callable
    """
)
"""Callables that may be given a model without anyone reading what it returns, but by calls that can be seen."""

ACTIVATIONS: Final = _words("sigmoid softmax log_softmax logsigmoid expit sigmoid_ Sigmoid Softmax LogSoftmax LogSigmoid Softmax2d")
"""Activations by their last name."""

HOOKS: Final = _words("register_forward_hook register_forward_pre_hook register_full_backward_hook")
"""Methods of a module that let others see what it returns."""

HOLDING: Final = _words("retain_grad register_hook grad register_post_accumulate_grad_hook")
"""Methods and attributes that are about the very tensor, not about its values."""

CHILDREN: Final = _words("children modules named_children named_modules _modules parameters_and_buffers pop insert extend")
"""Methods and attributes by which the layers of a container are counted or fetched."""

WRAPPED: Final = _words("module _orig_mod")
"""Attributes of a wrapper that hold the module itself, which can then be called without being seen."""

STATE: Final = _words("state_dict load_state_dict parameters named_parameters train eval zero_grad")
"""Methods of a module that do not call it."""
