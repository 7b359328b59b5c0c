"""Constructors while a run is watched: where modules are made, and what loss and activation classes are given."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch

from bce_lint.analysis.models.losses import misplaced
from bce_lint.analysis.sites import ActivationSite, ConstructorSite, OptionSite
from bce_lint.analysis.state.frames import Args
from bce_lint.catalog import activations, losses
from bce_lint.catalog.schema import Activation, Contract
from bce_lint.rules.runtime_places import CONSTRUCTOR
from bce_lint.witness.entries import Entered
from bce_lint.witness.here import Here, Made
from bce_lint.witness.marks import Marks
from bce_lint.witness.places import RuntimePlaces
from bce_lint.witness.record import Recorder
from bce_lint.witness.sites import options
from bce_lint.witness.transfer import value_of


@contextmanager
def patched(owner: Any, name: str, wrap: Callable[[Any], Any]) -> Iterator[None]:
    """An attribute of a class or a module replaced, and put back as it was."""
    own = name in vars(owner)
    original = getattr(owner, name)
    setattr(owner, name, wrap(original))
    try:
        yield
    finally:
        setattr(owner, name, original) if own else delattr(owner, name)


def _remembered(module: torch.nn.Module) -> bool:
    """True if it matters where a module was made: a module of torch, or a loss that inherits from one."""
    return type(module).__module__.startswith("torch.nn.") or isinstance(module, torch.nn.modules.loss._Loss)


class Constructors:
    """Watches the constructors of one thread."""

    def __init__(self, marks: Marks, record: Recorder, places: RuntimePlaces, made: Made) -> None:
        self.marks, self.record, self.places, self.made = marks, record, places, made
        self._thread = threading.get_ident()
        self._within = False

    def watching(self, stack: ExitStack) -> None:
        """Wraps the constructors until the stack is closed."""
        stack.enter_context(patched(torch.nn.Module, "__init__", self._module))
        for name, contract in losses.MODULES.items():
            self._class(stack, name, contract)
        for name, row in activations.MODULES.items():
            self._class(stack, name, row)

    def _class(self, stack: ExitStack, name: str, subject: Contract | Activation) -> None:
        found = getattr(torch.nn, name.removeprefix("torch.nn."), None)
        if isinstance(found, type):
            stack.enter_context(patched(found, "__init__", functools.partial(self._subject, subject)))

    def _module(self, original: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(original)
        def init(module: torch.nn.Module, /, *args: Any, **kwargs: Any) -> None:
            """The constructor, watched."""
            original(module, *args, **kwargs)
            if threading.get_ident() == self._thread and _remembered(module):
                self.made.note(module, Here(self.places, self.made).place(whole=True))

        return init

    def _subject(self, subject: Contract | Activation, original: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(original)
        def init(module: torch.nn.Module, /, *args: Any, **kwargs: Any) -> None:
            """The constructor, watched."""
            if threading.get_ident() != self._thread or self._within:
                return original(module, *args, **kwargs)
            self._within = True
            try:
                self._given(subject, Entered(args, kwargs))
                return original(module, *args, **kwargs)
            finally:
                self._within = False

        return init

    def _given(self, subject: Contract | Activation, call: Entered) -> None:
        here = Here(self.places, self.made)
        if here.look().internal or here.look().frame is None:
            return
        place = here.place()
        self.record.look(CONSTRUCTOR, place)
        if isinstance(subject, Contract):
            reason = misplaced(subject.init or (), Args(tuple(value_of(self.marks, one) for one in call.args)))
            found = options(subject.init or (), call, place)
            if found:
                self.record.add(OptionSite(subject, place.text, place, found, functional=False))
        else:
            given = (*call.args[:1], *call.kwargs.values())
            reason = "it takes no tensor" if any(isinstance(one, torch.Tensor) for one in given) else None
            self._without_dim(here, subject, call, reason)
        if reason is not None:
            self.record.add(ConstructorSite(subject, place.text, place, reason))

    def _without_dim(self, here: Here, row: Activation, call: Entered, reason: str | None) -> None:
        if row.implicit_dim and reason is None and call.get(0, row.dim or "") is None:
            place = here.place(whole=True)
            self.record.add(ActivationSite(row, place.text, place, "missing", ()))
