"""Runs the files of a fixture in this process: what in them can be called without asking anybody, and how each call ends."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import inspect
import io
import itertools
import os
import random
import re
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType, FunctionType, ModuleType
from typing import NamedTuple

import torch
from torch import Tensor, nn

from tests.planted.execute import importable

SECONDS = 10
BATCH = 4
_LAYER = re.compile(r"(?:Linear|Conv\dd|Embedding)\((\d+)(?:, (\d+))?")
_MANY = 400
_TRIED = 12
_PARAMETERS = 5


class Ending(NamedTuple):
    """How a call ended: what it returned, or the exception that it raised."""

    value: object = None
    error: BaseException | None = None


Endings = dict[str, Ending]


class _TooLong(BaseException):
    """A fixture that does not end. No `except Exception` of the fixture catches it."""


@contextlib.contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Stops what runs inside after some seconds."""

    def _stop(number: int, frame: FrameType | None) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGALRM, _stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


class Fixture:
    """The files of one state of a fixture, imported."""

    def __init__(self, files: Mapping[str, str], folder: Path) -> None:
        self.endings: Endings = {}
        self.modules: dict[str, ModuleType] = {}
        self._called: dict[str, Callable[..., object]] = {}
        self.text = "\n".join(files.values())
        with importable(files, folder), self._quiet(folder):
            for path in sorted(files):
                name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
                self._import(name)
            for name, module in self.modules.items():
                self._offered(name, module)

    @contextlib.contextmanager
    def _quiet(self, folder: Path) -> Iterator[None]:
        where = os.getcwd()
        os.chdir(folder)
        argv, sys.argv = sys.argv, ["fixture"]
        try:
            with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                warnings.simplefilter("ignore")
                yield
        finally:
            os.chdir(where)
            sys.argv = argv
            torch.set_default_dtype(torch.float32)

    def _import(self, name: str) -> None:
        ending = ended(lambda: __import__(name, fromlist=["*"]))
        self.endings[f"import {name}"] = Ending(error=ending.error)
        if isinstance(ending.value, ModuleType):
            self.modules[name] = ending.value

    def _offered(self, module: str, found: ModuleType) -> None:
        for name, value in sorted(vars(found).items()):
            if getattr(value, "__module__", None) != module:
                continue
            if isinstance(value, FunctionType):
                self._called[f"{module}.{name}"] = value
            elif isinstance(value, type):
                made = ended(value)
                self.endings[f"{module}.{name}()"] = Ending(error=made.error)
                for method in _methods(value) if made.error is None else ():
                    self._called[f"{module}.{name}().{method}"] = getattr(made.value, method)
            if isinstance(value, nn.Module):
                self._called[f"{module}.{name}"] = value

    def ending(self, name: str) -> Ending:
        """How an import or a construction ended."""
        return self.endings.get(name, Ending(error=AttributeError(name)))

    def call(self, name: str, arguments: tuple[object, ...], folder: Path) -> Ending:
        """How a call of something that the fixture offers ends."""
        if name not in self._called:
            return Ending(error=AttributeError(name))
        with self._quiet(folder):
            return ended(lambda: self._called[name](*copy.deepcopy(arguments)))

    def offers(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """What can be called, and the names of the arguments that it must be given."""
        for name, function in sorted(self._called.items()):
            with contextlib.suppress(TypeError, ValueError):
                params = inspect.signature(function).parameters.values()
                fixed = [p for p in params if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
                if not any(p.kind is p.KEYWORD_ONLY and p.default is p.empty for p in params):
                    yield name, ("x",) if isinstance(function, nn.Module) else tuple(p.name for p in fixed if p.default is p.empty)


def _methods(made: type) -> Iterator[str]:
    """The methods that a class of a fixture defines, its constructor and what Python calls apart."""
    for name, value in sorted(vars(made).items()):
        if isinstance(value, FunctionType) and not name.startswith("__"):
            yield name


def ended(action: Callable[[], object]) -> Ending:
    """How an action ends, from a fixed seed; a coroutine is run."""
    torch.default_generator.manual_seed(0)  # `torch.manual_seed` writes down the whole stack for each kind of device
    random.seed(0)
    try:
        with limited(SECONDS):
            value = action()
            return Ending(asyncio.run(value) if inspect.iscoroutine(value) else value)
    except (Exception, SystemExit, _TooLong) as error:
        return Ending(error=error.with_traceback(None))


class Samples:
    """What the functions of a fixture may take: inputs as wide as its layers, targets of each kind, models, losses and batches of these."""

    def __init__(self, text: str) -> None:
        torch.default_generator.manual_seed(1)
        layers = [(int(a), int(b or 1)) for a, b in _LAYER.findall(text)]
        wide = list(dict.fromkeys([size for pair in layers for size in pair] or [3, 8, 2]))[:4]
        self.inputs: list[object] = [torch.randn(BATCH, size) for size in wide]
        if "Conv2d" in text:
            self.inputs[:0] = [torch.randn(BATCH, size, 8, 8) for size in wide[:2]]
        if any(word in text for word in ("Conv1d", "LSTM", "Transformer", "permute", "transpose")):
            self.inputs[:0] = [torch.randn(BATCH, size, size) for size in wide[:2]]
        self.inputs.append(torch.randn(BATCH))
        sizes = list(dict.fromkeys([*(b for _, b in layers), *wide]))[:3]
        self.targets: list[object] = [*(torch.rand(BATCH, size) for size in sizes), torch.randint(0, 2, (BATCH,)), torch.rand(BATCH)]
        self.targets += [torch.rand(BATCH // 2), torch.rand(wide[0])]
        self.targets += [torch.randint(0, 2, (BATCH, 1)), torch.randint(0, 2, (BATCH, sizes[0])), torch.rand(BATCH, sizes[0], 8, 8)]
        self.models: list[object] = [nn.Linear(wide[0], size) for size in (1, 3, wide[0])]
        self.losses: list[object] = [nn.BCELoss(), nn.BCEWithLogitsLoss(), nn.CrossEntropyLoss(), nn.NLLLoss(), nn.MSELoss()]

    def named(self, name: str, place: int) -> list[object]:
        """What may be given for a parameter."""
        if re.search(r"model|net|module|encoder|backbone|head|teacher|student", name):
            return self.models
        if re.search(r"criter|loss", name):
            return self.losses
        if re.search(r"load|batches|data|pairs", name):
            return [[pair, pair] for pair in self._pairs()]
        if re.search(r"batch$", name):
            return [*self._pairs(), *self.inputs]
        if re.search(r"idx|index|epoch|step|count", name):
            return [0]
        if re.search(r"optim", name):
            return [torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1)]
        if re.search(r"flag|train|use_|debug|verbose|mode", name):
            return [True]
        if re.fullmatch(r"ys?|target\w*|label\w*|truth", name):
            return [*self.targets, *self.inputs]
        if name == "device":
            return ["cpu"]
        return [self.inputs, [*self.targets, *self.inputs], self.targets][min(place, 2)]

    def _pairs(self) -> list[object]:
        found = sorted(itertools.product(self.inputs[:3], self.targets[:5]), key=_shapes)
        return list(found)

    def arguments(self, names: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
        """Arguments for some parameters, those of one shape first."""
        tensors = 0
        pools = []
        for name in names:
            pools.append(self.named(name, tensors))
            tensors += isinstance(pools[-1][0], Tensor)
        yield from sorted(itertools.islice(itertools.product(*pools), _MANY), key=_shapes)


def _shapes(given: tuple[object, ...]) -> int:
    return len({one.shape for one in given if isinstance(one, Tensor)})


def compared(before: Fixture, after: Fixture, folder: Path) -> tuple[list[str], list[tuple[str, Ending, Ending]]]:
    """What ran before and does not any more, and the calls that ended well before, with both endings.

    A call is broken that ends well with some arguments before, and with none of those after: the others may be arguments that
    only the code before took, such as targets of another shape than their inputs.
    """
    broken = [f"{name}: {after.ending(name).error!r}"
              for name, one in before.endings.items() if one.error is None and after.ending(name).error is not None]  # fmt: skip
    ran: list[tuple[str, Ending, Ending]] = []
    samples = Samples(before.text)
    for name, names in before.offers():
        failed: list[str] = []
        tried = (given for given in samples.arguments(names) if before.call(name, given, folder).error is None)
        for given in itertools.islice(tried, _TRIED) if len(names) <= _PARAMETERS else ():
            first, second = before.call(name, given, folder), after.call(name, given, folder)
            if second.error is None:
                ran.append((name, first, second))
                failed = []
                break
            failed.append(f"{name}({', '.join(map(_shown, given))}): {second.error!r}")
        broken += failed[:1]
    return broken, ran


def _shown(given: object) -> str:
    return str(tuple(given.shape)) if isinstance(given, Tensor) else type(given).__name__
