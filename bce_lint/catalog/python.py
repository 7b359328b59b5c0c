"""What Python's builtins and standard library promise, as far as values flow through them."""

from __future__ import annotations

BUILTINS = frozenset(
    (
        "ArithmeticError", "AssertionError", "AttributeError", "BaseException", "Exception", "ImportError", "IndexError", "KeyError",
        "KeyboardInterrupt", "NotImplemented", "NotImplementedError", "OSError", "RuntimeError", "StopIteration", "TypeError", "ValueError",
        "__import__", "abs", "all", "any", "ascii", "bin", "bool", "breakpoint",
        "bytearray", "bytes", "callable", "chr", "classmethod", "compile", "complex", "delattr",
        "dict", "dir", "divmod", "enumerate", "eval", "exec", "exit", "filter",
        "float", "format", "frozenset", "getattr", "globals", "hasattr", "hash", "help",
        "hex", "id", "input", "int", "isinstance", "issubclass", "iter", "len",
        "list", "locals", "map", "max", "memoryview", "min", "next", "object",
        "oct", "open", "ord", "pow", "print", "property", "quit", "range",
        "repr", "reversed", "round", "set", "setattr", "slice", "sorted", "staticmethod",
        "str", "sum", "super", "tuple", "type", "vars", "zip",
    )
)  # fmt: skip
"""The names every module can read without importing them."""

PARTIAL = "functools.partial"
"""Binds arguments of what it is given."""

NEVER_RETURN = frozenset(
    (
        "builtins.exit", "builtins.quit", "os._exit", "os.abort", "pytest.exit", "pytest.fail", "pytest.skip", "pytest.xfail", "sys.exit",
    )
)  # fmt: skip
"""Calls after which no statement runs."""

TRANSPARENT_ITERATORS = frozenset(
    (
        "alive_progress.alive_it", "rich.progress.track", "tqdm.auto.tqdm",
        "tqdm.notebook.tqdm", "tqdm.tqdm", "tqdm.trange",
    )
)  # fmt: skip
"""Calls that iterate over what their first argument iterates over (not always in its order)."""

NAMESPACES = frozenset(
    (
        "argparse.Namespace", "types.SimpleNamespace",
    )
)  # fmt: skip
"""Classes of objects that have the attributes they are given."""

CHECKPOINTS = frozenset(
    (
        "torch.utils.checkpoint.checkpoint",
    )
)  # fmt: skip
"""Calls of their first argument with the others, but for their own options."""

CHECKPOINT_OPTIONS = frozenset(("use_reentrant", "context_fn", "determinism_check", "debug", "early_stop", "preserve_rng_state"))
"""The options of such a call."""

DATACLASS = frozenset(
    (
        "attr.attrs", "attr.dataclass", "attr.define", "attr.s", "attrs.define", "attrs.frozen", "dataclasses.dataclass",
    )
)  # fmt: skip
"""Decorators that write `__init__` from the annotated fields of a class."""

BARE_BASES = frozenset(
    (
        "abc.ABC", "builtins.object", "typing.Generic", "typing.Protocol",
    )
)  # fmt: skip
"""Base classes that give their instances no attributes."""

NAMED_TUPLE = frozenset(
    (
        "typing.NamedTuple",
    )
)  # fmt: skip
"""Base classes whose annotated fields are the items of a tuple."""

HARMLESS_PACKAGES = frozenset(
    (
        "abc", "atexit", "bce_lint", "beartype", "builtins", "click", "contextlib", "dataclasses",
        "fire", "functools", "gin", "hydra", "jaxtyping", "lightning", "lightning_utilities", "nox",
        "numba", "overrides", "pytest", "pytorch_lightning", "ray", "sacred", "torch", "torchtyping",
        "tqdm", "typeguard", "typer", "typing", "typing_extensions", "unittest", "warnings",
    )
)  # fmt: skip
"""Packages whose decorators leave what a function returns as it is."""

HARMLESS_DECORATORS = frozenset(
    (
        "deprecated.deprecated", "line_profiler.profile", "mlflow.trace", "pydantic.validate_arguments", "pydantic.validate_call",
        "retry.retry", "tenacity.retry",
    )
)  # fmt: skip
"""Single decorators of which the same holds."""

CALLED_BY_NAME = frozenset(
    (
        "compute_loss", "forward", "predict_step", "test_step", "training_step", "validation_step",
    )
)  # fmt: skip
"""Methods that a framework calls by these names: what a decorator leaves of one is called as it was."""
