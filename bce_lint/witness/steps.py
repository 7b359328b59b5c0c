"""Steps of training: where one ends, and which of them are watched."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Final

import torch
from torch import overrides
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook
from torch.overrides import TorchFunctionMode

from bce_lint.witness.construct import patched

_TURN: Final = 0.6180339887498949
_modes: Final[Callable[[], list[Any]]] = overrides._get_current_function_mode_stack
_pop: Final[Callable[[], Any]] = overrides._pop_mode
_push: Final[Callable[[Any], None]] = overrides._push_mode


class Stack:
    """Puts a mode into the stack of modes and takes it out again, wherever in it it is."""

    def __init__(self, mode: TorchFunctionMode) -> None:
        self._mode = mode
        self._depth = len(_modes())

    @property
    def active(self) -> bool:
        """True if the mode is in the stack."""
        return any(one is self._mode for one in _modes())

    def put(self) -> None:
        """Puts the mode below all modes that came after it: each of those takes off what lies on top when it ends."""
        if not self.active:
            above = self._off(lambda stack: len(stack) > self._depth)
            _push(self._mode)
            self._on(above)

    def take(self) -> None:
        """Takes the mode out."""
        if self.active:
            above = self._off(lambda stack: stack[-1] is not self._mode)
            _pop()
            self._on(above)

    def _off(self, more: Callable[[list[Any]], bool]) -> list[Any]:
        above = []
        while more(_modes()):
            above.append(_pop())
        return above

    def _on(self, above: list[Any]) -> None:
        for mode in reversed(above):
            _push(mode)


class Steps:
    """Takes the mode out where no loss is computed, and leaves it out of all steps but one in `sample`.

    The steps are spread so that two losses that take turns are both seen.
    """

    def __init__(self, stack: Stack, sample: int) -> None:
        self._stack, self._sample = stack, sample
        self._thread = threading.get_ident()
        self._number = 0
        self._backward = False
        self._within = False
        self.watched = 1

    def watching(self, stack: ExitStack) -> None:
        """Follows the steps until the stack is closed."""
        stack.enter_context(patched(torch.Tensor, "backward", self._wrapped))
        stack.enter_context(patched(torch.autograd, "backward", self._wrapped))
        for handle in (register_optimizer_step_pre_hook(self._before), register_optimizer_step_post_hook(self._after)):
            stack.callback(handle.remove)

    @property
    def total(self) -> int:
        """How many steps there were."""
        return self._number + 1

    def _wrapped(self, original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def backward(*args: Any, **kwargs: Any) -> Any:
            """The call that ends a step."""
            if threading.get_ident() != self._thread or self._within:
                return original(*args, **kwargs)
            self._within = True
            self._stack.take()
            try:
                return original(*args, **kwargs)
            finally:
                self._within, self._backward = False, True
                self._next()

        return backward

    def _before(self, optimizer: torch.optim.Optimizer, args: Any, kwargs: Any) -> None:
        # A closure computes the loss inside the step.
        if threading.get_ident() == self._thread and not any((*args[1:2], kwargs.get("closure"))):
            self._stack.take()

    def _after(self, optimizer: torch.optim.Optimizer, args: Any, kwargs: Any) -> None:
        if threading.get_ident() != self._thread or self._within:
            return
        if self._backward:
            self._backward = False
            self._resume()
        else:
            self._next()

    def _next(self) -> None:
        self._number += 1
        if self._chosen():
            self.watched += 1
        self._resume()

    def _chosen(self) -> bool:
        return (self._number * _TURN) % 1.0 < 1.0 / self._sample

    def _resume(self) -> None:
        if self._chosen():
            self._stack.put()
        else:
            self._stack.take()
