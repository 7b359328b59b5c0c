"""What the words of a project say of its modules: whether some may be converted, or kept from being trained."""

from __future__ import annotations

import pytest

from bce_lint.analysis.project.index import scan
from bce_lint.analysis.project.tensor_words import TensorWords

CONVERTS = [
    "net.double()", "net.half()", "x.to(dtype)", "x.to(other)", "x.to(torch.float64)", "x.to(device, dtype=dtype)",
    "x.to(device=where, dtype=torch.float16)", "x.type(torch.cuda.HalfTensor)", "x.type(kind)", "torch.set_default_dtype(kind)",
    "from apex import amp", "Model.from_pretrained(name, torch_dtype=kind)", "net._apply(function)", "x.to(*where)",
    "x.to(a(b(c(d))))", "net.to(torch.bfloat16)", "Trainer(precision='64-true')", "Trainer(precision=64)", "f = net.half",
    "x.to(\n    device,\n    kind,\n)",
]  # fmt: skip
LEAVES = [
    "x.to(device)", "x.to(self.device)", "x.to('cuda')", "x.to('cuda:0', non_blocking=True)", "x.to(options.gpu)", "x.to(rank)",
    "x.to(torch.long)", "x.to(torch.float32)", "x.type(torch.LongTensor)", "x.type()", "x.to(torch.device('cpu'))", "x.to(y.device)",
    "x.to(device=y.device, non_blocking=True)", "x.to(dtype=torch.float32)", "x.float()", "x.to(next(self.parameters()).device)",
    "x.type(torch.cuda.FloatTensor)", "x.to(0)", "Trainer(precision=16)", "text = 'net.double()'  # net.half()", "double(x)",
]  # fmt: skip
FREEZES = [
    "p.requires_grad = False", "p.requires_grad=flag", "p.requires_grad_(False)", "net.requires_grad_(on)",
    "Variable(x, requires_grad=False)", "freeze(net)", "net.freeze()", "freeze_layers(net)", "setattr(p, 'requires_grad', False)",
    "map(Tensor.requires_grad_, x)", "p.detach_()", "self.toggle_optimizer(o)", "unfreeze_all(net)", "get_peft_model(net, how)",
]  # fmt: skip
TRAINS = [
    "p.requires_grad", "if p.requires_grad:\n    pass", "p.requires_grad = True", "x.requires_grad_()", "x.requires_grad_( True)",
    "torch.ones(3, requires_grad=True)", "p.requires_grad == x", "x.detach()", "# p.requires_grad = False",
]  # fmt: skip


def words(text: str) -> TensorWords:
    return TensorWords({"a.py": scan("a.py", b"import torch\n"), "b.py": scan("b.py", f"{text}\n".encode())})


@pytest.mark.parametrize("text", CONVERTS)
def test_what_may_convert_a_module(text: str) -> None:
    assert words(text).converting


@pytest.mark.parametrize("text", LEAVES)
def test_what_leaves_modules_as_they_are(text: str) -> None:
    assert not words(text).converting


@pytest.mark.parametrize("text", FREEZES)
def test_what_may_freeze_a_parameter(text: str) -> None:
    assert words(text).freezing


@pytest.mark.parametrize("text", TRAINS)
def test_what_freezes_none(text: str) -> None:
    assert not words(text).freezing


@pytest.mark.parametrize("text", ["torch.set_default_dtype(torch.float64)", "torch.set_default_tensor_type(kind)"])
def test_what_changes_the_default(text: str) -> None:
    assert words(text).default_dtype and not words("torch.get_default_dtype()").default_dtype
