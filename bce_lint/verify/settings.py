"""The settings that losses are tried in: the grid without reduction, then seeded batches under every combination of options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import product
from typing import Any

from torch import Tensor

from bce_lint.verify import samples
from bce_lint.verify.row import Setting, given

REDUCTIONS = ("none", "mean", "sum")
_N, _K = 12, 3


def binary(seed: int) -> Iterator[Setting]:
    """Binary targets, with every kind of `weight`."""
    yield Setting("grid", samples.elements, samples.element_targets, {"reduction": "none"}, "target 0")
    for weight, reduction in product(_weights(seed), REDUCTIONS):
        yield _batch(seed, {**weight, "reduction": reduction})


def positive(seed: int) -> Iterator[Setting]:
    """`binary`, and with `pos_weight`, alone and beside a `weight`."""
    yield from binary(seed)
    for weight, reduction in product(_weights(seed), REDUCTIONS):
        yield _batch(seed, {**weight, "reduction": reduction, "pos_weight": 2 * samples.weights(seed + 9, _K)})


def _weights(seed: int) -> tuple[Mapping[str, Tensor], ...]:
    return ({}, *({"weight": samples.weights(seed, *shape)} for shape in ((), (_K,), (_N, 1), (_N, _K))))


def _batch(seed: int, options: Mapping[str, Any]) -> Setting:
    target = given(samples.fractions(seed, _N, _K))
    return Setting(named(options), partial(samples.logits, seed, shape=(_N, _K)), target, options)


def signs(seed: int) -> Iterator[Setting]:
    """Targets of -1 and 1."""
    target = given(samples.fractions(seed, _N, _K).round() * 2 - 1)
    for reduction in REDUCTIONS:
        yield Setting(f"reduction={reduction}", partial(samples.logits, seed, shape=(_N, _K)), target, {"reduction": reduction})


def labels(seed: int) -> Iterator[Setting]:
    """Several labels a row, with a weight of the classes, without the grid."""
    for weight, reduction in product(({}, {"weight": samples.weights(seed, _K)}), REDUCTIONS):
        yield _batch(seed, {**weight, "reduction": reduction})


def indexed(seed: int) -> Iterator[Setting]:
    """Class indices, in batches and in pictures, with `weight` and `ignore_index`."""
    yield Setting("grid", samples.rows, samples.row_targets, {"reduction": "none"}, "target class 0")
    for options, shape in product(_indexed_options(seed), ((_N,), (_N, 5))):
        yield _classes(seed, options, shape)


def smoothed(seed: int) -> Iterator[Setting]:
    """`indexed`, with `label_smoothing` as well, and with class probabilities for targets."""
    yield from indexed(seed)
    for options, shape in product(_indexed_options(seed), ((_N,), (_N, 5))):
        yield _classes(seed, {**options, "label_smoothing": 0.125}, shape)
    soft = given(samples.fractions(seed, _N, samples.CLASSES).softmax(1).mul(256).round().div(256))
    for weight, reduction in product(_class_weights(seed), REDUCTIONS):
        options = {**weight, "reduction": reduction, "label_smoothing": 0.125}
        yield Setting(f"probabilities, {named(options)}", partial(samples.logits, seed, shape=(_N, samples.CLASSES)), soft, options)


def distributions(seed: int) -> Iterator[Setting]:
    """Class probabilities for targets, with the reductions of `KLDivLoss`."""
    soft = given(samples.fractions(seed, _N, samples.CLASSES).softmax(1).mul(256).round().div(256))
    for reduction in (*REDUCTIONS, "batchmean"):
        yield Setting(f"reduction={reduction}", partial(samples.logits, seed, shape=(_N, samples.CLASSES)), soft, {"reduction": reduction})


def _indexed_options(seed: int) -> Iterator[dict[str, Any]]:
    for weight, ignored, reduction in product(_class_weights(seed), ({}, {"ignore_index": 1}), REDUCTIONS):
        yield {**weight, **ignored, "reduction": reduction}


def _class_weights(seed: int) -> tuple[Mapping[str, Tensor], ...]:
    return {}, {"weight": samples.weights(seed, samples.CLASSES)}


def _classes(seed: int, options: Mapping[str, Any], shape: tuple[int, ...]) -> Setting:
    logits = partial(samples.logits, seed, shape=(shape[0], samples.CLASSES, *shape[1:]))
    return Setting(f"{len(shape)}-D, {named(options)}", logits, given(samples.indices(seed, *shape)), options)


def named(options: Mapping[str, Any]) -> str:
    """Options for people: tensors by their shape."""
    texts = (f"{name}={list(value.shape) if isinstance(value, Tensor) else value}" for name, value in options.items())
    return ", ".join(texts)
