"""Programs by the code that they are to be reported with, each with one that looks alike and is right."""

from __future__ import annotations

from typing import NamedTuple

HEAD = """\
import torch
from torch import nn
import torch.nn.functional as F
torch.manual_seed(0)
x = torch.randn(6, 4)
one, three = nn.Linear(4, 1), nn.Linear(4, 3)
y = torch.tensor([[0.0], [1.0], [1.0], [0.0], [1.0], [0.0]])
k = torch.tensor([0, 1, 2, 0, 1, 2])
"""


class Case(NamedTuple):
    """What comes after `HEAD`: a program with a bug and its twin without; all codes that the first is reported with."""

    codes: tuple[str, ...]
    wrong: str
    right: str


CASES = {
    "sigmoid before BCELoss": Case(("BCE101",), "nn.BCELoss()(one(x).sigmoid(), y)", "nn.BCEWithLogitsLoss()(one(x), y)"),
    "sigmoid in front of an eps": Case(
        ("BCE101",), "F.binary_cross_entropy(torch.sigmoid(one(x)).clamp(1e-6, 1 - 1e-6), y)", "F.binary_cross_entropy(y * 0.8 + 0.1, y)"
    ),
    "sigmoid before BCEWithLogits": Case(
        ("BCE103",), "nn.BCEWithLogitsLoss()(torch.sigmoid(one(x)), y)", "p = torch.sigmoid(one(x))\nnn.BCEWithLogitsLoss()(one(x), y)"
    ),
    "sigmoid in a Sequential": Case(
        ("BCE103",),
        "net = nn.Sequential(nn.Linear(4, 1), nn.Sigmoid())\nF.binary_cross_entropy_with_logits(net(x), y)",
        "net = nn.Sequential(nn.Linear(4, 1), nn.ReLU(), nn.Linear(1, 1))\nF.binary_cross_entropy_with_logits(net(x), y)",
    ),
    "log-sigmoid before BCEWithLogits": Case(
        ("BCE103",), "nn.BCEWithLogitsLoss()(F.logsigmoid(one(x)), y)", "-(y * F.logsigmoid(one(x))).mean()"
    ),
    "softmax before BCEWithLogits": Case(
        ("BCE104",),
        "F.binary_cross_entropy_with_logits(three(x).softmax(1), F.one_hot(k, 3).float())",
        "F.binary_cross_entropy_with_logits(three(x), F.one_hot(k, 3).float())",
    ),
    "logits before BCELoss": Case(("BCE105",), "nn.BCELoss()(one(x), y)", "nn.BCELoss()(torch.rand(6, 1), y)"),
    "tanh before BCELoss": Case(("BCE105",), "nn.BCELoss()(torch.tanh(one(x)), y)", "nn.BCELoss()((torch.tanh(one(x)) + 1) / 2, y)"),
    "values below 0 from nowhere": Case(
        ("BCE105",),
        "import numpy\nnn.BCELoss()(torch.from_numpy(numpy.full((6, 1), -0.5)).float(), y)",
        "import numpy\nnn.BCELoss()(torch.from_numpy(numpy.full((6, 1), 0.5)).float(), y)",
    ),
    "taken for both": Case(
        ("BCE106",),
        "z = torch.rand(6, 1)\nnn.BCEWithLogitsLoss()(z, y)\nnn.BCELoss()(z, y)",
        "z = torch.rand(6, 1)\nnn.BCELoss()(z, y)\nnn.BCELoss()(z, y)",
    ),
    "taken for both, probabilities first": Case(
        ("BCE106",),
        "z = torch.rand(6, 1)\nnn.BCELoss()(z, y)\nnn.BCEWithLogitsLoss()(z.view(-1, 1), y)",
        "z = torch.rand(6, 1)\nnn.BCELoss()(z, y)\nnn.BCEWithLogitsLoss()(z * 2 - 1, y)",
    ),
    "sigmoid twice": Case(
        ("BCE107",), "nn.BCELoss()(torch.sigmoid(torch.sigmoid(one(x))), y)", "nn.BCEWithLogitsLoss()(one(x.sigmoid()), y)"
    ),
    "softmax before cross entropy": Case(
        ("BCE111",),
        "nn.CrossEntropyLoss()(nn.Softmax(dim=1)(three(x)), k)",
        "s = nn.Softmax(dim=1)(three(x))\nnn.CrossEntropyLoss()(three(x), k)",
    ),
    "sigmoid before cross entropy": Case(("BCE112",), "F.cross_entropy(three(x).sigmoid(), k)", "F.cross_entropy(three(x.sigmoid()), k)"),
    "a softmax that is written out": Case(
        ("BCE111",),
        "e = torch.exp(three(x))\nF.cross_entropy(e / e.sum(dim=1, keepdim=True), k)",
        "e = torch.exp(three(x))\nF.cross_entropy(e / e.sum(dim=0, keepdim=True).sum(), k)",
    ),
    "a log-softmax that is written out": Case(
        ("BCE113",),
        "z = three(x)\nF.cross_entropy(z - torch.logsumexp(z, 1).unsqueeze(1), k)",
        "z = three(x)\nF.cross_entropy(z - torch.logsumexp(z, 1).mean(), k)",
    ),
    "a log-sigmoid that is written out": Case(
        ("BCE103",),
        "nn.BCEWithLogitsLoss()(-torch.log(1 + torch.exp(-one(x))), y)",
        "nn.BCEWithLogitsLoss()(torch.log(1 + torch.exp(-one(x))), y)",
    ),
    "clamps inside a formula": Case(
        ("BCE503",),
        "p = torch.rand(6, 1)\n-(y * torch.log(p.clamp(1e-6)) + (1 - y) * torch.log((1 - p).clamp(1e-6))).mean()",
        "p = torch.rand(6, 1)\n-(y * torch.log(p.clamp(0.5)) + (1 - y) * torch.log((1 - p).clamp(0.5))).mean()",
    ),
    "log-softmax before cross entropy": Case(("BCE113",), "F.cross_entropy(F.log_softmax(three(x), 1), k)", "F.cross_entropy(three(x), k)"),
    "softmax before NLL": Case(("BCE121",), "F.nll_loss(F.softmax(three(x), dim=1), k)", "F.cross_entropy(three(x), k)"),
    "logits before NLL": Case(("BCE122",), "nn.NLLLoss()(three(x), k)", "nn.CrossEntropyLoss()(three(x), k)"),
    "the split pair": Case(("BCE123",), "nn.NLLLoss()(F.log_softmax(three(x), 1), k)", "nn.CrossEntropyLoss()(three(x), k)"),
    "softmax before KL": Case(
        ("BCE131",),
        "F.kl_div(three(x).softmax(1), torch.full((6, 3), 1 / 3), reduction='batchmean')",
        "F.kl_div(three(x).log_softmax(1), torch.full((6, 3), 1 / 3), reduction='batchmean')",
    ),
    "a target in log space": Case(
        ("BCE133",),
        "F.kl_div(three(x).log_softmax(1), three(-x).log_softmax(1), reduction='sum')",
        "F.kl_div(three(x).log_softmax(1), three(-x).log_softmax(1), reduction='sum', log_target=True)",
    ),
    "probabilities first, their logarithms second": Case(
        ("BCE202",),
        "nn.KLDivLoss(reduction='sum')(three(-x).softmax(1), three(x).log_softmax(1))",
        "nn.KLDivLoss(reduction='sum')(three(x).log_softmax(1), three(-x).softmax(1))",
    ),
    "sigmoid before soft margin": Case(
        ("BCE132",),
        "F.multilabel_soft_margin_loss(three(x).sigmoid(), F.one_hot(k, 3))",
        "F.multilabel_soft_margin_loss(three(x), F.one_hot(k, 3))",
    ),
    "a class called": Case(("BCE201",), "nn.BCEWithLogitsLoss(one(x), y)", "nn.BCEWithLogitsLoss(y[0])(one(x), y)"),
    "an activation class called": Case(("BCE201",), "nn.Softmax(three(x))", "nn.Softmax(1)(three(x))"),
    "a class called by a subclass": Case(
        ("BCE201",),
        "class Loss(nn.CrossEntropyLoss):\n    pass\n\nLoss(three(x), k)",
        "class Loss(nn.CrossEntropyLoss):\n    pass\n\nLoss(torch.ones(3))(three(x), k)",
    ),
    "swapped arguments": Case(("BCE202",), "F.cross_entropy(k, three(x))", "F.cross_entropy(three(x), k)"),
    "swapped arguments of plain data": Case(
        ("BCE202",), "F.binary_cross_entropy_with_logits(y, one(x))", "F.mse_loss(y, one(x))"
    ),
    "swapped arguments after a sigmoid": Case(
        ("BCE202",),
        "p = torch.sigmoid(one(x))\nF.binary_cross_entropy(y, p)",
        "p = torch.sigmoid(one(x)).detach()\nF.binary_cross_entropy(y, p)",
    ),
    "swapped arguments of a constant": Case(
        ("BCE202",),
        "F.binary_cross_entropy_with_logits(torch.full((6, 1), 0.9), one(x))",
        "F.binary_cross_entropy_with_logits(one(x), torch.full((6, 1), 0.9))",
    ),
    "an old option": Case(
        ("BCE203",), "nn.BCEWithLogitsLoss(size_average=False)(one(x), y)", "nn.BCEWithLogitsLoss(reduction='sum')(one(x), y)"
    ),
    "an old option of a function": Case(
        ("BCE203",), "F.cross_entropy(three(x), k, reduce=False)", "F.cross_entropy(three(x), k, reduction='none')"
    ),
    "a misplaced option": Case(
        ("BCE204",), "nn.CrossEntropyLoss(reduce='none')(three(x), k)", "nn.CrossEntropyLoss(reduction='none')(three(x), k)"
    ),
    "no dimension": Case(("BCE205",), "F.softmax(three(x))", "F.softmax(three(x), dim=-1)"),
    "no dimension of a module": Case(("BCE205",), "nn.Softmax()(three(x))", "nn.Softmax(dim=1)(three(x))"),
    "integer targets": Case(
        ("BCE301",), "F.binary_cross_entropy_with_logits(one(x), y.long())", "F.binary_cross_entropy_with_logits(one(x), y)"
    ),
    "targets of another float": Case(
        ("BCE101", "BCE301"), "F.binary_cross_entropy(one(x).sigmoid(), y.double())", "F.mse_loss(one(x), y.double())"
    ),
    "float class indices": Case(("BCE302",), "F.cross_entropy(three(x), k.float())", "F.cross_entropy(three(x), F.one_hot(k, 3).float())"),
    "int32 class indices": Case(("BCE302",), "F.cross_entropy(three(x), k.int())", "F.cross_entropy(three(x), k.byte())"),
    "integer one-hot rows": Case(("BCE303",), "F.cross_entropy(three(x), F.one_hot(k))", "F.cross_entropy(three(x), F.one_hot(k).float())"),
    "integer one-hot rows by hand": Case(
        ("BCE303",), "F.cross_entropy(three(x), torch.eye(3).long()[k])", "F.cross_entropy(three(x), torch.eye(3)[k])"
    ),
    "integer class weights": Case(
        ("BCE304",),
        "F.cross_entropy(three(x), k, weight=torch.tensor([1, 2, 3]))",
        "F.cross_entropy(three(x), k, weight=torch.tensor([1.0, 2, 3]))",
    ),
    "decided classes as the input": Case(
        ("BCE305",), "F.cross_entropy(three(x).argmax(1), k)", "F.cross_entropy(three(x), three(x).argmax(1))"
    ),
    "column against row": Case(
        ("BCE401",), "F.binary_cross_entropy_with_logits(one(x), y[:, 0])", "F.binary_cross_entropy_with_logits(one(x)[:, 0], y[:, 0])"
    ),
    "weights of positive labels": Case(
        ("BCE401",),
        "F.binary_cross_entropy_with_logits(three(x), torch.rand(6, 3), pos_weight=torch.ones(6))",
        "F.binary_cross_entropy_with_logits(three(x), torch.rand(6, 3), pos_weight=torch.ones(3))",
    ),
    "all pairs": Case(("BCE401",), "F.mse_loss(one(x), y.flatten())", "F.mse_loss(one(x), y[:1])"),
    "indices of shape (N, 1)": Case(("BCE401",), "F.cross_entropy(three(x), k[:, None])", "F.cross_entropy(three(x), k)"),
    "one class": Case(("BCE402",), "F.cross_entropy(one(x), torch.zeros(6).long())", "F.cross_entropy(three(x), torch.zeros(6).long())"),
    "one class of a loss that forms its scores": Case(
        ("BCE402",),
        "F.linear_cross_entropy(x, torch.rand(1, 4), torch.zeros(6).long())",
        "F.linear_cross_entropy(x, torch.rand(3, 4), torch.zeros(6).long())",
    ),
    "softmax over the batch": Case(
        ("BCE111", "BCE403"), "F.cross_entropy(three(x).softmax(dim=0), k)", "three(x).softmax(dim=0).t() @ x\nF.cross_entropy(three(x), k)"
    ),
    "softmax out of range": Case(("BCE403",), "three(x).softmax(dim=2)", "three(x)[None].softmax(dim=2)"),
    "softmax over one value, always": Case(
        ("BCE403",),
        "for n in (1, 1):\n    torch.softmax(torch.randn(6, n), dim=1)",
        "for n in (3, 1):\n    torch.softmax(torch.randn(6, n), dim=1)",
    ),
    "log of softmax": Case(("BCE501",), "torch.log(three(x).softmax(1))", "three(x).log_softmax(1).exp()"),
    "log of softmax that is trained": Case(("BCE501",), "torch.log(three(x).softmax(1))", "torch.log(three(x).detach().softmax(1))"),
    "log of sigmoid": Case(("BCE502",), "(one(x).sigmoid() + 1e-8).log()", "(one(x).abs() + 1e-8).log()"),
    "log of one minus sigmoid": Case(("BCE502",), "torch.log(1 - torch.sigmoid(one(x)))", "torch.log(2 - torch.sigmoid(one(x)))"),
    "written by hand": Case(
        ("BCE503",),
        "p = torch.sigmoid(one(x))\n(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()",
        "p = F.logsigmoid(one(x))\n(y * p + (1 - y) * (p - one(x))).mean()",
    ),
    "a threshold on logits": Case(
        ("BCE601",),
        "z = one(x)\nF.binary_cross_entropy_with_logits(z, y)\nz > 0.5",
        "z = one(x)\nF.binary_cross_entropy_with_logits(z, y)\nz.sigmoid() > 0.5\nz > 0",
    ),
    "a rounding of logits": Case(
        ("BCE601",),
        "z = one(x)\nF.binary_cross_entropy_with_logits(z, y)\nz.round()",
        "z = one(x)\nF.mse_loss(z, y)\nz.round()",
    ),
    "saturated against the target": Case(
        ("BCE101", "BCE701"),
        "nn.BCELoss()(torch.sigmoid(one(x) + 1000.0), y)",
        "nn.BCEWithLogitsLoss()(one(x) + 1000.0, y)",
    ),
    "targets of -1 and 1": Case(
        ("BCE702",), "F.binary_cross_entropy_with_logits(one(x), 2 * y - 1)", "F.soft_margin_loss(one(x), 2 * y - 1)"
    ),
}
