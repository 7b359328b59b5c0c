"""A plan and one of its programs, written out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from string import Template

from tests.planted.cases import Spec
from tests.planted.losses import CALLS, CLASS_CALLS, WRITTEN, called
from tests.planted.models import RETURNS, STYLES, Model, Wish
from tests.planted.plan import BANNED, CONTEXTS, DECOYS, FEEDS, ROWS, SHAPES, STEPS, THRESHOLDS, WHERE, Plan
from tests.planted.routes import ROUTES, travelled
from tests.planted.spellings import LAYERS, applied
from tests.planted.table import LOSSES
from tests.planted.targets import count, made
from tests.planted.writer import LAYOUTS, Program, Writer, block, laid_out

N = 6
_NOW = {
    "squeeze": ".squeeze(1)",
    "squeeze of the last": ".squeeze(-1)",
    "view": ".view(-1)",
    "index": "[:, 0]",
    "flatten": ".flatten()",
    "reshape": ".reshape(-1)",
}
_DECOYS = {
    "accuracy of a sigmoid": "hits = (⟨squashed⟩torch.sigmoid($v.detach()) > 0.5).float().mean()",
    "argmax": "best = $v.argmax(dim=-1)",
    "softmax without grad": "with torch.no_grad():\n    shares = torch.softmax($v, dim=-1)",
    "threshold of zero": "hits = ($v > 0).sum()",
    "entropy": "spread = -(torch.softmax($v.detach(), dim=-1) * F.log_softmax($v.detach(), dim=-1)).sum()",
    "commented out": "# $v = torch.sigmoid($v)",
    "dead branch": "if False:\n    $v = torch.sigmoid(torch.softmax($v, dim=-1))",
    "printed": 'message = f"{torch.sigmoid($v).mean().item():.3f}"',
}
_OF_CLASSES = ("softmax without grad", "entropy", "dead branch")
_THRESHOLDS = {
    "inline": "hits = ($v ⟨threshold⟩> 0.5).float().mean()",
    "helper": "hits = accuracy_of($v)",
    "round": "hits = ⟨threshold⟩torch.round($v)",
    "gt": "hits = ⟨threshold⟩torch.gt($v, 0.5).sum()",
    "turned": "hits = (0.3 ⟨threshold⟩<= $v.detach()).sum()",
    "apart": "with torch.no_grad():\n    hits = ⟨threshold⟩$v.cpu() >= 0.5",
}


@dataclass(frozen=True)
class _Style:
    """How a step names what it works with."""

    model: str
    criterion: str


_NAMED = {
    "function": _Style("model(x)", "criterion"),
    "script": _Style("model(x)", "criterion"),
    "main": _Style("model(x)", "criterion"),
    "trainer": _Style("self.model(x)", "self.criterion"),
    "module": _Style("self(x)", "self.criterion"),
    "epoch": _Style("model(x)", "criterion"),
    "task": _Style("self.net(x)", "self.criterion"),
}


@lru_cache(maxsize=64)
def rendered(plan: Plan, spec: Spec) -> Program:
    """The program of a plan."""
    writer = Writer(plan.names)
    shape = _shape(plan, spec)
    inside, outside = _placed(spec.acts, WHERE[plan.where])
    width = 4 if shape == "wide" else 1
    returns = tuple(RETURNS)[plan.returns]
    if returns == "beside its softmax" and shape != "wide":
        returns = "value"
    model = tuple(STYLES.values())[plan.model](writer, Wish(inside, plan.spelling, width, returns))
    style = _NAMED[STEPS[plan.step]]
    target = _target(writer, plan, spec, shape)
    value = Template(model.read).substitute(c=style.model)
    value = travelled(writer, tuple(ROUTES)[plan.route], value)
    for i in range(len(inside), len(inside) + len(outside)):
        value = applied(writer, spec.acts, i, plan.spelling, value, "helper", writer.body)
    value = travelled(writer, tuple(ROUTES)[plan.second], value)
    if _is_row(spec, shape):
        value = f"({value}){_NOW[ROWS[plan.row]]}"
    before = len(writer.body)
    value = _watched(writer, plan, spec, value, shape)
    result = _lost(writer, plan, spec, value, target, style.criterion)
    step = _in_context(plan, spec, writer.body, result, before)
    _assembled(writer, plan, model, step)
    return laid_out(writer, tuple(LAYOUTS)[plan.split])


def _shape(plan: Plan, spec: Spec) -> str:
    if spec.wide:
        return "wide"
    if spec.layout in ("any", "column", "row"):
        return SHAPES[plan.shape] if spec.layout == "any" else spec.layout
    return "column"


def _is_row(spec: Spec, shape: str) -> bool:
    return spec.layout == "row against column" or (shape == "row")


def _placed(acts: tuple[str, ...], where: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The activations in the model, and those in the step."""
    most = {"model": len(acts), "step": 0, "split": 1}[where]
    inner = 0
    while inner < min(most, len(acts)) and acts[inner] in LAYERS:
        inner += 1
    return acts[:inner], acts[inner:]


def _target(writer: Writer, plan: Plan, spec: Spec, shape: str) -> str:
    """Defines the batches; the target as the step uses it."""
    rows = 3 * N if FEEDS[plan.feed] in ("loader", "dataset") else N
    row = spec.layout == "column against row" or (spec.layout != "row against column" and shape == "row")
    sizes = f"({rows},)" if row else f"({rows}, {4 if shape == 'wide' else 1})"
    text, prepared = made(spec.wanted, plan.target % count(spec.wanted), rows, sizes)
    writer.define("main", _batches(FEEDS[plan.feed], text))
    if prepared != "y":
        writer.line(f"y = {prepared}")
    return "y"


def _batches(feed: str, target: str) -> str:
    data = "torch.randn(18, 8) * 4"
    match feed:
        case "list":
            lines = [f"return [(torch.randn({N}, 8) * 4, {target}) for _ in range(3)]"]
        case "loader":
            lines = [f"return DataLoader(TensorDataset({data}, {target}), batch_size={N}, shuffle=True)"]
        case "dataset":
            init = block("def __init__(self):", [f"self.x = {data}", f"self.y = {target}"])
            size = block("def __len__(self):", ["return len(self.x)"])
            item = block("def __getitem__(self, i):", ["return self.x[i], self.y[i]"])
            made = block("def batches():", [f"return DataLoader(Data(), batch_size={N})"])
            return block("class Data(Dataset):", [init, "", size, "", item]) + "\n\n\n" + made
        case "dict batches":
            lines = ["for _ in range(3):", f'    yield {{"x": torch.randn({N}, 8) * 4, "y": {target}}}']
        case "in the loop":
            lines = ["for _ in range(3):", f"    x = torch.randn({N}, 8) * 4", f"    y = {target}", "    yield x, y"]
        case _:
            lines = ["for _ in range(3):", f"    yield torch.randn({N}, 8) * 4, {target}"]
    return block("def batches():", lines)


def _watched(writer: Writer, plan: Plan, spec: Spec, value: str, shape: str) -> str:
    """Adds what the step does with the value besides the loss."""
    decoy = DECOYS[plan.decoy]
    named = spec.threshold or spec.form in ("written", "both") or decoy != "nothing"
    if not named:
        return value
    own = writer.fresh()
    writer.line(f"{own} = {value}")
    if decoy in _DECOYS and (shape == "wide" or decoy not in _OF_CLASSES):
        line = _DECOYS[decoy].replace("$v", own)
        writer.line(line if spec.acts[-1:] == ("sigmoid",) else line.replace("⟨squashed⟩", ""))
    if spec.threshold:
        chosen = THRESHOLDS[plan.threshold]
        if chosen == "helper":
            writer.define("helper", "def accuracy_of(p):\n    return (p ⟨threshold⟩> 0.5).float().mean()")
        writer.line(_THRESHOLDS[chosen].replace("$v", own))
    return own


def _lost(writer: Writer, plan: Plan, spec: Spec, value: str, target: str, criterion: str) -> str:
    """The expression of the loss."""
    loss = LOSSES[spec.loss]
    if spec.form == "mean":
        return f"-({value}).mean()"
    calls = {"class": CLASS_CALLS, "written": WRITTEN}.get(spec.form, CALLS)
    call = tuple(calls.values())[plan.call % len(calls)]
    if spec.form == "both":
        writer.line(f"first = ⟨first⟩F.binary_cross_entropy_with_logits({value}, {target})")
    pair = (target, value) if spec.form == "swapped" else (value, target)
    result = called(writer, call, loss, spec.options, *pair, criterion)
    if DECOYS[plan.decoy] == "focal weight":
        writer.line(f"weight = (1 - torch.sigmoid({value}.detach())).mean()")
        result = f"weight * ({result})"
    if DECOYS[plan.decoy] == "other loss":
        writer.line(f"extra = F.mse_loss(torch.tanh({value}), torch.zeros_like({value}))")
        result = f"extra + {result}"
    return f"{result} + first" if spec.form == "both" else result


def _in_context(plan: Plan, spec: Spec, lines: list[str], result: str, before: int) -> list[str]:
    """The step's lines, with the regions of its context."""
    match CONTEXTS[plan.context]:
        case "cuda autocast":
            return [block('with torch.autocast("cuda"):', [*lines, f"loss = {result}"]), "return loss"]
        case "old autocast":
            return [block("with torch.cuda.amp.autocast():", [*lines, f"loss = {result}"]), "return loss"]
        case "autocast not enabled":
            return [block('with torch.autocast(device_type="cuda", enabled=False):', [*lines, f"loss = {result}"]), "return loss"]
        case "model under autocast" if lines[:before]:
            return [block('with torch.autocast("cuda"):', lines[:before]), *lines[before:], f"loss = {result}", "return loss"]
        case "autocast off for the loss":
            inner = block('with torch.autocast("cuda", enabled=False):', [*lines[before:], f"loss = {result}"])
            return [block('with torch.autocast("cuda"):', [*lines[:before], inner]), "return loss"]
        case "cpu autocast" if spec.loss != "bce":
            return [block('with torch.autocast("cpu"):', [*lines, f"loss = {result}"]), "return loss"]
        case _:
            return [*lines, f"return {result}"]


def _assembled(writer: Writer, plan: Plan, model: Model, step: list[str]) -> None:
    """The loop around the step, in the style of the plan."""
    style = STEPS[plan.step]
    device = CONTEXTS[plan.context] in BANNED
    moved = ["x, y = x.to(device), y.to(device)"] * device
    if device:
        writer.define("main", 'device = torch.device("cuda" if torch.cuda.is_available() else "cpu")')
    take = ["x, y = batch[\"x\"], batch[\"y\"]"] if FEEDS[plan.feed] == "dict batches" else ["x, y = batch"]
    made_model = f"{model.made}.to(device)" if device else model.made
    inline = [*step[:-1], f"loss = {step[-1].removeprefix('return ')}"] if step[-1] != "return loss" else step[:-1]
    update = ["optimizer.zero_grad()", "loss.backward()", "optimizer.step()"]
    region = CONTEXTS[plan.context] == "autocast of the caller"
    whole = _Parts(writer, made_model, [*take, *moved], step, inline, update, region)
    {"script": whole.script, "main": whole.main, "trainer": whole.trainer, "module": whole.module, "epoch": whole.epoch,
     "task": whole.task}.get(style, whole.function)()  # fmt: skip


@dataclass(frozen=True)
class _Parts:
    """What a program is assembled from."""

    writer: Writer
    model: str
    take: list[str]
    step: list[str]
    inline: list[str]
    update: list[str]
    region: bool

    def _called(self, text: str) -> list[str]:
        line = f"loss = {text}"
        return [block('with torch.autocast("cuda"):', [line])] if self.region else [line]

    def _loop(self, lines: list[str]) -> str:
        return block("for batch in batches():", [*self.take, *lines, *self.update])

    def _around(self, lines: list[str]) -> list[str]:
        return [block('with torch.autocast("cuda"):', lines)] if self.region else lines

    def _main(self, lines: list[str]) -> None:
        self.writer.define("main", block("def main():", lines))
        self.writer.define("main", block('if __name__ == "__main__":', ["main()"]))

    def _ready(self, model: str = "model") -> list[str]:
        return [f"optimizer = torch.optim.SGD({model}.parameters(), lr=0.01)"]

    def script(self) -> None:
        """Everything at module level."""
        ready = [f"model = {self.model}", *self.writer.setup, *self._ready()]
        self.writer.define("main", "\n".join([*ready, self._loop(self._around(self.inline))]))

    def main(self) -> None:
        """Everything in one function."""
        self._main([f"model = {self.model}", *self.writer.setup, *self._ready(), self._loop(self._around(self.inline))])

    def function(self) -> None:
        """A function for a step."""
        more = ", criterion" if self.writer.setup else ""
        self.writer.define("main", block(f"def train_step(model, x, y{more}):", self.step))
        loop = self._loop(self._called(f"train_step(model, x, y{more})"))
        self._main([f"model = {self.model}", *self.writer.setup, *self._ready(), loop])

    def epoch(self) -> None:
        """A function for an epoch."""
        more = ", criterion" if self.writer.setup else ""
        lines = ["total = 0.0", self._loop([*self._around(self.inline), "total += loss.item()"]), "return total"]
        self.writer.define("main", block(f"def train_epoch(model, optimizer{more}):", lines))
        self._main([f"model = {self.model}", *self.writer.setup, *self._ready(), f"train_epoch(model, optimizer{more})"])

    def trainer(self) -> None:
        """A class that holds model and criterion."""
        more = ", criterion" if self.writer.setup else ""
        own = ["self.model = model", *["self.criterion = criterion"] * bool(more)]
        init = block(f"def __init__(self, model{more}):", own)
        self.writer.define("main", block("class Trainer:", [init, "", block("def compute(self, x, y):", self.step)]))
        made = [f"model = {self.model}", *self.writer.setup, f"trainer = Trainer(model{more})"]
        self._main([*made, *self._ready(), self._loop(self._called("trainer.compute(x, y)"))])

    def module(self) -> None:
        """A module whose `training_step` calls itself."""
        own = ["super().__init__()", f"self.net = {self.model}", *(f"self.{line}" for line in self.writer.setup)]
        init, call = block("def __init__(self):", own), block("def forward(self, x):", ["return self.net(x)"])
        lines = [init, "", call, "", block("def training_step(self, batch):", ["x, y = batch", *self.step])]
        self.writer.define("main", block("class Task(nn.Module):", lines))
        self._main(["task = Task()", *self._ready("task"), self._loop(self._called("task.training_step((x, y))"))])

    def task(self) -> None:
        """A module whose `forward` returns the loss."""
        own = ["super().__init__()", f"self.net = {self.model}", *(f"self.{line}" for line in self.writer.setup)]
        lines = [block("def __init__(self):", own), "", block("def forward(self, x, y):", self.step)]
        self.writer.define("main", block("class Task(nn.Module):", lines))
        self._main(["task = Task()", *self._ready("task"), self._loop(self._called("task(x, y)"))])
