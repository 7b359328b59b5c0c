"""However an activation is spelled and however its result travels, the loss is seen with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.witness.cases import HEAD
from tests.witness.programs import run

pytestmark = pytest.mark.torch

SIGMOIDS = {
    "function": "p = torch.sigmoid(one(x))",
    "functional": "p = F.sigmoid(one(x))",
    "special": "p = torch.special.expit(one(x))",
    "method": "p = one(x).sigmoid()",
    "in place": "p = one(x)\np.sigmoid_()",
    "in place, by function": "p = one(x)\ntorch.sigmoid_(p)",
    "into out": "with torch.no_grad():\n    p = torch.empty(6, 1)\n    torch.sigmoid(one(x), out=p)",
    "module": "p = nn.Sigmoid()(one(x))",
    "subclass of a module": "class Gate(nn.Sigmoid):\n    pass\n\np = Gate()(one(x))",
    "sequential": "p = nn.Sequential(one, nn.Sigmoid())(x)",
    "nested sequential": "p = nn.Sequential(nn.Sequential(one, nn.Sequential(nn.Sigmoid())), nn.Flatten())(x)",
    "subclass": (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(4, 1)\n\n"
        "    def forward(self, x):\n        return torch.sigmoid(self.fc(x))\n\np = Net()(x)"
    ),
    "ParameterDict": "w = nn.ParameterDict({'w': torch.ones(4, 1)})\np = torch.sigmoid(x @ w['w'])",
    "data parallel": "p = nn.DataParallel(nn.Sequential(one, nn.Sigmoid()))(x)",
    "by hand": "p = 1 / (1 + torch.exp(-one(x)))",
    "exp of log-sigmoid": "p = F.logsigmoid(one(x)).exp()",
    "no_grad": "with torch.no_grad():\n    p = torch.sigmoid(one(x))",
    "inference mode": "with torch.inference_mode():\n    p = torch.sigmoid(one(x))",
    "a function handed around": "act = torch.sigmoid\np = list(map(act, [one(x)]))[0]",
    "getattr": "p = getattr(torch, 'sig' + 'moid')(one(x))",
    "from a table": "p = {'sigmoid': nn.Sigmoid, 'none': nn.Identity}['sigmoid']()(one(x))",
    "by configuration": "import os\np = torch.sigmoid(one(x)) if os.environ.get('NO_SUCH_NAME') is None else one(x)",
}
WAYS = {
    "view": "p.view(6, 1)",
    "reshape and back": "p.reshape(-1).unsqueeze(1)",
    "squeeze": "p.squeeze(1)[:, None]",
    "transpose twice": "p.t().T",
    "indexing": "torch.cat([p[:3], p[3:]])",
    "boolean index": "p[torch.ones(6).bool()]",
    "stack": "torch.stack([row for row in p])",
    "unbind": "torch.stack(p.unbind(0), 0)",
    "split": "torch.cat(p.split(2))",
    "detach": "p.detach()",
    "data": "p.data",
    "clone": "p.clone()",
    "cast": "p.double().float()",
    "to": "p.to('cpu')",
    "clamp": "p.clamp(1e-6, 1 - 1e-6)",
    "one minus": "1 - p",
    "dropout": "F.dropout(p, 0.5)",
    "where": "torch.where(y > 0, p, 1 - p)",
    "attribute": "type('Out', (), {'p': p}).p",
    "generator": "next(iter([p]))",
    "a list": "[p][0]",
    "contiguous": "p.expand(6, 1).contiguous()",
    "gather": "p.gather(1, torch.zeros(6, 1).long())",
    "sort": "p.sort(0)[0]",
    "max over a dimension": "p.max(1, keepdim=True).values",
    "an identity": "nn.Identity()(p)",
    "item assignment": "p.index_put((torch.tensor([0]),), p[:1])",
}
LOSSES = {
    "functional": "F.binary_cross_entropy_with_logits(p, y)",
    "functional by keyword": "F.binary_cross_entropy_with_logits(target=y, input=p)",
    "module": "nn.BCEWithLogitsLoss()(p, y)",
    "module by keyword": "nn.BCEWithLogitsLoss()(target=y, input=p)",
    "forward": "nn.BCEWithLogitsLoss().forward(p, y)",
    "builtin": "torch.binary_cross_entropy_with_logits(p, y)",
    "partial": "import functools\nfunctools.partial(F.binary_cross_entropy_with_logits, target=y)(p)",
    "subclass": "class Loss(nn.BCEWithLogitsLoss):\n    pass\n\nLoss()(p, y)",
    "lambda": "(lambda o, t: F.binary_cross_entropy_with_logits(o, t))(p, y)",
    "inside a loss of one's own": (
        "class Loss(nn.Module):\n    def forward(self, o, t):\n        return 2 * F.binary_cross_entropy_with_logits(o, t)\n\nLoss()(p, y)"
    ),
    "with a default device": "with torch.device('cpu'):\n    nn.BCEWithLogitsLoss()(p, y)",
}


@pytest.mark.parametrize("sigmoid", SIGMOIDS.values(), ids=SIGMOIDS)
def test_a_sigmoid_is_known(sigmoid: str, tmp_path: Path) -> None:
    done = run(f"{HEAD}{sigmoid}\nF.binary_cross_entropy_with_logits(p, y)\n", tmp_path)
    assert (done.codes, done.error) == (["BCE103"], None)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_way_keeps_it(way: str, tmp_path: Path) -> None:
    done = run(f"{HEAD}p = torch.sigmoid(one(x))\nq = {way}\nF.binary_cross_entropy_with_logits(q, y)\n", tmp_path)
    assert (done.codes, done.error) == (["BCE103"], None)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_way_makes_none(way: str, tmp_path: Path) -> None:
    done = run(f"{HEAD}p = one(x)\nq = {way}\nF.binary_cross_entropy_with_logits(q, y)\n", tmp_path)
    assert (done.codes, done.error) == ([], None)


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_a_loss_is_seen(loss: str, tmp_path: Path) -> None:
    done = run(f"{HEAD}p = torch.sigmoid(one(x))\n{loss}\n", tmp_path)
    assert (done.codes, done.error, [one.count for one in done.report.losses]) == (["BCE103"], None, [1])


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_a_right_loss_is_listed(loss: str, tmp_path: Path) -> None:
    done = run(f"{HEAD}p = one(x)\n{loss}\n", tmp_path)
    (seen,) = done.report.losses
    assert (done.codes, seen.count, seen.right) == ([], 1, True)
    assert seen.reached == (("logits float32 [6, 1]; target float32 [6, 1]", 1),)


@pytest.mark.parametrize(
    "then",
    [
        "p = p.logit()",
        "p = p * one(x)",
        "p = p.mean(1, keepdim=True)",
        "p = p.copy_(one(x))",
        "p = p.detach().zero_()",
        "p = p.detach()\nq = p.view(-1)\nq.add_(3.0)",
        "p = p.detach()\np[0] = 5.0",
        "p = p.detach().numpy()\np = torch.from_numpy(p)",
        "p = torch.linalg.norm(p, dim=1, keepdim=True) * torch.randn(6, 1)",
        "p = p.detach()\nnn.init.normal_(p)",
    ],
)
def test_what_is_no_probability_any_more_is_not_taken_for_one(then: str, tmp_path: Path) -> None:
    done = run(f"{HEAD}p = torch.sigmoid(one(x))\n{then}\nF.binary_cross_entropy_with_logits(p, y)\n", tmp_path)
    assert (done.codes, done.error) == ([], None)


def test_a_compiled_model(tmp_path: Path) -> None:
    done = run(f"{HEAD}net = torch.compile(nn.Sequential(one, nn.Sigmoid()))\nnn.BCEWithLogitsLoss()(net(x), y)\n", tmp_path)
    assert (done.codes, done.error) == (["BCE103"], None)


def test_scripted_code_is_not_seen_and_that_is_said(tmp_path: Path) -> None:
    done = run(f"{HEAD}net = torch.jit.script(nn.Sequential(one, nn.Sigmoid()))\nnn.BCEWithLogitsLoss()(net(x), y)\n", tmp_path)
    assert (done.codes, done.error) == ([], None)
    assert done.report.notes == (
        "not seen: what runs inside torch.jit (scripted or traced code)",
        f"not seen: an operation before BCEWithLogitsLoss (program.py:{HEAD.count(chr(10)) + 2}), SigmoidBackward to autograd",
    )
    text = done.report.text("concise")
    assert "not seen: what runs inside torch.jit" in text
    assert "float32 [6, 1] of unknown origin; target float32 [6, 1]" in text


def test_a_module_in_a_container_is_named_where_it_is_made(tmp_path: Path) -> None:
    done = run(f"{HEAD}net = nn.Sequential(one, nn.Sigmoid())\nnn.BCEWithLogitsLoss()(net(x), y)\n", tmp_path)
    (found,) = done.report.findings
    line = HEAD.count("\n") + 1
    assert [(label.message, label.location.start) for label in found.labels] == [("sigmoid applied here", (line, 26))]


def test_a_loss_in_a_function_is_reported_where_the_value_meets_it(tmp_path: Path) -> None:
    loss = "def loss(o, t):\n    return F.binary_cross_entropy_with_logits(o, t)\n\n"
    done = run(f"{HEAD}{loss}def step():\n    return loss(torch.sigmoid(one(x)), y)\n\nstep()\n", tmp_path)
    assert done.rows == [("    return loss(torch.sigmoid(one(x)), y)", "BCE103")]
    messages = [label.message for label in done.report.findings[0].labels]
    assert messages == ["sigmoid applied here", "called from here", "loss computed here"]
