"""What is planted: for each case a wrong program and the right ones that a careful engineer would make of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.planted.table import LOGIT_LOSSES, LOSSES, REACHED, TWICE, input_code

RUNS: tuple[str, ...] = ()
OFF = "BCE123"
"""The code that is off by default: right, but for taste. It is planted in a case of its own only."""

MAY = "may"
"""Stands among the exceptions of a program that may also run, as its numbers fall."""


@dataclass(frozen=True)
class Spec:
    """One program but for its spelling. `acts` are the activations on the way to the loss, in their order.

    `form` is what is done with value and target: `call` (a loss of both), `class` (the class called with both), `swapped`,
    `written` (by hand), `mean` (of the value), `both` (a loss of logits, then one of probabilities), `exchanged` (a decision on the value
    or a constant, then the value), `guessed` (the value, then such a target).
    `float32` says that the finding rests on the dtype of what a layer returns, of which nothing is certain under autocast.
    `raises` names the exceptions that end it; with `MAY` among them it may run as well.
    """

    acts: tuple[str, ...]
    loss: str
    target: str = ""
    layout: str = "any"
    form: str = "call"
    options: str = ""
    threshold: bool = False
    also: tuple[str, ...] = ()
    raises: tuple[str, ...] = RUNS
    float32: bool = False

    @property
    def wanted(self) -> str:
        """The kind of target that the program has."""
        return self.target or LOSSES[self.loss].target

    @property
    def wide(self) -> bool:
        """True if the value must have several columns."""
        return self.layout == "wide" or LOSSES[self.loss].wide or any(act in ("softmax", "log_softmax") for act in self.acts)


@dataclass(frozen=True)
class Case:
    """A wrong program, and its right twins. `also` are the codes that it has besides those of its input."""

    wrong: Spec
    right: tuple[Spec, ...]


def expected(spec: Spec, context: str, off: bool = False) -> frozenset[tuple[str, str]]:
    """The codes of a program, each with the mark where it belongs; with `off`, that which is off by default, too."""
    found = {(code, mark) for code, _, mark in (one.partition(" ") for one in spec.also)}
    if spec.form == "class":
        return frozenset({*found, ("BCE201", "loss")})
    if spec.form in ("swapped", "exchanged"):
        return frozenset({*found, ("BCE202", "loss")})
    if "log" in spec.acts:
        found.add(("BCE501" if "softmax" in spec.acts else "BCE502", "log"))
    if spec.form == "both":
        found |= {("BCE106", "loss")} | {(code, "first") for code in [REACHED[(spec.acts or ("raw",))[-1], "bcel"]] if code}
    elif spec.form in ("call", "guessed") and (code := input_code(spec.acts, spec.loss, context)):
        found |= {(code, "loss")} if code != OFF or off else set()
    elif spec.form == "written":
        found.add(("BCE503", "written"))
    if spec.threshold:
        found.add(("BCE601", "threshold"))
    return frozenset(found)


_GOOD: dict[str, tuple[Spec, ...]] = {
    "bce": (Spec((), "bcel"), Spec(("unit",), "bce"), Spec(("softmax",), "bce")),
    "bcel": (Spec((), "bcel"),),
    "ce": (Spec((), "ce"), Spec((), "ce", "distribution"), Spec((), "ce", "one-hot")),
    "nll": (Spec((), "ce"), Spec(("log_softmax",), "nll")),
    "kl": (Spec(("log_softmax",), "kl"),),
    "mlsm": (Spec((), "mlsm"), Spec((), "bcel")),
    "sm": (Spec((), "sm"),),
    "mse": (Spec((), "mse"), Spec(("sigmoid",), "mse")),
}

CASES: dict[str, Case] = {}
"""All cases by name."""


def _reach() -> None:
    for (value, loss), code in REACHED.items():
        if code:
            acts = () if value == "raw" else (value,)
            may = {"raw": ("RuntimeError", MAY), "positive": ("RuntimeError", MAY), "tanh": ("RuntimeError", MAY)}
            raises = may.get(value, ("RuntimeError",)) if code == "BCE105" else RUNS
            good = _GOOD[loss][:1] if code == OFF else _GOOD[loss]
            CASES[f"{value} to {loss}"] = Case(Spec(acts, loss, raises=raises), good)
    for (first, second), losses in TWICE.items():
        for loss in sorted(losses):
            good = _GOOD["bce"][:2] if first == "sigmoid" else _GOOD[loss]
            CASES[f"{first}, {second} to {loss}"] = Case(Spec((first, second), loss), good)


def _logs() -> None:
    for loss in ("nll", "kl"):
        CASES[f"log of softmax to {loss}"] = Case(Spec(("softmax", "log"), loss), _GOOD[loss][-1:])
    mean = Spec(("sigmoid", "log"), "bcel", form="mean")
    CASES["log of sigmoid"] = Case(mean, (replace(mean, acts=("logsigmoid",)),))
    CASES["log of sigmoid to kl"] = Case(Spec(("sigmoid", "log"), "kl"), (Spec(("logsigmoid",), "kl"),))
    CASES["written by hand"] = Case(Spec(("sigmoid",), "bcel", form="written"), _GOOD["bcel"])


def _calls() -> None:
    for loss in ("bce", "bcel", "ce", "nll", "mlsm", "sm", "mse"):
        spec = Spec(("log_softmax",) if loss == "nll" else (), loss, form="class", raises=("RuntimeError",))
        CASES[f"class {loss} called"] = Case(spec, _GOOD[loss][:1])
    raises = ("RuntimeError", "ValueError", "IndexError", "NotImplementedError")
    CASES["swapped ce"] = Case(Spec((), "ce", form="swapped", raises=raises), _GOOD["ce"])
    CASES["swapped nll"] = Case(Spec(("log_softmax",), "nll", form="swapped", raises=raises), _GOOD["nll"])
    CASES["swapped ce of one-hot rows"] = Case(Spec((), "ce", "one-hot", form="swapped"), _GOOD["ce"])
    swapped = Spec(("log_softmax",), "kl", "softmax", form="swapped")
    CASES["swapped kl"] = Case(swapped, (replace(swapped, form="call"), *_GOOD["kl"]))
    CASES["both losses"] = Case(Spec((), "bce", form="both", raises=("RuntimeError", MAY)), _GOOD["bcel"])
    CASES["both losses of a sigmoid"] = Case(Spec(("sigmoid",), "bce", form="both"), _GOOD["bcel"])


def _exchanged() -> None:
    """A binary loss does not raise: that its input cannot learn tells it."""
    fails = ("RuntimeError", "ValueError", "IndexError", "NotImplementedError", MAY)
    for loss, acts in (("bcel", ()), ("bce", ("sigmoid",)), ("bce", ("unit",))):
        name = f"{loss} of {''.join(acts) or 'logits'}"
        right = replace(_GOOD[loss][0 if loss == "bcel" else 1], form="guessed")
        CASES[f"swapped {name}"] = Case(Spec(acts, loss, form="swapped", raises=fails), (*_GOOD[loss][:2], right))
        CASES[f"exchanged {name}"] = Case(Spec(acts, loss, form="exchanged", raises=fails), (right, *_GOOD[loss][:1]))


def _integers() -> None:
    fails = ("RuntimeError", "NotImplementedError", "ValueError")
    for loss in ("bcel", "bce", "ce", "nll", "kl"):
        acts = {"bce": ("unit",), "nll": ("log_softmax",), "kl": ("log_softmax",)}.get(loss, ())
        CASES[f"integers to {loss}"] = Case(Spec((*acts, "integer"), loss, also=("BCE305 loss",), raises=fails), _GOOD[loss])


_SHORT = ("torch.ones(3)", "torch.tensor([1.0, 2.0])", "torch.ones(6)", "torch.full((8,), 2.0)", "torch.rand(1, 5)")
_FITTING = ("torch.ones(4)", "torch.tensor([1.0, 2.0, 1.0, 1.0])", "torch.tensor(2.0)", "torch.full((1,), 2.0)", "torch.rand(1, 4)")


def _weights() -> None:
    for i, wrong in enumerate(_SHORT):
        for loss, option in (("bcel", "pos_weight"), ("bcel", "weight"), ("bce", "weight")):
            good = Spec(("unit",) if loss == "bce" else (), loss, layout="wide")
            bad = replace(good, options=f"{option}={wrong}", also=("BCE401 loss",), raises=("RuntimeError", "ValueError"))
            CASES[f"{option} {i} of {loss}"] = Case(bad, tuple(replace(good, options=f"{option}={w}") for w in _FITTING))


_COUNTED = ("np.bincount(np.arange(8) % 4)", "np.bincount(np.arange(8) % 4) / 8", "8 / (4 * np.bincount(np.arange(8) % 4))",
            "1.0 / np.array([1, 2, 1, 1])", "np.ones(4)", "np.random.default_rng(0).random(4)")  # fmt: skip
_CAST = ("torch.from_numpy($w).float()", "torch.tensor($w, dtype=torch.float32)", "torch.FloatTensor($w)",
         "torch.from_numpy(($w).astype(np.float32))", "torch.as_tensor($w).to(torch.float32)")  # fmt: skip


def _counted() -> None:
    for i, counted in enumerate(_COUNTED):
        for loss in ("ce", "nll"):
            good = Spec(("log_softmax",) if loss == "nll" else (), loss)
            wrong = f"torch.{('from_numpy', 'tensor', 'as_tensor')[i % 3]}({counted})"
            bad = replace(good, options=f"weight={wrong}", also=("BCE304 options",), raises=("RuntimeError",), float32=i > 0)
            kept = tuple(replace(good, options=f"weight={w.replace('$w', counted)}") for w in _CAST)
            CASES[f"counted weight {i} of {loss}"] = Case(bad, kept)


def _options() -> None:
    old = ("size_average=False", "size_average=True", "reduce=True", "size_average=True, reduce=True")
    for i, loss in enumerate(("bcel", "ce", "mlsm", "mse")):
        good = _GOOD[loss][0]
        mended = (good, replace(good, options='reduction="sum"'), replace(good, options='reduction="mean"'))
        CASES[f"old options of {loss}"] = Case(replace(good, options=old[i], also=("BCE203 options",)), mended)
    weights = ("torch.tensor([1, 2, 1, 1])", "torch.ones(4, dtype=torch.int64)", "torch.arange(1, 5)", "torch.ones(4, dtype=torch.float64)")
    for i, loss in enumerate(("ce", "nll", "ce", "nll")):
        good = Spec(("log_softmax",) if loss == "nll" else (), loss)
        kept = tuple(replace(good, options=f"weight={w}") for w in ("torch.ones(4)", "torch.tensor([1.0, 2.0, 1.0, 1.0])"))
        known = (*good.acts, "float") if "float64" in weights[i] else good.acts
        wrong = replace(good, acts=known, options=f"weight={weights[i]}", also=("BCE304 options",), raises=("RuntimeError",))
        CASES[f"weight {i} of {loss}"] = Case(wrong, (*kept, good))


def _targets() -> None:
    fails = ("RuntimeError", "ValueError")
    for target in ("integer", "truth"):
        CASES[f"{target} target of bcel"] = Case(Spec((), "bcel", target, also=("BCE301 loss",), raises=fails), _GOOD["bcel"])
        wrong = Spec(("unit",), "bce", target, also=("BCE301 loss",), raises=fails)
        CASES[f"{target} target of bce"] = Case(wrong, _GOOD["bce"][1:2])
    CASES["double target of bce"] = Case(Spec(("unit", "float"), "bce", "double", also=("BCE301 loss",), raises=fails), _GOOD["bce"][1:2])
    both = Spec(("sigmoid",), "bcel", "integer", also=("BCE301 loss",), raises=fails)
    CASES["sigmoid and integer target of bcel"] = Case(both, _GOOD["bcel"])
    for target in ("narrow index", "float index"):
        for loss in ("ce", "nll"):
            spec = Spec(("log_softmax",) if loss == "nll" else (), loss, target, also=("BCE302 loss",), raises=fails)
            CASES[f"{target} of {loss}"] = Case(spec, _GOOD[loss])
    in_log_space = Spec(("log_softmax",), "kl", "log distribution", also=("BCE133 loss",))
    CASES["kl of a target in log space"] = Case(in_log_space, (*_GOOD["kl"], replace(in_log_space, options="log_target=True", also=())))
    one_hot = Spec((), "ce", "integer one-hot", also=("BCE303 loss",), raises=fails)
    CASES["integer one-hot of ce"] = Case(one_hot, _GOOD["ce"])
    for loss, act in (("bcel", ()), ("bce", ("unit",)), ("mse", ())):
        good = Spec(act, loss)
        for layout in ("column against row", "row against column"):
            wrong = replace(good, layout=layout, also=("BCE401 loss",), raises=() if loss == "mse" else fails)
            CASES[f"{layout} of {loss}"] = Case(wrong, tuple(replace(good, layout=x) for x in ("column", "row")))
    for loss in ("ce", "nll"):
        spec = Spec(("log_softmax",) if loss == "nll" else (), loss, "index column", also=("BCE401 loss",), raises=fails)
        CASES[f"index column of {loss}"] = Case(spec, _GOOD[loss])


def _thresholds() -> None:
    for loss in LOGIT_LOSSES:
        CASES[f"threshold beside {loss}"] = Case(Spec((), loss, threshold=True), _GOOD[loss][:1])


for _fill in (_reach, _logs, _calls, _exchanged, _integers, _options, _weights, _counted, _targets, _thresholds):
    _fill()
