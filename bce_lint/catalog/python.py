"""What Python's builtins and standard library promise, as far as values flow through them."""

from __future__ import annotations

BUILTINS = frozenset(
    """abs all any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex delattr dict dir
    divmod enumerate eval exec exit filter float format frozenset getattr globals hasattr hash help hex id input int
    isinstance issubclass iter len list locals map max memoryview min next object oct open ord pow print property quit
    range repr reversed round set setattr slice sorted staticmethod str sum super tuple type vars zip __import__
    Exception ValueError TypeError KeyError RuntimeError NotImplementedError AttributeError ImportError IndexError
    StopIteration OSError AssertionError ArithmeticError BaseException KeyboardInterrupt NotImplemented""".split()
)
"""The names every module can read without importing them."""

NEVER_RETURN = frozenset({"sys.exit", "os._exit", "builtins.exit", "builtins.quit", "os.abort"})
"""Calls after which no statement runs."""

TRANSPARENT_ITERATORS = frozenset(
    {"tqdm.tqdm", "tqdm.auto.tqdm", "tqdm.notebook.tqdm", "tqdm.trange", "builtins.iter", "builtins.reversed", "builtins.sorted",
     "rich.progress.track", "alive_progress.alive_it", "itertools.cycle", "itertools.islice"}  # fmt: skip
)
"""Calls that iterate over what their first argument iterates over (not always in its order)."""

COPIES = frozenset({"copy.copy", "copy.deepcopy"})
"""Calls that return an object with the same content as their first argument."""

DATACLASS = frozenset({"dataclasses.dataclass", "attr.s", "attr.attrs", "attr.dataclass", "attrs.define", "attrs.frozen", "attr.define"})
"""Decorators that write `__init__` from the annotated fields of a class."""

NAMED_TUPLE = frozenset({"typing.NamedTuple"})
"""Base classes whose annotated fields are the items of a tuple."""

HARMLESS_PACKAGES = frozenset(
    """abc atexit beartype builtins click contextlib dataclasses fire functools gin hydra jaxtyping lightning lightning_utilities nox
    numba overrides pytest pytorch_lightning ray sacred torch torchtyping tqdm typeguard typer typing typing_extensions unittest warnings
    bce_lint""".split()
)
"""Packages whose decorators leave what a function returns as it is."""

HARMLESS_DECORATORS = frozenset({"tenacity.retry", "retry.retry", "mlflow.trace", "line_profiler.profile"})
"""Single decorators of which the same holds."""
