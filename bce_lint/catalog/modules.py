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

STATE: Final = _words("state_dict load_state_dict parameters named_parameters train eval zero_grad")
"""Methods of a module that do not call it."""
