"""Callables, methods and attributes around a module, by what they let others do with it."""

from __future__ import annotations

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


QUIET: Final = _words(
    """
    builtins.isinstance builtins.type builtins.id builtins.hasattr builtins.setattr builtins.len builtins.repr builtins.str
    builtins.print copy.deepcopy torch.nn.DataParallel torch.nn.parallel.DistributedDataParallel torch.compile .fit .validate .prepare
    .setup .watch builtins.super builtins.callable
    """
)
"""Callables that may be given a model without anyone reading what it returns, but by calls that can be seen."""

HOOKS: Final = _words("register_forward_hook register_forward_pre_hook register_full_backward_hook")
"""Methods of a module that let others see what it returns."""

CHILDREN: Final = _words("children modules named_children named_modules _modules parameters_and_buffers pop insert extend")
"""Methods and attributes by which the layers of a container are counted or fetched."""

WRAPPED: Final = _words("module _orig_mod")
"""Attributes of a wrapper that hold the module itself, which can then be called without being seen."""

MODULE: Final = "torch.nn.Module"
"""The base of all modules."""

TENSORS: Final = _words(
    "torch.Tensor torch.nn.Parameter torch.nn.UninitializedParameter torch.nn.Buffer torch.nn.UninitializedBuffer"
)
"""Classes of tensors."""

NO_MODULES: Final = TENSORS | _words(
    """
    torch.nn.LinearCrossEntropyOptions torch.nn.PackedSequence torch.nn._ASMoutput torch.nn._BufferMeta torch.nn._IncompatibleKeys
    torch.nn._ParameterMeta torch.nn._WrappedHook torch.nn._cross_map_lrn2d torch.nn.sync_batch_norm
    torch.nn.utils.rnn.PackedSequence torch.nn.utils.rnn.PackedSequence_
    """
)
"""Classes in and around `torch.nn` that are no modules."""

_MIXED: Final = _words("torch.nn.LazyModuleMixin torch.nn._LazyConvXdMixin torch.nn.UninitializedTensorMixin")
"""Classes that make part of a module, or of a tensor, beside another base."""

_BESIDE: Final = (
    "torch.nn.utils.", "torch.nn.attention.", "torch.nn.functional.", "torch.nn.parallel.", "torch.nn.cpp.", "torch.nn.lazy.",
    "torch.nn._functions.", "torch.nn.linear_cross_entropy.", "torch.nn.linear_cross_entropy_options.",
)  # fmt: skip
"""Where torch keeps classes of both kinds."""

_PARALLEL: Final = "torch.nn.parallel.DistributedDataParallel"
"""A module that is kept there."""


def is_module(name: str) -> bool | None:
    """Whether a class outside the project is a module, as far as that is known."""
    if name in NO_MODULES:
        return False
    if name in _MIXED:
        return None
    return True if name == _PARALLEL or (name.startswith("torch.nn.") and not name.startswith(_BESIDE)) else None


MODULE_ATTRIBUTES: Final = _words(
    """
    T_destination _apply _backward_hooks _backward_pre_hooks _buffers _call_impl _compiled_call_impl _forward_hooks
    _forward_hooks_always_called _forward_hooks_with_kwargs _forward_pre_hooks _forward_pre_hooks_with_kwargs _get_backward_hooks
    _get_backward_pre_hooks _get_name _is_full_backward_hook _load_from_state_dict _load_state_dict_post_hooks
    _load_state_dict_pre_hooks _maybe_warn_non_full_backward_hook _modules _named_members _non_persistent_buffers_set _parameters
    _register_load_state_dict_pre_hook _register_state_dict_hook _replicate_for_data_parallel _save_to_state_dict _slow_forward
    _state_dict_hooks _state_dict_pre_hooks _version _wrapped_call_impl add_module apply bfloat16 buffers call_super_init children
    compile cpu cuda double dump_patches eval extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half ipu
    load_state_dict modules mtia named_buffers named_children named_modules named_parameters parameters register_backward_hook
    register_buffer register_forward_hook register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook
    register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module register_parameter
    register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state set_submodule share_memory state_dict to
    to_empty train training type xpu zero_grad
    """
)
"""The attributes that every module has, but for those that Python gives to all objects; it has no others until somebody stores them."""

STATE: Final = _words("state_dict load_state_dict parameters named_parameters train eval zero_grad")
"""Methods of a module that do not call it."""
