"""The spellings of a loss's call.

`$C` is the class, `$a` its options, `$f` the function, `$k` the same options after a comma; `$q` is the input and `$y` the target;
`$K` is how the step names what it was given as `criterion`. The mark `loss` stands where value and expectation meet, `options` at
the call that carries the options.
"""

from __future__ import annotations

from typing import NamedTuple

from tests.planted.table import Loss
from tests.planted.writer import Writer

_MADE = "⟨options⟩nn.$C($a)"
_CALL = "⟨options⟩F.$f"


class Call(NamedTuple):
    """One spelling: the expression, lines of the step before it, the criterion that the step is given, and definitions."""

    result: str
    body: str = ""
    given: str = ""
    main: str = ""
    helper: str = ""


CALLS: dict[str, Call] = {
    "at once": Call("⟨loss⟩" + _MADE + "($q, $y)"),
    "module level": Call("⟨loss⟩criterion($q, $y)", main=f"criterion = {_MADE}"),
    "local": Call("⟨loss⟩criterion($q, $y)", f"criterion = {_MADE}"),
    "given": Call("⟨loss⟩$K($q, $y)", given=_MADE),
    "given, keywords": Call("⟨loss⟩$K(input=$q, target=$y)", given=_MADE),
    "functional": Call(f"⟨loss⟩{_CALL}($q, $y$k)"),
    "functional, keywords": Call(f"⟨loss⟩{_CALL}(input=$q, target=$y$k)"),
    "functional, keywords turned": Call(f"⟨loss⟩{_CALL}(target=$y, input=$q$k)"),
    "functional, target by keyword": Call(f"⟨loss⟩{_CALL}($q, target=$y$k)"),
    "functional, several lines": Call(f"⟨loss⟩{_CALL}(\n    $q,\n    $y$k,\n)"),
    "full name": Call("⟨loss⟩⟨options⟩torch.nn.functional.$f($q, $y$k)"),
    "full class name": Call("⟨loss⟩⟨options⟩torch.nn.$C($a)($q, $y)"),
    "stored function": Call("⟨loss⟩⟨options⟩measure($q, $y$k)", "measure = F.$f"),
    "given function": Call("⟨loss⟩⟨options⟩$K($q, $y$k)", given="F.$f"),
    "dict": Call('⟨loss⟩LOSSES["main"]($q, $y)', main=f'LOSSES = {{"main": {_MADE}, "other": nn.MSELoss()}}'),
    "dict of classes": Call('⟨loss⟩⟨options⟩LOSSES["main"]($a)($q, $y)', main='LOSSES = {"main": nn.$C, "other": nn.MSELoss}'),
    "dict of functions": Call('⟨loss⟩⟨options⟩LOSSES["main"]($q, $y$k)', main='LOSSES = {"main": F.$f, "other": F.mse_loss}'),
    "dict made in the step": Call('⟨loss⟩losses["main"]($q, $y)', f'losses = {{"main": {_MADE}}}'),
    "module dict": Call('⟨loss⟩LOSSES["main"]($q, $y)', main=f'LOSSES = nn.ModuleDict({{"main": {_MADE}}})'),
    "partial": Call("⟨loss⟩measure($q, $y)", main="measure = ⟨options⟩partial(F.$f$k)"),
    "getattr": Call('⟨loss⟩⟨options⟩getattr(nn, "$C")($a)($q, $y)'),
    "getattr of a function": Call('⟨loss⟩⟨options⟩getattr(F, "$f")($q, $y$k)'),
    "alias": Call("⟨loss⟩⟨options⟩Objective($a)($q, $y)"),
    "alias of the function": Call("⟨loss⟩⟨options⟩objective_of($q, $y$k)"),
    "own function": Call("⟨loss⟩$h($q, $y)", helper=f"def $h(pred, target):\n    return {_CALL}(pred, target$k)"),
    "own function, target first": Call("⟨loss⟩$h($y, $q)", helper=f"def $h(y_true, y_pred):\n    return {_CALL}(y_pred, y_true$k)"),
    "handed on": Call("⟨loss⟩$h($K, $q, $y)", given=_MADE, helper="def $h(criterion, pred, target):\n    return criterion(pred, target)"),
    "default argument": Call(
        "⟨loss⟩$h($q, $y)", helper=f"def $h(pred, target, criterion={_MADE}):\n    return criterion(pred, target)"
    ),
    "own class": Call(
        "⟨loss⟩$K($q, $y)",
        given="$h()",
        helper=f"class $h(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.base = {_MADE}\n\n"
        "    def forward(self, pred, target):\n        return self.base(pred, target)",
    ),
    "own class of a function": Call(
        "⟨loss⟩$h()($q, $y)", helper=f"class $h(nn.Module):\n    def forward(self, pred, target):\n        return {_CALL}(pred, target$k)"
    ),
    "subclass": Call("⟨loss⟩⟨options⟩$h($a)($q, $y)", helper="class $h(nn.$C):\n    pass"),
    "subclass with a forward": Call(
        "⟨loss⟩⟨options⟩$h($a)($q, $y)",
        helper="class $h(nn.$C):\n    def forward(self, pred, target):\n        return super().forward(pred, target) * 1.0",
    ),
    "factory": Call(
        '⟨loss⟩$h("main")($q, $y)', helper=f'def $h(name):\n    if name == "main":\n        return {_MADE}\n    return nn.MSELoss()'
    ),
    "registry": Call(
        '⟨loss⟩REGISTRY["main"]()($q, $y)',
        helper="REGISTRY = {}\n\n\ndef register(name):\n    def add(f):\n        REGISTRY[name] = f\n        return f\n    return add\n\n\n"
        f'@register("main")\ndef $h():\n    return {_MADE}',
    ),
    "conditional expression": Call("⟨loss⟩criterion($q, $y)", f"criterion = {_MADE} if x.mean() > 0 else nn.$C($a)"),
    "both arms": Call(
        "⟨loss⟩criterion($q, $y)", f"if x.mean() > 0:\n    criterion = {_MADE}\nelse:\n    criterion = {_MADE}"
    ),
    "lambda": Call("⟨loss⟩measure($q, $y)", f"measure = lambda p, t: {_CALL}(p, t$k)"),
    "star arguments": Call("⟨loss⟩$K(*$o)", "$o = ($q, $y)", given=_MADE),
    "class attribute": Call("⟨loss⟩Settings.criterion($q, $y)", main=f"class Settings:\n    criterion = {_MADE}"),
    "forward method": Call("⟨loss⟩criterion.forward($q, $y)", f"criterion = {_MADE}"),
    "moved": Call("⟨loss⟩$K($q, $y)", given=_MADE + '.to("cpu")'),
    "loop over losses": Call("$o", f"$o = 0.0\nfor criterion in [{_MADE}]:\n    $o = $o + ⟨loss⟩criterion($q, $y)"),
    "loop over pairs": Call("sum(⟨loss⟩$K(v, t) for v, t in [($q, $y)])", given=_MADE),
    "part of a sum": Call(f"0.5 * ⟨loss⟩{_CALL}($q, $y$k) + 0.01 * x.mean()"),
    "closure": Call(
        "⟨loss⟩$K($q, $y)",
        given=f"$h({_MADE})",
        helper="def $h(criterion):\n    def compute(pred, target):\n        return criterion(pred, target)\n    return compute",
    ),
    "method": Call(
        "⟨loss⟩$h().compute($q, $y)",
        helper=f"class $h:\n    def __init__(self):\n        self.criterion = {_MADE}\n\n"
        "    def compute(self, pred, target):\n        loss = self.criterion(pred, target)\n        return loss",
    ),
    "last of a list": Call("⟨loss⟩LOSSES[-1]($q, $y)", main=f"LOSSES = [nn.MSELoss(), {_MADE}]"),
    "tuple": Call("⟨loss⟩criterion($q, $y)", main=f"other, criterion = nn.MSELoss(), {_MADE}"),
    "walrus": Call(f"⟨loss⟩(criterion := {_MADE})($q, $y)"),
    "cuda if there": Call("⟨loss⟩$K($q, $y)", given=f"{_MADE}.cuda() if torch.cuda.is_available() else {_MADE}"),
}  # fmt: skip
"""All spellings by name."""

CLASS_CALLS: dict[str, Call] = {
    "class": Call("⟨loss⟩nn.$C($q, $y)"),
    "class, full name": Call("⟨loss⟩torch.nn.$C($q, $y)"),
    "class, alias": Call("⟨loss⟩Objective($q, $y)"),
    "class, getattr": Call('⟨loss⟩getattr(nn, "$C")($q, $y)'),
    "class, variable": Call("⟨loss⟩criterion($q, $y)", "criterion = nn.$C"),
    "class, module level": Call("⟨loss⟩criterion($q, $y)", main="criterion = nn.$C"),
    "class, given": Call("⟨loss⟩$K($q, $y)", given="nn.$C"),
    "class, dict": Call('⟨loss⟩LOSSES["main"]($q, $y)', main='LOSSES = {"main": nn.$C, "other": nn.MSELoss}'),
    "class, helper": Call("$h($q, $y)", helper="def $h(pred, target):\n    return ⟨loss⟩nn.$C(pred, target)"),
    "class, handed on": Call("$h(nn.$C, $q, $y)", helper="def $h(loss, pred, target):\n    return ⟨loss⟩loss(pred, target)"),
    "class, factory": Call("⟨loss⟩$h()($q, $y)", helper="def $h():\n    return nn.$C"),
    "class, subclass": Call("⟨loss⟩$h($q, $y)", helper="class $h(nn.$C):\n    pass"),
}
"""The spellings of a class that is called with value and target."""

WRITTEN: dict[str, Call] = {
    "one line": Call("-⟨written⟩($y * torch.log($q) + (1 - $y) * torch.log(1 - $q)).mean()"),
    "two terms": Call("-⟨written⟩($o + $p).mean()", "$o = $y * torch.log($q)\n$p = (1 - $y) * torch.log(1 - $q)"),
    "minus on the terms": Call("⟨written⟩(-$y * ($q).log() - (1 - $y) * (1 - $q).log()).mean()"),
    "small constants": Call("-torch.mean(⟨written⟩$y * torch.log($q + 1e-8) + (1 - $y) * torch.log(1 - $q + 1e-8))"),
    "helper": Call("$h($q, $y)", helper="def $h(p, t):\n    return -⟨written⟩(t * torch.log(p) + (1 - t) * torch.log(1 - p)).mean()"),
    "steps": Call(
        "$o.mean()", "$o = -(⟨written⟩$y * torch.log($q) + (1 - $y) * torch.log(1 - $q))"
    ),
}  # fmt: skip
"""The ways to write a binary cross entropy out."""


def is_named(call: Call) -> bool:
    """True if the loss is called in the step by its own name, or by one that is given to a constructed loss: only by these it is known
    that there is a loss where no run comes to."""
    step = call.body + call.result
    held = "criterion = " + _MADE in (call.main, call.body) or call.given == _MADE
    named = any(name in step for name in ("nn.$C($a)($q", "nn.$C($q", "F.$f(", "functional.$f("))
    return named or (held and "criterion($q" in step.replace("$K", "criterion"))


def called(writer: Writer, call: Call, loss: Loss, options: str, value: str, target: str, criterion: str) -> str:
    """The expression of a loss of a value and a target. What the step is to be given goes to the writer's setup."""
    given = ", ".join(filter(None, (loss.options if "reduc" not in options else "", options)))
    names = {"C": loss.module, "f": loss.function, "a": given, "k": ", " + given if given else "", "K": criterion}
    writer.aliases["Objective"] = f"from torch.nn import {loss.module} as Objective"
    writer.aliases["objective_of"] = f"from torch.nn.functional import {loss.function} as objective_of"
    texts = writer.filled("\0".join(call), q=value, y=target, **names)
    result, body, made, main, helper = texts.split("\0")
    if helper:
        writer.define("helper", helper)
    if main:
        writer.define("main", main)
    if body:
        writer.line(body)
    if made:
        writer.setup.append(f"criterion = {made}")
    return result
