"""A plan and one of its programs, written out."""

from __future__ import annotations

from functools import lru_cache
from string import Template

from tests.planted.assembly import assembled, named
from tests.planted.cases import Spec
from tests.planted.losses import CALLS, CLASS_CALLS, WRITTEN, called, is_named
from tests.planted.models import RETURNS, STYLES, Wish
from tests.planted.plan import CONTEXTS, DECOYS, FEEDS, GUESSES, ROWS, SHAPES, THRESHOLDS, WHERE, Plan
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
    "log without grad": "with torch.no_grad():\n    spread = torch.log(torch.sigmoid($v)).mean()",
    "log of what is detached": "spread = torch.log(torch.softmax($v.detach(), dim=-1)).sum()",
    "log of arrays": "spread = np.log(torch.sigmoid($v).detach().float().numpy()).mean()",
    "reverse divergence": "with torch.no_grad():\n    teacher = F.log_softmax($v, dim=-1)\n"
    'extra = F.kl_div(teacher, F.softmax($v, dim=-1), reduction="batchmean")',
    "loss without grad": "with torch.no_grad():\n    watched = F.mse_loss($v, torch.zeros_like($v))",
    "printed": 'message = f"{torch.sigmoid($v).mean().item():.3f}"',
}
_OF_CLASSES = ("softmax without grad", "entropy", "dead branch", "log of what is detached", "reverse divergence")
_OF_LOGITS = ("reverse divergence",)
_THRESHOLDS = {
    "inline": "hits = ($v ⟨threshold⟩> 0.5).float().mean()",
    "helper": "hits = accuracy_of($v)",
    "round": "hits = ⟨threshold⟩torch.round($v)",
    "gt": "hits = ⟨threshold⟩torch.gt($v, 0.5).sum()",
    "turned": "hits = (0.3 ⟨threshold⟩<= $v.detach()).sum()",
    "apart": "with torch.no_grad():\n    hits = ⟨threshold⟩$v.cpu() >= 0.5",
    "numpy's round": "hits = ⟨array⟩np.round($v.detach().float().cpu().numpy())",
    "array": "hits = ($v.detach().float().cpu().numpy() ⟨array⟩> 0.5).mean()",
    "numpy's where": "hits = np.where($v.detach().float().numpy() ⟨array⟩> 0.5, 1, 0)",
    "ge": "hits = ⟨threshold⟩$v.ge(0.5).sum()",
    "torch's where": "hits = torch.where($v ⟨threshold⟩>= 0.5, 1.0, 0.0)",
}
_GUESSES = {
    "decision": "guess = ($v > 0).float()",
    "ones": "guess = torch.ones_like($v)",
    "decision apart": "with torch.no_grad():\n    guess = $v.gt(0).to(torch.float32)",
    "zeros": "guess = torch.zeros_like($v)",
    "where": "guess = torch.where($v > 0, 1.0, 0.0)",
    "constant": "guess = torch.full($v.shape, 0.9)",
    "array": "guess = torch.from_numpy(($v.detach().float().numpy() > 0).astype(np.float32))",
    "rounded": "guess = torch.clamp($v, 0, 1).detach().round()",
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
    style = named(plan)
    if plan.chosen is not None and plan.chosen.way == "evaluated":
        writer.line(f"{style.network}.eval()")
    target = _target(writer, plan, spec, shape)
    value = Template(model.read).substitute(c=style.model)
    value = travelled(writer, tuple(ROUTES)[plan.route], value)
    for i in range(len(inside), len(inside) + len(outside)):
        value = applied(writer, spec.acts, i, plan.spelling, value, "helper", writer.body)
    second = tuple(ROUTES)[plan.second]
    value = travelled(writer, "variable" if "integer" in spec.acts and second in ("float", "to dtype") else second, value)
    if _is_row(spec, shape):
        value = f"({value}){_NOW[ROWS[plan.row]]}"
    before = len(writer.body)
    value = _watched(writer, plan, spec, value, shape)
    result = _lost(writer, plan, spec, value, target, style.criterion)
    step = _in_context(plan, spec, writer.body, result, before)
    assembled(writer, plan, model, step, width)
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
    decoy = "nothing" if "integer" in spec.acts else DECOYS[plan.decoy]
    named = spec.threshold or spec.form in ("written", "both", "exchanged", "guessed") or decoy != "nothing"
    if not named:
        return value
    own = writer.fresh()
    writer.line(f"{own} = {value}")
    if decoy in _DECOYS and (shape == "wide" or decoy not in _OF_CLASSES) and not (spec.acts and decoy in _OF_LOGITS):
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
    if plan.untaken and not is_named(call):
        call = next(iter(calls.values()))
    if spec.form == "both":
        writer.line(f"first = ⟨first⟩F.binary_cross_entropy_with_logits({value}, {target})")
    if spec.form in ("exchanged", "guessed"):
        writer.line(_GUESSES[GUESSES[plan.guess]].replace("$v", value))
        target = "guess"
    pair = (target, value) if spec.form in ("swapped", "exchanged") else (value, target)
    result = called(writer, call, loss, spec.options, *pair, criterion)
    decoy = "nothing" if "integer" in spec.acts else DECOYS[plan.decoy]
    if decoy == "focal weight":
        writer.line(f"weight = (1 - torch.sigmoid({value}.detach())).mean()")
        result = f"weight * ({result})"
    if decoy == "other loss":
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
        case "model under autocast" if lines[:before] and not spec.float32:
            return [block('with torch.autocast("cuda"):', lines[:before]), *lines[before:], f"loss = {result}", "return loss"]
        case "autocast off for the loss" if not spec.float32:
            inner = block('with torch.autocast("cuda", enabled=False):', [*lines[before:], f"loss = {result}"])
            return [block('with torch.autocast("cuda"):', [*lines[:before], inner]), "return loss"]
        case "cpu autocast" if spec.loss != "bce":
            return [block('with torch.autocast("cpu"):', [*lines, f"loss = {result}"]), "return loss"]
        case _:
            return [*lines, f"return {result}"]
