"""The ways to write an activation: as an expression, and as a layer. `$e` is what it is applied to."""

from __future__ import annotations

from typing import NamedTuple

from tests.planted.writer import Writer


class Spelling(NamedTuple):
    """One way to write an activation: the expression, lines before it, and a definition that it needs."""

    result: str
    body: str = ""
    define: str = ""


_PROBABILITY = {
    "torch": Spelling("torch.sigmoid($e)"),
    "functional": Spelling("F.sigmoid($e)"),
    "method": Spelling("($e).sigmoid()"),
    "layer at once": Spelling("nn.Sigmoid()($e)"),
    "expit": Spelling("torch.special.expit($e)"),
    "in place": Spelling("$o", "$o = $e\n$o.sigmoid_()"),
    "torch in place": Spelling("$o", "$o = $e\ntorch.sigmoid_($o)"),
    "full name": Spelling("torch.nn.functional.sigmoid($e)"),
    "keyword": Spelling("torch.sigmoid(input=$e)"),
    "local layer": Spelling("$o($e)", "$o = nn.Sigmoid()"),
    "global layer": Spelling("$h($e)", define="$h = nn.Sigmoid()"),
    "global function": Spelling("$h($e)", define="$h = torch.sigmoid"),
    "getattr": Spelling('getattr(torch, "sigmoid")($e)'),
    "dict": Spelling('$h["sigmoid"]($e)', define='$h = {"tanh": torch.tanh, "sigmoid": torch.sigmoid}'),
    "by hand": Spelling("1 / (1 + torch.exp(-($e)))"),
}


def _over_classes(name: str, layer: str) -> dict[str, Spelling]:
    return {
        "torch": Spelling(f"torch.{name}($e, dim=1)"),
        "functional": Spelling(f"F.{name}($e, dim=1)"),
        "functional, last": Spelling(f"F.{name}($e, -1)"),
        "method": Spelling(f"($e).{name}(1)"),
        "method, last": Spelling(f"($e).{name}(dim=-1)"),
        "layer at once": Spelling(f"nn.{layer}(dim=1)($e)"),
        "special": Spelling(f"torch.special.{name}($e, 1)"),
        "keyword": Spelling(f"F.{name}(input=$e, dim=-1)"),
        "local layer": Spelling("$o($e)", f"$o = nn.{layer}(dim=-1)"),
        "global layer": Spelling("$h($e)", define=f"$h = nn.{layer}(1)"),
        "partial": Spelling("$h($e)", define=f"$h = partial(F.{name}, dim=1)"),
        "with dtype": Spelling(f"F.{name}($e, dim=1, dtype=torch.float32)"),
    }


def _pointwise(name: str, layer: str) -> dict[str, Spelling]:
    return {
        "torch": Spelling(f"torch.{name}($e)"),
        "functional": Spelling(f"F.{name}($e)"),
        "method": Spelling(f"($e).{name}()"),
        "layer at once": Spelling(f"nn.{layer}()($e)"),
    }


SPELLINGS: dict[str, dict[str, Spelling]] = {
    "sigmoid": _PROBABILITY,
    "softmax": _over_classes("softmax", "Softmax"),
    "log_softmax": _over_classes("log_softmax", "LogSoftmax"),
    "logsigmoid": {
        "functional": Spelling("F.logsigmoid($e)"),
        "layer at once": Spelling("nn.LogSigmoid()($e)"),
        "full name": Spelling("torch.nn.functional.logsigmoid($e)"),
    },
    "tanh": _pointwise("tanh", "Tanh"),
    "positive": {
        **_pointwise("relu", "ReLU"),
        "clamp": Spelling("($e).clamp(min=0)"),
        "softplus": Spelling("F.softplus($e)"),
        "exp": Spelling("torch.exp($e)"),
    },
    "unit": {
        "clamp": Spelling("($e).clamp(0, 1)"),
        "torch clamp": Spelling("torch.clamp($e, min=0.0, max=1.0)"),
        "hardsigmoid": Spelling("F.hardsigmoid($e)"),
    },
    "float": {
        "method": Spelling("($e).float()"),
        "to": Spelling("($e).to(torch.float32)"),
    },
    "integer": {
        "long": Spelling("($e).long()"),
        "rounded": Spelling("($e).round().to(torch.int64)"),
        "int": Spelling("($e).int()"),
        "decided": Spelling("($e > 0).to(torch.int64)"),
        "cut": Spelling("torch.floor($e).type(torch.LongTensor)"),
    },
    "log": {
        "torch": Spelling("⟨log⟩torch.log($e)"),
        "method": Spelling("⟨log⟩($e).log()"),
        "small constant": Spelling("⟨log⟩torch.log($e + 1e-8)"),
        "constant first": Spelling("⟨log⟩torch.log(1e-7 + $e)"),
    },
}
"""The spellings of each activation as an expression."""

LAYERS: dict[str, tuple[str, ...]] = {
    "sigmoid": ("nn.Sigmoid()",),
    "softmax": ("nn.Softmax(dim=1)", "nn.Softmax(dim=-1)", "nn.Softmax(1)"),
    "log_softmax": ("nn.LogSoftmax(dim=1)", "nn.LogSoftmax(dim=-1)"),
    "logsigmoid": ("nn.LogSigmoid()",),
    "tanh": ("nn.Tanh()",),
    "positive": ("nn.ReLU()", "nn.Softplus()"),
    "unit": ("nn.Hardsigmoid()",),
}
"""The spellings as a layer."""


def applied(writer: Writer, acts: tuple[str, ...], number: int, turn: int, value: str, part: str, lines: list[str]) -> str:
    """One of some activations of a value: what it takes before goes to `lines`, what it needs is defined in a part."""
    found = SPELLINGS[acts[number]][_chosen(acts, number, turn)]
    define, body, result = writer.filled("\0".join((found.define, found.body, found.result)), e=value).split("\0")
    if define:
        writer.define(part, define)
    if body:
        lines.extend(body.split("\n"))
    return result


def _chosen(acts: tuple[str, ...], number: int, turn: int) -> str:
    """The spelling of an activation. A second one is never in place: the first keeps its output for the way back."""
    names = [name for name in SPELLINGS[acts[number]] if not (number and name.endswith("in place"))]
    return names[(turn + number) % len(names)]


def name_of(acts: tuple[str, ...], number: int, turn: int) -> str:
    """The name of a spelling."""
    return f"{acts[number]}: {_chosen(acts, number, turn)}"


def layer(act: str, turn: int) -> str:
    """The activation as a layer."""
    return LAYERS[act][turn % len(LAYERS[act])]
