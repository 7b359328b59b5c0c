"""What the analysis says of shapes against torch: nothing that it says is wrong, and of the tables nothing is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from unittest.mock import patch

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bce_lint.analysis.domain.shapes import rank
from bce_lint.analysis.domain.tensor import Shape, Tensor
from bce_lint.analysis.sites import LossSite, Site
from bce_lint.analysis.state.machine import Machine
from bce_lint.engine import check_text
from tests.catalog.probes import fails
from tests.examples import few_and_many

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]

IMPORTS = "import numpy as np\nimport torch\nimport torch.nn.functional as F\nfrom torch import nn\n"
NAMES = """
x = torch.zeros(2, 3, 4)
m = torch.zeros(2, 3)
c = torch.zeros(4, 1)
v, a = torch.zeros(5), np.zeros((2, 3))
i = torch.tensor([0, 2, 1])
im = torch.zeros(2, 3, 9, 9)
"""

# What has to be known to the last size.
EXACT = """
x.permute(0, 2, 1) | x.permute((2, 0, 1)) | x.permute(-1, 0, 1) | torch.permute(x, (1, 2, 0)) | x.transpose(1, 2) | x.transpose(-1, 0)
x.swapaxes(0, 1) | m.t() | m.T | c.squeeze() | c.squeeze(-1) | c.squeeze(1) | c.squeeze(dim=-1) | c.squeeze(0) | torch.squeeze(c, 1)
x.unsqueeze(-1) | x.unsqueeze(0) | x.unsqueeze(-2) | x.unsqueeze(dim=1) | torch.unsqueeze(x, 1) | x.flatten() | x.flatten(1)
x.flatten(start_dim=1) | torch.flatten(x, 1) | x.view(-1) | x.view(6, -1) | x.view(x.size(0), -1) | x.view(x.shape[0], -1)
x.view(len(x), 12) | x.view(x.shape) | x.view(*x.shape) | x.reshape((6, 4)) | x.reshape([6, 4]) | x.reshape(-1, 4)
torch.reshape(x, (6, 4)) | x.view_as(torch.zeros(6, 4)) | x.reshape(m.shape + (4,)) | c.expand(4, 6) | c.expand(-1, 6)
c.expand_as(torch.zeros(4, 6)) | torch.broadcast_to(c, (4, 6)) | x[0] | x[-1] | x[:, 0] | x[..., 0] | x[..., None] | x[None] | x[:, None]
x[0, :, 1] | x[0, 1, 2] | x.sum() | x.sum(1) | x.sum(1, True) | x.sum(dim=1, keepdim=True) | x.sum(dim=-1) | x.sum(axis=1) | x.mean(0)
torch.mean(x, 0) | x.amax(1) | x.argmax(1) | x.argmax(dim=-1, keepdim=True) | torch.argmax(x, 1) | x.any(1) | x.all() | x.logsumexp(1)
x.prod(1) | x.median() | x.std(dim=1, keepdim=True) | x.norm(p=2, dim=1, keepdim=True) | x.cumsum(1) | x.argsort(1) | x.sort(1)[0]
F.one_hot(i, 3) | F.one_hot(i, num_classes=4) | F.one_hot(i.view(-1, 1), 3) | x + m[..., None] | m + torch.zeros(3) | c * torch.zeros(4)
v - v.unsqueeze(1) | x * 2 | 2 / x | torch.add(m, v[:3]) | m.add(1) | -m | ~(m > 0) | m > 0 | m == 0 | m.eq(0) | m.gt(torch.zeros(2, 1))
m.clamp(0, 1) | x.flip(0) | torch.ones_like(x) | torch.rand_like(x) | x.new_zeros(2, 3) | x.new_full((2,), 1) | torch.tensor([[1], [2]])
torch.tensor(1) | torch.LongTensor([1, 2]) | torch.arange(5) | torch.eye(3) | torch.eye(2, 3) | torch.zeros(()) | torch.full((2, 3), 1)
torch.full(size=(2,), fill_value=1) | torch.randint(0, 5, (3,)) | torch.randint(high=5, size=(3,)) | torch.randperm(5) | torch.rand((2, 3))
torch.randn([2, 3]) | torch.zeros(2, 0) | torch.zeros(x.shape[0], 5) | torch.zeros(*[2, 3]) | torch.zeros(len(v)) | nn.Linear(4, 3)(x)
nn.Linear(4, 3)(torch.zeros(4)) | nn.Linear(3, 2)(m).sigmoid() | nn.LazyLinear(8)(m) | nn.Bilinear(3, 3, 5)(m, m) | nn.BatchNorm2d(3)(im)
nn.BatchNorm1d(3)(x) | nn.LayerNorm(4)(x) | nn.GroupNorm(1, 3)(x) | nn.Dropout(0.5)(x) | nn.Identity()(x) | nn.Flatten()(x)
nn.Flatten(0)(x) | nn.Flatten(start_dim=2)(im) | nn.Embedding(10, 6)(i) | nn.ReLU()(x) | nn.Softmax(dim=1)(x) | nn.Softplus()(x)
F.normalize(m) | F.dropout(m) | F.relu(m) | F.softmax(m, dim=1) | torch.sigmoid(m) | torch.exp(m) | torch.log(m)
nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 1))(x) | nn.Sequential(nn.Flatten(), nn.Linear(12, 5))(x)
nn.Sequential(nn.Conv2d(3, 8, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 2))(im) | nn.Linear(4, 1)(x).squeeze(-1)
nn.Sequential(nn.Linear(4, 1), nn.Flatten(0))(torch.zeros(7, 4)) | nn.Linear(4, 1)(x)[:, 0] | m.detach().cpu().double().clone()
torch.from_numpy(a) | torch.from_numpy(a.reshape(-1, 1)) | torch.from_numpy(a[:, None]) | torch.from_numpy(np.zeros((3, 1), np.float32))
torch.from_numpy(np.random.randint(0, 5, (3, 1))) | torch.from_numpy(np.random.rand(2, 3)) | torch.from_numpy(np.random.random((2, 3)))
x[:, 1:] | x[1:] | x[:, :2] | x[..., :-1] | x[:, ::2] | x[5:] | x[:, -2:] | x[0, 1:, None] | v[1:4:2] | x[:, 1:][:, 0]
x.new_tensor([1, 2]) | x.new_tensor([[1, 2]]).view(-1, 1) | x.new_tensor(m) | m.resize_(5) | m.resize_(3, 2) | m.resize_((4, 1))
m.resize_as_(c) | v.data.resize_(7) | x.select(1, 0) | torch.select(x, -1, 0) | x.narrow(1, 0, 2) | x.index_select(1, i) | x.unbind(1)[0]
x.topk(2).values
torch.matmul(x, torch.zeros(2, 4, 1)) | torch.zeros(1, 3, 4) @ torch.zeros(5, 1, 4, 2) | x.bmm(x.transpose(1, 2))
nn.Conv2d(3, 8, 3)(im) | nn.Conv2d(3, 8, 3)(im[0]) | nn.Conv1d(3, 8, 2)(x) | nn.Conv2d(3, 8, 3, 2, 1)(im)
nn.Conv2d(3, 8, (3, 1), dilation=2)(im)
nn.Conv2d(3, 8, 3, padding="same")(im) | nn.Conv2d(3, 8, 4, padding="valid", stride=3)(im)
nn.MaxPool2d(2)(im) | nn.MaxPool2d(2, ceil_mode=True)(im) | nn.MaxPool2d(3, 2, 1)(im) | nn.MaxPool2d(2, 3, padding=1, ceil_mode=True)(im)
nn.AvgPool2d(4)(im) | nn.AvgPool1d(2, 1)(x) | nn.MaxPool1d(kernel_size=2, stride=1)(x) | nn.LPPool2d(2, 3)(im)
nn.MaxPool2d((2, 9), (1, 2))(im)
nn.AdaptiveAvgPool2d((1, 1))(im).flatten(1) | nn.AdaptiveAvgPool2d((None, 2))(im) | nn.AdaptiveMaxPool2d(3)(im[0])
nn.AdaptiveAvgPool1d(2)(x)
F.max_pool2d(im, 2) | F.max_pool2d(im, 3, stride=2, ceil_mode=True) | F.avg_pool2d(im, (2, 3)) | F.max_pool1d(x, 2)
F.avg_pool1d(x, 2, 1, 1)
F.adaptive_avg_pool2d(im, 1) | F.adaptive_max_pool2d(im, (2, 5)) | F.adaptive_avg_pool2d(im, [4, None]) | torch.max_pool2d(im, 2)
F.conv2d(im, torch.zeros(7, 3, 3, 3)) | F.conv2d(im, torch.zeros(7, 3, 3, 3), padding=1, stride=2) | F.conv1d(x, torch.zeros(6, 3, 2))
F.interpolate(im, size=(4, 5)) | F.interpolate(im, 4) | F.interpolate(im, size=[3, 3]) | F.interpolate(x, 7)
F.interpolate(im, None, (2, 3)) | nn.Upsample(scale_factor=2)(im) | nn.Upsample((6, 7))(im) | nn.UpsamplingBilinear2d(size=5)(im)
F.upsample(im, 3)
F.interpolate(im, size=im.shape[2:]) | nn.LSTM(4, 6)(x)[0] | nn.GRU(4, 6, bidirectional=True)(x)[0] | nn.RNN(4, 5, batch_first=True)(x)[0]
nn.LSTM(4, 6, 2, True, True, 0.0, True)(x)[0] | nn.LSTM(4, 6)(x[0])[0] | F.group_norm(x, 1) | F.instance_norm(im) | 2 / x.size(0) * x
nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.MaxPool2d(3), nn.Flatten(), nn.Linear(36, 2))(im) | torch.zeros(x.size(0) * 2) | x / len(x)
"""
# At least this much has to be known.
PARTLY: dict[str, Shape] = {
    "nn.ConvTranspose2d(3, 8, 3)(im)": (2, 8, None, None),
    "nn.ConvTranspose1d(3, 8, 2)(x)": (2, 8, None),
    "nn.FractionalMaxPool2d(2, 3)(im)": (2, 3, None, None),
    "F.interpolate(im, scale_factor=1.5)": (2, 3, None, None),
    "nn.LSTM(4, 6, proj_size=5)(x)[0]": (2, 3, None),
    "x[:, i[0]:]": (2, None, 4),
    "torch.arange(2, 5)": (None,),
    "F.one_hot(i)": (3, None),
}

# Of these only soundness is asked for.
SOUND = """
x[:, slice(1, 3)] | x.topk(2, dim=1)[1] | torch.topk(x, 1, 0).indices | nn.Conv3d(3, 2, 2)(im[:, :, None].repeat(1, 1, 4, 1, 1))
c.clone().squeeze_(1) | x.clone().unsqueeze_(1) | m.clone().t_() | m.clone().transpose_(0, 1) | x @ torch.zeros(4, 5) | m @ m.T | v @ v
torch.matmul(m, torch.zeros(3, 7)) | m.mm(torch.zeros(3, 7)) | torch.bmm(x, torch.zeros(2, 4, 5)) | m.matmul(v[:3])
torch.einsum("ij->j", m) | x.sum(1, keepdims=True) | x.sum(dim=None, keepdim=True) | x.mean(None, True) | x.std(False) | x.std(1, True)
x.var(1, True, True) | x.norm(2) | x.norm(2, 1) | x.norm(2, dim=1) | torch.norm(x, 2, -1) | x.norm(1) | x.argmax(keepdim=True)
x.sum((0, 1)) | x.amax((1, 2)) | x.max(1)[0] | x.max(1).values | x.max(dim=1, keepdim=True)[1] | torch.max(x, 1).indices
torch.max(m, m + 1) | torch.cat([m, m]) | torch.cat((m, m), -1) | torch.stack([m, m], dim=1) | torch.where(m > 0, m, m)
torch.where(m > 0, 1.0, 0.0) | m.masked_fill(torch.zeros(4, 2, 3).bool(), 0) | torch.zeros(3).clamp(min=torch.zeros(2, 3))
x.split(1, 1)[0] | x.gather(1, torch.zeros(2, 1, 4).long()) | m.index_select(0, i[:1])
x.diagonal() | x.unfold(2, 2, 1) | x.unflatten(2, (2, 2)) | x.tile(2) | c.repeat(1, 3) | c.repeat_interleave(2, 0) | x.movedim(0, 2) | x.mT
x.flatten(0, 1) | x[m > 0] | x[[0, 1]] | x[i[:1]] | torch.Tensor(2, 3) | torch.LongTensor(2, 3)
torch.arange(1, end=5) | torch.arange(5.0) | torch.linspace(0, 1, 5) | torch.linspace(3, end=4, steps=5) | torch.eye(3, m=4)
torch.bincount(i) | torch.multinomial(m + 1, 1) | nn.LazyConv2d(8, 3)(im) | nn.MaxPool2d(2, return_indices=True)(im)[0]
nn.Unflatten(1, (3, 1))(x) | nn.GLU()(x) | F.glu(x) | nn.PReLU()(x) | nn.EmbeddingBag(10, 6)(torch.zeros(2, 3).long())
F.pad(x, (1, 1)) | F.interpolate(im, scale_factor=2) | nn.PixelShuffle(1)(im) | nn.ZeroPad2d(1)(im)
nn.CosineSimilarity()(m, m) | F.linear(m, m)
F.max_pool2d(im, 2, return_indices=True)[0] | nn.ConvTranspose2d(3, 8, 2, 2)(im, output_size=(18, 18)) | x @ v[:4] | v[:3] @ x | v @ v
F.interpolate(im, scale_factor=0.5) | F.interpolate(im, scale_factor=2.0) | nn.Upsample(scale_factor=1.5)(im)
F.conv2d(im[0], torch.zeros(7, 3, 3, 3))
nn.Conv2d(3, 8, **dict(kernel_size=3, stride=2))(im) | nn.Conv2d(*(3, 8), 3, *(2,))(im) | nn.MaxPool2d(2, None)(im)
nn.Flatten(1, 2)(im) | nn.MultiheadAttention(4, 2)(x, x, x)[0] | torch.nonzero(m) | torch.from_numpy(np.eye(3))
torch.from_numpy(np.random.normal(0, 1, (2, 3))) | torch.from_numpy(np.random.uniform(0, 1, (2, 3)))
torch.from_numpy(np.sort(a, axis=None)) | torch.from_numpy(np.argsort(a, axis=None)) | torch.from_numpy(a.sum(1, keepdims=True))
torch.from_numpy(np.max(a, axis=1, keepdims=True)) | torch.from_numpy(np.zeros((2, 3, 4)).transpose(0, 2, 1))
torch.from_numpy(np.cumsum(a)) | torch.from_numpy(a.std(0, keepdims=True)) | torch.from_numpy(np.arange(5, step=2))
torch.from_numpy(a.transpose()) | torch.from_numpy(a.T)
"""

REDUCTIONS = ("sum", "mean", "prod", "amax", "argmax", "any", "all", "std", "var", "norm", "logsumexp", "nansum")
IN_PLACE = ["unsqueeze_(0)", "squeeze_()", "transpose_(0, 1)", "t_()", "swapaxes_(0, 1)", "resize_(1)", "clamp_(0, 1)", "mul_(2)", "exp_()"]


def listed(table: str) -> list[str]:
    """The expressions of a table, divided by ` | ` and line ends."""
    return table.strip().replace("\n", " | ").split(" | ")


def predicted(expression: str, names: str = NAMES) -> tuple[Tensor, ...]:
    """What the analysis knows of an expression's value: what it would hand to a rule; empty where it knows nothing."""
    sites: list[LossSite] = []

    def record(machine: Machine, site: Site) -> None:
        if isinstance(site, LossSite) and not machine.suppress_sites:
            sites.append(site)

    with patch.object(Machine, "record", record):
        check_text(f"{IMPORTS}{names}\ny = {expression}\nF.mse_loss(y, torch.zeros(1))\n".encode(), None, frozenset())
    assert len({site.input for site in sites}) == 1, "one loss is met"
    return sites[0].input


def real(expression: str, names: str = NAMES) -> torch.Tensor:
    """What torch makes of it."""
    space: dict[str, object] = {}
    torch.manual_seed(0)  # a Linear starts with the same weights each time
    exec(IMPORTS + names, space)
    found = eval(expression, space)
    assert isinstance(found, torch.Tensor)
    return found


def covers(shape: Shape | None, sizes: tuple[int, ...]) -> bool:
    """True if a shape with unknowns may be this one."""
    known = () if shape is None else shape[1:] if shape[:1] == (...,) else shape
    if len(known) > len(sizes) or rank(shape) not in (None, len(sizes)):
        return False
    return all(s is None or s == size for s, size in zip(known, sizes[len(sizes) - len(known) :], strict=True))


def check_sound(expression: str, names: str = NAMES, real_names: str | None = None) -> None:
    """One of the alternatives has the real shape and dtype, as far as it says."""
    found, known = real(expression, names if real_names is None else real_names), predicted(expression, names)
    said = [(t.shape, t.dtype) for t in known]
    sizes, dtype = tuple(found.shape), str(found.dtype)[6:]
    assert not said or any(covers(s, sizes) and d in (None, dtype) for s, d in said), f"{expression}: {said} but it is {sizes} {dtype}"


@pytest.mark.parametrize("expression", listed(EXACT))
def test_exact(expression: str) -> None:
    assert [t.shape for t in predicted(expression)] == [tuple(real(expression).shape)]


@pytest.mark.parametrize("expression", PARTLY)
def test_partly(expression: str) -> None:
    (found,) = (t.shape or () for t in predicted(expression))
    assert [size if least else None for size, least in zip(found, PARTLY[expression], strict=True)] == [*PARTLY[expression]]


@pytest.mark.parametrize("expression", [*listed(EXACT), *PARTLY, *listed(SOUND)])
def test_sound(expression: str) -> None:
    check_sound(expression)


@pytest.mark.parametrize("method", IN_PLACE)
def test_written_back(method: str) -> None:
    check_sound("t", f"t = torch.zeros(2, 1)\nt.{method}")


Step = Callable[[st.DrawFn, str, tuple[int, ...]], str]


def _dim(draw: st.DrawFn, shape: tuple[int, ...], more: int = 0) -> int:
    assume(len(shape) + more)
    return draw(st.integers(-len(shape) - more, len(shape) + more - 1))


def _reshape(draw: st.DrawFn, u: str, shape: tuple[int, ...]) -> str:
    cut = draw(st.integers(0, len(shape)))
    sizes = [prod(shape[:cut]), *shape[cut:]]
    if prod(shape) and draw(st.booleans()):
        sizes[draw(st.integers(0, len(sizes) - 1))] = -1
    new = ", ".join(map(str, sizes))
    return draw(st.sampled_from([f"{u}.reshape({new})", f"{u}.contiguous().view({new})", f"torch.reshape({u}, ({new},))"]))


def _index(draw: st.DrawFn, u: str, shape: tuple[int, ...]) -> str:
    keys = draw(st.lists(st.sampled_from(["0", "-1", ":", "1:", ":2", "::2", "None", "..."]), min_size=1, max_size=4))
    return f"{u}[{', '.join(keys)}]"


def _reduce(draw: st.DrawFn, u: str, shape: tuple[int, ...]) -> str:
    name = draw(st.sampled_from(REDUCTIONS))
    dim = draw(st.sampled_from(["", "1", "0", "-1", "(0, 1)", "None", "dim=0", "dim=-1", "dim=(0, -1)", "axis=0", "False"]))
    keep = draw(st.sampled_from(["", "True", "keepdim=True", "keepdim=False", "keepdims=True"]))
    return f"{u}.{name}({', '.join(filter(None, (dim, keep)))})"


def _expand(draw: st.DrawFn, u: str, shape: tuple[int, ...]) -> str:
    more = draw(st.lists(st.integers(1, 3), max_size=2))
    return f"{u}.expand({[*more, *(draw(st.sampled_from([-1, s, 3])) for s in shape)]})"


def _pointwise(draw: st.DrawFn, u: str, shape: tuple[int, ...]) -> str:
    other = [3, *(draw(st.sampled_from([s, 1])) for s in shape)][draw(st.integers(0, len(shape) + 1)) :]
    w = f"torch.zeros({other})"
    forms = f"({u} + {w})", f"({w} * {u})", f"({u} > {w})", f"({u} == {w})", f"torch.maximum({u}, {w})", f"{u}.clamp({w})"
    return draw(st.sampled_from(forms))


STEPS: dict[str, Step] = {
    "reshape": _reshape,
    "permute": lambda draw, u, shape: f"{u}.permute({draw(st.permutations(range(len(shape))))})",
    "transpose": lambda draw, u, shape: f"{u}.transpose({_dim(draw, shape)}, {_dim(draw, shape)})",
    "squeeze": lambda draw, u, shape: f"{u}.squeeze({draw(st.sampled_from(['', '0', '1', '-1', 'dim=-2', '(0, 1)']))})",
    "unsqueeze": lambda draw, u, shape: f"{u}.unsqueeze({_dim(draw, shape, 1)})",
    "flatten": lambda draw, u, shape: f"{u}.flatten({draw(st.sampled_from(['', '0', '1', '2', '-2', '0, 1', '1, 2', '0, -2']))})",
    "index": _index,
    "reduce": _reduce,
    "expand": _expand,
    "pointwise": _pointwise,
    "joined": lambda draw, u, shape: f"torch.{draw(st.sampled_from(['cat', 'stack']))}([{u}, {u}], {_dim(draw, shape)})",
    "one_hot": lambda draw, u, shape: f"F.one_hot({u}.long(), 3)",
    "matmul": lambda draw, u, shape: f"({u} @ torch.zeros({shape[-1]}, 5))" if shape else u,
    "linear": lambda draw, u, shape: f"nn.Linear({shape[-1]}, 1)({u}.float())" if shape and shape[-1] else u,
}


@st.composite
def chains(draw: st.DrawFn, names: tuple[str, ...], longest: int) -> tuple[str, str]:
    """A chain of operations on `u`, and the source of a `u` that they fit."""
    text, made = "u", f"u = torch.zeros({draw(st.lists(st.sampled_from([1, 2, 3]), max_size=4))})"
    for name in draw(st.lists(st.sampled_from(names), min_size=1, max_size=longest)):
        text = STEPS[name](draw, text, tuple(real(text, made).shape))
        assume(fails(lambda text=text: real(text, made)) is None)  # type: ignore[misc]
    return text, made


@pytest.mark.parametrize("name", STEPS)
@given(st.data())
@settings(max_examples=40, deadline=None)
def test_one_operation(name: str, data: st.DataObject) -> None:
    text, made = data.draw(chains((name,), 1))
    check_sound(text, made)
    check_sound(text, "from data import u", made)


def _several_operations(chain: tuple[str, str]) -> None:
    check_sound(chain[0], chain[1])
    check_sound(chain[0], "from data import u", chain[1])


test_several_operations, test_several_operations_at_length = few_and_many(150, given(chains(tuple(STEPS), 3)), _several_operations)
